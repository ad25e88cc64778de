"""Rows of a class against plain loops over the pictures."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phosphene.atlas import cells, compared, layout, members, of_class, of_classes, pca
from phosphene.atlas.classes import WAYS, attribution_to
from phosphene.collection import NONFINITE, UNREADABLE, Rows, collect, sources
from phosphene.errors import BadArgument
from phosphene.models import load
from phosphene.models.patterns import LABELS
from tests.atlas_rows import made, parts, random_rows, whole

CLASSES = st.integers(0, 4)
ORDERS = st.tuples(st.integers(0, 99), st.lists(st.integers(1, 40), min_size=1, max_size=4))


def numbers(source: Callable[[], Any]) -> list[int]:
    return [int(image) for part in source() for image in part.image]


def winners(rows: Rows, label: int) -> set[int]:
    return {i for i in range(len(rows)) if rows.state[i] == 0 and rows.top[i][0] == label}


def largest(rows: Rows, label: int, most: int) -> set[int]:
    found = []
    for i in range(len(rows)):
        for top, value in zip(rows.top[i], rows.value[i], strict=True):
            if top == label and value > 0 and rows.state[i] == 0:
                found.append((-float(value), rows.key[i].tobytes(), i))
    return {i for _, _, i in sorted(found)[:most]}


def broken(rows: Rows) -> Rows:
    """As a collection keeps it: zeros, and therefore class 0 first, for each tenth picture."""
    state = np.zeros(len(rows), np.uint8)
    state[::10], state[5::20] = UNREADABLE, NONFINITE
    zeros = {name: getattr(rows, name).copy() for name in ("activation", "top", "value")}
    for array in zeros.values():
        array[state != 0] = 0
    return dataclasses.replace(rows, state=state, **zeros)


@given(seed=st.integers(0, 99), label=CLASSES, most=st.integers(1, 120), order=ORDERS)
def test_a_class_is_what_plain_loops_say(seed: int, label: int, most: int, order: Any) -> None:
    rows = broken(random_rows(100, 4, seed))
    shuffled = np.random.default_rng(order[0]).permutation(100)
    first, top = winners(rows, label), largest(rows, label, most)
    expected = {"winner": first, "top": top, "either": first | top}
    for by in WAYS:
        source = of_class(parts(rows, *order[1], order=shuffled), label, by, most)
        found = numbers(source)
        assert len(found) == len(set(found))
        assert set(found) == expected[by]
        assert numbers(source) == found, "a second call starts from the first row"
        assert [i for i in shuffled if i in expected[by]] == found, "the order of the rows stays"


@given(st.integers(0, 99), st.integers(1, 60))
def test_several_classes_are_the_union_of_each(seed: int, most: int) -> None:
    rows = random_rows(90, 4, seed)
    for by in WAYS:
        both = numbers(of_classes(parts(rows, 17), (1, 3), by, most))
        assert sorted(both) == sorted({i for one in (1, 3) for i in numbers(of_class(whole(rows), one, by, most))})


def test_of_equal_attributions_the_smallest_keys_are_taken() -> None:
    rows = made(np.ones((40, 2)), kept=1)
    rows.top[:], rows.value[:] = 2, 1
    found = numbers(of_class(parts(rows, 7), 2, "top", 11))
    assert sorted(found) == sorted(sorted(range(40), key=lambda i: rows.key[i].tobytes())[:11])


def test_negative_attributions_never_are_on_top_but_may_win() -> None:
    rows = made(np.ones((6, 2)), kept=1)
    rows.top[:], rows.value[:] = 2, -1
    assert numbers(of_class(whole(rows), 2, "winner")) == list(range(6))
    assert numbers(of_class(whole(rows), 2)) == list(range(6))
    with pytest.raises(BadArgument, match="none of 6 pictures has a positive attribution to class 2"):
        of_class(whole(rows), 2, "top")


def test_what_was_not_kept_counts_as_0() -> None:
    rows = made(np.ones((2, 2)), kept=2)
    rows.top[:], rows.value[:] = [[3, 1], [1, 4]], [[2, 1], [5, -2]]
    assert attribution_to(rows, 1).tolist() == [1, 5]
    assert attribution_to(rows, 4).tolist() == [0, -2]
    assert attribution_to(rows, 0).tolist() == [0, 0]


def test_a_class_is_laid_out_and_averaged_as_any_rows() -> None:
    rows = random_rows(200, 6)
    source = of_class(parts(rows, 33), 2, most=30)
    found = layout(source, pca())
    assert found.image.tolist() == sorted(numbers(source))
    (level,) = cells(source, found, sides=(2,), least=1)
    assert level.count.sum() + sum(found.outliers.values()) == len(found.image)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"label": -1}, "label is -1"),
        ({"label": "dog"}, "label is 'dog'"),
        ({"label": 77}, "none of 20 pictures has the largest attribution to class 77"),
        ({"by": "best"}, "one of 'winner', 'top', 'either' expected"),
        ({"most": 0}, "most is 0"),
        ({"rows": []}, "write lambda: collection.rows"),
        ({"rows": whole(made(np.ones((4, 2)), kept=0))}, "rows without attribution.*attribution=16"),
        ({"rows": list}, "none of 0 pictures"),
    ],
)
def test_bad_input_is_refused(arguments: Any, message: str) -> None:
    with pytest.raises(BadArgument, match=message):
        of_class(**{"rows": whole(random_rows(20, 3)), "label": 1, **arguments})


def test_classes_of_drawings_are_what_was_drawn(tmp_path: Path) -> None:
    drawings = collect(load("patterns"), sources.drawn(230), ("block4",), tmp_path / "drawings", progress=False)
    for name in ("checkers", "rings", "dots"):
        label = LABELS.index(name)
        drawn = np.concatenate([part.label for part in of_class(lambda: drawings.rows("block4"), label, "winner")()])
        assert len(drawn) >= 5
        assert (drawn == label).mean() > 0.7
    left, right = LABELS.index("rings"), LABELS.index("spiral")
    found = compared(lambda: drawings.rows("block4"), left, right, pca(), by="winner")
    rows = Rows.join(list(members(lambda: drawings.rows("block4"), found)()))
    means = [np.nanmean(found.at(rows.image[rows.label == label])[:, 0]) for label in (left, right)]
    assert means[0] < 0.5 < means[1]
