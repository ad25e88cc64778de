"""The page of units as text: everything inside it, no script, texts as text, bounded."""

from __future__ import annotations

import dataclasses
import re
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from phosphene.errors import ShapeMismatch, TooLarge
from phosphene.figures import load
from phosphene.html.units import page
from tests.browser import synthetic_map

NASTY = "</style><script>alert(1)</script><!-- & \"'"


def test_it_asks_for_nothing_and_runs_nothing() -> None:
    text = synthetic_map.units().page()
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'none'" in text
    assert not re.search(r"https?:|<script|url\(|@import", text)
    assert not re.search(r"\$[a-zA-Z]", text)


def test_texts_of_any_kind_are_text() -> None:
    figure = synthetic_map.units()
    layers = tuple(
        dataclasses.replace(one, name=NASTY, high_name=((NASTY,) * 3,) * len(one.units)) for one in figure.layers
    )
    text = dataclasses.replace(figure, title=NASTY, made={NASTY: NASTY}, layers=layers).page()
    assert text.count("<script") == 0
    assert text.count("</style>") == 1
    assert text.count("&lt;script&gt;") > 10


def test_the_same_units_have_the_same_bytes_also_from_the_archive(tmp_path: Path) -> None:
    figure = synthetic_map.units()
    again = load(figure.save(tmp_path / "units.npz"))
    assert again.page() == figure.page()
    assert again.layers[0].high_name == figure.layers[0].high_name


def test_every_style_is_in_the_page() -> None:
    found = resources.files("phosphene.html.units").joinpath("styles").iterdir()
    assert sorted(page.OWN_STYLES) == sorted(one.name.rpartition(".")[0] for one in found)


def test_a_page_beyond_the_limit_is_not_written(tmp_path: Path) -> None:
    figure = synthetic_map.units()
    with pytest.raises(TooLarge, match=r"0\.01 MB at most.*fewer units or fewer examples of each, or write limit=1"):
        figure.save(tmp_path / "units.html", 0.01)
    assert not (tmp_path / "units.html").exists()


def test_names_that_do_not_fit() -> None:
    layer = synthetic_map.units().layers[0]
    with pytest.raises(ShapeMismatch, match=r"names \[2, 3, 3\].*a name for each picture"):
        dataclasses.replace(layer, high_name=(("a", "b"), *layer.high_name[1:]))
    with pytest.raises(ShapeMismatch, match="a value for each picture"):
        dataclasses.replace(layer, low_value=np.zeros((3, 1), np.float32))
