"""Target pictures: seen as the painted ones are where places matter, as they are where they do not."""

from __future__ import annotations

import pytest
import torch

import phosphene as ph
from phosphene import objectives as obj
from phosphene import param
from phosphene import transforms as tf
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
