"""What a layout says of itself: why some pictures have no place, and how it was made."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from .census import Census, Doubles, Mask, finite
from .methods import Method


def judged(found: Census, far: Mask, placed: Doubles, place: Doubles) -> Census:
    """The census with the reasons of those without a place: `placed` before the bounds, `place` within them, both (n, 2)."""
    ours = np.select([far, ~finite(placed), ~finite(place)], [5, 4, 6], 0).astype(np.uint8)
    return dataclasses.replace(found, reason=np.where(found.reason > 0, found.reason, ours))


def made_by(method: Any, seed: int, landmarks: int, components: int, **more: object) -> dict[str, str]:
    """How a layout was made, as text by name."""
    versions = method.versions() if isinstance(method, Method) else {}
    name = repr(method) if isinstance(method, Method) else getattr(method, "__qualname__", repr(method))
    numbers = {"seed": seed, "landmarks": landmarks, "components": components, **more}
    return {"method": name, **{word: str(number) for word, number in numbers.items()}, **versions}
