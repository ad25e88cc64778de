"""What the system refuses in the folder of a store, said in three parts."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import BadArgument, NotWritten, PhospheneError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def refusals(folder: Path) -> Iterator[None]:
    """NotWritten where there is no space; BadArgument for all else that cannot be made, read or written."""
    try:
        yield
    except OSError as problem:
        cause = problem.__cause__ if isinstance(problem, PhospheneError) else problem
        if not isinstance(cause, OSError):
            raise
        if cause.errno in FULL:
            raise NotWritten(
                f"no space in {str(folder)!r} ({cause.strerror})",
                "room for the icons that are missing expected",
                "make room and paint again: what was finished is kept",
            ) from problem
        raise closed(folder, f"{cause.strerror or cause}" + f", {cause.filename!r}" * bool(cause.filename)) from problem


def closed(folder: object, reason: str) -> BadArgument:
    """The error of a folder that cannot be used."""
    return BadArgument(
        f"the folder {str(folder)!r}: {reason}",
        "a folder that can be made and written expected",
        "write icons.Store('icons'), or set PHOSPHENE_CACHE",
    )
