"""Collecting: what is kept, what is added, what is gone on with, what is refused, what is counted as broken."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import TensorDataset

from phosphene.collection import (
    FINE,
    BrokenPictures,
    Collection,
    Unfinished,
    class_attribution,
    position,
    report,
    sources,
    verify,
)
from phosphene.collection.sources import Entry, Source
from phosphene.errors import BadArgument, BadPicture, ModelState, ShapeMismatch, UnknownLayer
from phosphene.models import Capture, Vision
from tests import toys
from tests.collector import LAYERS, contents, gather

NET = toys.vision()


def drawn(count: int, seed: int = 0) -> Any:
    return sources.drawn(count, seed=seed, size=16)


def files(folder: Path, count: int, size: int = 16, first: int = 0) -> Path:
    """PNG files of drawings."""
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(first, first + count):
        pixels = drawn(index + 1).read(str(index)).permute(1, 2, 0).mul(255).byte().numpy()
        Image.fromarray(pixels).resize((size, size)).save(folder / f"{index}.png")
    return folder


def table(made: Collection, layer: str = "first") -> dict[str, tuple[Any, ...]]:
    """Rows by the name of their picture."""
    names = made.names()
    found = {}
    for rows in made.rows(layer):
        for i in range(len(rows)):
            parts = (rows.yx[i], rows.activation[i], rows.top[i], rows.value[i], rows.label[i], rows.state[i])
            found[names[rows.image[i]]] = tuple(np.asarray(part).tolist() for part in parts)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "made"


def test_rows_are_what_the_network_says(folder: Path) -> None:
    made = gather(folder, drawn(21), dtype="float32")
    assert (made.count, made.missing(), list(made.units())) == (21, [], [0, 1])
    for layer in LAYERS:
        seen = 0
        for rows in made.rows(layer):
            x = torch.stack([drawn(21).read(name) for name in made.names()])[rows.image]
            places = [position(0, key.tobytes(), 16, 16) for key in rows.key]
            with torch.no_grad():
                own = Capture(NET, [layer])(x)[layer]
            expected = torch.stack([own[i, :, y, c] for i, (y, c) in enumerate(places)])
            np.testing.assert_allclose(rows.activation, expected.numpy(), rtol=1e-5, atol=1e-5)
            every = class_attribution(NET, x, layer, torch.tensor(places))
            value, top = torch.sort(every, dim=1, descending=True)
            np.testing.assert_allclose(rows.value, value[:, :3].numpy(), rtol=1e-3, atol=1e-5)
            assert (rows.top == top[:, :3].numpy()).mean() > 0.95
            assert rows.label.tolist() == [int(made.names()[i]) % 23 for i in rows.image]
            seen += len(rows)
        assert seen == 21
    assert verify(made) == []


def test_every_source_gives_the_same_rows(tmp_path: Path) -> None:
    import tarfile

    path = files(tmp_path / "pictures", 10)
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        for one in sorted(path.iterdir()):
            tar.add(one, one.name)
    plain = gather(tmp_path / "1", path)
    packed = gather(tmp_path / "2", sources.tars(tmp_path / "a.tar"))
    assert [name.split("::")[-1] for name in packed.names()] == plain.names()
    for mine, theirs in zip(plain.rows("first"), packed.rows("first"), strict=True):
        assert np.array_equal(mine.activation, theirs.activation)
        assert np.array_equal(mine.value, theirs.value)
    images = torch.stack([sources.folder(path).read(f"{i}.png") for i in range(10)])
    data = gather(tmp_path / "3", sources.dataset(TensorDataset(images), "ten", labels=range(10)), seed=1)
    assert data.labels().tolist() == [int(name) for name in data.names()]


def test_a_finished_collection_is_left_alone(folder: Path) -> None:
    gather(folder, drawn(40))
    before = contents(folder)
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*.safetensors")}
    again = gather(folder, drawn(40))
    assert contents(folder) == before
    assert times == {path: path.stat().st_mtime_ns for path in folder.rglob("*.safetensors")}
    assert report(again).fine == 40


class Turned(Source):
    """A source listed in another order, every picture twice."""

    def __init__(self, inner: Source, seed: int) -> None:
        self.inner, self.seed = inner, seed

    def listed(self) -> Iterator[Entry]:
        entries = list(self.inner.listed()) * 2
        return iter([entries[i] for i in np.random.default_rng(self.seed).permutation(len(entries))])

    def read(self, name: str, key: bytes | None = None, size: tuple[int, int] | None = None) -> Tensor:
        return self.inner.read(name, key, size)


def test_neither_order_nor_repetition_counts(tmp_path: Path) -> None:
    gather(tmp_path / "straight", drawn(40))
    gather(tmp_path / "turned", Turned(drawn(40), 3))
    assert contents(tmp_path / "straight") == contents(tmp_path / "turned")


def test_lost_shards_are_made_again(folder: Path) -> None:
    gather(folder, drawn(40))
    before = contents(folder)
    shards = sorted((folder / "shards").rglob("*.safetensors"))
    shards[0].unlink()
    shards[3].write_bytes(shards[3].read_bytes()[:-1])
    (folder / "tmp" / "left").write_bytes(b"left")
    gather(folder, drawn(40))
    assert contents(folder) == before


def test_new_pictures_are_added_and_old_shards_stay(folder: Path) -> None:
    gather(folder, drawn(20))
    before = contents(folder)
    made = gather(folder, drawn(50))
    after = contents(folder)
    assert {name: after[name] for name in before} == before
    assert made.count == 50
    assert sorted(map(int, made.names())) == list(range(50))
    assert [len(rows) for rows in made.rows("first")] == [16, 4, 16, 14]
    made = gather(folder, drawn(10, seed=5))
    assert (made.count, report(made).fine) == (60, 60)


def test_the_same_picture_under_two_names_counts_once(tmp_path: Path, folder: Path) -> None:
    path = files(tmp_path / "pictures", 5)
    shutil.copytree(path, path / "copies")
    assert sorted(gather(folder, path).names()) == [f"{i}.png" for i in range(5)]


BROKEN = {"cut.png": b"\x89PNG\r\n\x1a\n", "text.jpg": b"text", "empty.png": b""}


def test_broken_pictures_are_counted_listed_and_change_no_other_row(tmp_path: Path, folder: Path) -> None:
    path = files(tmp_path / "pictures", 13)
    for name, content in BROKEN.items():
        (path / name).write_bytes(content)
    with pytest.warns(BrokenPictures, match=r"16 pictures: 13 fine; 3 unreadable .*UnidentifiedImageError"):
        made = gather(folder, path)
    found = report(made)
    assert (found.count, found.fine, found.waiting) == (16, 13, 0)
    assert sorted(found.unreadable) == sorted(BROKEN)
    assert found.nonfinite == dict.fromkeys(LAYERS, ())
    rows = table(made)
    assert all(not any(np.any(part) for part in rows[name][:4]) for name in BROKEN)
    alone = table(gather(tmp_path / "alone", files(tmp_path / "whole", 13)))
    for name, row in alone.items():
        np.testing.assert_allclose(rows[name][1], row[1], rtol=2e-3, atol=1e-4)
        assert rows[name][0] == row[0]
    assert [len(part.fine()) for part in made.rows("first")] == [13]
    before = contents(folder)
    with pytest.warns(BrokenPictures):
        gather(folder, path)
    assert contents(folder) == before


def test_a_unit_of_which_nothing_can_be_read_is_not_written(tmp_path: Path, folder: Path) -> None:
    path = files(tmp_path / "pictures", 20)
    source = sources.folder(path)
    listed = list(source.listed())

    class Away(Turned):
        def listed(self) -> Iterator[Entry]:
            return iter(listed)

    shutil.move(path, tmp_path / "away")
    with pytest.raises(BadPicture, match=r"of which none can be read; '.*png': No such file.*\. look whether the disk"):
        gather(folder, Away(source, 0))
    assert Collection(folder).missing() == [0, 1]
    shutil.move(tmp_path / "away", path)
    assert report(gather(folder, path)).fine == 20


def test_a_source_without_pictures(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadArgument, match=r"in which there is no picture\. one or more expected"):
        gather(folder, tmp_path / "empty")
    with pytest.raises(BadArgument, match="no picture"):
        gather(folder, drawn(0))
    assert not folder.exists()


def test_one_picture(folder: Path) -> None:
    made = gather(folder, drawn(1))
    (rows,) = made.rows("second")
    assert rows.activation.shape == (1, 6)
    assert rows.activation.dtype == np.float16
    assert np.isfinite(rows.activation).all()


def test_pictures_that_are_all_equal(tmp_path: Path, folder: Path) -> None:
    data = [torch.full((3, 16, 16), 0.5)] * 20
    made = gather(folder, sources.dataset(data, "grey"), layers="stem", dtype="float32")
    assert made.count == 20
    same = [rows.activation for rows in made.rows("stem")]
    inside = np.concatenate(same)
    np.testing.assert_allclose(inside, inside[:1].repeat(20, 0), rtol=1e-5)
    path = files(tmp_path / "pictures", 1)
    for i in range(9):
        shutil.copy(path / "0.png", path / f"copy {i}.png")
    assert gather(tmp_path / "one", path).count == 1


def test_pictures_of_all_sizes(tmp_path: Path, folder: Path) -> None:
    path = files(tmp_path / "pictures", 3)
    Image.new("RGB", (1, 1), "red").save(path / "dot.png")
    Image.new("L", (900, 4), "white").save(path / "band.jpg")
    Image.effect_noise((300, 500), 50).save(path / "noise.jpg")
    made = gather(folder, path)
    assert report(made).fine == 6


def test_a_layer_without_positions(folder: Path) -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5))
    net = Vision(module.eval(), [0.5] * 3, [0.5] * 3, size=16)
    made = gather(folder, drawn(5), ["0", "2", "output"], net)
    assert made.definition.layers == {"0": (4, 14, 14), "2": (4, 1, 1), "output": (5, 1, 1)}
    (rows,) = made.rows("2")
    assert not rows.yx.any()
    assert rows.state.tolist() == [FINE] * 5


@pytest.mark.parametrize(
    ("how", "match"),
    [
        ({"seed": 1}, "seed: 0 there, 1 here"),
        ({"net": toys.vision(seed=1)}, r"model\.weights: '.*' there, '.*' here"),
        ({"batch": 8}, "batch: 4 there, 8 here"),
        ({"threads": 2}, "threads: 1 there, 2 here"),
        ({"size": 20}, "size"),
        ({"layers": "first"}, r"layers\.second: .* there, nothing here"),
        ({"dtype": "float32"}, "dtype: 'float16' there, 'float32' here"),
    ],
)
def test_another_definition_is_refused_with_the_difference(folder: Path, how: dict[str, Any], match: str) -> None:
    gather(folder, drawn(5))
    before = contents(folder)
    with pytest.raises(BadArgument, match=match):
        gather(folder, drawn(9), **how)
    assert contents(folder) == before


class Silent(Source):
    """A source that must not be looked at."""

    def listed(self) -> Iterator[Entry]:
        raise AssertionError("listed")


@pytest.mark.parametrize(
    ("how", "error", "match"),
    [
        ({"layers": "furst"}, UnknownLayer, "Nearest: 'first'"),
        ({"layers": []}, BadArgument, "one layer or several"),
        ({"layers": None}, BadArgument, "layers None. one layer or several"),
        ({"layers": 3}, BadArgument, "layers 3. one layer or several"),
        ({"layers": ["first", "first"]}, BadArgument, "each once"),
        ({"layers": "input"}, BadArgument, "a layer of the network expected"),
        ({"dtype": "float64"}, BadArgument, "dtype"),
        ({"attribution": -2}, BadArgument, "attribution"),
        ({"batch": 0}, BadArgument, "batch"),
        ({"per_shard": 18}, BadArgument, "a multiple of the batch"),
        ({"size": 0}, BadArgument, "size"),
        ({"workers": 0}, BadArgument, "workers"),
        ({"seed": 2**70}, BadArgument, "seed"),
        ({"net": "resnet50"}, BadArgument, "a Vision expected"),
        ({"net": toys.vision(size=None)}, BadArgument, "write size=224"),
        ({"net": toys.linear(), "layers": "conv", "size": 16}, ShapeMismatch, "attribution=0"),
        ({"net": Vision(toys.Residual().train(), [0.5] * 3, [0.5] * 3, size=16)}, ModelState, "training mode"),
        ({"pictures": TensorDataset(torch.zeros(1, 3, 16, 16))}, BadArgument, r"sources\.dataset"),
        ({"pictures": "nowhere"}, BadArgument, "a folder with pictures in it"),
    ],
)
def test_bad_input_before_a_picture_is_listed(folder: Path, how: Any, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        gather(folder, **{"pictures": Silent(), **how})
    assert not folder.exists()


def test_without_classes(folder: Path) -> None:
    made = gather(folder, drawn(5), "conv", toys.linear(), size=16, attribution=0)
    (rows,) = made.rows("conv")
    assert rows.top.shape == (5, 0)
    assert made.definition.classes == 0


def test_a_network_that_gives_nan(folder: Path) -> None:
    class Nan(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.where(x.mean((1, 2, 3), keepdim=True) > 0, torch.nan, x)

    module = nn.Sequential(nn.Conv2d(3, 4, 3), Nan(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5))
    with torch.no_grad():
        module[0].weight.fill_(0.1)
        module[0].bias.fill_(0)
    net = Vision(module.eval(), [0.5] * 3, [0.5] * 3, size=16)
    with pytest.warns(BrokenPictures, match=r"with NaN or infinity at '0' \('\d+'"):
        made = gather(folder, drawn(30), ["0", "1"], net)
    found = report(made)
    bright = {str(i) for i in range(30) if drawn(30).read(str(i))[:, :, :].mean() > 0.55}
    assert bright <= set(found.nonfinite["0"])
    assert found.nonfinite["0"] == found.nonfinite["1"]
    assert found.fine == 30 - len(found.nonfinite["0"]) > 0


def test_numbers_beyond_float16_are_refused_with_the_way_out(folder: Path) -> None:
    net = toys.vision()
    with torch.no_grad():
        net.module.stem.weight.mul_(1e6)
    with pytest.raises(BadArgument, match='collect into a new folder with dtype="float32"'):
        gather(folder, drawn(5), "stem", net)
    made = gather(folder.with_name("wide"), drawn(5), "stem", net, dtype="float32")
    assert next(made.rows("stem")).activation.max() > 65504


def test_pictures_of_another_source_are_not_taken_for_broken(folder: Path, tmp_path: Path) -> None:
    class Stopping(Turned):
        def read(self, name: str, key: bytes | None = None, size: tuple[int, int] | None = None) -> Tensor:
            raise KeyboardInterrupt

    path = files(tmp_path / "pictures", 5)
    with pytest.raises(KeyboardInterrupt):
        gather(folder, Stopping(sources.folder(path), 0))
    with pytest.warns(Unfinished, match="5 pictures of an earlier run are not in this source"):
        made = gather(folder, drawn(20))
    assert (report(made).fine, report(made).waiting) == (20, 5)
    assert report(gather(folder, path)).fine == 25


def test_reading_stops_with_the_run(folder: Path) -> None:
    class Failing(Turned):
        def read(self, name: str, key: bytes | None = None, size: tuple[int, int] | None = None) -> Tensor:
            raise MemoryError

    import threading

    with pytest.raises(MemoryError):
        gather(folder, Failing(drawn(20), 0))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("phosphene-read")]


class Odd(Turned):
    """A source of which `name` gives something else: what it is, or an error that is raised."""

    def __init__(self, inner: Source, name: str, odd: Any) -> None:
        super().__init__(inner, 0)
        self.name, self.odd = name, odd

    def read(self, name: str, key: bytes | None = None, size: tuple[int, int] | None = None) -> Any:
        if name != self.name:
            return super().read(name, key, size)
        if isinstance(self.odd, Exception):
            raise self.odd
        return self.odd


@pytest.mark.parametrize(
    ("odd", "match"),
    [
        (None, "NoneType, not a picture"),
        ("0.png", "str, not a picture"),
        (torch.zeros(16, 16), r"a picture of shape \(16, 16\)"),
        (torch.zeros(1, 16, 16), r"a picture of shape \(1, 16, 16\)"),
        (torch.zeros(2, 3, 16, 16), "2 pictures, one expected"),
        (torch.zeros(3, 0, 16), r"a picture of shape \(3, 0, 16\)"),
        (torch.full((3, 16, 16), 7.0), r"a picture with values from 7 to 7, finite values in \[0, 1\] expected"),
        (torch.full((3, 16, 16), torch.nan), "a picture with values from nan to nan"),
        (torch.zeros(3, 16, 16, dtype=torch.complex64), r"a tensor of type torch\.complex64"),
        (np.array([None]), "an array of type object"),
        (torch.zeros(1).expand(3, 1, 4000), r"a picture of 1 x 4000 px, 16 x 64000 .* at most 200,000 pixels expected"),
        (RuntimeError("a bug of <source at 0x7f00>"), "RuntimeError: a bug of <source>"),
        (StopIteration("over"), "StopIteration: over"),
        (BadArgument("a name", "another", "write it"), "a name, another expected"),
    ],
)
def test_one_picture_is_never_fatal(folder: Path, monkeypatch: pytest.MonkeyPatch, odd: Any, match: str) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100_000)
    with pytest.warns(BrokenPictures, match=f"; '3': {match}"):
        made = gather(folder, Odd(drawn(9), "3", odd), "first")
    assert (report(made).fine, report(made).unreadable) == (8, ("3",))


@pytest.mark.parametrize("kind", ["bytes", "array", "wide", "image"])
def test_what_a_source_may_give(folder: Path, kind: str) -> None:
    pixels = (drawn(4).read("3") * 255).byte()
    image = Image.fromarray(pixels.permute(1, 2, 0).numpy())
    given = {"bytes": pixels, "array": pixels.numpy(), "wide": pixels.double() / 255, "image": image}
    expected = table(gather(folder, Odd(drawn(4), "3", pixels.float() / 255), "first"))
    assert table(gather(folder.with_name(kind), Odd(drawn(4), "3", given[kind]), "first")) == expected


@pytest.mark.slow
def test_workers_write_the_same_bytes(tmp_path: Path) -> None:
    one = gather(tmp_path / "one", drawn(70))
    two = gather(tmp_path / "two", drawn(70), workers=2)
    assert contents(one.folder) == contents(two.folder)


def test_progress_and_the_world_outside(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net = toys.vision()
    digest, state, threads = net.digest(), torch.random.get_rng_state(), torch.get_num_threads()
    gather(folder, drawn(20), net=net)
    assert capsys.readouterr() == ("", "")
    assert net.digest() == digest
    assert torch.equal(torch.random.get_rng_state(), state)
    assert torch.get_num_threads() == threads
    assert all(p.requires_grad for p in net.module.parameters())
