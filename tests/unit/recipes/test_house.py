"""Recipes are short programs on the core: no loop, no gradient, no optimizer of their own."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from phosphene import recipes

FOLDER = Path(recipes.__file__).parent
STEPS = ("atlas", "atlas_of")
"""Several programs in one file: the steps of an atlas."""
PROGRAMS = [name for name, value in vars(recipes).items() if inspect.isfunction(value) and name not in STEPS]


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_no_recipe_has_a_loop_of_its_own(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        assert not isinstance(node, (ast.For, ast.While, ast.AsyncFor)), f"{path.name}:{node.lineno}"
        name = getattr(node, "attr", getattr(node, "id", ""))
        assert name not in ("backward", "autograd", "optim", "update"), f"{path.name}: {name}"


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_recipe_is_a_program_of_less_than_80_lines(name: str) -> None:
    assert len(Path(inspect.getfile(getattr(recipes, name))).read_text().splitlines()) < 80
