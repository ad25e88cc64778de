import copy
import pickle

import numpy as np
import pytest
import torch
from PIL import Image
from torch.testing import assert_close

from phosphene import param
from phosphene.errors import BadArgument, BadOperation, BadPicture, NotInvertible, ShapeMismatch
from phosphene.values import hold, tensor, words


class wall(param.Map, room="test"):
    """A map without an inverse."""

    def forward(self, x):
        return x.abs()


class flat(param.Source, room="test"):
    """A source without an inverse: one number for the whole picture."""

    size: object
    channels: int = 3

    def __post_init__(self):
        object.__setattr__(self, "size", param.pair("flat", self.size))

    def init(self, seeds, dtype=torch.float32, device="cpu"):
        return {"level": param.normal(seeds, "flat", (), dtype, device)}

    def decode(self, state):
        return state["level"][:, None, None, None].expand(-1, self.channels, *self.size)


def test_a_source_and_maps_print_as_they_are_written():
    p = param.spectrum((224, 320), decay=1.5) >> param.decorrelate("imagenet") >> param.sigmoid(-1, 1)
    assert repr(p) == "param.spectrum((224, 320), decay=1.5) >> param.decorrelate('imagenet') >> param.sigmoid(low=-1)"
    assert p.size == (224, 320)
    assert p.channels == 3
    assert p.value_range == (-1, 1)
    assert pickle.loads(pickle.dumps(p)) == p == copy.deepcopy(p)
    assert param.pixels(8) == param.pixels((8, 8))
    assert repr(param.pixels((8, 8))) == "param.pixels(8)"


def test_every_word_is_registered():
    assert words["param.fourier"] is param.fourier
    assert words["param.pixel"] is param.pixel
    assert words["param.spectrum"] is param.spectrum


def test_ranges_are_declared():
    assert param.spectrum(8).value_range is None
    assert (param.pixels(8) >> param.decorrelate("imagenet")).value_range is None
    assert param.fourier(8).value_range == (0, 1)
    assert (param.pixels(8) >> param.sigmoid() >> param.decorrelate("imagenet")).value_range is None


@pytest.mark.parametrize("other", [3, None, "sigmoid", param.pixels(8)])
def test_only_maps_follow(other):
    with pytest.raises(BadOperation, match=r"a map after .>>.*write, for example"):
        param.pixels(8) >> other
    with pytest.raises(BadOperation, match=r"a map after .>>.*write, for example"):
        param.sigmoid() >> other


def test_maps_need_a_source_before_them():
    with pytest.raises(BadOperation, match="a source or a map before"):
        3 >> param.sigmoid()
    with pytest.raises(BadOperation, match="the source first"):
        3 >> param.pixels(8)


@pytest.mark.parametrize("make", [param.sigmoid, param.clip])
def test_bounds(make):
    with pytest.raises(BadArgument, match="the lower bound first"):
        make(1, 0)
    with pytest.raises(BadArgument, match="low is nan"):
        make(float("nan"), 1)
    with pytest.raises(BadArgument, match="high is True"):
        make(0, True)


def test_pixel_needs_a_map_that_bounds():
    for map in (param.decorrelate("imagenet"), 3):
        with pytest.raises(BadArgument, match="a map that bounds the picture"):
            param.pixel(8, map=map)


def test_pixel_starts_in_the_middle_of_the_range():
    for map in (None, param.sigmoid(), param.clip(-1, 1), param.sigmoid(2, 4)):
        p = param.pixel(4, sd=0, map=map)
        assert_close(p.decode(p.init([0])), torch.full((1, 3, 4, 4), sum(p.value_range) / 2))


def test_every_seed_has_its_own_start():
    for p in (param.pixel(4), param.fourier(4)):
        one, two = p.decode(p.init([1, 2]))
        assert not torch.equal(one, two)


def test_pixels_resize_bilinearly():
    p = param.pixel((4, 6))
    ramp = torch.linspace(0, 1, 6).expand(1, 3, 4, 6)
    small = p.resized((2, 3)).decode(p.resize(p.encode(ramp), (2, 3)))
    assert small.shape == (1, 3, 2, 3)
    assert bool((small.diff(dim=-1) > 0).all())
    assert torch.equal(p.resize(p.encode(ramp), (4, 6))["pixels"], ramp)


def test_without_an_inverse_there_is_no_start():
    with pytest.raises(NotInvertible, match=r"test.wall\(\) has no inverse"):
        (param.pixels(8) >> wall()).starting_from(torch.zeros(3, 8, 8))
    with pytest.raises(NotInvertible, match=r"test.flat\(8\) cannot be started"):
        flat(8).starting_from(torch.zeros(3, 8, 8))
    with pytest.raises(NotInvertible, match="no other size"):
        flat(8).resize(flat(8).init([0]), 4)
    assert flat(8).redundant(flat(8).init([0])) == {}


