"""Several objectives at once: what was handed over as a list of them, and one answer for each in the same form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from ..errors import BadArgument
from .result import Attribution

Answer = Callable[[list[Attribution]], Any]


def several(objective: Any) -> tuple[list[Any], Answer]:
    """The objectives in a list, and what makes the answer of theirs: one, a tuple, or a dict by the same names.

    Errors: BadArgument for an empty list or dict.
    """
    if not isinstance(objective, (Mapping, Sequence)) or isinstance(objective, str):
        return [objective], lambda found: found[0]
    if not objective:
        raise BadArgument(
            f"attribute: objective is {objective!r}", "at least one objective expected", "write [logit('dots')]"
        )
    if isinstance(objective, Mapping):
        return list(objective.values()), lambda found: dict(zip(objective, found, strict=True))
    return list(objective), tuple


def by_objective(chunks: list[dict[str, Tensor]], count: int) -> list[dict[str, Tensor]]:
    """Tensors of chunks of pictures, each the rows of all objectives in turn, as those of each objective for all pictures."""
    if count == 1 and len(chunks) == 1:
        return chunks
    parts = {name: zip(*(one[name].chunk(count) for one in chunks), strict=True) for name in chunks[0]}
    joined = {name: [torch.cat(rows) for rows in found] for name, found in parts.items()}
    return [{name: rows[number] for name, rows in joined.items()} for number in range(count)]
