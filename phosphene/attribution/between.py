"""From places to places: what each position of a layer adds to each position of a later one."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..errors import Nonfinite
from ..language import parse
from ..models.vision import as_visions
from ..objectives import layer, safe
from ..objectives.analysis import Site
from ..render.memory import in_memory
from ..render.resolve import opened
from ..render.trial import check_reached
from .looks import Looks, gradients
from .result import by_place
from .subject import subject


def between(model: Any, lower: str, upper: str, picture: Any, rules: Any = None, size: Any = None) -> Tensor:
    """What each place of the lower layer adds to the length of the activation at each place of the upper one.

    The sum over channels of A1 * d||A2[y, x]|| / dA1, to first order: (B, H2, W2, H1, W1). Tokens are one row, a vector is
    one place; to an activation of length 0 nothing is added.  lower: a layer, "image" or "input".  upper: a layer behind it.
    The other arguments and errors are those of `attribute`.

    Source: Olah et al. 2018, The Building Blocks of Interpretability.

    >>> import phosphene as ph
    >>> net, drawing = ph.models.load("patterns"), ph.models.patterns.draw("dots", seed=1, size=96)
    >>> between(net, "block3", "block4", drawing).shape
    torch.Size([1, 6, 6, 12, 12])
    """
    visions = as_visions(model)
    with torch.inference_mode(False), torch.enable_grad(), opened(visions), in_memory():
        about = subject(visions, picture, size)
        about.shape(lower, f"between(lower={lower!r})")
        about.shape(upper, f"between(upper={upper!r})")
        rule = parse(rules) if isinstance(rules, str) else rules
        looks = about.looks([Site(upper)], rule, lower)
        found = torch.stack([_one(looks, one[None], upper) for one in about.canvas])
        check_reached(rule, looks, layer(upper))
        return found


def _one(looks: Looks, canvas: Tensor, upper: str) -> Tensor:
    """Of one picture: one pass forward, and one back for each place of the upper layer."""
    leaves, found = looks.taken(canvas)
    above = found[Site(upper)]
    lengths = safe.norm(by_place(above), 1)[0]

    def row(length: Tensor) -> Tensor:
        # A slope is as large as the layer's activation, its row is one number for each place: no two slopes live at once.
        slope = gradients(length, leaves, f"the activation of {upper!r}", looks.wrt, keep=True)
        return by_place(slope * leaves[0].detach()).sum(1)

    rows = torch.cat([row(length) for length in lengths.flatten()])
    if not bool(torch.isfinite(above).all() and torch.isfinite(rows).all()):
        raise Nonfinite(
            f"between({looks.wrt!r}, {upper!r}) with NaN or infinity on the way",
            "finite activations and gradients expected",
            "look for the layer where they begin, and mend the network before it",
        )
    return rows.reshape(*lengths.shape, *rows.shape[1:])
