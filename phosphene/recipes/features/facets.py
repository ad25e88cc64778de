"""Faceted visualization: a unit painted as one kind of picture out of several that it answers (Goh et al. 2021).

    max  f(x) + b/L sum_l sum (A_l * relu(stop(df/dA_l)) * w_l) - 10 mean (x - 1/2)^2          b = 5 linspace(0.1, 5)

w_l is a linear probe: the weights of a logistic regression that tells the facet's pictures from others by A_l. The slope of
f chooses what serves the unit, the probe what is of the facet, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from ... import objectives as obj
from ... import presets
from ...objectives import Objective
from ...probes import probe
from ...render import Render, render
from ...render.arguments import as_objective
from ...values import check_number
from ..given.asked import named
from ..given.observation import observe

Probes = Mapping[str, Any]
"""By layer the weights of a facet: (C,), or (C, h, w)."""


def probes(
    model: Any, pictures: Any, others: Any, layers: Sequence[str], *, parts: int = 1, size: Any = None
) -> dict[str, Tensor]:
    """What tells pictures of a facet from others, by layer: see `phosphene.probes.probe`.

    pictures, others: lists of what `param.picture` takes.  size: at which the network sees them, its own where not given.

    >>> import phosphene as ph
    >>> net, draw = ph.models.load("patterns"), ph.models.patterns.draw
    >>> dots, stripes = ([draw(kind, 1, i, 32) for i in range(4)] for kind in ("dots", "stripes 0"))
    >>> probes(net, dots, stripes, ["block2"], size=32)["block2"].shape
    torch.Size([48])
    """
    some, rest = observe(model, pictures, layers, size).activations, observe(model, others, layers, size).activations
    return {layer: probe(some[layer], rest[layer], parts=parts) for layer in some}


def faceted(
    model: Any, objective: Any, facet: Probes, *, low: float = 0.5, high: float = 25, batch: int = 9, **options: Any
) -> Render:
    """Pictures of an objective, from hardly any of a facet to much of it.

    facet: by layer its weights, of `probes`.  low, high: the weight of the facet in the first and in the last picture, over
    the number of layers.  options: for `render`, over those of `presets.clear`.
    Errors: as `render`; BadArgument for a facet of no layer.

    >>> import phosphene as ph, torch
    >>> net, quick = ph.models.load("patterns"), {"param": ph.param.fourier(32), "steps": 3}
    >>> faceted(net, "logit('stars')", {"block2": torch.ones(48)}, batch=2, **quick).images.shape
    torch.Size([2, 3, 32, 32])
    """
    named("faceted", "facet", facet, "write facet=probes(model, pictures, others, layers)")
    return render(model, leaning(objective, facet, low, high), batch=batch, **{**presets.clear, **options})


def leaning(objective: Any, facet: Probes, low: float, high: float) -> Objective:
    """An objective that leans to a facet, more from picture to picture; to none where the facet is empty."""
    named("facets", "a facet", facet, "write probes(model, pictures, others, layers), or {} for none", least=0)
    check_number("faceted", "low", low)
    check_number("faceted", "high", high)
    goal = as_objective(objective)
    terms = [obj.facet(layer, goal, weights) for layer, weights in facet.items()]
    shown = sum(terms, obj.const(0)) / max(len(terms), 1)
    rising = low + (high - low) * obj.place()
    return goal + rising * shown - 10 * obj.lp(2, center=0.5)
