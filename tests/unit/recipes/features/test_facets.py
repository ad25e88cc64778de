"""Facets: the gradient of the term, through real networks; probes that know their kind; the table."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.testing import assert_close

import phosphene as ph
from phosphene import objectives as obj
from phosphene import recipes
from phosphene.errors import BadArgument, Detached, ShapeMismatch
from phosphene.language import parse
from phosphene.objectives import sites
from phosphene.objectives.evaluate import Context
from phosphene.objectives.lower import Program
from phosphene.probes import probe
from phosphene.render.views import Views
from phosphene.render.ways import Draws
from phosphene.seeds import stream
from phosphene.serialize import from_json, to_json
from phosphene.transforms import identity, rotate
from tests.reference import networks

W = torch.rand(8, generator=stream(1, "facets"), dtype=torch.float64) - 0.5
CANVAS = torch.rand(2, 3, 16, 16, generator=stream(2, "facets"), dtype=torch.float64)
SMALL = {"param": ph.param.fourier(32), "transforms": ph.transforms.resize(32), "progress": False}


@obj.term
def sloped_sum(activation: torch.Tensor, *, slope: obj.Slope) -> torch.Tensor:
    """Activation times gradient, added up."""
    return (activation * slope).flatten(1).sum(1)


def gradient(
    vision: ph.Vision, objective: obj.Objective, transforms: ph.transforms.Transform = identity
) -> torch.Tensor:
    """That of the scores at the canvas, as the loop finds it."""
    x = CANVAS.clone().requires_grad_()
    program = Program(objective)
    views = Views({"": vision}, program.sites, transforms, {"": None})
    views.capture_targets(x.detach(), objective)
    score, _ = program(views.activations(x, Draws([5, 6], 3, 0)), Context(2, dtype=torch.float64))
    (found,) = torch.autograd.grad(score.sum(), x)
    return found


def by_hand(layer: str, weights: torch.Tensor, label: int) -> torch.Tensor:
    """The vector-Jacobian product of the layer with relu(slope) * weights."""
    net = networks.Layers().double()
    x = CANVAS.clone().requires_grad_()
    first = net.relu(net.first(x))
    second = net.second(net.pool(first))
    logits = net.head(net.relu(second).mean((2, 3)))
    a = second if layer == "second" else first
    (slope,) = torch.autograd.grad(logits[:, label].sum(), a, retain_graph=True)
    (found,) = torch.autograd.grad(a, x, slope.relu() * weights[:, None, None])
    return found


@pytest.mark.parametrize(("layer", "node"), [("second", "second"), ("relu#0", "first")])
def test_the_gradient_is_the_masked_product(layer: str, node: str) -> None:
    weights = W if node == "second" else W[:6]
    found = gradient(networks.vision(), obj.facet(layer, obj.logit(2), weights))
    assert_close(found, by_hand(node, weights, 2), rtol=1e-12, atol=1e-14)


def test_a_facet_of_a_sum_is_seen_from_the_sum() -> None:
    """and what stands beside the term in the objective changes nothing about it"""
    goal = obj.logit(1) + 2 * obj.channel("second", 3)
    both = gradient(networks.vision(), goal + obj.facet("second", goal, W))
    alone = gradient(networks.vision(), goal) + gradient(networks.vision(), obj.facet("second", goal, W))
    assert_close(both, alone, rtol=1e-12, atol=1e-14)


def test_views_of_the_network_are_told_apart() -> None:
    """two ways of seeing the picture go through the network as one batch; each slope is that of its own view"""
    turned = rotate(90)
    one = obj.facet("second", obj.logit(2), W)
    together = gradient(networks.vision(), one + one @ turned)
    alone = gradient(networks.vision(), one) + gradient(networks.vision(), one @ turned)
    assert_close(together, alone, rtol=1e-10, atol=1e-12)


def test_a_facet_prints_parses_and_travels() -> None:
    for toward in (obj.logit("stars") - 0.5 * obj.tv(), obj.facet("b", obj.channel("c", 1), W), obj.logit(1).at(0)):
        one = 2 * obj.facet("a", toward, W) + 1
        assert parse(repr(one)) == one
        assert from_json(to_json(one)) == one
        assert hash(parse(repr(one))) == hash(one)


def test_equal_objectives_make_equal_facets() -> None:
    a, b = obj.channel("b", 0), obj.channel("b", 1)
    assert obj.facet("a", a + b, W) == obj.facet("a", b + a, W)
    assert obj.facet("a", a + b, W) != obj.facet("a", a - b, W)
    assert [site.layer for site in sites(obj.facet("a", a + b - b, W))] == ["a", "b"]


def test_pictures_are_as_alone_in_a_batch() -> None:
    net, goal = ph.load("patterns"), obj.facet("block3", obj.logit("stars"), torch.ones(80))
    both = ph.render(net, goal, steps=3, seed=[3, 4], **SMALL)
    assert_close(both.images[1:], ph.render(net, goal, steps=3, seed=4, **SMALL).images, atol=2e-5, rtol=0)


def test_a_look_without_gradients_gives_the_same_scores() -> None:
    goal = (
        obj.facet("second", obj.logit(2), W)
        + obj.facet("image", obj.logit(1), W[:3])
        + obj.facet("input", obj.logit(1), W[:3])
    )
    program = Program(goal)
    with torch.no_grad():
        views = Views({"": networks.vision()}, program.sites, identity, {"": None})
        views.capture_targets(CANVAS, goal)
        found, _ = program(views.activations(CANVAS, Draws([5, 6], 3, 0)), Context(2, dtype=torch.float64))
    assert not found.requires_grad
    made = ph.render(
        networks.vision(),
        goal,
        (ph.param.pixels(16) >> ph.param.unbounded()).starting_from(CANVAS),
        identity,
        steps=1,
        progress=False,
    )
    assert_close(found, made.scores[0], rtol=1e-12, atol=0)


def test_an_objective_of_ones_own_may_ask_for_a_slope() -> None:
    """activation times gradient of a linear score is the score"""
    goal = sloped_sum("second", obj.channel("second", 3))
    found = goal({"second": torch.rand(2, 8, 3, 3, generator=stream(4, "own"), dtype=torch.float64)})
    again = obj.channel("second", 3)(
        {"second": torch.rand(2, 8, 3, 3, generator=stream(4, "own"), dtype=torch.float64)}
    )
    assert_close(found.detach(), again)
    assert parse(repr(goal)) == goal
    assert obj.expand(goal) == goal
    assert obj.is_linear(obj.channel("a", 1))
    assert not obj.is_linear(goal)
    assert obj.degree(goal) == 1


def test_what_does_not_depend_on_the_layer_is_refused() -> None:
    net = ph.load("patterns")
    with pytest.raises(Detached, match=r"channel\('block1', 3\) does not depend on 'block3'.*write an earlier layer"):
        ph.render(net, obj.facet("block3", obj.channel("block1", 3), torch.ones(80)), **SMALL)
    with pytest.raises(BadArgument, match=r"facet: slope is 3.*an objective that looks at a layer"):
        obj.facet("block3", 3, W)
    with pytest.raises(ShapeMismatch, match=r"a direction of 8 channels.*the layer has 80"):
        ph.render(net, obj.facet("block3", obj.logit("stars"), W), **SMALL)


def textures(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Fine stripes, upright and flat."""
    phase = torch.rand(2, count, 1, 1, generator=stream(seed, "textures")) * 6
    wave = torch.arange(32) * 1.3
    upright = (torch.sin(wave[None, None, :] + phase[0]) / 2 + 0.5).expand(count, 32, 32)
    flat = (torch.sin(wave[None, :, None] + phase[1]) / 2 + 0.5).expand(count, 32, 32)
    return upright[:, None].repeat(1, 3, 1, 1), flat[:, None].repeat(1, 3, 1, 1)


