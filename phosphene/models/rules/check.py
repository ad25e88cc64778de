"""Which of a rule's alternatives fits a network, and how often each rule matches there."""

from __future__ import annotations

from ...errors import BadArgument, RuleUnmatched
from ..capture import dry_run, grey
from ..vision import Vision
from .base import SITES, Both, Rule
from .mode import Watch


def sites(vision: Vision, size: int | tuple[int, int] | None = None) -> dict[str, int]:
    """How many calls of each site one forward pass of the network makes: relu, relu6, max_pool, residual."""
    watch = Watch()
    with watch:
        dry_run(vision, grey(vision, size))
    return watch.counts


def check(
    rule: Rule | tuple[()] | None, vision: Vision, size: int | tuple[int, int] | None = None
) -> tuple[Rule | None, dict[str, int]]:
    """The first alternative whose every rule matches in the network, and the number of matches by rule, from a dry run.

    No rule, `None` or `()`, fits every network.  Errors: RuleUnmatched where no alternative fits, BadArgument for what
    is not a rule.

    >>> from torch import nn
    >>> from phosphene.models.rules import skip_gradient, soft_gate
    >>> net = Vision(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU()), [0.5] * 3, [0.5] * 3, size=8)
    >>> check(skip_gradient() | soft_gate(), net)
    (rules.soft_gate(), {'rules.soft_gate()': 1})
    """
    if rule is None or rule == ():
        return None, {}
    if not isinstance(rule, Rule):
        raise BadArgument(f"rules={rule!r}", "a gradient rule expected", "write rules=rules.soft_gate()")
    found = sites(vision, size)
    for alternative in rule.alternatives():
        counts = {repr(one): sum(found[site] for site in one.sites) for one in alternative}
        if all(counts.values()):
            return (alternative[0] if len(alternative) == 1 else Both(alternative)), counts
    raise _unmatched(rule, vision, found)


def _unmatched(rule: Rule, vision: Vision, found: dict[str, int]) -> RuleUnmatched:
    idle = dict.fromkeys(
        one for rules in rule.alternatives() for one in rules if not any(found[site] for site in one.sites)
    )
    lacking = dict.fromkeys(SITES[site][0] for one in idle for site in one.sites)
    seen = [f"{n} {SITES[site][n > 1]}" for site, n in found.items() if n]
    fitting = []
    if found["relu"] or found["relu6"]:
        fitting.append("rules.soft_gate()" if found["residual"] else "rules.leaky_gate()")
    if found["residual"]:
        fitting.append("rules.skip_gradient()")
    elif found["max_pool"]:
        fitting.append("rules.soft_pool()")
    return RuleUnmatched(
        f"{', '.join(map(repr, idle))} matched nothing: {vision.name} has no {' and no '.join(lacking)}",
        f"one match or more expected; it has {', '.join(seen) or 'none of the calls that rules change'}",
        f"write rules={' & '.join(fitting) or '()'}",
    )
