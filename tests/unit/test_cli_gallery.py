"""`phosphene gallery`: pictures and pages, a list, failures, Ctrl-C; folders of others are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from phosphene.gallery import Program, programs
from phosphene.gallery import program as source
from tests.command import run

OWN = '"""{0}\n\nSeen, 2016."""\n\nimport torch\n\npicture = torch.full((3, 4, 4), {1})\n'


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two programs of the tests' own in place of the gallery's, and a folder to write to."""
    made = (Program("dark", OWN.format("Dark", 0)), Program("light", OWN.format("Light", 1)))
    monkeypatch.setattr(source, "programs", lambda: made)
    return tmp_path / "gallery"


def test_pictures_and_pages(own: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _ = run(capsys, monkeypatch, "gallery", "-o", str(own))
    assert code == 0
    assert out.splitlines()[-1] == f"{own}: 2 pictures"
    assert [line.partition(":")[0] for line in out.splitlines()[:2]] == ["dark", "light"]
    assert sorted(path.name for path in own.iterdir()) == ["README.md", "dark.png", "light.png"]
    code, out, _ = run(capsys, monkeypatch, "gallery", "light", "-o", str(own), "--html")
    assert (code, out.splitlines()[0]) == (0, "light: is there already")
    assert "picture = torch.full((3, 4, 4), 0)" in (own / "index.html").read_text()
    assert " s\n" in run(capsys, monkeypatch, "gallery", "light", "-o", str(own), "--again")[1]


def test_the_list_has_every_program(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, err = run(capsys, monkeypatch, "gallery", "--list")
    assert (code, err) == (0, "")
    assert all(f"{program.name} " in out and program.title in out for program in programs())


def test_a_failure_is_named_at_the_end(
    own: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = (Program("bad", OWN.format("Bad", 7)), Program("light", OWN.format("Light", 1)))
    monkeypatch.setattr(source, "programs", lambda: made)
    code, out, err = run(capsys, monkeypatch, "gallery", "-o", str(own))
    assert code == 1
    assert "bad: BadPicture" in out
    assert out.splitlines()[-1] == f"{own}: 1 picture"
    assert err.splitlines()[-1] == "without a picture: bad"


def test_ctrl_c_keeps_what_is_there(
    own: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = OWN.format("Stop", 1) + "import signal\nsignal.raise_signal(signal.SIGINT)\n"
    made = (Program("light", OWN.format("Light", 1)), Program("stop", text))
    monkeypatch.setattr(source, "programs", lambda: made)
    code, _, err = run(capsys, monkeypatch, "gallery", "-o", str(own))
    assert code == 1
    assert err.splitlines()[-1] == (
        "interrupted in stop, whose picture is not written: 1 of 2 programs are done, 1 are left; "
        "the same command goes on with stop"
    )
    assert sorted(path.name for path in own.iterdir()) == ["README.md", "light.png"]
    assert "![Light](light.png)" in (own / "README.md").read_text()


def test_folders_of_others_are_left_alone(
    own: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    own.mkdir()
    (own / "README.md").write_text("# Mine")
    code, _, err = run(capsys, monkeypatch, "gallery", "-o", str(own))
    assert (code, (own / "README.md").read_text()) == (1, "# Mine")
    assert "which is not the gallery's" in err
    assert not (own / "dark.png").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["chanel"], "UnknownName: the gallery has no 'chanel'. Nearest: 'channel'"),
        (["channel", "-o", "missing/gallery"], "BadArgument: the folder 'missing/gallery'"),
    ],
)
def test_errors_before_anything_runs(
    words: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, monkeypatch, "gallery", *words)
    assert (code, out) == (1, "")
    assert err.startswith(message)
    assert list(tmp_path.iterdir()) == []
