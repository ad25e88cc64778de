"""Conditional generators, whose inputs have names: Dosovitskiy et al. 2017, Learning to generate chairs, tables and cars.

render(net, score, latent(G, style=simplex(n), view=frozen(v)))      the style that a network answers most, at one view
G((1 - t) a + t b)                                                   walks: between styles, between views
G(features a - features b + features c)                              arithmetic at an inner layer
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import stack

from ... import transforms as tf
from ...figures import Table
from ...objectives import Objective
from ...param import Param, combine, latent, walk
from ...render import Render, adam, render
from ...values import check_integer
from .generator import INPUTS, as_table, goal_of, painted_by, pictures
from .generator_checks import held, moved, rows_of


def chairs(
    model: Any,
    label: str | int | Objective | Sequence[str | int | Objective],
    generator: Any = "conditional",
    *,
    frozen: Mapping[str, Any] | None = None,
    inputs: Mapping[str, Any] | None = None,
    steps: int = 100,
    **options: Any,
) -> Render:
    """The inputs of a generator that a class, or any objective, answers most, those in `frozen` held at what they are.

    model: a `Vision`.  generator: "conditional" (bundled), or a module with `inputs`: a `param.codes` value by name.
    frozen: codes by name, such as {"view": view_of(30)}; they receive no update.  options: of `render`.

    Errors: BadArgument for a name that is no input, or where all are frozen; Detached where an input has no influence.

    >>> import phosphene as ph
    >>> net, seen = ph.models.load("patterns"), {"view": ph.models.generators.view_of(20)}
    >>> chairs(net, "spiral", frozen=seen, steps=2, progress=False).images.shape
    torch.Size([1, 3, 64, 64])
    """
    known = INPUTS["conditional"] if inputs is None else inputs
    paint = moved(latent(generator, inputs=held(known, {} if frozen is None else frozen)))
    program = {"transforms": tf.jitter(4), "optimizer": adam(0.05), "steps": steps}
    return render(model, goal_of(label), paint, **{**program, **options})


def walks(generator: Any, ends: Sequence[tuple[Any, Any]], n: int = 8, how: str = "slerp") -> Table:
    """Pictures on the way between codes, a row for each pair of ends, both included; errors as `param.walk`.

    >>> from phosphene.models.generators import code_of
    >>> walks("conditional", [(code_of("dots"), code_of("stars")), (code_of("dots"), code_of("dots", 90))], n=3).images.shape
    (2, 3, 64, 64, 3)
    """
    paint: Param = painted_by(generator)
    check_integer("walks", "n", n, 2)
    pairs = rows_of("walks", ends, 2, "[(code_of('dots'), code_of('stars'))]")
    rows = [walk(paint, a, b, n, how) for a, b in pairs]
    return as_table(f"Walks between codes, {how}", rows, columns=[f"{i / (n - 1):.2f}" for i in range(n)], paint=paint)


def analogies(generator: Any, triples: Sequence[tuple[Any, Any, Any]], at: str = "fc4.0") -> Table:
    """a - b + c of the features at layer `at` of a generator, a row for each triple; errors as `param.combine`.

    >>> from phosphene.models.generators import code_of
    >>> analogies("conditional", [(code_of("dots", 45), code_of("dots"), code_of("stars"))]).images.shape
    (1, 4, 64, 64, 3)
    """
    paint: Param = painted_by(generator)
    given = rows_of("analogies", triples, 3, "[(code_of('dots', 45), code_of('dots'), code_of('stars'))]")
    rows = [stack([*pictures(paint, [a, b, c]), *combine(paint, [(1, a), (-1, b), (1, c)], at)]) for a, b, c in given]
    return as_table(f"Arithmetic at {at}", rows, columns=("a", "− b", "+ c", "a − b + c"), paint=paint)
