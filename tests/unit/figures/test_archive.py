from __future__ import annotations

import dataclasses
import io
import tempfile
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from phosphene.errors import BadArgument
from phosphene.figures import archive, load
from tests.drawn_figures import KINDS, figure, figures


def same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    if dataclasses.is_dataclass(a):
        return type(a) is type(b) and all(same(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a))
    if isinstance(a, tuple):
        return isinstance(b, tuple) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and bool(a == b)


@given(figures())
def test_what_is_packed_comes_out_again(one: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert same(load(one.save(f"{folder}/data.npz")), one)


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_survives_its_file(kind: str, tmp_path: Any) -> None:
    one = figure(kind, pictures=2, layers=2)
    assert same(load(one.save(tmp_path / "data.npz")), one)


@pytest.mark.parametrize("made", [{"array": "layers/0/maps"}, {"array": "none"}, {"": ""}, {}])
def test_how_a_figure_was_made_may_be_said_in_any_words(made: dict[str, str], tmp_path: Any) -> None:
    one = dataclasses.replace(figure("groups"), made=made)
    assert same(load(one.save(tmp_path / "data.npz")), one)


def test_no_file(tmp_path: Any) -> None:
    with pytest.raises(BadArgument, match=r"no such file.*check the path"):
        load(tmp_path / "none.npz")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not an archive"], ids=["empty", "cut", "text"])
def test_another_file(content: bytes, tmp_path: Any) -> None:
    (tmp_path / "data.npz").write_bytes(content)
    with pytest.raises(BadArgument, match="holds no figure"):
        load(tmp_path / "data.npz")


def test_an_archive_of_something_else(tmp_path: Any) -> None:
    np.savez(tmp_path / "data.npz", x=np.zeros(3))
    with pytest.raises(BadArgument, match=r"holds no figure \(KeyError\)"):
        load(tmp_path / "data.npz")


@pytest.mark.parametrize("text", ["{", "[]", '{"kind": "poster", "figure": {}}', '{"kind": "grid", "figure": {}}'])
def test_a_damaged_figure(text: str, tmp_path: Any) -> None:
    np.savez(tmp_path / "data.npz", figure=np.array(text))
    with pytest.raises(BadArgument, match="holds no figure"):
        load(tmp_path / "data.npz")


def test_a_missing_array(tmp_path: Any) -> None:
    with np.load(io.BytesIO(archive.pack(figure("grid")))) as file:
        kept = {name: file[name] for name in file.files if "vectors" not in name}
    np.savez(tmp_path / "data.npz", **kept)
    with pytest.raises(BadArgument, match="holds no figure"):
        load(tmp_path / "data.npz")
