"""Numbers drawn from a range or from a list of choices: how strong a transform is, each time anew."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import torch

from ..errors import BadArgument
from ..values import check_number


def uniform(generator: torch.Generator, low: float = 0.0, high: float = 1.0) -> float:
    """A number in [low, high)."""
    number: float = torch.rand((), generator=generator, dtype=torch.float64).item()
    return low + (high - low) * number


def normal(generator: torch.Generator, mean: float, sd: float) -> float:
    """A number from the normal distribution."""
    number: float = torch.randn((), generator=generator, dtype=torch.float64).item()
    return mean + sd * number


def integer(generator: torch.Generator, low: int, high: int) -> int:
    """An integer in low ... high, both included."""
    return int(torch.randint(low, high + 1, (), generator=generator).item())


def seed(generator: torch.Generator) -> int:
    """The seed of another generator: the draw of what has too many random numbers to write them down."""
    return integer(generator, 0, 2**62 - 1)


class Ranged:
    """What a transform is that draws a number: from its first field ... `high`, or from a tuple of choices.

    One number alone is that number always. A subclass declares both fields and calls `_check` first of all.
    """

    @property
    def _low(self) -> Any:
        return getattr(self, self._first)

    @property
    def _high(self) -> float | None:
        high: float | None = getattr(self, "high")  # noqa: B009 - a field of the subclass
        return high

    @property
    def _first(self) -> str:
        return dataclasses.fields(self)[0].name  # type: ignore[arg-type]

    @property
    def deterministic(self) -> bool:
        """Where there is one number to draw."""
        return len(set(self._low)) == 1 if isinstance(self._low, tuple) else self._high is None

    def _check(self, least: float, most: float = math.inf) -> None:
        name = type(self).__name__
        if isinstance(self._low, (list, tuple)):
            object.__setattr__(self, self._first, tuple(self._low))
            if self._high is not None or not self._low:
                raise BadArgument(
                    f"{self!r}", "a tuple of choices alone, or low and high", f"write tf.{name}(low, high)"
                )
            for number in self._low:
                check_number(name, "a choice", number, least, most)
            return
        check_number(name, self._first, self._low, least, most)
        if self._high is None:
            return
        check_number(name, "high", self._high, least, most)
        if self._low > self._high:
            raise BadArgument(f"{self!r}", "the lower bound first", f"write tf.{name}({self._high}, {self._low})")
        if self._low == self._high:
            object.__setattr__(self, "high", None)

    def _always(self, number: float) -> bool:
        """Whether this number is all that can be drawn."""
        numbers = self._low if isinstance(self._low, tuple) else (self._low,)
        return self._high is None and set(numbers) == {number}

    def _number(self, generator: torch.Generator, log: bool = False) -> float:
        if isinstance(self._low, tuple):
            return float(self._low[integer(generator, 0, len(self._low) - 1)])
        low, high = float(self._low), float(self._low if self._high is None else self._high)
        return math.exp(uniform(generator, math.log(low), math.log(high))) if log else uniform(generator, low, high)
