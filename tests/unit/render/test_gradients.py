"""The gradient chain: each link against its formula, and picture by picture."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import phosphene as ph
from phosphene import errors, gradients, optimizers, param
from phosphene import objectives as obj
from phosphene import transforms as tf
from phosphene.render.moment import Moment
from phosphene.testing import loop
from tests import toys

NOW = Moment(0, 5)


def noise(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@given(loop.gradients(), st.integers(0, 99))
def test_each_picture_by_itself(link: gradients.Gradient, seed: int) -> None:
    g = noise(seed, 3, 3, 7, 6)
    whole = link.apply(g, NOW) if link.frame != "tiles" else g
    for i in range(3):
        one = link.apply(g[i : i + 1], NOW) if link.frame != "tiles" else g[i : i + 1]
        torch.testing.assert_close(whole[i : i + 1], one, rtol=1e-12, atol=1e-12)


@given(loop.gradients().filter(lambda link: link.frame != "tiles"), st.integers(0, 99))
def test_links_are_odd(link: gradients.Gradient, seed: int) -> None:
    """the loss's gradient goes through a chain as the score's does"""
    g = noise(seed, 2, 3, 5, 5)
    torch.testing.assert_close(link.apply(-g, NOW), -link.apply(g, NOW), rtol=1e-9, atol=1e-12)
    assert torch.equal(link.apply(torch.zeros_like(g), NOW), torch.zeros_like(g))


@pytest.mark.parametrize("link", [gradients.laplacian(), gradients.normalize("rms"), gradients.sign()], ids=repr)
def test_scale_does_not_matter(link: gradients.Gradient) -> None:
    g = noise(1, 2, 3, 9, 8)
    torch.testing.assert_close(link.apply(7 * g, NOW), link.apply(g, NOW), rtol=1e-9, atol=1e-12)


def test_every_level_of_the_laplacian_has_size_one() -> None:
    from phosphene.filters import laplacian_merge, laplacian_split

    g = noise(2, 1, 3, 37, 53)
    levels = [level / level.square().mean().sqrt() for level in laplacian_split(g, 4)]
    torch.testing.assert_close(gradients.laplacian(4).apply(g, NOW), laplacian_merge(levels))


@given(st.integers(0, 99), st.floats(0, 100))
def test_percentile_is_numpys(seed: int, percent: float) -> None:
    g = noise(seed, 2, 3, 5, 4)
    ours = gradients.percentile(percent).apply(g, NOW)
    for row, g_row in zip(ours, g.numpy(), strict=True):
        bound = np.percentile(np.abs(g_row), percent)
        np.testing.assert_array_equal(row != 0, np.abs(g_row) >= bound)


def test_clips() -> None:
    g = noise(3, 2, 3, 5, 4)
    assert gradients.clip(0.5, "value").apply(g, NOW).abs().max() == 0.5
    rms = g.flatten(1).square().mean(1).sqrt()[:, None, None, None]
    assert (gradients.clip(1.5, "rms").apply(g, NOW).abs() <= 1.5 * rms + 1e-12).all()
    torch.testing.assert_close(gradients.clip(2).apply(g, NOW).flatten(1).norm(dim=1), torch.full((2,), 2.0).double())
    assert torch.equal(gradients.clip(1e9).apply(g, NOW), g)


@pytest.mark.parametrize("colors", [None, "imagenet"])
def test_sobolev_on_pixels_is_a_step_of_the_spectrum(colors: str | None) -> None:
    net, rate = toys.vision(double=True), 0.5
    goal, photo = obj.channel("first", 2), torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(1)).double()
    source = param.spectrum(16) if colors is None else param.spectrum(16) >> param.decorrelate(colors)
    there = (source >> param.unbounded()).starting_from(photo)
    here = (param.pixels(16) >> param.unbounded()).starting_from(photo)
    options = {"steps": 4, "optimizer": optimizers.sgd(rate)}
    one = ph.render(net, goal, there, tf.identity, **options)
    two = ph.render(net, goal, here, tf.identity, gradient=[gradients.sobolev(colors=colors)], **options)
    torch.testing.assert_close(one.images, two.images, rtol=0, atol=1e-10)
    assert (one.images[0] - photo).abs().max() > 1e-3


def test_a_link_of_the_state_sees_each_entry() -> None:
    net, start = toys.vision(double=True), param.fourier(16)
    made = ph.steps(
        net,
        obj.channel("first", 2),
        start,
        tf.identity,
        steps=1,
        optimizer=optimizers.sgd(0.25),
        gradient=[gradients.sign(frame="state")],
    )
    moved = next(made).state["spectrum"] - start.init([0], torch.float64)["spectrum"]
    assert set(np.unique(moved.abs().numpy().round(12))) <= {0, 0.25}


@given(st.integers(3, 30), st.integers(3, 30), st.integers(2, 9), st.integers(0, 4))
def test_tiles_cover_the_canvas(height: int, width: int, size: int, overlap: int) -> None:
    tiles = gradients.tiles(size, overlap)
    weight = torch.zeros(height, width, dtype=torch.float64)
    window = tiles.window((height, width), weight)
    assert window.min() > 0
    for _, rows, columns in tiles.cut((height, width)):
        assert (len(rows), len(columns)) == window.shape == (min(size, height), min(size, width))
        weight[rows, columns] += window
    assert weight.min() > 0
    if overlap == 0 and height % size == 0 and width % size == 0:
        assert torch.equal(weight, torch.ones_like(weight))


POINTS = ph.Vision(torch.nn.Conv2d(3, 2, 1).double().eval(), [0.0] * 3, [1.0] * 3, name="points")


@pytest.mark.parametrize("tiles", [gradients.tiles(8, 0), gradients.tiles(9, 3), gradients.tiles((30, 7), 2)], ids=repr)
def test_tiles_of_a_network_of_points_give_the_whole_gradient(tiles: gradients.tiles) -> None:
    """a 1 x 1 network has no border: tile by tile is the same as at once"""
    goal, start = obj.channel("output", 1), param.pixel(24)
    options = {"steps": 3, "optimizer": optimizers.sgd(0.5), "seed": 5}
    whole = ph.render(POINTS, goal, start, tf.identity, **options)
    tiled = ph.render(POINTS, goal, start, tf.identity, gradient=[tiles], **options)
    torch.testing.assert_close(whole.images, tiled.images)


def test_a_picture_in_tiles_is_the_same_alone_and_in_a_batch() -> None:
    net, tiles = toys.vision(None, double=True), gradients.tiles(9, 3)
    options = {"steps": 2, "gradient": [tiles]}
    both = ph.render(net, obj.channel("first", 2), param.fourier(20), tf.jitter(2), seed=[3, 8], **options)
    alone = ph.render(net, obj.channel("first", 2), param.fourier(20), tf.jitter(2), seed=8, **options)
    torch.testing.assert_close(both.images[1], alone.images[0], rtol=1e-9, atol=1e-9)


def test_a_tile_as_large_as_the_canvas_is_the_canvas() -> None:
    net, goal = toys.vision(None, double=True), obj.channel("first", 2)
    tiles = gradients.tiles(64, roll=False)
    plain, tiled = (
        ph.render(net, goal, param.fourier(16), tf.jitter(2), steps=3, gradient=chain) for chain in ((), (tiles,))
    )
    assert torch.equal(plain.images, tiled.images)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: gradients.normalize("max"), "by is 'max'"),
        (lambda: gradients.blur(-1), "sigma is -1"),
        (lambda: gradients.sign(frame="screen"), "frame is 'screen'"),
        (lambda: gradients.percentile(101), "percent is 101"),
        (lambda: gradients.laplacian(-1), "levels is -1"),
        (lambda: gradients.tiles(0), "size is 0"),
    ],
    ids=["normalize", "blur", "sign", "percentile", "laplacian", "tiles"],
)
def test_bad_links(make: object, message: str) -> None:
    with pytest.raises(errors.BadArgument, match=message):
        make()  # type: ignore[operator]
