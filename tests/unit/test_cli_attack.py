"""phosphene attack, as its help shows it."""

from __future__ import annotations

import inspect
import re

import pytest

import phosphene as ph
from phosphene import recipes
from tests.command import run


def test_the_examples_of_the_help_work_as_typed(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    _, out, _ = run(capsys, monkeypatch, "attack", "--help")
    examples = re.findall(
        r"Example: phosphene (attack [^│\n]*?-o \w+\.png)", " ".join(re.sub(r"[│\n]", " ", out).split())
    )
    assert len(examples) == 2
    for words in (one.split() for one in examples):
        small = ["--steps", "2", "--size", "64", "--draws", "2"]
        status, out, err = run(capsys, monkeypatch, *words, *small)
        assert (status, err) == (0, "")
        assert "the picture is taken for 'rings'" in out
    made = ph.Render.load(tmp_path / "spiral.png")
    assert made.replay().grid().tobytes() == made.grid().tobytes()
    assert "expect(" in ph.Render.load(tmp_path / "robust.png").provenance["program"]["objective"]


def test_without_a_target_any_other_class_will_do(capsys, monkeypatch, tmp_path):
    path = str(tmp_path / "any.png")
    words = ["attack", "drawn:rings", "-o", path, "--size", "64", "--steps", "2", "--norm", "l2", "--epsilon", "2"]
    status, out, _ = run(capsys, monkeypatch, *words)
    assert status == 0
    assert "the attack is taken for" in out


@pytest.mark.parametrize(
    ("words", "name"),
    [((), "attack"), (("--over", "tf.eot_2d"), "eot"), (("--over", "tf.eot_2d", "--epsilon", "0.1"), "eot")],
    ids=["attack", "distance", "bound"],
)
def test_what_is_not_given_is_as_in_the_recipe(capsys, monkeypatch, tmp_path, words, name):
    """every argument that the command hands over without being asked to is the recipe's own default"""
    recipe = getattr(recipes, name)
    known = inspect.signature(recipe).parameters | inspect.signature(recipes.attack).parameters
    made = recipe(ph.load("patterns"), ph.models.patterns.draw("rings", 0, size=32), steps=1, progress=False)
    handed = {}
    monkeypatch.setattr(recipes, name, lambda *given, **named: handed.update(named) or made)
    status, _, _ = run(capsys, monkeypatch, "attack", "drawn:rings", "-o", str(tmp_path / "made.png"), *words)
    assert status == 0
    del handed["seed"], handed["checkpoint"]
    if "--epsilon" in words:
        assert handed.pop("epsilon") == 0.1
    assert "steps" not in handed
    assert {key: known[key].default for key in handed} == handed


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (("--target", "dotts"), "Nearest: 'dots'"),
        (("--target", "rings"), "does not see in the picture already"),
        (("--target", "dots", "--epsilon", "0"), "at 0 nothing may change"),
        (("--target", "dots", "--epsilon", "1.5"), "lies every picture"),
        (("--target", "dots", "-o", "attack.jpg"), "a .png file expected"),
        (("--target", "dots", "--over", "tf.eot_4d"), "eot_2d"),
    ],
    ids=["label", "present", "zero", "large", "file", "stack"],
)
def test_errors_have_three_parts(capsys, monkeypatch, tmp_path, words, match):
    monkeypatch.chdir(tmp_path)
    status, _, err = run(capsys, monkeypatch, "attack", "drawn:rings", "--size", "64", *words)
    assert status == 1
    assert match in err
    assert not list(tmp_path.iterdir())
