"""The methods that are put to a test, and the network, checked before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..attribution import Method
from ..errors import BadArgument
from ..language import parse
from ..models.vision import Vision, as_visions


def as_methods(owner: str, methods: Any) -> tuple[Method, ...]:
    """One method or several, or their texts.  Errors: BadArgument, ParseError."""
    listed = [methods] if isinstance(methods, (str, Method)) or not isinstance(methods, Sequence) else methods
    found = tuple(parse(one) if isinstance(one, str) else one for one in listed)
    for one in found:
        if not isinstance(one, Method):
            raise BadArgument(
                f"{owner}: method {one!r}"[:200],
                "methods of attribution expected",
                "write [attribution.gradient(), attribution.grad_cam()], with their parentheses",
            )
    if not found:
        raise BadArgument(f"{owner}: no methods", "at least one expected", "write [attribution.gradient()]")
    return found


def as_one(owner: str, model: Any) -> Vision:
    """A single network.  Errors: BadArgument."""
    visions = as_visions(model)
    if list(visions) != [""]:
        raise BadArgument(
            f"{owner} of several networks ({', '.join(visions)})",
            "one network expected",
            f"write {owner}(model, ...) for each",
        )
    return visions[""]
