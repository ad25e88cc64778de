"""Verification finds each wrong bit, each missing, cut and foreign file, and what it says to do mends it."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phosphene.collection import Collection, Problem, verify
from phosphene.errors import BadArgument, BadShard
from tests.activations import MADE, collect, fill, pictures, tree

PARTS = [pictures(20), pictures(10, 33)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole collection; each test leaves it as it was."""
    path = tmp_path_factory.mktemp("verify") / "store"
    collect(path, PARTS)
    return path


def mended(folder: Path, problem: Problem, before: dict[str, bytes]) -> None:
    """Do what the problem says, and nothing else."""
    if problem.mend.startswith("delete it"):
        (folder / problem.file).unlink()
    if problem.mend.endswith("collect again"):
        collect(folder, PARTS)
    assert verify(Collection(folder)) == []
    assert tree(folder) == before


def test_a_whole_collection_has_no_problem(folder: Path) -> None:
    assert verify(Collection(folder)) == []


@given(data=st.data())
def test_each_wrong_bit_of_a_shard_is_found_and_mended(folder: Path, data: st.DataObject) -> None:
    before = tree(folder)
    name = data.draw(st.sampled_from([name for name in before if name.startswith("shards")]))
    content = bytearray(before[name])
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    (folder / name).write_bytes(content)
    (problem,) = verify(Collection(folder))
    assert (problem.file, problem.mend) == (name, "delete it and collect again")
    assert str(problem).startswith(f"{name}: it")
    made = Collection(folder)
    with pytest.raises(BadShard, match="delete it and collect again"):  # and no wrong number is used
        [made.read(layer, k) for layer in made.layers for k in made.units()]
    mended(folder, problem, before)


def test_each_wrong_byte_of_a_header_is_found_by_whoever_reads_it(tmp_path: Path) -> None:
    collection = Collection.create(tmp_path, dataclasses.replace(MADE, layers={"first": (6, 8, 8)}))
    collection.append(pictures(8))
    fill(collection)
    path = collection.shard("first", 0).path
    content = path.read_bytes()
    for place in range(int.from_bytes(content[:8], "little") + 8):
        wrong = bytearray(content)
        wrong[place] ^= 4
        path.write_bytes(wrong)
        assert [problem.mend for problem in verify(collection)] == ["delete it and collect again"]
        with pytest.raises(BadShard, match="delete it and collect again"):
            collection.read("first", 0)


@given(data=st.data())
def test_each_wrong_bit_of_the_list_is_found(folder: Path, data: st.DataObject) -> None:
    before = tree(folder)
    name = data.draw(st.sampled_from([name for name in before if name.startswith("images")]))
    content = bytearray(before[name])
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    (folder / name).write_bytes(content)
    problems = verify(Collection(folder))
    assert name in f"{problems[0]}"
    assert "restore it from a copy" in problems[0].mend
    (folder / name).write_bytes(before[name])


def test_a_list_without_its_last_part_is_mended_by_collecting_again(folder: Path) -> None:
    before = tree(folder)
    last = sorted(name for name in before if name.startswith("images"))[-1]
    (folder / last).write_bytes(before[last][:-1])
    (problem,) = verify(Collection(folder))
    assert problem.what.startswith(f"{folder / last}, a part of the list of pictures: it has")
    assert problem.mend.endswith("delete it and the parts with larger numbers, and collect again")
    (folder / last).unlink()
    collect(folder, PARTS)
    assert verify(Collection(folder)) == []
    assert tree(folder) == before


