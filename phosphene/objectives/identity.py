"""Polynomial identity: `==`, `hash` and dead terms, in time linear in the tree and without expanding anything.

The fingerprint of an objective is its value at a random point of the prime field GF(2^127 - 1): each term stands for a
field element drawn by a digest of its text, each weight for numerator times inverse denominator. Two different polynomials
agree there with probability at most degree / 2^127 (Schwartz 1980, Zippel 1979). A mask makes the value a sparse vector:
one element for the pictures that are named, one for all the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import NamedTuple

PRIME = 2**127 - 1


def element(*key: object) -> int:
    """The field element of a key: a digest, uniform in the field for all that matters."""
    return int.from_bytes(hashlib.sha256(repr(key).encode()).digest(), "big") % PRIME


class Fingerprint(NamedTuple):
    """A field element for every picture: `rest` for all but the `masked` ones, which are sorted by picture."""

    rest: int
    masked: tuple[tuple[int, int], ...] = ()

    @staticmethod
    def of(number: Fraction) -> Fingerprint:
        """The fingerprint of a weight."""
        return Fingerprint(number.numerator * pow(number.denominator, -1, PRIME) % PRIME)

    def at(self, image: int) -> int:
        """The element for one picture."""
        return dict(self.masked).get(image, self.rest)

    def only(self, image: int) -> Fingerprint:
        """This element for one picture and 0 for the others."""
        return combine([self], lambda values: values[0], {image}, rest=0)

    def map(self, function: Callable[[int], int]) -> Fingerprint:
        """The same function of the element of each picture."""
        return combine([self], lambda values: function(values[0]))

    def power(self, exponent: int) -> Fingerprint:
        """The element of each picture, raised to a power."""
        return self.map(lambda value: pow(value, exponent, PRIME))


def combine(
    prints: list[Fingerprint],
    function: Callable[[list[int]], int],
    images: Iterable[int] = (),
    rest: int | None = None,
) -> Fingerprint:
    """A function of several fingerprints, picture by picture; pictures that agree with the rest are not kept."""
    if not any(p.masked for p in prints) and not images:
        return Fingerprint(function([p.rest for p in prints]) % PRIME)
    named = set(images) or {image for p in prints for image, _ in p.masked}
    others = function([p.rest for p in prints]) % PRIME if rest is None else rest
    values = ((image, function([p.at(image) for p in prints]) % PRIME) for image in sorted(named))
    return Fingerprint(others, tuple((image, value) for image, value in values if value != others))


def total(prints: list[Fingerprint]) -> Fingerprint:
    """The fingerprint of a sum."""
    return combine(prints, sum)


def product(prints: list[Fingerprint]) -> Fingerprint:
    """The fingerprint of a product."""
    return combine(prints, _multiply)


def _multiply(values: list[int]) -> int:
    result = 1
    for value in values:
        result = result * value % PRIME
    return result
