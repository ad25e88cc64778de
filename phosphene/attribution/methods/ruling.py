"""The gradient rule of a question: the method's own, or the caller's, and how often it was met."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...errors import BadArgument, RuleUnmatched
from ..looks import Looks
from .base import Method


def rule_for(method: Method, given: Any) -> Any:
    """The rule that the method brings along, else the one given.  BadArgument where they contradict."""
    own = method.rules
    if own is None or given is None or given == own:
        return given if own is None else own
    raise BadArgument(
        f"rules={given!r} for {method!r}, which brings {own!r} along"[:300],
        "one rule expected",
        "leave rules out, or write method=attribution.gradient()",
    )


@contextmanager
def named(method: Method, rule: Any) -> Iterator[None]:
    """Where a method's own rule finds no call, the error is about the method."""
    try:
        yield
    except RuleUnmatched as error:
        if rule is None or rule != method.rules:
            raise
        raise method.unmatched(error) from None


def calls_of(looks: Looks) -> dict[str, int]:
    """How many calls each rule changed in the last forward pass, of all networks together."""
    found: dict[str, int] = {}
    for matched in looks.matched.values():
        for rule, count in matched.items():
            found[rule] = found.get(rule, 0) + count
    return found
