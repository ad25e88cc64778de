"""Jobs for tests of the engines: they write files by rename, note who did what, and misbehave on purpose."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from phosphene.engines import cached
from phosphene.serialize import write_whole


@dataclass(frozen=True)
class Writes:
    """A file for each unit, whose bytes the unit alone decides; the result is their digest. `note` says who did it."""

    folder: Path
    seconds: float = 0.0
    digest: str = "writes"

    def __call__(self, unit: int) -> str:
        weights = cached(self.digest, lambda: torch.arange(997.0).sin())
        time.sleep(self.seconds)
        content = (weights * (unit + 1)).cos().cumsum(0).numpy().tobytes()
        self.note(unit)
        write_whole(self.folder / f"{unit}.bin", content)
        return hashlib.sha256(content).hexdigest()

    def note(self, unit: int) -> None:
        """A line in the journal: unit, process, node of the cluster."""
        node = "here"
        if "ray" in sys.modules and sys.modules["ray"].is_initialized():
            node = sys.modules["ray"].get_runtime_context().get_node_id()
        with open(self.folder / "journal", "ab", buffering=0) as file:
            file.write(f"{unit} {os.getpid()} {node}\n".encode())


@dataclass(frozen=True)
class Threads:
    """How many threads a unit has."""

    digest: str = "threads"

    def __call__(self, unit: Any) -> tuple[int, str | None]:
        return torch.get_num_threads(), os.environ.get("OMP_NUM_THREADS")


@dataclass(frozen=True)
class Fails:
    """Raises an error for one unit; `how` says which, or that the process ends."""

    bad: int
    how: str = "error"
    folder: Path | None = None
    digest: str = "fails"

    def __call__(self, unit: int) -> int:
        if unit == self.bad:
            if self.how == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            if self.how == "exit":
                os._exit(3)
            if self.how == "sys.exit":
                sys.exit(4)
            raise Unportable(unit, "x") if self.how == "unportable" else KeyError(f"unit {unit}")
        if self.folder is not None:
            time.sleep(0.5)
            (self.folder / str(unit)).touch()
        return unit


class Unportable(Exception):
    """An error that cannot be made from its arguments, as many of other packages."""

    def __init__(self, unit: int, other: str) -> None:
        super().__init__(f"unit {unit} is at fault")


@dataclass(frozen=True)
class Unloadable:
    """A job that can be pickled here and not be read there."""

    digest: str = "unloadable"

    def __reduce__(self) -> Any:
        return int, ("no number",)

    def __call__(self, unit: int) -> int:
        return unit


@dataclass(frozen=True)
class Returns:
    """A result that cannot travel."""

    digest: str = "returns"

    def __call__(self, unit: int) -> Any:
        return lambda: unit
