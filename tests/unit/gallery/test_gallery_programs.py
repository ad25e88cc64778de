"""The programs of the gallery: a title, a source, a few lines without a loop; their pictures and page in docs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from phosphene import gallery
from phosphene.gallery import picture
from phosphene.gallery.order import CHAPTERS
from phosphene.gallery.program import PROGRAMS
from phosphene.gallery.run import run

DOCS = Path(__file__).parents[3] / "docs" / "gallery"
ALL = gallery.programs()
EACH = pytest.mark.parametrize("program", ALL, ids=lambda program: program.name)
LOOPS = (ast.For, ast.AsyncFor, ast.While)
HIDDEN = ("exec", "eval", "__import__", "backward", "autograd", "optim")
CHEAP = ("dream", "attack")


@EACH
def test_a_title_what_one_sees_and_its_source(program: gallery.Program) -> None:
    assert 3 <= len(program.title) <= 60
    assert re.search(r"\b(19|20)\d\d\b", program.about), "the year of the source"
    assert program.about.endswith((".", "!", "?", ")"))


@EACH
def test_at_most_twelve_lines_without_a_loop(program: gallery.Program) -> None:
    tree = ast.parse(program.code)
    compile(program.code, program.name, "exec")
    assert sum(bool(line.strip()) for line in program.code.splitlines()) <= 12
    for node in ast.walk(tree):
        assert not isinstance(node, LOOPS), f"line {node.lineno}: a loop"
        assert getattr(node, "attr", getattr(node, "id", "")) not in HIDDEN


@EACH
def test_it_imports_phosphene_and_torch_alone_and_ends_with_a_picture(program: gallery.Program) -> None:
    tree = ast.parse(program.code)
    imports = [
        name
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    ]
    assert {name.partition(".")[0] for name in imports} <= {"phosphene", "torch"}
    last = tree.body[-1]
    assert isinstance(last, ast.Assign)
    assert [getattr(target, "id", "") for target in last.targets] == ["picture"]


@EACH
def test_every_name_is_made_before_it_is_used(program: gallery.Program) -> None:
    names = [node for node in ast.walk(ast.parse(program.code)) if isinstance(node, ast.Name)]
    made = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    imported = {
        (one.asname or one.name).partition(".")[0]
        for node in ast.walk(ast.parse(program.code))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for one in node.names
    }
    bound = {
        argument.arg
        for node in ast.walk(ast.parse(program.code))
        for argument in getattr(node, "args", []) or []
        if isinstance(argument, ast.arg)
    }
    used = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    assert used <= made | imported | bound | set(__builtins__ if isinstance(__builtins__, dict) else dir(__builtins__))


def test_titles_and_places_are_each_programs_own() -> None:
    assert len({program.title for program in ALL}) == len(ALL)
    named = [name for inside in CHAPTERS.values() for name in inside]
    assert sorted(named) == [program.name for program in ALL]


def test_no_program_is_left_out_of_the_folder() -> None:
    assert {path.name for path in PROGRAMS.iterdir() if path.suffix != ".pyc" and path.name != "__pycache__"} == {
        f"{program.name}.py" for program in ALL
    }


@EACH
def test_its_picture_in_docs_was_made_by_its_text(program: gallery.Program) -> None:
    path = DOCS / f"{program.name}.png"
    assert picture.carried(path) == program.text, f"make it again: phosphene gallery {program.name} -o docs/gallery"
    assert path.stat().st_size <= picture.LIMIT
    with Image.open(path) as image:
        assert len(image.convert("RGB").getcolors(maxcolors=1 << 20) or []) > 16


def test_the_page_in_docs_shows_these_programs() -> None:
    assert (DOCS / "README.md").read_text() == gallery.readme(ALL), "phosphene gallery -o docs/gallery"
    assert {path.name for path in DOCS.iterdir()} == {"README.md", *(f"{program.name}.png" for program in ALL)}


@pytest.mark.slow
@pytest.mark.parametrize("name", CHEAP)
def test_a_program_makes_the_picture_in_docs(name: str) -> None:
    image = run(gallery.choose([name])[0])
    with Image.open(DOCS / f"{name}.png") as kept:
        assert image.size == kept.size
        difference = np.asarray(image, np.float32) - np.asarray(kept.convert("RGB"), np.float32)
    assert np.abs(difference).mean() < 20, "of 255: other machines round otherwise"
