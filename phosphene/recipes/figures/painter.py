"""How a recipe paints its icons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

import numpy as np

from ...errors import BadArgument
from ...figures.base import Bytes
from ...icons import Store
from ...models.vision import Vision
from ...objectives import Objective
from ...presets import icon as icon_of
from ...values import check_integer


@dataclass(frozen=True, eq=False)
class Painter:
    """Objectives in, icons (N, s, s, 3) out, from the store where it has them."""

    store: Store
    look: Mapping[str, Any]
    seed: int
    progress: bool
    workers: int | None = None
    ray: str | None = None

    def __call__(self, vision: Vision, goals: Sequence[Objective]) -> Bytes:
        """The icons of objectives, in their order."""
        if not goals:
            return np.zeros((0, *_size(self.look), 3), np.uint8)
        how = {"seed": self.seed, "workers": self.workers, "ray": self.ray, "progress": self.progress, **self.look}
        return self.store.paint(vision, goals, **how).images

    def __str__(self) -> str:
        return ", ".join([*(f"{name} {value}" for name, value in self.look.items()), f"seed {self.seed}"])


class Painting(TypedDict, total=False):
    """How the icons of a figure are painted.

    icon: arguments of `render`, as `presets.icon(64)`, which they are where not given.  store: the icon store or its
    folder; the user's own where not given.  seed: of every icon, 0.  progress: a bar over the icons, where there is a
    terminal.  workers, ray: processes that paint, as for `engines.run`; this one alone where not given.
    """

    icon: Mapping[str, Any] | None
    store: Store | str | Path | None
    seed: int
    progress: bool
    workers: int | None
    ray: str | None


def painter(
    icon: Mapping[str, Any] | None = None,
    store: Store | str | Path | None = None,
    seed: int = 0,
    progress: bool = True,
    workers: int | None = None,
    ray: str | None = None,
) -> Painter:
    """The painter of a recipe's arguments.  Errors: BadArgument for a look that paints no square icons."""
    look = icon_of() if icon is None else icon
    if not isinstance(look, Mapping) or len({*_size(look)}) != 1:
        raise BadArgument(
            f"icon={look!r}"[:200],
            "the arguments of render for a square picture, its param among them, expected",
            "write presets.icon(64)",
        )
    check_integer("recipes", "seed", seed, 0)
    return Painter(store if isinstance(store, Store) else Store(store), look, seed, progress, workers, ray)


def _size(look: Mapping[str, Any]) -> tuple[int, ...]:
    """Height and width of an icon; nothing where its look does not say them."""
    return tuple(getattr(look.get("param"), "size", None) or ())
