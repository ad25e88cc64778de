"""How often pictures are taken for a class, over draws of transforms that none of them was painted under."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ..serialize import write_whole
from . import archive
from .base import Bytes, Floats, Numbers, writable_figure
from .scene import Scene


@dataclass(frozen=True, eq=False, repr=False)
class Robustness:
    """A robustness report of P pictures over N draws; the first picture is the one that the others are compared with.

    target: the class that counts as a success.  names: (P,).  classes: (P, N), the class that each draw was taken for.
    probability: (P, N), that of the target.  linf, lab: (P,), distances from the first picture: the largest change of a
    value in [0, 1], and the root of the mean squared color difference in CIE L*a*b*.  pictures: (P, h, w, 3), bytes.
    views: (P, k, h, w, 3), the first draws.
    """

    kind: ClassVar[str] = "robustness"
    caption: ClassVar[str] = (
        "The bar is the share of draws that are taken for the target; some of them are shown, framed where they are. "
        "The draws are the same for all pictures, and none of them was seen while they were painted."
    )
    title: str
    target: int
    names: tuple[str, ...]
    classes: Numbers
    probability: Floats
    linf: Floats
    lab: Floats
    pictures: Bytes
    views: Bytes

    @property
    def success(self) -> tuple[float, ...]:
        """By picture the share of draws that are taken for the target."""
        return tuple((self.classes == self.target).mean(1).tolist())

    def numbers(self, picture: int) -> list[str]:
        """What is said of a picture, line by line."""
        share = f"{self.success[picture]:.1%} of {self.classes.shape[1]} draws"
        if not self.linf[picture]:
            return [share]
        far = f"{255 * self.linf[picture]:.0f}/255"
        return [share, f"{far} at most, LAB {self.lab[picture]:.1f}"]

    def save(self, path: str | Path) -> Path:
        """Write .png, .svg or .html (the figure), or .npz (the arrays, for `figures.load`); BadArgument for another file."""
        path = writable_figure(path)
        makers: dict[str, Callable[[], bytes]] = {
            ".png": lambda: self.scene().png(),
            ".svg": lambda: self.scene().svg().encode(),
            ".html": lambda: _page(self.title, self.scene().svg()).encode(),
            ".npz": lambda: archive.pack(self),
        }
        write_whole(path, makers[path.suffix.lower()]())
        return path

    def scene(self) -> Scene:
        """The static figure."""
        from .scenes import robustness

        return robustness.scene(self)

    def __repr__(self) -> str:
        rows = [f"  {name}: {', '.join(self.numbers(i))}" for i, name in enumerate(self.names)]
        return "\n".join([self.title, *rows])

    def _repr_png_(self) -> bytes:
        return self.scene().png()


def _page(title: str, figure: str) -> str:
    """The figure in a page that needs nothing beside it."""
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>{figure}</html>'
