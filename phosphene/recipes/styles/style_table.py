"""Figure 3 of style transfer (Gatys et al. 2016): how deep the style is taken from, against how much the content weighs.

render(model, each(-(alpha * content(l_c, content) + beta * sum(style(l, picture) for l in first n)) for n, alpha / beta))
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ... import objectives as obj
from ... import transforms as tf
from ...errors import BadArgument
from ...figures import Table
from ...models import as_vision
from ...render import constraints, optimizers, render
from ..given.canvas import canvas_of, on_canvas, opened
from ..given.observation import as_bytes
from .matching import Layers, alike, numbers, smoothed, transfer, weighed
from .placing import Start, started
from .texture import POOLED


def style_table(
    model: Any,
    content: Any,
    style: Any,
    *,
    ratios: Sequence[float] = (0.01, 0.1, 1, 10),
    layers: Layers = None,
    content_layer: str | None = None,
    convention: Any = "relative",
    smooth: float = 0.3,
    size: int | tuple[int, int] | None = None,
    start: Start = "noise",
    steps: int = 500,
    **options: Any,
) -> Table:
    """A table of pictures: rows with the style of more and more layers, columns with more and more content.

    ratios: alpha / beta with beta = 1.  layers: from the first row, which has one of them, to the last, which has all with
    equal weights; the last of each resolution where not given.  The other arguments are those of `recipes.style`; all
    pictures are painted together, in one call of `render`, each for its own objective.

    Returns a `figures.Table`.  Errors: as `recipes.style`.

    >>> import phosphene as ph
    >>> stars, waves = (ph.models.patterns.draw(kind, seed=1, size=32) for kind in ("stars", "waves"))
    >>> made = style_table(ph.models.load("patterns"), stars, waves, layers=["block1", "block2"], ratios=(0.1, 1), steps=2)
    >>> made.rows, made.columns, made.images.shape
    (('block1', '+ block2'), ('0.1', '1'), (2, 2, 32, 32, 3))
    """
    if "batch" in options:
        raise BadArgument(f"batch={options['batch']!r}", "one picture for each cell of the table", "leave batch out")
    shares, vision, photo, look = numbers("ratios", ratios), as_vision(model), opened(content), opened(style)
    canvas = canvas_of(photo, size)
    photo = on_canvas(photo, canvas)
    names = [*weighed(vision, layers, canvas)]
    at = names[-2:][0] if content_layer is None else content_layer
    depths = [alike(dict.fromkeys(names[:n], 1 / n), look, canvas, convention) for n in range(1, len(names) + 1)]
    goals = [transfer(photo, [depth], [1.0], at, alpha, 1.0, convention) for depth in depths for alpha in shares]
    how: dict[str, Any] = {
        "param": started(photo, start),
        "transforms": tf.resize(canvas),
        "optimizer": optimizers.lbfgs(bounds=constraints.box(0, 1)),
        "rules": POOLED,
        "steps": steps,
        "batch": len(goals),
    }
    made = render(vision, obj.each(*(smoothed(goal, smooth) for goal in goals)), **{**how, **options})
    about = (
        "From left to right the content weighs more (alpha / beta), from top to bottom the style is taken from more layers, "
        f"the deepest of them seeing the largest structures; content at {at} (Gatys et al. 2016)."
    )
    images = as_bytes(made.images)
    cells = images.reshape(len(names), -1, *images.shape[1:])
    rows = tuple("+ " * bool(place) + name for place, name in enumerate(names))
    columns = tuple(f"{share:g}" for share in shares)
    return Table.of("Content and style", cells, rows=rows, columns=columns, about=about)
