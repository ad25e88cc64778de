"""The font of static figures, the one that Pillow carries: how wide a text is, and where its lines break."""

from __future__ import annotations

import bisect
import functools
import unicodedata
from typing import Any

from PIL import ImageFont

UNITS = 64
"""The size at which texts are measured, so that widths are proportional to the size."""

LIKE = {"−": "-", "–": "-", "—": "-", "×": "x", "•": "·", "„": "“", "≤": "<=", "≥": ">="}
"""Stand-ins for characters that the font does not have."""


@functools.lru_cache(maxsize=64)
def font(size: float) -> Any:
    """The font at a size in pixels."""
    return ImageFont.load_default(size)


def width(text: str, size: float, bold: bool = False) -> float:
    """The width of one line of text.

    >>> width("channel", 12) < width("channels", 12) < width("channels", 12, bold=True)
    True
    """
    return float(font(UNITS).getlength(drawable(text))) * size / UNITS + (thicker(size) if bold else 0.0)


def thicker(size: float) -> float:
    """How much wider the strokes of bold letters are; the font has one weight."""
    return size / 24


def wrapped(text: str, room: float, size: float) -> list[str]:
    """A text as lines of at most `room`; a word that is longer is cut.

    >>> wrapped("a bee sees a flower", 60, 12)
    ['a bee sees', 'a flower']
    """
    lines: list[str] = []
    for word in text.split():
        if lines and width(f"{lines[-1]} {word}", size) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(shortened(word, room, size))
    return lines


def shortened(text: str, room: float, size: float, bold: bool = False) -> str:
    """A text that fits, its end replaced by dots where it is too long.

    >>> shortened("features.12.block", 60, 12)
    'features.…'
    """
    if width(text, size, bold) <= room:
        return text
    # A beginning that is longer is wider.
    kept = bisect.bisect_right(range(1, len(text)), room, key=lambda letters: width(f"{text[:letters]}…", size, bold))
    return f"{text[:kept].rstrip()}…"


def drawable(text: str) -> str:
    """A text in the font's characters: accents fall away, others become question marks.

    >>> drawable("café −1 × 日")
    'cafe -1 x ?'
    """
    return "".join(_drawable(letter) for letter in text)


@functools.lru_cache(maxsize=4096)
def _drawable(letter: str) -> str:
    if letter.isspace() or _known(letter):
        return " " if letter.isspace() else letter
    plain = LIKE.get(letter) or unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return plain if plain.isprintable() and plain else "?"


def _known(letter: str) -> bool:
    """Whether the font has a character; those it has not are drawn as one box."""
    if unicodedata.category(letter)[0] in "CM":
        return False
    drawn, missing = (font(UNITS).getmask(one) for one in (letter, "\uffff"))
    return (drawn.size, bytes(drawn)) != (missing.size, bytes(missing))
