"""What all pages are put together from: the files of styles and scripts as one text each, data and texts made safe."""

from __future__ import annotations

import functools
import html
import json
import math
from importlib import resources
from string import Template
from typing import Any


@functools.cache
def source(name: str) -> str:
    """The text of a file in this package."""
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


@functools.cache
def style(*names: str) -> str:
    """Style sheets as one, the later above the earlier; $FOR and $AGAINST are the colors of static figures."""
    from ..figures import colors  # figures are built on pages

    text = Template("\n".join(source(f"{name}.css") for name in names))
    return text.substitute(FOR=colors.FOR, AGAINST=colors.AGAINST)


@functools.cache
def script(*names: str, within: tuple[str, ...] = ()) -> str:
    """Scripts as one, in a function of its own so that no name of theirs meets one of the browser's.

    within: further scripts that use the others, in a block in which they may use names of theirs anew.
    """
    shared, own = ("\n".join(source(f"{name}.js") for name in group) for group in (names, within))
    inside = f"{shared}\n{{\n{own}\n}}" if own else shared
    return f'(() => {{\n"use strict";\n{inside}\n}})();'


def json_text(data: Any) -> str:
    """JSON that is safe inside a script element: no text in it can end the element or begin a comment.

    Numbers that are not finite become null.

    >>> json_text({"name": "</script>", "value": float("nan")})
    '{"name":"\\\\u003c/script>","value":null}'
    """
    text = json.dumps(_finite(data), allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def escaped(text: str) -> str:
    """A text as HTML, in ASCII."""
    return html.escape(text).encode("ascii", "xmlcharrefreplace").decode()


def _finite(value: Any) -> Any:
    """The data with null for NaN and infinities, which JSON does not know."""
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
