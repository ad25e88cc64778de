"""Operators: when they act, on what, and each against its formula."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import phosphene as ph
from phosphene import constraints, errors, operators, optimizers, param, schedules
from phosphene import objectives as obj
from phosphene import transforms as tf
from phosphene.render.moment import Moment
from phosphene.testing import loop
from tests import toys

NET = toys.vision(double=True)
GOAL = obj.channel("first", 2)
PHOTO = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
FREE = (param.pixels(16) >> param.unbounded()).starting_from(PHOTO)
STILL = optimizers.sgd(0)


def noise(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def after(*edits: operators.Operator, steps: int = 1, **arguments: object) -> dict[int, torch.Tensor]:
    """The picture after each step of a run in which operators alone move it."""
    options = {"optimizer": STILL, "snapshots": range(1, steps + 1), "operators": edits, **arguments}
    return ph.render(NET, GOAL, FREE, tf.identity, steps=steps, **options).snapshots


@given(loop.operators(), st.integers(0, 99))
def test_each_picture_by_itself(operator: operators.Operator, seed: int) -> None:
    x, g = noise(seed, 2, 3, 6, 7), noise(seed + 1, 2, 3, 6, 7)
    if isinstance(operator, operators.project):
        return
    whole = operator.apply(x, Moment(0, 4, seeds=(1, 2), gradient=g))
    assert whole.shape == x.shape
    one = operator.apply(x[1:], Moment(0, 4, seeds=(2,), gradient=g[1:]))
    torch.testing.assert_close(whole[1:], one, rtol=1e-12, atol=1e-12)


@given(st.integers(1, 5), st.booleans(), st.integers(1, 12))
def test_due_at_every_nth_step_and_not_at_the_last_where_asked(every: int, skip: bool, steps: int) -> None:
    operator = operators.decay(0.1, every=every, skip_last=skip)
    acts = [step + 1 for step in range(steps) if operator.due(Moment(step, steps))]
    assert acts == [n for n in range(every, steps + 1, every) if not (skip and n == steps)]


def test_start_is_before_the_look_and_end_after_the_step() -> None:
    """x <- clip, then the gradient there: what was scored is what the operator left"""
    dark = operators.project(constraints.box(0, 0.25), when="start")
    made = ph.render(NET, obj.linf(), FREE, tf.identity, steps=2, optimizer=STILL, operators=[dark])
    assert made.scores[0].item() == pytest.approx(0.25)
    late = operators.project(constraints.box(0, 0.25))
    made = ph.render(NET, obj.linf(), FREE, tf.identity, steps=2, optimizer=STILL, operators=[late])
    assert made.scores[0].item() == pytest.approx(float(PHOTO.max()))
    assert made.scores[1].item() == pytest.approx(0.25)


def test_operators_act_in_their_order() -> None:
    add, cut = operators.decay(0.5, center=1), operators.project(constraints.box(0, 0.5))
    first, second = after(add, cut)[1], after(cut, add)[1]
    assert first.max() <= 0.5 < second.max()


def test_a_view_is_what_the_network_saw() -> None:
    black = operators.decay(1, center=0, frame="view")
    crop = tf.crop(8)
    frames = ph.steps(NET, GOAL, FREE, crop, steps=1, optimizer=STILL, operators=[black], seed=4)
    picture = next(iter(frames)).images[0]
    from phosphene.seeds import stream

    left, top = crop.sample((16, 16), stream(4, "transforms", 0, 0))
    expected = PHOTO.clone()
    expected[:, top : top + 8, left : left + 8] = 0
    assert torch.equal(picture, expected)


def test_a_state_is_each_entry_of_it() -> None:
    start = param.fourier(16)
    half = operators.decay(0.5, center=0, frame="state")
    run = ph.steps(NET, GOAL, start, tf.identity, steps=1, optimizer=STILL, operators=[half])
    torch.testing.assert_close(next(run).state["spectrum"], start.init([0], torch.float64)["spectrum"] / 2)


@given(st.integers(0, 99), st.floats(0, 100))
def test_clip_norm_is_its_formula(seed: int, percent: float) -> None:
    x = noise(seed, 1, 3, 5, 6)
    center = np.array([0.1, 0.2, 0.3])[:, None, None]
    ours = operators.clip_norm(percent, center=(0.1, 0.2, 0.3)).apply(x, Moment())[0].numpy()
    size = np.sqrt(((x[0].numpy() - center) ** 2).sum(0))
    theirs = center + (x[0].numpy() - center) * (size >= np.percentile(size, percent))
    np.testing.assert_allclose(ours, theirs, atol=1e-12)


@given(st.integers(0, 99), st.floats(0, 100))
def test_clip_contribution_is_its_formula(seed: int, percent: float) -> None:
    x, g = noise(seed, 1, 3, 5, 6), noise(seed + 1, 1, 3, 5, 6)
    ours = operators.clip_contribution(percent, center=0).apply(x, Moment(gradient=g))[0]
    size = (x * g).sum(1)[0].abs().numpy()
    np.testing.assert_allclose(ours, x[0] * torch.from_numpy(size >= np.percentile(size, percent)), atol=1e-12)


def test_roll_and_affine() -> None:
    x = noise(1, 2, 3, 6, 7)
    assert torch.equal(operators.roll(2, -1).apply(x, Moment()), torch.roll(x, (2, -1), (3, 2)))
    assert torch.equal(operators.affine(1).apply(x, Moment()), x)
    shifted = operators.affine(1, right=2, down=1, fill="wrap").apply(x, Moment())
    assert torch.equal(shifted, torch.roll(x, (2, 1), (3, 2)))
    zoomed = operators.affine(2).apply(torch.nn.functional.avg_pool2d(x[..., :6], 2), Moment())
    assert zoomed.shape == (2, 3, 3, 3)
    quarter = operators.affine(1, degrees=90).apply(x[..., :6], Moment())
    torch.testing.assert_close(quarter, torch.rot90(x[..., :6], 1, (2, 3)))


def test_a_schedule_of_sigma_fades() -> None:
    seen = after(operators.blur(schedules.ramp(2, 0)), steps=3)
    from phosphene.filters import gaussian

    torch.testing.assert_close(seen[1], gaussian(PHOTO[None], 2))
    torch.testing.assert_close(seen[3], seen[2])


def test_schedules_begin_with_the_first_step_operators_with_the_nth() -> None:
    every = after(operators.decay(schedules.every(2, 0.5)), steps=3)
    torch.testing.assert_close(every[1][0] - 0.5, (PHOTO - 0.5) / 2)
    assert torch.equal(every[2], every[1])
    nth = after(operators.decay(0.5, every=2), steps=3)
    assert torch.equal(nth[1][0], PHOTO)
    assert torch.equal(nth[3], nth[2])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: operators.blur(-1), "sigma is -1"),
        (lambda: operators.median(4), "an odd width"),
        (lambda: operators.decay(2), "rate is 2"),
        (lambda: operators.decay(0.5, center="grey"), "center is 'grey'"),
        (lambda: operators.decay(0.5, every=0), "every is 0"),
        (lambda: operators.decay(0.5, frame="view", when="start"), "a view is known once"),
        (lambda: operators.clip_contribution(50, frame="state"), "the gradient is known on the canvas"),
        (lambda: operators.project(3), "a constraint expected"),
        (lambda: operators.affine(0), "zoom is 0"),
        (lambda: operators.bilateral(1, 0), "color is 0"),
        (lambda: operators.clip_norm(101), "percent is 101"),
    ],
    ids=range(11),
)
def test_bad_operators(make: object, message: str) -> None:
    with pytest.raises(errors.BadArgument, match=message):
        make()  # type: ignore[operator]
