"""Group A: the ring of objectives, symbolic and exact (laws 1-17)."""

from fractions import Fraction

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from phosphene.objectives import channel, const, expand
from phosphene.values import exact
from tests.strategies import activations, objectives, terms, weights

some = objectives()
small = objectives(max_leaves=3)
powers = st.integers(0, 5)
divisors = weights().filter(bool)


@given(some, some)
def test_law_01_sum_commutes(a, b):
    """a + b = b + a"""
    assert a + b == b + a


@given(some, some, some)
def test_law_02_sum_is_associative_and_prints_alike(a, b, c):
    """(a + b) + c = a + (b + c), and their reprs are the same string"""
    left, right = (a + b) + c, a + (b + c)
    assert left == right
    assert repr(left) == repr(right)


@given(some)
def test_law_03_zero_is_neutral(a):
    """a + 0 = 0 + a = a"""
    assert a + 0 == a == 0 + a
    assert a + const(0) == a
    assert repr(a + 0) == repr(0 + a) == repr(a)


@given(some)
def test_law_04_negation_is_the_inverse(a):
    """a - a = 0, a + (-a) = 0, -(-a) = a"""
    assert a - a == const(0) == a + (-a)
    assert const(0) - (-a) == a == +a
    assert (-a).__neg__() == a


@given(some, some)
def test_law_05_product_commutes(a, b):
    """a * b = b * a"""
    assert a * b == b * a


@given(some, some, some)
def test_law_06_product_is_associative(a, b, c):
    """(a * b) * c = a * (b * c)"""
    assert (a * b) * c == a * (b * c)
    assert repr((a * b) * c) == repr(a * (b * c))


@given(some)
def test_law_07_one_is_neutral_and_zero_absorbs(a):
    """1 * a = a * 1 = a, 0 * a = 0"""
    assert 1 * a == a == a * 1
    assert 0 * a == const(0) == a * 0


@given(some, some, some)
def test_law_08_product_distributes(a, b, c):
    """a * (b + c) = a*b + a*c"""
    assert a * (b + c) == a * b + a * c


@given(some, some, weights())
def test_law_09_weight_distributes_over_a_sum(a, b, p):
    """p*(a + b) = p*a + p*b"""
    assert p * (a + b) == p * a + p * b


@given(terms(), some, weights(), weights())
def test_law_10_weights_add_as_the_decimals_typed(one, a, p, q):
    """(p + q)*a = p*a + q*a, with p + q added as the decimals typed"""
    whole = exact(p) + exact(q)
    assert whole * a == p * a + q * a
    assert (whole * one == one) == (whole == 1)


@given(terms(), some, weights(), weights())
def test_law_11_weights_multiply(one, a, p, q):
    """p*(q*a) = (p*q)*a"""
    assert p * (q * a) == (exact(p) * exact(q)) * a
    assert p * (q * one) == (exact(p) * exact(q)) * one


@given(some, divisors)
def test_law_12_division_undoes_a_weight(a, p):
    """a / p * p = a for p != 0"""
    assert a / p * p == a == a * p / p
    assert a / p == (1 / exact(p)) * a


@given(some, terms(), weights())
def test_law_13_reflected_operators(a, one, p):
    """p - a = const(p) + (-a), p + a = a + p, p * a = a * p"""
    for x in (a, one):
        assert p - x == const(p) + (-x)
        assert p + x == x + p
        assert p * x == x * p
        assert x - p == -(p - x)


@given(st.lists(some, min_size=1, max_size=8).flatmap(lambda xs: st.tuples(st.just(xs), st.permutations(xs))))
def test_law_14_sum_of_a_list_in_any_order(lists):
    """sum([a]) = a, sum(xs) = sum(shuffled xs)"""
    first, second = lists
    assert sum(first[:1]) == first[0]
    assert sum(first) == sum(second)


@settings(max_examples=2)
@given(st.permutations(range(30)))
def test_law_14_sum_of_three_thousand_terms(order):
    """... and for 3,000 terms, evaluated"""
    xs = [channel("a", n % 4) * Fraction(n + 1, 7) for n in range(3000)]
    whole, shuffled = sum(xs), sum(xs[i] for block in order for i in range(block, 3000, 30))
    assert whole == shuffled
    here = activations(whole)
    by_hand = sum((n + 1) / 7 * here["a", (), None, None][:, n % 4].mean((1, 2)) for n in range(3000))
    assert_close(whole(here), by_hand)
    assert_close(shuffled(here), by_hand)


@given(small, powers, powers)
def test_law_15_powers(a, m, n):
    """a ** 0 = 1, a ** 1 = a, a ** (m+n) = a**m * a**n"""
    assert a**0 == const(1)
    assert a**1 == a
    assert a ** (m + n) == a**m * a**n
    assert (a**m) ** n == a ** (m * n)


@given(some, some, some, weights())
def test_law_16_equality_is_a_congruence(a, b, c, p):
    """a = b implies hash(a) = hash(b) and a + c = b + c"""
    x, y = a * (b + p), b * a + p * a
    assert x == y
    assert hash(x) == hash(y)
    assert {x: 1}[y] == 1
    assert x + c == y + c
    assert x * c == y * c
    assert (a + b != a) == (b != const(0))
    assert x.at(1) == y.at(1)


@given(some, terms(), terms())
def test_law_16_different_objectives_differ(a, one, other):
    """... and what is not the same polynomial is not equal"""
    assert (one == other) == (repr(one) == repr(other))
    assert one.map("tanh") != one.map("relu")
    assert a + 1 != a
    assert a != 1
    assert one * one != one
    assert one.at(0) != one.at(1)
    assert one.at(0) != one


@given(small)
def test_law_17_the_normal_form_is_the_same_objective(a):
    """expand(a) = a, and expand(expand(a)) prints as expand(a) does"""
    normal = expand(a)
    assert normal == a
    assert repr(expand(normal)) == repr(normal)


def deep(build, levels=2000):
    """A tree of that many levels over channel('a', 0), by repeated use of `build`."""
    x = one = channel("a", 0)
    for _ in range(levels):
        x = build(x, one)
    return x


def test_law_17_a_chain_of_two_thousand_levels_has_a_normal_form():
    """... also of deep trees"""
    assert repr(expand(deep(lambda x, one: x + one))) == "2001*channel('a', 0)"
    assert repr(expand(deep(lambda x, one: one - x))) == "channel('a', 0)"
    assert repr(expand(deep(lambda x, one: x.map("relu"), 300))) == "channel('a', 0)" + ".map(relu)" * 300


def test_shared_parts_are_compared_once():
    """big = big*big + x, forty times: 2**40 monomials, compared at once"""
    from time import perf_counter

    def build():
        big = x = channel("a", 0)
        for _ in range(40):
            big = big * big + x
        return big

    times = []
    for _ in range(5):
        start = perf_counter()
        assert build() == build()
        times.append(perf_counter() - start)
    assert min(times) < 0.05
    assert build() != build() + torch.finfo().eps
