"""Presets found by random search over Yosinski's operators, as the paper found its own four among 300 settings.

    rows: settings drawn at random;  columns: objectives, since good settings are good for all of them

Source: Yosinski et al. 2015 (arXiv:1506.06579), section 3.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ... import objectives as obj
from ...figures import Table
from ...models import as_vision
from ...objectives import Objective
from ...render.arguments import as_objective
from ...values import check_integer
from ..given.asked import several
from ..given.cells import painted
from ..given.observation import as_bytes
from .yosinski import ascent
from .yosinski_drawn import drawn, named
from .yosinski_presets import yosinski_settings


def yosinski_search(
    model: Any,
    objectives: Any,
    count: int = 9,
    *,
    seed: int = 0,
    pace: float = 1,
    size: int | tuple[int, int] | None = None,
    chosen: Sequence[yosinski_settings] | None = None,
    **options: Any,
) -> Table:
    """Pictures of one objective or several (the columns) by settings drawn at random (the rows).

    count: how many settings; more of one seed begin with the same ones.  chosen: these in place of drawn ones, such as
    `YOSINSKI`.  pace, size, options: as for `yosinski`.  `.made` has the settings as text.
    Errors: as `yosinski`, for all pictures before the first step; BadArgument for no objective or setting at all.

    >>> import phosphene as ph
    >>> found = ph.recipes.yosinski_search(ph.load("patterns"), "logit('rings')", 2, size=32, steps=4)
    >>> found.images.shape, found.rows
    ((2, 1, 32, 32, 3), ('blur 1.14/5, contrib. 75', 'norm 53, contrib. 52'))
    """
    vision = as_vision(model)
    check_integer("yosinski_search", "count", count, 1)
    goals = several(objectives, (str, Objective), "no objective at all", "write logit('rings')")
    some = [drawn(seed, number) for number in range(count)] if chosen is None else chosen
    rows = several(some, yosinski_settings, "no setting at all", "write chosen=recipes.YOSINSKI")
    goal = obj.each(*map(as_objective, goals))
    how = {"seed": seed, **options}
    made = painted(vision, [(goal, ascent(vision, one, pace, size, how)) for one in rows])
    pixels = as_bytes(torch.stack(made).clamp(0, 1))
    return Table.of(
        f"What {vision.name} sees under {len(rows)} settings of four operators",
        pixels,
        rows=[named(one) for one in rows],
        columns=[str(one) for one in goals],
        made={str(number): repr(one) for number, one in enumerate(rows, 1)},
    )
