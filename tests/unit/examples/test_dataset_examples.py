"""Dataset examples: what looking at every picture finds, in any split; crops that give the activation by themselves."""

from __future__ import annotations

import multiprocessing
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from phosphene.collection import BrokenPictures, Collection, collect, sources, verify
from phosphene.collection.extremes import HIGH, LOW
from phosphene.collection.sources import Entry, Source
from phosphene.errors import BadArgument, BadPicture, BadShard, UnknownLayer
from phosphene.examples import Examples, dataset_examples, examples_of, unit_figure
from phosphene.figures import load
from phosphene.models import Capture, Vision
from tests import collector, toys
from tests.collector import contents

NET = toys.vision()
LAYERS = ["second", "stem"]


def strided() -> Vision:
    """A network whose positions see a part of the picture, with strides and padding."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = nn.Sequential(
            nn.Conv2d(3, 6, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(3, 2, padding=1),
            nn.Conv2d(6, 5, 3, padding=1),
        )
    return Vision(net.eval(), [0.5] * 3, [0.25] * 3, size=32, name="strided")


def drawn(count: int, size: int = 16) -> Any:
    return sources.drawn(count, size=size)


def find(folder: Path, pictures: Any, layers: Any = LAYERS, net: Vision = NET, count: int = 4, **how: Any) -> Examples:
    return dataset_examples(
        net, pictures, layers, folder, count, **{"per_shard": 16, "batch": 4, "progress": False, **how}
    )


def every(made: Collection, source: Source, layer: str, net: Vision = NET) -> Tensor:
    """The whole activation of every picture of the list."""
    pictures = torch.stack([source.read(name) for name in made.names()])
    with torch.no_grad():
        return Capture(net, [layer])(pictures)[layer]


@pytest.fixture(scope="module")
def thirty(tmp_path_factory: pytest.TempPathFactory) -> Examples:
    return find(tmp_path_factory.mktemp("thirty") / "made", drawn(30))


@pytest.mark.parametrize("layer", LAYERS)
def test_one_pass_finds_what_sorting_everything_finds(thirty: Examples, layer: str) -> None:
    maps = every(thirty.collection, drawn(30), layer)
    found = thirty.layers[layer]
    for side, value in ((HIGH, maps.flatten(2).amax(2)), (LOW, -maps.flatten(2).amin(2))):
        best = torch.sort(value, dim=0, descending=True, stable=True)
        assert np.array_equal(found.image[side], best.indices[:4].T.numpy())
        for unit in range(maps.shape[1]):
            for place in range(4):
                image, (y, x) = found.image[side, unit, place], found.yx[side, unit, place]
                assert maps[image, unit, y, x].item() == pytest.approx(
                    found.value[side, unit, place], rel=1e-5, abs=1e-6
                )
    assert verify(thirty.collection) == []


@settings(max_examples=8)
@given(st.sampled_from([1, 2, 3, 5, 8]), st.integers(1, 4))
def test_neither_batch_nor_shards_choose(
    thirty: Examples, tmp_path_factory: pytest.TempPathFactory, batch: int, times: int
) -> None:
    folder = tmp_path_factory.mktemp("split") / "made"
    other = find(folder, drawn(30), batch=batch, per_shard=batch * times)
    for layer in LAYERS:
        assert np.array_equal(other.layers[layer].image, thirty.layers[layer].image)
        assert np.array_equal(other.layers[layer].yx, thirty.layers[layer].yx)
        np.testing.assert_allclose(other.layers[layer].value, thirty.layers[layer].value, rtol=1e-4, atol=1e-5)


def test_ties_go_to_the_earlier_picture_and_fewer_pictures_are_fewer(tmp_path: Path) -> None:
    same = sources.dataset([torch.full((3, 16, 16), 0.5)] * 20, "grey")
    found = find(tmp_path / "a", same, batch=1, per_shard=3)
    assert (found.layers["stem"].image == np.arange(4)).all()
    few = find(tmp_path / "b", drawn(2))
    assert (few.layers["stem"].image[..., 2:] == -1).all()
    assert len(few.crops("stem", 0)) == len(few.names("stem", 0)) == 2


class Ending(Source):
    """Pictures that end the run after some of them."""

    def __init__(self, inner: Source, after: int) -> None:
        self.inner, self.left = inner, after

    def listed(self) -> Iterator[Entry]:
        return self.inner.listed()

    def read(self, name: str, key: bytes | None = None, size: tuple[int, int] | None = None) -> Tensor:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return self.inner.read(name, key, size)


def test_an_ended_run_goes_on_to_the_same_bytes(tmp_path: Path, thirty: Examples) -> None:
    for after in (5, 25, 20):
        with pytest.raises(KeyboardInterrupt):
            find(tmp_path / "made", Ending(drawn(70), after))
    with pytest.raises(BadArgument, match=r"of which \d units are not done"):
        examples_of(NET, Collection(tmp_path / "made"))
    found = find(tmp_path / "made", drawn(70))
    whole = find(tmp_path / "whole", drawn(70))
    assert contents(tmp_path / "made") == contents(tmp_path / "whole")
    assert np.array_equal(found.layers["stem"].image, whole.layers["stem"].image)


def test_a_changed_byte_is_found(tmp_path: Path) -> None:
    made = find(tmp_path / "made", drawn(20)).collection
    shard = made.shard("stem", 0)
    content = bytearray(shard.path.read_bytes())
    content[shard.header().tensors["example_value"][2] + 1] ^= 1
    shard.path.write_bytes(content)
    with pytest.raises(BadShard, match="its bytes are not those that were written"):
        made.extremes("stem")
    assert [problem.mend for problem in verify(made)] == ["delete it and collect again"]


@pytest.mark.slow
def test_killed_processes_change_no_byte(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.toys", "tests.collector", "tests.icon_painter"])
    caught = []
    for seconds in (None, 0.4, 0.6, 0.8, None):  # the first one waits for the server's imports
        folder = tmp_path / ("killed" if caught else "whole")
        process = context.Process(target=collector.find_drawings, args=(folder, 400))
        process.start()
        process.join(seconds)
        process.kill()
        process.join()
        caught.append(sum(1 for _ in folder.rglob("s-*.safetensors")))
    assert caught[1] < caught[0] == caught[-1]
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")
    assert examples_of(NET, Collection(tmp_path / "killed")).count == 400


@pytest.mark.slow
def test_workers_write_the_same_bytes(tmp_path: Path) -> None:
    one, two = find(tmp_path / "one", drawn(70)), find(tmp_path / "two", drawn(70), workers=2)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert np.array_equal(one.layers["second"].value, two.layers["second"].value)


@pytest.mark.parametrize("layer", ["0", "2", "3"])
def test_a_crop_alone_has_the_activation(tmp_path: Path, layer: str) -> None:
    net = strided()
    found = find(tmp_path / "made", drawn(40, 32), layer, net)
    tried = 0
    for unit in range(5):
        for lowest in (False, True):
            crops = found.crops(layer, unit, lowest)
            assert crops.pictures.shape[0] == len(crops.names) == len(crops.value)
            assert crops.pictures.shape[2] < 32
            for one in np.flatnonzero(crops.inside):
                y, x = crops.place[one]
                with torch.no_grad():
                    again = Capture(net, [layer])(crops.pictures[one : one + 1])[layer][0, unit, y, x].item()
                assert again == pytest.approx(crops.value[one], rel=1e-5, abs=1e-6)
                tried += 1
    assert tried > 5


def test_a_crop_at_the_border_is_grey_outside_and_the_picture_inside(tmp_path: Path) -> None:
    net = strided()
    found = find(tmp_path / "made", drawn(40, 32), "3", net)
    some = [(u, low) for u in range(5) for low in (False, True) if not found.crops("3", u, low).inside.all()]
    crops = found.crops("3", *some[0])
    one = int(np.flatnonzero(~crops.inside)[0])
    window, picture = crops.windows[one], drawn(40, 32).read(crops.names[one])
    for y in range(window.height):
        for x in range(window.width):
            row, column = window.top + y, window.left + x
            there = 0 <= row < 32 and 0 <= column < 32
            expected = picture[:, row, column] if there else torch.full((3,), 0.5)
            assert torch.equal(crops.pictures[one, :, y, x], expected)


def test_a_layer_that_sees_all_gives_the_picture(tmp_path: Path) -> None:
    found = find(tmp_path / "made", drawn(6), "head")
    crops = found.crops("head", 2)
    assert torch.equal(crops.pictures[0], drawn(6).read(crops.names[0]))
    assert crops.inside.all()
    assert crops.value[0] == pytest.approx(float(NET(crops.pictures[:1]).detach()[0, 2]), rel=1e-5)


def test_pictures_with_nan_anywhere_are_left_out(tmp_path: Path) -> None:
    class Nan(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            corner = x.clone()
            corner[:, :, 0, 0] = torch.where(x.mean((1, 2, 3))[:, None] > 0, torch.nan, corner[:, :, 0, 0])
            return corner

    net = Vision(nn.Sequential(nn.Conv2d(3, 4, 1), Nan()).eval(), [0.5] * 3, [0.5] * 3, size=16)
    with torch.no_grad():
        net.module[0].weight.fill_(0.1)
        net.module[0].bias.fill_(0)
    with pytest.warns(BrokenPictures, match="NaN or infinity at '1'"):
        found = find(tmp_path / "made", drawn(30), "1", net, 30)
    bright = {str(i) for i in range(30) if drawn(30).read(str(i)).mean() > 0.51}
    assert not bright & set(found.names("1", 0))
    assert np.isfinite(found.layers["1"].value).all()


def test_an_atlas_and_its_examples_in_one_pass(tmp_path: Path, thirty: Examples) -> None:
    how: dict[str, Any] = {"per_shard": 16, "batch": 4, "progress": False, "attribution": 2}
    made = collect(NET, drawn(30), LAYERS, tmp_path / "made", examples=4, **how)
    plain = collect(NET, drawn(30), LAYERS, tmp_path / "plain", **how)
    for mine, theirs in zip(made.rows("second"), plain.rows("second"), strict=True):
        assert np.array_equal(mine.activation, theirs.activation)
        assert np.array_equal(mine.value, theirs.value)
    found = examples_of(NET, made, drawn(30), 2)
    assert np.array_equal(found.layers["second"].image, thirty.layers["second"].image[..., :2])


def test_memory_does_not_grow_with_the_pictures(tmp_path: Path) -> None:
    most = []
    for count in (48, 48, 288):
        tracemalloc.start()
        find(tmp_path / str(len(most)), drawn(count, 8), ["stem"])
        most.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert most[2] < most[1] + 400 * (288 - 48)  # names, and what is known of each file


@pytest.mark.parametrize(
    ("how", "error", "match"),
    [
        ({"count": 0}, BadArgument, "count is 0"),
        ({"layers": "furst"}, UnknownLayer, "Nearest: 'first'"),
        ({"pictures": 3}, BadArgument, "a source of pictures"),
        ({"layers": []}, BadArgument, "one layer or several"),
    ],
)
def test_bad_input_before_a_picture_is_read(tmp_path: Path, how: Any, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        find(tmp_path / "made", **{"pictures": drawn(3), **how})
    assert not (tmp_path / "made").exists()


def test_what_is_asked_of_examples(tmp_path: Path, thirty: Examples) -> None:
    with pytest.raises(UnknownLayer, match="'sten'"):
        thirty.crops("sten", 0)
    with pytest.raises(BadArgument, match="unit is 6"):
        thirty.crops("stem", 6)
    with pytest.raises(BadArgument, match="examples without pictures"):
        examples_of(NET, thirty.collection).crops("stem", 0)
    with pytest.raises(BadPicture, match="which was there when it was collected"):
        examples_of(NET, thirty.collection, drawn(1)).crops("stem", 0)
    with pytest.raises(BadArgument, match="count is 5"):
        examples_of(NET, thirty.collection, count=5)
    with pytest.raises(BadArgument, match="with other weights"):
        examples_of(toys.vision(seed=1), thirty.collection)
    with pytest.raises(BadArgument, match="str as a collection"):
        examples_of(NET, str(tmp_path))  # type: ignore[arg-type]
    plain = collect(NET, drawn(3), "stem", tmp_path / "plain", progress=False)
    with pytest.raises(BadArgument, match=r"keeps no examples.*examples=9"):
        examples_of(NET, plain)


def test_the_figure_has_the_crops_and_comes_back_from_its_file(tmp_path: Path, thirty: Examples) -> None:
    figure = unit_figure(NET, thirty, {"stem": [1, 4], "second": [0]}, lowest=True, icons=False)
    first = figure.layers[0]
    crops = thirty.crops("stem", 4, True)
    assert np.array_equal(first.low[1], (crops.pictures * 255).round().byte().permute(0, 2, 3, 1).numpy())
    assert np.array_equal(first.low_value[1], crops.value)
    text = figure.scene().svg()
    assert text.count("<image") == 3 * 2 * 4
    assert "second, unit 0" in text
    again = load(figure.save(tmp_path / "units.npz"))
    assert np.array_equal(again.layers[1].high, figure.layers[1].high)
    assert again.scene().svg() == text
    with pytest.raises(BadArgument, match="some units of some layers"):
        unit_figure(NET, thirty, {})


def test_icons_are_painted_for_and_against(tmp_path: Path, thirty: Examples) -> None:
    from phosphene import presets

    look = presets.icon(8, steps=1)
    figure = unit_figure(NET, thirty, {"stem": [1]}, lowest=True, icon=look, store=tmp_path / "icons", progress=False)
    (layer,) = figure.layers
    assert layer.icons.shape == layer.negative.shape == (1, 8, 8, 3)
    assert figure.scene().svg().count("<image") == 2 * 4 + 2
