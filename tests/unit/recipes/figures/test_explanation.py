"""Explanations: the maps are what `attribute` finds, each method stands where it can, and what is wrong is said at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import phosphene as ph
from phosphene import attribution, recipes
from phosphene.errors import BadArgument, PhospheneError, TooLarge, UnknownLabel, UnknownLayer, UnknownName
from phosphene.models.patterns import draw
from tests.drawings import halves, patterns

NET = patterns()
DOTS = draw("dots", seed=1, size=64)


def explained(objectives: Any = "dots", methods: Any = "grad_cam", layers: Any = None, **more: Any) -> Any:
    return recipes.explanation(NET, objectives, more.pop("pictures", DOTS), methods, layers, size=64, **more)


def test_maps_scores_and_sums_are_those_of_attribute() -> None:
    pictures = torch.stack([DOTS, draw("rings", seed=2, size=64)])
    methods = [attribution.integrated_gradients(steps=8, tolerance=None), attribution.saliency()]
    found = explained(["dots", "logit('rings')"], methods, ["image", "block3"], pictures=pictures)
    assert found.objectives == ("dots", "logit('rings')")
    assert [(one.method, one.name) for one in found.layers] == [
        (0, "image"),
        (0, "block3"),
        (1, "image"),
        (1, "block3"),
    ]
    for layer in found.layers:
        for goal, text in enumerate(("logit('dots')", "logit('rings')")):
            one = ph.attribute(NET, text, pictures, layer.name, methods[layer.method], size=64)
            np.testing.assert_allclose(layer.maps[:, goal], one.spatial().numpy(), rtol=1e-4, atol=1e-6)
            np.testing.assert_allclose(layer.totals[:, goal], one.values.flatten(1).sum(1), rtol=1e-3, atol=1e-5)
            np.testing.assert_allclose(layer.missing[:, goal], one.missing, rtol=1e-2, atol=1e-4, equal_nan=True)
            np.testing.assert_allclose(found.scores[:, goal], one.scores, rtol=1e-5)
        assert np.isnan(layer.missing).all() == (layer.method == 1)
        assert layer.signs == (layer.method == 0)


def test_each_method_is_at_home_where_no_layer_is_named() -> None:
    found = explained(methods=["gradcam", "guided", "guided_grad_cam", "occlusion"])
    assert [(found.named(one), one.name, one.rows) for one in found.layers] == [
        ("grad_cam", "block4", 4),
        ("guided_backprop", "image", 64),
        ("guided_grad_cam('block4')", "image", 64),
        ("occlusion", "image", 64),
    ]


def test_a_ladder_has_a_step_for_each_layer() -> None:
    found = explained(methods=["gradcam", "guided"], layers=["image", "block2", "block4"])
    assert [(found.named(one), one.name) for one in found.layers] == [
        ("grad_cam", "block2"),
        ("grad_cam", "block4"),
        ("guided_backprop", "image"),
        ("guided_backprop", "block2"),
        ("guided_backprop", "block4"),
    ]
    sees = [one.sees for one in found.layers]
    assert sees[2:] == [1, *sees[:2]]
    assert sees[0] < sees[1]


def test_against_is_the_difference() -> None:
    found = explained({"these": "dots", 7: "stripes 0"}, "gradient", "block3", against="rings")
    assert found.objectives == ("these", "7", "these − rings", "7 − rings")
    rings = explained("rings", "gradient", "block3")
    np.testing.assert_allclose(found.scores[:, 2:], found.scores[:, :2] - rings.scores, rtol=1e-4)
    maps = found.layers[0].maps
    np.testing.assert_allclose(maps[:, 2:], maps[:, :2] - rings.layers[0].maps, rtol=1e-3, atol=1e-6)


def test_a_number_is_named_as_its_class() -> None:
    assert explained(NET.label_index("rings")).objectives == ("rings",)
    bare = ph.Vision(nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()), [0.5] * 3, [0.5] * 3)
    assert recipes.explanation(bare, 3, DOTS, "cam", "0", size=16).objectives == ("class 3",)


@pytest.mark.parametrize("post", ["captum", "torchcam", "pytorch_grad_cam"])
def test_maps_as_packages_show_them(post: Any) -> None:
    found = explained(methods=["grad_cam"], layers="block3", post=post)
    one = ph.attribute(NET, "logit('dots')", DOTS, "block3", attribution.grad_cam(), size=64)
    np.testing.assert_allclose(found.layers[0].maps[0, 0], one.map(post=post)[0], atol=1e-5)
    assert found.layers[0].maps.shape[2:] == (found.layers[0].rows, found.layers[0].columns) == (64, 64)
    assert found.layers[0].ends[0, 0] == np.abs(found.layers[0].maps).max()


def test_what_speaks_for_dots_is_where_the_dots_are() -> None:
    found = recipes.explanation(
        NET, ["dots", "stripes 0"], {"both": halves()}, ["gradcam", "occlusion"], against=None, size=192
    )
    assert found.pictures[0].name == "both"
    assert found.title == "What speaks for dots, stripes 0 in “both”"
    for layer in found.layers:
        dots, stripes = layer.maps[0].clip(0)
        half = layer.columns // 2
        assert dots[:, half:].sum() / dots.sum() >= 0.8
        assert stripes[:, :half].sum() / stripes.sum() >= 0.8


@pytest.mark.parametrize(
    ("asked", "kind", "message"),
    [
        ({"objectives": "dotts"}, UnknownLabel, "Nearest: 'dots'"),
        ({"objectives": 99}, UnknownLabel, "class 99"),
        ({"objectives": "logit('dotts')"}, UnknownLabel, "dotts"),
        ({"objectives": []}, BadArgument, "explanation of no class"),
        ({"objectives": 1.5}, BadArgument, "explanation of no class"),
        ({"against": "ring"}, UnknownLabel, "Nearest: .*'rings'"),
        ({"objectives": "expect(logit('dots'), tf.jitter(4), samples=2)"}, PhospheneError, "expect|views"),
        ({"methods": "gradcan"}, UnknownName, "Nearest: 'grad_cam'"),
        ({"methods": []}, BadArgument, "explanation by no method"),
        ({"layers": "blok4"}, UnknownLayer, "Nearest: 'block4'"),
        ({"layers": []}, BadArgument, "explanation at no layer"),
        (
            {"methods": "guidedgradcam", "layers": "block3"},
            BadArgument,
            r"guided_grad_cam\('block4'\) at 'block3'. 'image' expected. write layers=None, or layers='image'",
        ),
        ({"layers": "image"}, BadArgument, r"grad_cam\(\) at 'image'. a layer of the network.*layers='block4'"),
        ({"post": "lucid"}, BadArgument, "post is 'lucid'"),
        ({"limit": 0.01, "methods": "saliency"}, TooLarge, "maps of 0.0218 MB. 0.01 MB at most.*limit=2"),
        ({"pictures": "gone.png"}, PhospheneError, "gone.png"),
    ],
)
def test_errors_come_before_any_work(
    asked: dict[str, Any], kind: type[Exception], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("measured")

    for method in (attribution.grad_cam, attribution.saliency, attribution.guided_grad_cam):
        monkeypatch.setattr(method, "values", never)
    with pytest.raises(kind, match=message):
        explained(**asked)


def test_a_network_without_places() -> None:
    flat = ph.Vision(nn.Sequential(nn.Flatten(), nn.Linear(3 * 64 * 64, 4)), [0.5] * 3, [0.5] * 3)
    with pytest.raises(BadArgument, match=r"no layer has rows and columns.*integrated_gradients"):
        recipes.explanation(flat, 1, DOTS, size=64)
    assert recipes.explanation(flat, 1, DOTS, "gradient", size=64).layers[0].name == "image"
