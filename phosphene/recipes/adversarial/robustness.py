"""How robust an attack is: the share of held-out draws of a stack that are taken for the target.

    success(x') = mean over t_1 ... t_N ~ T of [argmax P(. | t(x')) = target]

Source: the measure of Athalye et al. 2018 (arXiv:1707.07397), tables 1 to 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from ...errors import BadArgument, ShapeMismatch, UnknownLabel
from ...figures.robustness import Robustness
from ...models.vision import as_vision
from ...objectives import lab_distance
from ...render import looks
from ...transforms import Transform, eot_2d
from ...values import check_integer
from ..given.answers import answers
from ..given.observation import as_bytes
from .shown import in_rgb, pictures_of


def robustness(
    model: Any,
    pictures: Mapping[str, Any],
    target: str | int,
    transforms: Transform = eot_2d,
    draws: int = 200,
    seed: int = 0,
    shown: int = 6,
) -> Robustness:
    """A report on pictures under draws that none of them was painted under; all pictures see the same ones.

    pictures: by name, of one size, each what `param.picture` takes or a `Render`; distances are from the first.  target:
    the class that counts as a success.  transforms: T.  draws: N.  shown: the draws in the figure.

    Errors: UnknownLabel; BadArgument without pictures; ShapeMismatch where they differ in size, or without classes.

    >>> import phosphene as ph
    >>> net, rings = ph.load("patterns"), ph.models.patterns.draw("rings", 0)
    >>> attacked = ph.recipes.fgsm(net, rings, "dots", progress=False)
    >>> ph.recipes.robustness(net, {"drawing": rings, "attack": attacked}, "rings", draws=8).success[0]
    1.0
    """
    vision = as_vision(model)
    if not isinstance(pictures, Mapping) or not pictures:
        raise BadArgument("no pictures by name", "a dict of pictures expected", 'write {"photo": x, "attack": y}')
    check_integer("robustness", "draws", draws, 1)
    check_integer("robustness", "shown", shown, 1)
    check_integer("robustness", "seed", seed, 0)
    label = vision.label_index(target)
    read = [pictures_of(one, len(vision.mean)) for one in pictures.values()]
    if len({one.shape for one in read}) > 1 or len(read[0]) > 1:
        sizes = ", ".join(f"{name} {tuple(one.shape)}" for name, one in zip(pictures, read, strict=True))
        raise ShapeMismatch(f"pictures of shapes {sizes}", "single pictures of one size expected", "resize them")
    x = torch.cat([one.float() for one in read])
    found = answers(vision, x, transforms, draws, seed).float().cpu()
    if label >= found.shape[2]:
        raise UnknownLabel(
            f"class {label} of {vision.name}", f"classes 0 to {found.shape[2] - 1}", "write one of these"
        )
    seen = looks.views(x, transforms, min(shown, draws), seed).clamp(0, 1)
    return Robustness(
        f"Taken for “{label if vision.labels is None else vision.labels[label]}”",
        label,
        tuple(pictures),
        found.argmax(2).T.numpy(),
        found.softmax(2)[..., label].T.numpy(),
        (x - x[:1]).abs().flatten(1).amax(1).numpy(),
        looks.score(vision, lab_distance(x[:1]), x).float().cpu().numpy(),
        as_bytes(in_rgb(x)),
        as_bytes(in_rgb(seen.flatten(0, 1))).reshape(len(x), -1, *seen.shape[3:], 3),
    )
