"""The ball: geometry against rays that are followed one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from phosphene import transforms as tf
from phosphene.errors import BadArgument
from phosphene.seeds import stream


@given(st.integers(0, 10**6))
def test_every_pixel_is_where_its_ray_meets_the_ball(seed):
    """A texture that holds its own latitude; each ray by the quadratic formula, the turn by SciPy."""
    ball = tf.globe(17, shade=0)
    drawn = ball.sample((90, 180), stream(seed))
    (w, x, y, z), distance, ground = drawn
    latitude = (torch.arange(90, dtype=torch.float64) + 0.5) / 90
    shown = ball.apply(latitude[:, None].expand(90, 180)[None, None], [drawn])[0, 0].numpy()
    turn = Rotation.from_quat([x, y, z, w])
    wide = 1 / math.sqrt(2.5**2 - 1)
    for row in range(17):
        for column in range(17):
            ray = np.array([((2 * column + 1) / 17 - 1) * wide, ((2 * row + 1) / 17 - 1) * wide, -1])
            a, b, c = ray @ ray, 2 * distance * ray[2], distance**2 - 1
            off = math.sqrt(distance**2 - b * b / (4 * a))  # of the ray from the middle of the ball
            if off < 0.85:
                along = (-b - math.sqrt(b * b - 4 * a * c)) / (2 * a)
                point = turn.inv().apply(np.array([0, 0, distance]) + along * ray)
                assert abs(shown[row, column] - (math.asin(point[1]) / math.pi + 0.5)) < 0.02
            if off > 1.15:
                assert shown[row, column] == ground


@given(st.integers(0, 10**6))
def test_the_seam_does_not_show(seed):
    """A texture that is smooth around the ball is smooth where its ends meet"""
    around = torch.cos(2 * math.pi * (torch.arange(64, dtype=torch.float64) + 0.5) / 64)
    texture = (0.5 + 0.5 * around).expand(32, 64)[None, None]
    turned = torch.roll(texture, 32, 3)
    ball = tf.globe(24, ground=(0, 0))
    half = ((0.0, 0.0, 1.0, 0.0), 2.5, 0.0)  # half a turn about the axis of the map
    torch.testing.assert_close(
        ball.apply(texture, [half]), ball.apply(turned, [((1.0, 0.0, 0.0, 0.0), 2.5, 0.0)]), rtol=0, atol=1e-9
    )


def test_it_turns_no_more_than_it_says():
    for seed in range(50):
        (w, *_), _, _ = tf.globe(turn=30).sample((8, 16), stream(seed))
        assert 2 * math.degrees(math.acos(min(1, abs(w)))) <= 30 + 1e-9


def test_every_side_is_as_likely():
    """The mean of the axis towards the camera over all turns is 0"""
    toward = []
    for seed in range(2000):
        (w, x, y, z), _, _ = tf.globe().sample((8, 16), stream(seed))
        toward.append(Rotation.from_quat([x, y, z, w]).inv().apply([0, 0, 1]))
    assert np.abs(np.mean(toward, 0)).max() < 4 / math.sqrt(3 * 2000)


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"size": 0}, "pixels of a square view"),
        ({"distance": 0.5}, "distance is 0.5"),
        ({"distance": (1, 2, 3)}, "low, high"),
        ({"turn": 200}, "turn is 200"),
        ({"ground": (1, 0)}, "ground is 0"),
        ({"shade": 2}, "shade is 2"),
    ],
    ids=["size", "distance", "pair", "turn", "ground", "shade"],
)
def test_bad_input_says_what_to_write(given, match):
    with pytest.raises(BadArgument, match=match):
        tf.globe(**given)
