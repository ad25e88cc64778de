"""Scenes as SVG text: pictures inside as data URLs, texts as wide as they were measured, whatever font shows them."""

from __future__ import annotations

import base64
import io
import re
from xml.sax.saxutils import escape, quoteattr

from . import fonts, raster
from .scene import Box, Image, Line, Mark, Scene, Text

FONTS = "Aileron, Helvetica Neue, Helvetica, Arial, sans-serif"
DENSITY = 2
"""Pixels of a picture for one unit, as in a PNG."""

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(scene: Scene) -> str:
    """The text of the SVG."""
    size = f'width="{_number(scene.width)}" height="{_number(scene.height)}"'
    named = "".join(
        f"<{name}>{_safe(text)}</{name}>\n" for name, text in (("title", scene.title), ("desc", scene.about)) if text
    )
    box = f'viewBox="0 0 {_number(scene.width)} {_number(scene.height)}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} role="img" font-family="{FONTS}">\n'
    paper = '<rect width="100%" height="100%" fill="#ffffff"/>\n'
    return head + named + paper + "".join(f"{_mark(mark)}\n" for mark in scene.marks) + "</svg>\n"


def _mark(mark: Mark) -> str:
    if isinstance(mark, Image):
        return _image(mark)
    if isinstance(mark, Box):
        return _box(mark)
    return _line(mark) if isinstance(mark, Line) else _text(mark)


def _image(mark: Image) -> str:
    """Resampled here, since programs differ in how they enlarge; photographs as JPEG, which all of them read."""
    buffer = io.BytesIO()
    picture = raster.resampled(mark, DENSITY)
    photograph = picture.mode == "RGB"
    if photograph:
        picture.save(buffer, "JPEG", quality=92, subsampling=0)
    else:
        picture.save(buffer, "PNG")
    data = base64.b64encode(buffer.getvalue()).decode()
    url = f"data:image/{'jpeg' if photograph else 'png'};base64,{data}"
    return f'<image {_place(mark)} preserveAspectRatio="none" href="{url}"/>'


def _box(mark: Box) -> str:
    stroke = f' stroke={quoteattr(mark.stroke)} stroke-width="{_number(mark.thickness)}"' if mark.stroke else ""
    return f"<rect {_place(mark)} fill={quoteattr(mark.fill or 'none')}{stroke}/>"


def _line(mark: Line) -> str:
    x1, y1, x2, y2 = map(_number, (mark.x, mark.y, mark.x + mark.dx, mark.y + mark.dy))
    ends = f'x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"'
    return f'<line {ends} stroke={quoteattr(mark.color)} stroke-width="{_number(mark.thickness)}"/>'


def _text(mark: Text) -> str:
    length = _number(fonts.width(mark.text, mark.size, mark.bold))
    weight = ' font-weight="600"' if mark.bold else ""
    return (
        f'<text x="{_number(mark.x)}" y="{_number(mark.y)}" font-size="{_number(mark.size)}"{weight} '
        f'text-anchor="{mark.anchor}" fill={quoteattr(mark.color)} textLength="{length}" '
        f'lengthAdjust="spacingAndGlyphs">{_safe(mark.text)}</text>'
    )


def _place(mark: Image | Box) -> str:
    x, y, width, height = map(_number, (mark.x, mark.y, mark.width, mark.height))
    return f'x="{x}" y="{y}" width="{width}" height="{height}"'


def _safe(text: str) -> str:
    """A text without the characters that XML has no way to write."""
    return escape(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text))


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
