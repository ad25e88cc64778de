"""What is asked of generators before anything is painted: each input changes the picture, codes come in pairs or triples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from ...errors import BadArgument, Detached, Nonfinite
from ...param import Param, codes
from ...param.walks import latent_of
from ...seeds import stream


def moved(paint: Param) -> Param:
    """The same, where two codes of each input make two pictures, of finite numbers.  Errors: Detached, Nonfinite.

    A gradient that arrives, but is zero everywhere, is found by this alone.
    """
    inner = latent_of(paint)
    drawn = inner.trial()[0]
    others = {name: x[1] + torch.randn(x.shape[1:], generator=stream("moved", name)).to(x) for name, x in drawn.items()}
    pairs = {
        name: torch.stack([others[name] if row == place else x[0] for row in range(1 + len(drawn))])
        for place, (name, x) in enumerate(drawn.items(), 1)
    }
    with torch.no_grad():
        made = inner.decode(pairs).flatten(1)
    if not bool(torch.isfinite(made).all()):
        raise Nonfinite(
            f"{inner.generator.name} makes pictures with NaN or infinity",
            "finite numbers expected",
            "mend its weights or its forward",
        )
    off = (made[1:] - made[:1]).abs().amax(1) > 4 * torch.finfo(made.dtype).eps * made.abs().max()
    if idle := [name for name, moves in zip(drawn, off.tolist(), strict=True) if not moves]:
        raise Detached(
            f"{inner.generator.name} makes the same picture of two codes {', '.join(map(repr, idle))}",
            "a picture that depends on all that is optimized",
            "hold that input fixed, or mend the forward of the generator",
        )
    return paint


def held(known: Any, fixed: Any) -> dict[str, Any]:
    """The inputs of a generator by name, some of them fixed codes."""
    if not isinstance(known, Mapping):
        raise BadArgument(
            f"{type(known).__name__} as inputs", "codes by name", "write inputs={'z': param.codes.normal(128)}"
        )
    if not isinstance(fixed, Mapping) or set(fixed) - set(known):
        raise BadArgument(
            f"frozen={[*fixed] if isinstance(fixed, Mapping) else fixed!r}"[:200],
            f"codes by the name of an input: {', '.join(map(str, known))}",
            "write frozen={'view': view_of(30)}",
        )
    return {**known, **{name: codes.frozen(code) for name, code in fixed.items()}}


def rows_of(owner: str, rows: Any, width: int, example: str) -> list[tuple[Any, ...]]:
    """Codes in tuples of a width; BadArgument for others, and for none."""
    given = list(rows) if isinstance(rows, Sequence) else []
    if not given or not all(isinstance(row, (list, tuple)) and len(row) == width for row in given):
        what = f"codes that are no list of {width}-tuples" if given or not isinstance(rows, Sequence) else "no codes"
        raise BadArgument(
            f"{owner}: {what}", f"a list of at least one tuple of {width} codes expected", f"write {example}"
        )
    return [tuple(row) for row in given]
