"""Claims: which process paints which icon. A claim is a locked file, so the system drops it when its process dies.

Whoever holds a claim removes its file in the end, before it lets go: the icon is in the store by then, or could not be
painted. So whoever finds the file gone looks again, finds the icon or claims it anew, and nobody paints twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from .refusals import refusals

SHARED = 0o666
"""The mode of lock files: whoever may write into the folder may lock them."""


@contextmanager
def claimed(folder: Path, keys: Iterable[str], most: int, done: Callable[[str], bool]) -> Iterator[list[str]]:
    """The first icons, at most `most`, that are not done and that nobody else has claimed; claimed while this is open.

    Nothing is waited for: where others hold all of them, the list is empty.
    """
    with ExitStack() as held:
        mine: list[str] = []
        for key in keys:
            if len(mine) == most:
                break
            lock = FileLock(folder / f"{key}.lock", mode=SHARED)
            held.callback(lock.release)
            with refusals(folder.parent), suppress(Timeout):
                lock.acquire(blocking=False)
                if not done(key):
                    mine.append(key)
                    held.callback(drop, folder, key)
        yield mine


def drop(folder: Path, key: str) -> None:
    """Remove the lock file of an icon that is in the store, whoever left it, or that the caller has claimed."""
    with suppress(PermissionError):  # Windows keeps a file that another process has open
        (folder / f"{key}.lock").unlink(missing_ok=True)
