"""Checkpoints: a run that was killed goes on from its last step and ends with the same bytes.

All randomness is drawn from streams named by seed and step, so the state, the optimizer's memory and the record so far are
everything there is to keep.
"""

from __future__ import annotations

import itertools
import json
import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from ..errors import CheckpointMismatch
from ..serialize import write_whole
from .loop import Frame
from .loop import run as run_plan
from .plan import Plan, Position
from .provenance import describe

Row = tuple[Tensor, dict[str, Tensor]]
"""The scores of a step and what each summand added."""

SECONDS = 2.0
"""How much work may be lost: a checkpoint is written when the last one is older than this, and at the end."""


def run(plan: Plan, path: Path) -> Iterator[Frame]:
    """The frames of a plan: those that the checkpoint remembers, without pictures of their own, then new ones."""
    program = json.dumps(describe(plan)[0], sort_keys=True)
    rows: list[Row] = []
    kept: dict[int, Tensor] = {}
    start = None
    if path.exists():
        start, rows, kept = _read(plan, path, program)
        yield from _remembered(plan, start, rows, kept)
    written = time.monotonic()
    for frame in run_plan(plan, start):
        rows.append((frame.scores.cpu(), {name: row.cpu() for name, row in frame.terms.items()}))
        if frame.step in plan.snapshots:
            kept[frame.step] = frame.images.cpu()
        if frame.step == frame.steps or time.monotonic() - written > SECONDS:
            write_whole(path, _bytes(frame, rows, kept, program))
            written = time.monotonic()
        yield frame


def _remembered(plan: Plan, start: Position, rows: list[Row], kept: dict[int, Tensor]) -> Iterator[Frame]:
    """The frames before the checkpoint: their own scores; the pictures of snapshots, else those of the checkpoint."""
    ends = list(itertools.accumulate(part.steps for part in plan.parts))
    part = plan.parts[bisect_left(ends, start.done)]
    for step, (scores, terms) in enumerate(rows, 1):
        stage = bisect_left(ends, step)
        yield Frame(step, plan.steps, scores, terms, start, part.param, part.optimizer, stage, kept.get(step))


def _bytes(frame: Frame, rows: list[Row], kept: dict[int, Tensor], program: str) -> bytes:
    position = frame.position
    tensors = {f"state {name}": x for name, x in position.state.items()}
    tensors.update({f"memory {name}": x for name, x in position.memory.items()})
    tensors["transparency"] = position.transparency
    tensors.update({f"snapshot {step}": images for step, images in kept.items()})
    tensors["scores"] = torch.stack([scores for scores, _ in rows])
    names = list(dict.fromkeys(name for _, terms in rows for name in terms))
    for i, name in enumerate(names):
        has = [(step, terms[name]) for step, (_, terms) in enumerate(rows) if name in terms]
        tensors[f"term {i}"] = torch.stack([row for _, row in has])
        tensors[f"steps {i}"] = torch.tensor([step for step, _ in has])
    metadata = {"program": program, "done": str(frame.step), "terms": json.dumps(names)}
    return safetensors.torch.save({name: x.detach().cpu().contiguous() for name, x in tensors.items()}, metadata)


def _read(plan: Plan, path: Path, program: str) -> tuple[Position, list[Row], dict[int, Tensor]]:
    try:
        with safe_open(path, "pt") as file:
            metadata: Mapping[str, str] = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if not isinstance(json.loads(metadata["program"]), dict):
            raise ValueError("no program")
        if metadata["program"] != program:
            raise _other(path, metadata["program"], program)
        scores, _ = tensors["scores"], tensors["transparency"]
        terms: list[dict[str, Tensor]] = [{} for _ in scores]
        for i, name in enumerate(json.loads(metadata["terms"])):
            for step, row in zip(tensors[f"steps {i}"].tolist(), tensors[f"term {i}"], strict=True):
                terms[step][name] = row
    except (SafetensorError, OSError, KeyError, ValueError) as problem:
        if isinstance(problem, CheckpointMismatch):
            raise
        raise CheckpointMismatch(
            f"the checkpoint {str(path)!r} is damaged ({problem})",
            "a file that render wrote",
            "delete it to start anew",
        ) from problem
    state, memory = (
        {
            name.removeprefix(f"{kind} "): x if x.dtype == torch.int64 else x.to(plan.device)
            for name, x in tensors.items()
            if name.startswith(f"{kind} ")
        }
        for kind in ("state", "memory")
    )
    kept = {int(name.split()[1]): x for name, x in tensors.items() if name.startswith("snapshot ")}
    position = Position(int(metadata["done"]), state, memory, tensors["transparency"].to(plan.device))
    return position, list(zip(scores, terms, strict=True)), kept


def _other(path: Path, theirs: str, ours: str) -> CheckpointMismatch:
    old, new = json.loads(theirs), json.loads(ours)
    changed = [
        f"{room}.{key}" if isinstance(old.get(room), dict) else room
        for room in new
        for key in (new[room] if isinstance(new[room], dict) else [room])
        if (old.get(room, {}).get(key) != new[room][key] if isinstance(new[room], dict) else old.get(room) != new[room])
    ]
    return CheckpointMismatch(
        f"the checkpoint {str(path)!r} is of another program: {', '.join(changed)} differ",
        "the program that wrote it expected",
        "use another file, or delete this one to start anew",
    )
