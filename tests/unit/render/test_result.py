"""Results: contact sheets, notebooks, text."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo

import phosphene as ph
from phosphene import objectives as obj
from phosphene import param
from phosphene import transforms as tf
from phosphene.render import png
from tests import toys

NET = toys.vision()
MADE = ph.render(NET, obj.channel("first", 2) - 0.1 * obj.tv(), param.fourier((12, 16)), steps=2, batch=5, seed=2)


def test_a_contact_sheet_holds_every_picture() -> None:
    sheet = MADE.grid()
    assert sheet.size == (3 * 18 - 2, 2 * 14 - 2)
    assert MADE.grid(columns=5).size == (5 * 18 - 2, 12)
    pixels = (MADE.images[4] * 255).round().to(torch.uint8)
    assert sheet.getpixel((18 + 3, 14 + 5)) == tuple(pixels[:, 5, 3].tolist())


def test_notebooks_show_the_picture_and_the_program() -> None:
    with Image.open(io.BytesIO(MADE._repr_png_())) as shown:
        assert shown.size == MADE.grid().size
    page = MADE._repr_html_()
    assert page.startswith("<img src=")
    assert "channel(&#x27;first&#x27;, 2) - 0.1*tv()" in page


def test_the_text_says_what_it_is() -> None:
    assert str(MADE).startswith("5 pictures of 12 x 16, 2 steps, completed; score ")


def test_grey_pictures_are_saved_too(tmp_path: object) -> None:
    made = ph.render(NET, obj.l1(center=0.7), param.pixel(8, channels=1), steps=1)
    assert ph.Render.load(made.save(f"{tmp_path}/grey.png")).images.shape == (1, 1, 8, 8)


def test_a_program_with_tensors_travels_in_the_picture(tmp_path: object) -> None:
    goal = -obj.content("stem", torch.rand(3, 16, 16), "mse") + obj.direction("first", torch.arange(6.0))
    made = ph.render(NET, goal, param.fourier(16), steps=2)
    path = made.save(f"{tmp_path}/target.png")
    del goal, made
    read = ph.Render.load(path)
    assert len(read.tensors) == 2
    assert (read.replay(NET).images - read.images).abs().max() <= 0.5 / 255 + 1e-6


@pytest.mark.parametrize(
    "around", [lambda a: a @ tf.center_crop(12), lambda a: obj.expect(a @ tf.blur(1), tf.jitter(2), 2)]
)
def test_a_slope_behind_a_view_replays(around: Any, tmp_path: Path) -> None:
    goal = around(obj.facet("first", obj.logit("dog"), torch.ones(6)))
    made = ph.render(NET, goal, param.fourier(16), steps=3)
    again = ph.Render.load(made.save(tmp_path / "a.png")).replay(NET)
    assert torch.equal(again.images, made.images)
    assert torch.equal(again.scores, made.scores)
    assert list(again.terms) == list(made.terms)


def test_a_file_remembers_which_pictures_to_keep(tmp_path: Path) -> None:
    made = ph.render(NET, "channel('first', 2)", param.fourier(16), steps=4, snapshots={4, 1})
    again = ph.Render.load(made.save(tmp_path / "a.png")).replay(NET)
    assert list(again.snapshots) == [1, 4]
    assert all(torch.equal(again.snapshots[step], made.snapshots[step]) for step in (1, 4))
    del made.provenance["program"]["snapshots"]  # as older files have it
    assert made.replay(NET).snapshots == {}


def test_a_program_too_long_to_print_travels_as_a_table(tmp_path: object) -> None:
    goal = obj.channel("first", 1)
    for _ in range(18):
        goal = 0.5 * goal + 0.5 * goal.map(obj.tanh)
    made = ph.render(NET, goal, param.fourier(16), steps=1)
    assert isinstance(made.provenance["program"]["objective"], dict)
    read = ph.Render.load(made.save(f"{tmp_path}/long.png"))
    assert torch.equal(read.replay(NET).images, made.images)


def test_replay_restores_the_number_of_threads() -> None:
    before = torch.get_num_threads()
    made = ph.render(NET, obj.channel("first", 2), param.fourier(12), steps=1)
    made.provenance["threads"] = before + 1
    made.replay(NET)
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("status", ["interrupted", "nonfinite"])
def test_the_status_is_kept(tmp_path: object, status: str) -> None:
    made = ph.render(NET, obj.channel("first", 2), param.fourier(12), steps=1)
    made.status = status
    assert ph.Render.load(made.save(f"{tmp_path}/a.png")).status == status


def test_a_picture_of_bytes_as_a_target_costs_little(tmp_path: Path) -> None:
    """its numbers are kept bit for bit, packed; masks and pictures of 8 bits hardly count"""
    photo = (ph.models.patterns.draw("hearts", 2, size=128) * 255).round() / 255
    goal = -obj.content("stem", photo, "mse") - obj.content("first", (photo > 0.5).float(), "mse")
    made = ph.render(NET, goal, param.fourier(16), steps=1, transforms=tf.resize(16))
    raw = sum(x.numel() * x.element_size() for x in made.tensors.values())
    path = made.save(tmp_path / "target.png")
    assert raw > 390_000
    assert path.stat().st_size < 0.4 * raw
    again = ph.Render.load(path)
    assert all(torch.equal(x, again.tensors[digest]) for digest, x in made.tensors.items())


def test_files_whose_tensors_are_not_packed_are_read(tmp_path: Path) -> None:
    """as they were written before"""
    path = MADE.save(tmp_path / "made.png")
    content = path.read_bytes()
    rest = b""
    for kind, data in png.chunks(content):
        kind, data = (png.PLAIN, zlib.decompress(data)) if kind == png.TENSORS else (kind, data)
        rest += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    path.write_bytes(png.SIGNATURE + rest)
    assert torch.equal(ph.Render.load(path).scores, MADE.scores)


def test_tensors_that_cannot_be_unpacked_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "made.png"
    info = PngInfo()
    info.add_itxt(png.KEY, "{}")
    info.add(png.TENSORS, b"no zlib")
    MADE.grid().save(path, pnginfo=info)
    with pytest.raises(ph.errors.NoProgram, match="carries a damaged program"):
        ph.Render.load(path)
