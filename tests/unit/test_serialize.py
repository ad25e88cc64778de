"""JSON, the file of tensors beside it, and what is damaged."""

import errno
import json
import os
import subprocess
import sys

import pytest
import torch

from phosphene import transforms as tf
from phosphene.errors import BadArgument, MissingTensor, NotWritten, ParseError
from phosphene.objectives import channel, direction, expect, tv
from phosphene.serialize import from_json, keep_tensors, load, save, tensors_in, to_json, writable, write_whole
from phosphene.values import hold, tensor

a = channel("a", 0)

DAMAGED = {
    "nothing": (None, "data with the key 'objective' or 'value' expected"),
    "no key": ({}, "data with the key"),
    "empty": ({"objective": []}, "an empty table"),
    "no table": ({"objective": 3}, "row 0 of an objective's table: 3"),
    "unknown kind": ({"objective": [["sun", 0, 0]]}, "row 0 .*'sun'"),
    "unknown term": ({"objective": [["term", "chanel", "a", {}, []]]}, "Nearest: 'channel'"),
    "no term": ({"objective": [["term", 3, "a", {}, []]]}, "row 0"),
    "arguments": ({"objective": [["term", "tv", "image", [], []]]}, "row 0"),
    "a random view": (
        {"objective": [["term", "tv", "image", {}, ["tf.jitter(1)"]]]},
        "a view is a transform without randomness",
    ),
    "later row": ({"objective": [["number", "1"], ["sum", 0, 1]]}, "row 1 .*a node over earlier rows expected"),
    "negative row": ({"objective": [["number", "1"], ["sum", 0, -1]]}, "row 1"),
    "true row": ({"objective": [["number", "1"], ["sum", 0, True]]}, "row 1"),
    "no number": ({"objective": [["number", "nan"]]}, "row 0"),
    "1/0": ({"objective": [["number", "1/0"]]}, "row 0"),
    "half power": ({"objective": [["number", "2"], ["power", 0.5, 0]]}, "a whole number from 0 expected"),
    "function": ({"objective": [["number", "2"], ["map", "3", 0]]}, "a registered function expected"),
    "infinite mask": ({"objective": [["number", "2"], ["at", float("inf"), 0]]}, "picture is inf"),
    "text": ({"value": "tf.padd(1)"}, "Nearest: "),
    "no text": ({"value": 3}, "text expected"),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_damaged(what):
    data, message = DAMAGED[what]
    with pytest.raises(ParseError, match=message) as caught:
        from_json(data)
    assert caught.value.instead


def test_shared_parts_are_written_once():
    big = a
    for _ in range(60):
        big = big * big + a
    rows = to_json(big)["objective"]
    assert len(rows) == 121
    assert from_json({"objective": rows}) == big


def values():
    vector = torch.arange(4.0)
    return direction("a", vector) @ tf.pad(1) - 2 * expect(tv(), tf.jitter(1), 2).at(1), vector


def test_save_and_load(tmp_path):
    value, vector = values()
    save(value, tmp_path / "x.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.json", "x.safetensors"]
    assert load(tmp_path / "x.json") == value
    assert list(tensors_in(value)) == [hold(vector).digest]
    save(tf.pad(3), tmp_path / "y.json")
    assert load(tmp_path / "y.json") == tf.pad(3)
    assert not (tmp_path / "y.safetensors").exists()


ELSEWHERE = "import pickle, sys; x = pickle.load(open(sys.argv[1], 'rb')); import torch; \
print(repr(x), x.numbers() if hasattr(x, 'numbers') else x({'a': torch.ones(1, 4, 1, 1)}).item())"


def test_a_pickle_carries_its_tensors_to_another_process(tmp_path):
    import pickle

    value = direction("a", torch.arange(4.0))
    (tmp_path / "x.pickle").write_bytes(pickle.dumps(value))
    command = [sys.executable, "-W", "ignore", "-c", ELSEWHERE, str(tmp_path / "x.pickle")]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert shown.strip() == f"{value!r} 6.0"


def test_the_numbers_of_a_tensor_that_is_only_named():
    named = tensor("0" * 32, (4,), "float32")
    with pytest.raises(MissingTensor, match=r"is only the name of a tensor.*load_tensors\(path\)"):
        tensors_in(direction("a", named))
    assert tensors_in(direction("a", named), known=True) == {}
    with pytest.raises(ParseError, match="its numbers have the digest"):
        keep_tensors({"0" * 32: torch.zeros(4)})


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(BadArgument, match=r"a .json file expected. write 'x.json'"):
        save(a, tmp_path / "x.safetensors")
    (tmp_path / "x.json").write_text('{"objective": [')
    with pytest.raises(ParseError, match=r"a file that serialize.save wrote expected"):
        load(tmp_path / "x.json")


def test_a_crash_leaves_the_old_file(tmp_path):
    path = tmp_path / "x.json"
    save(a, path)
    with pytest.raises(TypeError):
        write_whole(path, "text instead of bytes")
    assert json.loads(path.read_text()) == to_json(a)
    assert [p.name for p in tmp_path.iterdir()] == ["x.json"]


@pytest.mark.parametrize("name", ["a\0b.html", "a" * 253, "a" * 300, "/sys/x.html", "/proc/x.html"])
def test_a_file_that_cannot_be_written_is_refused_before_the_work(name, tmp_path):
    with pytest.raises(BadArgument, match=r"a name and a folder that a file can be written to expected"):
        writable(tmp_path / name)
    with pytest.raises(NotWritten, match="make room, or write another path"):
        write_whole(tmp_path / name, b"")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["missing/a.png", "", "b\0/a.png"])
def test_a_file_in_no_folder(name, tmp_path):
    for refused in (writable, lambda path: write_whole(path, b"")):
        with pytest.raises(BadArgument, match=r"is no folder|is a folder"):
            refused(tmp_path / name)


def test_asking_leaves_nothing_behind_and_the_old_file_as_it_was(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    assert writable(str(path)) == path
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("a.png", b"old")]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_what_the_system_refuses_has_three_parts(step, tmp_path, monkeypatch):
    def full(*given):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "a.png").write_bytes(b"old")
    monkeypatch.setattr(os, step, full)
    with pytest.raises(NotWritten, match=r"a.png': No space left on device.*with room.*what was there is left"):
        write_whole(tmp_path / "a.png", b"new")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("a.png", b"old")]
