"""An embedding of pictures: a network learns from some classes to tell others apart.

render(any, -arcface("image", given("labels")), param.weights(net, pictures, labels=labels))
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ... import param
from ... import transforms as tf
from ...errors import BadArgument
from ...models.embedder import Centered, Embedder
from ...models.patterns import LABELS, draw
from ...objectives import Objective, arcface
from ...render import adam, render, schedules
from ...values import check_integer
from .learned import Learned, embedded, spread

GIVEN = param.given("labels")
UNSEEN = LABELS[3::4]
"""The classes that are held out where the user names none: every fourth."""


def embedding(
    model: Any,
    goal: Objective | None = None,
    net: Any = None,
    *,
    unseen: Sequence[str] = UNSEEN,
    each: int = 200,
    size: int = 64,
    steps: int = 1400,
    batch: int = 32,
    seed: int = 0,
    **options: Any,
) -> Learned:
    """A network trained on drawings of all classes but some, and how it tells drawings of those apart.

    goal: to be maximized, minus a loss at "image" with the labels `param.given("labels")`; arcface where left out, on
    a `Centered` network.  net: pictures -> (B, D, 1, 1), such as `models.embedder.Embedder`, `Centered` for centers.
    unseen: classes that are held out, two or more.  each: drawings of a class to learn from; a quarter as many to test.
    size: their side in pixels.  batch: drawings of a step.  options: of `render`.  model: any network; it is not looked at.

    Returns a Learned: `.before` and `.after` are the spread of the unseen classes; call it with pictures.
    Errors: BadArgument for classes that are not drawn or leave fewer than two.

    >>> import phosphene as ph
    >>> learned = embedding(ph.load("patterns"), each=8, size=32, steps=2, batch=8, progress=False)
    >>> learned(ph.models.patterns.draw("rings", 1)).shape
    torch.Size([1, 32])
    """
    check_integer("embedding", "each", each, 4)
    seen = [label for label in LABELS if label not in unseen]
    if isinstance(unseen, str) or len(set(unseen) & set(LABELS)) != len(unseen) or min(len(seen), len(unseen)) < 2:
        raise BadArgument(
            f"embedding: unseen={unseen!r}"[:200],
            "at least two of the classes that are drawn, and two left to learn from",
            f"write unseen={UNSEEN!r}",
        )
    start = net or (Centered(Embedder(seed=seed), len(seen)) if goal is None else Embedder(seed=seed))
    pictures, labels = _drawn(seen, each, seed, size)
    paint = param.weights(start, pictures, batch, labels=labels) >> param.unbounded()
    wanted = -arcface("image", GIVEN, margin=0.3, scale=16) if goal is None else goal
    how = {"transforms": tf.identity, "optimizer": adam(schedules.cosine(3e-3)), "steps": steps, "seed": seed}
    made = render(model, wanted, paint, **{**how, **options})
    network = param.trained(paint, made.state)
    held, classes = _drawn(unseen, each // 4, seed + 1, size)
    return Learned(network, made, *(spread(embedded(one, held), classes) for one in (start, network)))


def _drawn(kinds: Sequence[str], each: int, seed: int, size: int) -> tuple[Tensor, Tensor]:
    """Drawings, the classes in turn, and their classes by number."""
    pictures = [draw(kind, seed, index, size) for index in range(each) for kind in kinds]
    return torch.stack(pictures), torch.arange(len(kinds)).repeat(each)
