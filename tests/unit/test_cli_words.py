"""What the commands say is said of their options, and what they advise can be typed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import phosphene as ph
from phosphene.cli.wording import reworded
from phosphene.errors import BadArgument
from phosphene.values import check_choice, check_integer, check_number
from tests.command import run

DOODLE = ["doodle", "drawn:bricks+waves", "map:halves", "map:disk"]
STYLE = ["style", "drawn:hearts", "drawn:waves"]
DREAM = ["dream", "drawn:waves", "--layer", "block2"]


@pytest.mark.parametrize(
    ("words", "said", "advised"),
    [
        ([*STYLE, "--color", "red"], "--color red", "--color lightness"),
        ([*STYLE, "--mix", "1,2"], "--mix 1,2", "--mix 0.7"),
        ([*STYLE, "drawn:dots", "--mix", "0,0"], "--mix 0,0", "--mix 0.7,0.3"),
        ([*STYLE, "--mix", "nan"], "--mix nan", "--mix 0.7"),
        ([*STYLE, "--alpha=-1"], "--alpha -1.0", "--alpha 0"),
        ([*STYLE, "--size", "0"], "--size 0", "--size 224"),
        (["texture", "drawn:dots", "--steps", "0"], "--steps 0", "--steps 1"),
        ([*DOODLE, "--steps", "1"], "--steps 1", "--steps 2"),
        ([*DOODLE, "--colors", "0"], "--colors 0", "--colors 1"),
        ([*DOODLE, "--size=-3"], "--size -3", "--size 224"),
        (["attack", "drawn:rings", "--epsilon", "0"], "--epsilon 0.0", "--epsilon 0.0314 (--norm linf)"),
        (["attack", "drawn:rings", "--epsilon", "0"], "--epsilon 0.0", "--epsilon 2 (--norm l2)"),
        (["attack", "drawn:rings", "--norm", "l3"], "--norm l3", "--norm linf"),
        (["attack", "drawn:rings", "--restarts", "0"], "--restarts 0", "--restarts 1"),
        (["attack", "drawn:rings", "--over", "tf.eot_2d", "--norm", "l2"], "--over with", "--epsilon 0.2"),
        (["attack", "drawn:rings", "--size", "99999"], "--size 99999", "--size 224"),
        ([*DREAM, "--scale", "0.5"], "--scale 0.5", "--scale 1.0001"),
        ([*DREAM, "--octaves", "12"], "octave 3 of 12", "--octaves 9"),
        ([*DREAM, "--objective", "logit('dots')"], "dream with --layer, --objective", "leave out all but one"),
        (["dream", "drawn:waves", "--classes", ","], "--classes ,", "--classes rings,dots"),
        (["dream", "drawn:waves", "--classes", "all", "--guide", "drawn:dots"], "--guide without", "--layer block3"),
        (["dream", "drawn:wave", "-l", "block2"], "'wave' is not drawn. Nearest: 'weave', 'waves'", "drawn:weave"),
        (["invert", "drawn:stripe 4", "-l", "stem"], "'stripe 4' is not drawn", '"drawn:stripes 45"'),
        (
            ["caricature", "drawn:dots", "-l", "stem", "--weight=-1", "--toward", "logit('hearts')"],
            "--weight -1.0",
            "0",
        ),
        ([*STYLE, "-o", "cat.jpg"], "-o cat.jpg. a .png file expected, which alone carries", "-o cat.png"),
        (["render", "logit('dots')", "-o", "cat.jpg"], "-o cat.jpg", "-o cat.png"),
        ([*DREAM, "-o", "cat.jpg"], "-o cat.jpg. a .png file expected, or frames", "--zoom 60 -o cat.gif"),
    ],
    ids=lambda given: shlex.join(given) if isinstance(given, list) else "",
)
def test_advice_can_be_typed(
    words: list[str],
    said: str,
    advised: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, monkeypatch, *words)
    assert (code, out) == (1, "")
    given, _, rest = err.partition(": ")
    assert re.fullmatch(r"\w+", given)
    assert rest.startswith(said) or said in rest
    assert advised in rest
    assert not re.search(r"\b\w+=(?!\d)|None|\w\('", rest), "words of Python"
    assert not list(tmp_path.iterdir())


NAMES = {"steps": "--steps", "color": "--color", "rate": "--rate"}


@pytest.mark.parametrize(
    ("check", "message"),
    [
        (
            lambda: check_integer("render", "steps", 0, 1, 9),
            "--steps 0. an integer from 1 to 9 expected. write --steps 1.",
        ),
        (
            lambda: check_number("dream", "rate", -1.0, 0, 2),
            "--rate -1.0. a number from 0 to 2 expected. write --rate 0.",
        ),
        (
            lambda: check_choice("style", "color", "red", (None, "lightness")),
            "--color red. one of 'lightness' expected. leave --color out.",
        ),
        (
            lambda: check_integer("render", "batch", 0, 1, 9),
            "render: batch is 0. an integer from 1 to 9 expected. write batch=1.",
        ),
    ],
    ids=["integer", "number", "choice", "no option"],
)
def test_arguments_become_the_options_that_there_are(check: object, message: str) -> None:
    with pytest.raises(BadArgument) as raised:
        check()  # type: ignore[operator]
    raised.value.args = tuple(reworded(part, NAMES) for part in raised.value.args)
    assert str(raised.value) == message
    assert reworded("steps=2", {}) == "steps=2"
    assert reworded("footsteps=2, a.steps=3, steps=5/8", NAMES) == "footsteps=2, a.steps=3, --steps 0.625"


def test_a_picture_of_the_gallery_says_how_it_is_made_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """also under another name; what no program made says what carries none"""
    from PIL import Image

    from phosphene.gallery import choose
    from phosphene.gallery.picture import encoded

    grey = Image.new("RGB", (8, 8))
    (tmp_path / "mine.png").write_bytes(encoded(grey, choose(["dream"])[0].text))
    (tmp_path / "style.png").write_bytes(encoded(grey, "picture = 1"))
    (tmp_path / "other.png").write_bytes(encoded(grey, "picture = 1"))
    grey.save(tmp_path / "zoom.gif")
    advice = {
        "mine.png": "make it again: phosphene gallery dream",
        "style.png": "make it again: phosphene gallery style",
        "other.png": "phosphene gallery --list",
        "zoom.gif": "films and figures carry none",
    }
    for command in ("replay", "show"):
        for name, text in advice.items():
            code, _, err = run(capsys, monkeypatch, command, str(tmp_path / name))
            assert code == 1
            assert err.startswith("NoProgram: ")
            assert text in err
    with pytest.raises(ph.errors.NoProgram, match="films and figures carry none"):
        ph.Render.load(tmp_path / "zoom.gif")