def test_a_probe_knows_its_texture_and_raises_its_own() -> None:
    net = ph.load("patterns")
    upright, flat = textures(12, 1)
    held = [
        ph.recipes.given.observation.observe(net, some, "block2", 32).activations["block2"] for some in textures(6, 2)
    ]
    own = recipes.probes(net, upright, flat, ["block2"], size=32)["block2"]
    tells = [(seen.mean((2, 3)) @ own) for seen in held]
    assert tells[0].min() > tells[1].max()
    made = {
        sign: recipes.faceted(
            net, "logit('stars')", {"block2": sign * own}, low=25, high=25, batch=1, steps=24, **SMALL
        ).images
        for sign in (1, -1)
    }
    told = {
        sign: float(
            ph.recipes.given.observation.observe(net, image, "block2", 32).activations["block2"].mean((2, 3)) @ own
        )
        for sign, image in made.items()
    }
    assert told[1] > told[-1]


def test_probes_see_parts_and_refuse_nothing() -> None:
    a, b = (torch.rand(5, 4, 6, 6, generator=stream(n, "probe")) for n in (1, 2))
    weights = probe(a, b, parts=2)
    assert weights.shape == (4, 2, 2)
    assert_close(weights.square().sum(0).mean(), torch.tensor(1.0))
    assert_close(probe(b, a, parts=2), -weights, atol=1e-3, rtol=0)
    with pytest.raises(BadArgument, match="0 pictures and 5 others"):
        probe(a[:0], b)
    with pytest.raises(ShapeMismatch, match="of one layer"):
        probe(a, b[:, :2])


def test_weights_rise_along_the_batch_as_published() -> None:
    made = recipes.faceted(ph.load("patterns"), "logit('stars')", {"block2": torch.ones(48)}, batch=9, steps=2, **SMALL)
    assert made.images.shape[0] == 9
    text = made.provenance["program"]["objective"]
    assert "0.5 + 24.5*place()" in str(parse(text) if isinstance(text, str) else from_json(text))


def test_a_table_has_a_row_for_each_facet() -> None:
    kinds = {"all": {"block2": torch.ones(48)}, "none": {"block2": -torch.ones(48)}}
    goals = {"stars": "logit('stars')", "dots": "logit('dots')", "hearts": obj.logit("hearts")}
    table = recipes.facets(ph.load("patterns"), goals, kinds, steps=2, **SMALL)
    assert (table.rows, table.columns) == (("all", "none"), ("stars", "dots", "hearts"))
    assert table.images.shape == (2, 3, 32, 32, 3)
    assert not np.array_equal(table.images[0], table.images[1])
