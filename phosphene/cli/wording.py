"""Advice in the words of the command line: what the library says of an argument, said of the option that it came from."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

from typer.models import OptionInfo

from ..errors import PhospheneError


def worded(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose errors name its options: `--steps 0` for `steps is 0`, `write --steps 1` for `write steps=1`."""

    @functools.wraps(command)
    def run(**given: Any) -> None:
        try:
            command(**given)
        except PhospheneError as error:
            names = _options(command)
            error.args = (*(reworded(part, names) for part in error.args[:3]), *error.args[3:])
            raise

    return run


def reworded(text: str, names: Mapping[str, str]) -> str:
    """A part of a message, with options in place of arguments.

    >>> reworded("write color=None, or epsilon=8/255", {"color": "--color", "epsilon": "--epsilon"})
    'leave --color out, or --epsilon 0.0314'
    """
    words = "|".join(names) or "(?!)"

    def typed(found: re.Match[str]) -> str:
        return f"{names[found[1]]} {_plain(found[2])}".strip()

    text = re.sub(rf"^(?:[\w.-]+: )?({words}) is (.+)$", typed, text)
    text = re.sub(rf"\bwrite ({words})=None\b", lambda found: f"leave {names[found[1]]} out", text)
    return re.sub(rf"(?<![\w.])({words})=('[^']*'|[^\s,;)]*)", typed, text).replace("one of None, ", "one of ")


def _plain(value: str) -> str:
    """A value as it is typed: no quotes, no fraction."""
    top, slash, bottom = value.partition("/")
    if slash and top.isdecimal() and bottom.isdecimal() and int(bottom):
        return f"{int(top) / int(bottom):.3g}"
    return value.strip("'")


def _options(command: Callable[..., None]) -> dict[str, str]:
    """The options of a command by the names of its arguments."""
    found = {}
    for name, hint in get_type_hints(command, include_extras=True).items():
        for info in getattr(hint, "__metadata__", ()):
            if isinstance(info, OptionInfo):
                declared = (info.default, *(info.param_decls or ()))  # an annotation's first word stands as its default
                words = [word for word in declared if isinstance(word, str) and word.startswith("--")]
                found[name] = words[0] if words else "--" + name.replace("_", "-")
    return found
