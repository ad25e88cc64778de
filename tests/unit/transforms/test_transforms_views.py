"""Windows, crops, presets, frozen draws, round trips."""

import copy
import json
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from phosphene import serialize
from phosphene import transforms as tf
from phosphene.errors import ShapeMismatch
from phosphene.language import parse
from phosphene.seeds import stream
from phosphene.testing import TRANSFORMS, transforms


def streams(batch, seed=7):
    return [stream(seed, "transforms", i) for i in range(batch)]


def pictures(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("word", sorted(TRANSFORMS))
@given(data=st.data())
def test_round_trips(word, data):
    t = data.draw(TRANSFORMS[word].values)
    again = [
        parse(repr(t)),
        pickle.loads(pickle.dumps(t)),
        copy.deepcopy(t),
        serialize.from_json(json.loads(json.dumps(serialize.to_json(t)))),
    ]
    for other in again:
        assert other == t
        assert hash(other) == hash(t)
        assert repr(other) == repr(t)


@given(transforms(), transforms())
def test_round_trips_of_stacks(s, t):
    for both in (s >> t, s | t, tf.frozen(s | t, 3)):
        assert parse(repr(both)) == both == pickle.loads(pickle.dumps(both))


def test_how_they_print():
    assert repr(tf.frozen(tf.pad(1) >> tf.jitter(2), 5)) == "tf.frozen(tf.pad(1) >> tf.jitter(2), seed=5)"
    assert repr(tf.crop((8, 8), 0.3)) == "tf.crop(8, spread=0.3)"
    assert repr(tf.noise(0, 0.1)) == "tf.noise(0, high=0.1)"
    assert repr(tf.noise(0.1, 0.1)) == "tf.noise(0.1)"
    assert repr(tf.printing(gain=2)) == "tf.printing(gain=(2, 2))"
    assert repr(tf.crops(160, 0.05, 1, (0.5, 0.05))) == "tf.crops(160, 0.05, 1, normal=(0.5, 0.05))"
    assert repr(tf.eot_2d) == (
        "tf.place(0.9, high=1.4, fill=0.5) >> tf.rotate(-22.5, high=22.5) "
        ">> tf.brightness(-0.05, high=0.05) >> tf.noise(0, high=0.1)"
    )
    assert repr(tf.maco) == (
        "tf.crops(224, 0.25, 0.3, spread=0.15, fill=0.5) >> tf.noise(0.01) >> tf.uniform_noise(0.005)"
    )


def test_presets_run_and_keep_their_size():
    x = pictures(3, 3, 40, 33)
    for t in (tf.eot_2d, tf.eot_print):
        assert t(x, streams(3)).shape == x.shape
        assert not t.deterministic
    assert tf.maco(x, streams(3)).shape == (3, 3, 224, 224)


def test_oygards_crops_are_those_of_his_program():
    t, size = tf.crop((6, 8), spread=0.3), (26, 48)
    drawn = tf.draw(t, size, streams(4000))
    for axis, free in ((0, 40), (1, 20)):
        ours = np.array([d[axis] for d in drawn])
        theirs = np.random.default_rng(0).normal(free / 2, 0.3 * free, 4000).clip(0, free).astype(int)
        assert (ours >= 0).all()
        assert (ours <= free).all()
        assert ours.mean() == pytest.approx(theirs.mean(), abs=0.06 * free)
        assert ours.std() == pytest.approx(theirs.std(), rel=0.06)
        assert (ours == 0).mean() == pytest.approx((theirs == 0).mean(), abs=0.02)
    (first,) = tf.draw(t, size, [stream(5)])
    generator = stream(5)
    again = [torch.randn((), generator=generator, dtype=torch.float64).item() for _ in range(2)]
    assert first == tuple(
        int(min(max(free / 2 + 0.3 * free * z, 0), free)) for z, free in zip(again, (40, 20), strict=True)
    )
    assert tf.crop(4, spread=0).sample((7, 9), stream(0)) == (2, 1)
    with pytest.raises(ShapeMismatch, match="a window no larger"):
        t.sample((5, 5), stream(0))


def test_crops_lie_inside_and_have_the_declared_sides():
    t, (height, width) = tf.crops((10, 20), 0.3, 0.9), (64, 96)
    for drawn in tf.draw(t, (height, width), streams(300)):
        assert 0.3 <= drawn[0] <= 0.9
        a, b, c, d, e, f = t.affine((height, width), drawn)
        assert (b, d) == pytest.approx((0, 0))
        assert a == e == pytest.approx(drawn[0] * 96 / 20)  # 96 / 20 is less than 64 / 10
        assert -0.5 - 1e-9 <= c - a / 2 <= c + a * 19.5 <= width - 0.5 + 1e-9
        assert -0.5 - 1e-9 <= f - e / 2 <= f + e * 9.5 <= height - 0.5 + 1e-9


def test_crops_about_the_center():
    size = (100, 100)
    drawn = np.array(tf.draw(tf.crops(10, 0.2, 0.25, spread=0.15), size, streams(2000)))
    assert drawn[:, 0].mean() == pytest.approx(0.225, abs=0.002)
    for axis in (1, 2):
        assert drawn[:, axis].mean() == pytest.approx(0.5, abs=0.015)
        assert drawn[:, axis].std() == pytest.approx(0.15, rel=0.06)
    inside = np.array(tf.draw(tf.crops(10, 0.2, 0.9, spread=0.3, inside=True), size, streams(500)))
    assert (np.abs(inside[:, 1:] - 0.5) <= (1 - inside[:, :1]) / 2 + 1e-9).all()
    sides = np.array(tf.draw(tf.crops(10, 0.05, 1, normal=(0.25, 0.1)), size, streams(2000)))[:, 0]
    assert sides.mean() == pytest.approx(0.25, abs=0.01)
    assert sides.std() == pytest.approx(0.1, rel=0.06)
    assert sides.min() >= 0.05


def test_a_crop_looks_at_its_piece():
    x = pictures(1, 3, 40, 40)
    piece = tf.crops(10, 0.25, 0.25).apply(x, [(0.25, 0.5, 0.125)])
    assert_close(piece, x[..., 0:10, 15:25])
    outside = tf.crops(10, 0.25, 0.25, fill=0.5).apply(x, [(0.25, -1, -1)])
    assert_close(outside, torch.full_like(outside, 0.5))


def test_windows():
    size = (20, 30)
    assert tf.crop(8).window(size, (3, 5)) == (5, 3, 8, 8)
    assert tf.center_crop((4, 6)).window(size, ()) == (8, 12, 4, 6)
    assert tf.identity.window(size, ()) == (0, 0, 20, 30)
    assert (tf.crop(8) >> tf.center_crop(4)).window(size, ((3, 5), ())) == (7, 5, 4, 4)
    assert (tf.pad(2) >> tf.center_crop(20)).window((20, 20), ((), ())) == (0, 0, 20, 20)
    assert tf.jitter(3).window(size, (0, 0)) == (0, 0, 20, 30)
    assert tf.jitter(3).window(size, (1, 0)) is None
    assert tf.flip(1).window(size, True) is None
    assert tf.scale(0.5).window(size, 0.5) is None
    assert tf.elastic(1, 2).window(size, 3) is None
    assert (tf.crop(8) >> tf.noise(0.1)).window(size, ((3, 5), (1, 0.1))) is None
    assert (tf.crop(8, 0.3) >> tf.center_crop(2)).windowed
    assert (tf.crop(8) | tf.center_crop(8)).windowed
    assert tf.frozen(tf.crop(8)).windowed
    for t in (tf.jitter(1), tf.crop(8) >> tf.jitter(1), tf.crop(8) | tf.resize(8), tf.standard, tf.noise(0.1)):
        assert not t.windowed


def test_a_frozen_transform_fuses_as_its_own_draw_does():
    t = tf.pad(2) >> tf.frozen(tf.jitter(2) >> tf.rotate(-9, 9), seed=4) >> tf.jitter(1)
    x = pictures(2, 3, 9, 9)
    drawn = tf.draw(t, (9, 9), streams(2))
    assert drawn[0][1] == drawn[1][1]
    plain = tf.pad(2) >> tf.jitter(2) >> tf.rotate(-9, 9) >> tf.jitter(1)
    assert torch.equal(t.apply(x, drawn), plain.apply(x, [(d[0], *d[1], d[2]) for d in drawn]))
    assert tf.frozen(tf.crop(3) | tf.crop(4), 1).output_size((8, 8)) in ((3, 3), (4, 4))
    assert (tf.frozen(tf.crop(3) | tf.crop(4), 1) >> tf.noise(0.1)).sizes((8, 8)) < {(3, 3), (4, 4)}
    assert tf.frozen(tf.noise(0.1))(x[:0], []).shape == (0, 3, 9, 9)
