"""Plates and bias figures with any numbers: they are drawn, kept, and read again."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phosphene.errors import BadArgument, TooLarge
from phosphene.figures import Bias, Plates, load
from tests.drawn_figures import NAMES


@st.composite
def plates(draw: st.DrawFn) -> Plates:
    dice = np.random.default_rng(draw(st.integers(0, 999)))
    count, (h, w, c) = draw(st.integers(1, 9)), dice.integers(1, 5, 3)
    images = dice.integers(0, 256, (count, 2 * h, 2 * w, 3), dtype=np.uint8)
    names = tuple(draw(st.lists(NAMES, min_size=count, max_size=count)))
    values = dice.standard_normal((count, h, w, c)).astype(np.float32)
    return Plates("plates", {"how": draw(NAMES)}, (), draw(NAMES), names, values, images, draw(st.integers(1, 12)))


@st.composite
def biases(draw: st.DrawFn) -> Bias:
    dice = np.random.default_rng(draw(st.integers(0, 999)))
    networks, groups, shown = draw(st.integers(1, 3)), draw(st.integers(1, 6)), draw(st.integers(0, 10))
    counts = dice.integers(0, 3, (3, networks, groups))
    images = dice.integers(0, 256, (shown, 5, 6, 3), dtype=np.uint8)
    names = [tuple(draw(st.lists(NAMES, min_size=n, max_size=n))) for n in (networks, groups, shown)]
    return Bias("bias", {}, (), names[0], names[1], *counts, images, names[2], draw(NAMES))


@settings(max_examples=10)
@given(st.one_of(plates(), biases()))
def test_a_figure_is_drawn_and_read_again(one: Plates | Bias) -> None:
    scene = one.scene()
    assert all(mark.x >= -30 and mark.x + getattr(mark, "width", 0) <= scene.width + 1 for mark in scene.marks)
    with tempfile.TemporaryDirectory() as folder:
        again = load(one.save(Path(folder) / "figure.npz"))
        assert one.save(Path(folder) / "figure.svg").read_text().startswith("<svg")
    assert type(again) is type(one)
    assert repr(again) == repr(one)
    for name in ("values", "images") if isinstance(one, Plates) else ("shape", "texture", "other", "images"):
        np.testing.assert_array_equal(getattr(again, name), getattr(one, name))


def test_pages_have_a_limit_and_escape_their_texts(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (9, 64, 64, 3), dtype=np.uint8)
    one = Plates("<b>", {"a<": "b&"}, (), "", ("",) * 9, np.zeros((9, 1, 1, 1), np.float32), images, 3)
    page = one.save(tmp_path / "page.html").read_text()
    assert "<title>&lt;b&gt;</title>" in page
    assert "<dt>a&lt;</dt><dd>b&amp;</dd>" in page
    with pytest.raises(TooLarge, match=r"'<b>' has .* MB.*0.01 MB at most"):
        one.page(0.01)
    with pytest.raises(BadArgument, match=r"write 'page\.html'"):
        one.save(tmp_path / "page.gif")


def test_an_archive_with_arrays_that_do_not_fit_is_refused(tmp_path: Path) -> None:
    images = np.zeros((2, 4, 4, 3), np.uint8)
    one = Plates("", {}, (), "", ("a", "b"), np.zeros((2, 1, 1, 1), np.float32), images, 3)
    with np.load(one.save(tmp_path / "data.npz")) as file:
        arrays = dict(file)
    arrays["values"] = arrays["values"][:1]
    np.savez(tmp_path / "data.npz", **arrays)
    with pytest.raises(BadArgument, match="holds no figure"):
        load(tmp_path / "data.npz")
