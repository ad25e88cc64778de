"""`phosphene invert` and `phosphene caricature`: the examples of --help as typed, files, Ctrl-C, what is refused."""

from __future__ import annotations

import inspect
import re
import shlex
from pathlib import Path

import pytest
import torch

import phosphene as ph
from phosphene.cli import inversion
from phosphene.figures import Table, load
from phosphene.render import api
from tests.command import run

FAST = ["--size", "32", "--steps", "2"]
EXAMPLES = [
    line
    for command in (inversion.invert, inversion.caricature)
    for line in re.findall(r"Example: phosphene (.*)", inspect.getdoc(command) or "")
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_example_of_help_works_as_typed(
    example: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """with fewer steps; the picture replays"""
    monkeypatch.chdir(tmp_path)
    words = shlex.split(example)
    code, out, err = run(capsys, monkeypatch, *words, *FAST)
    assert (code, err) == (0, "")
    name = words[words.index("-o") + 1]
    assert re.match(rf"{name}: \d pictures? of 32 x 32, 2 steps, completed", out)
    assert run(capsys, monkeypatch, "replay", name)[0] == 0


def test_help_shows_the_examples(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(EXAMPLES) == 3
    for command in ("invert", "caricature"):
        code, out, _ = run(capsys, monkeypatch, command, "--help")
        assert code == 0
        assert f"Example: phosphene {command} drawn:" in re.sub(r"\s*│?\n│?\s*", " ", out)


def test_several_layers_make_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "table.npz"
    words = ["invert", "drawn:rings", "--layer", "stem, block1", "--batch", "1", "-o", str(path), *FAST]
    code, out, err = run(capsys, monkeypatch, *words)
    assert (code, err) == (0, "")
    assert out.startswith(f"{path}: What layers keep")
    table = load(path)
    assert isinstance(table, Table)
    assert table.columns == ("picture", "stem", "block1")


def test_ctrl_c_saves_what_there_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = api._frames

    def cut_short(*arguments: object) -> object:
        for number, frame in enumerate(frames(*arguments)):  # type: ignore[arg-type]
            yield frame
            if number == 2:
                raise KeyboardInterrupt

    monkeypatch.setattr(api, "_frames", cut_short)
    path = tmp_path / "made.png"
    words = [
        "invert",
        "drawn:rings",
        "--layer",
        "stem",
        "--batch",
        "1",
        "-o",
        str(path),
        "--size",
        "32",
        "--steps",
        "9",
    ]
    code, out, _ = run(capsys, monkeypatch, *words)
    assert code == 1
    assert "3 steps, interrupted" in out
    assert torch.isfinite(ph.Render.load(path).images).all()


def test_ctrl_c_ends_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """all of it, not one layer of it alone; there is no table without some of its pictures"""
    frames = api._frames

    def cut_short(*arguments: object) -> object:
        yield next(frames(*arguments))  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(api, "_frames", cut_short)
    path = tmp_path / "table.png"
    words = ["invert", "drawn:rings", "--layer", "stem, block1, block2", "--batch", "1", "-o", str(path), *FAST]
    code, _, err = run(capsys, monkeypatch, *words)
    assert code == 1
    assert err == f"interrupted: without all its pictures {path} is not written\n"
    assert not path.exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["drawn:rigns", "--layer", "stem"], "UnknownLabel: .*rings"),
        (["none.png", "--layer", "stem"], "BadPicture: 'none.png': no such file"),
        (["drawn:rings", "--layer", "sten"], "UnknownLayer: .*Nearest: 'stem"),
        (["drawn:rings", "--layer", "stem", "-o", "made.jpg"], r"BadArgument: .*made.png"),
        (["drawn:rings", "--layer", "stem", "-o", "nowhere/made.png"], "BadArgument: .*nowhere.* is no folder"),
        (["drawn:rings", "--layer", "stem", "--steps", "0"], "BadArgument: --steps 0. an integer from 1"),
    ],
)
@pytest.mark.parametrize("command", ["invert", "caricature"])
def test_errors_come_before_anything_is_painted(
    command: str,
    words: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, monkeypatch, command, *words)
    assert code == 1
    assert re.search(message, err), err
    assert "Traceback" not in err
    assert not list(tmp_path.iterdir())


def test_a_picture_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ph.render(ph.load("patterns"), "logit('dots')", ph.param.fourier(32), steps=1, progress=False).save("own.png")
    before = Path("own.png").read_bytes()
    code, _, err = run(capsys, monkeypatch, "caricature", "own.png", "--layer", "stem", "-o", "./own.png")
    assert code == 1
    assert "the picture itself" in err
    assert Path("own.png").read_bytes() == before
