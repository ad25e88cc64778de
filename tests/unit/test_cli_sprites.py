"""`phosphene sprites`: a folder, a page, a sheet; errors before anything is painted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from phosphene.collection import collect, sources
from phosphene.figures import load
from tests.command import run
from tests.drawings import patterns

FAST = ["--size", "16", "--steps", "1"]


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sprites") / "collection"
    collect(patterns(), sources.drawn(30), ["block3"], path, attribution=0, progress=False)
    return path


def test_a_folder_and_an_archive(
    collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [
        "sprites",
        "patterns",
        "--layers",
        "block3, head",
        "--channels",
        "5,0",
        *FAST,
        "--store",
        str(tmp_path / "i"),
    ]
    code, out, err = run(capsys, monkeypatch, *words, "-o", str(tmp_path / "sprites"))
    assert (code, err) == (0, "")
    assert "sprites: 4 channels of patterns, 2 layers" in out
    assert (tmp_path / "sprites" / "index.html").exists()
    given = [
        "--collection",
        str(collection),
        "--pictures",
        "drawn:30",
        "--examples",
        "3",
        "-o",
        str(tmp_path / "d.npz"),
    ]
    assert run(capsys, monkeypatch, *words, *given)[0] == 0
    found = load(tmp_path / "d.npz")
    assert [layer.examples.shape for layer in found.layers] == [(2, 3), (2, 0)]
    assert found.layers[0].units.tolist() == [0, 5]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["patterns", "-l", "blok3"], "UnknownLayer: sprites of 'blok3'.*Nearest: 'block3'"),
        (["pattern", "-l", "block3"], "UnknownModel: .*patterns"),
        (["patterns", "-l", "block3", "--channels", "1;2"], "BadArgument: --channels 1;2"),
        (["patterns", "-l", "block3", "--channels", "80"], "BadArgument: layer 'block3': channel is 80"),
        (["patterns", "-l", "block3", "-o", "mine"], "BadArgument: the folder 'mine' holds 'notes.txt'"),
        (["patterns", "-l", "block3", "-o", "page.pdf"], r"BadArgument: save\('page.pdf'\)"),
        (["patterns", "-l", "block3", "-c", "mine"], "BadArgument: the folder .*mine.*store.json"),
        (["patterns", "-l", "block3", "-c", "COLLECTION"], "BadArgument: .*source=None.*pictures"),
        (["patterns", "-l", "head", "-c", "COLLECTION", "--pictures", "drawn:30"], "BadArgument: .*of block3.*of head"),
        (["mobilenet_v2", "--weights", "random", "-l", "features.0", "-c", "COLLECTION", "--pictures", "drawn:30"],
         "BadArgument: the collection .*of patterns.*one of mobilenet_v2"),
    ],
)  # fmt: skip
def test_errors_come_before_any_icon(
    words: list[str],
    message: str,
    collection: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    words = [str(collection) if word == "COLLECTION" else word for word in words]
    code, _, err = run(capsys, monkeypatch, "sprites", *words, *FAST, "--store", "icons")
    assert code == 1
    assert re.search(message, err), err
    assert "Traceback" not in err
    assert not list(tmp_path.glob("icons/*/*.png"))
