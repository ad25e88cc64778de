"""What an atlas needs, asked before anything is collected or painted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..collection.store import Collection
from ..errors import BadArgument
from ..models.vision import Vision
from ..values import check_integer, check_number
from .cells import Cells
from .layout import pictures_of
from .methods import check_method


def check_grids(sides: Any, least: Any, whiten: Any, power: Any, method: Any = None) -> None:
    """The numbers of the grids and of the icons' objective, and the layout's method where there is one."""
    if method is not None:
        check_method(method)
    if not isinstance(sides, tuple) or list(sides) != sorted(set(sides)) or not sides:
        raise BadArgument(f"atlas: sides is {sides!r}", "integers from coarse to fine expected", "write sides=(10, 20)")
    smallest, *_ = sides
    check_integer("atlas", "sides", smallest, 1)
    check_integer("atlas", "least", least, 1)
    check_number("atlas", "power", power, 0, 100)
    if whiten is not None:
        check_number("atlas", "whiten", whiten, 0, 1)


def check_collection(collection: Any, vision: Vision, layouts: Any) -> None:
    """The collection is finished and of this network, and the layouts are of its pictures."""
    if not isinstance(collection, Collection) or not isinstance(layouts, Mapping) or not layouts:
        raise BadArgument(
            f"atlas_of of {type(collection).__name__} and {type(layouts).__name__}",
            "a collection, and its layouts by layer, expected",
            "write atlas_of(model, collection.Collection('folder'), {'block4': layout})",
        )
    known = collection.definition.model
    if (vision.digest(), list(vision.mean), list(vision.std)) != (
        known["weights"],
        list(known["mean"]),
        list(known["std"]),
    ):
        raise BadArgument(
            f"{vision.name}, and a collection of {known['name']} with other weights or another range of pictures",
            "the network that the collection was made with expected",
            "load its weights, or collect anew",
        )
    if waiting := len(collection.missing()):
        raise BadArgument(f"a collection of which {waiting} units are not done", "all expected", "collect again")
    keys = collection.keys()
    for layer, place in layouts.items():
        if int(place.image.max()) >= len(keys) or place.made.get("pictures") not in (
            None,
            pictures_of(keys[place.image]),
        ):
            raise BadArgument(
                f"a layout of {layer!r} for other pictures", "one of this collection expected", "lay it out anew"
            )


def check_cells(found: Mapping[str, Sequence[Cells]], least: int) -> None:
    """Every layer has a cell."""
    for layer, levels in found.items():
        if not any(len(level.cell) for level in levels):
            raise BadArgument(
                f"no cell of {layer!r} with {least} pictures", "one or more expected", "write a smaller least"
            )
