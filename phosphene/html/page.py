"""A figure's data as one HTML page: template, style, scripts and data in one file that asks for nothing else."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from ..errors import TooLarge
from . import frame, sources
from .frame import MEGABYTE

STYLES = ("theme", "text", "controls", "picture", "layout", "entries", "explanation", "below", "paper")
SCRIPTS = (
    "arrays",
    "words",
    "elements",
    "icons",
    "maps",
    "picture",
    "entries",
    "dictionary",
    "parts",
    "grid",
    "groups",
    "influences",
    "explanation",
    "table",
    "panel",
    "paper",
    "page",
)
PARTS = {"pictures": "pictures", "sheet": "icons", "joint": "joint pictures", "maps": "maps", "links": "links"}
REMEDIES = {
    "pictures": "fewer pictures",
    "icons": "fewer layers, a smaller top= or a smaller size= of the icons",
    "joint pictures": "fewer layers or pictures",
    "maps": "fewer layers, a smaller top= or fewer pictures",
    "links": "fewer layers",
    "other numbers": "fewer layers or pictures",
}


def build(data: dict[str, Any], limit: float) -> str:
    """The page of a figure's `data`, as text.

    limit: the megabytes (millions of bytes) that the page may have. Numbers that are not finite become null.
    Errors: TooLarge beyond the limit.

    >>> data = {"kind": "dictionary", "title": "A < B", "caption": "", "made": [], "pictures": [], "layers": []}
    >>> "<title>A &lt; B</title>" in build(data, limit=1)
    True
    """
    style = sources.style(*(f"styles/{name}" for name in STYLES))
    script = sources.script(*(f"scripts/{name}" for name in SCRIPTS))
    body = frame.body("body.html", caption=sources.escaped(data["caption"]))
    page = frame.filled(data["title"], style, body, frame.code(script, data=data), kind="")
    if len(page.encode()) > limit * MEGABYTE:
        raise _too_large(data, len(page.encode()), limit)
    return page


def _too_large(data: dict[str, Any], size: int, limit: float) -> TooLarge:
    parts = _sizes(data).most_common()
    shares = ", ".join(f"{name} {part / MEGABYTE:.3g}" for name, part in parts[:3])
    needed = math.ceil(size / MEGABYTE)
    return TooLarge(
        f"the page of {data['title']!r} has {size / MEGABYTE:.3g} MB ({shares})",
        f"{limit:g} MB at most expected",
        f"write {REMEDIES[parts[0][0]]}; or limit={needed} to allow it",
    )


def _sizes(data: Any, part: str = "other numbers") -> Counter[str]:
    """The characters of text in the data, by what they show."""
    if isinstance(data, str):
        return Counter({part: len(data)})
    inside = [(PARTS.get(name, part), one) for name, one in data.items()] if isinstance(data, dict) else []
    inside += [(part, one) for one in data] if isinstance(data, (list, tuple)) else []
    return sum((_sizes(one, name) for name, one in inside), Counter())
