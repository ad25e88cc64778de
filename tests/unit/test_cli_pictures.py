"""Pictures as they are named on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image

from phosphene.cli.options import picture_of
from phosphene.errors import BadArgument, BadPicture, UnknownLabel
from phosphene.models.patterns import draw


def test_a_drawing_by_its_label_and_seed() -> None:
    assert torch.equal(picture_of("drawn:rings", 32), draw("rings", 0, 0, 32))
    assert torch.equal(picture_of("drawn:stripes 45:7", 32), draw("stripes 45", 7, 0, 32))
    assert picture_of("drawn:rings").shape == (3, 224, 224)


def test_a_file_keeps_its_proportions(tmp_path: Path) -> None:
    path = tmp_path / "drawn.png"
    Image.new("RGBA", (40, 20), (255, 0, 0, 128)).save(path)
    assert picture_of(str(path)).shape == (3, 20, 40)
    assert picture_of(str(path), 80).shape == (3, 40, 80)


def test_what_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(BadPicture, match=r"'cat.jpg': no such file. .*drawn:rings.* write drawn:rings"):
        picture_of("cat.jpg")
    with pytest.raises(UnknownLabel, match=r"'ringz' is not drawn. Nearest: 'rings'"):
        picture_of("drawn:ringz")
    with pytest.raises(BadArgument, match=r"a number expected as the seed. write drawn:rings:7"):
        picture_of("drawn:rings:x")
    with pytest.raises(BadArgument, match=r"size is 0"):
        picture_of("drawn:rings", 0)
    with pytest.raises(BadPicture, match=r"cannot be read as a picture"):
        picture_of(str(tmp_path))
