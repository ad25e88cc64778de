"""What a gradient rule is: a value that changes the backward pass at some calls of a network, never the forward pass.

A rule is found by its *sites*: kinds of calls, such as "relu", "max_pool" or "residual" (an addition with a residual
branch). Rules are combined as text is: `a & b` is both, `a | b` the first whose every part matches something in the
network at hand, `a.at("layer4")` the rule within some modules alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

from torch import Tensor

from ...errors import BadArgument, BadOperation
from ...values import AND, ATOM, OR, Value, joined

SITES = {
    "relu": ("ReLU", "ReLUs"),
    "relu6": ("ReLU6", "ReLU6s"),
    "silu": ("SiLU", "SiLUs"),
    "gelu": ("GELU", "GELUs"),
    "hardswish": ("hard swish", "hard swishes"),
    "max_pool": ("max pooling", "max poolings"),
    "residual": ("residual addition", "residual additions"),
}

Running = Callable[[tuple[str, ...]], bool]
"""Whether one of some modules, by name, is running at the moment."""


class Call(NamedTuple):
    """One call at a site: what goes in, the function that computes it, and whether that function writes into the input.

    For a residual addition `inputs` are the two addends, `branch` says which of them is the residual branch.
    `average`: for a pooling, the means of a tensor over the same windows.  `run` may return indices besides.
    """

    site: str
    inputs: tuple[Tensor, ...]
    inplace: bool = False
    average: Callable[[Tensor], Tensor] = lambda x: NotImplemented
    branch: int = 0
    run: Callable[[], Any] = lambda: NotImplemented


class Rule(Value, room="rules", abstract=True):
    """A change of the backward pass at the calls of some sites."""

    changes: ClassVar[tuple[str, ...]] = ()

    @property
    def sites(self) -> tuple[str, ...]:
        """The kinds of calls that the rule changes."""
        return self.changes

    @property
    def replaces(self) -> bool:
        """Whether the rule changes what the calls compute, too; then it acts without gradients as well."""
        return False

    def apply(self, call: Call) -> Any:
        """What the call returns, bit for bit, with this rule's backward pass behind it."""
        raise NotImplementedError

    def active(self, step: int) -> bool:
        """Whether the rule acts in this update of a run; updates are counted from 0."""
        return True

    def at(self, *names: str) -> Rule:
        """The rule for calls made while one of these modules, or a part of it, runs; names as in `named_modules()`.

        >>> from phosphene.models import rules
        >>> rules.guided().at("features.3", "features.4")
        rules.guided().at('features.3', 'features.4')
        """
        return Scoped(self, names)

    @property
    def scopes(self) -> tuple[tuple[str, ...], ...]:
        """The names given to `at`: of each group, one has to be running."""
        return ()

    def inside(self, running: Running) -> bool:
        """Whether the rule holds for a call made now."""
        return True

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


class Scoped(Rule, abstract=True):
    """A rule within some modules; written `rule.at("layer4")`."""

    rule: Rule
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.names or not all(isinstance(name, str) and name for name in self.names):
            raise BadArgument(
                f"{self.rule!r}.at({', '.join(map(repr, self.names))})",
                "the names of modules expected, as in named_modules()",
                f"write {self.rule!r}.at('layer4')",
            )

    @property
    def sites(self) -> tuple[str, ...]:
        """Those of the rule."""
        return self.rule.sites

    @property
    def replaces(self) -> bool:
        """As the rule does."""
        return self.rule.replaces

    def apply(self, call: Call) -> Any:
        """As the rule does."""
        return self.rule.apply(call)

    def active(self, step: int) -> bool:
        """When the rule does."""
        return self.rule.active(step)

    @property
    def scopes(self) -> tuple[tuple[str, ...], ...]:
        """These names, after those of the rule."""
        return (*self.rule.scopes, self.names)

    def inside(self, running: Running) -> bool:
        """Within each of the scopes."""
        return running(self.names) and self.rule.inside(running)

    def text(self) -> tuple[str, int]:
        """The rule, and where."""
        return f"{self.rule!r}.at({', '.join(map(repr, self.names))})", ATOM


class Both(Rule, abstract=True):
    """All of the parts; written `a & b`."""

    parts: tuple[Rule, ...]

    @staticmethod
    def of(first: Rule, second: Rule) -> Rule:
        """Two rules at once; BadArgument where both change the same calls."""
        for one in first.alternatives():
            for two in second.alternatives():
                for a, b in ((a, b) for a in one for b in two if not _apart(a, b)):
                    if shared := [site for site in a.sites if site in b.sites]:
                        raise clash(first, second, shared[0])
        flat = (r.parts if isinstance(r, Both) else (r,) for r in (first, second))
        return Both(sum(flat, ()))

    def at(self, *names: str) -> Rule:
        """Each of the parts there."""
        return Both(tuple(part.at(*names) for part in self.parts))

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

    def at(self, *names: str) -> Rule:
        """Each of the parts there."""
        return Either(tuple(part.at(*names) for part in self.parts))

    def alternatives(self) -> tuple[tuple[Rule, ...], ...]:
        """The alternatives of each part in turn."""
        return sum((part.alternatives() for part in self.parts), ())

    def text(self) -> tuple[str, int]:
        """The parts with | between them."""
        return joined(self.parts, "|", OR)


def clash(first: Rule, second: Rule, site: str) -> BadArgument:
    """The error for two rules that change the same calls."""
    return BadArgument(
        f"{first!r} & {second!r}: both change {SITES[site][0]}",
        "one rule for each call expected",
        "choose one of them, give each its modules with .at(...), or write | for the first that matches",
    )


def _apart(one: Rule, two: Rule) -> bool:
    """Whether the scopes of two rules share no module, going by the names."""
    return any(not any(_related(a, b) for a in first for b in second) for first in one.scopes for second in two.scopes)


def _related(a: str, b: str) -> bool:
    return f"{a}.".startswith(f"{b}.") or f"{b}.".startswith(f"{a}.")


def _rule(other: object, operator: str) -> Rule:
    if not isinstance(other, Rule):
        raise BadOperation(
            f"a rule {operator} {other!r}", "a rule on both sides expected", f"write a {operator} b, with rules a and b"
        )
    return other
