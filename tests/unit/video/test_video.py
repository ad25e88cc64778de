"""Videos come back as they were written, and nothing torn is ever left behind."""

from __future__ import annotations

import itertools
import os
import struct
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageSequence
from torch import Tensor

from phosphene import video
from phosphene.errors import BadArgument, BadPicture, MissingExtra, NotWritten
from phosphene.models.patterns import draw
from phosphene.render.png import chunks

EXACT = [".png", ""]
FILMS = [".mp4", ".webm"]
ALL = [*EXACT, ".gif", ".webp", *FILMS]


def needs(suffix: str) -> None:
    if suffix in FILMS:
        pytest.importorskip("imageio_ffmpeg", reason="needs imageio-ffmpeg: pip install 'phosphene[video]'")


def noise(count: int, height: int, width: int, seed: int = 0) -> list[Tensor]:
    numbers = torch.Generator().manual_seed(seed)
    return list(torch.randint(0, 256, (count, 3, height, width), generator=numbers).float() / 255)


def drawings(*labels: str, size: int = 48) -> list[Tensor]:
    return [(draw(label, 1, 0, size) * 255).round() / 255 for label in labels]


@given(
    count=st.integers(1, 5),
    height=st.integers(1, 9),
    width=st.integers(1, 9),
    repeated=st.booleans(),
    suffix=st.sampled_from(EXACT),
)
def test_png_and_folder_keep_every_pixel_and_every_frame(
    count: int, height: int, width: int, repeated: bool, suffix: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    frames = noise(count, height, width) + noise(1, height, width) * 2 * repeated
    path = video.write(tmp_path_factory.mktemp("v") / f"v{suffix}", iter(frames))
    found = list(video.read(path))
    assert len(found) == len(frames)
    assert all(torch.equal(a, b) for a, b in zip(found, frames, strict=True))


@pytest.mark.parametrize("suffix", ALL)
def test_the_frames_come_back_in_order_and_near(suffix: str, tmp_path: Path) -> None:
    needs(suffix)
    frames = drawings("rings", "spiral", "dots", "waves")
    found = list(video.read(video.write(tmp_path / f"v{suffix}", frames, rate=10)))
    distances = torch.tensor([[float((a - b).abs().mean()) for b in frames] for a in found])
    assert distances.argmin(1).tolist() == [0, 1, 2, 3]
    assert float(distances.diagonal().max()) < 0.05
    shift = torch.stack(found).mean((0, 2, 3)) - torch.stack(frames).mean((0, 2, 3))
    assert float(shift.abs().max()) < 0.02, "colors are those that were written"


@pytest.mark.parametrize("suffix", FILMS)
def test_odd_sides_are_filled_up(suffix: str, tmp_path: Path) -> None:
    needs(suffix)
    (frame,) = video.read(video.write(tmp_path / f"v{suffix}", [torch.full((3, 31, 33), 0.5)]))
    assert frame.shape == (3, 32, 34)
    assert float((frame - 0.5).abs().max()) < 0.02


@pytest.mark.parametrize("suffix", [".png", ".gif", ".webp", *FILMS])
def test_the_rate_is_kept(suffix: str, tmp_path: Path) -> None:
    needs(suffix)
    path = video.write(tmp_path / f"v{suffix}", drawings("rings", "dots"), rate=5)
    assert video.rate_of(path) == pytest.approx(5, rel=1e-3)


@given(rate=st.floats(0.01, 1000))
def test_an_animated_png_holds_any_rate(rate: float, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = video.write(tmp_path_factory.mktemp("v") / "v.png", noise(2, 2, 2), rate=rate)
    (first, *_) = (data for kind, data in chunks(path.read_bytes()) if kind == b"fcTL")
    top, bottom = struct.unpack(">HH", first[20:24])
    assert top / bottom == pytest.approx(1 / rate, rel=0.01)


def test_an_animated_png_is_one_for_pillow_too(tmp_path: Path) -> None:
    frames = drawings("rings", "dots", "dots")
    with Image.open(video.write(tmp_path / "v.png", frames)) as image:
        assert image.n_frames == 3
        assert [frame.size for frame in ImageSequence.Iterator(image)] == [(48, 48)] * 3


def test_foreign_animations_are_read(tmp_path: Path) -> None:
    red, clear = Image.new("RGBA", (6, 4), "red"), Image.new("RGBA", (6, 4), (0, 0, 0, 0))
    red.save(tmp_path / "v.png", save_all=True, append_images=[clear], duration=100)
    first, second = video.read(tmp_path / "v.png")
    assert first[:, 0, 0].tolist() == [1, 0, 0]
    assert second[:, 0, 0].tolist() == [1, 1, 1]


def test_one_frame_at_a_time(tmp_path: Path) -> None:
    """an endless film is cut by its reader"""
    path = video.write(tmp_path / "v", noise(4, 3, 3))
    (path / "00002.png").write_bytes(b"damaged")
    assert len(list(itertools.islice(video.read(path), 2))) == 2


@pytest.mark.parametrize("suffix", ALL)
def test_an_error_on_the_way_leaves_what_was_there(suffix: str, tmp_path: Path) -> None:
    needs(suffix)

    def frames():
        yield from noise(3, 8, 8)
        raise KeyboardInterrupt

    old = video.write(tmp_path / f"v{suffix}", noise(1, 4, 4))
    before = [(one, one.read_bytes()) for one in tmp_path.rglob("*") if one.is_file()]
    with pytest.raises(KeyboardInterrupt):
        video.write(old, frames())
    with pytest.raises(BadPicture, match=r"frame 1 of 9 x 8 px after frames of 8 x 8. frames of one size. resize"):
        video.write(old, [torch.zeros(3, 8, 8), torch.zeros(3, 9, 8)])
    assert [(one, one.read_bytes()) for one in tmp_path.rglob("*") if one.is_file()] == before


@pytest.mark.parametrize("suffix", EXACT)
def test_a_video_is_replaced_by_the_next(suffix: str, tmp_path: Path) -> None:
    video.write(tmp_path / f"v{suffix}", noise(5, 4, 4))
    assert len(list(video.read(video.write(tmp_path / f"v{suffix}", noise(2, 4, 4))))) == 2
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("suffix", ALL)
def test_zero_frames(suffix: str, tmp_path: Path) -> None:
    needs(suffix)
    with pytest.raises(BadArgument, match=r"a video of zero frames. at least one picture. hand over"):
        video.write(tmp_path / f"v{suffix}", iter(()))
    assert not list(tmp_path.iterdir())


def test_what_is_no_video(tmp_path: Path) -> None:
    frame = torch.zeros(3, 4, 4)
    with pytest.raises(BadArgument, match=r"v.avi'. a .mp4, .webm, .gif, .webp or .png, or a folder. write dream.gif"):
        video.write(tmp_path / "v.avi", [frame])
    with pytest.raises(BadArgument, match=r"is no folder"):
        video.write(tmp_path / "missing" / "v.gif", [frame])
    with pytest.raises(BadArgument, match=r"rate is 0. a number from 0.01 to 1000"):
        video.write(tmp_path / "v.gif", [frame], rate=0)
    with pytest.raises(BadArgument, match=r"int as frames. a list or generator"):
        video.write(tmp_path / "v.gif", 3)  # type: ignore[arg-type]
    with pytest.raises(BadPicture, match=r"frame 0 is 2 pictures. one picture a frame"):
        video.write(tmp_path / "v.gif", [torch.zeros(2, 3, 4, 4)])
    with pytest.raises(BadPicture, match=r"values from 0 to 2"):
        video.write(tmp_path / "v.gif", [frame, frame.clone().fill_(2).index_fill(2, torch.tensor([0]), 0)])
    assert not list(tmp_path.iterdir())


def test_a_folder_of_other_things_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years")
    with pytest.raises(BadArgument, match=r"mine' holds other things than frames"):
        video.write(tmp_path / "mine", noise(1, 4, 4))
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years"


def test_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "v.gif").write_bytes(b"GIF89a, and no more")
    (tmp_path / "empty").mkdir()
    for name, message in {"v.gif": "cannot be read", "empty": "holds no picture", "none.mp4": "no such file"}.items():
        with pytest.raises(BadPicture, match=message):
            video.read(tmp_path / name)


def test_what_is_no_film(tmp_path: Path) -> None:
    needs(".mp4")
    (tmp_path / "v.mp4").write_bytes(b"no film at all")
    for asked in (video.read, video.rate_of):
        with pytest.raises(BadPicture, match=r"v.mp4' cannot be read as a video. a film that ffmpeg reads"):
            asked(tmp_path / "v.mp4")


@pytest.mark.parametrize("suffix", [".png", ".gif", ".webp", *FILMS])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_a_damaged_video_is_never_a_shorter_one(suffix: str, share: float, tmp_path: Path) -> None:
    needs(suffix)
    whole = video.write(tmp_path / f"v{suffix}", drawings("rings", "spiral", "dots", "waves", "stars", "cells"))
    cut = tmp_path / f"cut{suffix}"
    cut.write_bytes(whole.read_bytes()[: int(share * whole.stat().st_size)])
    with pytest.raises(BadPicture, match=r"(is damaged after \d frames .* a whole video|cannot be read as)"):
        list(video.read(cut))


def test_a_gif_that_is_cut_between_two_frames_is_damaged(tmp_path: Path) -> None:
    """Pillow takes it for a shorter one: any cut at all is noticed."""
    data = video.write(tmp_path / "v.gif", drawings("rings", "dots", "waves", size=8)).read_bytes()
    for length in range(len(data)):
        (tmp_path / "cut.gif").write_bytes(data[:length])
        with pytest.raises(BadPicture, match=r"damaged after|cannot be read"):
            list(video.read(tmp_path / "cut.gif"))


@pytest.mark.parametrize("path", [None, 3, b"v.gif", ["v.gif"]], ids=str)
def test_what_is_no_path(path: object) -> None:
    for asked in (video.read, video.rate_of):
        with pytest.raises(BadArgument, match=r"as a video. the path of a file or folder. write \"dream.gif\""):
            asked(path)  # type: ignore[arg-type]


def test_a_film_without_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "imageio_ffmpeg", None)
    with pytest.raises(MissingExtra, match=r'pip install "phosphene\[video\]", or write a .gif'):
        video.write(tmp_path / "v.mp4", (pytest.fail("painted in vain") for _ in range(1)))


@pytest.mark.parametrize("suffix", EXACT)
def test_a_full_disk(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(NotWritten, match=r"No space left on device.*make room"):
        video.write(tmp_path / f"v{suffix}", noise(2, 4, 4))
    assert not list(tmp_path.iterdir())
