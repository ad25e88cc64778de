"""Files that are whole or not there: tensors under one note, written under a temporary name and renamed.

The bytes are those of safetensors, put together here so that equal content is equal bytes: one key of metadata with canonical
JSON, tensors in the order given. The note says what the file is and has the digest of the tensors' bytes.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import platform
import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import NotWritten
from .definition import canonical

Bytes = bytes | memoryview
KEY = "phosphene"
DIGEST = "blake2b"
TYPES = {"F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "U16": "<u2", "U8": "|u1"}
LETTERS = {np.dtype(code): name for name, code in TYPES.items()}
LONGEST = 100_000_000
TEMPORARY = re.compile(r".*\.(?P<host>[^.]+)\.(?P<process>\d+)\.[0-9a-f]{8}")
OLD = 24 * 3600.0
"""Seconds after which a temporary file of another machine is a dead one's."""


class Damaged(ValueError):
    """Why a file is no whole file of tensors; for this room alone."""


@dataclass(frozen=True)
class Header:
    """What a file says of itself: its note, and where each tensor lies (type, shape, first byte)."""

    note: dict[str, Any]
    tensors: dict[str, tuple[np.dtype[Any], tuple[int, ...], int]]


def encode(tensors: Mapping[str, NDArray[Any]], note: Mapping[str, Any]) -> list[Bytes]:
    """The bytes of a file, in pieces."""
    pieces: list[Bytes] = []
    places, end = {}, 0
    for name, array in tensors.items():
        pieces.append(_bytes(array))
        start, end = end, end + len(pieces[-1])
        places[name] = {"dtype": LETTERS[array.dtype], "shape": list(array.shape), "data_offsets": [start, end]}
    text = canonical({**note, DIGEST: digest_of(tensors)})
    header = json.dumps({"__metadata__": {KEY: text}, **places}, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    return [len(header).to_bytes(8, "little") + header, *pieces]


def digest_of(tensors: Mapping[str, NDArray[Any]]) -> str:
    """The name of the bytes of tensors, in their order."""
    digest = hashlib.blake2b(digest_size=16)
    for array in tensors.values():
        digest.update(_bytes(array))
    return digest.hexdigest()


def _bytes(array: NDArray[Any]) -> Bytes:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def read_header(path: Path) -> Header:
    """The header of a whole file; Damaged says why it is none, FileNotFoundError where it is missing."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        length = int.from_bytes(file.read(8), "little")
        if not 0 < length <= min(LONGEST, size - 8):
            raise Damaged(f"its {size} bytes end within the header")
        text = file.read(length)
    try:
        data = json.loads(text)
        note = json.loads(data.pop("__metadata__")[KEY])
        tensors, end = {}, 0
        for name, place in data.items():
            kind, shape = np.dtype(TYPES[place["dtype"]]), tuple(map(int, place["shape"]))
            tensors[name] = kind, shape, 8 + length + end
            start, end = end, end + kind.itemsize * math.prod(shape)
            if place["data_offsets"] != [start, end]:
                raise ValueError(name)
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as problem:
        raise Damaged("its header is not one of a collection") from problem
    if size != 8 + length + end or not isinstance(note, dict):
        raise Damaged(f"it has {size} bytes, its header says {8 + length + end}")
    return Header(note, tensors)


def read_tensor(path: Path, header: Header, name: str, start: int = 0, stop: int | None = None) -> NDArray[Any]:
    """Some of the rows of one tensor."""
    kind, shape, place = header.tensors[name]
    stop = shape[0] if stop is None else stop
    width = math.prod(shape[1:])
    with open(path, "rb") as file:
        file.seek(place + start * width * kind.itemsize)
        found = np.fromfile(file, kind, (stop - start) * width)
    return found.reshape(stop - start, *shape[1:])


def write_once(path: Path, pieces: Iterable[Bytes], temporary: Path, there: Callable[[], bool]) -> None:
    """Write a file under a temporary name in the folder `temporary` and rename it, unless it is `there` meanwhile.

    Raises NotWritten where the system refuses; nothing of the file is left then.
    """
    name = temporary / f"{path.name}.{_host()}.{os.getpid()}.{secrets.token_hex(4)}"
    try:
        with open(name, "xb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if there():
            name.unlink()
        else:
            os.replace(name, path)
            sync(path.parent)
    except OSError as problem:
        raise NotWritten(
            f"{path}: {why(problem)}",
            "a disk with room and a folder that can be written expected",
            "make room and run again: what is in the folder stays, and is not done twice",
        ) from problem
    finally:
        with suppress(OSError):
            name.unlink(missing_ok=True)


def sync(folder: Path) -> None:
    """Make the names in a folder last."""
    with suppress(PermissionError):  # Windows has no such thing, and renames for good
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def clean(temporary: Path) -> None:
    """Remove what killed writers left under temporary names; those of living ones stay."""
    for path in temporary.iterdir():
        if match := TEMPORARY.fullmatch(path.name):
            dead = match["host"] == _host() and not _alive(int(match["process"]))
            with suppress(FileNotFoundError):
                if dead or time.time() - path.stat().st_mtime > OLD:
                    path.unlink()


def why(problem: Exception) -> str:
    """What is wrong with a file, in a few words."""
    if isinstance(problem, FileNotFoundError):
        return "it is missing"
    return getattr(problem, "strerror", None) or str(problem)


def _host() -> str:
    return re.sub(r"\W", "-", platform.node()) or "host"


def _alive(process: int) -> bool:
    if os.name == "nt":  # a signal, there, ends the process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
