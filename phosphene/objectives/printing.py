"""The text of an objective: precedence as in Python, the shortest literals, no defaults; `language.parse` reads it back."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from ..errors import TooLarge
from ..values import ATOM, POWER, PRODUCT, SUM, UNARY, Value, show
from .algebra import (
    OF,
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
)
from .tree import fold

CEILING = 100_000
"""Nodes beyond which the text of an objective is refused: sharing keeps a value small, its text repeats what it shares."""

Text = tuple[str, int]


def shown(root: Objective) -> str:
    """The text for `repr`: the source, or a summary in angle brackets where the source would be too long."""
    return text(root) if root.size <= CEILING else f"<objective of {_count(root.size)} nodes, too long to print>"


def text(root: Objective) -> str:
    """The source of an objective; TooLarge beyond 100,000 nodes.

    >>> from phosphene.objectives import channel, tv
    >>> text((channel("a", 1) + 1) * channel("b", 2) - 0.05 * tv())
    "(channel('a', 1) + 1)*channel('b', 2) - 0.05*tv()"
    """
    if root.size > CEILING:
        raise TooLarge(
            f"the text of an objective of {_count(root.size)} nodes",
            f"at most {CEILING} nodes can be written out",
            "write it as JSON, which keeps shared parts: serialize.to_json(a)",
        )
    source = fold(root, _write)[0]
    if isinstance(root, Gradient):
        return _gradient(root, source)
    return f"const({source})" if isinstance(root, Coefficient) else source


def _count(number: int) -> str:
    return f"{Decimal(number):.3g}"


def _write(node: Objective, parts: list[Text]) -> Text:
    if isinstance(node, Constant):
        return _number(node.value)
    if isinstance(node, Term):
        return _term(node, [part[0] for part in parts])
    if isinstance(node, Gradient):
        return parts[0]  # its term knows whether more must be said
    if isinstance(node, Coefficient):
        return node.source.text()
    if isinstance(node, Sum):
        left, right = (_inside(part, SUM) for part in parts)
        return f"{left} - {right[1:]}" if right.startswith("-") else f"{left} + {right}", SUM
    if isinstance(node, Product):
        left, right = (_factor(child, part) for child, part in zip(node.children, parts, strict=True))
        return f"{left}*{right}", PRODUCT
    if isinstance(node, Scaled):
        return _weighted(node.weight, _factor(node.children[0], parts[0])), PRODUCT
    if isinstance(node, Power):
        return f"{_inside(parts[0], ATOM)}**{node.exponent}", POWER
    if isinstance(node, Masked):
        return f"{_subject(node, parts[0])}.at({node.image})", ATOM
    if isinstance(node, Mapped):
        return f"{_subject(node, parts[0])}.map({node.function!r})", ATOM
    assert isinstance(node, Expectation)
    return f"expect({parts[0][0]}, {node.transform!r}, {node.draws})", ATOM


def _subject(node: Objective, part: Text) -> str:
    return f"const({part[0]})" if isinstance(node.children[0], Constant) else _inside(part, ATOM)


def _inside(part: Text, precedence: int) -> str:
    return part[0] if part[1] >= precedence else f"({part[0]})"


def _number(value: Fraction) -> Text:
    literal = show(value)
    return literal, PRODUCT if "/" in literal else UNARY if value < 0 else ATOM


def _term(node: Term, inside: list[str]) -> Text:
    texts = iter(inside)
    given = []
    for name, value in node.arguments:
        if isinstance(value, Gradient):
            inner = next(texts)
            value = _Written(inner if value.held and name != OF else _gradient(value, inner))
        given.append((name, value))
    source = node.definition.text(node.layer, tuple(given))
    for step in reversed(node.path):
        source += f" @ {_step(step)}"
    return source, PRODUCT if node.path else ATOM


def _gradient(node: Gradient, inner: str) -> str:
    return f"grad({inner}, {node.layer!r}{', held=True' if node.held else ''})"


class _Written(str):
    """A text that is its own literal."""

    __repr__ = str.__str__


def _step(step: Value) -> str:
    source, precedence = step.text() if not isinstance(step, Draw) else (repr(step), ATOM)
    return source if precedence == ATOM else f"({source})"


def _factor(node: Objective, part: Text) -> str:
    return part[0] if isinstance(node, Product) else _inside(part, UNARY)


def _weighted(weight: Fraction, body: str) -> str:
    top, _, bottom = show(weight).partition("/")
    product = body if top == "1" else f"-{body}" if top == "-1" else f"{top}*{body}"
    return f"{product}/{bottom}" if bottom else product
