"""Questions about an objective, as open functions over the tree: layers, terms, sites, couples_batch, is_linear, degree.

Each is answered from what survives normalization: in `a - a + b` the terms of `a` are not needed, and nothing asks for
their layers.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

from ..param.given import given
from ..values import tensor
from .algebra import (
    ZERO,
    Coefficient,
    Constant,
    Expectation,
    Gradient,
    Mapped,
    Masked,
    Objective,
    Power,
    Product,
    Scaled,
    Sum,
    Term,
    lift,
    split_weight,
)
from .identity import Fingerprint, product, total
from .tree import fold, nodes, rebuilt, written_out


class Site(NamedTuple):
    """Where a term looks: a layer, the views on the way to it, and whose activation (None: the painted picture's).

    With a region, it is not the activation there but the mask of that region of the picture, (1 or B, 1, h, w).
    """

    layer: str
    path: tuple[Any, ...] = ()
    picture: tensor | given | None = None
    region: tensor | None = None

    def __repr__(self) -> str:
        views = "".join(f" @ {step!r}" for step in reversed(self.path))
        whose = f" of {self.picture!r}" if self.picture else ""
        return self.layer + views + whose + (f" in {self.region!r}" if self.region else "")


def needed(root: Objective) -> list[Objective]:
    """The leaves that the polynomial depends on: those with a nonzero derivative at its random point (Schwartz-Zippel).

    >>> from phosphene.objectives import channel
    >>> a, b = channel("a", 0), channel("b", 0)
    >>> needed(a * b - b * a + 2 * b)
    [channel('b', 0)]
    """
    slopes: dict[int, Fingerprint] = {id(root): Fingerprint(1)}
    by_print: dict[Fingerprint, tuple[Objective, Fingerprint]] = {}
    for node in reversed(nodes(root)):
        slope = slopes[id(node)]
        if not node.children or isinstance(node, Term):
            seen, sum_so_far = by_print.get(node.fingerprint, (node, Fingerprint(0)))
            by_print[node.fingerprint] = seen, total([sum_so_far, slope])
        for child, partial in zip(node.children, _partials(node), strict=True):
            passed = slopes.get(id(child), Fingerprint(0))
            slopes[id(child)] = total([passed, product([slope, partial])])
    leaves = [leaf for leaf, slope in by_print.values() if slope != Fingerprint(0) and not isinstance(leaf, Constant)]
    return leaves[::-1]


def _partials(node: Objective) -> list[Fingerprint]:
    """The derivative of a node in each child, as field elements; opaque functions count as depending on everything."""
    prints = [child.fingerprint for child in node.children]
    if isinstance(node, Product):
        return prints[::-1]
    if isinstance(node, Scaled):
        return [Fingerprint.of(node.weight)]
    if isinstance(node, Power):
        exponent = Fingerprint(node.exponent)
        return [product([exponent, prints[0].power(node.exponent - 1)])]
    if isinstance(node, Masked):
        return [Fingerprint(1).only(node.image)]
    if isinstance(node, (Mapped, Expectation, Gradient, Term)):
        return [node.fingerprint] * len(prints)
    return [Fingerprint(1)] * len(prints)


def effective(root: Objective) -> Objective:
    """The objective as it is evaluated: expectations written out, leaves that cancel replaced by 0."""
    lift(root)
    whole = written_out(root)
    live = set(needed(whole))

    def visit(node: Objective, children: list[Objective]) -> Objective:
        dead = isinstance(node, (Term, Coefficient)) and node not in live
        return ZERO if dead else rebuilt(node, children)

    return fold(whole, visit)


def sites(root: Objective) -> list[Site]:
    """The sites an objective needs, sorted; evaluating it takes their activations and nothing else."""
    found = {site for leaf in needed(written_out(root)) if isinstance(leaf, Term) for site in term_sites(leaf)}
    return sorted(found, key=repr)


def term_sites(one: Term) -> list[Site]:
    """The painted picture's site of a term, then those of its target pictures and regions."""
    return [Site(one.layer, one.path), *target_sites(one).values()]


def target_sites(one: Term) -> dict[str, Site]:
    """The sites of a term's target pictures and regions by parameter: the term gets what is there in their place."""
    from .labels import labels_of
    from .term import Picture, Region, picture_of

    kinds = {parameter.name: parameter.kind for parameter in one.definition.parameters}
    arguments = dict(one.arguments)
    # Labels that come with the step take no way through the network.
    found = {name: Site("image", (), value) for name, value in labels_of(one).items() if isinstance(value, given)}
    for name, value in one.arguments:
        if kinds.get(name) == Picture:
            found[name] = Site(one.layer, one.path, value)
        elif kinds.get(name) == Region:
            owner = picture_of(name, kinds)
            found[name] = Site(one.layer, one.path, arguments[owner] if owner else None, value)
    return found


def by_place(one: Term) -> bool:
    """Whether a term compares the painted picture with its targets place by place: it keeps them as they are.

    A term that keeps something else of them, or looks at regions, does not.
    """
    from .term import Region

    return one.definition.keep is None and not any(p.kind == Region for p in one.definition.parameters)


def layers(root: Objective) -> list[str]:
    """The names of the layers an objective needs, sorted.

    >>> from phosphene.objectives import channel, tv
    >>> layers(channel("block3", 17) - tv())
    ['block3', 'image']
    """
    return sorted({leaf.layer for leaf in needed(root) if isinstance(leaf, Term)})


def terms(root: Objective) -> list[tuple[Fraction, Objective]]:
    """The summands with their weights: the sum of weight times objective is the whole.

    >>> from phosphene.objectives import channel, tv
    >>> terms(channel("block3", 17) - 0.5 * tv())
    [(Fraction(1, 1), channel('block3', 17)), (Fraction(-1, 2), tv())]
    """
    weights = {id(root): Fraction(1)}
    merged: dict[Objective, Fraction] = {}
    for node in reversed(nodes(root, (Sum, Scaled))):
        weight = weights.get(id(node), Fraction(0))
        if isinstance(node, (Sum, Scaled)):
            passed = weight * node.weight if isinstance(node, Scaled) else weight
            for child in node.children:
                weights[id(child)] = weights.get(id(child), Fraction(0)) + passed
        elif weight:
            own, body = split_weight(node)
            merged[body] = merged.get(body, Fraction(0)) + own * weight
    return [(weight, body) for body, weight in reversed(merged.items()) if weight]


def images(root: Objective) -> list[int]:
    """The pictures of the batch that masks name and labels are written for, sorted."""
    from .labels import labels_of

    named = {node.image for node in nodes(root) if isinstance(node, Masked)}
    written = [labels_of(node).values() for node in nodes(root) if isinstance(node, Term)]
    counts = [len(labels) for some in written for labels in some if isinstance(labels, tuple)]
    return sorted(named.union(range(max(counts, default=0))))


def couples_batch(root: Objective) -> bool:
    """Whether the score of a picture depends on the others of its batch (diversity, alignment, interpolation)."""
    return any(
        leaf.definition.couples if isinstance(leaf, Term) else isinstance(leaf, Coefficient) and _placed(leaf)
        for leaf in needed(root)
    )


def _placed(leaf: Coefficient) -> bool:
    return bool(getattr(leaf.source, "couples", False))


def is_linear(root: Objective) -> bool:
    """Whether the score is linear in the activations, up to a constant."""
    return fold(root, _linear) <= 1


def _linear(node: Objective, degrees: list[int]) -> int:
    """0 without activations, 1 linear in them, 2 anything else."""
    if isinstance(node, (Constant, Coefficient)):
        return 0
    if isinstance(node, Term):
        return 1 if node.definition.linear and not node.children else 2
    if isinstance(node, Product):
        return min(2, sum(degrees))
    if isinstance(node, Power):
        return min(2, degrees[0] * node.exponent)
    if isinstance(node, Mapped):
        return 2 if degrees[0] else 0
    return max(degrees)


def degree(root: Objective) -> int:
    """The degree as a polynomial over the terms, as the tree is written (cancellation may lower it)."""
    return fold(root, _degree)


def _degree(node: Objective, degrees: list[int]) -> int:
    if not node.children or isinstance(node, Term):
        return 0 if isinstance(node, (Constant, Coefficient)) else 1
    if isinstance(node, Product):
        return sum(degrees)
    if isinstance(node, Power):
        return degrees[0] * node.exponent
    if isinstance(node, Mapped):
        return 1
    return max(degrees)
