"""The laws of attribution, against networks split by hand and against captum."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.testing import assert_close

import phosphene as ph
from phosphene import attribution as at
from phosphene import objectives as obj
from phosphene import transforms as tf
from phosphene.models import rules
from tests import toys

NET = toys.vision(double=True)
LAYERS = ["image", "input", "stem", "first.0", "first", "second", "relu", "head", "output"]
TERMS = [
    obj.logit("dog"),
    obj.logit(0) * obj.channel("first", 1),
    obj.neuron("second", 2, x=1, y=2) ** 2 + obj.layer("relu"),
    obj.channel("relu", 3).map("softplus"),
    obj.each(obj.logit(1), obj.logit(2)),
    obj.logit("egg") @ tf.blur(1),
    obj.expect(obj.logit(0), tf.jitter(2), 2),
    obj.logit(1) - 0.1 * obj.tv(),
    obj.content("relu", like=torch.full((1, 3, 16, 16), 0.25), convention="gatys"),
    obj.logit(3) - 0.1 * obj.diversity("first"),
    2 * obj.logit(3) + 1,
]
behind = st.sampled_from([term for term in TERMS if ph.objectives.layers(term)])
early = st.sampled_from(["image", "input", "stem"])
methods = st.sampled_from([at.gradient_times_activation(), at.integrated_gradients(7, tolerance=None)])


def pictures(count: int = 3, size: int | tuple[int, int] = 16, seed: int = 0) -> Tensor:
    height, width = (size, size) if isinstance(size, int) else size
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def bias_free(seed: int = 0) -> ph.Vision:
    """A network of convolutions, ReLUs and max pooling without biases: homogeneous of degree 1."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        module = nn.Sequential(
            nn.Conv2d(3, 6, 3, bias=False),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),
            nn.Conv2d(6, 8, 3, bias=False),
            nn.ReLU(inplace=True),
            nn.AdaptiveMaxPool2d(1),
            nn.Flatten(),
            nn.Linear(8, 5, bias=False),
        )
    return ph.Vision(module.double().eval(), [0.0] * 3, [1.0] * 3, name="homogeneous")


@given(behind, behind, st.integers(-3, 3), st.sampled_from([0.5, -0.1, 2]), early, methods)
def test_law_75_linear_in_the_objective(a, b, p, q, wrt, method):
    x = pictures(2)
    one, two = (at.attribute(NET, goal, x, wrt, method) for goal in (a, b))
    both = p * a + q * b
    if not ph.objectives.layers(both):
        return
    found = at.attribute(NET, both, x, wrt, method)
    assert_close(found.values, p * one.values + q * two.values, atol=1e-9, rtol=1e-9)
    assert_close(found.scores, p * one.scores + q * two.scores, atol=1e-9, rtol=1e-9)


@pytest.mark.parametrize("rule", [rules.leaky_gate(), rules.skip_gradient(0.3), rules.passing()], ids=repr)
def test_law_75_with_linear_rules(rule):
    x, a, b = pictures(2), obj.logit(0), obj.channel("second", 1)
    one, two, both = (at.attribute(NET, goal, x, "stem", rules=rule).values for goal in (a, b, 2 * a - 0.5 * b))
    assert_close(both, 2 * one - 0.5 * two, atol=1e-10, rtol=1e-9)
    assert not torch.allclose(one, at.attribute(NET, a, x, "stem").values)


@given(behind, early, st.permutations(range(3)), methods)
def test_pictures_are_attributed_by_themselves(goal, wrt, order, method):
    if ph.objectives.analysis.images(goal) or ph.objectives.couples_batch(goal):
        return
    x = pictures()
    whole = at.attribute(NET, goal, x, wrt, method)
    mixed = at.attribute(NET, goal, x[list(order)], wrt, method, chunk=2)
    assert_close(mixed.values, whole.values[list(order)], atol=1e-10, rtol=1e-9)
    assert_close(mixed.scores, whole.scores[list(order)], atol=1e-10, rtol=1e-9)


