"""Pictures from files: depth, transparency and orientation are read as a viewer would show them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from phosphene.errors import BadPicture
from phosphene.param import picture


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
