"""How far a command has come, where no terminal shows a bar; Ctrl-C before it has begun."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import phosphene as ph
from phosphene import cli
from phosphene.render import progress

STEPS = ["render", "logit('dots')", "--preset", "plain", "--size", "32", "--steps", "4"]


def ended(monkeypatch: pytest.MonkeyPatch, pace: float, path: Path) -> None:
    monkeypatch.setattr(cli, "PACE", pace)
    monkeypatch.setattr(sys, "argv", ["phosphene", *STEPS, "-o", str(path)])
    with pytest.raises(SystemExit):
        cli.main()


def test_lines_tell_how_far_a_run_has_come(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(monkeypatch, 0, tmp_path / "made.png")
    out, err = capsys.readouterr()
    assert [re.sub(r"\d+ s$", "", line) for line in err.splitlines()] == [f"step {n} of 4, " for n in (1, 2, 3, 4)]
    assert "4 steps, completed" in out


def test_there_are_none_in_quick_runs_and_outside_of_commands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(monkeypatch, 1e6, tmp_path / "made.png")
    assert capsys.readouterr().err == ""
    assert progress.clock.get() is None
    ph.render(ph.load("patterns"), "logit('dots')", ph.param.fourier(32), steps=2)
    assert capsys.readouterr().err == ""


def test_a_clock_is_due_once_in_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    clock = progress.Clock(10)
    found = []
    for now in (104.0, 110.0, 112.0, 119.9, 125.0):  # noqa: B007
        found.append(clock.due())
    assert found == [None, 10.0, None, None, 25.0]


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("name", ["phosphene", "other.py"])
def test_ctrl_c_while_importing_ends_the_command_quietly(name: str, tmp_path: Path) -> None:
    """the command alone: other programs keep their handler"""
    (tmp_path / "torch.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    (tmp_path / name).write_text(
        f"import sys\nsys.path[:0] = [{str(tmp_path)!r}, {str(Path(ph.__file__).parents[1])!r}]\nimport phosphene.cli\n"
    )
    done = subprocess.run([sys.executable, tmp_path / name], capture_output=True, text=True, timeout=120)
    assert done.returncode == -signal.SIGINT
    assert ("KeyboardInterrupt" in done.stderr) == (name != "phosphene")
    assert done.stderr == "" or name != "phosphene"


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_the_command_itself_hears_ctrl_c_again(tmp_path: Path) -> None:
    script = tmp_path / "phosphene"
    script.write_text(
        f"import signal, sys\nsys.path.insert(0, {str(Path(ph.__file__).parents[1])!r})\n"
        "from phosphene import cli\nassert signal.getsignal(signal.SIGINT) is signal.SIG_DFL\n"
        "sys.argv[1:] = ['gallery', '--list']\n"
        "try:\n    cli.main()\nexcept SystemExit:\n    pass\n"
        "assert signal.getsignal(signal.SIGINT) is signal.default_int_handler\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
