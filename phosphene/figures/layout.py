"""Scenes beside, below and over each other, and the parts that all figures are made of.

Every function returns a scene as large as what is in it, so that nothing overlaps that was not put over something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from . import fonts
from .colors import AGAINST as AGAINST
from .colors import FOR as FOR
from .scene import Box, Image, Line, Scene, Text

if TYPE_CHECKING:
    from .base import Figure

WIDTH, HEIGHT, MARGIN, GAP = 960, 2000, 20, 18
"""The room of a figure, in units: as long as one part is no longer, no side has more than 4,000 pixels at scale 2."""
LEAST = 560
"""The width that the text of a figure has at least."""

INK, GREY, RULE = "#1a1a1a", "#6b6b6b", "#d9d9d9"


def beside(*scenes: Scene, gap: float = 0) -> Scene:
    """From left to right, all of them at the top."""
    return _placed(zip(scenes, _starts([one.width for one in scenes], gap), (0.0,) * len(scenes), strict=True))


def below(*scenes: Scene, gap: float = 0) -> Scene:
    """From top to bottom, all of them at the left."""
    return _placed(zip(scenes, (0.0,) * len(scenes), _starts([one.height for one in scenes], gap), strict=True))


def flow(scenes: Sequence[Scene], width: float, gap: float) -> Scene:
    """From left to right, in a new row where the width is used up."""
    rows: list[list[Scene]] = []
    for scene in scenes:
        if rows and sum(one.width + gap for one in rows[-1]) + scene.width <= width + 0.5:
            rows[-1].append(scene)
        else:
            rows.append([scene])
    return below(*(beside(*row, gap=gap) for row in rows), gap=gap)


def within(scene: Scene, width: float, height: float | None = None) -> Scene:
    """A scene in the upper left corner of a larger frame."""
    return Scene(width, scene.height if height is None else height, scene.marks)


def padded(scene: Scene, left: float, top: float) -> Scene:
    """A scene further to the right and downwards."""
    return Scene(scene.width + left, scene.height + top, scene.moved(left, top))


def label(text: str, size: float = 11, bold: bool = False, color: str = INK, room: float | None = None) -> Scene:
    """One line of text, its end cut off where it is wider than `room`."""
    shown = text if room is None else fonts.shortened(text, room, size, bold)
    mark = Text(0, size, shown, size, bold, "start", color)
    return Scene(fonts.width(shown, size, bold), size * 1.3, (mark,))


def paragraph(text: str, width: float, size: float = 11, most: int = 8) -> Scene:
    """Text in at most so many lines of at most `width`."""
    lines = fonts.wrapped(text, width, size)
    if len(lines) > most:
        lines[most - 1 :] = [fonts.shortened(f"{lines[most - 1]} …", width, size)]
    return below(*(label(line, size, color=GREY) for line in lines), gap=size * 0.15)


def picture(pixels: NDArray[np.uint8], width: float, height: float) -> Scene:
    """A picture as large as it can be in a frame, its sides in proportion."""
    rows, columns = pixels.shape[:2]
    scale = min(width / columns, height / rows)
    width, height = columns * scale, rows * scale
    return Scene(width, height, (Image(0, 0, width, height, pixels),))


def bar(value: float, most: float, width: float, height: float = 4, color: str = INK, hollow: bool = False) -> Scene:
    """A bar of the length |value| / most on a thin rule."""
    length = width * min(abs(value) / most, 1) if most > 0 else 0.0
    rule = Line(0, height, width, 0, RULE)
    box = Box(0.5, 0.5, max(length - 1, 0), height - 1, stroke=color) if hollow else Box(0, 0, length, height, color)
    return Scene(width, height + 0.5, (rule, box))


def measured(icons: Sequence[tuple[NDArray[np.uint8], str, float]], most: float, side: float) -> list[Scene]:
    """Icons, each over a bar, its name and its value, orange for and blue against; in one line if all of them have room."""
    size = 10 if side >= 48 else 8
    scenes, lines = [], []
    for icon, name, value in icons:
        color = AGAINST if value < 0 else FOR
        scenes.append(below(picture(icon, side, side), within(bar(value, most, side, 4, color), side, 6), gap=3))
        lines.append((label(name, size, True, room=side), label(short(value), size, color=GREY, room=side)))
    wide = all(name.width + value.width + 4 <= side for name, value in lines)
    words = [_ends(name, value, side) if wide else below(name, value, gap=2) for name, value in lines]
    return [below(scene, word, gap=3) for scene, word in zip(scenes, words, strict=True)]


Parts = Sequence[tuple[str, Callable[[], Scene]]]
"""Named parts of a figure, each made when there is room for it."""


def fitting(parts: Parts, width: float, height: float, gap: float) -> Scene:
    """Parts below each other, the first and as many more as there is room for; a last line names the others."""
    shown: list[Scene] = []
    used = 20.0
    for number, (_, make) in enumerate(parts):
        part = make()
        used += part.height + gap
        if shown and used > height:
            left_out = ", ".join(name for name, _ in parts[number:])
            told = f"{len(parts) - number} of {len(parts)} parts are not shown here: {left_out}"
            shown.append(label(told, 10, color=GREY, room=width))
            break
        shown.append(part)
    return below(*shown, gap=gap)


def framed(figure: Figure, notes: str, parts: Parts, gap: float) -> Scene:
    """A whole figure as wide as its parts: title, parts, caption with notes, and margins.

    How it was made is in the description.
    """
    caption = f"{figure.caption} {notes}".strip()
    head = label(figure.title, 18, True, room=WIDTH)
    around = head.height + paragraph(caption, LEAST).height + 2 * GAP + 2 * MARGIN
    body = fitting(parts, WIDTH, HEIGHT - around, gap)
    width = max(head.width, body.width, LEAST)
    foot = paragraph(caption, width)
    whole = padded(below(head, body, foot, gap=GAP), MARGIN, MARGIN)
    made = [f"{name}: {value}" for name, value in figure.made.items()]
    about = "\n".join([caption, *made])
    return Scene(width + 2 * MARGIN, whole.height + MARGIN, whole.marks, figure.title, about)


def short(value: float) -> str:
    """A number with three digits.

    >>> short(-0.12345), short(1234.5), short(2)
    ('−0.123', '1234', '2')
    """
    text = f"{value:.0f}" if 1000 <= abs(value) < 1e5 else f"{value:.3g}"
    return text.replace("-", "−")


def signed(value: float) -> str:
    """The same with the sign always written.

    >>> signed(0.5), signed(-2)
    ('+0.5', '−2')
    """
    return f"+{short(value)}" if value > 0 else short(value)


def _ends(left: Scene, right: Scene, width: float) -> Scene:
    """One scene at the left end of a line, the other at its right end."""
    return Scene(width, max(left.height, right.height), left.marks + right.moved(width - right.width, 0))


def _starts(sizes: Sequence[float], gap: float) -> list[float]:
    return [sum(sizes[:number]) + gap * number for number in range(len(sizes))]


def _placed(placed: Iterable[tuple[Scene, float, float]]) -> Scene:
    """Scenes at places, as one."""
    parts = list(placed)
    width = max((left + scene.width for scene, left, _ in parts), default=0.0)
    height = max((top + scene.height for scene, _, top in parts), default=0.0)
    return Scene(width, height, tuple(mark for scene, left, top in parts for mark in scene.moved(left, top)))
