"""`phosphene atlas`: one command, the steps, and what is wrong with a collection."""

from __future__ import annotations

import re
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command import run

Command = Callable[..., tuple[int, str, str]]
FAST = ["--icon", "16", "--steps", "1", "--sides", "2,4", "--least", "3", "--method", "atlas.pca()"]


@pytest.fixture
def phosphene(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PHOSPHENE_CACHE", str(tmp_path / "icons"))
    return lambda *words: run(capsys, monkeypatch, "atlas", *words)


def test_one_command_makes_an_atlas_and_the_steps_make_the_same(phosphene: Command, tmp_path: Path) -> None:
    code, out, err = phosphene("make", "drawn:60", "--layers", "block4", "--size", "48", "-o", "one.npz", *FAST)
    assert (code, err) == (0, "")
    assert re.search(
        r"block4: 60 pictures, in cells \d+ at 2 x 2, .*\nWhat patterns sees in 60 pictures, \d+ cells: one.npz", out
    )
    assert phosphene("collect", "drawn:60", "c", "--layers", "block4", "--size", "48")[1].endswith(
        "60 pictures: 60 fine\n"
    )
    assert "block4: 60 pictures by atlas.pca(); outliers: " in phosphene("layout", "c", "--method", "atlas.pca()")[1]
    assert phosphene("build", "c", "--pictures", "drawn:60", "-o", "steps.npz", *FAST)[0] == 0
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "steps.npz").read_bytes()
    assert phosphene("build", "c", "-o", "atlas", *FAST)[0] == 0
    assert (tmp_path / "atlas" / "index.html").is_file()


def test_what_is_in_a_collection_and_what_is_wrong_with_it(phosphene: Command, tmp_path: Path) -> None:
    phosphene("collect", "drawn:30", "c", "--layers", "block3,block4", "--size", "48")
    code, out, _ = phosphene("info", "c")
    assert code == 0
    assert "30 pictures: 30 fine" in out
    assert re.search(r"block4 \(128 x 3 x 3\): 1 of 1 files, \d\.\d MB", out)
    assert phosphene("verify", "c")[:2] == (0, "c: every byte is right\n")
    (shard,) = (tmp_path / "c" / "shards" / "block4").iterdir()
    content = bytearray(shard.read_bytes())
    content[-1] ^= 1
    shard.write_bytes(content)
    code, _, err = phosphene("verify", "c")
    assert code == 1
    assert "shards/block4/" in err
    assert "collect again" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["make", "drawn:many", "-l", "block4"], "pictures 'drawn:many'.*write drawn:20000"),
        (["make", "nowhere", "-l", "block4"], "BadArgument: .*nowhere"),
        (["make", "drawn:30", "-l", "blok4"], "Nearest: 'block4"),
        (["make", "drawn:30", "-l", "block4", "--sides", "ten"], "--sides ten"),
        (["make", "drawn:30", "-l", "block4", "--method", "tf.blur(1)"], "--method"),
        (["make", "drawn:30", "-l", "block4", "--size", "48"], r"30 activations.*neighbors=29"),
        (["layout", "nowhere"], "nowhere"),
        (["info", "nowhere"], "nowhere"),
        (["open", "nowhere"], "where no page is"),
        (["collect", "drawn:0", "c", "-l", "block4"], "no picture"),
        (["collect", "drawn:9", "c", "-l", "block4", "--ray", "127.0.0.1:1"], "127.0.0.1:1"),
    ],
)
def test_errors(words: list[str], message: str, phosphene: Command) -> None:
    code, _, err = phosphene(*words)
    assert code == 1
    assert re.search(message, err), err
    assert "Traceback" not in err


def test_a_collection_goes_on_with_the_same_definition_alone(phosphene: Command) -> None:
    phosphene("collect", "drawn:20", "c", "-l", "block4", "--size", "48")
    code, _, err = phosphene("collect", "drawn:20", "c", "-l", "block4", "--size", "48", "--seed", "1")
    assert code == 1
    assert "seed: 0 there, 1 here" in err


def test_make_and_collect_take_the_collection_alike(phosphene: Command, tmp_path: Path) -> None:
    """In one folder, by the same words: the one goes on with what the other has collected."""
    assert phosphene("collect", "drawn:60", "c", "-l", "block4", "--size", "48")[0] == 0
    before = sorted(path.name for path in (tmp_path / "c" / "shards" / "block4").iterdir())
    assert phosphene("make", "drawn:60", "c", "-l", "block4", "--size", "48", "-o", "one.npz", *FAST)[0] == 0
    assert sorted(path.name for path in (tmp_path / "c" / "shards" / "block4").iterdir()) == before
    assert phosphene("collect", "drawn:9", "-l", "block4", "--size", "48")[0] == 0
    assert (tmp_path / "collection" / "store.json").is_file()


@pytest.mark.parametrize("browser", [True, False, None])
def test_open_says_where_the_page_is_where_no_browser_is(
    browser: bool | None, phosphene: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def opened(address: str) -> bool:
        asked.append(address)
        if browser is None:
            raise webbrowser.Error("could not locate runnable browser")
        return browser

    monkeypatch.setattr(webbrowser, "open", opened)
    page = tmp_path / "atlas" / "index.html"
    page.parent.mkdir()
    page.touch()
    code, out, err = phosphene("open", "atlas")
    assert (code, err, asked) == (0, "", [page.as_uri()])
    assert out == (f"{page}\n" if browser else f"no browser found on this machine; open this file in one: {page}\n")
