"""What dreams are about: a layer, a guide, a class drawn anew at each step; and the sizes at which a network can see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ... import objectives as obj
from ...errors import BadArgument
from ...models.capture import takes
from ...models.vision import Vision
from ...objectives import Objective
from ...param.base import Size
from ...render import schedules
from ...render.arguments import as_objective
from ..given.asked import several
from ..given.canvas import on_canvas, opened


def wish(objective: Any, guide: Any, canvas: Size) -> Objective:
    """The objective of a dream: half the sum of a layer's squares, the guide's vectors at a layer, or what is given."""
    layer = isinstance(objective, str) and "(" not in objective
    if layer and not objective.strip():
        raise BadArgument("a dream of '', no layer", "a layer or an objective expected", "write 'block3'")
    if guide is not None and not layer:
        raise BadArgument(
            f"a guide for {objective!r}"[:200], "the layer at which the guide is looked at expected", "write 'block3'"
        )
    if guide is not None:
        return obj.guide(objective, on_canvas(opened(guide), canvas))
    return 0.5 * obj.lp(2, layer=objective, reduction="sum") if layer else as_objective(objective)


def random_class(labels: Sequence[str | int] | Vision, seed: int = 0) -> Objective:
    """The score of one of these classes, drawn anew at each step; of a network's own, where that is given.

    Errors: BadArgument for no class at all.

    >>> random_class(["rings", "dots"])
    schedules.lot(0, 2)*logit('rings') + schedules.lot(1, 2)*logit('dots')
    """
    given = labels.labels or () if isinstance(labels, Vision) else labels
    classes = several(given, str, "a dream of no class", "write random_class(['rings'])")
    lots = (schedules.lot(place, len(classes), seed) for place in range(len(classes)))
    return sum((obj.const(lot) * obj.logit(label) for lot, label in zip(lots, classes, strict=True)), obj.const(0))


def seen_at(vision: Vision, sizes: Sequence[Size]) -> list[Size]:
    """The size at which a network sees each octave: the octave's, or that of the network where it takes no other.

    Errors: BadArgument where it takes some sizes and not the smallest of these.
    """
    if vision.size is not None and not takes(vision, (vision.size[0] + 37, vision.size[1] + 53)):
        return [vision.size] * len(sizes)
    small = [size for size in sizes if not takes(vision, size)]
    if small:
        height, width = small[-1]
        raise BadArgument(
            f"octave {len(small)} of {len(sizes)}, of {height} x {width} px",
            f"pictures that {vision.name} takes expected, which are larger",
            f"write octaves={len(sizes) - len(small)}" if len(small) < len(sizes) else "dream on a larger picture",
        )
    return list(sizes)
