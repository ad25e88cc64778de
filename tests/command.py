"""The command line, run in this process."""

from __future__ import annotations

import math
import sys

import pytest

from phosphene import cli


def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str, str]:
    """The exit status of `phosphene WORDS`, what it printed, and what it said on stderr."""
    monkeypatch.setattr(sys, "argv", ["phosphene", *words])
    monkeypatch.setattr(cli, "PACE", math.inf)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    output = capsys.readouterr()
    return int(ended.value.code or 0), output.out, output.err
