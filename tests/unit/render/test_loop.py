"""The places of the loop, each against an oracle of its own."""

from __future__ import annotations

import copy
import signal
from typing import Any

import pytest
import torch

import phosphene as ph
from phosphene import errors, param
from phosphene import objectives as obj
from phosphene import transforms as tf
from phosphene.render.moment import Moment
from phosphene.render.optimizers import Optimizer
from tests import toys

NET = toys.vision()
GOAL = obj.channel("first", 2)
PHOTO = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(3))
PIXELS = param.pixel(16).starting_from(PHOTO)


def descend(optimizer: Optimizer, make: Any, steps: int = 6) -> tuple[torch.Tensor, torch.Tensor]:
    """The same quadratic by our optimizer and by torch's."""
    x = torch.linspace(-1, 2, 12, dtype=torch.float64).reshape(2, 6)
    weights = torch.arange(1, 13, dtype=torch.float64).reshape(2, 6)
    ours, memory = {"x": x.clone()}, optimizer.init({"x": x})
    theirs = x.clone().requires_grad_()
    oracle = make([theirs])
    for step in range(steps):
        ours, memory = optimizer.update(ours, {"x": 2 * weights * ours["x"]}, memory, Moment(step, steps))
        theirs.grad = 2 * weights * theirs.detach()
        oracle.step()
    return ours["x"], theirs.detach()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (ph.adam(0.1), lambda p: torch.optim.Adam(p, 0.1)),
        (ph.adam(0.1, beta1=0.5, beta2=0.7, eps=1e-3), lambda p: torch.optim.Adam(p, 0.1, (0.5, 0.7), 1e-3)),
        (ph.sgd(0.01), lambda p: torch.optim.SGD(p, 0.01)),
        (ph.sgd(0.01, momentum=0.9), lambda p: torch.optim.SGD(p, 0.01, 0.9)),
    ],
    ids=["adam", "adam otherwise", "sgd", "momentum"],
)
def test_optimizers_step_as_those_of_torch(ours: Optimizer, theirs: Any) -> None:
    a, b = descend(ours, theirs)
    torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)


def test_lbfgs_steps_as_that_of_torch_on_one_picture() -> None:
    weights = torch.tensor([[1.0, 3.0, 0.5, 2.0]], dtype=torch.float64)
    x = torch.tensor([[1.0, -2.0, 0.5, 3.0]], dtype=torch.float64)

    def slope(at: torch.Tensor) -> torch.Tensor:
        return 2 * weights * at + 0.4 * at**3

    def value(at: torch.Tensor) -> torch.Tensor:
        return weights * at**2 + 0.1 * at**4

    ours, memory = {"x": x.clone()}, ph.lbfgs().init({"x": x})
    theirs = x.clone().requires_grad_()
    oracle = torch.optim.LBFGS([theirs], lr=1, max_iter=5, history_size=20, tolerance_grad=0, tolerance_change=0)

    def closure() -> torch.Tensor:
        theirs.grad = slope(theirs.detach())
        return value(theirs).sum().detach()

    oracle.step(closure)
    for step in range(5):
        moment = Moment(step, 5, scores=-value(ours["x"]).sum(1))
        ours, memory = ph.lbfgs().update(ours, {"x": slope(ours["x"])}, memory, moment)
    torch.testing.assert_close(ours["x"], theirs.detach(), rtol=1e-8, atol=1e-8)


def test_lbfgs_treats_each_picture_alone() -> None:
    target = torch.stack([PHOTO, 1 - PHOTO])
    goal = -obj.each(*[obj.content("stem", one, "mse") for one in target])
    start = param.pixel(16)
    both = ph.render(NET, goal, start, tf.identity, steps=8, optimizer=ph.lbfgs(), seed=[1, 2])
    alone = ph.render(
        NET, -obj.content("stem", target[1], "mse"), start, tf.identity, steps=8, optimizer=ph.lbfgs(), seed=2
    )
    torch.testing.assert_close(both.images[1], alone.images[0], rtol=1e-3, atol=1e-4)
    assert (both.scores[-1] > 0.1 * both.scores[0]).all()


def test_plain_sgd_on_pixels_is_the_formula() -> None:
    made = ph.render(toys.linear(), obj.channel("conv", 1), PIXELS, tf.identity, steps=1, optimizer=ph.sgd(0.5))
    x = PHOTO[None].clone().requires_grad_()
    toys.linear().module(x)[:, 1].mean().backward()
    torch.testing.assert_close(made.images, (PHOTO + 0.5 * x.grad).clamp(0, 1).detach().reshape(1, 3, 16, 16))


