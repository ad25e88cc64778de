"""`recipes.sprites`: every channel has its icon of the store, and the pictures that it answered most."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

import phosphene as ph
from phosphene import icons
from phosphene import objectives as obj
from phosphene.collection import UNREADABLE, Collection, sources
from phosphene.collection.strongest import strongest
from phosphene.errors import BadArgument, PhospheneError, UnknownLayer
from phosphene.models import capture, distinct
from phosphene.recipes import sprites
from phosphene.recipes.figures.units import met, ranked
from tests import atlas_rows, collector, toys

LOOK = ph.presets.icon(16, steps=2)
DRAWN = sources.drawn(50, size=16)


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    return collector.gather(tmp_path_factory.mktemp("sprites") / "collection", DRAWN)


def made(store: Path, layers: Any = ("first", "second"), net: Any = None, **given_: Any) -> Any:
    layers = list(layers) if isinstance(layers, tuple) else layers
    return sprites(net or toys.vision(), layers, icon=LOOK, store=store, progress=False, **given_)


def test_every_channel_has_the_icon_that_the_store_paints_for_it(store: Path) -> None:
    found = made(store)
    assert [layer.name for layer in found.layers] == ["first", "second"]
    for layer in found.layers:
        assert layer.units.tolist() == list(range(6))
        for unit in layer.units.tolist():
            painted = icons.Store(store).paint(toys.vision(), [obj.channel(layer.name, unit)], progress=False, **LOOK)
            assert np.array_equal(layer.icons[unit], painted.images[0])


def test_some_channels_in_their_order_each_once(store: Path) -> None:
    (layer,) = made(store, "first", channels=[4, 1, 4]).layers
    assert (layer.units.tolist(), layer.channels) == ([1, 4], 6)
    assert np.array_equal(layer.icons, made(store, "first").layers[0].icons[[1, 4]])


def test_a_second_call_paints_nothing(tmp_path: Path) -> None:
    made(tmp_path / "icons", "first")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "icons").glob("*/*.png")}
    made(tmp_path / "icons", "first")
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "icons").glob("*/*.png")}
    assert len(before) == 6


@pytest.mark.parametrize("channels", [None, [0, 5]])
def test_examples_are_those_of_a_plain_loop(store: Path, collection: Collection, channels: Any) -> None:
    found = made(store, channels=channels, collection=collection, source=DRAWN, examples=4)
    for layer in found.layers:
        rows = [row for part in collection.rows(layer.name) for row in each(part)]
        for line, unit in enumerate(layer.units.tolist()):
            best = sorted(rows, key=lambda row, unit=unit: (-row[2][unit], row[1]))[:4]
            assert [found.names[place] for place in layer.examples[line]] == [
                collection.names()[row[0]] for row in best
            ]
            assert layer.activation[line].tolist() == [row[2][unit] for row in best]
    assert found.examples.shape == (len(found.names), 48, 48, 3)
    assert len(set(found.names)) == len(found.names)
    assert [found.names[place] for place in found.layers[0].examples[0]] == list(found.names[:4])


def each(rows: Any) -> list[tuple[int, bytes, list[float]]]:
    return [
        (int(image), key.tobytes(), activation.astype(np.float32).tolist())
        for image, key, activation in zip(rows.image, rows.key, rows.activation, strict=True)
    ]


def test_the_thumbnails_are_the_pictures(store: Path, collection: Collection) -> None:
    found = made(store, "first", collection=collection, source=DRAWN, examples=2)
    for name, thumbnail in zip(found.names, found.examples, strict=True):
        entry = next(one for one in DRAWN.listed() if one.name == name)
        picture = DRAWN.read(name, entry.key).permute(1, 2, 0).numpy()
        assert np.abs(thumbnail.reshape(16, 3, 16, 3, 3).mean((1, 3)) / 255 - picture).mean() < 0.05


def test_a_layer_that_was_not_collected_has_no_examples(store: Path, collection: Collection) -> None:
    first, head = made(store, ("first", "head"), collection=collection, source=DRAWN, examples=3).layers
    assert (first.examples.shape, head.examples.shape) == ((6, 3), (5, 0))


@given(st.data(), st.integers(1, 12), st.integers(0, 3))
def test_the_strongest_do_not_hang_on_order_and_parts(data: st.DataObject, count: int, digits: int) -> None:
    rows = atlas_rows.random_rows(30, 4, seed=data.draw(st.integers(0, 99)))
    rows.activation[:] = rows.activation.clip(0, 9).round(digits)  # ties
    rows.state[data.draw(st.lists(st.integers(0, 29), max_size=5))] = UNREADABLE
    order = data.draw(st.permutations(range(30)))
    sizes = data.draw(st.lists(st.integers(1, 30), min_size=1, max_size=4))
    image, value = strongest(atlas_rows.parts(rows, *sizes, order=order)(), 4, count)
    fine = [row for row, state in zip(each(rows), rows.state, strict=True) if not state]
    for channel in range(4):
        best = sorted(fine, key=lambda row, channel=channel: (-row[2][channel], row[1]))[:count]
        assert image[channel].tolist() == [row[0] for row in best] + [-1] * (count - len(best))
        assert value[channel].tolist() == [row[2][channel] for row in best] + [0.0] * (count - len(best))


def test_the_strongest_of_no_rows_are_none() -> None:
    image, value = strongest([], 3, 2)
    assert (image.tolist(), value.tolist()) == ([[-1, -1]] * 3, [[0, 0]] * 3)


@given(st.lists(st.lists(st.integers(-1, 20), min_size=3, max_size=3), max_size=8))
def test_places_are_numbered_as_they_are_met(lists: list[list[int]]) -> None:
    images = [np.array(one) for one in lists]
    order = met(images)
    assert order.tolist() == list(dict.fromkeys(place for one in lists for place in one if place >= 0))
    for image in images:
        assert [order[rank] if rank >= 0 else -1 for rank in ranked(image, order)] == image.tolist()


def test_layers_that_differ() -> None:
    net = toys.vision()
    found = distinct(net)
    assert found == ("stem", "first.0", "first.1", "first", "second.0", "second", "relu", "head")
    seen = list(capture(net, found, ph.param.picture(DRAWN.read("3")).numbers()).values())
    for number, one in enumerate(seen):
        assert not any(one.shape == other.shape and bool((one == other).all()) for other in seen[:number])


def test_all_layers_where_none_is_given(store: Path) -> None:
    found = sprites(toys.vision(), icon=LOOK, store=store, channels=[0], progress=False)
    assert tuple(layer.name for layer in found.layers) == distinct(toys.vision())


@pytest.mark.parametrize(
    ("given_", "error", "message"),
    [
        ({"layers": "frist"}, UnknownLayer, r"sprites of 'frist'.*Nearest: 'first'"),
        ({"layers": []}, BadArgument, r"layers \[\].*write \[\"block3\", \"block4\"\]"),
        ({"layers": ["first", "first"]}, BadArgument, "each once"),
        ({"channels": [6]}, BadArgument, r"layer 'first': channel is 6.*5"),
        ({"channels": [True]}, BadArgument, r"channel is True"),
        ({"channels": []}, BadArgument, r"write channels=\[0, 5\]"),
        ({"channels": "05"}, BadArgument, r"channels '05'"),
        ({"source": DRAWN}, BadArgument, r"a collection together with the pictures.*or neither"),
        ({"collection": "folder"}, BadArgument, r"collection='folder'"),
        ({"seed": -1}, BadArgument, "seed is -1"),
    ],
)
def test_bad_input_comes_before_any_icon(
    given_: dict[str, Any], error: type[PhospheneError], message: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=message):
        made(tmp_path / "icons", **{"layers": "first", **given_})
    assert not list(tmp_path.glob("icons/*/*.png"))


def test_a_collection_must_fit(tmp_path: Path, collection: Collection) -> None:
    with pytest.raises(BadArgument, match=r"of toy \(weights \w+\).*one of toy \(weights \w+\) expected.*collect anew"):
        made(tmp_path, net=toys.vision(seed=1), collection=collection, source=DRAWN)
    with pytest.raises(
        BadArgument, match=r"of first, second.*activations of head expected.*layers=\['first', 'second'\]"
    ):
        made(tmp_path, "head", collection=collection, source=DRAWN)
    with pytest.raises(BadArgument, match=r"source=None.*together"):
        made(tmp_path, collection=collection)
    with pytest.raises(BadArgument, match="examples is 0"):
        made(tmp_path, collection=collection, source=DRAWN, examples=0)
    assert not list(tmp_path.glob("*/*.png"))


class Scores(nn.Module):
    """A network with a layer that gives one number for each picture, and no channels."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.score = nn.Conv2d(3, 2, 3), nn.Flatten(0)

    def forward(self, x: Any) -> Any:
        x = self.conv(x)
        self.score(x.mean((1, 2, 3)))
        return x


def test_a_layer_without_channels(tmp_path: Path) -> None:
    net = ph.Vision(Scores().eval(), [0.0] * 3, [1.0] * 3, name="scores", size=16)
    assert distinct(net) == ("conv",)
    with pytest.raises(BadArgument, match=r"sprites of 'score'.*has 1 axes"):
        made(tmp_path, "score", net)


def test_a_network_of_grey_pictures(tmp_path: Path) -> None:
    net = ph.Vision(nn.Conv2d(1, 2, 3), [0.0], [1.0], name="grey", size=16)
    with pytest.raises(BadArgument, match="1-channel pictures"):
        made(tmp_path, "output", net)
