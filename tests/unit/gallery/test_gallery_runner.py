"""The runner of the gallery, with tiny programs: what is shown is what was run; failures, Ctrl-C, going on."""

from __future__ import annotations

import io
import re
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import phosphene as ph
from phosphene import gallery
from phosphene.errors import BadArgument, BadPicture, UnknownName
from phosphene.gallery import Made, Program, chapters, pages, picture

DOC = '"""A title\n\nWhat one sees, 2016.\n"""\n\n'
texts = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"], exclude_characters='"\\'), min_size=1).filter(
    lambda text: text.strip().strip(". ")
)


def program(code: str, name: str = "own") -> Program:
    return Program(name, DOC + code)


def flat(value: float, name: str = "own") -> Program:
    return program(f"import torch\n\npicture = torch.full((3, 4, 4), {value})\n", name)


def code_blocks(text: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


@given(texts, texts, st.floats(0, 1))
def test_a_docstring_of_any_text_is_title_and_sentence(title: str, about: str, value: float) -> None:
    code = f"picture = {value}\n"
    made = Program("own", f'"""{title}\n\n{about} """\n\n\n{code}')
    assert made.title == title.strip().removesuffix(".")
    assert made.about == " ".join(about.split())
    assert made.code == code
    assert code_blocks(gallery.readme([made]))[-1] == code


def test_what_is_printed_under_a_picture_is_what_was_run(tmp_path: Path) -> None:
    lines = ["import torch", "", "", "whole = torch.zeros(3, 4, 4)", "picture = whole + 0.25  # a quarter"]
    own = program("\n".join(lines) + "\n\n\n")
    gallery.make(tmp_path, [own], progress=False)
    changed = program("picture = None\n")
    assert gallery.write(tmp_path, page=True, known=[changed]) == (own,)
    [shown] = code_blocks((tmp_path / "README.md").read_text())
    assert shown == "\n".join(lines) + "\n"
    names: dict[str, Any] = {}
    exec(shown, names)
    with Image.open(tmp_path / "own.png") as image:
        assert image.tobytes() == ph.grid(names["picture"][None]).tobytes()


def test_names_are_fresh_for_each_program(tmp_path: Path) -> None:
    first = program("import torch\n\nkept = 1\npicture = torch.zeros(3, 2, 2)\n", "a")
    second = program("import torch\n\npicture = torch.zeros(3, 2, 2) + kept\n", "b")
    found = gallery.make(tmp_path, [first, second], progress=False)
    assert [made.problem for made in found] == ["", "line 8: NameError: name 'kept' is not defined"]


def test_a_failure_does_not_stop_the_others(tmp_path: Path) -> None:
    chosen = [flat(0.5, "a"), program("import torch\n\npicture = torch.zeros(3, 2, 2) + 2\n", "b"), flat(1, "c")]
    heard: list[Made] = []
    found = gallery.make(tmp_path, chosen, progress=False, after=heard.append)
    assert found == heard
    assert [bool(made.problem) for made in found] == [False, True, False]
    assert "outside [0, 1]" in str(found[1])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "c.png"]


def test_a_picture_of_the_same_text_is_not_made_again(tmp_path: Path) -> None:
    [first] = gallery.make(tmp_path, [flat(0.5)], progress=False)
    kept = (tmp_path / "own.png").read_bytes()
    assert [made.seconds for made in gallery.make(tmp_path, [flat(0.5)], progress=False)] == [None]
    assert gallery.make(tmp_path, [flat(0.5)], again=True, progress=False)[0].seconds is not None
    assert (tmp_path / "own.png").read_bytes() == kept
    [changed] = gallery.make(tmp_path, [flat(0.25)], progress=False)
    assert first.seconds is not None
    assert changed.seconds is not None
    assert (tmp_path / "own.png").read_bytes() != kept


def test_a_damaged_picture_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / "own.png").write_bytes(b"\x89PNG")
    with pytest.raises(BadArgument, match=r"holds 'own\.png', which no program"):
        gallery.make(tmp_path, [flat(0.5)], progress=False)


INTERRUPTED = """
import signal

import torch

import phosphene as ph

calls = []

@ph.objectives.term
def gallery_stopping(activation: torch.Tensor) -> torch.Tensor:
    calls.append(1)
    if len(calls) == 4:
        signal.raise_signal(signal.SIGINT)
    return activation.flatten(1).mean(1)

picture = ph.render(ph.load("patterns"), gallery_stopping("block1"), ph.param.fourier(16), steps=50).images
"""
"""`render` returns what it has painted until the signal, so the program goes on to its end."""


