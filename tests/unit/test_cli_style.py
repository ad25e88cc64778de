"""The commands texture, style and doodle: what their help shows works as typed, with fewer steps; errors in three parts."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import phosphene as ph
from phosphene.cli import styles as commands
from phosphene.render import api
from tests.command import run


@pytest.mark.parametrize("name", ["texture", "style", "doodle"])
def test_the_example_of_the_help(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"Example: phosphene (.*)", getattr(commands, name).__doc__)
    words = shlex.split(example)
    assert words[0] == name
    words[words.index("--steps") + 1] = "3"
    code, out, err = run(capsys, monkeypatch, *words)
    assert (code, err) == (0, "")
    last = "" if name == "style" else " and one that matches the colors"
    assert re.search(rf"{name}.png: 1 picture of \d+ x \d+, 3 steps{last}, completed", out)
    assert ph.Render.load(tmp_path / f"{name}.png").provenance["program"]["objective"]


def test_help_shows_the_example(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    _, out, _ = run(capsys, monkeypatch, "doodle", "--help")
    assert "phosphene doodle drawn:bricks+waves map:halves map:disk" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["texture", "drawn:brick"], "UnknownLabel: .*brick"),
        (["texture", "drawn:bricks", "-o", "x.jpg"], "BadArgument: -o x.jpg.*a .png file"),
        (["texture", "nowhere.png"], "BadPicture: .*nowhere.png.*no such file"),
        (["style", "drawn:bricks", "drawn:waves", "drawn:dots", "--mix", "a"], "BadArgument: --mix a.*--mix 0.7,0.3"),
        (
            ["style", "drawn:bricks", "drawn:waves", "--color", "red"],
            "BadArgument: --color red.*lightness or histogram",
        ),
        (["style", "drawn:bricks", "drawn:waves", "--layers", "blok1"], "UnknownLayer: .*block1"),
        (["doodle", "drawn:bricks", "map:halve", "map:disk"], "BadArgument: the map 'map:halve'.*Nearest: 'halves'"),
        (["doodle", "drawn:bricks", "map:halves", "drawn:rings"], "BadArgument: a target mask with #"),
    ],
)
def test_errors(
    words: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, monkeypatch, *words)
    assert code == 1
    assert re.search(message, err), err
    assert not list(tmp_path.iterdir())


@pytest.mark.filterwarnings("always::phosphene.models.RegionWarning")
def test_a_thin_region_is_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """not for each of its two sides, at each size and layer"""
    monkeypatch.chdir(tmp_path)
    words = ["doodle", "drawn:bricks+waves", "map:halves", "map:disk", "--size", "48", "--steps", "2"]
    code, _, err = run(capsys, monkeypatch, *words)
    assert code == 0
    assert len(err.splitlines()) == 1
    assert err.startswith("a region covers at most")


def test_the_colors_that_are_put_back_are_no_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["style", "drawn:hearts", "drawn:waves", "--size", "32", "--steps", "2", "--color", "lightness"]
    assert "2 steps and one that puts the colors back, completed" in run(capsys, monkeypatch, *words)[1]


def test_what_there_is_is_saved_after_an_interruption(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from phosphene import recipes

    net = ph.models.load("patterns")
    whole = recipes.texture(net, ph.models.patterns.draw("dots", 1, size=32), steps=1)
    whole.status = "interrupted"
    monkeypatch.setattr(recipes, "texture", lambda *arguments, **named: whole)
    monkeypatch.chdir(tmp_path)
    code, out, _ = run(capsys, monkeypatch, "texture", "drawn:dots")
    assert (code, "interrupted" in out, " and one that" in out) == (1, True, False)
    assert (tmp_path / "texture.png").exists()


@pytest.mark.filterwarnings("ignore::phosphene.models.RegionWarning")
def test_an_interruption_at_half_size_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = api._frames

    def cut_short(*arguments: object) -> object:
        yield next(frames(*arguments))  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(api, "_frames", cut_short)
    monkeypatch.chdir(tmp_path)
    code, out, _ = run(capsys, monkeypatch, "doodle", "drawn:bricks+waves", "map:halves", "map:disk", "--size", "64")
    assert (code, "1 steps, interrupted" in out) == (1, True)
    assert out.splitlines()[-1] == "  stage 1 of 3, of 32 x 32 pixels; the whole picture has 64 x 64"
