"""Walking and rewriting trees of objectives, of any depth and with shared parts, without recursion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from typing import TypeVar

from ..errors import BadArgument
from ..transforms.base import Transform, identity
from ..values import check_integer, register
from .algebra import (
    ZERO,
    Coefficient,
    Constant,
    Draw,
    Expectation,
    Gradient,
    Mapped,
    Masked,
    Objective,
    Power,
    Product,
    Scaled,
    Sum,
    Term,
    lift,
    plus,
    power,
    times,
)

T = TypeVar("T")

OUTSIDE = (Sum, Product, Scaled, Power, Masked, Mapped, Expectation)
"""The nodes that are opened where the objectives among the arguments of a term are not."""


def fold(
    root: Objective,
    visit: Callable[[Objective, list[T]], T],
    into: type[Objective] | tuple[type[Objective], ...] = Objective,
) -> T:
    """The value of `visit(node, values of its children)` at the root: bottom-up, once per shared node, no recursion.

    Only nodes of the kinds `into` are opened; the others count as leaves.
    """
    done: dict[int, T] = {}
    stack = [root]
    while stack:
        node = stack[-1]
        if id(node) in done:
            stack.pop()
            continue
        children = node.children if isinstance(node, into) else ()
        waiting = [child for child in children if id(child) not in done]
        if waiting:
            stack.extend(reversed(waiting))
            continue
        done[id(node)] = visit(node, [done[id(child)] for child in children])
        stack.pop()
    return done[id(root)]


def nodes(root: Objective, into: type[Objective] | tuple[type[Objective], ...] = Objective) -> list[Objective]:
    """The nodes of a tree, children first, from left to right, each shared node once."""
    found: list[Objective] = []
    fold(root, lambda node, _: found.append(node), into)
    return found


def summed(parts: Sequence[Objective]) -> Objective:
    """The sum of any number of objectives."""
    whole: Objective = ZERO
    return reduce(plus, parts, whole)


def expect(objective: Objective, transforms: Transform, n: int) -> Objective:
    """The mean of an objective over n draws of random transforms, where it stands in the text (Athalye et al. 2018).

    >>> from phosphene import transforms as tf
    >>> from phosphene.objectives import logprob
    >>> expect(logprob(3), tf.jitter(4), 8)
    expect(logprob(3), tf.jitter(4), 8)
    """
    if not isinstance(objective, Objective) or not isinstance(transforms, Transform):
        given = f"expect({objective!r}, {transforms!r}, {n!r})"[:200]
        raise BadArgument(
            given, "an objective, transforms and a number of draws expected", "write expect(a, tf.x(), 8)"
        )
    check_integer("expect", "n", n, 1)
    lift(objective)
    return objective if isinstance(objective, (Constant, Coefficient)) else Expectation(objective, transforms, n)


def rebuilt(node: Objective, children: list[Objective]) -> Objective:
    """The same kind of node over other children."""
    if isinstance(node, Sum):
        return plus(*children)
    if isinstance(node, Product):
        return times(*children)
    if isinstance(node, Scaled):
        return times(Constant(node.weight), children[0])
    if isinstance(node, Power):
        return power(children[0], node.exponent)
    if isinstance(node, Masked):
        return children[0].at(node.image)
    if isinstance(node, Mapped):
        return Mapped(children[0], node.function)
    if isinstance(node, Expectation):
        return expect(children[0], node.transform, node.draws)
    if isinstance(node, Gradient):
        return Gradient(children[0], node.layer, node.held, node.path)
    return node.over(children) if isinstance(node, Term) else node


def replace_terms(root: Objective, change: Callable[[Term], Objective]) -> Objective:
    """The objective with every term exchanged for what `change` makes of it."""

    def visit(node: Objective, children: list[Objective]) -> Objective:
        return change(node.over(children)) if isinstance(node, Term) else rebuilt(node, children)

    return fold(root, visit)


def seen_through(term: Term, step: Transform | Draw) -> Term:
    """A term whose picture first passes one more view; neighbouring deterministic views become one."""
    path = term.path
    if isinstance(step, Transform) and path and isinstance(path[0], Transform):
        step, path = step >> path[0], path[1:]
    if step == identity:
        return Term(term.definition, term.layer, term.arguments, path)
    return Term(term.definition, term.layer, term.arguments, (step, *path))


def viewed(root: Objective, view: Transform | Draw) -> Objective:
    """`root @ view`: the view moves down to the terms, because it is the same for every one of them.

    Not to the objectives among their arguments, which are written as seen from the term: `on_their_terms`.
    """

    def visit(node: Objective, children: list[Objective]) -> Objective:
        if isinstance(node, Expectation) and isinstance(view, Transform):
            return expect(node.children[0], view >> node.transform, node.draws)
        return seen_through(node, view) if isinstance(node, Term) else rebuilt(node, children)

    return fold(root, visit, OUTSIDE)


def on_their_terms(root: Objective) -> Objective:
    """The objective with those among the arguments of a term on the term's own path: as it is evaluated.

    The path takes the place of theirs, so that doing this twice is doing it once.
    """
    return _within_terms(root, lambda owner: owner.path)


def as_written(root: Objective) -> Objective:
    """The objective with those among the arguments of a term on no path, as a user writes it: undoes `on_their_terms`."""
    return _within_terms(root, lambda _: ())


def _within_terms(root: Objective, path_of: Callable[[Term], tuple[Transform | Draw, ...]]) -> Objective:
    if not any(isinstance(node, Term) and node.children and node.path for node in nodes(root, OUTSIDE)):
        return root

    def visit(owner: Term) -> Objective:
        path = path_of(owner)

        def move(node: Objective, children: list[Objective]) -> Objective:
            moved = rebuilt(node, children)
            if isinstance(moved, Term):
                return Term(moved.definition, moved.layer, moved.arguments, path)
            return Gradient(moved.children[0], moved.layer, moved.held, path) if isinstance(moved, Gradient) else moved

        return owner.over([fold(child, move) for child in owner.children])

    return replace_terms(root, visit)


def drawn(node: Expectation) -> Objective:
    """An expectation written out: the mean over its draws, each a view of its own."""
    views = [Draw(node.transform, index) for index in range(node.draws)]
    seen = [viewed(node.children[0], view) for view in views]
    return times(Constant(Fraction(1, node.draws)), summed(seen))


def written_out(root: Objective) -> Objective:
    """The objective with every expectation replaced by the mean over its draws, every view by a path of the terms."""

    if not any(isinstance(node, Expectation) for node in nodes(root)):
        return on_their_terms(root)

    def visit(node: Objective, children: list[Objective]) -> Objective:
        fresh = rebuilt(node, children)
        return drawn(fresh) if isinstance(fresh, Expectation) else fresh

    return on_their_terms(fold(root, visit))


register("expect", expect)
