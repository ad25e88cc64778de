import copy
import math
import pickle

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from phosphene import transforms as tf
from phosphene.errors import BadArgument, BadOperation, ShapeMismatch
from phosphene.seeds import stream
from phosphene.transforms import warp as warping
from phosphene.values import words


def pictures(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def streams(batch, seed=7):
    return [stream(seed, "transforms", i) for i in range(batch)]


def test_stacks_print_as_they_are_written():
    t = tf.pad(12, fill="reflect") >> (tf.jitter(8) | tf.identity) >> tf.scale(0.9, 1.1, log=True)
    assert repr(t) == "tf.pad(12, fill='reflect') >> (tf.jitter(8) | tf.identity) >> tf.scale(0.9, high=1.1, log=True)"
    assert repr(tf.jitter(1) >> tf.noise(0.1) | tf.identity) == "tf.jitter(1) >> tf.noise(0.1) | tf.identity"
    assert repr(tf.identity) == "tf.identity"
    assert pickle.loads(pickle.dumps(t)) == t == copy.deepcopy(t)
    assert repr(tf.resize((224, 224)) >> tf.crop((3, 4))) == "tf.resize(224) >> tf.crop((3, 4))"


def test_presets():
    assert repr(tf.standard) == (
        "tf.pad(12) >> tf.jitter(8) >> tf.scale(0.9, high=1.1) >> tf.rotate(-10, high=10) >> tf.jitter(4)"
    )
    assert repr(tf.wide) == "tf.roam()"
    angles = tf.lucid.parts[3].low
    assert angles.count(0) / len(angles) == 6 / 26
    assert tf.lucid.parts[2].low == (0.9, 0.92, 0.94, 0.96, 0.98, 1.0, 1.02, 1.04, 1.06, 1.08, 1.1)
    assert words["tf.standard"] is tf.standard
    for t in (tf.standard, tf.lucid):
        assert t.output_size((224, 224)) == (248, 248)
        assert not t.deterministic


def test_ninety_degrees_counterclockwise():
    x = pictures(1, 3, 6, 6)
    assert_close(tf.rotate(90)(x, streams(1)), torch.rot90(x, 1, (2, 3)))
    y = pictures(1, 3, 4, 7)
    assert_close(tf.rotate(180)(y, streams(1)), torch.rot90(y, 2, (2, 3)))


def test_pad_is_numpys():
    x = pictures(1, 2, 4, 5)
    for fill, mode in [(0.5, {"constant_values": 0.5}), ("edge", {"mode": "edge"}), ("reflect", {"mode": "symmetric"})]:
        expected = np.pad(x.numpy(), [(0, 0), (0, 0), (3, 3), (3, 3)], **mode)
        assert torch.equal(tf.pad(3, fill)(x, streams(1)), torch.from_numpy(expected))


def test_scaling_up_shows_the_center():
    x = pictures(1, 1, 8, 8)
    assert_close(
        tf.scale(2)(x, streams(1))[..., 3:5, 3:5],
        torch.nn.functional.interpolate(x[..., 3:5, 3:5], (4, 4), mode="bilinear", align_corners=False)[..., 1:3, 1:3],
    )


def test_jitter_is_symmetric_and_keeps_the_size():
    drawn = tf.draw(tf.jitter(3), (8, 8), streams(2000))
    for axis in (0, 1):
        values = [d[axis] for d in drawn]
        assert set(values) == set(range(-3, 4))
        assert abs(sum(values)) / 2000 < 4 * 2 / math.sqrt(2000)
    assert tf.jitter(3).output_size((8, 9)) == (8, 9)


def test_ranges_are_met():
    zooms = tf.draw(tf.scale(0.5, 2, log=True), (8, 8), streams(500))
    assert 0.5 <= min(zooms) < 0.55
    assert 1.9 < max(zooms) <= 2
    assert abs(sum(map(math.log, zooms))) / 500 < 0.08
    assert set(tf.draw(tf.rotate((-5, 0, 5)), (8, 8), streams(100))) == {-5, 0, 5}


def test_crop_stays_inside_and_reaches_everywhere():
    corners = {tf.crop((2, 3)).sample((4, 5), g) for g in streams(400)}
    assert corners == {(x, y) for x in range(3) for y in range(3)}
    x = pictures(2, 3, 4, 5)
    drawn = [(0, 1), (2, 2)]
    result = tf.crop((2, 3)).apply(x, drawn)
    assert torch.equal(result, torch.stack([x[0, :, 1:3, 0:3], x[1, :, 2:4, 2:5]]))


def test_roam_follows_its_formula():
    height = width = 64
    view, t = 16, tf.roam(16)
    for zoom, angle, right, down in tf.draw(t, (64, 64), streams(50)):
        assert 0.5 <= zoom <= 2
        assert abs(angle) <= 10
        a, b, c, d, e, f = t.affine((64, 64), (zoom, angle, right, down))
        freedom = 0.07 + max(0, 1 - 1 / zoom)
        turn = math.radians(angle)
        for i, j in [(0, 0), (15, 3), (7, 15)]:
            u, v = (2 * i + 1) / view - 1, (2 * j + 1) / view - 1
            x = (u * math.cos(turn) - v * math.sin(turn)) / zoom + right * freedom
            y = (u * math.sin(turn) + v * math.cos(turn)) / zoom + down * freedom
            assert a * i + b * j + c == pytest.approx(((x + 1) * width - 1) / 2)
            assert d * i + e * j + f == pytest.approx(((y + 1) * height - 1) / 2)


def test_roam_keeps_proportions_and_covers_a_wide_canvas():
    t = tf.roam(8, low=1, high=1, angle=0, drift=0)
    a, _, left, _, e, _ = t.affine((16, 32), (1.0, 0.0, -1.0, 0.0))
    assert a == e == 2
    assert left == pytest.approx(0.5)  # the view's left edge on the canvas' left edge


def test_one_fill_for_a_whole_warp_the_first_declared():
    x = pictures(1, 1, 6, 6)
    shifts = [((), (3, 0), (0, 4))]
    inherited = tf.pad(2, fill=9) >> tf.jitter(3) >> tf.jitter(4)
    assert_close(inherited.apply(x, shifts), warping.warp(x, [(1, 0, 1, 0, 1, 2)], (10, 10), 9))
    later = tf.jitter(3) >> tf.pad(2, fill=9) >> tf.jitter(4)
    assert_close(later.apply(x, [((3, 0), (), (0, 4))]), warping.warp(x, [(1, 0, 1, 0, 1, 2)], (10, 10), 9))
    undeclared = tf.jitter(3) >> tf.jitter(4)
    assert_close(undeclared.apply(x, [((3, 0), (0, 4))]), warping.warp(x, [(1, 0, 3, 0, 1, 4)], (6, 6), "reflect"))


def test_another_fill_begins_a_new_warp():
    x = pictures(1, 1, 6, 6)
    first, second = tf.jitter(4, fill=9), tf.jitter(4, fill="edge")
    apart = second.apply(first.apply(x, [(2, 0)]), [(-3, 0)])
    assert_close((first >> second).apply(x, [((2, 0), (-3, 0))]), apart)
    assert not torch.equal(apart, x)


def test_a_run_is_sampled_once(monkeypatch):
    calls = []
    sample = torch.nn.functional.grid_sample
    monkeypatch.setattr(
        torch.nn.functional, "grid_sample", lambda *args, **kwargs: calls.append(1) or sample(*args, **kwargs)
    )
    (tf.standard >> tf.resize(24))(pictures(4, 3, 24, 24), streams(4))
    assert len(calls) == 1
    (tf.scale(1.1) >> tf.noise(0.1) >> tf.rotate(5))(pictures(4, 3, 8, 8), streams(4))
    assert len(calls) == 3


def test_fused_and_separate_agree_where_nothing_is_cut_off():
    y, x = torch.meshgrid(*[torch.linspace(0, 2, 32, dtype=torch.float64)] * 2, indexing="ij")
    smooth = ((x + y / 2).sin() * (y - x / 3).cos())[None, None]
    t = tf.scale(1.1) >> tf.rotate(7) >> tf.jitter(2) >> tf.center_crop(24) >> tf.resize(20)
    drawn = tf.draw(t, (32, 32), streams(1))
    apart = smooth
    for part, one in zip(t.parts, drawn[0], strict=True):
        apart = part.apply(apart, [one])
    assert_close(t.apply(smooth, drawn)[..., 4:16, 4:16], apart[..., 4:16, 4:16], atol=2e-3, rtol=0)


def test_pictures_of_a_batch_go_different_ways():
    x = pictures(40, 1, 5, 5)
    t = (tf.noise(1) >> tf.pad(1) | tf.pad(1, fill=0) | tf.rotate(90) >> tf.pad(1)) >> tf.noise(0)
    drawn = tf.draw(t, (5, 5), streams(40))
    assert len({d[0][0] for d in drawn}) == 3
    together = t.apply(x, drawn)
    for i in range(40):
        assert torch.equal(together[i : i + 1], t.apply(x[i : i + 1], drawn[i : i + 1]))


def test_alternatives_must_end_at_one_size():
    t = tf.crop(3) | tf.crop(4)
    with pytest.raises(ShapeMismatch, match=r"makes of \(8, 8\) either of \(3, 3\), \(4, 4\).*tf.resize"):
        t.output_size((8, 8))
    with pytest.raises(ShapeMismatch, match="either of"):
        (tf.jitter(1) >> t).output_size((8, 8))
    with pytest.raises(ShapeMismatch, match="either of"):
        t(pictures(8, 1, 8, 8), streams(8))
    assert (t >> tf.resize(5)).output_size((8, 8)) == (5, 5)
    assert (t >> tf.resize(5))(pictures(8, 1, 8, 8), streams(8)).shape == (8, 1, 5, 5)


def test_windows_larger_than_the_picture():
    for window in (tf.crop, tf.center_crop):
        with pytest.raises(ShapeMismatch, match="a window no larger than the picture"):
            (tf.jitter(1) >> window((4, 9))).output_size((8, 8))


@pytest.mark.parametrize("other", [3, None, "jitter", torch.zeros(1)])
def test_only_transforms_compose(other):
    t = tf.jitter(8)
    for compose in (lambda: t >> other, lambda: t | other):
        with pytest.raises(BadOperation, match=r"transforms on both sides.*write, for example"):
            compose()
    if not isinstance(other, torch.Tensor):
        for compose in (lambda: other >> t, lambda: other | t):
            with pytest.raises(BadOperation, match="transforms on both sides"):
                compose()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: tf.pad(-1), "pad: pixels is -1"),
        (lambda: tf.pad(1.5), "pad: pixels is 1.5"),
        (lambda: tf.pad(1, fill="grey"), "fill is 'grey'.*write fill=0.5"),
        (lambda: tf.pad(1, fill=float("nan")), "fill is nan"),
        (lambda: tf.jitter("8"), "jitter: pixels is '8'"),
        (lambda: tf.scale(0, 1), "scale: low is 0"),
        (lambda: tf.scale(1.1, 0.9), r"the lower bound first.* tf.scale\(0.9, 1.1\)"),
        (lambda: tf.scale(()), "choices"),
        (lambda: tf.scale((1, 2), 3), "choices"),
        (lambda: tf.rotate((1, "2")), "rotate: a choice is '2'"),
        (lambda: tf.rotate(float("inf")), "rotate: low is inf"),
        (lambda: tf.crop((1, 2, 3)), "crop: size is"),
        (lambda: tf.resize(0), "resize: size is 0"),
        (lambda: tf.roam(low=2, high=1), "roam: high is 1"),
        (lambda: tf.roam(angle=-1), "roam: angle is -1"),
        (lambda: tf.noise(-0.1), "noise: sd is -0.1"),
        (lambda: tf.sequence((tf.jitter(1),)), "two transforms or more"),
        (lambda: tf.choice((tf.jitter(1), 3)), "two transforms or more"),
    ],
)
def test_arguments_out_of_range(make, message):
    with pytest.raises(BadArgument, match=message):
        make()


