"""Frames and the maps of layers in them, kept for a page that plays them."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import BadArgument
from ..figures.base import FITTED, FRAME, Bytes, Floats, Numbers
from ..html.frame import MEGABYTE
from ..html.maps import page
from ..serialize import writable, write_whole
from ..values import check_number
from ..video import RATE
from .looking import Looks, chosen_of
from .sheet import as_bytes


@dataclass(frozen=True, eq=False, repr=False)
class ClipLayer:
    """channels: (n,), which are kept.  maps: (frames, n, rows, columns)."""

    name: str
    channels: Numbers
    maps: Floats


@dataclass(frozen=True, eq=False, repr=False)
class Clip:
    """Frames, and the activation maps of layers in each.

    title: one line.  made: how it was made, as lines of text by name.  rate: frames a second.  pictures: (frames, h, w, 3), as
    the network saw them.  status: "completed", or "interrupted", where Ctrl-C ended it and the frames until then are kept.
    """

    title: str
    made: Mapping[str, str]
    rate: float
    pictures: Bytes
    layers: tuple[ClipLayer, ...]
    status: str = "completed"

    def __repr__(self) -> str:
        parts = ", ".join(f"{one.name!r} {one.maps.shape[1:]}" for one in self.layers)
        return f"Clip({self.title!r}: {len(self.pictures)} frames, {parts})"

    def save(self, path: str | Path, limit: float = 16) -> Path:
        """Write the page, .html: it plays the frames with their maps, and needs nothing beside it.

        limit: the megabytes that it may have.  Errors: BadArgument for another kind of file or a folder that is not there;
        TooLarge beyond the limit.
        """
        path = clip_page(path)
        write_whole(path, self.page(limit).encode())
        return path

    def page(self, limit: float = 16) -> str:
        """The page as text; TooLarge beyond `limit` megabytes."""
        return page.build(self, limit)

    def _repr_html_(self) -> str:
        inside, title = html.escape(self.page(), quote=True), html.escape(self.title, quote=True)
        return f'<iframe srcdoc="{inside}" title="{title}" {FRAME}></iframe>{FITTED}'


def clip(
    model: Any,
    layers: str | Sequence[str],
    frames: Any,
    channels: Sequence[int] | None = None,
    size: int | tuple[int, int] | None = None,
    rate: float = RATE,
    limit: float = 16,
) -> Clip:
    """Look at frames and keep them with the maps of layers, for the page that `.save("maps.html")` writes.

    model, layers, frames, size: as for `look`.  channels: of each layer, all where not given.  rate: frames a second.
    limit: the megabytes that the page may have: what frames and maps will take is known before the network looks at them, of
    an iterator while it is read. Ctrl-C keeps the frames until then.
    Errors: as `look`; BadArgument for a channel, a rate; TooLarge.

    >>> import phosphene as ph
    >>> net, frames = ph.load("patterns"), [ph.models.patterns.draw("dots", seed, size=48) for seed in range(2)]
    >>> clip(net, ["block2", "block3"], frames, channels=range(4), size=48)
    Clip('patterns: block2, block3': 2 frames, 'block2' (4, 12, 12), 'block3' (4, 6, 6))
    """
    check_number("clip", "rate", rate, 0.01, 1000)
    check_number("clip", "limit", limit, 0.001)
    looks = Looks(model, layers, frames, size)
    chosen = {name: chosen_of(name, channels, shape[0]) for name, shape in looks.shapes.items()}
    shapes = [(len(chosen[name]), int(rows), int(columns)) for name, (_, rows, columns) in looks.shapes.items()]
    if looks.frames.again:
        count = sum(1 for _ in looks.frames)
        _check(count, count * page.weight(as_bytes(looks.first().picture), shapes), limit)
    seen: list[tuple[Bytes, dict[str, Floats]]] = []
    needed, status = 0.0, "completed"
    try:
        for one in looks:
            maps = {name: one.activations[name][places].float().numpy() for name, places in chosen.items()}
            seen.append((as_bytes(one.picture), maps))
            needed += page.weight(seen[-1][0], shapes)
            _check(len(seen), needed, limit)
    except KeyboardInterrupt:
        if not seen:
            raise
        status = "interrupted"
    kept = (
        ClipLayer(name, np.array(where), np.stack([maps[name] for _, maps in seen])) for name, where in chosen.items()
    )
    title = f"{looks.vision.name}: {', '.join(chosen)}"
    return Clip(title, looks.made(), float(rate), np.stack([picture for picture, _ in seen]), tuple(kept), status)


def clip_page(path: str | Path) -> Path:
    """The path of a page that can be written; BadArgument for another kind of file."""
    path = writable(path)
    if path.suffix.lower() != ".html":
        raise BadArgument(
            f"save({str(path)!r})",
            "a page (.html) expected",
            f"write {path.with_suffix('.html').name!r}",
        )
    return path


def _check(frames: int, size: float, limit: float) -> None:
    if size + page.OVERHEAD > limit * MEGABYTE:
        raise page.too_large(frames, size + page.OVERHEAD, limit)
