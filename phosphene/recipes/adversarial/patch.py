"""A printed patch: what is painted is a region alone, and it is taken for something else from many sides.

    max E_{t ~ T}[log P(target | t((1 - m) x + m p))],    0 <= p <= 1,    m the region of the patch

Sources: Brown et al. 2017 (arXiv:1712.09665), Athalye et al. 2018 (arXiv:1707.07397).
"""

from __future__ import annotations

from typing import Any

import torch

from ...errors import BadArgument
from ...models.vision import as_vision
from ...objectives import Objective, expect
from ...param import masked, pixel
from ...render import Render, adam, render
from ...transforms import Transform, eot_print, identity
from .aims import goal_of, photograph


def patch(
    model: Any,
    picture: Any,
    target: str | int | Objective,
    where: Any,
    transforms: Transform = eot_print,
    draws: int = 10,
    step: float = 0.05,
    steps: int = 200,
    **options: Any,
) -> Render:
    """A patch to be printed and laid on a scene: only a region is painted, and it may have any color.

    where: (top, left, height, width) in pixels, or a mask (H, W), 1 where the patch is.  transforms: how the scene is seen;
    from the side and as printed where not given.  The rest as for `eot`. The patch alone is the region of the picture.

    Errors: as for `eot`; BadArgument for a patch that does not lie in the picture.

    >>> import phosphene as ph
    >>> net, rings = ph.load("patterns"), ph.models.patterns.draw("rings", 0)
    >>> painted = ph.recipes.patch(net, rings, "dots", (20, 20, 24, 24), draws=2, steps=2, progress=False).images
    >>> bool(torch.equal(painted[0, :, :20], rings[:, :20]))
    True
    """
    vision = as_vision(model)
    photo = photograph(vision, picture)
    size = (int(photo.shape[2]), int(photo.shape[3]))
    goal = expect(goal_of(vision, photo, target, transforms, draws), transforms, draws)
    painted = masked(pixel(size, photo.shape[1]), rectangle(size, where), photo)
    chosen = {"transforms": identity, "steps": steps, "optimizer": adam(step)}
    return render(vision, goal, **{"param": painted, **chosen, **options})


def rectangle(size: tuple[int, int], where: Any) -> Any:
    """(top, left, height, width) as a mask of a picture of a size; a mask is left as it is."""
    if not isinstance(where, (tuple, list)):
        return where
    whole = len(where) == 4 and all(isinstance(n, int) and not isinstance(n, bool) for n in where)
    top, left, height, width = where if whole else (0, 0, 0, 0)
    if not (min(top, left) >= 0 and min(height, width) > 0 and top + height <= size[0] and left + width <= size[1]):
        raise BadArgument(
            f"a patch at {where!r} of a picture of {size[0]} x {size[1]}",
            "(top, left, height, width) in pixels, within the picture, expected",
            f"write {(size[0] // 4, size[1] // 4, max(1, size[0] // 2), max(1, size[1] // 2))}",
        )
    mask = torch.zeros(size)
    mask[top : top + height, left : left + width] = 1
    return mask
