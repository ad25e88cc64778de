"""Grids of maps: scales, colors, where each map stands."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from phosphene import maps, video
from phosphene.errors import BadArgument, TooLarge
from phosphene.figures.colors import signed
from phosphene.maps import colors
from phosphene.maps.looking import Looks
from phosphene.maps.scales import scale_of
from tests.mapped import noise, valid


def lab(pixels: Any) -> Any:
    """sRGB bytes as CIELAB under D65, by kornia."""
    import kornia

    picture = torch.from_numpy(np.asarray(pixels)).double().T[None, :, None] / 255
    return kornia.color.rgb_to_lab(picture)[0, :, 0].T.numpy()


def test_the_even_colors_are_even_and_rise() -> None:
    found = lab(colors.even())
    steps = np.linalg.norm(np.diff(found[::15], axis=0), axis=1)  # of bytes, so many at once that rounding is small
    assert steps.min() > 0.85 * steps.mean()
    assert steps.max() < 1.2 * steps.mean()
    assert (np.diff(found[:, 0]) > -0.1).all()
    assert found[-1, 0] - found[0, 0] > 85
    assert len(np.unique(colors.even(), axis=0)) == 256


@given(st.lists(st.floats(-2, 2), min_size=1, max_size=20))
def test_colors_are_those_of_the_nearest_step(values: list[float]) -> None:
    both = colors.colored(values, signs=True).astype(int)
    assert np.abs(both - 255 * signed(values)).max() <= 2
    for value, color in zip(values, colors.colored(values, signs=False), strict=True):
        assert color.tolist() == colors.even()[round(255 * min(max(value, 0), 1))].tolist()


def shown(scale: Any, frames: Tensor, net: Any, channels: list[int], **more: Any) -> list[Any]:
    looks = Looks(net, "output", frames)
    found = scale_of("test", scale, looks, "output", more.get("signed"))
    return [found(one.activations["output"], channels, one.number) for one in looks]


@given(scale=st.sampled_from(["own", "shared", "clip", 0.7]), signs=st.booleans(), seed=st.integers(0, 50))
def test_scales_against_a_plain_loop(scale: Any, signs: bool, seed: int) -> None:
    net, frames, channels = valid(signs=signs), noise(3, 6, 7, seed), [2, 0]
    with torch.no_grad():
        every = net(frames).numpy()
    for number, found in enumerate(shown(scale, frames, net, channels)):
        for place, channel in enumerate(channels):
            x = every[number, channel]
            ends = {"own": np.abs(x).max(), "shared": np.abs(every[number]).max(), "clip": np.abs(every).max()}
            end = ends.get(scale, scale)
            expected = colors.colored(x / (end or 1), bool((every < 0).any()))
            assert np.abs(found[place].astype(int) - expected).max() <= 3  # a step, where a number lies between two


@pytest.mark.parametrize("scale", ["own", "shared", "clip", 3])
def test_equal_frames_are_equal(scale: Any) -> None:
    a, b = noise(2, 8, 8)
    first, other, again = maps.grid(valid(), "0", [a, b, a], scale)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_shared_scale_keeps_the_order_that_own_scales_hide() -> None:
    bright = noise(1, 8, 8)[0]
    dim = 0.5 + (bright - 0.5) / 4  # 0.5 is 0 to the network
    net = valid(signs=False)
    torch.nn.init.zeros_(net.module[0].bias)  # type: ignore[index, arg-type]
    own, clip = (list(maps.grid(net, "1", [bright, dim], scale)) for scale in ("own", "clip"))
    panels = [one[:, :, 270:] for one in (*own, *clip)]
    assert torch.equal(panels[0], panels[1])
    assert float(panels[2].sum()) > float(panels[3].sum())


def test_maps_stand_where_the_sheet_says_in_their_colors() -> None:
    from phosphene.maps.sheet import Sheet, as_bytes, legend

    sheet = Sheet("t", (12, 18), (4, 6), ["0", "1", "2"], legend("0", "1", False, "words"))
    panels = np.random.default_rng(0).integers(0, 256, (3, 4, 6, 3), np.uint8)
    picture = noise(1, 12, 18)[0]
    found = sheet.filled(picture, panels)
    frame = sheet.frame
    times = frame.height // 12
    inside = found[frame.top : frame.top + frame.height, frame.left : frame.left + frame.width]
    assert np.array_equal(inside[times // 2 :: times, times // 2 :: times], as_bytes(picture))
    for area, panel in zip(sheet.panels, panels, strict=True):
        part = found[area.top : area.top + area.height, area.left : area.left + area.width]
        assert np.array_equal(part, panel.repeat(area.height // 4, 0).repeat(area.width // 6, 1))
    boxes = [(a.top, a.left, a.top + a.height, a.left + a.width) for a in (frame, *sheet.panels)]
    for i, (t, left, b, r) in enumerate(boxes):
        assert 0 <= t < b <= found.shape[0]
        assert 0 <= left < r <= found.shape[1]
        for t2, l2, b2, r2 in boxes[:i]:
            assert b <= t2 or b2 <= t or r <= l2 or r2 <= left


@given(
    height=st.integers(1, 400), width=st.integers(1, 400), rows=st.integers(1, 120), columns=st.integers(1, 120),
    count=st.integers(1, 30),
)  # fmt: skip
def test_every_sheet_has_room_for_its_panels(height: int, width: int, rows: int, columns: int, count: int) -> None:
    from phosphene.maps.sheet import Sheet, legend

    sheet = Sheet("t", (height, width), (rows, columns), list(map(str, range(count))), legend("0", "1", True, "w"))
    for area in (sheet.frame, *sheet.panels):
        assert area.top + area.height <= sheet.empty.shape[0]
        assert area.left + area.width <= sheet.empty.shape[1]


def test_channels_in_the_order_that_is_asked_for() -> None:
    frame = noise(1, 8, 8)
    both, first, second = (next(maps.grid(valid(), "0", frame, channels=one)) for one in ([3, 1], [3], [1]))
    assert both.shape != first.shape
    assert not torch.equal(first, second)


def test_videos_of_every_kind(tmp_path: Any) -> None:
    for name in ("maps.gif", "maps.png", "maps", "maps.webp"):
        path = video.write(tmp_path / name, maps.grid(valid(), "0", noise(3, 8, 8)))
        assert len(list(video.read(path))) == 3


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"scale": "layer"}, BadArgument, "grid: scale is 'layer'.*'own', 'shared', 'clip' or a number"),
        ({"scale": 0}, BadArgument, "grid: scale is 0"),
        ({"scale": -1.0}, BadArgument, "grid: scale is -1.0"),
        ({"scale": float("nan")}, BadArgument, "grid: scale is nan"),
        ({"scale": None}, BadArgument, "grid: scale is None"),
        ({"channels": []}, BadArgument, "no channel of layer '0'"),
        ({"channels": [4]}, BadArgument, "layer '0': channel is 4"),
        ({"channels": [1.0]}, BadArgument, "layer '0': channel is 1.0"),
        ({"channels": range(-1, 2)}, BadArgument, "layer '0': channel is -1"),
    ],
)
def test_bad_arguments_come_before_the_first_frame(arguments: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        maps.grid(valid(), "0", noise(1, 8, 8), **arguments)


def test_clip_of_an_iterator_is_refused_with_a_way_out() -> None:
    with pytest.raises(BadArgument, match=r"an iterator of frames, and scale='clip'.*video\.write"):
        maps.grid(valid(), "0", iter(noise(2, 8, 8)), "clip")


def test_negative_numbers_that_come_late_are_not_hidden() -> None:
    net = valid(channels=1)
    torch.nn.init.constant_(net.module[0].weight, 0.1)  # type: ignore[index, arg-type]
    torch.nn.init.zeros_(net.module[0].bias)  # type: ignore[index, arg-type]
    frames = [torch.ones(3, 8, 8), torch.zeros(3, 8, 8)]
    with pytest.raises(BadArgument, match=r"frame 1, which has negative activations.*or signed=True"):
        list(maps.grid(net, "0", frames))
    assert len(list(maps.grid(net, "0", frames, signed=True))) == 2
    assert len(list(maps.grid(net, "0", frames, "clip"))) == 2


def test_too_many_maps_for_a_sheet() -> None:
    with pytest.raises(TooLarge, match=r"2000 maps of 126 x 126 on one sheet.*name fewer channels"):
        maps.grid(valid(channels=2000), "0", noise(1, 128, 128))