def test_one_draw_for_each_picture():
    for t in (tf.jitter(1), tf.noise(0.1), tf.identity, tf.standard, tf.jitter(1) | tf.identity):
        with pytest.raises(ShapeMismatch, match=r"pictures \(B, C, H, W\) and one draw for each"):
            t(pictures(2, 3, 8, 8), streams(1))
        with pytest.raises(ShapeMismatch, match=r"picture\[None\]"):
            t(pictures(3, 8, 8), streams(3))


@pytest.mark.parametrize("t", [tf.jitter(1), tf.standard, tf.wide, tf.noise(0.1), tf.jitter(1) | tf.identity])
def test_no_pictures(t):
    assert t(torch.zeros(0, 3, 8, 8), []).shape == (0, 3, *t.output_size((8, 8)))


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (2, 4, 1, 9), (1, 1, 7, 1)])
def test_pictures_of_one_pixel(shape):
    for t in (tf.standard, tf.wide, tf.lucid >> tf.resize(3)):
        assert torch.isfinite(t(pictures(*shape), streams(shape[0]))).all()


def test_what_is_deterministic():
    for t in (tf.identity, tf.pad(1), tf.resize(3), tf.center_crop(2), tf.rotate(30), tf.scale(2), tf.noise(0)):
        assert t.deterministic
        assert (t >> tf.pad(2)).deterministic
    for t in (
        tf.jitter(1),
        tf.crop(2),
        tf.rotate(1, 2),
        tf.scale((1, 2)),
        tf.roam(),
        tf.noise(1),
        tf.pad(1) | tf.pad(2),
    ):
        assert not t.deterministic
        assert not (t >> tf.pad(2)).deterministic


def test_noise_has_the_declared_strength_and_is_the_same_in_float64():
    x = torch.zeros(2, 3, 64, 64)
    y = tf.noise(0.1)(x, streams(2))
    assert y.std().item() == pytest.approx(0.1, rel=0.05)
    assert_close(tf.noise(0.1)(x.double(), streams(2)).float(), y)
    assert not torch.equal(y[0], y[1])


def test_the_identity_affine_changes_nothing():
    x = pictures(1, 3, 5, 5)
    assert warping.warp(x, [warping.IDENTITY], (5, 5), 0.5) is x
