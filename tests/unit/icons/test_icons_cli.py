"""`phosphene icons`: whole layers, some channels, errors in three parts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

import phosphene as ph
from phosphene import icons
from phosphene import objectives as obj
from tests.command import run

FAST = ["--size", "24", "--steps", "1"]


class Shell:
    """A folder to work in, and the command line."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.capsys, self.monkeypatch = folder, capsys, monkeypatch
        self.store, self.sheet = str(folder / "store"), folder / "sheet.png"

    def __call__(self, *words: str) -> tuple[int, str, str]:
        return run(self.capsys, self.monkeypatch, *words)

    def icons(self, *words: str) -> tuple[int, str, str]:
        return self("icons", *words, "--store", self.store, "-o", str(self.sheet), *FAST)


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(tmp_path, capsys, monkeypatch)


def test_whole_layers_and_their_sheet(shell: Shell) -> None:
    code, out, err = shell.icons("patterns", "output", "--channels", "0,5,9")
    assert (code, err) == (0, "")
    assert "sheet.png: 3 icons, 2 a row" in out
    assert "output: channels 0,5,9" in out
    assert f"3 of 3 painted; all are in {shell.store}" in out
    code, out, _ = shell.icons("patterns", "block1", "output")
    assert code == 0
    assert "output: channels 0 to 22" in out
    net = ph.models.load("patterns")
    (count,) = {layer.shape[0] for layer in ph.models.layers(net) if layer.name == "block1"}
    assert f"block1: channels 0 to {count - 1}" in out
    assert f"{count + 20} of {count + 23} painted" in out
    look = ph.presets.icon(24, steps=1)
    stored = icons.Store(shell.store).paint(net, [obj.channel("output", index) for index in range(23)], **look)
    assert stored.painted == 0
    with Image.open(shell.sheet) as sheet:
        assert sheet.size[0] % 26 == 24


def test_an_icon_can_be_shown_and_another_seed_is_another_icon(shell: Shell) -> None:
    assert shell.icons("patterns", "output", "--channels", "3")[0] == 0
    assert "1 of 1 painted" in shell.icons("patterns", "output", "--channels", "3", "--seed", "1")[1]
    assert "0 of 1 painted" in shell.icons("patterns", "output", "--channels", "3")[1]
    for path in Path(shell.store).glob("[0-9a-f]*/*.png"):
        code, out, _ = shell("show", str(path))
        assert code == 0
        assert "channel('output', 3)" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["patterns", "blok1"], "UnknownLayer: icons of 'blok1' looks at layer 'blok1'.*Nearest: 'block1"),
        (["pattern", "block1"], "UnknownModel: .*patterns"),
        (["patterns", "output", "--channels", "1;2"], "BadArgument: --channels 1;2"),
        (["patterns", "output", "--channels", "99"], "ShapeMismatch: channel.'output', 99.*0 to 22"),
        (["patterns", "output", "--seed", "-1"], "BadArgument: --seed -1"),
        (["patterns", "output", "-o", "missing/sheet.png"], "BadArgument: the file 'missing/sheet.png'"),
        (["patterns", "output", "--store", "/proc/icons"], "BadArgument: the folder '/proc/icons'"),
    ],
)
def test_errors(shell: Shell, words: list[str], message: str) -> None:
    given = ["--store", shell.store, *words] if "--store" not in words else words
    given = given if "-o" in words else ["-o", str(shell.sheet), *given]
    code, _, err = shell("icons", *given, *FAST)
    assert code == 1
    assert re.search(message, err), err
    assert "Traceback" not in err


def test_wrong_usage(shell: Shell) -> None:
    assert shell("icons", "patterns")[0] == 2
