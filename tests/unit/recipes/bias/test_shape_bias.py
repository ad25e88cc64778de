"""Shape bias: known classifiers on known stimuli (systems.md E5), counting against NumPy, refusals."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

import phosphene as ph
from phosphene.errors import BadArgument, BadPicture, ShapeMismatch, UnknownLabel
from phosphene.figures import Bias, load
from phosphene.figures.bias import fraction
from phosphene.recipes import SIXTEEN, BiasWarning, Stimuli, cue_conflict, shape_bias

SIDE = 24
GROUPS = ("a", "b", "c")
y, x = torch.meshgrid(torch.linspace(-1, 1, SIDE), torch.linspace(-1, 1, SIDE), indexing="ij")
MASKS = torch.stack([torch.hypot(x, y) < 0.6, (x.abs() < 0.8) & (y.abs() < 0.3), (x.abs() < 0.25) & (y.abs() < 0.9)])
ANGLES = torch.tensor([0.0, math.pi / 3, 2 * math.pi / 3])


def stimulus(shape: int, texture: int) -> Tensor:
    """Stripes of a direction inside a mask, grey outside."""
    angle = ANGLES[texture]
    stripes = 0.5 + 0.45 * torch.sin(12 * (x * angle.cos() + y * angle.sin()))
    return torch.where(MASKS[shape], stripes, torch.tensor(0.5)).expand(3, -1, -1)


class Orientation(nn.Module):
    """Asks for the direction of the gradients, by the structure tensor; the outline has none of its own there."""

    def forward(self, pictures: Tensor) -> Tensor:
        grey = pictures.mean(1)
        down, right = torch.gradient(grey, dim=(1, 2))
        twice = torch.atan2((2 * down * right).sum((1, 2)), (right**2 - down**2).sum((1, 2)))
        return 20 * torch.cos(twice[:, None] - 2 * ANGLES)


class Outline(nn.Module):
    """Asks which mask covers what is not grey."""

    def forward(self, pictures: Tensor) -> Tensor:
        drawn = ((pictures.mean(1) - 0.5).abs() > 1e-3).float()[:, None]
        return -20 * (drawn - MASKS.float()).abs().mean((2, 3))


class Numbers(nn.Module):
    """The pixels are the logits."""

    def forward(self, pictures: Tensor) -> Tensor:
        return 10 * pictures.flatten(1)


def vision(module: nn.Module, labels: tuple[str, ...] | None = GROUPS, name: str = "net") -> ph.Vision:
    return ph.Vision(module.eval(), [0.0] * 3, [1.0] * 3, labels=labels, name=name)


def stimuli(*pairs: tuple[int, int]) -> Stimuli:
    images = torch.stack([stimulus(*pair) for pair in pairs])
    return Stimuli(images, tuple(GROUPS[one] for one, _ in pairs), tuple(GROUPS[one] for _, one in pairs))


EVERY = stimuli(*((shape, texture) for shape in range(3) for texture in range(3)))


def test_a_classifier_of_shapes_scores_1_and_one_of_textures_0() -> None:
    """Six stimuli are incongruent; the three congruent ones are dropped."""
    both = shape_bias({"outline": vision(Outline(), name="o"), "orientation": vision(Orientation())}, EVERY)
    assert both.values.tolist() == [1.0, 0.0]
    assert both.shape.tolist() == [[2, 2, 2], [0, 0, 0]]
    assert both.texture.tolist() == [[0, 0, 0], [2, 2, 2]]
    assert not both.other.any()
    assert len(both.images) == 6
    assert shape_bias(vision(Outline()), EVERY).value == 1.0


def test_the_figure_survives_its_file(tmp_path: Path) -> None:
    found = shape_bias({"one": vision(Outline()), "two": vision(Orientation(), name="second")}, EVERY)
    again = load(found.save(tmp_path / "bias.npz"))
    assert isinstance(again, Bias)
    assert np.array_equal(again.shape, found.shape)
    assert again.groups == GROUPS
    assert found.save(tmp_path / "bias.png").read_bytes()[1:4] == b"PNG"
    assert "shape bias 1 (6 for the shape" in found.save(tmp_path / "bias.html").read_text()
    assert repr(found) == "Bias(shape bias net 1.00, second 0.00)"


def test_no_decision_for_either_is_nan_with_a_message(tmp_path: Path) -> None:
    third = stimuli((0, 1), (1, 0))
    net = vision(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 3)), name="deaf")
    nn.init.zeros_(net.module[2].weight)
    net.module[2].bias.data.copy_(torch.tensor([0.0, 0.0, 9.0]))
    with pytest.warns(BiasWarning, match="deaf: no decision for a shape or a texture"):
        found = shape_bias(net, third)
    assert math.isnan(found.value)
    assert found.other.tolist() == [[1, 1]]
    assert "no decision" in repr(found)
    found.save(tmp_path / "bias.png")


@given(st.integers(0, 999), st.integers(1, 9), st.lists(st.integers(0, 11), min_size=2, max_size=12, unique=True))
def test_groups_are_weighed_by_their_mean_probability(seed: int, count: int, members: list[int]) -> None:
    """Against NumPy: softmax, mean over the classes of a group, the largest; then the decisions are counted."""
    dice = np.random.default_rng(seed)
    pixels = dice.random((count, 3, 2, 2)).astype(np.float32)
    cut = 1 + seed % (len(members) - 1)
    groups = {"left": members[:cut], "right": members[cut:]}
    cues = dice.permutation([("left", "right"), ("right", "left")] * count)[:count]
    made = Stimuli(torch.from_numpy(pixels), tuple(map(str, cues[:, 0])), tuple(map(str, cues[:, 1])))
    found = shape_bias(vision(Numbers(), None), made, groups)
    power = np.exp(10 * pixels.reshape(count, -1).astype(np.float64))
    probability = power / power.sum(1, keepdims=True)
    right = probability[:, members[cut:]].mean(1) > probability[:, members[:cut]].mean(1)
    decided = np.where(right, "right", "left")
    assert found.value == pytest.approx((decided == cues[:, 0]).mean())
    assert int(found.shape.sum() + found.texture.sum()) == count


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1))
def test_the_fraction_is_the_papers(counts: list[tuple[int, int]]) -> None:
    shape, texture = np.array(counts).T
    found = fraction(shape, texture)
    for value, (one, other) in zip(found.tolist(), counts, strict=True):
        assert math.isnan(value) if one + other == 0 else value == one / (one + other)


def test_cue_conflicts_pair_different_names_alone() -> None:
    net, draw = ph.load("patterns"), ph.models.patterns.draw
    shapes = {"stars": draw("stars", 2, size=40), "hearts": draw("hearts", 2, size=32)}
    textures = {"stars": draw("stars", 1, size=32), "bricks": draw("bricks", 1, size=48)}
    made = cue_conflict(net, shapes, textures, size=32, steps=1, progress=False)
    assert list(zip(made.shapes, made.textures, strict=True)) == [
        ("stars", "bricks"),
        ("hearts", "stars"),
        ("hearts", "bricks"),
    ]
    alone = ph.recipes.style(net, shapes["hearts"], textures["bricks"], size=(32, 32), steps=1, progress=False)
    assert torch.equal(made.images[2:], alone.images)


def test_the_sixteen_categories() -> None:
    every = [number for some in SIXTEEN.values() for number in some]
    assert len(SIXTEEN) == 16
    assert len(set(every)) == len(every)
    assert (min(every), max(every)) == (8, 914)
    assert (len(SIXTEEN["dog"]), len(SIXTEEN["bird"])) == (109, 49)
    from torchvision.models._meta import _IMAGENET_CATEGORIES as names

    assert [names[n] for n in SIXTEEN["elephant"]] == ["Indian elephant", "African elephant"]
    assert all("clock" in names[n] for n in SIXTEEN["clock"])
    assert all("bear" in names[n] for n in SIXTEEN["bear"])


def test_refusals() -> None:
    net, one = vision(Outline()), stimuli((0, 1))
    star = ph.models.patterns.draw("stars", 1, size=32)
    for shapes, textures in (({}, {"a": star}), ({"a": star}, {}), ({"a": star}, {"a": star})):
        with pytest.raises(BadArgument, match="at least one pair of a shape and a texture"):
            cue_conflict(ph.load("patterns"), shapes, textures)
    with pytest.raises(BadArgument, match="whose shape is their texture"):
        shape_bias(net, stimuli((0, 0), (1, 1)))
    with pytest.raises(ShapeMismatch, match="0 stimuli of 0 shapes"):
        Stimuli(torch.zeros(0, 3, 4, 4), (), ())
    with pytest.raises(BadArgument, match=r"stimuli of b.*groups of net expected: a, c"):
        shape_bias(net, one, {"a": ["a"], "c": ["c"]})
    with pytest.raises(BadArgument, match="at least one group"):
        shape_bias(net, one, {})
    with pytest.raises(BadArgument, match="each of at least one class"):
        shape_bias(net, one, {"a": [0], "b": []})
    with pytest.raises(BadArgument, match="which has no class names"):
        shape_bias(vision(Outline(), None), one)
    with pytest.raises(BadArgument, match="class 7 in groups"):
        shape_bias(vision(Outline(), None), one, {"a": [0], "b": [7]})
    with pytest.raises(UnknownLabel, match="'dog'"):
        shape_bias(net, one, {"a": ["dog"], "b": [0]})
    with pytest.raises(ShapeMismatch, match="Bias: decisions"):
        Bias("", {}, (), ("n",), ("a",), *(np.zeros((1, 2), np.int64),) * 3, np.zeros((0, 1, 1, 3), np.uint8), ())


PATTERNS, STAR, GREY = ph.load("patterns"), ph.models.patterns.draw("stars", 1, size=32), torch.full((1, 3, 4, 4), 0.5)


@pytest.mark.parametrize(
    ("run", "kind", "match"),
    [
        (lambda: Stimuli(None, ("a",), ("b",)), BadPicture, "NoneType as a picture"),
        (lambda: Stimuli(GREY[0], ("a",) * 3, ("b",) * 3), ShapeMismatch, "torch.stack"),
        (lambda: Stimuli(GREY * float("nan"), ("a",), ("b",)), BadPicture, "nan"),
        (lambda: Stimuli(GREY * 9, ("a",), ("b",)), BadPicture, "4.5"),
        (lambda: Stimuli(GREY, "a", "b"), BadArgument, "shapes='a'"),
        (lambda: Stimuli(GREY, ("a",), (3,)), BadArgument, "textures=.3"),
        (lambda: shape_bias(PATTERNS, None), BadArgument, "NoneType as stimuli"),
        (lambda: shape_bias(PATTERNS, stimuli((0, 1)), {"a": None, "b": [1]}), BadArgument, "at least one class"),
        (lambda: shape_bias(PATTERNS, stimuli((0, 1)), {"a": "dots", "b": [1]}), BadArgument, "at least one class"),
        (lambda: shape_bias(vision(nn.Conv2d(3, 3, 3)), stimuli((0, 1))), ShapeMismatch, "a score for each class"),
        (
            lambda: shape_bias(ph.Vision(Outline().eval(), [0.0], [1.0], labels=GROUPS), stimuli((0, 1))),
            ShapeMismatch,
            "1 channels expected",
        ),
        (lambda: cue_conflict(PATTERNS, None, {"b": STAR}), BadArgument, "shapes as NoneType"),
        (lambda: cue_conflict(PATTERNS, {"a": STAR}, [STAR]), BadArgument, "textures as list"),
    ],
    ids=range(13),
)
def test_what_ended_in_a_traceback(run, kind, match) -> None:
    with pytest.raises(kind, match=match):
        run()


@pytest.mark.parametrize(
    ("textures", "options", "kind", "match"),
    [
        ({"b": STAR, "c": "missing.png"}, {}, BadPicture, "missing.png"),
        ({"b": STAR, "c": STAR}, {"batch": 2}, BadArgument, "one picture of each pair"),
        ({"b": STAR, "c": STAR}, {"seed": [0, 1]}, BadArgument, "one picture of each pair"),
    ],
    ids=["file", "batch", "seeds"],
)
def test_nothing_is_painted_before_all_is_read(monkeypatch, textures, options, kind, match) -> None:
    monkeypatch.setattr(sys.modules[cue_conflict.__module__], "style", lambda *_, **__: pytest.fail("painted in vain"))
    with pytest.raises(kind, match=match):
        cue_conflict(PATTERNS, {"a": STAR}, textures, size=32, steps=1, progress=False, **options)


def test_stimuli_of_a_list_are_stacked() -> None:
    made = Stimuli([GREY[0], GREY[0]], ["a", "b"], ["b", "a"])
    assert (made.images.shape, made.shapes, made.textures) == ((2, 3, 4, 4), ("a", "b"), ("b", "a"))
