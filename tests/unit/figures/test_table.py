"""Tables of pictures: names and pictures go together, the page and the static figure show all of them."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phosphene.errors import BadArgument, ShapeMismatch, TooLarge
from phosphene.figures import Table, fonts, load

GREYS = np.arange(2 * 3 * 4 * 5 * 3, dtype=np.uint8).reshape(2, 3, 4, 5, 3)


def table() -> Table:
    return Table.of(
        "Greys", GREYS, rows=("a & b", "dark"), columns=("x", "y", "z"), about="Greys.", made={"by": "<hand>"}
    )


def test_every_picture_and_name_is_drawn_once() -> None:
    text = table().scene().svg()
    assert len(re.findall("<image", text)) == 6
    for name in ("a &amp; b", "dark", "x", "y", "z", "Greys."):
        assert text.count(f">{name}<") == 1, name


def test_the_page_needs_nothing_and_has_its_limit(tmp_path: Path) -> None:
    page = table().save(tmp_path / "page.html").read_text()
    assert "&lt;hand&gt;" in page
    assert not re.search(r'(src|href)="(?!data:)', page)
    with pytest.raises(TooLarge, match=r"the page of 'Greys' has"):
        table().save(tmp_path / "small.html", limit=0.0001)


def test_it_is_read_again_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    again = load(table().save(tmp_path / "data.npz"))
    assert (again.rows, again.columns, again.about, again.made) == (
        ("a & b", "dark"),
        ("x", "y", "z"),
        "Greys.",
        {"by": "<hand>"},
    )
    assert np.array_equal(again.images, GREYS)
    broken = Table("t", {}, (), "", ("a",), ("x", "y", "z"), GREYS)
    with pytest.raises(BadArgument, match=r"holds no figure \(images of shape"):
        load(broken.save(tmp_path / "broken.npz"))


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 40), st.integers(1, 40))
def test_pictures_keep_their_proportions_and_do_not_overlap(rows: int, columns: int, height: int, width: int) -> None:
    made = Table.of("t", np.zeros((rows, columns, height, width, 3), np.uint8)).scene()
    images = [mark for mark in made.marks if type(mark).__name__ == "Image"]
    assert len(images) == rows * columns
    for one in images:
        assert one.width / one.height == pytest.approx(width / height)
        assert one.x + one.width <= made.width
    tops = sorted({round(one.y, 3) for one in images})
    assert len(tops) == rows
    assert all(b - a >= images[0].height for a, b in pairwise(tops))


def test_names_and_pictures_go_together() -> None:
    with pytest.raises(ShapeMismatch, match=r"for 1 rows and 3 columns"):
        Table.of("t", GREYS, rows=("a",))
    with pytest.raises(ShapeMismatch, match=r"float64 for 2 rows"):
        Table.of("t", GREYS / 255)


@pytest.mark.parametrize("count", [1, 4])
def test_long_names_of_columns_are_told_whole_over_their_pictures(count: int) -> None:
    names = ("block4 through a long and winding path", "short", "two words", "")[:count]
    made = Table.of("t", np.zeros((1, count, 96, 96, 3), np.uint8), columns=names).scene()
    told = [mark for mark in made.marks if type(mark).__name__ == "Text" and mark.bold and mark.size == 11]
    assert sorted(" ".join(mark.text for mark in told).split()) == sorted(" ".join(names).split())
    top = min(mark.y for mark in made.marks if type(mark).__name__ == "Image")
    assert all(mark.y < top for mark in told)


@pytest.mark.parametrize("name", ["decay 0.00037, blur 0.51/8, norm 38, contrib. 75", "short", "two words", ""])
@pytest.mark.parametrize("other", ["", "a name of the other row that is a good deal wider than its room"])
def test_names_of_rows_are_told_whole(name: str, other: str) -> None:
    made = Table.of("t", np.zeros((2, 1, 96, 96, 3), np.uint8), rows=(name, other)).scene()
    told = [mark for mark in made.marks if type(mark).__name__ == "Text" and mark.bold and mark.size == 11]
    assert " ".join(mark.text for mark in told).split() == f"{name} {other}".split()
    left = min(mark.x for mark in made.marks if type(mark).__name__ == "Image")
    assert all(mark.x + fonts.width(mark.text, 11, True) <= left for mark in told)
    tops = [mark.y for mark in told]
    assert all(b - a >= 11 for a, b in pairwise(tops))


def test_names_are_cut_where_rows_have_no_room() -> None:
    names = ["decay 0.00037, blur 0.51/8, norm 38, contrib. 75"] * 90
    made = Table.of("t", np.zeros((90, 1, 8, 8, 3), np.uint8), rows=names).scene()
    assert len([mark for mark in made.marks if type(mark).__name__ == "Image"]) == 90
