"""The command line: exit status, three-part errors on stderr, no traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import phosphene as ph
from tests.command import run

FAST = ["--preset", "plain", "--size", "32", "--steps", "2"]


def test_render_show_and_replay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "out.png")
    goal = "channel('block3', 17) - 0.05*tv()"
    code, out, err = run(capsys, monkeypatch, "render", goal, "--model", "patterns", "-o", path, "--seed", "4", *FAST)
    assert (code, err) == (0, "")
    assert "1 picture of 32 x 32, 2 steps, completed" in out
    code, out, _ = run(capsys, monkeypatch, "show", path)
    assert code == 0
    assert goal in out
    assert "patterns" in out
    code, out, _ = run(capsys, monkeypatch, "show", path, "--json")
    shown = json.loads(out)
    assert shown["program"]["objective"] == goal
    assert shown["program"]["seed"] == [4]
    assert sum(row[0] for row in shown["terms"].values()) == pytest.approx(shown["scores"][0], abs=1e-5)
    again = tmp_path / "again.png"
    code, out, _ = run(capsys, monkeypatch, "replay", path, "-o", str(again))
    assert code == 0
    assert "the same picture" in out
    assert ph.Render.load(again).provenance == ph.Render.load(path).provenance


def test_layers(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _ = run(capsys, monkeypatch, "layers", "patterns")
    assert code == 0
    assert "block3" in out
    code, out, _ = run(capsys, monkeypatch, "layers", "patterns", "--json")
    assert "block3" in {layer["name"] for layer in json.loads(out)}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["render", "channel('blok3', 1)", *FAST], r"UnknownLayer: channel\('blok3', 1\).*Nearest: 'block3"),
        (["render", "chanel('block3', 1)", *FAST], "ParseError: .*\n\\^"),
        (["render", "logit('spirl')", *FAST], "UnknownLabel: .*'spiral'"),
        (["render", "channel('block3', 1)", "--model", "pattern", *FAST], "UnknownModel: .*patterns"),
        (["render", "channel('block3', 1)", "--preset", "nice"], "BadArgument: --preset nice"),
        (["show", "missing.png"], "BadPicture: 'missing.png': no such file"),
        (["replay", "missing.png"], "BadPicture"),
        (["layers", "resnet51"], "UnknownModel: .*resnet50"),
    ],
)
def test_errors(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import re

    code, _, err = run(capsys, monkeypatch, *words)
    assert code == 1
    assert re.search(message, err), err
    assert "Traceback" not in err


@pytest.mark.parametrize("words", [["paint"], ["render"], ["render", "channel('block3', 1)", "--steps", "many"]])
def test_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(capsys, monkeypatch, *words)[0] == 2
