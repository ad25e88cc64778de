"""Frames come from anything that holds pictures, one at a time; looking at them one by one is looking at all at once."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from torch import Tensor, nn

from phosphene import Vision, maps, models, video
from phosphene.errors import BadArgument, BadPicture, Nonfinite, UnknownLayer
from phosphene.maps.frames import Frames
from tests.mapped import noise, valid


def bytes_of(frames: Tensor) -> Tensor:
    return (frames * 255).round().float() / 255


@given(stride=st.integers(1, 3), down=st.integers(0, 2), right=st.integers(0, 2), seed=st.integers(0, 99))
def test_a_shift_by_the_stride_shifts_the_map_by_one(stride: int, down: int, right: int, seed: int) -> None:
    whole = noise(1, 24, 26, seed)[0]
    there = whole[:, down * stride : down * stride + 17, right * stride : right * stride + 19]
    first, second = (one.activations["0"] for one in maps.look(valid(stride), "0", [whole[:, :17, :19], there]))
    rows, columns = first.shape[1:]
    a, b = first[:, down:, right:], second[:, : rows - down, : columns - right]
    assert float((a - b).abs().max()) < 1e-14


@given(count=st.integers(1, 5), stride=st.integers(1, 2), signs=st.booleans())
def test_frame_by_frame_is_batched(count: int, stride: int, signs: bool) -> None:
    net, frames = valid(stride, signs=signs), noise(count, 9, 11)
    with torch.no_grad():
        expected = models.capture(net, ["input", "output"], frames)
    for number, one in enumerate(maps.look(net, ["input", "output"], iter(frames))):
        assert one.number == number
        assert torch.equal(one.picture, frames[number])
        for name, x in one.activations.items():
            assert torch.allclose(x, expected[name][number], atol=1e-14, rtol=0)
    assert number == count - 1


def test_every_source_gives_its_pictures(tmp_path: Path) -> None:
    frames = bytes_of(noise(3, 6, 8))
    folder, animation = video.write(tmp_path / "frames", frames), video.write(tmp_path / "frames.png", frames)
    still = tmp_path / "one.bmp"
    Image.open(folder / "00000.png").save(still)
    held = list(frames)
    sources: list[Any] = [frames, frames.numpy(), held, tuple(held), folder, str(folder), animation, iter(held)]
    sources += [[still, *held[1:]], [still, frames[1:]], [Image.open(still), folder / "00001.png", frames[2].numpy()]]
    sources += [[folder / f"{number:05d}.png" for number in range(3)], list(held), (one for one in held)]
    for source in sources:
        assert torch.equal(torch.stack(list(Frames(source))).float(), frames), source
    assert [tuple(one.shape) for one in Frames(frames[0])] == [(3, 6, 8)]


def test_an_iterator_is_read_as_far_as_it_is_looked_at() -> None:
    taken = []

    def stream() -> Iterator[Tensor]:
        for number, one in enumerate(noise(9, 8, 8)):
            taken.append(number)
            yield one

    looks = iter(maps.look(valid(), "0", stream()))
    assert taken == [0]
    next(looks), next(looks)
    assert taken == [0, 1]


def test_one_frame_is_in_memory_at_a_time() -> None:
    alive: weakref.WeakSet[Tensor] = weakref.WeakSet()
    most = 0

    def stream() -> Iterator[Tensor]:
        for seed in range(20):
            one = noise(1, 16, 16, seed)[0]
            alive.add(one)
            yield one

    for _ in maps.grid(valid(), "0", stream()):
        most = max(most, len(alive))
    assert most <= 3  # the first, which is kept, the one that is shown, the one before


def resident() -> float:
    """Megabytes of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_memory_is_flat_over_a_thousand_frames() -> None:
    stream = (noise(1, 64, 64, seed)[0] for seed in range(1000))
    for number, _ in enumerate(maps.grid(valid(8), "0", stream, "shared", channels=[1, 0])):
        if number == 100:
            before = resident()
    assert number == 999
    assert resident() - before < 10


def test_pictures_of_different_sizes_are_cut_to_one_that_is_known(tmp_path: Path) -> None:
    small, wide = noise(1, 12, 12)[0], noise(1, 12, 20)[0]
    found = list(maps.look(valid(), "0", [small, wide], size=12))
    assert torch.equal(found[1].picture, wide[:, :, 4:16])
    with pytest.raises(BadPicture, match=r"frame 1 of 12 x 20 px after frames of 12 x 12.*write size=\(12, 12\)"):
        list(maps.look(valid(), "0", [small, wide]))


