"""Which of a rule's alternatives fits a network, and how often each rule matches there."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import NamedTuple

from torch import jit

from ...errors import BadArgument, RuleUnmatched, UnknownLayer
from ..capture import dry_run, grey
from ..vision import Vision
from .base import SITES, Both, Rule, Scoped, clash
from .guided import ACTIVATIONS, Signs
from .mode import Census
from .scope import check_names, watched

Size = int | tuple[int, int] | None


class Match(NamedTuple):
    """How many calls of one kind a rule changes in one forward pass."""

    rule: str
    site: str
    calls: int

    def __str__(self) -> str:
        return f"{self.rule}: {self.calls} {SITES[self.site][0]} call{'s' * (self.calls != 1)}"


class Report(tuple[Match, ...]):
    """What a rule changes in a network, a line for each rule and kind of call."""

    __slots__ = ()

    @property
    def counts(self) -> dict[str, int]:
        """The number of calls by rule."""
        return {rule: sum(m.calls for m in self if m.rule == rule) for rule in dict.fromkeys(m.rule for m in self)}

    def __repr__(self) -> str:
        return "\n".join(map(str, self)) or "no rule"


def sites(vision: Vision, size: Size = None) -> dict[str, int]:
    """How many calls of each kind one forward pass of the network makes: relu, max_pool, residual and others."""
    return _census(vision, size, []).counts


def check(rule: Rule | tuple[()] | None, vision: Vision, size: Size = None) -> tuple[Rule | None, dict[str, int]]:
    """The first alternative whose every rule matches in the network, and the number of matches by rule, from a dry run.

    No rule, `None` or `()`, fits every network.  Errors: RuleUnmatched where no alternative fits, UnknownLayer where a
    rule is to act in a module that is not there, BadArgument for what is not a rule, for two rules that change the same
    call, and for networks that are compiled or scripted, whose calls cannot be seen.

    >>> from torch import nn
    >>> from phosphene.models.rules import skip_gradient, soft_gate
    >>> net = Vision(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU()), [0.5] * 3, [0.5] * 3, size=8)
    >>> check(skip_gradient() | soft_gate(), net)
    (rules.soft_gate(), {'rules.soft_gate()': 1})
    """
    found, matches = _resolve(rule, vision, size)
    return found, matches.counts


def report(rule: Rule | tuple[()] | None, vision: Vision, size: Size = None) -> Report:
    """What a rule changes in a network, to be read; the errors are those of `check`.

    >>> from torch import nn
    >>> from phosphene.models.rules import guided
    >>> net = Vision(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.ReLU6()), [0.5] * 3, [0.5] * 3, size=8)
    >>> report(guided(), net)
    rules.guided(): 1 ReLU call
    rules.guided(): 1 ReLU6 call
    """
    return _resolve(rule, vision, size)[1]


def _resolve(rule: Rule | tuple[()] | None, vision: Vision, size: Size) -> tuple[Rule | None, Report]:
    if rule is None or rule == ():
        return None, Report()
    if not isinstance(rule, Rule):
        raise BadArgument(f"rules={rule!r}", "a gradient rule expected", "write rules=rules.soft_gate()")
    placed, misplaced = _placed(rule, vision)
    census = _census(vision, size, list(dict.fromkeys(one for rules in placed for one in rules)))
    for alternative in (
        tuple(one for one in each if one.sites) for each in placed
    ):  # exact() has none: nothing changes
        if not alternative:
            return None, Report()
        counts = {one: _matches(census, one) for one in alternative}
        if all(counts.values()):
            for site, claimed in census.claims:
                for one, two in combinations([c for c in claimed if c in alternative], 2):
                    raise clash(one, two, site)
            lines = (Match(repr(one), site, n) for one, found in counts.items() for site, n in found.items())
            return (alternative[0] if len(alternative) == 1 else Both(alternative)), Report(lines)
    raise misplaced or _unmatched(rule, vision, census)


def _placed(rule: Rule, vision: Vision) -> tuple[list[tuple[Rule, ...]], UnknownLayer | None]:
    """The alternatives whose modules the network has, and the error of the first one with another."""
    placed, misplaced = [], None
    for alternative in rule.alternatives():
        try:
            for one in alternative:
                check_names(one, vision)
            placed.append(alternative)
        except UnknownLayer as error:
            misplaced = misplaced or error
    return placed, misplaced


def _census(vision: Vision, size: Size, rules: list[Rule]) -> Census:
    _eager(vision)
    with watched(rules, vision) as running:
        census = Census(rules, running)
        with census:
            dry_run(vision, grey(vision, size, len(vision.mean)))
    return census


def _eager(vision: Vision) -> None:
    """Refuse networks that run without torch's Python functions."""
    for name, child in vision.module.named_modules():
        scripted = isinstance(child, jit.ScriptModule)
        compiled = type(child).__name__ == "OptimizedModule" or vars(child).get("_compiled_call_impl") is not None
        if scripted or compiled:
            made = "torch.jit.script or torch.jit.trace" if scripted else "torch.compile"
            raise BadArgument(
                f"gradient rules for {vision.name}, of which {name or 'the whole'!r} was made by {made}",
                "an ordinary nn.Module expected: compiled and scripted networks are not supported, their calls are unseen",
                "give the network as it was before, or leave the rules out",
            )


def _matches(census: Census, rule: Rule) -> dict[str, int]:
    found: dict[str, int] = {}
    for site, claimed in census.claims:
        if rule in claimed:
            found[site] = found.get(site, 0) + 1
    return found


def _unmatched(rule: Rule, vision: Vision, census: Census) -> RuleUnmatched:
    idle = list(dict.fromkeys(one for rules in rule.alternatives() for one in rules if not _matches(census, one)))
    lacking = dict.fromkeys(SITES[site][0] + _where(one) for one in idle for site in one.sites)
    seen = [f"{n} {SITES[site][n > 1]}" for site, n in census.counts.items() if n]
    return RuleUnmatched(
        f"{', '.join(map(repr, idle))} matched nothing: {vision.name} has no {' and no '.join(lacking)}",
        f"one match or more expected; it has {', '.join(seen) or 'none of the calls that rules change'}",
        f"write rules={_fitting(idle, census.counts)}",
    )


def _where(rule: Rule) -> str:
    return "".join(f" in {' or '.join(map(repr, names))}" for names in rule.scopes)


def _fitting(idle: list[Rule], found: Mapping[str, int]) -> str:
    """What would match in a network with these calls."""
    for rule in idle:
        if isinstance(rule, Scoped) and any(found[site] for site in rule.sites):
            return repr(rule.rule)
    others = tuple(act for act in ACTIVATIONS if found[act])
    for rule in idle:
        if isinstance(rule, Signs) and others:
            return repr(type(rule)(others))
    fitting = []
    if found["relu"] or found["relu6"]:
        fitting.append("rules.soft_gate()" if found["residual"] else "rules.leaky_gate()")
    if found["residual"]:
        fitting.append("rules.skip_gradient()")
    elif found["max_pool"]:
        fitting.append("rules.soft_pool()")
    return " & ".join(fitting) or "()"
