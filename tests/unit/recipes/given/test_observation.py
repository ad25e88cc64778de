"""What figures are about: pictures as the network sees them, activations with rows and columns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import phosphene as ph
from phosphene.errors import BadArgument, BadPicture, UnknownLayer
from phosphene.recipes.figures.places import pins
from phosphene.recipes.given.observation import covering, observe
from tests import toys


@given(st.tuples(*[st.integers(1, 40)] * 4))
def test_covering_gives_the_size_and_keeps_flat_pictures(sizes: tuple[int, int, int, int]) -> None:
    covered = covering(torch.full((1, 3, sizes[0], sizes[1]), 0.25), (sizes[2], sizes[3]))
    assert covered.shape == (1, 3, sizes[2], sizes[3])
    assert torch.allclose(covered, torch.tensor(0.25))


@pytest.mark.parametrize("tall", [False, True])
def test_covering_keeps_the_middle_and_the_aspect(tall: bool) -> None:
    wide = torch.zeros(1, 3, 10, 30)
    wide[..., 10:20] = 1
    assert torch.equal(covering(wide.mT if tall else wide, (10, 10)), torch.ones(1, 3, 10, 10))


@given(st.integers(1, 9), st.integers(0, 9), st.integers(0, 99))
def test_covering_cuts_as_much_off_both_ends(side: int, more: int, seed: int) -> None:
    """Without scaling: a picture of `side` + `more` rows, cut to `side`; an odd row too many is cut off at the end."""
    tall = torch.rand(1, 3, side + more, side, generator=torch.Generator().manual_seed(seed))
    top = more // 2
    assert torch.allclose(covering(tall, (side, side)), tall[:, :, top : top + side], atol=1e-6)
    assert torch.allclose(covering(tall.mT, (side, side)), tall.mT[..., top : top + side], atol=1e-6)


def test_activations_are_those_of_a_forward_pass() -> None:
    net = toys.vision(16)
    pictures = torch.rand(11, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    seen = observe(net, pictures, ["first", "head"])
    direct = ph.models.capture(net, ["first", "head"], pictures)
    assert torch.allclose(seen.activations["first"], direct["first"], atol=1e-6)
    assert seen.activations["head"].shape == (11, 5, 1, 1)
    assert torch.allclose(seen.activations["head"].flatten(1), direct["head"], atol=1e-5)
    assert seen.names[:2] == ("picture 1", "picture 2")
    assert seen.layer("head")["rows"] == 1
    assert seen.layer("head")["sees"] == 0


@pytest.mark.parametrize(
    ("layer", "sees"), [("stem", 3), ("first.0", 5), ("first", 5), ("second", 7), ("second#0", 7), ("second@bchw", 7)]
)
def test_a_layer_says_how_much_of_the_picture_a_position_sees(layer: str, sees: int) -> None:
    """Convolutions of 3 x 3 pixels, one behind another: 2 more pixels for each."""
    assert observe(toys.vision(16), torch.rand(3, 16, 16), layer).layer(layer)["sees"] == sees
    assert observe(toys.vision(None), torch.rand(3, 4, 6), layer, (4, 6)).layer(layer)["sees"] == min(sees, 6)


def test_a_picture_alone_is_itself_in_a_set() -> None:
    net, pictures = toys.vision(16), torch.rand(9, 3, 16, 16, generator=torch.Generator().manual_seed(1))
    whole = observe(net, pictures, "first").activations["first"]
    assert torch.allclose(observe(net, pictures[8], "first").activations["first"][0], whole[8], atol=1e-6)


def test_files_have_names_and_any_size(tmp_path: Path) -> None:
    Image.new("RGB", (40, 20), (255, 0, 0)).save(tmp_path / "red.png")
    Image.new("RGBA", (8, 32), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    seen = observe(toys.vision(16), [tmp_path / "red.png", str(tmp_path / "clear.png")], "first")
    assert seen.names == ("red", "clear")
    assert seen.size == (16, 16)
    assert np.array_equal(seen.shown()[0].image[0, 0], [255, 0, 0])
    assert np.array_equal(seen.shown()[1].image[0, 0], [255, 255, 255])


def test_the_network_stays_as_it_was() -> None:
    net = toys.vision(16)
    before = net.digest()
    observe(net, torch.rand(3, 16, 16), "first")
    assert net.digest() == before
    assert not any(m._forward_hooks for m in net.module.modules())
    assert all(p.requires_grad and p.grad is None for p in net.module.parameters())


@pytest.mark.parametrize(
    ("pictures", "layers", "error", "message"),
    [
        (torch.zeros(3, 16, 16), [], BadArgument, r"layers \[\]"),
        (torch.zeros(3, 16, 16), ["first", "first"], BadArgument, "each once"),
        (torch.zeros(3, 16, 16), "frist", UnknownLayer, "Nearest: 'first"),
        (torch.full((3, 16, 16), 2.0), "first", BadPicture, "values from 2 to 2"),
        ([], "first", BadArgument, "no picture"),
        ([torch.zeros(2, 3, 4, 4)], "first", BadArgument, "list of batches"),
        ("missing.png", "first", BadPicture, "no such file"),
    ],
)
def test_bad_input(pictures: object, layers: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        observe(toys.vision(16), pictures, layers)  # type: ignore[arg-type]


def test_a_network_in_training_is_refused() -> None:
    net = toys.vision(16)
    net.module.train()
    with pytest.raises(ph.errors.ModelState, match="training mode"):
        observe(net, torch.zeros(3, 16, 16), "first")


def test_pins_are_places_of_the_picture() -> None:
    seen = observe(toys.vision(16), torch.rand(3, 16, 16), "first")
    assert pins(seen, [(0, 15)]).tolist() == [[0.5 / 16, 15.5 / 16]]
    for place in ((16, 0), (0, -1), (3,), "middle"):
        with pytest.raises(BadArgument, match=r"16 x 16, expected. write \(8, 8\)"):
            pins(seen, [place])  # type: ignore[list-item]


def test_pins_of_themselves_stand_apart_where_the_layer_answers_most() -> None:
    seen = observe(toys.vision(16), torch.rand(3, 16, 16), ["first", "head"])
    found = pins(seen, ())
    lengths = seen.activations["first"][0].norm(dim=0)
    assert len(found) == 3
    row, column = (int(x * 16) for x in found[0])
    assert lengths[row, column] == lengths.max()
    for one in range(3):
        for other in range(one):
            assert np.abs(found[one] - found[other]).max() > 1 / 3
    assert pins(observe(toys.vision(16), torch.rand(3, 16, 16), "head"), ()).tolist() == [[0.5, 0.5]]