@pytest.mark.parametrize("wrt", LAYERS)
def test_first_order_against_a_network_split_by_hand(wrt):
    x, m = pictures(), NET.module
    seen = NET.normalize(x)
    stem = m.stem(seen)
    first = m.first(stem)
    second = m.second(stem + first)
    relu = m.relu(stem + first + second)
    heads = {
        "image": (x, lambda a: m(NET.normalize(a))),
        "input": (x, lambda a: m(NET.normalize(a))),
        "stem": (stem, lambda a: m.head(m.relu((a + m.first(a)) + m.second(a + m.first(a))).mean((2, 3)))),
        "first.0": (
            m.first[0](stem),
            lambda a: m.head((y := stem + m.first[1:](a.clone())).add(m.second(y)).relu().mean((2, 3))),
        ),
        "first": (first, lambda a: m.head((stem + a + m.second(stem + a)).relu().mean((2, 3)))),
        "second": (second, lambda a: m.head((stem + first + a).relu().mean((2, 3)))),
        "relu": (relu, lambda a: m.head(a.mean((2, 3)))),
        "head": (m(seen), lambda a: a),
        "output": (m(seen), lambda a: a),
    }
    activation, tail = heads[wrt]
    leaf = activation.detach().requires_grad_()
    scores = tail(leaf)[:, 1] ** 2
    (slope,) = torch.autograd.grad(scores.sum(), leaf)
    found = at.attribute(NET, obj.logit("dog") ** 2, x, wrt)
    assert_close(found.activation, activation.detach(), atol=1e-12, rtol=0)
    assert_close(found.slope, slope, atol=1e-12, rtol=1e-12)
    assert_close(found.values, activation.detach() * slope, atol=1e-12, rtol=1e-12)
    assert_close(found.scores, scores.detach(), atol=1e-12, rtol=1e-12)
    assert found.baseline is None
    assert found.missing.isnan().all()


@pytest.mark.parametrize("wrt", LAYERS)
def test_the_path_against_a_loop_over_the_tail(wrt):
    x, steps = pictures(2), 5
    found = at.attribute(NET, "logit('dog')", x, wrt, at.integrated_gradients(steps, 0.25, tolerance=None))
    total = torch.zeros_like(found.values)
    start = torch.full_like(found.activation, 0.25)
    with ph.models.guarded(NET):
        for k in range(steps):
            leaf = (start + (k + 0.5) / steps * (found.activation - start)).requires_grad_()
            if wrt == "image":
                y = NET(leaf)
            else:
                with ph.models.replaced(NET, wrt, leaf):
                    y = NET(x)
            total += torch.autograd.grad(y[:, 1].sum(), leaf)[0]
        with torch.no_grad():
            if wrt == "image":
                base = NET(start)[:, 1]
            else:
                with ph.models.replaced(NET, wrt, start):
                    base = NET(x)[:, 1]
    assert_close(found.values, (found.activation - start) * total / steps, atol=1e-11, rtol=1e-9)
    assert_close(found.baseline, base, atol=1e-11, rtol=1e-9)


@pytest.mark.parametrize("wrt", ["image", "0", "1", "2", "3", "4", "5", "6", "7"])
def test_eulers_identity_without_biases(wrt):
    found = at.attribute(bias_free(), obj.logit(2) - obj.logit(0), pictures(size=14), wrt)
    assert_close(found.values.flatten(1).sum(1), found.scores, atol=1e-12, rtol=1e-10)


@given(behind, early)
def test_completeness(goal, wrt):
    if ph.objectives.couples_batch(goal):
        return
    found = at.attribute(NET, goal, pictures(2), wrt, at.integrated_gradients())
    change = (found.scores - found.baseline).abs()
    assert (found.missing <= 0.01).logical_or(change < 1e-3).all(), found.missing


def test_parts_are_cut_where_the_tolerance_asks_for_it():
    x, goal = pictures(4), obj.logit("dog")
    coarse = at.attribute(NET, goal, x, "stem", at.integrated_gradients(1, tolerance=None))
    cut = {n: at.attribute(NET, goal, x, "stem", at.integrated_gradients(n, tolerance=None)) for n in (3, 9)}
    limit = float(coarse.missing.median())
    found = at.attribute(NET, goal, x, "stem", at.integrated_gradients(1, tolerance=limit))
    enough = (coarse.missing <= limit).view(-1, 1, 1, 1)
    then = (cut[3].missing <= limit).view(-1, 1, 1, 1)
    expected = torch.where(enough, coarse.values, torch.where(then, cut[3].values, cut[9].values))
    assert 0 < enough.sum() < 4
    assert_close(found.values, expected, atol=1e-12, rtol=1e-10)


def test_before_global_pooling_it_is_exact():
    found = at.attribute(NET, obj.logit(4), pictures(), "relu")
    places = torch.einsum("c,bchw->bhw", NET.module.head.weight[4], found.activation) / found.activation[0, 0].numel()
    assert_close(found.spatial(), places.detach(), atol=1e-13, rtol=1e-10)
    assert_close(found.spatial().flatten(1).sum(1), found.scores - NET.module.head.bias[4].detach())


