"""Target pictures: seen as the painted ones are where places matter, as they are where they do not."""

from __future__ import annotations

from collections import OrderedDict

import pytest
import torch
from torch import nn

import phosphene as ph
from phosphene import objectives as obj
from phosphene import param
from phosphene import transforms as tf
from phosphene.errors import BadPicture
from tests import toys


@pytest.mark.parametrize(
    "transforms", [tf.standard, tf.jitter(4), tf.center_crop(10), tf.wide, tf.noise(0.1)], ids=repr
)
def test_a_target_is_seen_as_the_painted_picture_is(transforms: tf.Transform) -> None:
    """the distance of a picture to itself is 0 through any transforms of the run, at every step"""
    net = toys.vision(double=True)
    photo = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    start = (param.pixels(16) >> param.unbounded()).starting_from(photo)
    options = {"steps": 3, "optimizer": ph.sgd(0), "batch": 2}
    for layer in ("first", "input"):
        made = ph.render(net, -obj.content(layer, photo, "mse"), start, transforms, **options)
        assert made.scores.abs().max() < 1e-20
    still = ph.render(net, -obj.content("first", photo, "mse"), start, tf.identity, **options)
    assert torch.equal(still.scores, torch.zeros(3, 2, dtype=torch.float64))


def test_what_a_term_keeps_of_a_target_is_of_the_target_as_it_is() -> None:
    """a Gram matrix has no places: its target is captured once, whatever the transforms of the run"""
    net, photo = toys.vision(), torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(2))
    calls: list[int] = []
    handle = net.module.register_forward_pre_hook(lambda *_: calls.append(1))
    try:
        run = ph.steps(net, -obj.style("first", photo, "mse"), param.pixel(16), tf.jitter(2), steps=4)
        next(run)
        before = len(calls)
        list(run)
    finally:
        handle.remove()
    assert len(calls) - before == 3


@pytest.mark.parametrize(("theirs", "ours"), [(1, 3), (4, 3), (3, 1), (3, 4)])
@pytest.mark.parametrize("layer", ["image", "conv"])
def test_a_target_of_other_channels_than_the_painted_picture(layer: str, theirs: int, ours: int) -> None:
    net = nn.Sequential(OrderedDict(conv=nn.Conv2d(ours, 4, 3))).eval()
    vision, photo = ph.Vision(net, [0.5] * ours, [0.5] * ours, size=16), torch.rand(theirs, 16, 16)
    with pytest.raises(BadPicture, match=f"a target picture of {theirs} channels.*painted picture has, {ours}"):
        ph.render(vision, -obj.content(layer, photo, "mse"), param.fourier(16, channels=ours), steps=1, progress=False)


@pytest.mark.parametrize("regions", [False, True])
def test_a_target_is_seen_at_the_scale_of_the_painted_picture(regions: bool) -> None:
    """a run that resizes its views shows the target at that size, too: a picture has its own style"""
    net = ph.load("patterns")  # which sees pictures at 96 px where nothing says another size
    photo = ph.models.patterns.draw("bricks", 3, size=32)
    half = torch.zeros(32, 32)
    half[:, :16] = 1
    places = {"region": half, "like_region": half}
    goal = obj.region_style("block2", photo, "mse", **places) if regions else obj.style("block2", photo, "mse")
    paint = (param.pixels(32) >> param.unbounded()).starting_from(photo)
    for seen in (tf.resize(32), tf.resize(64), tf.identity):
        made = ph.render(net, goal, paint, seen, steps=1, progress=False)
        assert made.scores.abs().max() < 1e-10
