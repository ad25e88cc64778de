"""The objective that textures, styles and doodles have in common: Gram matrices, layer by layer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ... import objectives as obj
from ...errors import BadArgument
from ...models.vision import Vision
from ...objectives import Objective
from ...param.base import Size
from ...values import check_number, is_finite
from ..given.canvas import placed
from ..given.scales import scales

Layers = str | Sequence[str] | Mapping[str, float] | None


def weighed(model: Vision, layers: Layers, size: Size) -> dict[str, float]:
    """Layers with their weights: those of `scales` where none are given, equal weights of sum 1 where none are given."""
    given = scales(model, size) if layers is None else (layers,) if isinstance(layers, str) else layers
    names = tuple(given) if isinstance(given, Iterable) and not isinstance(given, Tensor) else ()
    if not names or not all(isinstance(name, str) and name for name in names):
        raise BadArgument(f"layers={layers!r}", "names of layers expected", 'write ["block1", "block2"]')
    if isinstance(layers, Mapping):
        return dict(zip(names, amounts("layers", [*layers.values()]), strict=True))
    return {name: 1 / len({*names}) for name in names}


def numbers(name: str, values: Any) -> list[float]:
    """A list of numbers from 0 up, one at least.  Errors: BadArgument."""
    given = values.tolist() if isinstance(values, (Tensor, np.ndarray)) else values
    if not isinstance(given, (list, tuple)) or not given:
        raise BadArgument(f"{name}={values!r}", "a list of numbers expected", f"write {name}=[1, 1]")
    bad = [one for one in given if not is_finite(one) or one < 0]
    if bad:
        raise BadArgument(f"{name}: {bad[0]!r}", "numbers from 0 up expected", "write 1")
    return [float(one) for one in given]


def amounts(name: str, values: Any) -> list[float]:
    """Weights: numbers from 0 up, one of them above 0.  Errors: BadArgument."""
    given = numbers(name, values)
    if not any(given):
        raise BadArgument(f"{name}: {given}", "one above 0 expected, as nothing is asked for otherwise", "write 1")
    return given


def transfer(
    content: Tensor,
    looks: Sequence[Objective],
    weights: Sequence[float],
    layer: str,
    alpha: float,
    beta: float,
    convention: Any,
) -> Objective:
    """-(alpha E_content + beta sum over styles of v_k E_k); a part of weight 0 is left out."""
    check_number("style", "alpha", alpha, 0)
    check_number("style", "beta", beta, 0)
    parts = [alpha * obj.content(layer, content, convention)] if alpha else []
    parts += [beta * weight * look for weight, look in zip(weights, looks, strict=True) if beta * weight]
    if not parts:
        raise BadArgument(f"alpha={alpha} and beta={beta}", "one of them above 0 expected", "write alpha=1, beta=10")
    return -sum(parts[1:], parts[0])


def smoothed(goal: Objective, smooth: float) -> Objective:
    """An objective minus so much of the squared differences of neighbors."""
    check_number("recipes", "smooth", smooth, 0)
    return goal - smooth * obj.tv(beta=2) if smooth else goal


def alike(
    layers: Mapping[str, float],
    like: Tensor,
    size: Size,
    convention: Any,
    region: Tensor | None = None,
    like_region: Tensor | None = None,
    enlarge: bool = True,
) -> Objective:
    """sum over l of w_l E_l between the painted picture, or a region of it, and a picture (1, 3, h, w), or a region of it.

    The picture keeps its proportions: where they are not the canvas's, only the part that is the picture itself counts.
    """
    target, real = placed(like, size, enlarge)
    inside = real if like_region is None else real * placed(like_region, size, enlarge)[0]
    if region is None and bool((inside == 1).all()):
        return sum(weight * obj.style(name, target, convention) for name, weight in layers.items())  # type: ignore[return-value]
    whole = torch.ones(1, 1, *size) if region is None else region
    masks = {"region": whole[0], "like_region": inside[0]}
    return sum(weight * obj.region_style(name, target, convention, **masks) for name, weight in layers.items())  # type: ignore[return-value]
