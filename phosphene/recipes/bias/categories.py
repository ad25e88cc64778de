"""Groups of fine classes, as numbers of the network's classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

from ...errors import BadArgument
from ...models.vision import Vision

Groups = Mapping[str, Sequence[int | str]] | None

_DOGS = {*range(152, 269)} - {192, 204, 227, 242, 251, 258, 260, 264}
_BIRDS = {*range(8, 25), *range(80, 101), *range(127, 146)} - {9, 17, 21, 84, 85, 86, 97, 134}

SIXTEEN: Mapping[str, tuple[int, ...]] = {
    "airplane": (404,),
    "bear": (294, 295, 296, 297),
    "bicycle": (444, 671),
    "bird": tuple(sorted(_BIRDS)),
    "boat": (472, 554, 625, 814, 914),
    "bottle": (440, 720, 737, 898, 899, 901, 907),
    "car": (436, 511, 817),
    "cat": (281, 282, 283, 284, 285, 286),
    "chair": (423, 559, 765, 857),
    "clock": (409, 530, 892),
    "dog": tuple(sorted(_DOGS)),
    "elephant": (385, 386),
    "keyboard": (508, 878),
    "knife": (499,),
    "oven": (766,),
    "truck": (555, 569, 656, 675, 717, 734, 864, 867),
}
"""ImageNet's classes in 16 categories of daily life (Geirhos et al. 2018, arXiv:1808.08750)."""


def members(vision: Vision, groups: Groups, classes: int) -> dict[str, list[int]]:
    """The classes of each group by number; without groups every label of the network by itself.

    Errors: BadArgument for an empty group or none, and where the network has no labels; UnknownLabel.
    """
    if groups is None and vision.labels is None:
        raise BadArgument(
            f"{vision.name}, which has no class names",
            "groups of its classes expected",
            "write groups={'dog': [151, 152], 'cat': [281]}",
        )
    named = {label: [number] for number, label in enumerate(vision.labels or ())} if groups is None else groups
    if not isinstance(named, Mapping) or not named or not all(_several(some) for some in named.values()):
        raise BadArgument(
            f"groups={named!r}"[:200],
            "at least one group, each of at least one class",
            "write groups={'dog': [151, 152], 'cat': [281]}, or leave groups out",
        )
    found = {name: [vision.label_index(one) for one in some] for name, some in named.items()}
    beyond = [number for some in found.values() for number in some if number >= classes]
    if beyond:
        raise BadArgument(f"class {beyond[0]} in groups", f"{vision.name} has classes 0 to {classes - 1}", "correct it")
    return found


def _several(some: Any) -> bool:
    """Whether there is a class at least in a list, tuple, range or set of them."""
    return isinstance(some, (Sequence, Set)) and not isinstance(some, str) and len(some) > 0
