"""`phosphene explain`: pages, figures and data; errors in the words of the command line, before anything is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from torchvision.utils import save_image

from phosphene.cli.explain import _parts
from phosphene.figures import Explanation, load
from phosphene.models.patterns import draw
from tests.command import run

SMALL = ["--size", "48"]


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    save_image(draw("dots", 0, 0, 48), "in.png")


def test_the_data_of_files_and_drawings(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    words = [
        "in.png",
        "drawn:rings:7",
        "drawn:rings:7",
        "-c",
        "dots,3",
        "--against",
        "rings",
        "--method",
        "gradcam,guided",
    ]
    code, out, err = run(capsys, monkeypatch, "explain", *words, *SMALL, "-o", "out.npz")
    assert (code, err) == (0, "")
    assert re.fullmatch(
        r"out.npz: What speaks for dots, .*, dots − rings, .* in “in”, “rings 7”, “rings 7 \(2\)” \([\d.]+ MB\)\n", out
    )
    found = load("out.npz")
    assert isinstance(found, Explanation)
    assert [one.name for one in found.pictures] == ["in", "rings 7", "rings 7 (2)"]
    assert [(found.named(one), one.name) for one in found.layers] == [
        ("grad_cam", "block4"),
        ("guided_backprop", "image"),
    ]


def test_a_figure_after_a_post_processing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["drawn:dots", "-c", "logit('dots') - logit('rings')", "--post", "torchcam", "-o", "out.svg"]
    assert run(capsys, monkeypatch, "explain", *words, *SMALL)[0] == 0
    assert "Maps as torchcam shows them" in Path("out.svg").read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-c", "dotts"], "UnknownLabel: label 'dotts'.*Nearest: 'dots'"),
        (["-c", "99"], "UnknownLabel: class 99"),
        (["-c", ","], "BadArgument: .*no class"),
        (["-c", "dots", "--against", "ring"], "UnknownLabel: .*'rings'"),
        (["-c", "dots", "--method", "gradcan"], "UnknownName: 'gradcan'.*Nearest: 'grad_cam'"),
        (["-c", "dots", "--layer", "blok4"], "UnknownLayer: .*'block4'"),
        (["-c", "dots", "--method", "guided_gradcam", "-l", "block3"], "BadArgument: .*leave --layer out, or --layer image"),
        (["-c", "dots", "-l", "image"], "BadArgument: .*grad_cam.*--layer block4"),
        (["-c", "dots", "--post", "lucid"], "BadArgument: --post lucid"),
        (["-c", "dots", "-o", "page.pdf"], r"BadArgument: save\('page.pdf'\)"),
        (["-c", "dots", "-o", "in.png"], "BadArgument: -o in.png, which is a picture to look at"),
        (["-c", "dots", "-o", "gone/page.html"], "BadArgument: .*gone"),
        (["-c", "dots", "--method", "ig", "--limit", "0.01"], "TooLarge: a page with maps of .* --limit 2"),
    ],
)  # fmt: skip
def test_errors_come_before_anything_is_written(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = sorted(Path().iterdir())
    code, _, err = run(capsys, monkeypatch, "explain", "in.png", *words, *SMALL)
    assert code == 1
    assert re.search(message, err), err
    assert "Traceback" not in err
    assert sorted(Path().iterdir()) == there


def test_commas_in_brackets_do_not_part() -> None:
    assert _parts(" a,rise(masks=2, seed=1),, occlusion(window=(2, 3), fill=0),b ") == [
        "a",
        "rise(masks=2, seed=1)",
        "occlusion(window=(2, 3), fill=0)",
        "b",
    ]


def test_the_help_shows_examples_that_work(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _ = run(capsys, monkeypatch, "explain", "--help")
    text = " ".join(re.sub(r"[│╭╮╰╯─]", " ", out).split())
    examples = re.findall(r"Example: phosphene (explain .*? -o \S+)", text)
    assert (code, len(examples)) == (0, 2)
    for example in examples:
        assert run(capsys, monkeypatch, *example.split(), *SMALL)[0] == 0
