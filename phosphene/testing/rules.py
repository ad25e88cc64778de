"""Every gradient rule once by its word, and a strategy for rules combined with `&`, `|` and `.at`."""

from __future__ import annotations

from ..models import rules as r
from ..models.rules import Rule
from ._hypothesis import Strategy, st

RULES: dict[str, tuple[Rule, ...]] = {
    "rules.soft_gate": (r.soft_gate(), r.soft_gate(k=1)),
    "rules.leaky_gate": (r.leaky_gate(), r.leaky_gate(slope=0)),
    "rules.softplus": (r.softplus(), r.softplus(beta=5)),
    "rules.guided": (r.guided(), r.guided(acts=("silu", "gelu", "hardswish"))),
    "rules.deconv": (r.deconv(), r.deconv(acts=("relu", "silu"))),
    "rules.passing": (r.passing(), r.passing(acts=("gelu",))),
    "rules.redirected": (r.redirected(), r.redirected(until=1)),
    "rules.exact": (r.exact(),),
    "rules.skip_gradient": (r.skip_gradient(), r.skip_gradient(0)),
    "rules.soft_pool": (r.soft_pool(), r.soft_pool(power=0)),
    "rules.average_pool": (r.average_pool(), r.average_pool(forward=True)),
    "rules.linearize": (r.linearize(),),
}
"""By word, values with the defaults and with other arguments."""


def single_rules() -> Strategy[Rule]:
    """One of the examples, or one of them within some modules."""
    examples = st.sampled_from(sum(RULES.values(), ()))
    names = st.lists(st.sampled_from(["features", "features.3", "layer4.1.conv2"]), min_size=1, max_size=2, unique=True)
    return st.one_of(examples, st.builds(lambda rule, names: rule.at(*names), examples, names))


def rules(max_leaves: int = 5) -> Strategy[Rule]:
    """Rules of all kinds: `&` where no call is changed twice, `|`, and `.at` around them."""

    def grow(inner: Strategy[Rule]) -> Strategy[Rule]:
        pairs = st.tuples(inner, inner)
        kinds = [
            pairs.map(lambda pair: pair[0] | pair[1]),
            pairs.filter(lambda pair: not _shared(*pair)).map(lambda pair: pair[0] & pair[1]),
            st.builds(lambda rule, name: rule.at(name), inner, st.sampled_from(["features", "layer1"])),
        ]
        return st.one_of(kinds)

    return st.recursive(single_rules(), grow, max_leaves=max_leaves)


def _shared(first: Rule, second: Rule) -> bool:
    sites = [{site for rules in one.alternatives() for rule in rules for site in rule.sites} for one in (first, second)]
    return bool(sites[0] & sites[1])
