"""Layouts kept in their collection: what is no collection, and a folder that cannot be written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from phosphene.atlas import kept_layout, pca
from phosphene.atlas.kept import NotKept
from phosphene.collection import Collection
from phosphene.errors import BadArgument
from tests.activations import MADE, fill, pictures


@pytest.fixture
def collected(tmp_path: Path) -> Collection:
    made = Collection.create(tmp_path / "c", MADE)
    made.append(pictures(20))
    fill(made)
    return made


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("here", r"the path 'here'.*write collection\.Collection\('here'\)"),
        (Path("here"), r"write collection\.Collection\('here'\)"),
        (None, "NoneType as a collection"),
    ],
)
def test_what_is_no_collection_is_named(given: Any, message: str) -> None:
    with pytest.raises(BadArgument, match=message):
        kept_layout(given, "first", pca())


def test_a_collection_that_cannot_be_written_loses_no_layout(collected: Collection) -> None:
    """A file stands where the folder of layouts would be: the system refuses, whoever asks."""
    expected = kept_layout(collected, "first", pca())
    (kept,) = (collected.folder / "layouts").iterdir()
    kept.unlink()
    (collected.folder / "layouts").rmdir()
    (collected.folder / "layouts").touch()
    with pytest.warns(NotKept, match=r"'first' is not kept in .*layout\.save\('layout\.safetensors'\)"):
        found = kept_layout(collected, "first", pca())
    np.testing.assert_array_equal(found.place, expected.place)
    assert (found.outliers, found.made) == (expected.outliers, expected.made)


def test_a_disk_that_refuses_loses_no_layout(collected: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise PermissionError(30, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.warns(NotKept, match="Read-only file system"):
        assert len(kept_layout(collected, "first", pca()).place) == 20


def test_the_class_of_a_method_is_refused(collected: Collection) -> None:
    with pytest.raises(BadArgument, match=r"write method=atlas\.pca\(\)"):
        kept_layout(collected, "first", pca)  # type: ignore[arg-type]
