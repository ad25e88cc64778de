"""Scenes as pixels."""

from __future__ import annotations

import io
import math
from typing import Any

from PIL import Image as Canvas
from PIL import ImageDraw
from PIL.PngImagePlugin import PngInfo

from . import fonts
from .scene import Box, Image, Line, Scene, Text

FINER = 4


def png(scene: Scene, scale: float) -> bytes:
    """The bytes of a PNG; title and description are in its text chunks."""
    info = PngInfo()
    for name, text in (("Title", scene.title), ("Description", scene.about)):
        if text:
            info.add_itxt(name, text.encode("utf-8", "replace").decode())
    buffer = io.BytesIO()
    draw(scene, scale).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def draw(scene: Scene, scale: float) -> Canvas.Image:
    """The scene as a picture on white."""
    size = max(1, round(scene.width * scale)), max(1, round(scene.height * scale))
    canvas = Canvas.new("RGB", size, "#ffffff")
    pen = ImageDraw.Draw(canvas)
    for mark in scene.marks:
        if isinstance(mark, Image):
            _paste(canvas, mark, scale)
        elif isinstance(mark, Box):
            _box(pen, mark, scale)
        elif isinstance(mark, Line):
            ends = [mark.x * scale, mark.y * scale, (mark.x + mark.dx) * scale, (mark.y + mark.dy) * scale]
            pen.line(ends, mark.color, max(1, round(mark.thickness * scale)))
        else:
            _write(canvas, mark, scale)
    return canvas


def resampled(mark: Image, scale: float) -> Canvas.Image:
    """A picture at the size in which it is shown."""
    left, top, right, bottom = _corners(mark, scale)
    size = max(1, right - left), max(1, bottom - top)
    return Canvas.fromarray(mark.pixels).resize(size, Canvas.Resampling.LANCZOS)


def _corners(mark: Image | Box, scale: float) -> tuple[int, int, int, int]:
    """Edges in whole pixels, so that marks that touch still do."""
    edges = mark.x, mark.y, mark.x + mark.width, mark.y + mark.height
    left, top, right, bottom = (round(edge * scale) for edge in edges)
    return left, top, right, bottom


def _paste(canvas: Canvas.Image, mark: Image, scale: float) -> None:
    picture = resampled(mark, scale).convert("RGBA")
    canvas.paste(picture.convert("RGB"), _corners(mark, scale)[:2], picture.getchannel("A"))


def _box(pen: Any, mark: Box, scale: float) -> None:
    left, top, right, bottom = _corners(mark, scale)
    if mark.fill and right > left and bottom > top:
        pen.rectangle([left, top, right - 1, bottom - 1], fill=mark.fill)
    if mark.stroke:
        thick = max(1, round(mark.thickness * scale))
        before, after = thick // 2, thick - thick // 2 - 1
        for y in (top, bottom):
            pen.rectangle([left - before, y - before, right + after, y + after], fill=mark.stroke)
        for x in (left, right):
            pen.rectangle([x - before, top - before, x + after, bottom + after], fill=mark.stroke)


def _write(canvas: Canvas.Image, mark: Text, scale: float) -> None:
    """Drawn large and made small, since a font of few pixels sets its letters at whole ones."""
    size, text = mark.size * scale * FINER, fonts.drawable(mark.text)
    width = fonts.width(mark.text, mark.size, mark.bold) * scale
    left = mark.x * scale - {"start": 0.0, "middle": 0.5, "end": 1.0}[mark.anchor] * width
    edge, top = math.floor(left), math.floor((mark.y - mark.size) * scale)
    across, down = math.ceil(left + width) - edge + 2, math.ceil(1.5 * mark.size * scale)
    face = fonts.font(size)
    strokes = 1 + (round(fonts.thicker(mark.size) * scale * FINER) if mark.bold else 0)
    wide = (face.getlength(text) + strokes - 1) / width if text else FINER
    paper = Canvas.new("L", (math.ceil(across * wide), FINER * down))
    pen = ImageDraw.Draw(paper)
    for stroke in range(strokes):
        pen.text(((left - edge) * wide + stroke, (mark.y * scale - top) * FINER), text, 255, face, "ls")
    mask = paper.resize((across, down), Canvas.Resampling.BOX, (0, 0, across * wide, FINER * down))
    canvas.paste(mark.color, (edge, top), mask)
