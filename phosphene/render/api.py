"""`render` and `steps`: the one loop, as a call and as a generator."""

from __future__ import annotations

import warnings
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..errors import Nonfinite
from ..models.vision import as_visions
from ..objectives.algebra import Objective
from ..param import Param
from ..serialize import writable
from ..transforms import Transform, standard
from . import checkpoints
from .constraints import Constraint
from .gradients import Gradient
from .loop import Frame, run
from .memory import in_memory
from .operators import Operator
from .optimizers import Optimizer, adam
from .plan import Plan
from .progress import bar as progress_bar
from .provenance import describe
from .resolve import opened, resolve
from .result import Render, series
from .stages import stage


class NonfiniteWarning(UserWarning):
    """A run stopped early because a score or a gradient was not finite; the last finite pictures are returned."""


def steps(
    model: Any,
    objective: Objective | str,
    param: Param | None = None,
    transforms: Transform = standard,
    *,
    steps: int = 256,
    optimizer: Optimizer = adam(0.05),
    samples: int = 1,
    gradient: Sequence[Gradient] = (),
    operators: Sequence[Operator] = (),
    within: Constraint | None = None,
    stages: Sequence[stage] = (),
    rules: Any = None,
    batch: int | None = None,
    seed: int | Sequence[int] = 0,
    device: Any = None,
    precision: str = "auto",
    chunk: int | None = None,
    checkpoint: str | Path | None = None,
) -> Generator[Frame, None, None]:
    """The run of `render` as a generator of frames: stop early, log, or watch with a `for` of your own.

    The networks are restored when the generator ends or is closed. Errors as in `render`; a score that is not finite
    raises Nonfinite.

    >>> import phosphene as ph
    >>> net = ph.models.load("patterns")
    >>> for frame in ph.steps(net, ph.objectives.channel("block3", 17), ph.param.fourier(32), steps=3):
    ...     print(frame.step, tuple(frame.images.shape))
    1 (1, 3, 32, 32)
    2 (1, 3, 32, 32)
    3 (1, 3, 32, 32)
    """
    arguments = {**locals(), "snapshots": ()}
    yield from _frames(arguments.pop("model"), arguments.pop("objective"), arguments)


def _frames(
    model: Any, objective: Any, arguments: dict[str, Any], plans: list[Plan] | None = None
) -> Generator[Frame, None, None]:
    """Frames of a run, resumed from and saved to its checkpoint; the plan is handed over through `plans`."""
    with opened(as_visions(model)):
        with in_memory():
            plan = resolve(model, objective, arguments)
        if plans is not None:
            plans.append(plan)
        path = arguments["checkpoint"]
        if path is None:
            yield from run(plan)
        else:
            yield from checkpoints.run(plan, writable(path))


def render(
    model: Any,
    objective: Objective | str,
    param: Param | None = None,
    transforms: Transform = standard,
    *,
    steps: int = 256,
    optimizer: Optimizer = adam(0.05),
    samples: int = 1,
    gradient: Sequence[Gradient] = (),
    operators: Sequence[Operator] = (),
    within: Constraint | None = None,
    stages: Sequence[stage] = (),
    rules: Any = None,
    batch: int | None = None,
    seed: int | Sequence[int] = 0,
    snapshots: Sequence[int] = (),
    device: Any = None,
    precision: str = "auto",
    chunk: int | None = None,
    progress: bool = True,
    checkpoint: str | Path | None = None,
) -> Render:
    """Paint pictures that score high.

    model: a `Vision`, or a dict of several, whose layers are then written "name:layer".
    objective: what to look for, a value or its text.  param: what to paint with; Fourier at the network's size.
    transforms: what the picture must survive, drawn anew for each picture and step; the views are resized to the
    network's size unless the transforms set a size themselves.
    steps: updates; `stages` take their place where given.  samples: draws of the transforms for each update.
    gradient, operators, within, rules: what happens to the gradient, to the picture after each step, the set it stays in,
    and the gradient rules of the network.
    batch: pictures; as many as the objective names where not given.  seed: of the first picture, the next ones count up;
    or a list, one each.  snapshots: update numbers after which to keep the pictures.
    device: that of the network where not given.  precision: "float32" (also "auto"), "float64", "bfloat16" (autocast).
    chunk: pictures at a time; chosen to bound memory where not given.  progress: a bar, where there is a terminal.
    checkpoint: a file that a run which was cut short goes on from, bit for bit.

    Returns a `Render`. Ctrl-C returns what has been painted; a score that is not finite stops the run with a warning and
    the last finite pictures (Nonfinite is raised where there are none). Raises a PhospheneError before the first step
    for anything wrong with the arguments.

    >>> import phosphene as ph
    >>> net = ph.models.load("patterns")
    >>> picture = ph.render(net, "channel('block3', 17) - 0.05*tv()", ph.param.fourier(32), steps=4)
    >>> picture.images.shape, picture.scores.shape, list(picture.terms)
    (torch.Size([1, 3, 32, 32]), torch.Size([4, 1]), ["channel('block3', 17)", '-0.05*tv()'])
    """
    arguments = dict(locals())
    quiet = not arguments.pop("progress")
    plans: list[Plan] = []
    frames = _frames(arguments.pop("model"), arguments.pop("objective"), arguments, plans)
    status, problem, last = "completed", None, None
    scores: list[Tensor] = []
    terms: list[Mapping[str, Tensor]] = []
    kept: dict[int, Tensor] = {}
    with closing(frames), progress_bar(quiet, "step") as bar:
        try:
            for frame in frames:
                bar.total = frame.steps
                bar.update()
                last = frame
                scores.append(frame.scores.cpu())
                terms.append(frame.terms)
                if frame.step in plans[0].snapshots:
                    kept[frame.step] = frame.images.cpu()
        except KeyboardInterrupt:
            if last is None:
                raise
            status = "interrupted"
        except Nonfinite as error:
            if last is None:
                raise
            status, problem = "nonfinite", error
    if problem is not None:
        warnings.warn(NonfiniteWarning(f"the last finite pictures are returned: {problem}"), stacklevel=2)
    assert last is not None
    provenance, tensors = describe(plans[0])
    record = series(terms, len(plans[0].seeds))
    state = {name: x.detach().cpu() for name, x in last.state.items()}
    seen = last.position.transparency.cpu()
    return Render(
        last.images.cpu(), torch.stack(scores), record, provenance, tensors, kept, status, problem, state, seen
    )
