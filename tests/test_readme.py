"""The Python blocks of README and docs run, and the first two shell blocks are the two commands, one line each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(), re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_blocks_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": page.stem}
    for block in blocks(page, "python"):
        exec(compile(block, str(page), "exec"), names)


def test_the_two_commands_are_one_line_each() -> None:
    commands = [block.strip() for block in blocks(ROOT / "README.md", "sh")[:2]]
    assert len(commands) == 2
    assert all("\n" not in command for command in commands)
    assert "phosphene render" in commands[0]
    assert "pytest" in commands[1]
