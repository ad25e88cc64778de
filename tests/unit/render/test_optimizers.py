"""Optimizers: against torch's, against formulas, and L-BFGS against SciPy's."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

import phosphene as ph
from phosphene import constraints, errors, optimizers, param, schedules
from phosphene import objectives as obj
from phosphene import transforms as tf
from phosphene.render.moment import Moment
from phosphene.render.optimizers import Optimizer
from phosphene.testing import loop
from tests import toys

WEIGHTS = torch.arange(1, 13, dtype=torch.float64).reshape(2, 6)


def descend(optimizer: Optimizer, steps: int, start: torch.Tensor, slope: Any, value: Any = None) -> list[torch.Tensor]:
    """The states after each step; `value` is the loss of each picture."""
    state = optimizer.start({"x": start.clone()})
    memory, seen = optimizer.init(state), []
    for step in range(steps):
        scores = None if value is None else -value(state["x"])
        state, memory = optimizer.update(state, {"x": slope(state["x"])}, memory, Moment(step, steps, scores=scores))
        seen.append(optimizer.shown(state, memory)["x"])
    return seen


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (optimizers.adamw(0.1, decay=0.3), lambda p: torch.optim.AdamW(p, 0.1, weight_decay=0.3)),
        (optimizers.sgd(0.01, momentum=0.9), lambda p: torch.optim.SGD(p, 0.01, 0.9)),
    ],
    ids=["adamw", "momentum"],
)
def test_steps_are_those_of_torch(ours: Optimizer, theirs: Any) -> None:
    start = torch.linspace(-1, 2, 12, dtype=torch.float64).reshape(2, 6)
    leaf = start.clone().requires_grad_()
    oracle = theirs([leaf])
    for seen in descend(ours, 8, start, lambda x: 2 * WEIGHTS * x):
        leaf.grad = 2 * WEIGHTS * leaf.detach()
        oracle.step()
        torch.testing.assert_close(seen, leaf.detach(), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("settings", [(0.1, 0.9, 0.999, 1e-8, 0.004), (1.0, 0.8, 0.9, 1e-3, 0.1)])
def test_nadam_is_its_formula(settings: tuple[float, ...]) -> None:
    """restated, because torch keeps the product of the momenta in float32; torch's to the digits that this leaves"""
    rate, beta1, beta2, eps, warmup = settings
    start = torch.linspace(-1, 2, 12, dtype=torch.float64).reshape(2, 6)
    x, m, v, product = start.numpy().copy(), 0.0, 0.0, 1.0
    leaf = start.clone().requires_grad_()
    oracle = torch.optim.NAdam([leaf], rate, (beta1, beta2), eps, momentum_decay=warmup)
    for t, seen in enumerate(descend(optimizers.nadam(*settings), 8, start, lambda x: 2 * WEIGHTS * x), 1):
        g = 2 * WEIGHTS.numpy() * x
        now, after = (beta1 * (1 - 0.5 * 0.96 ** (n * warmup)) for n in (t, t + 1))
        product *= now
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        ahead = after * m / (1 - product * after) + (1 - now) * g / (1 - product)
        x = x - rate * ahead / (np.sqrt(v / (1 - beta2**t)) + eps)
        np.testing.assert_allclose(seen, x, rtol=1e-11, atol=1e-11)
        leaf.grad = 2 * WEIGHTS * leaf.detach()
        oracle.step()
        torch.testing.assert_close(seen, leaf.detach(), rtol=1e-5, atol=1e-5)


def test_momentum_begins_anew_when_the_rate_changes() -> None:
    rate = schedules.piecewise(((0, 0.1), (3, 0.01)))
    start = torch.ones(1, 2, dtype=torch.float64)
    kept = descend(optimizers.sgd(rate, momentum=0.9), 4, start, lambda x: x)
    anew = descend(optimizers.sgd(rate, momentum=0.9, reset=True), 4, start, lambda x: x)
    assert torch.equal(kept[2], anew[2])
    torch.testing.assert_close(anew[3], 0.99 * anew[2])
    assert not torch.allclose(kept[3], anew[3])


