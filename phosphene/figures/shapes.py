"""The shapes of the arrays of figures, checked where a figure is read from a file that anything may have written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SHOWN = {"units": "N", "icons": "N s s 3", "maps": "P N rows columns"}

SHAPES: Mapping[str, Mapping[str, str]] = {
    "Picture": {"image": "h w 3"},
    "Dictionary": {"pins": "n 2"},
    "DictionaryLayer": {**SHOWN, "index": "P rows columns k", "value": "P rows columns k"},
    "Explanation": {"scores": "P O"},
    "ExplanationLayer": {"maps": "P O rows columns", "ends": "P O", "totals": "P O", "missing": "P O"},
    "GridLayer": {"vectors": "P rows columns channels", "icons": "P rows columns s s 3", "joint": "P h w 3"},
    "GroupsLayer": {
        "maps": "P g rows columns",
        "directions": "g channels",
        "icons": "g s s 3",
        "attribution": "P g|P 0",
    },
    "Influences": {"scores": "P", "missing": "L P"},
    "InfluencesLayer": {**SHOWN, "index": "P k", "value": "P k", "spatial": "P rows columns"},
    "Table": {"images": "rows columns h w 3"},
    "Plates": {"values": "N h w c", "images": "N H W 3"},
    "Robustness": {
        "classes": "P N",
        "probability": "P N",
        "linf": "P",
        "lab": "P",
        "pictures": "P h w 3",
        "views": "P k h w 3",
    },
    "Bias": {"shape": "N G", "texture": "N G", "other": "N G", "images": "E h w 3"},
    "Link": {"matrix": "P above_rows above_columns below_rows below_columns"},
}
"""By record and field: numbers, P pictures, L layers, O objectives, numbers that the record has, and letters that stand for
one number in all arrays of a record. An atlas looks after itself."""


class Wrong(ValueError):
    """A field that does not fit; the message names it."""


def check(figure: Any) -> None:
    """Wrong where an array has another shape than its figure, or names a channel or a layer that is not there."""
    layers = getattr(figure, "layers", ())
    named = {name: len(getattr(figure, name)) for name in ("rows", "columns") if hasattr(figure, name)}
    given = {"P": len(figure.names if figure.kind == "robustness" else figure.pictures), "L": len(layers), **named}
    if hasattr(figure, "objectives"):
        given["O"] = len(figure.objectives)
    _check(figure, "", given)
    for number, picture in enumerate(figure.pictures):
        _check(picture, f"pictures/{number}/", given)
    for number, layer in enumerate(layers):
        own = {name: getattr(layer, name) for name in ("rows", "columns", "channels") if hasattr(layer, name)}
        _check(layer, f"layers/{number}/", {**given, **own})
        if hasattr(layer, "index"):
            _within(layer.index, len(layer.units), f"layers/{number}/index")
        if hasattr(layer, "method"):
            _within([layer.method], len(figure.methods), f"layers/{number}/method")
    for number, link in enumerate(getattr(figure, "links", ())):
        _within([link.lower, link.upper], len(layers), f"links/{number}")
        ends = {"above": layers[link.upper], "below": layers[link.lower]}
        places = {f"{end}_{side}": getattr(one, side) for end, one in ends.items() for side in ("rows", "columns")}
        _check(link, f"links/{number}/", {**given, **places})


def _check(record: Any, where: str, given: Mapping[str, int]) -> None:
    known = dict(given)
    for name, wanted in SHAPES.get(type(record).__name__, {}).items():
        shape = getattr(record, name).shape
        for one in wanted.split("|"):
            named = _named(shape, one.split(), known)
            if named is not None:
                known = named
                break
        else:
            raise Wrong(f"{where}{name} of shape {shape}, ({wanted.replace(' ', ', ')}) expected, with {known}")


def _named(shape: tuple[int, ...], axes: list[str], known: Mapping[str, int]) -> dict[str, int] | None:
    """What letters stand for after a shape has been matched; None where it does not match."""
    found = dict(known)
    fits = len(shape) == len(axes) and all(
        (int(axis) if axis.isdigit() else found.setdefault(axis, size)) == size
        for axis, size in zip(axes, shape, strict=True)
    )
    return found if fits else None


def _within(places: Any, count: int, where: str) -> None:
    flat = places if isinstance(places, list) else places.ravel().tolist()
    if flat and not (min(flat) >= 0 and max(flat) < count):
        raise Wrong(f"{where} with {min(flat)} to {max(flat)}, places from 0 to {count - 1} expected")