@pytest.mark.parametrize("frame", ["canvas", "view"])
@pytest.mark.parametrize("by", ["mean_abs", "rms", "l2"])
def test_normalized_gradients_have_size_one(by: str, frame: str) -> None:
    change = ph.gradients.normalize(by, frame=frame)
    options: dict[str, Any] = {"steps": 1, "optimizer": ph.sgd(1e-3), "gradient": [change]}
    scores = [ph.render(NET, p * GOAL, PIXELS, tf.identity, **options).images for p in (1, 1000)]
    torch.testing.assert_close(scores[0], scores[1], rtol=1e-4, atol=1e-6)
    moved = (scores[0] - PHOTO)[((scores[0] > 0) & (scores[0] < 1))] / 1e-3
    size = {"mean_abs": moved.abs().mean(), "rms": moved.square().mean().sqrt(), "l2": moved.norm()}[by]
    assert size == pytest.approx(1, rel=0.1)


def test_a_zero_gradient_stays_zero() -> None:
    flat = ph.gradients.normalize("l2").apply(torch.zeros(2, 3, 4, 4), Moment())
    assert torch.equal(flat, torch.zeros(2, 3, 4, 4))


def test_decay_acts_after_every_nth_step() -> None:
    none = 0 * GOAL + 1e-30 * GOAL
    options: dict[str, Any] = {"steps": 4, "optimizer": ph.sgd(0), "operators": [ph.operators.decay(0.5, every=2)]}
    made = ph.render(NET, none, PIXELS, tf.identity, snapshots=range(1, 5), **options)
    for step, factor in ((1, 1), (2, 0.5), (3, 0.5), (4, 0.25)):
        torch.testing.assert_close(made.snapshots[step][0], 0.5 + factor * (PHOTO - 0.5), rtol=1e-4, atol=1e-5)


def test_box_holds_at_every_step_for_fourier_too() -> None:
    made = ph.render(
        NET, 100 * GOAL, param.fourier(16), steps=4, within=ph.constraints.box(0.45, 0.55), snapshots=range(1, 5)
    )
    for images in made.snapshots.values():
        assert images.min() >= 0.45 - 1e-4
        assert images.max() <= 0.55 + 1e-4


def test_stages_change_size_objective_and_optimizer() -> None:
    stages = (ph.stage(3, size=12), ph.stage(2, size=20, objective=obj.logit("dog"), optimizer=ph.sgd(1)))
    made = ph.render(NET, GOAL, param.fourier(16), stages=stages, snapshots=(3,))
    assert made.images.shape[-2:] == (20, 20)
    assert made.snapshots[3].shape[-2:] == (12, 12)
    assert len(made.scores) == 5
    assert list(made.terms) == ["channel('first', 2)", "logit('dog')"]
    assert (made.terms["channel('first', 2)"][3:] == 0).all()


def test_schedules_weigh_objectives() -> None:
    ramp = ph.schedules.ramp(1, 0)
    made = ph.render(NET, ramp * GOAL - obj.tv(), param.fourier(16), steps=3)
    assert (next(iter(made.terms.values()))[2] == 0).all() or (list(made.terms.values())[1][2] == 0).all()


def test_target_pictures_are_captured_once_and_matched() -> None:
    goal = -obj.content("stem", PHOTO, "mse")
    made = ph.render(NET, goal, PIXELS, tf.identity, steps=1)
    assert made.scores[0].item() == pytest.approx(0, abs=1e-8)
    style = -obj.style("first", PHOTO, "gatys")
    assert ph.render(NET, style, PIXELS, tf.identity, steps=1).scores[0].item() == pytest.approx(0, abs=1e-8)


def test_a_target_under_expectation_shares_the_draw() -> None:
    goal = -obj.expect(obj.content("stem", PHOTO, "mse"), tf.jitter(3) >> tf.rotate(-20, 20), 3)
    made = ph.render(NET, goal, PIXELS, tf.identity, steps=1)
    assert made.scores[0].item() == pytest.approx(0, abs=1e-8)


def test_one_objective_over_two_networks() -> None:
    other = toys.vision(seed=4)
    goal = obj.channel("a:first", 0) + obj.channel("b:first", 0) - obj.tv()
    made = ph.render({"a": NET, "b": other}, goal, param.fourier(16), steps=2)
    alone = ph.render(other, obj.channel("first", 0), param.fourier(16), steps=1)
    assert torch.equal(made.terms["channel('b:first', 0)"][0], alone.scores[0])


