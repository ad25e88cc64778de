"""The page of the gallery: one file with all pictures and programs in it."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from .. import frame, sources

if TYPE_CHECKING:
    from ...gallery import Program

STYLES = ("theme", "text", "paper")
OWN_STYLES = ("rooms",)
WIDE = 1.6
"""A picture this much wider than high stands above its program, others beside it."""


def build(folder: Path, lead: str, rooms: Mapping[str, Sequence[Program]]) -> str:
    """The page of the programs of some rooms, whose pictures, NAME.png, are in a folder.  lead: what stands under the title."""
    style = sources.style(*(f"styles/{name}" for name in STYLES), *(f"gallery/styles/{name}" for name in OWN_STYLES))
    contents = "\n".join(_link(program) for inside in rooms.values() for program in inside)
    shown = "\n".join(_room(folder, title, inside) for title, inside in rooms.items())
    body = frame.body("gallery/body.html", contents=contents, rooms=shown)
    return frame.filled("The gallery of phosphene", style, body, lead=_prose(lead))


def _link(program: Program) -> str:
    return f'<li><a href="#{sources.escaped(program.name)}">{sources.escaped(program.title)}</a></li>'


def _room(folder: Path, title: str, inside: Sequence[Program]) -> str:
    works = "\n".join(_work(folder, program) for program in inside)
    return f"<section>\n<h2>{sources.escaped(title)}</h2>\n{works}\n</section>"


def _work(folder: Path, program: Program) -> str:
    content = (folder / f"{program.name}.png").read_bytes()
    picture = base64.b64encode(content).decode()
    with Image.open(io.BytesIO(content)) as image:
        width, height = image.size
    name, title = sources.escaped(program.name), sources.escaped(program.title)
    return f"""<figure id="{name}"{' class="wide"' if width > WIDE * height else ""}>
<img src="data:image/png;base64,{picture}" width="{width}" height="{height}" alt="{title}">
<figcaption>
<h3>{title}</h3>
<p>{_prose(program.about)}</p>
<pre tabindex="0" role="region" aria-label="The program of {title}"><code>{sources.escaped(program.code.rstrip())}</code></pre>
</figcaption>
</figure>"""


def _prose(text: str) -> str:
    """A text in which backticks mark code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", sources.escaped(text))
