"""A folder of someone's own is never written over, whatever its files are called."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from phosphene.errors import BadArgument, NotWritten
from phosphene.html import folders

OURS = re.compile(r"\.?index\.html(\.\w+)?|data/\d\.js")


@pytest.mark.parametrize(
    ("name", "content"), [("index.html", "<h1>my own home page</h1>"), ("data/1.js", "mine()"), ("notes.txt", "")]
)
def test_what_others_wrote_is_refused_and_stays(name: str, content: str, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / name).write_text(content)
    with pytest.raises(BadArgument, match=rf"holds '{name}', which is no part of an atlas"):
        folders.older(tmp_path, OURS, "an atlas")
    assert (tmp_path / name).read_text() == content


def test_what_was_written_here_is_found_and_replaced(tmp_path: Path) -> None:
    page = '<!doctype html><meta name="generator" content="phosphene">'
    folders.replace(tmp_path, [], [("data/1.js", folders.script("a", [1]))], lambda: page)
    (tmp_path / ".index.html.x1").write_text("half")
    found = folders.older(tmp_path, OURS, "an atlas")
    assert [path.name for path in found] == [".index.html.x1", "1.js", "index.html"]
    folders.replace(tmp_path, found, [("data/2.js", folders.script("b", [2]))], lambda: page)
    names = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert names == ["data/2.js", "index.html"]
    assert (tmp_path / "data/2.js").read_text() == 'phosphene.put("b",[2]);\n'


def test_a_full_disk_says_what_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders, "write_whole", full)
    with pytest.raises(NotWritten, match=r"No space left.*it is not whole now, and has no index.*save once more"):
        folders.replace(tmp_path, [], [("data/1.js", b"")], lambda: "")
