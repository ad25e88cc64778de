"""`phosphene maps`: videos, pictures and pages; errors before anything is written; Ctrl-C keeps the frames until then."""

from __future__ import annotations

import itertools
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from torch import Tensor

from phosphene import maps, video
from phosphene.models.patterns import draw
from tests.command import run

FRAMES = ["drawn:dots", "drawn:rings", "drawn:waves"]
SMALL = ["--size", "48", "--model", "patterns"]


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("words", "output"),
    [
        (["--layer", "block3"], "maps.gif"),
        (["-l", "block3", "--scale", "clip", "--channels", "5,0", "--rate", "4"], "maps.png"),
        (["-l", "stem", "--scale", "2.5"], "frames"),
        (["-l", "block2", "--components"], "maps.webp"),
        (["-l", "block3", "--unit", "17", "--back", "guided"], "unit.gif"),
    ],
)
def test_videos(
    words: list[str], output: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = run(capsys, monkeypatch, "maps", *FRAMES, *words, *SMALL, "-o", output)
    assert (code, out, err) == (0, f"{output}: 3 frames\n", "")
    assert len(list(video.read(output))) == 3
    if output == "maps.png":
        assert video.rate_of(output) == 4
    if output == "maps.gif":
        assert video.rate_of(output) == 2


def test_a_video_keeps_its_speed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    video.write("in.png", [draw("dots", 0, index, 48) for index in range(3)], rate=25)
    assert run(capsys, monkeypatch, "maps", "in.png", "-l", "block3", *SMALL, "-o", "out.png")[0] == 0
    assert video.rate_of("out.png") == 25


def test_a_page(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, err = run(capsys, monkeypatch, "maps", *FRAMES, "-l", "block2,block3", *SMALL, "-o", "maps.html")
    assert (code, err) == (0, "")
    assert out.startswith("maps.html: Clip('patterns: block2, block3': 3 frames")
    assert "<!doctype html>" in Path("maps.html").read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["drawn:dots", "-l", "blok3"], r"UnknownLayer: maps.*'blok3'.*Nearest: 'block3'"),
        (["drawn:dotts", "-l", "block3"], "UnknownLabel: .*dotts"),
        (["gone.mp4", "-l", "block3"], "BadPicture: 'gone.mp4': no such file or folder"),
        (["empty", "-l", "block3"], "BadPicture: the folder 'empty' holds no picture"),
        (["drawn:dots", "-l", "block3", "-o", "maps.pdf"], "BadArgument: the video 'maps.pdf'"),
        (["drawn:dots", "-l", "block3", "-o", "gone/maps.html"], "BadArgument: the file 'gone/maps.html'"),
        (["drawn:dots", "-l", "block3", "--scale", "layer"], "BadArgument: .*scale.* 'own', 'shared', 'clip'"),
        (["drawn:dots", "-l", "block3", "--channels", "99"], "BadArgument: layer 'block3': channel is 99"),
        (["drawn:dots", "-l", "block3", "--components", "--unit", "3"], "BadArgument: --components and --unit"),
        (["drawn:dots", "-l", "block3", "--unit", "3", "--back", "up"], "BadArgument: .*back.* 'gradient', 'deconvnet'"),
        (["drawn:dots", "-l", "block3", "--components", "-o", "maps.html"], "BadArgument: a page with --components"),
        (["in.png", "-l", "block3", "-o", "in.png"], "BadArgument: -o in.png, which is looked at"),
        (["drawn:dots", "-l", "block3", "-o", "maps.html", "--limit", "0.01"], "TooLarge: a page of 1 frames"),
    ],
)  # fmt: skip
def test_errors_come_before_anything_is_written(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    video.write("in.png", [draw("dots", 0, 0, 48)])
    Path("empty").mkdir()
    there = sorted(Path().iterdir())
    code, _, err = run(capsys, monkeypatch, "maps", *words, *SMALL)
    assert code == 1
    assert re.search(message, err), err
    assert "Traceback" not in err
    assert sorted(Path().iterdir()) == there


def test_ctrl_c_keeps_the_frames_until_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = maps.grid

    def interrupted(*given: Any) -> Iterator[Tensor]:
        for number in itertools.count():
            if number == 2:
                os.kill(os.getpid(), signal.SIGINT)
            yield next(whole(*given))

    monkeypatch.setattr(maps, "grid", interrupted)
    before = signal.getsignal(signal.SIGINT)
    code, out, _ = run(capsys, monkeypatch, "maps", *FRAMES, "-l", "block3", *SMALL, "-o", "maps.png")
    assert (code, out) == (1, "maps.png: 3 frames, interrupted\n")
    assert len(list(video.read("maps.png"))) == 3
    assert signal.getsignal(signal.SIGINT) in (before, signal.default_int_handler)


def test_the_help_shows_an_example_that_works(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = run(capsys, monkeypatch, "maps", "--help")
    text = " ".join(re.sub(r"[│╭╮╰╯─]", " ", out).split())
    examples = re.findall(r"Example: phosphene (maps .*? -o \S+)", text)
    assert (code, len(examples)) == (0, 2)
    for example in examples:
        assert run(capsys, monkeypatch, *example.split(), *SMALL)[0] == 0
