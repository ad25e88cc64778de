"""Gradients, their sizes, and what noise makes of them: closed forms, loops, and linearity in the objective."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.testing import assert_close

import phosphene as ph
from phosphene import attribution as at
from phosphene import objectives as obj
from phosphene.errors import BadArgument
from phosphene.seeds import stream
from tests import toys

NET = toys.vision(double=True)
LINEAR = toys.linear()
LINEAR.module.double()
TERMS = st.sampled_from(
    [
        obj.logit("dog"),
        obj.logit(3),
        obj.logit(0) * obj.channel("relu", 1),
        obj.neuron("relu", 2, x=1, y=2) ** 2,
        obj.channel("relu", 3).map("softplus"),
        obj.logprob("cat"),
    ]
)
weights = st.sampled_from([-2, -0.5, 0.1, 1, 3])
FROM_LINEAR = [
    at.gradient(),
    at.gradient_times_activation(),
    at.integrated_gradients(3, tolerance=None),
    at.smooth_grad(2),
    at.smooth_grad(2, 0.3, at.grad_cam()),
    at.grad_cam(),
]


def pictures(count: int = 2, height: int = 16, width: int = 16) -> Tensor:
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@given(st.lists(st.tuples(weights, TERMS), min_size=1, max_size=3), st.sampled_from(FROM_LINEAR), st.booleans())
def test_law_75_for_each_linear_method(summands, method, early):
    wrt, x = "image" if early else "first", pictures(1)
    whole = sum((w * term for w, term in summands[1:]), summands[0][0] * summands[0][1])
    parts = [w * at.attribute(NET, term, x, wrt, method).values for w, term in summands]
    if not ph.objectives.layers(whole):
        return
    assert_close(at.attribute(NET, whole, x, wrt, method).values, sum(parts), atol=1e-9, rtol=1e-8)


@pytest.mark.parametrize(
    "method", [at.deconvnet(), at.guided_backprop(), at.saliency(), at.var_grad(3), at.layer_cam()], ids=repr
)
def test_what_is_not_linear_scales_with_a_positive_weight_at_least(method):
    x, degree = pictures(1), 2 if isinstance(method, at.var_grad) else 1
    one, three = (at.attribute(NET, w * obj.logit(1), x, "first", method).values for w in (1, 3))
    assert_close(three, 3**degree * one, atol=1e-10, rtol=1e-9)


def test_a_linear_network_gives_its_weights():
    x, goal = pictures(1, 6, 7), obj.neuron("output", 2, y=3, x=4)
    row = torch.zeros(1, 3, 6, 7, dtype=torch.float64)
    row[0, :, 2:5, 3:6] = LINEAR.module.conv.weight[2].detach()

    def found(method: at.Method) -> Tensor:
        return at.attribute(LINEAR, goal, x, method=method).values

    assert_close(found(at.gradient()), row, atol=1e-15, rtol=0)
    assert_close(found(at.saliency()), row.abs().amax(1, keepdim=True), atol=1e-15, rtol=0)
    assert_close(found(at.saliency("sum")), row.abs().sum(1, keepdim=True), atol=1e-15, rtol=0)
    assert_close(found(at.smooth_grad(3)), row, atol=1e-14, rtol=0)
    assert_close(found(at.var_grad(3)), torch.zeros_like(row), atol=1e-28, rtol=0)
    assert_close(found(at.gradient_times_activation()), x * row)


def test_saliency_of_the_logit_and_of_the_probability_differ():
    x = pictures()
    logit, prob = (at.attribute(NET, goal, x, method=at.saliency()).values for goal in (obj.logit(1), obj.prob(1)))
    assert logit.shape == (2, 1, 16, 16)
    assert not torch.allclose(logit / logit.amax(), prob / prob.amax(), atol=1e-2)


@pytest.mark.parametrize("wrt", ["image", "stem", "relu"])
def test_half_the_squared_activation_seeds_the_way_back_with_it(wrt):
    """The deep visualization toolbox starts its way back from the activation itself: that is an objective, too."""
    x, upper = pictures(), "second" if wrt != "relu" else "relu"
    goal = 0.5 * obj.lp(2, layer=upper, reduction="sum")
    found = at.attribute(NET, goal, x, wrt, at.gradient())
    leaf = found.activation.requires_grad_()
    with ph.models.guarded(NET):
        if wrt == "image":
            above = ph.models.capture(NET, [upper], leaf)[upper]
        else:
            with ph.models.replaced(NET, wrt, leaf):
                above = ph.models.capture(NET, [upper], x)[upper]
        (seeded,) = torch.autograd.grad(above, leaf, above.detach())
    assert_close(found.values, seeded, atol=1e-11, rtol=1e-9)


def test_half_the_square_of_a_unit_is_its_activation_times_its_own_attribution():
    unit, x = obj.neuron("relu", 2, y=3, x=5), pictures()
    for method in (at.gradient(), at.deconvnet(), at.guided_backprop()):
        seeded, plain = (at.attribute(NET, goal, x, method=method) for goal in (0.5 * unit**2, unit))
        assert_close(seeded.values, plain.scores.view(-1, 1, 1, 1) * plain.values, atol=1e-12, rtol=1e-9)


def test_why_this_and_not_that_is_the_difference_of_two_attributions():
    x = pictures()
    both, one, two = (at.attribute(NET, goal, x, "first", at.grad_cam()).values for goal in
                      (obj.logit("dog") - obj.logit("cat"), obj.logit("dog"), obj.logit("cat")))  # fmt: skip
    assert_close(both, one - two, atol=1e-12, rtol=1e-9)


def pale(count: int = 2) -> Tensor:
    """Pictures that stay pictures under noise."""
    return 0.4 + 0.2 * pictures(count)


def noisy(x: Tensor, samples: int, noise: float, seed: int = 0) -> list[Tensor]:
    draws = [
        torch.randn(x.shape[1:], generator=stream(seed, "attribution under noise", k)).to(x) for k in range(samples)
    ]
    return [torch.stack([one + noise * (one.max() - one.min()) * draw for one in x]) for draw in draws]


@pytest.mark.parametrize("of", [at.gradient(), at.saliency(), at.gradient_times_activation()], ids=repr)
def test_noise_against_a_loop(of):
    x, goal = pale(), obj.logit("dog") ** 2
    each = torch.stack([at.attribute(NET, goal, near, method=of).values for near in noisy(x, 4, 0.2)])
    mean = at.attribute(NET, goal, x, method=at.smooth_grad(4, 0.2, of))
    assert_close(mean.values, each.mean(0), atol=1e-12, rtol=1e-9)
    assert_close(mean.scores, at.attribute(NET, goal, x).scores)
    variance = at.attribute(NET, goal, x, method=at.var_grad(4, 0.2, of)).values
    assert_close(variance, each.var(0, unbiased=False), atol=1e-13, rtol=1e-8)
    assert bool((variance >= 0).all())


def test_noise_is_of_its_own_seed_and_the_same_for_every_picture():
    x, before = pictures(3), torch.random.get_rng_state()
    whole = at.attribute(NET, "logit('dog')", x, method=at.smooth_grad(3))
    assert torch.equal(before, torch.random.get_rng_state())
    alone = at.attribute(NET, "logit('dog')", x[2:], method=at.smooth_grad(3))
    assert_close(whole.values[2:], alone.values, atol=1e-13, rtol=1e-9)
    other = at.attribute(NET, "logit('dog')", x, method=at.smooth_grad(3, seed=1))
    assert not torch.allclose(whole.values, other.values)
    still = at.attribute(NET, "logit('dog')", x, method=at.smooth_grad(3, noise=0))
    assert_close(still.values, at.attribute(NET, "logit('dog')", x, method=at.gradient()).values)


def test_noise_on_a_method_with_a_path_and_on_one_with_a_rule():
    x, goal = pale(1), obj.logit("dog")
    path = at.integrated_gradients(2, tolerance=None)
    (near,) = noisy(x, 1, 0.1)
    found = at.attribute(NET, goal, x, method=at.smooth_grad(1, 0.1, path))
    assert_close(found.values, at.attribute(NET, goal, near, method=path).values, atol=1e-13, rtol=1e-9)
    assert found.missing.isnan().all()
    bent = at.attribute(NET, goal, x, method=at.smooth_grad(1, 0.1, at.guided_backprop()))
    assert bent.calls == {"rules.guided()": 2}
    assert_close(bent.values, at.attribute(NET, goal, near, method=at.guided_backprop()).values, atol=1e-13, rtol=1e-9)
    both = at.attribute(NET, goal, x, method=at.smooth_grad(1, 0.1, at.guided_grad_cam("relu")))
    again = at.attribute(NET, goal, near, method=at.guided_grad_cam("relu"))
    assert_close(both.values, again.values, atol=1e-13, rtol=1e-9)


def test_several_objectives_have_one_noise():
    x, goals = pictures(), [obj.logit(0), obj.logit(1) ** 2]
    for method in (at.smooth_grad(2), at.grad_cam(), at.guided_backprop(), at.saliency(), at.guided_grad_cam("first")):
        together = at.attribute(NET, goals, x, method=method)
        for goal, found in zip(goals, together, strict=True):
            assert_close(found.values, at.attribute(NET, goal, x, method=method).values, atol=1e-12, rtol=1e-9)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: at.saliency("mean"), "reduce is 'mean'.*'max', 'sum' expected"),
        (lambda: at.smooth_grad(0), "samples is 0"),
        (lambda: at.smooth_grad(noise=-0.1), "noise is -0.1"),
        (lambda: at.var_grad(seed=-1), "seed is -1"),
        (lambda: at.smooth_grad(of="gradient"), "of is 'gradient'.*with its parentheses"),
        (lambda: at.var_grad(of=at.gradient), "of is .*with its parentheses"),
    ],
)
def test_bad_arguments_of_gradients(make, match):
    with pytest.raises(BadArgument, match=match):
        make()
