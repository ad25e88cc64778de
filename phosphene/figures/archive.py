"""Figures as .npz archives: every array under its path, everything else as JSON under `figure`."""

from __future__ import annotations

import dataclasses
import io
import json
import typing
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import BadArgument

FIGURE = "figure"


def pack(figure: Any) -> bytes:
    """The bytes of the archive of a figure."""
    arrays: dict[str, Any] = {}
    text = json.dumps({"kind": figure.kind, "figure": _taken_apart(figure, "", arrays)})
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **{FIGURE: np.array(text), **arrays})
    return buffer.getvalue()


def load(path: str | Path) -> Any:
    """Read a figure that `save` wrote as .npz; BadArgument for any other file.

    >>> import tempfile, phosphene as ph, numpy as np
    >>> from phosphene.figures import Dictionary, Picture, load
    >>> one = Dictionary("t", {}, (Picture("p", np.zeros((2, 2, 3), np.uint8)),), "activation", np.zeros((1, 2)), ())
    >>> load(one.save(tempfile.mkdtemp() + "/data.npz")).pictures[0].image.shape
    (2, 2, 3)
    """
    from . import Dictionary, Grid, Groups, Influences

    kinds = {one.kind: one for one in (Dictionary, Grid, Groups, Influences)}
    try:
        content = io.BytesIO(Path(path).read_bytes())  # NumPy leaves a damaged file open
        with np.load(content, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        whole = json.loads(str(arrays[FIGURE]))
        return _put_together(kinds[whole["kind"]], whole["figure"], arrays)
    except FileNotFoundError:
        raise BadArgument(f"{str(path)!r}: no such file", "a .npz file expected", "check the path") from None
    except (OSError, KeyError, TypeError, ValueError, AttributeError, zipfile.BadZipFile, EOFError) as problem:
        raise BadArgument(
            f"{str(path)!r} holds no figure ({type(problem).__name__})",
            "a .npz file that a figure's save wrote expected",
            "write figure.save('data.npz')",
        ) from problem


def _taken_apart(value: Any, path: str, arrays: dict[str, Any]) -> Any:
    """A record as JSON data, its arrays put aside under their paths."""
    if isinstance(value, np.ndarray):
        arrays[path] = value
        return {"array": path}
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {f.name: _taken_apart(getattr(value, f.name), f"{path}/{f.name}".strip("/"), arrays) for f in fields}
    if isinstance(value, tuple):
        return [_taken_apart(one, f"{path}/{number}", arrays) for number, one in enumerate(value)]
    return dict(value) if isinstance(value, dict) else value


def _put_together(kind: Any, data: Any, arrays: dict[str, Any]) -> Any:
    """The record of a type from what `_taken_apart` made."""
    if isinstance(data, dict) and set(data) == {"array"}:
        return arrays[data["array"]]
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        named = {f.name: _put_together(hints[f.name], data[f.name], arrays) for f in dataclasses.fields(kind)}
        return kind(**named)  # type: ignore[operator]
    if typing.get_origin(kind) is tuple:
        return tuple(_put_together(typing.get_args(kind)[0], one, arrays) for one in data)
    return data
