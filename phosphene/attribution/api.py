"""`attribute`: what each number of a layer adds to an objective."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import chain
from typing import Any, overload

import torch
from torch import Tensor

from ..errors import BadArgument, Nonfinite
from ..language import parse
from ..models.guard import channels_last, guarded
from ..models.vision import as_visions
from ..objectives.algebra import Objective
from ..objectives.analysis import couples_batch
from ..objectives.lower import Program
from ..render.memory import chunk_size, in_memory
from ..render.trial import check_reached
from ..render.ways import size_of
from ..values import check_integer
from .looks import Looks
from .methods import Method, gradient_times_activation
from .methods.ruling import calls_of, named, rule_for
from .result import Attribution
from .several import by_objective, several
from .subject import Subject, subject
from .tail import Tail

FIRST_ORDER = gradient_times_activation()
FEW = 2
"""Pictures for which a single pass is over before the weights are in the fastest order."""


@overload
def attribute(
    model: Any,
    objective: Objective | str,
    picture: Any,
    wrt: str = ...,
    method: Method | str = ...,
    rules: Any = ...,
    size: int | tuple[int, int] | None = ...,
    chunk: int | None = ...,
) -> Attribution: ...


@overload
def attribute(
    model: Any,
    objective: Mapping[str, Objective | str],
    picture: Any,
    wrt: str = ...,
    method: Method | str = ...,
    rules: Any = ...,
    size: int | tuple[int, int] | None = ...,
    chunk: int | None = ...,
) -> dict[str, Attribution]: ...


@overload
def attribute(
    model: Any,
    objective: Sequence[Objective | str],
    picture: Any,
    wrt: str = ...,
    method: Method | str = ...,
    rules: Any = ...,
    size: int | tuple[int, int] | None = ...,
    chunk: int | None = ...,
) -> tuple[Attribution, ...]: ...


def attribute(
    model: Any,
    objective: Any,
    picture: Any,
    wrt: str = "image",
    method: Method | str = FIRST_ORDER,
    rules: Any = None,
    size: int | tuple[int, int] | None = None,
    chunk: int | None = None,
) -> Any:
    """What each number of the activation at a layer adds to an objective.

    model: a `Vision`, or several by name.  objective: any, or its text; several in a list, or by name in
    a dict, share what they can, and the answer is a tuple or a dict.  picture: what `param.picture` takes, one or a batch
    (B, C, H, W).  wrt: "image" (the pictures as given), "input" (as the network sees them) or a layer as in
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
    wanted, answer = several(objective)
    measure = _method(method)
    visions, rule = as_visions(model), rule_for(measure, parse(rules) if isinstance(rules, str) else rules)
    with torch.inference_mode(False), torch.enable_grad(), ExitStack() as stack, in_memory():
        for vision in visions.values():
            stack.enter_context(guarded(vision))
        about = subject(visions, picture, size)
        order = torch.contiguous_format if measure.once and len(about.canvas) <= FEW else torch.channels_last
        if order == torch.channels_last:
            for vision in visions.values():
                stack.enter_context(channels_last(vision.module))
        programs = [Program(about.goal(one)) for one in wanted]
        about.shape(wrt, f"attribute(wrt={wrt!r})")
        for layer in measure.layers:
            about.shape(layer, repr(measure))
        with named(measure, rule):
            looks = about.looks(dict.fromkeys(site for program in programs for site in program.sites), rule, wrt)
        looks.order = order
        tails = _tails(looks, programs, about, chunk)
        first = next(tails)
        check_reached(rule, looks, programs[0].objective)
        parts = by_objective([_measured(measure, tail) for tail in chain([first], tails)], len(programs))
    asked: dict[str, Any] = {
        "wrt": wrt,
        "method": repr(measure),
        "calls": calls_of(looks),
        "size": size_of(about.canvas),
        "seen": looks.seen,
    }
    return answer(
        [
            Attribution(**{**asked, **part}, objective=_text(one), coupled=couples_batch(program.objective))
            for part, one, program in zip(parts, wanted, programs, strict=True)
        ]
    )


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


def _tails(looks: Looks, programs: list[Program], about: Subject, wanted: int | None) -> Iterator[Tail]:
    """The tails of as many pictures at a time as go through together."""
    if wanted is not None:
        check_integer("attribute", "chunk", wanted, 1)
    canvas = about.canvas
    looks.capture_targets(canvas[:1], *(program.objective for program in programs))
    if len(canvas) == 1:
        yield Tail(looks, programs, canvas)
        return
    together = _chunk(looks, programs, about, wanted)
    for i in range(0, len(canvas), together):
        yield Tail(looks, programs, canvas[i : i + together], i)


def _chunk(looks: Looks, programs: list[Program], about: Subject, wanted: int | None) -> int:
    """The pictures that go through together, after a first look at one of them where it was not made before."""
    batch = len(about.canvas)
    attempt = partial(_attempt, looks, programs, about.canvas[:1])
    asked = "fitting", looks.wrt, tuple(looks.sites), tuple(looks.rules.items()), size_of(about.canvas)
    fitting = min(batch, about.known(asked, lambda: chunk_size(attempt, 2**31, about.canvas.device)))
    if not any(couples_batch(program.objective) for program in programs):
        return fitting if wanted is None else min(wanted, batch)
    if wanted is not None and wanted < batch:
        raise BadArgument(
            f"chunk={wanted} for an objective that couples the {batch} pictures of its batch",
            "all pictures in one pass expected",
            "leave chunk out, or hand over fewer pictures",
        )
    return batch


def _attempt(looks: Looks, programs: list[Program], canvas: Tensor) -> Tensor:
    # What a pass keeps is the same for all of the objectives.
    return Tail(looks, programs[:1], canvas).scores


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
