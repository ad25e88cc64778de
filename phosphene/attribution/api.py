"""`attribute`: what each number of a layer adds to an objective."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor

from ..errors import BadArgument, Nonfinite
from ..language import parse
from ..models.vision import as_visions
from ..objectives.algebra import Objective
from ..objectives.analysis import couples_batch
from ..objectives.lower import Program
from ..render.memory import chunk_size, in_memory
from ..render.resolve import opened
from ..render.trial import check_reached
from ..values import check_integer
from .looks import Looks
from .methods import Method, gradient_times_activation
from .result import Attribution
from .subject import subject
from .tail import Tail

FIRST_ORDER = gradient_times_activation()


def attribute(
    model: Any,
    objective: Any,
    picture: Any,
    wrt: str = "image",
    method: Method | str = FIRST_ORDER,
    rules: Any = None,
    size: int | tuple[int, int] | None = None,
    chunk: int | None = None,
) -> Attribution:
    """What each number of the activation at a layer adds to an objective.

    model: a `Vision`, or several by name.  objective: any, or its text.  picture: what `param.picture` takes, one or a
    batch (B, C, H, W).  wrt: "image" (the pictures as given), "input" (as the network sees them) or a layer as in
    objectives, "a:block3" of several networks.  method: how it is measured.  rules: gradient rules.  size: at which the
    networks see the pictures, their own where not given.  chunk: pictures that go through the networks together.

    Random views of the objective (`expect`) are drawn with seed 0, the same for every picture. What depends on several
    pictures, as `diversity`, is attributed to all of them, and adds up over the batch.

    Errors: UnknownLayer, AmbiguousLayer, UnknownModel, UnknownLabel, BadPicture, BadArgument, RuleUnmatched, Detached for an
    objective that does not depend on `wrt`, Nonfinite, ShapeMismatch, TooLarge.

    >>> import phosphene as ph
    >>> net, drawing = ph.models.load("patterns"), ph.models.patterns.draw("dots", seed=1, size=96)
    >>> found = attribute(net, "logit('dots') - logit('rings')", drawing, wrt="block4")
    >>> found.values.shape, found.spatial().shape, found.channels().shape
    (torch.Size([1, 128, 6, 6]), torch.Size([1, 6, 6]), torch.Size([1, 128]))
    """
    measure = _method(method)
    visions, rule = as_visions(model), parse(rules) if isinstance(rules, str) else rules
    with torch.inference_mode(False), torch.enable_grad(), opened(visions), in_memory():
        about = subject(visions, picture, size)
        goal = about.goal(objective)
        about.shape(wrt, f"attribute(wrt={wrt!r})")
        program = Program(goal)
        looks = about.looks(program.sites, rule, wrt)
        together = _chunk(looks, program, about.canvas, chunk)
        check_reached(rule, looks, goal)
        tails = (Tail(looks, program, about.canvas[i : i + together], i) for i in range(0, len(about.canvas), together))
        parts = [_measured(measure, tail) for tail in tails]
        coupled = couples_batch(goal)
    joined: dict[str, Any] = {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
    asked: dict[str, Any] = {"wrt": wrt, "objective": _text(objective), "method": repr(measure), "coupled": coupled}
    return Attribution(**joined, **asked)


def _measured(method: Method, tail: Tail) -> dict[str, Tensor]:
    """The tensors of an `Attribution`, of one chunk."""
    batch = len(tail.scores)

    def by_view(x: Tensor) -> Tensor:
        return x.reshape(-1, batch, *x.shape[1:])

    tail.depart(method.start(tail))
    values = method.values(tail)
    if not bool(torch.isfinite(values).all()):
        raise Nonfinite(
            f"{method!r} with NaN or infinity in its values",
            "finite gradients on the whole path expected",
            "keep roots and logarithms above 0, or start the path elsewhere: integrated_gradients(baseline=0.01)",
        )
    return {
        "values": by_view(values).sum(0),
        "activation": by_view(tail.activation).mean(0),
        "slope": by_view(tail.slope).sum(0),
        "scores": tail.scores,
        **({} if tail.baseline is None else {"baseline": tail.baseline}),
    }


def _chunk(looks: Looks, program: Program, canvas: Tensor, wanted: int | None) -> int:
    """The pictures that go through together, after a first look at one of them, which also takes the targets."""
    if wanted is not None:
        check_integer("attribute", "chunk", wanted, 1)
    looks.capture_targets(canvas[:1], program.objective)
    attempt = partial(_attempt, looks, program, canvas[:1])
    batch = len(canvas)
    fitting = chunk_size(attempt, batch, canvas.device)
    if not couples_batch(program.objective):
        return fitting if wanted is None else min(wanted, batch)
    if wanted is not None and wanted < batch:
        raise BadArgument(
            f"chunk={wanted} for an objective that couples the {batch} pictures of its batch",
            "all pictures in one pass expected",
            "leave chunk out, or hand over fewer pictures",
        )
    return batch


def _attempt(looks: Looks, program: Program, canvas: Tensor) -> Tensor:
    return Tail(looks, program, canvas).scores


def _method(value: Any) -> Method:
    found = parse(value) if isinstance(value, str) else value
    if not isinstance(found, Method):
        raise BadArgument(
            f"attribute: method is {found!r}"[:200],
            "a method of attribution expected",
            "write attribution.gradient_times_activation(), with its parentheses",
        )
    return found


def _text(objective: Objective | str) -> str:
    return objective if isinstance(objective, str) else repr(objective)
