"""A table of units and facets: a picture of each unit as each kind of picture (Goh et al. 2021)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import presets
from ...figures import Table
from ...values import check_number
from ..given.asked import named
from ..given.cells import painted
from ..given.observation import as_bytes
from .facets import Probes, leaning


def facets(
    model: Any, objectives: Mapping[str, Any], kinds: Mapping[str, Probes], *, weight: float = 12, **options: Any
) -> Table:
    """A table of pictures: a row for each facet, a column for each objective.

    objectives, kinds: by name; a facet of no layer, {}, shows the units as they are.  weight: of the facet.  options: for
    `render`, over those of `presets.clear`.  Errors: as `render`, for all pictures before the first step; BadArgument for an
    empty table.

    >>> import phosphene as ph
    >>> net, quick = ph.models.load("patterns"), {"param": ph.param.fourier(32), "steps": 2}
    >>> facets(net, {"dots": "logit('dots')"}, {"as it is": {}}, **quick).images.shape
    (1, 1, 32, 32, 3)
    """
    named("facets", "objectives", objectives, "write {'stars': \"logit('stars')\"}")
    named("facets", "kinds", kinds, "write {'dots': probes(model, pictures, others, layers)}")
    check_number("facets", "weight", weight)
    how = {"batch": 1, **presets.clear, **options}
    goals = [leaning(goal, facet, weight, weight) for facet in kinds.values() for goal in objectives.values()]
    images = [as_bytes(one)[0] for one in painted(model, [(goal, how) for goal in goals])]
    rows = [images[n : n + len(objectives)] for n in range(0, len(images), len(objectives))]
    about = "Each column is one unit, each row a facet that its picture leans to (Goh et al. 2021)."
    return Table.of("Facets of units", rows, rows=[*kinds], columns=[*objectives], about=about)
