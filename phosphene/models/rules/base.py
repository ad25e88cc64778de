"""What a gradient rule is: a value that changes the backward pass at some calls of a network, never the forward pass.

A rule is found by its *site*: "relu", "relu6", "max_pool" or "residual" (an addition with a residual branch). Rules are
combined as text is: `a & b` is both, `a | b` the first whose every part matches something in the network at hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NamedTuple

from torch import Tensor

from ...errors import BadArgument, BadOperation
from ...values import AND, OR, Value, joined

SITES = {
    "relu": ("ReLU", "ReLUs"),
    "relu6": ("ReLU6", "ReLU6s"),
    "max_pool": ("max pooling", "max poolings"),
    "residual": ("residual addition", "residual additions"),
}


class Call(NamedTuple):
    """One call at a site: what goes in, the function that computes it, and whether that function writes into the input.

    For a residual addition `inputs` are the two addends, `branch` says which of them is the residual branch.
    `window`: kernel, stride, padding and ceil mode of a pooling.
    """

    site: str
    inputs: tuple[Tensor, ...]
    inplace: bool = False
    window: tuple[object, ...] = ()
    branch: int = 0
    run: Callable[[], Tensor] = lambda: NotImplemented


class Rule(Value, room="rules", abstract=True):
    """A change of the backward pass at the calls of some sites."""

    sites: ClassVar[tuple[str, ...]] = ()

    def apply(self, call: Call) -> Tensor:
        """The value of the call, bit for bit, with this rule's backward pass behind it."""
        raise NotImplementedError

    def alternatives(self) -> tuple[tuple[Rule, ...], ...]:
        """The single rules, for each of the alternatives in turn."""
        return ((self,),)

    def __and__(self, other: Rule) -> Rule:
        return Both.of(self, _rule(other, "&"))

    def __or__(self, other: Rule) -> Rule:
        first, second = (r.parts if isinstance(r, Either) else (r,) for r in (self, _rule(other, "|")))
        return Either(first + second)

    def __bool__(self) -> bool:
        raise BadOperation(f"{self!r} as true or false", "a rule is neither", "write & and | in place of and, or")


class Both(Rule, abstract=True):
    """All of the parts; written `a & b`."""

    parts: tuple[Rule, ...]

    @staticmethod
    def of(first: Rule, second: Rule) -> Rule:
        """Two rules at once; BadArgument where both change the same calls."""
        for one in first.alternatives():
            for two in second.alternatives():
                shared = [s for r in one for s in r.sites if any(s in q.sites for q in two)]
                if shared:
                    raise BadArgument(
                        f"{first!r} & {second!r}: both change {SITES[shared[0]][0]}",
                        "one rule for each kind of call expected",
                        "choose one of them, or write | for the first that matches",
                    )
        flat = (r.parts if isinstance(r, Both) else (r,) for r in (first, second))
        return Both(sum(flat, ()))

    def alternatives(self) -> tuple[tuple[Rule, ...], ...]:
        """Every choice of one alternative from each part."""
        choices: tuple[tuple[Rule, ...], ...] = ((),)
        for part in self.parts:
            choices = tuple(before + rules for before in choices for rules in part.alternatives())
        return choices

    def text(self) -> tuple[str, int]:
        """The parts with & between them."""
        return joined(self.parts, "&", AND)


class Either(Rule, abstract=True):
    """The first of the parts that matches; written `a | b`."""

    parts: tuple[Rule, ...]

    def alternatives(self) -> tuple[tuple[Rule, ...], ...]:
        """The alternatives of each part in turn."""
        return sum((part.alternatives() for part in self.parts), ())

    def text(self) -> tuple[str, int]:
        """The parts with | between them."""
        return joined(self.parts, "|", OR)


def _rule(other: object, operator: str) -> Rule:
    if not isinstance(other, Rule):
        raise BadOperation(
            f"a rule {operator} {other!r}", "a rule on both sides expected", f"write a {operator} b, with rules a and b"
        )
    return other
