"""The list of pictures: sorted, each once, the same in any order; what is appended changes nothing before it."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phosphene.collection import Collection
from phosphene.errors import BadArgument, BadShard
from tests.activations import MADE, Picture, fill, picture, pictures, tree

names = st.text(max_size=8)
entries = st.lists(
    st.builds(Picture, st.integers(0, 30).map(lambda number: picture(number).key), names, st.integers(-1, 2**31 - 1)),
    max_size=40,
)


def listed(collection: Collection) -> list[Picture]:
    keys = [key.tobytes() for key in collection.keys(0)]
    return [Picture(*one) for one in zip(keys, collection.names(), collection.labels().tolist(), strict=True)]


@given(st.lists(entries, max_size=4), st.randoms())
def test_a_list_is_that_of_a_plain_loop(parts: list[list[Picture]], random: object) -> None:
    expected: list[Picture] = []
    with TemporaryDirectory() as folder:
        collection = Collection.create(folder, MADE)
        for part in parts:
            best: dict[bytes, Picture] = {}
            for one in part:
                rank = one.name.encode(), one.label
                if one.key not in best or rank < (best[one.key].name.encode(), best[one.key].label):
                    best[one.key] = one
            new = [best[key] for key in sorted(set(best) - {one.key for one in expected})]
            shuffled = part.copy()
            random.shuffle(shuffled)  # type: ignore[attr-defined]
            segment = collection.append(iter(shuffled))
            assert (segment.count if segment else 0) == len(new)
            expected += new
        assert listed(collection) == expected
        assert collection.count == len(expected)
        for start, stop in [(0, 5), (3, 17), (11, 11), (20, 99)]:
            assert collection.names(start, stop) == [one.name for one in expected[start:stop]]
            assert [key.tobytes() for key in collection.keys(start, stop)] == [one.key for one in expected[start:stop]]
            assert collection.labels(start, stop).tolist() == [one.label for one in expected[start:stop]]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=5))
def test_units_cover_the_list_once_and_never_cross_a_segment(counts: list[int]) -> None:
    with TemporaryDirectory() as folder:
        collection = Collection.create(folder, MADE)
        ends = np.cumsum([0, *counts]).tolist()
        for start, stop in pairwise(ends):
            collection.append(pictures(start, stop))
        units = [collection.unit(k) for k in collection.units()]
        assert [place for unit in units for place in unit] == list(range(sum(counts)))
        assert all(len(unit) <= MADE.per_shard for unit in units)
        assert {unit.start for unit in units} >= set(ends[:-1])
        for unit in units:
            assert unit.stop in ends or len(unit) == MADE.per_shard


def test_appending_leaves_what_was_there(tmp_path: Path) -> None:
    collection = Collection.create(tmp_path, MADE)
    collection.append(pictures(20))
    fill(collection)
    before = tree(tmp_path)
    assert collection.append(pictures(20)) is None
    assert collection.append([]) is None
    added = collection.append(pictures(15, 30))
    assert added is not None
    assert (added.number, added.count, added.start, added.first) == (1, 10, 20, 3)
    assert collection.missing() == [3, 4]
    fill(collection)
    assert before.items() < tree(tmp_path).items()


def test_shards_of_a_segment_do_not_hang_on_names_of_files(tmp_path: Path) -> None:
    for place, name in enumerate(["a", "b"]):
        collection = Collection.create(tmp_path / name, MADE)
        collection.append(Picture(one.key, one.name * (place + 1), one.label) for one in pictures(20))
        fill(collection)
    one, two = ({path: part for path, part in tree(tmp_path / name).items() if "shards" in path} for name in "ab")
    assert one == two


def test_names_of_any_bytes(tmp_path: Path) -> None:
    given = ["", "a\udcffb", "日本.png", "a" * 5000]
    collection = Collection.create(tmp_path, MADE)
    collection.append(Picture(picture(place).key, name, -1) for place, name in enumerate(given))
    assert sorted(collection.names()) == sorted(given)


def test_keys_that_end_in_zeros_are_told_apart(tmp_path: Path) -> None:
    keys = [bytes([1]) * length + bytes(16 - length) for length in range(17)]
    collection = Collection.create(tmp_path, MADE)
    collection.append(Picture(key, "", -1) for key in keys[::2])
    collection.append(Picture(key, "", -1) for key in keys)
    assert [key.tobytes() for key in collection.keys(0)] == sorted(keys[::2]) + sorted(keys[1::2])


def test_memory_of_a_list_is_that_of_its_bytes(tmp_path: Path) -> None:
    count = 20_000
    collection = Collection.create(tmp_path, MADE)
    tracemalloc.start()
    try:
        collection.append(picture(number) for number in range(count))
        kept, peak = tracemalloc.get_traced_memory()
        assert peak < 200 * count
        collection.append(picture(number) for number in range(count))
        tracemalloc.reset_peak()
        for k in (0, 1000, 2000):
            unit = collection.unit(k)
            collection.names(unit.start, unit.stop)
        kept, again = tracemalloc.get_traced_memory()
        assert kept < 100_000
        assert again < 200_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (Picture(b"short", "a", 0), "a key of 16 bytes and a name expected"),
        (Picture(bytes(16), 3, 0), "a key of 16 bytes and a name expected"),  # type: ignore[arg-type]
        (Picture(bytes(16), "a", -2), "an integer from -1 expected"),
        (Picture(bytes(16), "a", 2**31), "an integer from -1 expected"),
        (Picture(bytes(16), "a\ud800", 0), r"the name 'a\\ud800'.*text expected"),
    ],
)
def test_bad_entries(tmp_path: Path, entry: Picture, message: str) -> None:
    collection = Collection.create(tmp_path, MADE)
    with pytest.raises(BadArgument, match=message):
        collection.append([picture(1), entry])
    assert collection.count == 0


@pytest.mark.parametrize("damage", ["missing", "cut", "twice", "foreign", "others"])
def test_a_damaged_list_is_refused(tmp_path: Path, damage: str) -> None:
    collection = Collection.create(tmp_path / "a", MADE)
    for numbers in [(10,), (10, 20), (20, 30)]:
        collection.append(pictures(*numbers))
    path = collection.segments[1].path
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "twice":
        path.with_name(f"00001-{'0' * 16}.safetensors").write_bytes(content)
    elif damage == "others":
        path.write_bytes(collection.segments[2].path.read_bytes())
    else:
        path.write_bytes(content[:-1] if damage == "cut" else b"text")
    reason = {"missing": "missing", "twice": "(there twice|of another)", "others": "of another collection"}
    with pytest.raises(BadShard, match=f"{reason.get(damage, 'its ')}.*restore it from a copy"):
        Collection(tmp_path / "a").segments  # noqa: B018


@pytest.mark.parametrize("end", [-1, -(2**62), 2**62, 10_000])
@pytest.mark.parametrize("place", [0, 3, 8])
def test_damaged_places_of_names(tmp_path: Path, place: int, end: int) -> None:
    collection = Collection.create(tmp_path, MADE)
    segment = collection.append(pictures(8))
    assert segment is not None
    content = bytearray(segment.path.read_bytes())
    start = segment.header.tensors["end"][2] + 8 * place
    content[start : start + 8] = end.to_bytes(8, "little", signed=True)
    segment.path.write_bytes(content)
    with pytest.raises(BadShard, match=r"places of names that are outside of it.*restore it from a copy"):
        Collection(tmp_path).names()
