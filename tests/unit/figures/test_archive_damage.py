"""Archives that anything may have written: what does not fit is refused by the name of its field."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phosphene.errors import BadArgument
from phosphene.figures import Dictionary, Grid, Groups, Influences, archive, load
from phosphene.figures.shapes import SHAPES
from tests.drawn_figures import KINDS, figure

PACKED = {kind: archive.pack(figure(kind, pictures=2, layers=2)) for kind in KINDS}


def edited(path: Path, kind: str, change: Callable[[Any, Any], Any]) -> Path:
    """The archive of a figure after a change of its JSON data and its arrays."""
    with np.load(io.BytesIO(PACKED[kind])) as file:
        arrays = {name: file[name] for name in file.files}
    whole = json.loads(str(arrays["figure"]))
    change(whole["figure"], arrays)
    arrays["figure"] = np.array(json.dumps(whole))
    np.savez(path / "data.npz", **arrays)
    return path / "data.npz"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_damaged_archive_is_refused_or_whole(kind: str, data: st.DataObject, tmp_path_factory: Any) -> None:
    content = bytearray(PACKED[kind])
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=6)):
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / f"{kind}.npz"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)) | st.just(len(content)))])
    try:
        found = load(path)
    except BadArgument:
        return
    assert found.page().startswith("<!doctype")


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"kind": ["grid"], "figure": {}}', "null", '{"kind": "grid", "figure": 3}']
)
def test_json_of_something_else(text: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", figure=np.array(text))
    with pytest.raises(BadArgument, match="holds no figure"):
        load(tmp_path / "data.npz")


def test_a_mapping_may_have_any_names(tmp_path: Path) -> None:
    one = dataclasses.replace(figure("grid"), made={"array": "units", "x": "y"})
    assert load(one.save(tmp_path / "a.npz")).made == one.made


EDITS: dict[str, tuple[str, Callable[[Any, Any], Any], str]] = {
    "rows": ("dictionary", lambda w, a: w["layers"][0].update(rows="<b>"), "layers/0/rows is '<b>'"),
    "bool": ("dictionary", lambda w, a: w["layers"][1].update(rows=True), "layers/1/rows is True"),
    "whitened": ("grid", lambda w, a: w.update(whitened=1), "whitened is 1"),
    "title": ("grid", lambda w, a: w.update(title=5), "title is 5"),
    "made": ("grid", lambda w, a: w.update(made={"network": 3}), "made/network is 3"),
    "layers": ("grid", lambda w, a: w.update(layers=5), "layers is 5"),
    "pictures": ("grid", lambda w, a: w.update(pictures=w["pictures"][:1]), r"layers/0/vectors of shape \(2, "),
    "bytes": (
        "grid",
        lambda w, a: a.update({"pictures/0/image": np.zeros((4, 4, 3))}),
        "pictures/0/image of type float64",
    ),
    "text": (
        "grid",
        lambda w, a: a.update({"layers/0/vectors": np.array("x")}),
        "layers/0/vectors of type <U1, float32",
    ),
    "index": (
        "dictionary",
        lambda w, a: a["layers/0/index"].fill(99),
        "layers/0/index with 99 to 99, places from 0 to 4",
    ),
    "below": ("dictionary", lambda w, a: a["layers/0/index"].fill(-1), "layers/0/index with -1 to -1"),
    "link": ("influences", lambda w, a: w["links"][0].update(upper=7), "links/0 with 0 to 7, places from 0 to 1"),
    "missing": ("influences", lambda w, a: a.update(missing=np.zeros((3, 2))), r"missing of shape \(3, 2\), \(L, P\)"),
    "attribution": (
        "groups",
        lambda w, a: a.update({"layers/0/attribution": np.zeros((2, 1))}),
        "layers/0/attribution",
    ),
    "colors": (
        "grid",
        lambda w, a: a.update({"pictures/1/image": np.zeros((4, 4, 4), np.uint8)}),
        "pictures/1/image of shape",
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_does_not_fit_is_named(edit: str, tmp_path: Path) -> None:
    kind, change, said = EDITS[edit]
    with pytest.raises(BadArgument, match=f"holds no figure .{said}"):
        load(edited(tmp_path, kind, change))


@pytest.mark.parametrize("kind", KINDS)
def test_every_axis_of_every_array_counts(kind: str, tmp_path: Path) -> None:
    with np.load(io.BytesIO(PACKED[kind])) as file:
        arrays = {name: file[name] for name in file.files if name != "figure"}
    for name, array in arrays.items():
        for axis in range(array.ndim):
            flat = np.concatenate([array, array, array], axis)
            if name.endswith(("image", "units", "pins", "joint")) and axis < array.ndim - 1:
                continue  # their heights, widths and counts are free, or other arrays are at fault
            with pytest.raises(BadArgument, match="of shape"):
                load(edited(tmp_path, kind, lambda w, a, name=name, flat=flat: a.update({name: flat})))


def test_every_array_has_its_shape_on_file() -> None:
    for kind in (Dictionary, Grid, Groups, Influences):
        pending = [figure(kind.kind, layers=2)]
        while pending:
            record = pending.pop()
            arrays = {f.name for f in dataclasses.fields(record) if isinstance(getattr(record, f.name), np.ndarray)}
            assert arrays == set(SHAPES.get(type(record).__name__, {})), type(record)
            inside = (getattr(record, f.name) for f in dataclasses.fields(record))
            pending += [one for value in inside if isinstance(value, tuple) for one in value]
