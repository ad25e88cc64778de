"""Claims: which process paints which icon. A claim is a locked file, so the system drops it when its process dies.

A lock file is removed only once its icon is in the store. So whoever finds it gone, or holds a lock on a
file that is gone, finds the icon when it looks again, and nobody paints twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout


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
            lock = FileLock(folder / f"{key}.lock")
            held.callback(lock.release)
            with suppress(Timeout):
                lock.acquire(blocking=False)
                if not done(key):
                    mine.append(key)
        yield mine


def drop(folder: Path, key: str) -> None:
    """Remove the lock file of an icon that is in the store, whoever left it."""
    with suppress(PermissionError):  # Windows keeps a file that another process has open
        (folder / f"{key}.lock").unlink(missing_ok=True)
