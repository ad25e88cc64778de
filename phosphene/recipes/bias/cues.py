"""What stimuli with two cues are made of: pictures by the name of their group, one stimulus for each pair."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from torch import Tensor

from ...errors import BadArgument
from ..styles.placing import several


def opened_by_name(cue: str, pictures: Any) -> dict[str, list[Tensor]]:
    """The pictures of each group, read before the first is used.  Errors: BadArgument, BadPicture."""
    if not isinstance(pictures, Mapping) or not all(isinstance(name, str) for name in pictures):
        raise BadArgument(
            f"{cue} as {type(pictures).__name__}",
            "pictures by the name of their group",
            f"write {cue}={{'stars': picture}}",
        )
    return {name: several(one) for name, one in pictures.items()}


def conflicts(shapes: Iterable[str], textures: Iterable[str]) -> list[tuple[str, str]]:
    """Every pair of two different names; BadArgument where there is none."""
    pairs = [(one, other) for one in shapes for other in textures if one != other]
    if not pairs:
        raise BadArgument(
            f"shapes {list(shapes)} and textures {list(textures)}"[:300],
            "at least one pair of a shape and a texture of different names",
            'write shapes={"stars": picture}, textures={"bricks": another}',
        )
    return pairs


def check_single(options: Mapping[str, Any]) -> None:
    """Refuse options of `render` that make several pictures of one pair."""
    seed = options.get("seed", 0)
    if options.get("batch", 1) not in (1, None) or (isinstance(seed, (list, tuple, range)) and len(seed) != 1):
        raise BadArgument(
            f"batch={options.get('batch')}, seed={seed!r}"[:200],
            "one picture of each pair of a shape and a texture",
            "leave batch out, and make the stimuli once for each seed",
        )
