from __future__ import annotations

import io
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image

from phosphene.errors import BadArgument
from phosphene.figures import load
from tests.drawn_figures import KINDS, figure


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suffix", [".html", ".png", ".svg", ".npz", ".PNG"])
def test_each_file_is_what_its_name_says(kind: str, suffix: str, tmp_path: Any) -> None:
    path = figure(kind).save(tmp_path / f"figure{suffix}")
    assert path == tmp_path / f"figure{suffix}"
    content = path.read_bytes()
    if suffix.lower() == ".png":
        assert Image.open(io.BytesIO(content)).format == "PNG"
    elif suffix == ".svg":
        assert ElementTree.fromstring(content).tag.endswith("svg")
    elif suffix == ".npz":
        assert load(path).kind == kind
    else:
        assert kind in content.decode()


@pytest.mark.parametrize("name", ["figure.pdf", "figure"])
def test_another_kind_of_file(name: str, tmp_path: Any) -> None:
    with pytest.raises(BadArgument, match=r"a page \(\.html\).*write 'figure\.html'"):
        figure("grid").save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there(tmp_path: Any) -> None:
    with pytest.raises(BadArgument):
        figure("grid").save(tmp_path / "none" / "figure.png")


def test_the_notebook_shows_the_static_figure() -> None:
    one = figure("groups")
    assert one._repr_png_() == one.scene().png()
