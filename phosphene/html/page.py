"""A figure's data as one HTML page: template, style, scripts and data in one file that asks for nothing else."""

from __future__ import annotations

import functools
import html
import json
import math
from collections import Counter
from importlib import resources
from string import Template
from typing import Any

from ..errors import TooLarge

STYLES = ("theme", "text", "controls", "picture", "layout", "entries", "below", "paper")
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
MEGABYTE = 1_000_000


def build(data: dict[str, Any], limit: float) -> str:
    """The page of a figure's `data`, as text.

    limit: the megabytes (millions of bytes) that the page may have. Numbers that are not finite become null.
    Errors: TooLarge beyond the limit.

    >>> data = {"kind": "dictionary", "title": "A < B", "caption": "", "made": [], "pictures": [], "layers": []}
    >>> "<title>A &lt; B</title>" in build(data, limit=1)
    True
    """
    page = Template(_source("template.html")).substitute(
        title=_escaped(data["title"]),
        caption=_escaped(data["caption"]),
        style=_style(),
        script=_script(),
        data=_json(data),
    )
    if len(page.encode()) > limit * MEGABYTE:
        raise _too_large(data, len(page.encode()), limit)
    return page


def _json(data: Any) -> str:
    """JSON that is safe inside a script element: no text in it can end the element or begin a comment."""
    text = json.dumps(_finite(data), allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _finite(value: Any) -> Any:
    """The data with null for NaN and infinities, which JSON does not know."""
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _escaped(text: str) -> str:
    return html.escape(text).encode("ascii", "xmlcharrefreplace").decode()


@functools.cache
def _style() -> str:
    """All styles as one, the later above the earlier."""
    return "\n".join(_source(f"styles/{name}.css") for name in STYLES)


@functools.cache
def _script() -> str:
    """All scripts as one, in a function of its own so that no name of theirs meets one of the browser's."""
    sources = "\n".join(_source(f"scripts/{name}.js") for name in SCRIPTS)
    return f'(() => {{\n"use strict";\n{sources}\n}})();'


@functools.cache
def _source(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


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
