"""The frame of a page in one file: its head, its title, and what a page says of how it was made."""

from __future__ import annotations

import math
from collections.abc import Mapping
from string import Template

from ..errors import TooLarge
from . import sources

MEGABYTE = 1_000_000


def filled(kind: str, title: str, style: str, body: str, code: str = "") -> str:
    """A page with a body, HTML, and with scripts, `script` elements; without them it allows itself none.

    >>> page = filled("Units", "A < B", "", "<p>all</p>")
    >>> "<title>A &lt; B</title>" in page, "script-src 'none'" in page
    (True, True)
    """
    return Template(sources.source("frame.html")).substitute(
        kind=sources.escaped(kind),
        title=sources.escaped(title),
        style=style,
        body=body,
        code=code,
        scripts="'unsafe-inline'" if code else "'none'",
    )


def made(lines: Mapping[str, str]) -> str:
    """How a figure was made, folded."""
    inside = "\n".join(
        f"<dt>{sources.escaped(name)}</dt><dd>{sources.escaped(line)}</dd>" for name, line in lines.items()
    )
    return f'<details class="made"><summary>How this was made</summary><dl>\n{inside}\n</dl></details>'


def limited(page: str, limit: float, title: str, remedy: str) -> str:
    """The page, where it has at most `limit` megabytes (millions of bytes); TooLarge beyond."""
    size = len(page.encode())
    if size > limit * MEGABYTE:
        raise TooLarge(
            f"the page of {title!r} has {size / MEGABYTE:.3g} MB",
            f"{limit:g} MB at most expected",
            f"{remedy}, or write limit={math.ceil(size / MEGABYTE)} to allow it",
        )
    return page
