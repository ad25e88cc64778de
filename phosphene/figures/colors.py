"""Colors of figures."""

from __future__ import annotations


def distinct(count: int) -> list[str]:
    """Colors."""
    return ["#000000"] * count
