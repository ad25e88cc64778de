"""Methods by the names that people type: `grad_cam`, `GradCAM`, `gradcam++`, `guided`, or the text of a value."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from ..errors import BadArgument, UnknownName, nearest
from ..language import parse
from ..values import words
from .methods import Method

ROOM = "attribution."
ALSO = {
    "guided": "guided_backprop",
    "ig": "integrated_gradients",
    "gradcampp": "grad_cam_plus_plus",
    "gradientxinput": "gradient_times_activation",
    "inputxgradient": "gradient_times_activation",
    "gradientxactivation": "gradient_times_activation",
}
"""Other names in use, without their signs."""


def named(name: Method | str, layer: str | None = None) -> Method:
    """A method by its name, however it is spelled, by the beginning of its name, or by its text.

    layer: for a method that cannot be without one, such as `guided_grad_cam`.
    Errors: UnknownName, which names the nearest; BadArgument for what is no method, or one that lacks its layer.

    >>> named("GradCAM"), named("gradcam++"), named("attribution.rise(masks=200)"), named("guided_grad_cam", "block4")
    (attribution.grad_cam(), attribution.grad_cam_plus_plus(), attribution.rise(masks=200), \
attribution.guided_grad_cam('block4'))
    """
    if isinstance(name, Method):
        return name
    if not isinstance(name, str) or "(" in name:
        return _value(name)
    kind = _kind(name)
    lacking = [one.name for one in dataclasses.fields(kind) if one.default is dataclasses.MISSING]
    if lacking and (lacking != ["layer"] or layer is None):
        given = ", ".join(f"{one}=..." for one in lacking)
        raise BadArgument(
            f"the method {name!r} alone", f"its {' and '.join(lacking)}, too", f'write "{kind.word}({given})"'
        )
    found: Method = kind(layer) if lacking else kind()
    return found


def _kind(name: str) -> Any:
    """The class that a name stands for."""
    known = {_bare(word.removeprefix(ROOM)): kind for word, kind in words.items() if _is_method(kind)}
    wanted = _bare(name.strip().removeprefix(ROOM))
    wanted = _bare(ALSO.get(wanted, wanted))
    begun = [word for word in known if wanted and word.startswith(wanted)]
    found = known.get(wanted) or (known[begun[0]] if len(begun) == 1 else None)
    if found is None:
        names = sorted(kind.word.removeprefix(ROOM) for kind in known.values())
        raise UnknownName(
            f"{name!r}, a method of attribution that is not there",
            nearest(name, names),
            f"write one of {', '.join(names)}",
        )
    return found


def _value(text: object) -> Method:
    found = parse(text if text.startswith(ROOM) else ROOM + text) if isinstance(text, str) else text
    if not isinstance(found, Method):
        raise BadArgument(
            f"{text!r} as a method"[:200], "a method of attribution, or its name, expected", 'write "grad_cam"'
        )
    return found


def _is_method(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Method)


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower().replace("+", "plus"))
