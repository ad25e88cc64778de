"""A shard: bytes that hang on its rows alone, a file that is whole or not believed, numbers that fit."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from phosphene.collection import FINE, NONFINITE, UNREADABLE, Collection, Rows
from phosphene.errors import BadArgument, BadShard, PhospheneError, ShapeMismatch, UnknownLayer
from tests.activations import MADE, fill, pictures, rows


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    made = Collection.create(tmp_path / "store", MADE)
    made.append(pictures(20))
    return made


def same(one: Rows, other: Rows) -> None:
    for field in dataclasses.fields(Rows):
        a, b = getattr(one, field.name), getattr(other, field.name)
        assert a.dtype == b.dtype, field.name
        assert np.array_equal(a, b), field.name


@pytest.mark.parametrize("change", [{}, {"dtype": "float32"}, {"attribution": 0}, {"attribution": -1}, {"seed": -7}])
def test_rows_come_back(tmp_path: Path, change: dict[str, Any]) -> None:
    collection = Collection.create(tmp_path, dataclasses.replace(MADE, **change))
    collection.append(pictures(20))
    fill(collection)
    for layer in collection.layers:
        found = list(collection.rows(layer))
        assert [len(part) for part in found] == [8, 8, 4]
        for k, part in enumerate(found):
            same(part, rows(collection, k, layer))
            same(part, collection.read(layer, k))
    assert (Rows.join(found).state == NONFINITE).sum() > 0


def test_files_are_those_of_safetensors(collection: Collection) -> None:
    fill(collection)
    shard = collection.shard("a.b/c", 1)
    assert shard.path.parent.name == "a.b%2Fc"
    given, found = rows(collection, 1, "a.b/c"), safetensors.numpy.load_file(shard.path)
    assert set(found) == {field.name for field in dataclasses.fields(Rows)} - {"image"}
    for name, array in found.items():
        assert np.array_equal(array, getattr(given, name))
    with safetensors.safe_open(shard.path, "np") as file:
        metadata = file.metadata()
    assert list(metadata) == ["phosphene"]
    note = json.loads(metadata["phosphene"])
    assert (note["store"], note["layer"], note["k"]) == (MADE.digest, "a.b/c", 1)
    assert (shard.path.stat().st_size - int.from_bytes(shard.path.read_bytes()[:8], "little")) == 8 + sum(
        array.nbytes for array in found.values()
    )


def test_names_and_bytes_are_known_before_the_work(collection: Collection, tmp_path: Path) -> None:
    again = Collection.create(tmp_path / "again", MADE)
    again.append(reversed(pictures(20)))
    fill(collection)
    for layer in collection.layers:
        for k in collection.units():
            one, other = collection.shard(layer, k), again.shard(layer, k)
            assert one.path.relative_to(collection.folder) == other.path.relative_to(again.folder)
            assert one.path.read_bytes() == b"".join(other.pack(rows(again, k, layer)))
    names = [collection.shard(layer, k).path for layer in collection.layers for k in collection.units()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", ["..", ".", "a/../b", "é%2F", "a b"])
def test_a_layer_of_any_name_stays_in_its_room(tmp_path: Path, name: str) -> None:
    collection = Collection.create(tmp_path, dataclasses.replace(MADE, layers={name: (6, 8, 8)}))
    collection.append(pictures(5))
    fill(collection)
    assert collection.shard(name, 0).path.parent.parent == tmp_path / "shards"
    assert collection.shard(name, 0).path.parent.resolve() == collection.shard(name, 0).path.parent
    assert collection.present(name) == [0]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    """A whole collection; each test leaves it as it was."""
    collection = Collection.create(tmp_path_factory.mktemp("whole"), MADE)
    collection.append(pictures(20))
    fill(collection)
    return collection


@given(data=st.data())
def test_every_cut_is_noticed(data: st.DataObject, whole: Collection) -> None:
    collection = whole
    path = collection.shard("first", 1).path
    content = path.read_bytes()
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    assert collection.missing() == [1]
    assert collection.present("first") == [0, 2]
    with pytest.raises(BadShard, match=r"shard 1 of layer 'first', .*: it.*collect again"):
        collection.read("first", 1)
    fill(collection)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "content", [b"", b"text", b"\x08" + b"\0" * 7 + b"[1, 2]  ", b"\xff" * 64, b"[" * 9999, "other"]
)
def test_a_foreign_file_is_ignored_and_replaced(collection: Collection, content: Any) -> None:
    fill(collection)
    path = collection.shard("first", 1).path
    before = path.read_bytes()
    if content == b"[" * 9999:
        content = (9992).to_bytes(8, "little") + b"[" * 9992
    path.write_bytes(collection.shard("first", 0).path.read_bytes() if content == "other" else content)
    assert collection.missing() == [1]
    assert len(list(collection.rows("first"))) == 2
    fill(collection)
    assert path.read_bytes() == before


def test_the_first_writer_wins(collection: Collection) -> None:
    fill(collection)
    path = collection.shard("first", 0).path
    before = path.stat()
    fill(collection, [0])
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_part_of_the_layers_may_be_written(collection: Collection) -> None:
    collection.write(1, {"first": rows(collection, 1, "first")})
    assert (collection.present("first"), collection.present("tokens")) == ([1], [])
    assert collection.missing() == [0, 1, 2]


def changed(rows: Rows, name: str, place: Any, value: Any) -> Rows:
    array = getattr(rows, name).astype(np.float32 if name in ("activation", "value") else np.int64)
    array[place] = value
    return dataclasses.replace(rows, **{name: array})


BAD: list[tuple[Callable[[Rows], Rows], type[PhospheneError], str]] = [
    (lambda r: changed(r, "activation", (1, 2), 65504), BadArgument, 'up to 65504.*below 65504.*dtype="float32"'),
    (lambda r: changed(r, "activation", (1, 2), -1e9), BadArgument, "shard 0 of layer 'first': activations up to 1e"),
    (lambda r: changed(r, "value", (1, 2), 70000), BadArgument, "attributions up to 70000"),
    (lambda r: changed(r, "activation", (1, 2), np.nan), BadArgument, "NaN or infinity.*mark such rows NONFINITE"),
    (lambda r: changed(r, "value", (1, 2), -np.inf), BadArgument, "NaN or infinity"),
    (lambda r: changed(r, "state", 1, UNREADABLE), BadArgument, "numbers in rows that are not fine"),
    (lambda r: changed(r, "state", 1, 7), BadArgument, "numbers in rows that are not fine"),
    (lambda r: changed(r, "yx", (1, 0), 8), ShapeMismatch, "positions in 8 x 8 and classes below 20"),
    (lambda r: changed(r, "yx", (1, 0), -1), ShapeMismatch, "positions in 8 x 8 and classes below 20"),
    (lambda r: changed(r, "top", (1, 0), 20), ShapeMismatch, "positions in 8 x 8 and classes below 20"),
    (lambda r: changed(r, "key", (1, 0), 300), BadArgument, "rows of other pictures"),
    (lambda r: changed(r, "image", 1, 0), BadArgument, "rows of other pictures. pictures 0 to 7 in order"),
    (lambda r: changed(r, "label", 1, 55), BadArgument, "rows of other pictures"),
    (lambda r: r.take(slice(0, 7)), BadArgument, "rows of other pictures"),
    (lambda r: r.take(slice(None, None, -1)), BadArgument, "rows of other pictures"),
    (lambda r: dataclasses.replace(r, activation=r.activation[:, :5]), ShapeMismatch, r"activation of shape \(8, 5\)"),
    (lambda r: dataclasses.replace(r, top=r.top[:, :2]), ShapeMismatch, r"top of shape \(8, 2\)"),
]


@pytest.mark.parametrize("place", range(len(BAD)))
def test_bad_rows_are_refused(collection: Collection, place: int) -> None:
    change, kind, message = BAD[place]
    good = rows(collection, 0, "first")
    assert good.state[1] == FINE
    with pytest.raises(kind, match=message):
        collection.write(0, {"first": change(good)})
    assert collection.present("first") == []
    assert [path.name for path in (collection.folder / "tmp").iterdir() if path.name != "append.lock"] == []


def test_float32_holds_what_float16_does_not(tmp_path: Path) -> None:
    collection = Collection.create(tmp_path, dataclasses.replace(MADE, dtype="float32"))
    collection.append(pictures(8))
    large = changed(rows(collection, 0, "first"), "activation", (1, 2), 1e30)
    collection.write(0, {"first": large})
    assert collection.read("first", 0).activation[1, 2] == np.float32(1e30)


def test_rows_that_are_not_fine_are_kept(collection: Collection) -> None:
    good = rows(collection, 0, "first")
    state = np.array([FINE, UNREADABLE, NONFINITE, *good.state[3:]], np.uint8)
    zero = (state == FINE)[:, None]
    given = dataclasses.replace(good, state=state, activation=good.activation * zero, value=good.value * zero)
    collection.write(0, {"first": given})
    same(collection.read("first", 0), given)


@pytest.mark.parametrize("k", [-1, 3, 1.0, "0"])
def test_units_that_are_none(collection: Collection, k: Any) -> None:
    with pytest.raises(BadArgument, match=r"one of range\(0, 3\) expected"):
        collection.unit(k)


def test_a_layer_that_is_none(collection: Collection) -> None:
    for call in (
        collection.present,
        lambda layer: collection.read(layer, 0),
        lambda layer: list(collection.rows(layer)),
    ):
        with pytest.raises(UnknownLayer, match=r"layer 'frist'.*Nearest: 'first'"):
            call("frist")
