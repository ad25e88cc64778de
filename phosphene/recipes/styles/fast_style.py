"""Feed-forward style (Johnson et al. 2016, arXiv:1603.08155): a network T learns to do what `style` does with one picture.

L(y, x) = content |F(y) - F(x)|^2 / |F(x)|^2 + style sum over l of w_l |G_l(y) - G_l(s)|^2 / |G_l(s)|^2 + smooth TV(y)
render(model, -L(T(x), x), param.weights(T, data))          where one picture is render(model, -L(y, x), param.pixels())
"""

from __future__ import annotations

from typing import Any

from ... import param
from ... import transforms as tf
from ...models.feedforward import Transformer
from ...models.patterns import batch as drawn
from ...render import adam, render, schedules
from ...values import check_integer
from ..given.canvas import MOST
from .losses import goal, learnable, weights_of
from .stylist import Stylist

DRAWN = 460
"""Drawings that are learned from where no pictures are given: 20 of each kind."""


def fast_style(
    model: Any,
    picture: Any,
    data: Any = None,
    *,
    size: int = 64,
    steps: int = 1500,
    batch: int = 2,
    width: int = 16,
    blocks: int = 3,
    seed: int = 0,
    weights: dict[str, Any] | None = None,
    **options: Any,
) -> Stylist:
    """A network that gives any picture the style of one.

    picture: the style.  data: pictures to learn from, a list of what `param.picture` takes, of any sizes; drawings where
    not given.  size: pixels that they are learned at.  batch: pictures of a step.  width, blocks: of the network, see
    `models.feedforward.Transformer`.  weights: arguments of `losses.goal`.  options: of `render`.
    The paper's: 256 pixels, 40,000 steps, batch 4, rate 1e-3, width 32, 5 blocks.

    Returns a Stylist: call it with a picture, `.video` a video, `.save` it.  Errors: BadPicture; UnknownLayer.

    >>> import phosphene as ph
    >>> draw = ph.models.patterns.draw
    >>> learned = fast_style(ph.models.load("patterns"), draw("bricks", 1, size=32), [draw("rings", 1)],
    ...                      size=32, steps=2, width=4, blocks=1, progress=False)
    >>> learned(draw("hearts", 1, size=50)).shape
    torch.Size([1, 3, 50, 50])
    """
    check_integer("fast_style", "size", size, 1, MOST)
    pictures = drawn(DRAWN, seed, size)[0] if data is None else learnable(data, size)
    start = Transformer(width, blocks, seed)
    how: dict[str, Any] = {
        "param": param.weights(start, pictures, batch, range=(0, 1)),
        "transforms": tf.resize(size),
        "optimizer": adam(schedules.cosine(3e-3)),
        "steps": steps,
        "seed": seed,
        **options,
    }
    made = render(model, goal(model, picture, size, **weights_of(weights)), **how)
    return Stylist(param.trained(how["param"], made.state), made, start)  # type: ignore[arg-type]
