"""Texture or shape (Geirhos et al. 2019, arXiv:1811.12231): pictures in which the two contradict each other.

stimulus(s, t) = style transfer with the content of a picture of s and the style of one of t, s != t
shape bias     = #shape / (#shape + #texture), of the decisions for one of the two
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from ...figures.bias import Bias
from ...models.vision import as_visions
from ..styles.style import style
from .categories import Groups
from .cues import check_single, conflicts, opened_by_name
from .stimuli import BiasWarning, Stimuli, checked, counted, decisions


def cue_conflict(
    model: Any, shapes: Mapping[str, Any], textures: Mapping[str, Any], *, size: int = 96, **options: Any
) -> Stimuli:
    """Stimuli with the shape of one group and the texture of another: every pair of two different names.

    model: the network that the styles are transferred with, not necessarily the one to be asked.  shapes, textures:
    pictures by the name of their group, of any sizes.  size: pixels of a side.  options: arguments of `recipes.style`.

    Errors: BadArgument for no shapes, no textures, no pair of different names, a `batch`; BadPicture.

    >>> import phosphene as ph
    >>> net, draw = ph.models.load("patterns"), ph.models.patterns.draw
    >>> textures = {"bricks": draw("bricks", 1, size=32), "stars": draw("stars", 1, size=32)}
    >>> made = cue_conflict(net, {"stars": draw("stars", 2, size=32)}, textures, size=32, steps=2, progress=False)
    >>> made.shapes, made.textures, made.images.shape
    (('stars',), ('bricks',), torch.Size([1, 3, 32, 32]))
    """
    contents, looks = opened_by_name("shapes", shapes), opened_by_name("textures", textures)
    check_single(options)
    pairs = conflicts(contents, looks)
    made = [style(model, contents[one], looks[other], size=(size, size), **options).images for one, other in pairs]
    return Stimuli(torch.cat(made), tuple(one for one, _ in pairs), tuple(other for _, other in pairs))


def shape_bias(model: Any, stimuli: Stimuli, groups: Groups = None) -> Bias:
    """What a network, or several by name, takes the stimuli for, and the share of shapes in it: `.value`, from 0 to 1.

    groups: classes by the name of the group, by label or number, such as `recipes.SIXTEEN` for ImageNet; every label by
    itself where not given. The decision is the group of the largest mean probability of its classes. Stimuli whose shape
    and texture are of one group are left out. Without a decision for either the bias is NaN, with a BiasWarning.

    Errors: BadArgument for groups that are empty or lack a shape or a texture, and where every stimulus is left out.
    """
    visions = as_visions(model)
    asked = checked(stimuli).incongruent()
    answers = [decisions(vision, asked, groups) for vision in visions.values()]
    order, names = tuple(dict.fromkeys(asked.shapes)), tuple(vision.name for vision in visions.values())
    shape, texture, other = np.moveaxis(np.array([counted(one, asked, order) for one in answers]), 2, 0)
    silent = [name for name, one in zip(names, shape + texture, strict=True) if not one.any()]
    note = f"{', '.join(silent)}: no decision for a shape or a texture, so that there is no bias." if silent else ""
    if note:
        warnings.warn(BiasWarning(note), stacklevel=2)
    return Bias(
        f"Shape or texture: {', '.join(names)}",
        {"stimuli": f"{len(asked.shapes)}, and {len(stimuli.shapes) - len(asked.shapes)} left out, of one group alone"},
        (),
        names,
        order,
        *(shape, texture, other, asked.bytes()),
        tuple(f"{one}, {two}: {said}" for one, two, said in zip(asked.shapes, asked.textures, answers[0], strict=True)),
        note,
    )