def test_a_start_prints_as_the_call_of_the_method():
    photo = torch.rand(3, 8, 8)
    p = param.fourier(8).starting_from(photo)
    digest = hold(photo[None]).digest
    assert repr(p) == (
        "(param.spectrum(8) >> param.decorrelate('imagenet') >> param.sigmoid())"
        f".starting_from(tensor('{digest}', (1, 3, 8, 8), 'float32'))"
    )
    assert repr(param.pixels(8).starting_from(photo)).startswith("param.pixels(8).starting_from(tensor(")
    assert p == param.fourier(8).starting_from(hold(photo[None]))
    assert p.starting_from(photo) == p
    assert pickle.loads(pickle.dumps(p)) == p
    with pytest.raises(BadOperation, match="all maps before the start"):
        p >> param.clip()


def test_a_start_serves_all_seeds_or_one_each():
    one, four = torch.rand(3, 8, 8), torch.rand(4, 3, 8, 8)
    p = param.fourier(8).starting_from(one)
    assert p.batch is None
    assert_close(p.decode(p.init([1, 2])), one.expand(2, 3, 8, 8), atol=1e-4, rtol=0)
    many = param.fourier(8).starting_from(four)
    assert many.batch == 4
    assert_close(many.decode(many.init(range(4))), four, atol=1e-4, rtol=0)
    with pytest.raises(ShapeMismatch, match="starts from 4 pictures and got 2 seeds"):
        many.init([1, 2])


def test_a_start_is_resized_to_the_canvas_and_with_it():
    p = param.pixel((4, 6)).starting_from(torch.rand(3, 40, 60))
    assert p.start.shape == (1, 3, 4, 6)
    assert p.resized(2).start.shape == (1, 3, 2, 2)
    assert p.resized(2).size == (2, 2)


def test_a_start_known_by_name_only_waits_for_its_numbers():
    named = tensor("0" * 32, (1, 3, 8, 8), "float32")
    p = param.fourier(8).starting_from(named)
    assert "0" * 32 in repr(p)
    with pytest.raises(BadPicture, match="channels first"):
        param.fourier(9).starting_from(named)
    known = param.decorrelate(tensor("1" * 32, (3, 3), "float64"))
    assert known.channels == 3


def test_pictures_of_all_kinds(tmp_path):
    array = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3) * 10
    image = Image.fromarray(array)
    image.save(tmp_path / "photo.png")
    expected = hold(torch.from_numpy(array).permute(2, 0, 1)[None].float() / 255)
    for source in (image, tmp_path / "photo.png", str(tmp_path / "photo.png"), array.transpose(2, 0, 1)):
        assert param.picture(source) == expected
    assert param.picture([image, image]).shape == (2, 3, 2, 3)
    assert param.picture(image, channels=1).shape == (1, 1, 2, 3)
    assert param.picture(image, channels=4).shape == (1, 4, 2, 3)
    assert param.picture(image.convert("L")).shape == (1, 3, 2, 3)
    assert param.picture(torch.zeros(5, 2, 2), channels=None).shape == (1, 5, 2, 2)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (torch.zeros(8, 8), r"shape \(8, 8\).* channels first.*permute"),
        (torch.zeros(8, 8, 3), r"shape \(8, 8, 3\).* channels first"),
        (torch.zeros(0, 3, 8, 8), "channels first"),
        (torch.full((3, 8, 8), 1.5), r"values from 1.5 to 1.5"),
        (torch.full((3, 8, 8), -0.1), r"finite values in \[0, 1\]"),
        (torch.full((3, 8, 8), float("nan")), "values from nan"),
        ("missing.png", "no such file"),
        ([], "an empty list"),
        ([torch.zeros(3, 2, 2), torch.zeros(3, 4, 4)], "one shape for all"),
        (3, "int as a picture"),
    ],
)
def test_what_is_no_picture(source, message):
    with pytest.raises(BadPicture, match=message):
        param.picture(source)


def test_a_file_that_is_no_picture(tmp_path):
    (tmp_path / "photo.png").write_text("not a picture")
    with pytest.raises(BadPicture, match="cannot be read as a picture"):
        param.fourier(8).starting_from(tmp_path / "photo.png")
    with pytest.raises(BadPicture, match="cannot be read as a picture"):
        param.picture(tmp_path)
