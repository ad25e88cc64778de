"""Dreams: the recipe against the restated notebook, what guides and classes drawn at random mean, and the zoom's frames."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import phosphene as ph
from phosphene import objectives as obj
from phosphene import transforms as tf
from phosphene.errors import BadArgument, UnknownLayer
from phosphene.models.patterns import LABELS, draw
from phosphene.recipes import dream, random_class, zoom
from phosphene.render import Moment, schedules
from phosphene.seeds import stream
from tests.reference import deepdream, networks

SEED = 3


def photo(size: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(3, size, size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def patterns() -> ph.Vision:
    return ph.load("patterns")


def restated(score, picture: torch.Tensor, shift: int = 5) -> np.ndarray:
    """Three octaves of ten steps of 0.02 on a picture of 30 pixels."""
    jitter, sizes = tf.jitter(shift, fill="wrap"), [15] * 10 + [21] * 10 + [30] * 10
    shifts = [jitter.sample((n, n), stream(SEED, "transforms", step, 0)) for step, n in enumerate(sizes)]
    *_, last = deepdream.paint(picture.numpy(), networks.slope(score), 3, 1.4, 10, 0.02, shifts)
    return last


def test_a_dream_is_the_published_procedure() -> None:
    vision, picture = networks.vision(), photo(30)
    made = dream(vision, picture, "second", octaves=3, shift=5, rate=0.02 * 255, seed=SEED)
    last = restated(lambda x: networks.activation(vision, "second", x).square().flatten(1).sum(1) / 2, picture)
    np.testing.assert_allclose(made.images[0].numpy(), last, rtol=1e-10, atol=1e-10)


def test_a_guided_dream_is_the_published_procedure() -> None:
    """the gradient at the layer is y[:, argmax x.y], as in the notebook"""
    vision, picture, guide = networks.vision(), photo(30), photo(30, 5)
    y = {
        n: networks.activation(vision, "second", ph.param.picture(guide, (n, n)).numbers())[0].detach().flatten(1)
        for n in (15, 21, 30)
    }

    def score(x: torch.Tensor) -> torch.Tensor:
        a = networks.activation(vision, "second", x)[0].flatten(1)
        vectors = y[x.shape[-1]]
        return (a * vectors[:, (a.T @ vectors).argmax(1)].detach()).sum()[None]

    made = dream(vision, picture, "second", guide=guide, octaves=3, shift=5, rate=0.02 * 255, seed=SEED)
    np.testing.assert_allclose(made.images[0].numpy(), restated(score, picture), rtol=1e-10, atol=1e-10)


@given(seed=st.integers(0, 1000), positions=st.integers(1, 30), others=st.integers(1, 30))
def test_the_gradient_of_a_guide_is_the_most_similar_vector(seed: int, positions: int, others: int) -> None:
    numbers = torch.Generator().manual_seed(seed)
    x = torch.randn(2, 4, positions, generator=numbers, dtype=torch.float64).requires_grad_()
    y = torch.randn(1, 4, others, generator=numbers, dtype=torch.float64)
    score = obj.guide.function(x, like=y)
    (gradient,) = torch.autograd.grad(score.sum(), x)
    nearest = torch.einsum("bcp,cq->bpq", x, y[0]).argmax(2)
    assert torch.equal(gradient, y[0].T[nearest].mT)
    assert torch.allclose(score, (x * gradient).sum((1, 2)))


def test_a_guide_in_parts_is_the_guide(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = photo(8)[None], photo(6, 1)[None]
    whole = obj.guide.function(x, like=y)
    monkeypatch.setattr("phosphene.objectives.matching.PART", 7)
    assert torch.equal(obj.guide.function(x, like=y), whole)


@settings(max_examples=20)
@given(weight=st.floats(0.01, 100), balanced=st.booleans())
def test_a_step_does_not_depend_on_the_size_of_the_gradient(weight: float, balanced: bool) -> None:
    vision, picture = networks.vision(), photo(20)
    goal = obj.layer("second")
    one, other = (
        dream(vision, picture, scale * goal, octaves=2, steps=2, shift=3, balanced=balanced).images
        for scale in (1, weight)
    )
    assert torch.allclose(one, other, atol=1e-9)


def test_octaves_are_seen_at_their_own_size() -> None:
    """a network made for 96 pixels dreams in a picture of 64 as it is, from 33 pixels on"""
    net, picture = patterns(), draw("rings", 0, size=64)
    made = dream(net, picture, "block2", octaves=3, steps=1, rate=1e-9)
    seen = [ph.param.picture(picture, (n, n)).numbers() for n in (33, 46, 64)]
    sums = [float(ph.models.capture(net, ["block2"], x)["block2"].detach().square().sum() / 2) for x in seen]
    np.testing.assert_allclose(made.scores[:, 0], sums, rtol=0.25)


def test_a_network_of_one_size_sees_octaves_at_that_size() -> None:
    numbers = torch.Generator().manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.Flatten(), torch.nn.LazyLinear(5))
    with torch.random.fork_rng():
        module(torch.rand(1, 3, 16, 16, generator=numbers))
    vision = ph.Vision(module.eval(), [0.5] * 3, [0.2] * 3, size=16)
    made = dream(vision, draw("rings", 0, size=30), "0", octaves=2, steps=2)
    assert made.images.shape == (1, 3, 30, 30)
    assert float(made.scores[-1]) > float(made.scores[2])


def test_a_dream_in_tiles_is_a_dream() -> None:
    net, picture = patterns(), draw("rings", 0, size=80)
    made = dream(net, picture, "block2", octaves=2, steps=3, tile=48)
    assert float(made.scores[-1]) > float(made.scores[3])


def test_pictures_of_any_size_and_kind(tmp_path: Path) -> None:
    net = patterns()
    Image.new("LA", (60, 40), (128, 200)).save(tmp_path / "grey.png")
    assert dream(net, tmp_path / "grey.png", "block1", octaves=2, steps=1).images.shape == (1, 3, 40, 60)
    assert dream(net, np.zeros((3, 700, 350)), "block1", octaves=1, steps=1).images.shape == (1, 3, 512, 256)
    wide = dream(net, torch.zeros(1, 40, 60), "block1", octaves=1, steps=1, size=30, guide=Image.new("RGB", (9, 70)))
    assert wide.images.shape == (1, 3, 20, 30)


@given(count=st.integers(1, 6), seed=st.integers(0, 99), step=st.integers(0, 999), stage=st.integers(0, 3))
def test_one_class_at_a_time(count: int, seed: int, step: int, stage: int) -> None:
    weights = [schedules.lot(place, count, seed)(step, 1000, stage) for place in range(count)]
    assert sorted(weights) == [0] * (count - 1) + [1]


def test_every_class_has_its_turn() -> None:
    drawn = Counter(next(p for p in range(5) if schedules.lot(p, 5)(step, 500)) for step in range(500))
    assert set(drawn) == set(range(5))
    assert max(drawn.values()) < 2 * min(drawn.values())


def test_a_dream_of_random_classes_takes_its_steps_along_one_class_each() -> None:
    net, picture, labels = patterns(), draw("waves", 0, size=48), ["rings", "dots", "spiral"]
    made = dream(net, picture, random_class(labels), octaves=1, steps=6)
    for step in range(6):
        weights = [schedules.lot(place, 3)(step, 6) for place in range(3)]
        off = [name for name, weight in zip(labels, weights, strict=True) if not weight]
        zero = [float(made.terms[key][step]) for key in made.terms if any(repr(name) in key for name in off)]
        assert len(zero) == 2
        assert zero == [0, 0]
    assert random_class(net) == random_class(LABELS)


def test_the_frames_of_a_zoom_begin_alike() -> None:
    net, picture = patterns(), draw("waves", 0, size=32)
    few, more = (zoom(net, picture, "block2", frames, every=3) for frames in (2, 4))
    assert list(few.snapshots) == [2, 5]
    assert list(more.snapshots) == [2, 5, 8, 11]
    assert all(torch.equal(few.snapshots[step], more.snapshots[step]) for step in few.snapshots)
    assert torch.equal(few.snapshots[5], few.images)


@pytest.mark.parametrize("every", [1, 2, 5])
def test_a_zoom_without_a_dream_is_the_picture_moved_from_frame_to_frame(every: int) -> None:
    net, picture = patterns(), draw("waves", 0, size=32)
    made = zoom(net, picture, "block2", 3, every=every, nearer=1.1, degrees=10, rate=1e-30, fade=0)
    x, move = picture[None], ph.operators.affine(1.1, 10)
    frames = list(made.snapshots.values())
    assert len(frames) == 3
    for number, frame in enumerate(frames):
        moves = number + (every == 1)
        y = x
        for _ in range(moves):
            y = move.apply(y, Moment())
        assert torch.allclose(frame, y, atol=1e-5)


def test_a_zoom_is_a_video(tmp_path: Path) -> None:
    made = zoom(patterns(), draw("waves", 0, size=32), "block2", 4, every=2)
    path = ph.video.write(tmp_path / "zoom.gif", made.snapshots.values())
    assert len(list(ph.video.read(path))) == 4


@pytest.mark.parametrize("kind", ["dream", "guided", "zoom"])
def test_a_saved_dream_replays(kind: str, tmp_path: Path) -> None:
    net, picture = patterns(), draw("waves", 0, size=40)
    if kind == "zoom":
        made = zoom(net, picture, "block2", 2, every=2)
    else:
        guide = draw("dots", 0, size=30) if kind == "guided" else None
        made = dream(net, picture, "block2", guide=guide, octaves=2, steps=2)
    again = ph.Render.load(made.save(tmp_path / "a.png")).replay()
    assert torch.equal(made.images, again.images)
    assert list(again.snapshots) == list(made.snapshots)
    assert all(torch.equal(again.snapshots[step], made.snapshots[step]) for step in made.snapshots)


def test_what_is_wrong() -> None:
    net, picture = patterns(), draw("rings", 0, size=48)
    with pytest.raises(UnknownLayer, match=r"'blok3'.*'block3'"):
        dream(net, picture, "blok3")
    with pytest.raises(BadArgument, match=r"octave 2 of 5, of .* px. pictures that patterns takes .* write octaves=3"):
        dream(net, picture, "block2", octaves=5, scale=1.7)
    with pytest.raises(BadArgument, match=r"octave 1 of 1, of 9 x 9 px.*dream on a larger picture"):
        dream(net, picture, "block2", octaves=1, size=9)
    with pytest.raises(BadArgument, match=r"a guide for .*logit.*the layer at which the guide is looked at expected"):
        dream(net, picture, obj.logit("rings"), guide=picture)
    with pytest.raises(BadArgument, match=r"a dream of no class, \[\]. one or several expected"):
        random_class([])
    with pytest.raises(BadArgument, match=r"zoom: frames is 0. an integer from 1 to inf"):
        zoom(net, picture, "block2", 0)
    with pytest.raises(BadArgument, match=r"schedules.lot: place is 3. an integer from 0 to 2 expected"):
        schedules.lot(3, 3)
    with pytest.raises(BadArgument, match=r"octaves: count is 0"):
        dream(net, picture, "block2", octaves=0)
