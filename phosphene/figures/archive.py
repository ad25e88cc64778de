"""Figures as .npz archives: every array under its path, everything else as JSON under `figure`."""

from __future__ import annotations

import collections.abc
import dataclasses
import io
import json
import typing
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import BadArgument, PhospheneError
from . import shapes

FIGURE = "figure"


def pack(figure: Any) -> bytes:
    """The bytes of the archive of a figure."""
    arrays: dict[str, Any] = {}
    text = json.dumps({"kind": figure.kind, "figure": _taken_apart(figure, "", arrays)})
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **{FIGURE: np.array(text), **arrays})
    return buffer.getvalue()


def load(path: str | Path) -> Any:
    """Read a figure that `save` wrote as .npz; BadArgument for any other file, and for arrays that do not fit.

    >>> import tempfile, phosphene as ph, numpy as np
    >>> from phosphene.figures import Dictionary, Picture, load
    >>> one = Dictionary("t", {}, (Picture("p", np.zeros((2, 2, 3), np.uint8)),), "activation", np.zeros((1, 2)), ())
    >>> load(one.save(tempfile.mkdtemp() + "/data.npz")).pictures[0].image.shape
    (2, 2, 3)
    """
    from . import (
        Atlas,
        Bias,
        Dictionary,
        Explanation,
        Grid,
        Groups,
        Influences,
        Map,
        Plates,
        Robustness,
        Sprites,
        Table,
        Units,
    )

    first: tuple[Any, ...] = (Atlas, Bias, Dictionary, Explanation, Grid, Groups, Influences, Map)
    kinds = {one.kind: one for one in (*first, Plates, Robustness, Sprites, Table, Units)}
    try:
        content = io.BytesIO(Path(path).read_bytes())  # NumPy leaves a damaged file open
        with np.load(content, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        whole = json.loads(str(arrays[FIGURE]))
        found = _put_together(kinds[whole["kind"]], whole["figure"], arrays, "")
        shapes.check(found)
        return found
    except FileNotFoundError:
        raise BadArgument(f"{str(path)!r}: no such file", "a .npz file expected", "check the path") from None
    except Exception as problem:  # a damaged archive ends in errors of any kind
        reason = problem if isinstance(problem, (shapes.Wrong, PhospheneError)) else type(problem).__name__
        raise BadArgument(
            f"{str(path)!r} holds no figure ({reason})"[:600],
            "a .npz file that a figure's save wrote expected",
            "write figure.save('data.npz')",
        ) from problem


def _taken_apart(value: Any, path: str, arrays: dict[str, Any]) -> Any:
    """A record as JSON data, its arrays put aside under their paths."""
    if isinstance(value, np.ndarray):
        arrays[path] = value
        return {"array": path}
    if dataclasses.is_dataclass(value):
        fields = [f for f in dataclasses.fields(value) if f.init]
        return {f.name: _taken_apart(getattr(value, f.name), f"{path}/{f.name}".strip("/"), arrays) for f in fields}
    if isinstance(value, tuple):
        return [_taken_apart(one, f"{path}/{number}", arrays) for number, one in enumerate(value)]
    return dict(value) if isinstance(value, dict) else value


def _put_together(kind: Any, data: Any, arrays: dict[str, Any], where: str) -> Any:
    """The record of a type from what `_taken_apart` made."""
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin is np.ndarray:
        return _array(np.dtype(typing.get_args(inside[1])[0]), arrays[data["array"]], where)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        named = {name: _put_together(hints[name], one, arrays, f"{where}/{name}") for name, one in data.items()}
        return kind(**named)  # type: ignore[operator]
    if origin is tuple:
        _check(data, list, where)
        return tuple(_put_together(inside[0], one, arrays, f"{where}/{number}") for number, one in enumerate(data))
    if origin is collections.abc.Mapping:
        _check(data, dict, where)
        return {name: _put_together(inside[1], one, arrays, f"{where}/{name}") for name, one in data.items()}
    _check(data, (int, float) if kind is float else kind, where)
    return data


def _array(wanted: np.dtype[Any], array: Any, where: str) -> Any:
    """An array, of bytes where these are wanted, of numbers of any size where others are."""
    if array.dtype.kind != wanted.kind or (wanted.itemsize == 1) != (array.dtype.itemsize == 1):
        raise shapes.Wrong(f"{where.strip('/')} of type {array.dtype}, {wanted} expected")
    return array


def _check(data: Any, kind: Any, where: str) -> None:
    if not isinstance(data, kind) or (isinstance(data, bool) and kind is not bool):
        raise shapes.Wrong(f"{where.strip('/')} is {data!r}"[:200])
