"""What is refused before step 0, because it would fail or mean nothing later; what one picture owes to the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import phosphene as ph
from phosphene import constraints, errors, gradients, operators, optimizers, param, schedules
from phosphene import objectives as obj
from phosphene import transforms as tf
from phosphene.models import rules
from phosphene.render import checkpoints
from phosphene.render.edits import edited
from tests import toys

NET = toys.vision(None, double=True)
GOAL = obj.channel("first", 2)
SHARED = (param.spectrum(16) + param.shared(param.pixels(4), 16)) >> param.sigmoid()
PHOTO = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(3))
SGD, SWAP = optimizers.sgd, {"memory": "resample", "size": 12}


def paint(**arguments: Any) -> ph.Render:
    given = {"objective": GOAL, "param": param.fourier(16), "transforms": tf.identity, "steps": 3, **arguments}
    return ph.render(NET, given.pop("objective"), given.pop("param"), given.pop("transforms"), **given)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"operators": [operators.blur(schedules.ramp(1, -2))]}, r"is -2 at step 2 of 3, but .* sigma is -2"),
        ({"gradient": [gradients.percentile(schedules.ramp(0, 200))]}, "percent is 200"),
        ({"optimizer": optimizers.average(optimizers.adam(schedules.ramp(1, -1)), 0.9)}, "rate is -1"),
        ({"optimizer": SGD(1), "stages": [ph.stage(1), ph.stage(1, optimizer=SGD(1, 0.9), **SWAP)]}, "same optimizer"),
        ({"optimizer": optimizers.lbfgs(), "param": SHARED, "batch": 2}, "of which pictures share numbers"),
        ({"optimizer": optimizers.progress(1, 10), "param": SHARED, "batch": 2}, "of which pictures share numbers"),
        ({"optimizer": optimizers.lbfgs(), "objective": GOAL + obj.diversity("first"), "batch": 2}, "picture alone"),
        ({"operators": [operators.clip_norm(50, frame="state")]}, "entries with rows and columns"),
        ({"operators": [operators.roll(1, frame="state")]}, "entries with rows and columns"),
        ({"gradient": [gradients.laplacian(frame="state")]}, "entries with rows and columns"),
        (
            {"operators": [operators.blur(1, frame="view")], "gradient": [gradients.tiles(8, 0)]},
            "with 1 samples of tf.identity, in tiles",
        ),
    ],
    ids=range(11),
)
def test_refused_before_step_0(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.BadArgument, match=message):
        paint(**arguments)


def test_what_needs_pictures_acts_on_a_state_that_is_one() -> None:
    links = {"gradient": [gradients.blur(1, frame="state")], "operators": [operators.roll(1, frame="state")]}
    assert paint(param=param.pixel(16), **links).status == "completed"


@pytest.mark.parametrize(
    "link", [gradients.sign, lambda frame: gradients.clip(1e-4, "value", frame=frame)], ids=range(2)
)
def test_links_at_the_view_do_not_depend_on_the_number_of_samples(link: Any) -> None:
    """identical samples have the mean of one of them"""
    options = {"param": param.pixel(16), "gradient": [link(frame="view")], "optimizer": SGD(0.01), "steps": 1}
    torch.testing.assert_close(paint(samples=4, **options).images, paint(**options).images)


def test_links_at_the_view_do_not_depend_on_the_number_of_tiles() -> None:
    start = (param.pixels(16) >> param.unbounded()).starting_from(PHOTO)
    chain = [gradients.tiles(8, 0), gradients.sign(frame="view")]
    moved = paint(param=start, gradient=chain, optimizer=SGD(0.01), steps=1).images[0] - PHOTO
    assert float(moved.abs().max()) == pytest.approx(0.01)


def test_a_picture_that_an_edit_leaves_as_it_is_keeps_its_state() -> None:
    paint, ball = param.pixel(4), constraints.l2(0.5, 1)
    state = {"pixels": torch.stack([torch.full((3, 4, 4), 0.5), torch.full((3, 4, 4), 9.0)])}
    state["pixels"][0, 0, 0, 0] = 1.25  # shown as 1
    both = edited(paint, state, ball.project)["pixels"]
    assert torch.equal(both[:1], edited(paint, {"pixels": state["pixels"][:1]}, ball.project)["pixels"])
    assert float(both[0, 0, 0, 0]) == 1.25
    assert float((both[1] - 0.5).norm()) == pytest.approx(1, abs=1e-5)


def test_a_step_that_is_not_finite_is_not_shown() -> None:
    net, free = toys.vision(None), param.pixels(16) >> param.unbounded()
    rate = SGD(schedules.piecewise(((0, 0.1), (2, 3e38))))
    with pytest.warns(ph.NonfiniteWarning, match="at step 2 the step of optimizers.sgd"):
        made = ph.render(net, 1e9 * GOAL, free, tf.identity, steps=4, optimizer=rate)
    assert (made.status, len(made.scores)) == ("nonfinite", 2)
    assert torch.isfinite(made.images).all()


def test_remembered_frames_know_their_stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "SECONDS", 0.0)
    options = {"stages": [ph.stage(2), ph.stage(2)], "checkpoint": tmp_path / "run"}
    for _ in range(2):
        stages = [frame.stage for frame in ph.steps(NET, GOAL, param.fourier(16), tf.identity, **options)]
        assert stages == [0, 0, 1, 1]


def test_tiles_narrower_than_their_overlap_are_still_few() -> None:
    assert len(gradients.tiles(32, 64).cut((128, 128))) == 64


def test_a_piecewise_schedule_is_of_numbers() -> None:
    with pytest.raises(errors.BadArgument, match="a number is 'a'"):
        schedules.piecewise(((0, "a"),))  # type: ignore[arg-type]


def test_a_rule_behind_the_layers_in_view_is_no_rule() -> None:
    """the network has ReLUs, but none on the way to its first convolution"""
    net = toys.vision()
    with pytest.raises(errors.RuleUnmatched, match=r"rules.guided\(\) for channel\('stem', 0\).*deeper layer"):
        ph.render(net, obj.channel("stem", 0), param.pixel(16), steps=1, rules=rules.guided())
    ph.render(net, obj.channel("first", 0), param.pixel(16), steps=1, rules=rules.guided())
    ph.render(net, obj.channel("stem", 0), param.pixel(16), steps=1, rules=rules.guided() | rules.skip_gradient())
