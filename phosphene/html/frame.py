"""The frame that all pages have: head, title, body, scripts; and what a page says of how it was made."""

from __future__ import annotations

import math
from collections.abc import Mapping
from string import Template
from typing import Any

from ..errors import TooLarge
from . import sources

MEGABYTE = 1_000_000


def filled(
    title: str,
    style: str,
    body: str,
    code: str = "",
    *,
    kind: str | None = None,
    lead: str | None = None,
    images: str = "data:",
    scripts: str | None = None,
) -> str:
    """A page.  body: HTML below its title.  code: `script` elements, see `code`.  kind, lead: text above the title, HTML below.

    images, scripts: what the page allows itself to load, its own alone where not given; without `code` no script.

    >>> page = filled("A < B", "", "<p>all</p>", kind="Units")
    >>> "<title>A &lt; B</title>" in page, "script-src 'none'" in page
    (True, True)
    """
    header = [
        *([] if kind is None else [f'<p id="kind">{sources.escaped(kind)}</p>']),
        f"<h1>{sources.escaped(title)}</h1>",
        *([] if lead is None else [f"<p>{lead}</p>"]),
    ]
    return Template(sources.source("frame.html")).substitute(
        title=sources.escaped(title),
        style=style,
        header="\n".join(header),
        body=body.rstrip("\n"),
        code=code,
        images=images,
        scripts=scripts or ("'unsafe-inline'" if code else "'none'"),
    )


def body(name: str, **given: str | int) -> str:
    """The body of a page from a file of this package, with HTML for its names."""
    return Template(sources.source(name)).substitute(given)


def code(script: str, **data: Any) -> str:
    """A script and the data that it reads, each as an element of its name."""
    blocks = "".join(
        f'<script type="application/json" id="{name}">{sources.json_text(value)}</script>\n'
        for name, value in data.items()
    )
    return f"{blocks}<script>\n{script}\n</script>\n"


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
