"""`phosphene dream` as it is typed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

import phosphene as ph
from phosphene import recipes, video
from phosphene.cli.dreaming import dream
from phosphene.render import api
from tests.command import run

SMALL = ("--octaves", "2", "--steps", "2", "--size", "40")


def test_the_examples_of_the_help_work_as_typed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    status, page, _ = run(capsys, monkeypatch, "dream", "--help")
    examples = re.findall(r"Example: phosphene (.*)", dream.__doc__ or "")
    assert status == 0
    assert len(examples) == 2
    for example in examples:
        assert example.split()[-1] in page
        status, told, problem = run(capsys, monkeypatch, *example.split(), "--steps", "2", "--size", "48")
        assert (status, problem) == (0, "")
    assert len(list(video.read("dream.gif"))) == 24
    status, told, _ = run(capsys, monkeypatch, "replay", "dream.png")
    assert (status, "the same picture" in told) == (0, True)


@pytest.mark.parametrize(
    "words",
    [
        ("--layer", "block2", "--guide", "drawn:dots:3"),
        ("--layer", "block2", "--balanced", "--preset", "clear"),
        ("--layer", "block2", "--tile", "32"),
        ("--objective", "channel('block3', 17)"),
        ("--classes", "rings, dots"),
        ("--classes", "all"),
    ],
    ids=" ".join,
)
def test_ways_to_dream(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "dream.png"
    status, told, problem = run(capsys, monkeypatch, "dream", "drawn:waves", *words, *SMALL, "-o", str(path))
    assert (status, problem) == (0, "")
    assert "completed" in told
    assert ph.Render.load(path).images.shape == (1, 3, 40, 40)


def test_a_zoom_into_a_folder_of_frames(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    words = ("dream", "drawn:waves", "--layer", "block2", "--zoom", "3", *SMALL, "-o", str(tmp_path / "frames"))
    status, told, _ = run(capsys, monkeypatch, *words)
    assert (status, "3 frames of 3" in told) == (0, True)
    assert [path.name for path in sorted((tmp_path / "frames").iterdir())] == ["00000.png", "00001.png", "00002.png"]


@pytest.mark.parametrize("more", [(), ("--zoom", "4")], ids=["picture", "zoom"])
def test_ctrl_c_saves_what_there_is(
    more: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """one of the looks at the picture, after those that check it, is interrupted as by Ctrl-C"""
    seen = 0

    def interrupted(*given: object) -> None:
        nonlocal seen
        seen += 1
        if seen == 9:
            raise KeyboardInterrupt

    painted = recipes.dream if not more else recipes.zoom

    def watched(network: ph.Vision, **asked: object) -> ph.Render:
        handle = network.module.block1.register_forward_pre_hook(interrupted)
        found = painted(network, **{**asked, "seed": 1})
        handle.remove()
        return found

    monkeypatch.setattr(recipes, painted.__name__, watched)
    path = tmp_path / "dream.png"
    words = ("dream", "drawn:waves", "--layer", "block2", *more, *SMALL, "--octaves", "1", "-o", str(path))
    status, told, _ = run(capsys, monkeypatch, *words, "--steps", "7")
    assert status == 1
    assert "interrupted" in told
    assert len(list(video.read(path))) == 1


@pytest.mark.parametrize(("looks", "octave"), [(4, 1), (8, 2), (12, 3)])
def test_ctrl_c_tells_the_octave_and_its_size(
    looks: int,
    octave: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """of the last octave there is nothing to tell"""
    frames = api._frames

    def cut_short(*arguments: object) -> object:
        for number, frame in enumerate(frames(*arguments), 1):  # type: ignore[arg-type]
            yield frame
            if number == looks:
                raise KeyboardInterrupt

    monkeypatch.setattr(api, "_frames", cut_short)
    path = tmp_path / "dream.png"
    words = ("dream", "drawn:waves", "--layer", "block2", "--octaves", "3", "--steps", "5", "--size", "64")
    status, told, _ = run(capsys, monkeypatch, *words, "-o", str(path))
    side = ph.Render.load(path).images.shape[-1]
    assert status == 1
    assert (f"octave {octave} of 3, of {side} x {side} pixels; the whole picture has 64 x 64" in told) == (octave < 3)
    assert side == {1: 33, 2: 46, 3: 64}[octave]


def test_what_is_wrong(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(recipes, "dream", lambda *_, **__: pytest.fail("dreamt in vain"))
    wrong = {
        ("drawn:waves",): r"dream with nothing. one of --layer, --objective and --classes expected",
        ("drawn:waves", "-l", "block2", "--classes", "all"): r"dream with --layer, --classes. one of",
        ("drawn:waves", "--classes", ","): r"--classes ,, a dream of no class",
        ("drawn:wafes", "-l", "block2"): r"'wafes' is not drawn. Nearest: 'waves'",
        ("cat.jpg", "-l", "block2"): r"'cat.jpg': no such file",
        ("drawn:waves", "-l", "block2", "-o", "dream.gif"): r"-o dream.gif. a .png file expected, or frames",
        ("drawn:waves", "-l", "block2", "-o", "dream.avi", "--zoom", "3"): r"dream.avi'. a .mp4, .webm, .gif",
        ("drawn:waves", "-l", "block2", "-o", "dream.gif", "--zoom", "0"): r"frames is 0. an integer from 1",
        ("drawn:waves", "-l", "block2", "-o", "none/dream.png"): r"'none' is no folder",
        ("drawn:waves", "-l", "block2", "--preset", "clean"): r"--preset clean. plain or clear expected",
    }
    for words, message in wrong.items():
        status, _, problem = run(capsys, monkeypatch, "dream", *words)
        assert status == 1, words
        assert re.search(message, problem), problem
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    status, _, problem = run(capsys, monkeypatch, "dream", "drawn:waves", "-l", "blok2", *SMALL)
    assert status == 1
    assert "'block2'" in problem
    assert not list(tmp_path.iterdir())
    assert torch.is_grad_enabled()