@pytest.mark.parametrize("nothing", [[], (), iter(()), torch.zeros(0, 3, 4, 4)])
def test_zero_frames_are_refused(nothing: Any) -> None:
    with pytest.raises(BadPicture, match=r"no frame at all|a picture of shape"):
        maps.grid(valid(), "0", nothing)


def test_videos_that_cannot_be_read_are_refused_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    with pytest.raises(BadPicture, match="holds no picture"):
        maps.grid(valid(), "0", tmp_path / "empty")
    with pytest.raises(BadPicture, match="no such file"):
        maps.grid(valid(), "0", tmp_path / "gone.mp4")
    with pytest.raises(BadPicture, match="cannot be read as a picture"):
        maps.grid(valid(), "0", tmp_path / "torn.png")
    pytest.importorskip("imageio_ffmpeg")
    (tmp_path / "torn.mp4").write_bytes(b"no film at all")
    with pytest.raises(BadPicture, match="cannot be read as a video"):
        maps.grid(valid(), "0", tmp_path / "torn.mp4")


def test_a_damaged_video_is_looked_at_to_its_last_whole_frame(tmp_path: Path) -> None:
    path = video.write(tmp_path / "whole.gif", noise(6, 16, 16).float())
    path.write_bytes(path.read_bytes()[:-400])
    seen: list[int] = []
    with pytest.raises(BadPicture, match="is damaged after"):
        seen.extend(one.number for one in maps.look(valid(), "0", path))
    assert seen == list(range(len(seen)))
    assert 1 <= len(seen) < 6


@pytest.mark.parametrize(
    ("frames", "error", "message"),
    [
        (None, BadArgument, "NoneType as frames"),
        (3, BadArgument, "int as frames"),
        ([3], BadPicture, "int as a picture"),
        ([torch.zeros(1, 4, 4)], BadPicture, r"a picture of shape \(1, 4, 4\)"),
        ([torch.full((3, 9, 9), 2.0)], BadPicture, "values from 2 to 2"),
    ],
)
def test_what_is_no_frame_is_refused(frames: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        maps.look(valid(), "0", frames)


def test_an_iterator_is_read_once() -> None:
    looks = maps.look(valid(), "0", iter(noise(2, 8, 8)))
    assert len(list(looks)) == 2
    with pytest.raises(BadArgument, match=r"an iterator of frames, and reading them twice.*video\.write"):
        list(looks)
    inside = maps.look(valid(), "0", [iter(noise(2, 8, 8)), noise(1, 8, 8)[0]])
    assert len(list(inside)) == 3
    with pytest.raises(BadArgument, match="reading them twice"):
        list(inside)


def test_wrong_layers_networks_and_numbers() -> None:
    frames = noise(1, 8, 8)
    with pytest.raises(UnknownLayer, match="maps looks at layer '7'"):
        maps.look(valid(), "7", frames)
    with pytest.raises(BadArgument, match="one layer or several, each once"):
        maps.look(valid(), ["0", "0"], frames)
    grey = Vision(nn.Conv2d(1, 2, 1), [0.5], [0.5])
    with pytest.raises(BadArgument, match="a network of 1-channel pictures"):
        maps.look(grey, "output", frames)
    broken = valid()
    broken.module[0].bias.data[0] = torch.nan  # type: ignore[index, union-attr]
    with pytest.raises(Nonfinite, match="layer '0' with NaN or infinity in frame 0"):
        list(maps.look(broken, "0", frames))


def test_the_network_is_left_as_it_was() -> None:
    net = valid()
    stream = iter(maps.grid(net, "0", noise(2, 8, 8)))
    next(stream)
    assert not net.module[0]._forward_hooks  # type: ignore[index]
    assert all(parameter.requires_grad for parameter in net.module.parameters())
    with pytest.raises(BadPicture):
        list(maps.grid(net, "0", [noise(1, 8, 8)[0], noise(1, 9, 9)[0]]))
    assert not net.module[0]._forward_hooks  # type: ignore[index]


def test_vectors_and_tokens_have_places() -> None:
    net = Vision(nn.Sequential(nn.Conv2d(3, 5, 3), nn.Flatten(2), nn.Flatten()), [0.5] * 3, [0.5] * 3)
    (one,) = maps.look(net, ["0", "1@bct", "2"], torch.rand(1, 3, 6, 7))
    assert [tuple(x.shape) for x in one.activations.values()] == [(5, 4, 5), (5, 1, 20), (100, 1, 1)]
    for layer in ("0", "1@bct", "2"):
        assert len(list(maps.grid(net, layer, torch.rand(2, 3, 6, 7)))) == 2
