"""The figure of units: icons beside dataset examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import BadArgument
from ..figures import Units, UnitsLayer
from ..figures.base import Bytes, Floats
from ..models import Vision, as_vision
from ..objectives import channel
from .crops import Crops
from .result import Examples

if TYPE_CHECKING:
    from ..recipes.figures.painter import Painter


def unit_figure(
    model: Any,
    examples: Examples,
    units: Mapping[str, Sequence[int]],
    *,
    lowest: bool = False,
    icons: bool = True,
    **painting: Any,
) -> Units:
    """Units with their icons and the pictures that they answer most, as in Olah et al. 2017.

    units: by layer, which are shown.  lowest: the pictures that they answer least as well, and an icon painted against each.
    icons: whether any are painted.  painting: how, as in `recipes.Painting`: icon, store, seed, progress, workers, ray.

    Returns a `figures.Units`: `.save("units.png")`, .svg, .html, .npz.  Errors, before any icon is painted: UnknownLayer,
    BadArgument, BadPicture. Later those of `icons.Store.paint`.

    >>> import tempfile, phosphene as ph
    >>> net, drawn = ph.models.load("patterns"), ph.collection.sources.drawn(12)
    >>> from phosphene.examples import dataset_examples
    >>> found = dataset_examples(net, drawn, ["block1"], tempfile.mkdtemp(), 3, size=64, progress=False)
    >>> unit_figure(net, found, {"block1": [5, 9]}, icons=False).layers[0].high.shape
    (2, 3, 13, 13, 3)
    """
    from ..recipes.figures.painter import painter

    vision, paint = as_vision(model), painter(**painting)
    if not isinstance(units, Mapping) or not units or not all(len(some) for some in units.values()):
        raise BadArgument(f"units {units!r}"[:200], "some units of some layers expected", 'write {"block3": [0, 5]}')
    high = {name: [examples.crops(name, unit) for unit in some] for name, some in units.items()}
    low = {name: [examples.crops(name, unit, True) for unit in some if lowest] for name, some in units.items()}
    layers = []
    for name, some in units.items():
        shown, shown_value, shown_name = _arrays(high[name])
        nothing = (shown[:, :0], shown_value[:, :0], ((),) * len(some))
        under, under_value, under_name = _arrays(low[name]) if lowest else nothing
        layers.append(
            UnitsLayer(
                name,
                np.array(some, np.int64),
                _icons(vision, paint, name, some, 1, icons),
                _icons(vision, paint, name, some, -1, icons and lowest),
                shown, shown_value, under, under_value, shown_name, under_name,
            )
        )  # fmt: skip
    made = {
        "network": f"{vision.name} (weights {vision.digest()[:12]})",
        "examples": f"of {examples.count:,} pictures, all positions",
        **({"icons": str(paint)} if icons else {}),
    }
    count = sum(map(len, units.values()))
    return Units(f"{count} {'unit' if count == 1 else 'units'} of {vision.name}", made, tuple(layers))


def _arrays(crops: Sequence[Crops]) -> tuple[Bytes, Floats, tuple[tuple[str, ...], ...]]:
    """The pictures (N, e, h, w, 3) of N units, their values (N, e), NaN where a unit has fewer, and their names."""
    most = max(map(len, crops))
    values = np.full((len(crops), most), np.nan, np.float32)
    pictures = np.full((len(crops), most, *crops[0].pictures.shape[-2:], 3), 255, np.uint8)
    for row, one in enumerate(crops):
        values[row, : len(one)] = one.value
        pictures[row, : len(one)] = (one.pictures * 255).round().byte().movedim(1, 3).numpy()
    return pictures, values, tuple((*one.names, *[""] * (most - len(one))) for one in crops)


def _icons(vision: Vision, paint: Painter, layer: str, units: Sequence[int], sign: int, wanted: bool) -> Bytes:
    if not wanted:
        return np.zeros((len(units), 0, 0, 3), np.uint8)
    return paint(vision, [sign * channel(layer, int(unit)) for unit in units])
