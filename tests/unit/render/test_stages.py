"""Stages: what changes between them, what is carried, and octaves."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import phosphene as ph
from phosphene import constraints, errors, filters, gradients, operators, optimizers, param, schedules
from phosphene import objectives as obj
from phosphene import transforms as tf
from phosphene.models import rules
from phosphene.render import checkpoints
from tests import toys

NET = toys.vision(double=True)
GOAL = obj.channel("first", 2)
STILL = optimizers.sgd(0)
PHOTO = torch.rand(3, 20, 16, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
FREE = (param.pixels((20, 16)) >> param.unbounded()).starting_from(PHOTO)


def frames(*stages: ph.stage, paint: Any = FREE, **arguments: Any) -> list[ph.Frame]:
    given = {"optimizer": STILL, **arguments}
    return list(ph.steps(NET, GOAL, paint, tf.identity, stages=stages, **given))


@given(st.integers(1, 6), st.floats(1.05, 3), st.integers(4, 300))
def test_octaves_end_at_the_size_and_shrink_by_the_scale(count: int, scale: float, size: int) -> None:
    sizes = [one.size[0] for one in ph.octaves(count, scale, 1, size)]
    assert len(sizes) == count
    assert sizes[-1] == size
    for small, large in itertools.pairwise(sizes):
        assert small == max(1, round(large / scale))


def test_sizes_by_number_and_by_scale() -> None:
    sizes = [
        frame.param.size for frame in frames(ph.stage(1), ph.stage(1, scale=1.5), ph.stage(1, size=12), ph.stage(1))
    ]
    assert sizes == [(20, 16), (30, 24), (12, 12), (12, 12)]


@pytest.mark.parametrize("how", ["bilinear", "corners", "spline"])
def test_the_picture_is_resampled_as_said(how: str) -> None:
    _, last = frames(ph.stage(1), ph.stage(1, size=(9, 31), resample=how))
    torch.testing.assert_close(last.images[0], filters.resample(PHOTO[None], (9, 31), how)[0])


def test_detail_is_carried_onto_the_picture_of_that_size() -> None:
    """with no step at all, detail is nothing, and every octave shows its own base"""
    small, large = frames(*ph.octaves(2, 2, 1, (20, 16)))
    base = filters.resample(PHOTO[None], (10, 8), "corners")
    torch.testing.assert_close(small.images, base)
    torch.testing.assert_close(large.images[0], PHOTO)
    darker = operators.decay(0.5, center=0)
    small, large = frames(*ph.octaves(2, 2, 1, (20, 16)), operators=[darker])
    detail = filters.resample(base / 2 - base, (20, 16), "corners")
    torch.testing.assert_close(small.images, base / 2)
    torch.testing.assert_close(large.images, (PHOTO[None] + detail) / 2)


def test_anything_may_change() -> None:
    half = operators.decay(0.5, center=0)
    first = ph.stage(1, operators=[half], gradient=gradients.sign(), optimizer=optimizers.sgd(0.25))
    plain, changed, back = frames(ph.stage(1), first, ph.stage(1))
    assert torch.equal(plain.images[0], PHOTO)
    assert set((2 * changed.images[0] - PHOTO).round(decimals=9).unique().tolist()) <= {-0.25, 0, 0.25}
    assert torch.equal(back.images, changed.images)
    inside = frames(ph.stage(1), ph.stage(1, within=constraints.box(0.4, 0.6)), ph.stage(1))
    assert inside[1].images.min() == 0.4
    assert inside[2].images.max() == 0.6


def test_rules_may_change_and_be_switched_off() -> None:
    options: dict[str, Any] = {"optimizer": optimizers.sgd(1), "rules": rules.guided()}
    goal = obj.logit("dog")
    true = ph.render(NET, goal, FREE, tf.identity, stages=[ph.stage(1, rules=())], optimizer=optimizers.sgd(1))
    off = ph.render(NET, goal, FREE, tf.identity, stages=[ph.stage(1, rules=())], **options)
    on = ph.render(NET, goal, FREE, tf.identity, stages=[ph.stage(1)], **options)
    assert torch.equal(true.images, off.images)
    assert not torch.equal(true.images, on.images)


def test_targets_are_taken_again_at_the_new_size() -> None:
    goal = -obj.content("first", PHOTO, "mse")
    run = ph.render(
        toys.vision(None, double=True), goal, FREE, tf.identity, stages=ph.octaves(2, 2, 1, (20, 16)), optimizer=STILL
    )
    assert run.scores[1].item() == 0
    assert run.scores[0].item() > -1


def test_schedules_know_their_stage() -> None:
    rate = schedules.by_stage((0, 1))
    still, moved = frames(ph.stage(1), ph.stage(1), optimizer=optimizers.sgd(rate))
    assert torch.equal(still.images[0], PHOTO)
    assert not torch.equal(moved.images, still.images)


@pytest.mark.parametrize(
    "optimizer", [ph.adam(0.1), optimizers.sgd(0.1, momentum=0.9), optimizers.nadam(0.1)], ids=repr
)
def test_memory_goes_along_where_asked(optimizer: Any) -> None:
    whole = frames(ph.stage(4), optimizer=optimizer)
    parts = frames(ph.stage(2), ph.stage(2, memory="resample"), optimizer=optimizer)
    anew = frames(ph.stage(2), ph.stage(2), optimizer=optimizer)
    assert torch.equal(whole[-1].images, parts[-1].images)
    assert not torch.equal(whole[-1].images, anew[-1].images)
    resized = frames(ph.stage(2), ph.stage(2, size=12, memory="resample"), optimizer=optimizer)
    assert resized[-1].images.shape[-1] == 12


def test_the_average_starts_a_stage_from_what_it_shows() -> None:
    smooth = optimizers.average(optimizers.sgd(1), 0.9)
    shown = frames(ph.stage(3), ph.stage(1, optimizer=STILL), optimizer=smooth)
    assert torch.equal(shown[2].images, shown[3].images)


@pytest.mark.parametrize(
    "optimizer",
    [ph.adam(0.05), optimizers.lbfgs(bounds=constraints.box(0, 1)), optimizers.average(ph.adam(0.05), 0.9)],
    ids=repr,
)
def test_a_run_of_octaves_resumes_to_the_same_bytes(optimizer: Any, tmp_path: Path) -> None:
    path, stages = tmp_path / "run.checkpoint", ph.octaves(3, 1.3, 3, (20, 16))
    options: dict[str, Any] = {"stages": stages, "optimizer": optimizer, "snapshots": (2, 5)}
    whole = ph.render(NET, GOAL, FREE, tf.identity, **options)
    for stop in (1, 3, 4, 8):
        path.unlink(missing_ok=True)
        before, checkpoints.SECONDS = checkpoints.SECONDS, 0.0
        try:
            run = ph.steps(NET, GOAL, FREE, tf.identity, stages=stages, optimizer=optimizer, checkpoint=path)
            for frame in run:
                if frame.step == stop:
                    break
            run.close()
        finally:
            checkpoints.SECONDS = before
        again = list(ph.steps(NET, GOAL, FREE, tf.identity, stages=stages, optimizer=optimizer, checkpoint=path))
        assert torch.equal(again[-1].images, whole.images)
        assert torch.equal(torch.stack([frame.scores for frame in again]), whole.scores)
        assert whole.transparency is not None
        assert torch.equal(again[-1].position.transparency, whole.transparency)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ph.stage(0), "steps is 0"),
        (lambda: ph.stage(1, size=8, scale=2), "a size or a scale expected"),
        (lambda: ph.stage(1, resample="nearest"), "resample is 'nearest'"),
        (lambda: ph.stage(1, carry="all"), "carry is 'all'"),
        (lambda: ph.stage(1, gradient=[operators.decay(0.1)]), "a gradient expected"),
        (lambda: ph.stage(1, rules=3), "a rule expected"),
        (lambda: ph.stage(1, within=0.5), "a constraint expected"),
        (lambda: ph.octaves(0, 1.4, 10, 224), "count is 0"),
        (lambda: ph.octaves(4, 1, 10, 224), "scale is 1"),
        (lambda: frames(ph.stage(1), ph.stage(1, size=8), paint=param.maco((20, 16))), "param.phase"),
        (lambda: frames(ph.stage(1), ph.stage(1, memory="resample", optimizer=ph.adam())), "the same optimizer"),
        (lambda: frames(ph.stage(1), ph.stage(1, memory="resample"), optimizer=ph.lbfgs()), "the same optimizer"),
        (lambda: frames(ph.stage(1, carry="detail"), paint=param.maco((20, 16))), "cannot be started from a picture"),
    ],
    ids=range(13),
)
def test_bad_stages(make: Any, message: str) -> None:
    with pytest.raises(errors.PhospheneError, match=message):
        make()