def test_sums_over_views():
    x, view = pictures(2), tf.resize(12)
    plain, seen = (at.attribute(NET, goal, x, "stem") for goal in (obj.logit(0), obj.logit(0) @ tf.blur(1)))
    both = at.attribute(NET, obj.logit(0) + 3 * obj.logit(0) @ tf.blur(1), x, "stem")
    assert_close(both.values, plain.values + 3 * seen.values, atol=1e-11, rtol=1e-9)
    assert_close(both.activation, (plain.activation + seen.activation) / 2)
    assert at.attribute(NET, obj.logit(0) @ view, x, "stem").values.shape == (2, 6, 12, 12)
    with pytest.raises(ph.errors.ShapeMismatch, match=r"\(6, 12, 12\).*one shape at the layer expected.*wrt='image'"):
        at.attribute(NET, obj.logit(0) @ view + obj.logit(0), x, "stem")


def test_target_pictures_and_regions_stay_what_they_are():
    x, like = pictures(1), torch.full((1, 3, 16, 16), 0.5, dtype=torch.float64)
    goal = obj.content("relu", like=like, convention="gatys")
    found = at.attribute(NET, goal, x, "second")
    target = ph.models.capture(NET, ["relu"], like)["relu"].detach()
    leaf = found.activation.requires_grad_()
    with ph.models.guarded(NET), ph.models.replaced(NET, "second", leaf):
        y = ph.models.capture(NET, ["relu"], x)["relu"]
    (slope,) = torch.autograd.grad((y - target).square().sum() / 2, leaf)
    assert_close(found.slope, slope, atol=1e-11, rtol=1e-9)
    expected = obj.expect(goal, tf.jitter(1), 2)
    assert torch.isfinite(at.attribute(NET, expected, x, "second").values).all()


def test_several_networks():
    other, x = toys.vision(double=True, seed=3), pictures(2)
    both = {"a": NET, "b": other}
    goal = obj.logit(1, layer="a:output") * obj.logit(2, layer="b:output")
    found = at.attribute(both, goal, x, wrt="b:first")
    alone = at.attribute(other, obj.logit(2), x, wrt="first")
    assert_close(found.values, alone.values * NET(x)[:, 1].detach().view(-1, 1, 1, 1), atol=1e-11, rtol=1e-9)
    assert at.attribute(both, goal, x).values.shape == x.shape


@pytest.mark.parametrize("size", [16, (16, 16), (20, 28), 9])
def test_pictures_of_any_size_are_resized_as_in_render(size):
    x = pictures(1, size)
    found = at.attribute(NET, obj.logit(0), x, "stem")
    shown = tf.resize((16, 16)).apply(x, [None]) if tuple(x.shape[2:]) != (16, 16) else x
    assert_close(found.activation, ph.models.capture(NET, ["stem"], shown)["stem"].detach(), atol=1e-12, rtol=0)
    assert at.attribute(NET, obj.logit(0), x).values.shape == x.shape
    assert at.attribute(NET, obj.logit(0), x, "input").values.shape == (1, 3, 16, 16)


def test_networks_of_any_size_see_pictures_that_are_not_square():
    free = toys.vision(None, double=True)
    assert at.attribute(free, obj.logit(0), pictures(2, (10, 14)), "stem").values.shape == (2, 6, 10, 14)


@pytest.mark.parametrize("wrt", ["stem", "first", "second", "relu"])
def test_captums_answers(wrt):
    attr = pytest.importorskip("captum.attr")
    net = toys.vision(double=True)
    for child in net.module.modules():  # captum's hooks cannot hand a leaf to a layer that writes into it
        if isinstance(child, nn.ReLU):
            child.inplace = False
    x = pictures(2)
    seen, layer = net.normalize(x), dict(net.module.named_modules())[wrt]
    first = attr.LayerGradientXActivation(net.module, layer).attribute(seen, target=1)
    found = at.attribute(net, obj.logit(1), x, wrt)
    assert_close(found.values, first.detach(), atol=1e-12, rtol=1e-10)
    # captum's path at a layer goes from the activation of a baseline picture: here one whose activation is known.
    black = net.normalize(torch.zeros_like(x[:1]))
    start = ph.models.capture(net, [wrt], torch.zeros_like(x[:1]))[wrt][0].detach()
    path = attr.LayerIntegratedGradients(net.module, layer)
    theirs = path.attribute(seen, baselines=black, target=1, n_steps=64, method="riemann_middle")
    ours = at.attribute(net, obj.logit(1), x, wrt, at.integrated_gradients(64, start, tolerance=None))
    assert_close(ours.values, theirs.detach(), atol=1e-10, rtol=1e-8)
