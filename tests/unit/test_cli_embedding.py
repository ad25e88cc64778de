"""`phosphene examples` and `phosphene embed`: pages, pictures, neighbours, Ctrl-C, and what is refused before any work."""

from __future__ import annotations

import inspect
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from phosphene.cli.embedding import embed, examples
from phosphene.collection import Collection, work
from phosphene.figures import load
from tests.command import run

Command = Callable[..., tuple[int, str, str]]
SMALL = ["--size", "32"]


@pytest.fixture
def phosphene(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PHOSPHENE_CACHE", str(tmp_path / "icons"))
    return lambda *words: run(capsys, monkeypatch, *words)


@pytest.mark.parametrize("command", [examples, embed])
def test_the_examples_of_the_help_work_as_typed(
    phosphene: Command, command: Callable[..., None], tmp_path: Path
) -> None:
    lines = re.findall(r"Example: phosphene (.*)", inspect.getdoc(command) or "")
    assert len(lines) >= 2
    for line in lines:
        words = shlex.split(re.sub(r"drawn:\d+", "drawn:69", line).replace("--size 64", "--size 32"))
        extra = ["--steps", "1", "--icon", "16"] if words[0] == "examples" else []
        code, out, err = phosphene(*words, *extra)
        assert (code, err) == (0, ""), line
        if "-o" in words:
            assert (tmp_path / words[words.index("-o") + 1]).stat().st_size > 5000
            assert words[words.index("-o") + 1] in out


def test_units_are_those_that_were_asked_for(phosphene: Command) -> None:
    words = [
        "examples",
        "drawn:46",
        "--layers",
        "block1,block2",
        "--units",
        "9,3",
        *SMALL,
        "--count",
        "2",
        "--no-icons",
    ]
    assert phosphene(*words, "-o", "units.npz")[0] == 0
    found = load("units.npz")
    assert [(one.name, one.units.tolist(), one.high.shape[:2], one.low.shape[1]) for one in found.layers] == [
        ("block1", [9, 3], (2, 2), 2),
        ("block2", [9, 3], (2, 2), 2),
    ]
    assert phosphene(*words, "-o", "units.png", "--no-lowest")[0] == 0
    with Image.open("units.png") as image:
        assert image.size[0] > 200


def test_the_neighbours_of_one_of_the_pictures_and_of_another(phosphene: Command) -> None:
    words = ["embed", "drawn:46", "--layer", "block4", *SMALL]
    code, out, err = phosphene(*words, "--neighbours", "17", "--k", "3")
    assert (code, err) == (0, "")
    head, *lines = out.splitlines()
    assert head == "nearest to 17 at block4 of patterns, cosine:"
    assert len(lines) == 3
    assert not Path("map.html").exists()
    assert "  17  " not in out
    found = phosphene(
        *words, "--neighbours", "drawn:hearts", "--metric", "euclidean", "--method", "pca", "-o", "map.npz"
    )[1]
    assert re.match(r"nearest to drawn:hearts at block4 of patterns, euclidean:\n  \d+\.\d{4}  \d+  \w+", found)
    assert load("map.npz").place.shape == (46, 2)


@pytest.mark.parametrize("command", ["examples", "embed"])
def test_ctrl_c_keeps_what_there_is_and_the_same_command_goes_on(
    phosphene: Command, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    words = {
        "examples": ["--layers", "block1", "--units", "3", "--no-icons", "-o", "out.npz"],
        "embed": ["--layer", "block1", "--method", "pca", "--thumbnails", "0", "-o", "out.npz"],
    }[command]
    words = [command, "drawn:1030", *words, "--size", "16", "-c", "kept"]
    read, calls = work.as_seen, []

    def interrupted(*given: Any) -> Any:
        calls.append(0)
        if len(calls) > 700:
            raise KeyboardInterrupt
        return read(*given)

    with monkeypatch.context() as patch:
        patch.setattr(work, "as_seen", interrupted)
        code, _, err = phosphene(*words)
    assert code == 1
    assert "kept: interrupted; the same command goes on from here" in err
    assert not Path("out.npz").exists()
    assert 1 <= len(Collection("kept").missing()) <= 2  # of three files
    assert phosphene(*words)[0] == 0
    again = load("out.npz")
    assert phosphene(*words[:-1], "fresh")[0] == 0
    fresh = load("out.npz")
    one, other = (found.layers[0].high if command == "examples" else found.place for found in (again, fresh))
    assert (one == other).all()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["examples", "drawn:9", "-l", "block1", "-u", "99"],
            r"--units 99 of block1\. 0 to 31 expected\. write --units 31",
        ),
        (["examples", "drawn:9", "-l", "block1", "-u", "a"], r"--units a\. numbers with commas .* write --units 0,5,9"),
        (["examples", "drawn:9", "-l", "blok1", "-u", "0"], "blok1.*block1"),
        (["examples", "drawn:9", "-l", "block1", "-u", "0", "--count", "0"], "--count 0.*write --count 1"),
        (["examples", "drawn:9", "-l", "block1", "-u", "0", "-o", "units.gif"], "units.gif.*units.html"),
        (["examples", "none", "-l", "block1", "-u", "0"], "none"),
        (["embed", "drawn:9", "-l", "block4", "--method", "tsnee"], "--method tsnee.*write --method tsne"),
        (["embed", "drawn:9", "-l", "block4", "--method", "tv()"], r"--method tv\(\).*write --method tsne"),
        (["embed", "drawn:9", "-l", "block4", "--metric", "l3"], "--metric l3.*write --metric cosine"),
        (["embed", "drawn:9", "-l", "block4", "--take", "all"], "--take all.*mean"),
        (["embed", "drawn:9", "-l", "block4", "-o", "nowhere/map.html"], "nowhere"),
        (["embed", "drawn:9", "-l", "block4", "--neighbours", "cat.png"], "cat.png"),
        (["embed", "drawn:30000", "-l", "block4"], "more than 20,000 pictures.*phosphene atlas make"),
        (
            ["embed", "drawn:900", "-l", "block4", "--limit", "0.5"],
            "900 of them with thumbnails.*--thumbnails 200.*--limit",
        ),
    ],
)
def test_what_is_wrong_is_said_before_any_picture_is_looked_at(
    phosphene: Command, words: list[str], message: str
) -> None:
    code, out, err = phosphene(*words)
    assert (code, out) == (1, "")
    assert re.search(message, err), err
    assert not Path("examples").exists()
    assert not Path("vectors").exists()


def test_too_few_pictures_for_a_map_say_what_to_write(phosphene: Command) -> None:
    code, _, err = phosphene("embed", "drawn:12", "--layer", "block4", *SMALL)
    assert code == 1
    assert re.search(r"12 activations .*perplexity=30.*write atlas\.tsne\(perplexity=\d\)", err), err
    few = re.search(r"atlas\.tsne\(perplexity=\d\)", err)
    assert few
    assert phosphene("embed", "drawn:12", "--layer", "block4", *SMALL, "--method", few[0], "-o", "map.png")[0] == 0
