"""Static figures: pictures, rectangles and text at places, drawn as PNG or written as SVG."""

from __future__ import annotations


class Scene:
    """What a static figure shows."""

    def png(self) -> bytes:
        """The figure as a PNG."""
        return b""

    def svg(self) -> str:
        """The figure as an SVG."""
        return ""
