"""Opening a folder: whether a collection is in it, or may be made in it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

from ..errors import BadArgument, BadShard, NotWritten
from .definition import Definition
from .files import clean, sync, why, write_once
from .shards import room

MARKER = "store.json"
FORMAT = 1
OURS = re.compile(rf"{re.escape(MARKER)}\..*|append\.lock")
"""What a killed maker may have left in the temporary folder."""


def folder_of(path: Any) -> Path:
    """The absolute path of a folder; BadArgument for what is no path."""
    text = os.fspath(path) if isinstance(path, (str, os.PathLike)) else None
    if not isinstance(text, str) or "\0" in text:
        raise BadArgument(f"{path!r} as a folder"[:200], "a path expected", "write 'collection'")
    return Path(text).expanduser().absolute()


def make(path: Path, definition: Definition) -> None:
    """Make the folders, write what defines them unless something does, and remove what killed writers left.

    Raises BadArgument for a folder of other things, NotWritten where the system refuses.
    """
    marker = path / MARKER
    with refusals(path):
        path.mkdir(parents=True, exist_ok=True)
        if (other := _other(path)) is not None and not marker.exists():
            raise BadArgument(
                f"the folder {str(path)!r}, which has {str(other.relative_to(path))!r} in it and no {MARKER}",
                "a collection, an empty folder, or a new one expected",
                f"choose {str(path / 'collection')!r}",
            )
        (path / "tmp").mkdir(exist_ok=True)
        with locked(path):
            if not marker.exists():
                _fill(path, definition)
        clean(path / "tmp")


def _fill(path: Path, definition: Definition) -> None:
    for inner in ("images", *(f"shards/{room(layer)}" for layer in definition.layers)):
        (path / inner).mkdir(parents=True, exist_ok=True)
    sync(path / "shards")
    data = {
        "phosphene": "collection",
        "format": FORMAT,
        "digest": definition.digest,
        "definition": definition.json(),
    }
    write_once(path / MARKER, [json.dumps(data, indent=1, sort_keys=True).encode()], path / "tmp", lambda: False)


def _other(path: Path) -> Path | None:
    """A file that no maker of a collection left."""
    inside = (one for one in path.rglob("*") if not one.is_dir())
    return next((one for one in inside if one.parent != path / "tmp" or not OURS.fullmatch(one.name)), None)


def read(path: Path) -> Definition:
    """What defines the collection of a folder; BadArgument where there is none that this version reads."""
    try:
        data = json.loads((path / MARKER).read_bytes())
        form = data["format"] if data["phosphene"] == "collection" else None
        if form == FORMAT:
            return _whole(Definition.from_json(data["definition"]), data["digest"])
    except FileNotFoundError as problem:
        raise _refused(path, f"it has no {MARKER}", "make one with collect") from problem
    except OSError as problem:
        raise _refused(path, why(problem), "choose a folder that can be read") from problem
    except (LookupError, RecursionError, TypeError, ValueError) as problem:
        raise _refused(path, f"its {MARKER} is damaged: {problem}", f"restore {MARKER} from a copy") from problem
    if form is None:
        raise _refused(path, f"its {MARKER} is not a collection's", "choose another folder")
    raise _refused(path, f"its {MARKER} says format {form!r}", "use the version of phosphene that wrote it")


def _whole(definition: Definition, digest: str) -> Definition:
    if definition.digest != digest:
        raise ValueError("it was changed after it was written")
    return definition


def _refused(path: Path, reason: str, instead: str) -> BadArgument:
    return BadArgument(f"the folder {str(path)!r}: {reason}", f"a collection of format {FORMAT} expected", instead)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """While the list of pictures grows: one process at a time. The lock goes when its process dies."""
    with FileLock(path / "tmp" / "append.lock"):
        yield


@contextmanager
def refusals(path: Path) -> Iterator[None]:
    """What the system refuses, as NotWritten."""
    try:
        yield
    except (NotWritten, BadArgument, BadShard):
        raise
    except OSError as problem:
        raise NotWritten(
            f"the folder {str(path)!r}: {why(problem)}",
            "a folder that can be made and written expected",
            "choose another folder, or make room",
        ) from problem
