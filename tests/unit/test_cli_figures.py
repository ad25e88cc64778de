"""The commands that make figures: one file each, and errors before anything is painted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from torchvision.utils import save_image

from phosphene.figures import Grid, load
from tests.command import run
from tests.drawings import halves

FAST = ["--icon", "16", "--steps", "2", "--size", "96"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("figures")
    save_image(halves(size=96), made / "halves.png")
    return made


@pytest.mark.parametrize(
    ("words", "suffix"),
    [
        (["dictionary", "--layers", "block3, block4", "--top", "2", "--at", "40,10 40,80"], "html"),
        (["dictionary", "--layers", "block4", "--toward", "logit('dots')", "--top", "2"], "svg"),
        (["grid", "--layers", "block4", "--whiten", "--joint", "8"], "npz"),
        (["groups", "--layers", "block4", "--count", "2", "--toward", "logit('dots')"], "png"),
        (["influences", "--layers", "block3,block4", "--toward", "logit('dots')", "--top", "1"], "html"),
        (["influences", "-l", "block4", "--toward", "logit('dots')", "--method", "integrated_gradients"], "png"),
    ],
)
def test_a_figure_from_a_picture(
    words: list[str], suffix: str, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / f"{words[0]}.{suffix}"
    store = ["--store", str(folder / "icons")]
    code, out, err = run(
        capsys, monkeypatch, words[0], str(folder / "halves.png"), *words[1:], "-o", str(path), *FAST, *store
    )
    assert (code, err) == (0, "")
    assert re.search(rf"{path.name}: .*halves.* \([\d.]+ [kM]B\)", out)
    assert path.stat().st_size > 1000
    if suffix == "npz":
        made = load(path)
        assert isinstance(made, Grid)
        assert made.whitened
        assert made.layers[0].joint.shape == (1, 48, 48, 3)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--layers", "blok4"], "UnknownLayer: .*Nearest: 'block4"),
        (["--layers", "block4", "--at", "40;10"], "BadArgument: --at '40;10'.*48,20 80,100"),
        (["--layers", "block4", "--at", "40,96"], r"BadArgument: the place \(40, 96\)"),
        (["--layers", "block4", "--top", "129"], "BadArgument: --top 129. .* --top 128"),
        (["--layers", "block4", "--toward", "logit('dot')"], "UnknownLabel: .*'dots'"),
        (["--layers", "block4", "-o", "page.pdf"], r"BadArgument: save\('page.pdf'\).*'page.html'"),
        (["--layers", "block4", "--at=-5,4"], r"BadArgument: the place \(-5, 4\)"),
        (["--layers", "block4", "-o", "nowhere/page.html"], "BadArgument: .*nowhere.* is no folder"),
    ],
)
def test_errors_come_before_any_icon(
    words: list[str],
    message: str,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, monkeypatch, "dictionary", str(folder / "halves.png"), *words, *FAST, "--store", "icons")
    assert code == 1
    assert re.search(message, err), err
    assert "Traceback" not in err
    assert not list(tmp_path.glob("icons/*/*.png"))


def test_a_picture_is_not_overwritten_by_its_figure(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = folder / "halves.png"
    before = picture.read_bytes()
    code, _, err = run(capsys, monkeypatch, "dictionary", str(picture), "-l", "block4", "-o", f"{folder}/./halves.png")
    assert code == 1
    assert re.search(r"BadArgument: -o .*halves.png, which is a picture to look at.*halves-figure.png", err), err
    assert picture.read_bytes() == before


@pytest.mark.parametrize("method", ["between", "attribute", "Tail", "Method", "gradients"])
def test_a_method_that_is_none(
    method: str, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["influences", str(folder / "halves.png"), "-l", "block4", "--toward", "logit('dots')", "--method", method]
    code, _, err = run(
        capsys, monkeypatch, *words, *FAST, "-o", str(folder / "x.html"), "--store", str(folder / "none")
    )
    assert code == 1
    assert f"attribution.{method}" in err
    assert "Traceback" not in err
    assert not list(folder.glob("none/*/*.png"))