@given(st.floats(0.01, 5), st.floats(0.1, 10))
def test_progress_gains_what_was_asked_on_a_linear_score(gain: float, limit: float) -> None:
    g = torch.tensor([[3.0, -4.0], [0.01, 0.02]], dtype=torch.float64)
    start = torch.zeros(2, 2, dtype=torch.float64)
    moved = descend(optimizers.progress(gain, limit), 1, start, lambda _: g)[0]
    gained = -(moved * g).sum(1)
    squares = g.square().sum(1)
    torch.testing.assert_close(gained, torch.minimum(torch.full((2,), gain).double(), limit * squares))


def test_progress_tapers_near_one() -> None:
    g, start = torch.tensor([[1.0, 0.0]]).double(), torch.zeros(1, 2).double()
    late = descend(optimizers.progress(2, 100, late=0.5), 1, start, lambda _: g, lambda _: -torch.tensor([0.9]))[0]
    assert -late[0, 0].item() == pytest.approx(0.05)


@given(st.floats(0, 0.99), st.integers(1, 6))
def test_the_average_is_the_weighted_mean_of_the_iterates(decay: float, steps: int) -> None:
    start = torch.ones(1, 3, dtype=torch.float64)
    inner = optimizers.sgd(0.1)
    plain = descend(inner, steps, start, lambda x: x)
    seen = descend(optimizers.average(inner, decay), steps, start, lambda x: x)
    weights = np.array([decay ** (steps - 1 - k) for k in range(steps)])
    expected = sum(w * x for w, x in zip(weights / weights.sum(), plain, strict=True))
    torch.testing.assert_close(seen[-1], expected)


def rosenbrock(x: torch.Tensor) -> torch.Tensor:
    return (100 * (x[:, 1:] - x[:, :-1] ** 2) ** 2 + (1 - x[:, :-1]) ** 2).sum(1)


def valley(x: torch.Tensor) -> torch.Tensor:
    leaf = x.detach().clone().requires_grad_()
    (g,) = torch.autograd.grad(rosenbrock(leaf).sum(), leaf)
    return g


@pytest.mark.parametrize(
    "bounds", [None, constraints.box(-2, 0.5), constraints.box(0.2, 3)], ids=["free", "upper", "lower"]
)
def test_lbfgs_finds_the_minimum_that_scipy_finds(bounds: Any) -> None:
    start = torch.tensor([[-1.2, 1, -0.5, 2], [0.3, 0.4, 0.2, 0.3]], dtype=torch.float64)
    found = descend(optimizers.lbfgs(history=10, bounds=bounds), 300, start, valley, rosenbrock)[-1]
    limits = [(bounds.low, bounds.high) if bounds else (None, None)] * 4
    for row, first in zip(found, start, strict=True):
        theirs = minimize(
            lambda x: float(rosenbrock(torch.from_numpy(x)[None])),
            np.clip(first.numpy(), *(limits[0] if bounds else (-9, 9))),
            jac=lambda x: valley(torch.from_numpy(x)[None])[0].numpy(),
            method="L-BFGS-B",
            bounds=limits,
            options={"ftol": 1e-15, "gtol": 1e-10},
        )
        assert float(rosenbrock(row[None])) == pytest.approx(theirs.fun, abs=1e-6)


def test_lbfgs_never_shows_a_worse_picture() -> None:
    start = torch.tensor([[-1.2, 1, -0.5, 2]], dtype=torch.float64)
    losses = [float(rosenbrock(x)) for x in descend(optimizers.lbfgs(), 60, start, valley, rosenbrock)]
    assert all(b <= a + 1e-12 for a, b in itertools.pairwise(losses))
    assert losses[-1] < 1e-3 * losses[0]


