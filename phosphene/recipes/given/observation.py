"""What a figure is about: pictures as the network sees them, and the activations of its layers there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...attribution import Attribution, Method, attribute, between, gradient_times_activation
from ...attribution.result import by_place
from ...errors import BadArgument
from ...figures import Layer, Picture
from ...figures.base import Floats
from ...models import Capture, as_vision, guarded, probe
from ...models import layers as layers_of
from ...models.vision import Vision, pair
from ...objectives import sites
from ...param.picture import covering, picture
from ...render.arguments import as_objective
from ...values import check_integer, tensor

GROUPED = 8
"""Pictures that go through the network together."""


@dataclass(frozen=True, eq=False)
class Observation:
    """Pictures (P, 3, h, w) as a network sees them, and by layer their activations (P, C, rows, columns).

    A layer without positions has one row and one column, a layer of tokens one row.
    """

    vision: Vision
    pictures: Tensor
    names: tuple[str, ...]
    activations: dict[str, Tensor]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the pictures."""
        return int(self.pictures.shape[-2]), int(self.pictures.shape[-1])

    def check_top(self, owner: str, top: Any) -> None:
        """Refuse more channels than the smallest layer has, and a layer of which none answers."""
        silent = [name for name, activation in self.activations.items() if not bool(activation.any())]
        if silent:
            raise BadArgument(
                f"layer {silent[0]!r}, whose activations are all 0",
                "a layer that answers expected",
                "write another layer",
            )
        check_integer(owner, "top", top, 1, min(activation.shape[1] for activation in self.activations.values()))

    def shown(self) -> tuple[Picture, ...]:
        """The pictures as figures hold them."""
        pixels = as_bytes(self.pictures)
        return tuple(Picture(name, image) for name, image in zip(self.names, pixels, strict=True))

    def attributed(self, name: str, toward: Any, method: Method | None = None) -> Attribution:
        """What the activations of a layer add to an objective, in the shape of `activations`; to first order by default.

        Errors: BadArgument for an objective that sees the pictures through views, whose places are not theirs.
        """
        if any(site.path for site in sites(as_objective(toward))):
            raise BadArgument(
                f"a figure about {toward}"[:300],
                "an objective that looks at the pictures as they are expected, without views: @, expect()",
                "leave the views out; ph.attribute(model, objective, picture, wrt=layer) takes them",
            )
        how = gradient_times_activation() if method is None else method
        found: Attribution = attribute(self.vision, toward, self.pictures, wrt=name, method=how, size=self.size)
        numbers: dict[str, Any] = {part: x.float().cpu() for part, x in vars(found).items() if isinstance(x, Tensor)}
        for_places = {part: by_place(numbers[part]) for part in ("values", "activation", "slope")}
        return replace(found, **{**numbers, **for_places})

    def between(self, lower: str, upper: str) -> Floats:
        """What each place of a layer adds to each place of a later one."""
        return between(self.vision, lower, upper, self.pictures, size=self.size).float().cpu().numpy()

    def layer(self, name: str) -> dict[str, Any]:
        """What a figure says of a layer, as the arguments of its record."""
        _, channels, rows, columns = self.activations[name].shape
        field = self._fields.get(name.split("#")[0].split("@")[0])
        layer = Layer(
            name, int(rows), int(columns), int(channels), 0 if field is None else min(field[0], max(self.size))
        )
        return vars(layer)

    @cached_property
    def _fields(self) -> dict[str, tuple[int, int] | None]:
        return {one.name: one.receptive_field for one in layers_of(self.vision, self.size)}

    def made(self, **more: Any) -> dict[str, str]:
        """How a figure was made, line by line."""
        height, width = self.size
        network = f"{self.vision.name} (weights {self.vision.digest()[:12]})"
        seen = f"scaled until they cover {height} x {width} px, cut about the centre"
        return {"network": network, "pictures": seen, **{k: str(v) for k, v in more.items()}}

    def named(self) -> str:
        """The pictures in a title: each by its name, or how many they are."""
        return f"{len(self.names)} pictures" if len(self.names) > 3 else ", ".join(f"“{name}”" for name in self.names)


def observe(model: Any, pictures: Any, layers: str | Sequence[str], size: Any = None) -> Observation:
    """Look at pictures.

    pictures: one or several of what `param.picture` takes, of any sizes: each is scaled until it covers `size`, which is
    the network's own where not given, and cut about its centre.  layers: a name, or several.
    Errors: BadPicture, UnknownLayer, BadArgument.
    """
    vision = as_vision(model)
    if len(vision.mean) != 3:
        raise BadArgument(
            f"{vision.name}, a network of {len(vision.mean)}-channel pictures",
            "a network of RGB pictures expected",
            "use ph.attribute",
        )
    names = [layers] if isinstance(layers, str) else list(layers) if isinstance(layers, (list, tuple)) else []
    if not names or not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        raise BadArgument(f"layers {layers!r}", "one layer or several, each once", 'write ["block3", "block4"]')
    sources = pictures if isinstance(pictures, (list, tuple)) else _several(pictures)
    read = [picture(source).numbers().float() for source in sources]
    if not read or any(len(one) > 1 for one in read):
        raise BadArgument(
            "pictures in a list of batches" if read else "no picture", "pictures expected", "write [a, b]"
        )
    own: Any = vision.size or tuple(read[0].shape[-2:])
    wanted = pair(own if size is None else size)
    seen = torch.cat([covering(one, wanted) for one in read]).to(vision.device, vision.dtype)
    probe(vision, dict.fromkeys(names, "the figure"), wanted)
    plan = Capture(vision, names)
    with torch.no_grad(), guarded(vision):
        parts = [plan(some) for some in torch.split(seen, GROUPED)]
    found = {name: _placed(name, torch.cat([part[name] for part in parts]).float().cpu()) for name in names}
    return Observation(vision, seen.float().cpu(), _names(sources), found)


def as_bytes(pictures: Tensor) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Pictures (..., 3, h, w) in [0, 1] as bytes (..., h, w, 3)."""
    pixels: np.ndarray[Any, np.dtype[np.uint8]] = (pictures * 255).round().to(torch.uint8).movedim(-3, -1).cpu().numpy()
    return pixels


def _several(pictures: Any) -> list[Any]:
    """A batch (B, 3, h, w) as its pictures; anything else is one."""
    if len(getattr(pictures, "shape", ())) != 4:
        return [pictures]
    return list(pictures.numbers() if isinstance(pictures, tensor) else pictures)


def _names(sources: Sequence[Any]) -> tuple[str, ...]:
    """A file's name, or the number of the picture."""
    return tuple(
        Path(one).stem if isinstance(one, (str, os.PathLike)) else f"picture {number}"
        for number, one in enumerate(sources, 1)
    )


def _placed(name: str, activation: Tensor) -> Tensor:
    """An activation with rows and columns."""
    if activation.dim() > 4:
        raise BadArgument(
            f"layer {name!r} has {activation.dim()} axes", "channels, rows and columns expected", "write another layer"
        )
    if not bool(torch.isfinite(activation).all()):
        raise BadArgument(
            f"layer {name!r} has NaN or infinity in it", "finite activations expected", "mend the network"
        )
    return by_place(activation)
