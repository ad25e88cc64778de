"""Sums in fixed point, against fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from phosphene.atlas.sums import FixedPoint, squares
from tests.atlas_rows import random_rows

HALVES = st.lists(st.floats(-65504, 65504, width=16), min_size=1, max_size=30)
SINGLES = st.lists(st.floats(-(2.0**100), 2.0**100, width=32), min_size=1, max_size=30)


@given(HALVES)
def test_sums_of_float16_are_exact(numbers: list[float]) -> None:
    point = FixedPoint.fit(max(map(abs, numbers)), len(numbers))
    total = point.whole(np.array(numbers, np.float16)).sum()
    assert Fraction(int(total)) * Fraction(2) ** -point.bits == sum(map(Fraction, numbers))


@given(SINGLES, st.randoms())
def test_sums_of_float32_have_one_value_and_are_within_a_grain_each(numbers: list[float], dice: Any) -> None:
    largest = max(map(abs, numbers))
    point = FixedPoint.fit(largest, len(numbers))
    wholes = point.whole(np.array(numbers, np.float32))
    shuffled = wholes.copy()
    dice.shuffle(shuffled)
    assert wholes.sum() == sum(map(int, shuffled))  # of any size: nothing overflows
    grain = Fraction(2) ** -point.bits
    assert abs(int(wholes.sum()) * grain - sum(map(Fraction, numbers))) <= len(numbers) * grain / 2
    assert grain <= Fraction(largest) / 2**50 or not largest


@given(st.integers(1, 2**40), st.floats(0, 1e38))
def test_no_sum_leaves_63_bits(count: int, largest: float) -> None:
    assert int(FixedPoint.fit(largest, count).whole(largest)) * count <= 2**62


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 99))
def test_squared_lengths_are_of_one_row_alone(n: int, channels: int, seed: int) -> None:
    activation = random_rows(n, channels, seed, np.float32).activation
    np.testing.assert_array_equal(squares(activation), [squares(activation[i : i + 1])[0] for i in range(n)])
    np.testing.assert_array_equal(squares(np.asfortranarray(activation)), squares(activation))
