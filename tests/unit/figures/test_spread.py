"""Which thumbnails a map shows: none over another at any scale, and the more the larger it is."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from phosphene.figures.spread import reach, spread

coordinates = st.one_of(st.integers(0, 6).map(lambda k: k / 6), st.floats(0, 1), st.just(float("nan")))
places = st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=24).map(np.array)


def far(one: np.ndarray, other: np.ndarray) -> float:
    return max(abs(float(a) - float(b)) for a, b in zip(one, other, strict=True))


@given(places, st.integers(0, 30))
def test_each_is_the_farthest_from_those_before_it(place: np.ndarray, most: int) -> None:
    there = [i for i in range(len(place)) if np.isfinite(place[i]).all()]
    chosen = spread(place, most).tolist()
    assert len(chosen) == len(set(chosen)) == min(most, len(there))
    assert chosen[:1] == there[: min(most, 1)]
    for rank in range(1, len(chosen)):
        left = [i for i in there if i not in chosen[:rank]]
        distance = {i: min(far(place[i], place[j]) for j in chosen[:rank]) for i in left}
        assert distance[chosen[rank]] == max(distance.values())


@given(places)
def test_the_reach_is_the_distance_to_the_nearest_before(place: np.ndarray) -> None:
    found = reach(place)
    there = np.isfinite(place).all(1)
    for one in range(len(place)):
        before = [far(place[one], place[j]) for j in range(one) if there[j]]
        expected = np.nan if not there[one] else min(before, default=np.inf)
        assert found[one] == expected or (np.isnan(found[one]) and np.isnan(expected))


@given(places, st.floats(0.01, 1))
def test_at_no_scale_is_one_over_another_and_a_larger_map_shows_more(place: np.ndarray, side: float) -> None:
    place = place[spread(place, len(place))]
    far_apart = reach(place)
    assert (np.diff(far_apart[1:]) <= 0).all()  # the order in which they appear
    seen = place[far_apart > side]
    for one in range(len(seen)):
        assert all(far(seen[one], seen[other]) > side for other in range(one))
    assert (far_apart > side / 2).sum() >= len(seen)