def test_a_view_is_seen_through() -> None:
    goal = obj.layer("input") @ tf.center_crop(8)
    made = ph.render(NET, goal, PIXELS, tf.identity, steps=1)
    assert made.scores.shape == (1, 1)
    crop = ph.render(NET, obj.layer("image") @ tf.center_crop(8), PIXELS, tf.identity, steps=1)
    assert crop.scores[0].item() == pytest.approx(PHOTO[:, 4:12, 4:12].square().mean().item(), rel=1e-5)


def test_growing_the_batch_keeps_the_pictures() -> None:
    small, large = (ph.render(NET, GOAL, param.fourier(16), steps=3, batch=n).images for n in (2, 5))
    torch.testing.assert_close(small, large[:2], rtol=1e-4, atol=1e-5)


def test_ctrl_c_returns_what_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    @obj.term
    def interrupting(activation: torch.Tensor) -> torch.Tensor:
        interrupting_calls.append(1)
        if len(interrupting_calls) == 4:
            signal.raise_signal(signal.SIGINT)
        return activation.flatten(1).mean(1)

    interrupting_calls: list[int] = []
    made = ph.render(NET, interrupting("first"), param.fourier(16), steps=50)
    assert made.status == "interrupted"
    assert 1 <= len(made.scores) < 10


def test_frames_can_be_watched() -> None:
    frames = ph.steps(NET, GOAL, param.fourier(16), steps=5)
    seen = [(frame.step, frame.scores.shape, frame.images.shape) for frame in frames]
    assert seen == [(step, (1,), (1, 3, 16, 16)) for step in range(1, 6)]


def test_the_global_random_state_is_not_read_or_written() -> None:
    before = torch.get_rng_state()
    one = ph.render(NET, GOAL, param.fourier(16), steps=2)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(99)
    assert torch.equal(ph.render(NET, GOAL, param.fourier(16), steps=2).images, one.images)


def test_a_picture_in_float64_is_near_that_in_float32() -> None:
    double = ph.render(toys.vision(double=True), GOAL, param.fourier(16), steps=3, precision="float64")
    assert double.images.dtype == torch.float64
    torch.testing.assert_close(
        double.images.float(), ph.render(NET, GOAL, param.fourier(16), steps=3).images, rtol=1e-2, atol=1e-3
    )


def test_bad_values_of_the_loop() -> None:
    for make, message in (
        (lambda: ph.gradients.normalize("max"), "'mean_abs'"),
        (lambda: ph.constraints.box(0.9, 0.1), "low <= high"),
        (lambda: ph.operators.decay(2), "0 to 1"),
        (lambda: ph.adam(float("nan")), "rate"),
        (lambda: ph.stage(0), "integer from 1"),
        (lambda: ph.stage(1, optimizer=3), "an optimizer expected"),
        (lambda: ph.schedules.piecewise(((1, 2),)), "from 0"),
    ):
        with pytest.raises(errors.BadArgument, match=message):
            make()


def test_values_print_as_their_source() -> None:
    for value in (
        ph.adam(ph.schedules.cosine(0.05)),
        ph.sgd(0.1, momentum=0.9),
        ph.lbfgs(),
        ph.gradients.normalize("rms", frame="view"),
        ph.operators.decay(ph.schedules.ramp(0, 0.1), every=4),
        ph.constraints.box(0, 1),
        ph.stage(5, size=(12, 16), objective=GOAL - obj.tv(), transforms=tf.standard),
        ph.presets.clear["rules"],
    ):
        assert ph.parse(repr(value)) == value
        assert copy.deepcopy(value) == value


def test_bfloat16_is_near_float32_and_paints_in_float32() -> None:
    half, full = (ph.render(NET, GOAL, param.fourier(16), steps=1, precision=p) for p in ("bfloat16", "float32"))
    assert half.images.dtype == torch.float32
    assert not torch.equal(half.scores, full.scores)
    torch.testing.assert_close(half.scores, full.scores, rtol=0.05, atol=0.05)


def test_several_starting_pictures_make_several_pictures() -> None:
    photos = torch.stack([PHOTO, 1 - PHOTO])
    made = ph.render(NET, GOAL, param.pixel(16).starting_from(photos), tf.identity, steps=1, optimizer=ph.sgd(0))
    torch.testing.assert_close(made.images, photos)
