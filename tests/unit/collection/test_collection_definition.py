"""What defines a collection: one digest for one meaning, differences by field, bad input."""

from __future__ import annotations

import dataclasses
import json
import pickle
from typing import Any

import pytest

from phosphene.collection import Definition
from phosphene.errors import BadArgument
from tests.activations import MADE

OTHERS: dict[str, Any] = {
    "model": {**MADE.model, "weights": "1" * 32},
    "size": (16, 17),
    "layers": {**MADE.layers, "first": (6, 8, 9)},
    "seed": 1,
    "dtype": "float32",
    "attribution": -1,
    "classes": 21,
    "labels": tuple(map(str, range(20))),
    "batch": 4,
    "threads": 2,
    "take": "max",
    "examples": 9,
    "per_shard": 16,
}


@pytest.mark.parametrize("name", OTHERS)
def test_each_field_counts_and_is_named(name: str) -> None:
    made = dataclasses.replace(MADE, attribution=0) if name == "take" else MADE
    other = dataclasses.replace(made, **{name: OTHERS[name]})
    assert other.digest != made.digest
    assert other != made
    lines = made.difference(other).splitlines()
    assert all(line.startswith(f"  {name}") and " there, " in line for line in lines)
    assert len(lines) == (1 if name != "labels" else 21)


def test_no_field_is_left_out() -> None:
    assert set(OTHERS) == {field.name for field in dataclasses.fields(Definition)}


def test_differences_of_parts_are_named_one_by_one() -> None:
    other = dataclasses.replace(MADE, model={**MADE.model, "name": "b"}, layers={"first": (6, 8, 8), "new": (3,)})
    assert MADE.difference(other).splitlines() == [
        "  model.name: 'made up' there, 'b' here",
        "  layers.a.b/c: [5, 1, 1] there, nothing here",
        "  layers.tokens: [4, 1, 9] there, nothing here",
        "  layers.new: nothing there, [3, 1, 1] here",
    ]
    assert MADE.difference(MADE) == ""


def test_one_meaning_has_one_digest() -> None:
    turned = dataclasses.replace(
        MADE, layers=dict(reversed(MADE.layers.items())), model=dict(reversed(MADE.model.items())), size=[16, 16]
    )
    for same in (turned, Definition.from_json(json.loads(json.dumps(MADE.json()))), pickle.loads(pickle.dumps(MADE))):
        assert same == MADE
        assert (same.digest, hash(same)) == (MADE.digest, hash(MADE))
    assert MADE.layers == {"a.b/c": (5, 1, 1), "first": (6, 8, 8), "tokens": (4, 1, 9)}


@pytest.mark.parametrize(("attribution", "kept"), [(0, 0), (3, 3), (16, 16), (50, 20), (-1, 20)])
def test_how_many_classes_are_kept(attribution: int, kept: int) -> None:
    assert dataclasses.replace(MADE, attribution=attribution).kept == kept


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": {"name": "a"}}, "a model without 'weights'"),
        ({"model": {"name": object(), "weights": "a"}}, "plain JSON data expected"),
        ({"model": {"name": "a", "weights": float("nan")}}, "plain JSON data expected"),
        ({"size": 16}, r"\(h, w\) expected"),
        ({"size": (16, 0)}, "size is 0"),
        ({"layers": {}}, "names with shapes expected"),
        ({"layers": {"": (3,)}}, "names with shapes expected"),
        ({"layers": {"a": (1, 2, 3, 4)}}, r"\(C, H, W\) expected"),
        ({"layers": {"a": (0, 2, 3)}}, "the shape of 'a' is 0"),
        ({"layers": {"a": (1, 2**16 + 1, 3)}}, "the shape of 'a' is 65537"),
        ({"seed": 2**63}, "seed is 9223372036854775808"),
        ({"dtype": "bfloat16"}, "one of 'float16', 'float32' expected"),
        ({"attribution": -2}, "attribution is -2"),
        ({"classes": 2**16 + 1}, "classes is 65537"),
        ({"batch": 0}, "batch is 0"),
        ({"per_shard": 20}, "a multiple of the batch, 8, expected. write per_shard=16"),
        ({"labels": ("a",)}, "one for each of the 20 classes expected"),
    ],
)
def test_bad_definitions(change: dict[str, Any], message: str) -> None:
    with pytest.raises(BadArgument, match=message):
        dataclasses.replace(MADE, **change)
