"""The normal form of an objective, for people to read: a sum of monomials in a fixed order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from operator import attrgetter

from ..errors import TooLarge
from .algebra import (
    ONE,
    ZERO,
    Coefficient,
    Constant,
    Expectation,
    Mapped,
    Masked,
    Objective,
    Power,
    Product,
    Scaled,
    Sum,
    Term,
    times,
)
from .algebra import power as raised
from .tree import OUTSIDE, fold, summed

Monomial = tuple[Objective, ...]
Polynomial = dict[Monomial, Fraction]
CEILING = 10_000


class Vector:
    """A polynomial for every picture: `rest` for all but the masked ones."""

    def __init__(self, rest: Polynomial, masked: dict[int, Polynomial] | None = None) -> None:
        self.rest, self.masked = rest, masked or {}

    def at(self, image: int) -> Polynomial:
        """The polynomial of one picture."""
        return self.masked.get(image, self.rest)


def expand(root: Objective, ceiling: int = CEILING) -> Objective:
    """The same objective as a sum of weighted products of terms, in alphabetical order.

    Raises TooLarge beyond `ceiling` monomials; `==` never needs this.

    >>> from phosphene.objectives import channel
    >>> expand((channel("a", 0) + 1) ** 2)
    1 + 2*channel('a', 0) + channel('a', 0)**2
    """

    def visit(node: Objective, parts: list[Vector]) -> Vector:
        return _expanded(node, parts, ceiling)

    return _normal_form(fold(root, visit, OUTSIDE), ceiling)


def _normal_form(vector: Vector, ceiling: int) -> Objective:
    corrections = []
    for image in sorted(vector.masked):
        difference = _add(vector.masked[image], vector.rest, -1, ceiling)
        corrections += [times(Constant(weight), _body(mono).at(image)) for mono, weight in _sorted(difference)]
    return summed([_sum_of(vector.rest), *corrections])


def _expanded(node: Objective, parts: list[Vector], ceiling: int) -> Vector:
    if isinstance(node, Constant):
        return Vector({(): node.value} if node.value else {})
    if isinstance(node, (Term, Coefficient)):
        return Vector({(node,): Fraction(1)})
    if isinstance(node, Mapped):
        return Vector({(Mapped(_normal_form(parts[0], ceiling), node.function),): Fraction(1)})
    if isinstance(node, Expectation):
        inner = _normal_form(parts[0], ceiling)
        return Vector({(Expectation(inner, node.transform, node.draws),): Fraction(1)} if inner != ZERO else {})
    if isinstance(node, Masked):
        return Vector({}, {node.image: parts[0].at(node.image)})
    if isinstance(node, Scaled):
        return _each(parts, lambda p: {mono: node.weight * weight for mono, weight in p[0].items()})
    if isinstance(node, Sum):
        return _each(parts, lambda p: _add(p[0], p[1], 1, ceiling))
    if isinstance(node, Product):
        return _each(parts, lambda p: _multiply(p[0], p[1], ceiling))
    assert isinstance(node, Power)
    return _each(parts, lambda p: _raise(p[0], node.exponent, ceiling))


def _each(parts: list[Vector], function: Callable[[list[Polynomial]], Polynomial]) -> Vector:
    named = sorted({image for part in parts for image in part.masked})
    return Vector(function([p.rest for p in parts]), {image: function([p.at(image) for p in parts]) for image in named})


def _add(left: Polynomial, right: Polynomial, sign: int, ceiling: int) -> Polynomial:
    if sign == 1 and len(left) < len(right):
        left, right = right, left
    result = dict(left)
    for mono, weight in right.items():
        total = result.pop(mono, Fraction(0)) + sign * weight
        if total:
            result[mono] = total
    return _checked(result, ceiling)


def _multiply(left: Polynomial, right: Polynomial, ceiling: int) -> Polynomial:
    if len(left) * len(right) > 10 * ceiling:
        raise _too_large(ceiling)
    result: Polynomial = {}
    for a, p in left.items():
        for b, q in right.items():
            mono = tuple(sorted(a + b, key=attrgetter("fingerprint")))
            result[mono] = result.get(mono, Fraction(0)) + p * q
        _checked(result, ceiling)
    return {mono: weight for mono, weight in result.items() if weight}


def _raise(base: Polynomial, exponent: int, ceiling: int) -> Polynomial:
    result: Polynomial = {(): Fraction(1)}
    for _ in range(exponent if base else 0):
        result = _multiply(result, base, ceiling)
    return result if base else {}


def _checked(polynomial: Polynomial, ceiling: int) -> Polynomial:
    degree = max(map(len, polynomial), default=0)
    if len(polynomial) > ceiling or degree > ceiling:
        raise _too_large(ceiling)
    return polynomial


def _too_large(ceiling: int) -> TooLarge:
    return TooLarge(
        f"a normal form of more than {ceiling} monomials",
        "expand() is for reading",
        "compare with ==, which never expands, or pass a larger ceiling",
    )


def _sorted(polynomial: Polynomial) -> list[tuple[Monomial, Fraction]]:
    readable = [(tuple(sorted(mono, key=repr)), weight) for mono, weight in polynomial.items()]
    return sorted(readable, key=lambda item: (len(item[0]), repr(item[0])))


def _body(mono: Monomial) -> Objective:
    result: Objective = ONE
    for leaf, count in Counter(mono).items():
        result = times(result, raised(leaf, count))
    return result


def _sum_of(polynomial: Polynomial) -> Objective:
    return summed([times(Constant(weight), _body(mono)) for mono, weight in _sorted(polynomial)])
