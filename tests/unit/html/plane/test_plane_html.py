"""The page of a map as text: everything inside it, texts as text, its data those of the figure, bounded."""

from __future__ import annotations

import base64
import dataclasses
import io
import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from phosphene.errors import TooLarge
from phosphene.figures import load
from phosphene.figures.spread import reach
from phosphene.html.plane import page
from tests.browser import synthetic_map

NASTY = "</script><img src=x onerror=alert(1)><!--<script> & \"'"


def entries(text: str, name: str) -> Any:
    (found,) = re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', text, re.DOTALL)
    return json.loads(found)


def array(record: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(record["data"]), np.dtype("<" + record["type"]))


def test_it_allows_itself_its_own_script_and_asks_for_nothing() -> None:
    text = synthetic_map.plane().page()
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'\"" in text
    assert not re.search(r"https?:|@import|fetch\(|XMLHttpRequest|innerHTML|document\.write|eval\(", text)
    assert not re.search(r"\$[a-z]+\b(?!\{)", re.sub(r"`[^`]*`", "", text))


def test_the_data_are_those_of_the_figure() -> None:
    figure = synthetic_map.plane()
    text = figure.page()
    data = entries(text, "data")
    for name in ("place", "distance"):
        np.testing.assert_array_equal(array(data[name]), getattr(figure, name).ravel())
    for name in ("shown", "nearest"):
        np.testing.assert_array_equal(array(data[name]), getattr(figure, name).ravel())
    np.testing.assert_array_equal(array(data["label"]), figure.label + 1)
    np.testing.assert_allclose(array(data["reach"])[1:], reach(figure.place[figure.shown])[1:], rtol=1e-6)
    assert data["order"] == [2, 0, 1]
    assert len(data["inks"]) == len(figure.classes) + 1
    sheet = entries(text, "stored")["tiles/0"].partition(",")[2]
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(sheet))).convert("RGB")).astype(int)
    for one in range(36):
        top, left = (part * synthetic_map.SIDE + 12 for part in divmod(one, 8))
        assert np.abs(pixels[top, left] - synthetic_map.color(one)).max() < 12


def test_texts_of_any_kind_are_text(tmp_path: Path) -> None:
    changed = {"title": NASTY, "made": {NASTY: NASTY}, "names": (NASTY,) * 37, "classes": (NASTY,) * 3, "about": NASTY}
    text = dataclasses.replace(synthetic_map.plane(), **changed).page()
    assert text.count("<script") == 3
    assert text.count("<img") == 1
    assert entries(text, "data")["names"][0] == NASTY


def test_the_same_map_has_the_same_bytes_also_from_the_archive(tmp_path: Path) -> None:
    figure = synthetic_map.plane()
    assert load(figure.save(tmp_path / "map.npz")).page() == figure.page()


@pytest.mark.parametrize(("kind", "names"), [("styles", page.OWN_STYLES), ("scripts", page.OWN_SCRIPTS)])
def test_every_file_is_in_the_page(kind: str, names: tuple[str, ...]) -> None:
    found = resources.files("phosphene.html.plane").joinpath(kind).iterdir()
    assert sorted(names) == sorted(one.name.rpartition(".")[0] for one in found)


def test_a_page_beyond_the_limit_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(
        TooLarge, match=r"0\.02 MB at most expected\. write thumbnails=200, or write limit=1 to allow it"
    ):
        synthetic_map.plane().save(tmp_path / "map.html", 0.02)
    assert not (tmp_path / "map.html").exists()


def test_the_small_map_has_a_dot_for_each_picture_with_a_place() -> None:
    figure = synthetic_map.plane()
    found = page.small(figure)
    dots = {(row // 8, column // 8) for row, column in np.argwhere(found[..., 3] > 0).tolist()}
    for one in range(5):
        x, y = figure.place[one] * (page.SMALL - 4)
        assert (round(float(y)) // 8, round(float(x)) // 8) in dots
    assert (found[..., 3] > 0).sum() <= 36 * 9


def test_the_static_figure_shows_thumbnails_that_do_not_meet() -> None:
    text = synthetic_map.plane().scene().svg()
    assert 6 <= text.count("<image") <= 12
    assert "37 pictures, " in text