def test_lbfgs_keeps_its_bounds_at_every_step() -> None:
    bounds, start = constraints.box(0.2, 0.8), torch.randn(3, 5, generator=torch.Generator().manual_seed(1)).double()
    for seen in descend(optimizers.lbfgs(bounds=bounds), 20, start, valley, rosenbrock):
        assert seen.min() >= 0.2
        assert seen.max() <= 0.8


@given(loop.optimizers(), st.integers(0, 99))
def test_each_picture_by_itself(optimizer: Optimizer, seed: int) -> None:
    start = torch.rand(2, 5, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    both = descend(optimizer, 5, start, valley, rosenbrock)
    alone = descend(optimizer, 5, start[1:], valley, rosenbrock)
    for one, two in zip(both, alone, strict=True):
        torch.testing.assert_close(one[1:], two, rtol=1e-9, atol=1e-9)


@given(loop.optimizers().filter(lambda one: one.resizable), st.integers(0, 99))
def test_memory_resized_to_the_same_size_is_the_memory(optimizer: Optimizer, seed: int) -> None:
    start = torch.rand(2, 3, 4, 5, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    state = {"pixels": start}
    memory = optimizer.init(state)
    state, memory = optimizer.update(state, {"pixels": start - 0.5}, memory, Moment(scores=torch.zeros(2)))
    resized = optimizer.resized(memory, state, lambda x: param.pixels((4, 5)).resize(x, (4, 5)))
    assert resized.keys() == memory.keys()
    for name, x in memory.items():
        torch.testing.assert_close(resized[name], x)


NET = toys.vision(double=True)
GOAL = obj.channel("first", 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"gradient": [ph.gradients.sign()]}, "the gradient of the score itself expected. leave the chain out"),
        ({"gradient": [ph.gradients.normalize("rms")]}, "the gradient of the score itself"),
        ({"transforms": tf.jitter(2)}, r"the same draw at every step expected. write tf.frozen\(tf.jitter\(2\)\)"),
        ({"objective": obj.expect(GOAL, tf.jitter(1), 2)}, "the same draw at every step"),
        ({"objective": GOAL * schedules.ramp(0, 1)}, "an objective that stays what it is"),
        ({"operators": [ph.operators.decay(0.1)]}, "no step but its own expected. leave operators out"),
        ({"within": constraints.box(0, 1)}, r"lbfgs\(bounds=constraints.box\(0, 1\)\)"),
        ({"param": param.transparent(16)}, "no pictures that change expected"),
    ],
    ids=range(8),
)
def test_lbfgs_refuses_what_is_no_function(arguments: dict[str, Any], message: str) -> None:
    given = {"objective": GOAL, "param": param.pixel(16), "transforms": tf.identity, **arguments}
    with pytest.raises(errors.BadArgument, match=message):
        ph.render(NET, given.pop("objective"), steps=3, optimizer=optimizers.lbfgs(), **given)


def test_lbfgs_runs_with_a_frozen_stack() -> None:
    stack = tf.frozen(tf.standard, seed=3)
    made = ph.render(NET, GOAL, param.pixel(16), stack, steps=12, optimizer=optimizers.lbfgs(), batch=2)
    assert (made.scores[-1] > made.scores[0]).all()


def test_the_average_is_what_a_run_shows() -> None:
    plain = optimizers.sgd(0.5)
    options: dict[str, Any] = {"steps": 4, "snapshots": range(1, 5)}
    moved = ph.render(NET, GOAL, param.pixel(16), tf.identity, optimizer=plain, **options).snapshots
    shown = ph.render(NET, GOAL, param.pixel(16), tf.identity, optimizer=optimizers.average(plain, 0.5), **options)
    weights = [0.125, 0.25, 0.5, 1]
    expected = sum(w * moved[k + 1] for k, w in enumerate(weights)) / sum(weights)
    torch.testing.assert_close(shown.images, expected)
