"""What parameterizations with a network in them share: one size of pictures, found by a dry run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from ..errors import NotInvertible, PhospheneError, ShapeMismatch
from .base import Param, Range, Size, State, pair
from .network import network
from .output import check_reached, picked, unit

Self = TypeVar("Self", bound="Generated")
_pictures: WeakKeyDictionary[nn.Module, dict[str, tuple[int, ...]]] = WeakKeyDictionary()


class Generated(Param, abstract=True):
    """Pictures that a network makes: `out` is the part of its result, `range` the range of its values."""

    if TYPE_CHECKING:

        @property
        def out(self) -> str | None:
            """The part of the network's result that is the picture."""

        @property
        def range(self) -> Any:
            """The network's own range of values, or None."""

    @property
    def made_by(self) -> network:
        """The network."""
        raise NotImplementedError

    def result(self, state: State) -> Any:
        """What the network returns."""
        raise NotImplementedError

    def trial(self) -> tuple[State, State, int]:
        """For a dry run: a state that a gradient must reach, what is given with it, and how many pictures are due."""
        raise NotImplementedError

    def misfit(self, problem: Exception) -> PhospheneError:
        """The error for a network that a dry run stopped."""
        raise NotImplementedError

    @property
    def size(self) -> Size:
        """The size of the network's pictures."""
        return cast(Size, self.dry_run()[1:])

    @property
    def channels(self) -> int:
        """The channels of the network's pictures."""
        return self.dry_run()[0]

    @property
    def value_range(self) -> Range | None:
        """[0, 1], or None where `range` is None."""
        return None if self.range is None else (0.0, 1.0)

    def decode(self, state: State) -> Tensor:
        """The network's pictures, in [0, 1] where `range` says from where."""
        return unit(self._picture(state), self.range)

    def _picture(self, state: State) -> Tensor:
        return picked(self.result(state), self.out, self.made_by.name)

    def encode(self, picture: Tensor) -> State:
        """There is no inverse."""
        raise NotInvertible(
            f"{self!r} cannot be started from a picture: networks do not run backwards",
            "a parameterization with an inverse, to start from a picture or to edit the canvas",
            "start a latent from a code, latent(...).at(code), or paint with param.fourier and no network",
        )

    def resize(self, state: State, size: Any) -> State:
        """The state itself, where the size stays as it is."""
        self.resized(size)
        return dict(state)

    def resized(self: Self, size: Any) -> Self:
        """Itself, where the size stays as it is; NotInvertible otherwise."""
        if pair(type(self).__name__, size) != self.size:
            raise NotInvertible(
                f"{self.made_by!r} makes pictures of {self.size}, not {size}",
                "the one size of the network",
                "leave size= out, or resize what is looked at: transforms=tf.resize(...)",
            )
        return self

    def dry_run(self) -> tuple[int, ...]:
        """The shape of one picture; the network runs at the first question only."""
        known = _pictures.setdefault(self.made_by.live(), {})
        key = repr(self)  # text, for the value itself would keep the module alive
        if key not in known:
            known[key] = self._shape()
        return known[key]

    def _shape(self) -> tuple[int, ...]:
        with torch.inference_mode(False), torch.enable_grad():
            free, given, count = self.trial()
            leaves = {name: x.detach().requires_grad_() for name, x in free.items()}
            made = _tried(lambda: self._picture({**leaves, **given}), self.misfit)
            if len(made) != count:
                raise ShapeMismatch(
                    f"{self.made_by.name} made {len(made)} pictures of {count}",
                    "one picture for each row of what goes in",
                    "keep the batch axis, which is the first one",
                )
            check_reached(made, leaves, self.made_by.name)
        return tuple(made.shape[1:])


def _tried(run: Callable[[], Tensor], misfit: Callable[[Exception], PhospheneError]) -> Tensor:
    try:
        return run()
    except PhospheneError:
        raise
    except Exception as problem:  # the code of the generator: anything may be wrong with it
        raise misfit(problem) from problem


def sentence(problem: Exception) -> str:
    """The first line of what an exception says."""
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0]
