"""The pictures of a table whose cells are runs of their own: all are checked before the first is painted."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from ...errors import BadArgument
from ...models import as_visions
from ...render import Render, render
from ...render.resolve import opened, resolve

Program = tuple[Any, Mapping[str, Any]]
"""An objective, and the other arguments of `render`."""


def painted(model: Any, programs: Sequence[Program]) -> list[Tensor]:
    """The pictures of each program (B, C, H, W), in order.

    Errors: as `render`, for any of them before the first step of the first; KeyboardInterrupt where Ctrl-C ends one of
    them, since a table without some of its pictures is none.
    """
    calls = [_checked(model, goal, how) for goal, how in programs]
    return [_whole(render(*call.args, **call.kwargs)) for call in calls]


def _checked(model: Any, goal: Any, how: Mapping[str, Any]) -> inspect.BoundArguments:
    """A call of `render` that has nothing wrong with it."""
    asked = inspect.signature(render).bind(model, goal, **how)
    asked.apply_defaults()
    if asked.arguments["checkpoint"] is not None:
        raise BadArgument(
            "a checkpoint of several runs", "one run expected for each checkpoint", "paint the pictures one by one"
        )
    with opened(as_visions(model)):
        resolve(model, goal, asked.arguments)
    return asked


def _whole(made: Render) -> Tensor:
    if made.status == "interrupted":
        raise KeyboardInterrupt
    return made.images