@pytest.mark.parametrize("damage", ["missing", "cut", "longer", "empty", "text", "swapped", "other store", "folder"])
def test_a_damaged_shard_is_found_and_mended(folder: Path, tmp_path: Path, damage: str) -> None:
    before = tree(folder)
    collection = Collection(folder)
    path = collection.shard("tokens", 3).path
    content = path.read_bytes()
    if damage == "other store":
        other = Collection.create(tmp_path, dataclasses.replace(MADE, seed=9))
        other.append(pictures(33))
        fill(other)
        content = other.shard("tokens", 3).path.read_bytes()
    swapped = collection.shard("tokens", 2).path.read_bytes()
    bad = {"cut": content[:-1], "longer": content + b"\0", "empty": b"", "text": b"rows", "swapped": swapped}
    path.unlink()
    if damage == "folder":
        path.mkdir()
    elif damage != "missing":
        path.write_bytes(bad.get(damage, content))
    (problem,) = verify(collection)
    assert problem.file == path.relative_to(folder).as_posix()
    assert collection.missing() == [3]
    if damage == "folder":
        path.rmdir()
        problem = Problem(problem.file, problem.what, "collect again")
    else:
        assert problem.mend == ("collect again" if damage == "missing" else "delete it and collect again")
    mended(folder, problem, before)


@pytest.mark.parametrize("name", ["shards/first/mine.txt", "shards/nolayer/s-0000000-00.safetensors", "images/a.png"])
def test_a_foreign_file_is_named_and_does_no_harm(folder: Path, name: str) -> None:
    before = tree(folder)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("mine")
    collection = Collection(folder)
    assert collection.missing() == []
    assert verify(collection) == [Problem(name, "no file of this collection has this name", "delete it")]
    mended(folder, verify(collection)[0], before)


@pytest.mark.parametrize("lost", ["the last part", "all"])
def test_shards_of_a_lost_part_of_the_list_are_never_to_be_deleted(folder: Path, lost: str) -> None:
    before = tree(folder)
    parts = sorted(name for name in before if name.startswith("images"))
    for name in parts[-1:] if lost == "the last part" else parts:
        (folder / name).unlink()
    problems = verify(Collection(folder))
    assert len(problems) == (6 if lost == "the last part" else 15)
    assert {problem.what for problem in problems} == {"its pictures are not in the list"}
    assert all(problem.mend.startswith("a part of the list is missing: restore it") for problem in problems)
    assert not any("delete" in problem.mend for problem in problems)
    collect(folder, PARTS)
    assert verify(Collection(folder)) == []
    assert tree(folder) == before


def test_shards_of_pictures_that_another_part_has_can_be_deleted(tmp_path: Path) -> None:
    collect(tmp_path, [pictures(20)])
    next((tmp_path / "images").iterdir()).unlink()
    collect(tmp_path, [pictures(21)])
    problems = verify(Collection(tmp_path))
    assert len(problems) == 9
    assert {problem.mend for problem in problems} == {"delete it"}


def test_a_collection_without_its_list(tmp_path: Path) -> None:
    collect(tmp_path, PARTS)
    shutil.rmtree(tmp_path / "images")
    collection = Collection(tmp_path)
    with pytest.raises(BadShard, match=r"the list of pictures: it is missing.*restore it from a copy"):
        _ = collection.count
    with pytest.raises(BadShard, match="the list of pictures: it is missing"):
        collection.append(pictures(1))
    (problem,) = verify(collection)
    assert (problem.file, "restore it from a copy" in problem.mend) == ("images", True)


def test_shards_of_another_collection_are_foreign(folder: Path, tmp_path: Path) -> None:
    other = Collection.create(tmp_path, dataclasses.replace(MADE, seed=9))
    other.append(pictures(8))
    fill(other)
    path = other.shard("first", 0).path
    copied = folder / path.relative_to(tmp_path)
    copied.write_bytes(path.read_bytes())
    assert [problem.file for problem in verify(Collection(folder))] == [copied.relative_to(folder).as_posix()]
    copied.unlink()


def test_what_defines_it_is_part_of_it(folder: Path) -> None:
    collection = Collection(folder)
    text = (folder / "store.json").read_text()
    (folder / "store.json").write_text(text.replace("0.5", "0.25"))
    with pytest.raises(BadArgument, match=r"store.json is damaged: it was changed after it was written.*from a copy"):
        verify(collection)
    (folder / "store.json").write_text(text)
