"""Pictures from files: depth, transparency and orientation are read as a viewer would show them."""

import contextlib
import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from phosphene.errors import BadPicture
from phosphene.param import picture
from phosphene.param.picture import covering


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_of_grey_keep_their_range(tmp_path: Path, channels: int) -> None:
    levels = np.arange(0, 65536, 4096, dtype=np.uint16).reshape(4, 4)
    Image.fromarray(levels).save(tmp_path / "grey.png")
    read = picture(tmp_path / "grey.png", channels=channels).numbers()
    assert read.shape == (1, channels, 4, 4)
    assert torch.allclose(read[0, 0], torch.from_numpy(levels / 65535).float())
    if channels > 2:
        assert torch.equal(read[:, 0], read[:, 2])
    if channels == 4:
        assert bool((read[:, 3] == 1).all())


def test_an_array_of_sixteen_bits() -> None:
    levels = torch.tensor([0, 13107, 65535], dtype=torch.int32).to(torch.uint16).expand(3, 1, 3)
    assert torch.allclose(picture(levels).numbers()[0, 0, 0], torch.tensor([0, 0.2, 1]))


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_is_laid_on_white(tmp_path: Path, mode: str) -> None:
    image = Image.new("RGBA", (3, 1), (255, 0, 0, 0))
    image.putpixel((1, 0), (0, 0, 0, 255))
    image.putpixel((2, 0), (0, 0, 0, 51))
    image.convert(mode).save(tmp_path / "clear.png")
    row = picture(tmp_path / "clear.png").numbers()[0, :, 0]
    assert torch.allclose(row, torch.tensor([1, 0, 0.8]).expand(3, 3), atol=0.01)


def test_a_palette_may_be_transparent(tmp_path: Path) -> None:
    image = Image.new("P", (1, 1), 0)
    image.putpalette([255, 0, 0])
    image.save(tmp_path / "one.gif", transparency=0)
    assert bool((picture(tmp_path / "one.gif").numbers() == 1).all())


def test_asked_for_four_channels_the_colors_stay() -> None:
    image = Image.new("RGBA", (1, 1), (255, 0, 0, 51))
    assert torch.allclose(picture(image, channels=4).numbers()[0, :, 0, 0], torch.tensor([1, 0, 0, 0.2]))


def test_a_photograph_stands_as_its_camera_says(tmp_path: Path) -> None:
    image = Image.new("RGB", (4, 2))
    exif = image.getexif()
    exif[0x0112] = 6  # to be turned by a quarter
    image.save(tmp_path / "turned.jpg", exif=exif)
    assert picture(tmp_path / "turned.jpg").shape == (1, 3, 4, 2)


def test_floating_point_files_are_refused() -> None:
    with pytest.raises(BadPicture, match=r"mode F.*hand over a tensor"):
        picture(Image.new("F", (2, 2)))
    for mode in ("RGB", "L", "I", "RGBA"):
        with pytest.raises(BadPicture, match="a PIL image of 4 x 0 pixels"):
            picture(Image.new(mode, (0, 4)))


@pytest.mark.filterwarnings("ignore")  # Pillow says so
def test_broken_data_of_a_camera_turn_nothing(tmp_path: Path) -> None:
    Image.new("RGB", (4, 2)).save(tmp_path / "a.jpg")
    plain = (tmp_path / "a.jpg").read_bytes()
    for junk in (b"garbagegarbage", b"II*\0\x08\0\0\0\xff\xff\x12\x01\x03\0"):
        exif = b"Exif\0\0" + junk
        (tmp_path / "a.jpg").write_bytes(plain[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + plain[2:])
        assert picture(tmp_path / "a.jpg").shape == (1, 3, 2, 4)


def test_a_file_that_says_it_is_huge(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0))
    whole = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
    (tmp_path / "bomb.png").write_bytes(whole)
    with pytest.raises(BadPicture, match=r"bomb.png' says.*more than 178,956,970 pixels.*MAX_IMAGE_PIXELS"):
        picture(tmp_path / "bomb.png")


def test_a_cut_picture_that_pillow_has_only_opened() -> None:
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)).save(buffer, "JPEG")
    with pytest.raises(BadPicture, match=r"the PIL image cannot be read as a picture \(OSError\)"):
        picture(Image.open(io.BytesIO(buffer.getvalue()[:700])))


@pytest.mark.parametrize(
    "source",
    [
        np.array([["a"]]),
        np.array("x.png"),
        np.array([None]),
        np.zeros((3, 2, 2), complex),
        np.zeros((3, 2, 2), np.longdouble),
        torch.zeros(3, 2, 2, dtype=torch.complex64),
        torch.zeros(3, 2, 2, device="meta"),
        torch.zeros(3, 2, 2).to_sparse(),
    ],
    ids=["text", "path", "objects", "complex", "long", "complex tensor", "meta", "sparse"],
)
def test_what_is_no_array_of_numbers(source: Any) -> None:
    with pytest.raises(BadPicture, match=r"an array of type|a tensor of type torch"):
        picture(source)


@pytest.mark.parametrize("kind", [">f4", "<f8", "f2", "?", ">u2", "u1"])
def test_numbers_in_any_order_of_bytes(kind: str) -> None:
    read = picture(np.ones((3, 2, 2), kind)[:, ::-1]).numbers()
    assert torch.equal(read, torch.full((1, 3, 2, 2), {"u1": 1 / 255, ">u2": 1 / 65535}.get(kind, 1.0)).to(read.dtype))


def test_an_array_that_may_not_be_written() -> None:
    shown = np.asarray(Image.new("RGB", (2, 2), "white")).transpose(2, 0, 1)
    assert bool((picture(shown).numbers() == 1).all())


def test_a_thin_picture_that_would_not_fit_into_memory() -> None:
    with pytest.raises(BadPicture, match=r"1 x 60000 px, 224 x 13440000 where it covers.*cut it nearer to a square"):
        covering(torch.zeros(1, 3, 1, 60000), (224, 224))


def _files() -> dict[str, bytes]:
    image = Image.fromarray(np.random.default_rng(1).integers(0, 256, (9, 13, 3), np.uint8))
    files = {}
    for name, mode in (("PNG", "RGBA"), ("JPEG", "CMYK"), ("TIFF", "I"), ("GIF", "P"), ("WEBP", "RGB"), ("BMP", "L")):
        buffer = io.BytesIO()
        image.convert("L" if mode == "I" else mode).convert(mode).save(buffer, name)
        files[name] = buffer.getvalue()
    return files


FILES = _files()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
def test_a_damaged_file_is_a_picture_or_refused(name: str, data: st.DataObject, tmp_path_factory: Any) -> None:
    content = bytearray(FILES[name][: data.draw(st.integers(0, len(FILES[name])) | st.just(len(FILES[name])))])
    for place in data.draw(st.lists(st.integers(0, max(len(content) - 1, 0)), max_size=12 if content else 0)):
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / f"damaged.{name}"
    path.write_bytes(content)
    with contextlib.suppress(BadPicture):
        assert picture(path).shape[:2] == (1, 3)
