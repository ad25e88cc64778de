"""The endless zoom into a dream, as the frames of one run: dream for some steps, move nearer, dream on.

    x <- clip(x + rate g),  g with balanced levels;   after every k steps  x <- 1/2 + (1 - fade) (zoomed(x) - 1/2)

Source: Mordvintsev, Olah & Tyka 2015, whose notebook dreams a whole DeepDream for each frame and zooms by 1 / 0.95.
"""

from __future__ import annotations

from typing import Any

from ... import param
from ...models import as_vision
from ...render import Render, constraints, gradients, operators, render, sgd
from ...transforms import jitter, resize, scale
from ...values import check_integer, check_number
from ..given.asked import two
from ..given.canvas import canvas_of, on_canvas, opened
from .dreaming import seen_at, wish

WHITE = 255


def zoom(
    model: Any,
    picture: Any,
    objective: Any,
    frames: int = 60,
    *,
    guide: Any = None,
    every: int = 8,
    nearer: float = 1 / 0.95,
    degrees: float = 0,
    rate: float = 1,
    shift: int = 32,
    widths: tuple[float, float] = (0.7, 1.4),
    fade: float = 0.05,
    size: Any = None,
    **options: Any,
) -> Render:
    """Frames of a dream into which one falls: `.snapshots`, for `ph.video.write(path, result.snapshots.values())`.

    picture, objective, guide, rate, shift, size: as for `dream`.  frames: how many.  every: steps for each of them.
    nearer: the zoom from frame to frame.  degrees: its turn.  widths: the range of zooms in which the network looks at the
    picture, in place of octaves.  fade: of the distance from grey, what is taken away with each frame, so that contrast
    does not rise for ever.  The gradient's levels are balanced.  options: for `render`.
    Errors: BadArgument for zero frames; as `dream`.

    >>> import phosphene as ph
    >>> net, rings = ph.load("patterns"), ph.models.patterns.draw("rings", 0, size=48)
    >>> film = ph.recipes.zoom(net, rings, "block2", 3, every=2)
    >>> list(film.snapshots), film.images.shape
    ([1, 3, 5], torch.Size([1, 3, 48, 48]))
    """
    check_integer("zoom", "frames", frames, 1)
    check_integer("zoom", "every", every, 1)
    check_number("zoom", "rate", rate, 0)
    vision, photo = as_vision(model), opened(picture)
    canvas = canvas_of(photo, size)
    (seen,) = seen_at(vision, [canvas])
    first = max(every - 1, 1)
    steps = first + every * (frames - 1)
    chosen = {
        "param": (param.pixels(canvas) >> param.unbounded()).starting_from(on_canvas(photo, canvas)),
        "transforms": jitter(shift, fill="wrap") >> scale(*two("zoom", "widths", widths, (0.7, 1.4))) >> resize(seen),
        "steps": steps,
        "optimizer": sgd(rate / WHITE),
        "gradient": [gradients.laplacian(4)],
        "operators": [operators.affine(nearer, degrees, every=every), operators.decay(fade, every=every)],
        "within": constraints.box(0, 1),
        "snapshots": range(first, steps + 1, every),
    }
    return render(vision, wish(objective, guide, canvas), **{**chosen, **options})