def test_ctrl_c_ends_the_gallery_and_keeps_what_is_there(tmp_path: Path) -> None:
    usual = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        gallery.make(tmp_path, [flat(0.5, "a"), program(INTERRUPTED, "b"), flat(0.5, "c")], progress=False)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    assert signal.getsignal(signal.SIGINT) is usual


def test_ctrl_c_in_a_program_that_goes_on_ends_it_too(tmp_path: Path) -> None:
    code = """import signal, torch

class Loud:
    def __enter__(self): ...
    def __exit__(self, *error): return True

with Loud():
    signal.raise_signal(signal.SIGINT)
picture = torch.zeros(3, 2, 2)
"""
    with pytest.raises(KeyboardInterrupt):
        gallery.make(tmp_path, [program(code)], progress=False)
    assert list(tmp_path.iterdir()) == []


def test_results_figures_and_sheets_are_pictures() -> None:
    run = ph.render(ph.load("patterns"), "logit('dots')", ph.param.fourier(16), batch=3, steps=1, progress=False)
    assert picture.image_of(run).size == (3 * 18 - 2, 16)
    assert picture.image_of(torch.zeros(4, 3, 8, 8)).size == (18, 18)
    assert picture.image_of(Image.new("L", (5, 7))).size == (5, 7)
    run.status = "nonfinite"
    with pytest.raises(BadPicture, match="run was nonfinite"):
        picture.image_of(run)


@pytest.mark.parametrize(
    "bad", [None, 3, torch.zeros(4, 4), torch.zeros(0, 3, 4, 4), torch.full((3, 4, 4), float("nan"))]
)
def test_anything_else_is_none(bad: object) -> None:
    with pytest.raises((BadArgument, BadPicture), match="expected"):
        picture.image_of(bad)


@given(st.integers(1, 40), st.integers(1, 40), texts)
def test_a_small_picture_is_kept_as_it_is(width: int, height: int, text: str) -> None:
    image = Image.effect_noise((width, height), 80).convert("RGB")
    made = io.BytesIO(picture.encoded(image, text))
    assert picture.carried(made) == text
    made.seek(0)
    with Image.open(made) as read:
        assert read.convert("RGB").tobytes() == image.tobytes()


@pytest.mark.parametrize("limit", [40_000, 20_000, 3_000])
def test_a_large_picture_fits(limit: int) -> None:
    image = Image.effect_noise((200, 100), 80).convert("RGB")
    content = picture.encoded(image, "picture = 1", limit)
    assert len(content) <= limit
    with Image.open(io.BytesIO(content)) as read:
        assert read.width / read.height == pytest.approx(2, rel=0.1)


def test_a_program_beyond_the_limit_is_refused() -> None:
    with pytest.raises(BadPicture, match="10 bytes at most"):
        picture.encoded(Image.new("RGB", (2, 2)), "picture = 1", 10)


@pytest.mark.parametrize("text", ["picture = 1", '"""Title alone"""\npicture = 1', '"""A\n\nB"""\npicture =', "\0"])
def test_bad_programs_are_named(text: str) -> None:
    with pytest.raises(BadArgument, match=r"the program 'own'.* expected"):
        Program("own", text)


def test_a_program_without_a_picture_is_named(tmp_path: Path) -> None:
    [made] = gallery.make(tmp_path, [program("pictures = 1\n")], progress=False)
    assert made.problem.startswith("BadArgument: the program 'own' has no picture")


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UnknownName, match=r"no 'chanel'.*'channel'"):
        gallery.choose(["chanel"])


@given(st.permutations(["channel", "joint", "own", "zeta"]))
def test_chapters_are_a_walk_through_all(names: list[str]) -> None:
    ordered = chapters([flat(0, name) for name in names])
    assert sorted(one.name for inside in ordered.values() for one in inside) == sorted(names)
    assert [one.name for one in ordered["More"]] == [name for name in names if name in ("own", "zeta")]


def test_pages_of_others_are_left_alone(tmp_path: Path) -> None:
    gallery.check(tmp_path / "new")
    gallery.write(tmp_path, page=True, known=[])
    gallery.check(tmp_path)
    (tmp_path / "README.md").write_text("# Mine")
    with pytest.raises(BadArgument, match=r"holds 'README\.md', which is not the gallery's"):
        gallery.check(tmp_path)


def test_links_of_the_page_lead_to_its_headings() -> None:
    text = gallery.readme(gallery.programs())
    headings = {pages.anchor(title) for title in re.findall(r"^### (.*)$", text, re.MULTILINE)}
    assert set(re.findall(r'href="#(.*?)"', text)) == headings
