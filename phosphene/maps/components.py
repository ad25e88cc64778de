"""Principal components of a layer's activations as colors: what lies near in the layer looks alike, through a whole clip."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import BadArgument
from ..figures import layout
from ..values import check_integer
from .colors import Bytes
from .frames import once
from .looking import Looks
from .sheet import Sheet, as_picture

Doubles = NDArray[np.float64]

REACH = 2.5
"""Standard deviations of a component from grey to the end of its color."""


@dataclass(frozen=True, eq=False, repr=False)
class Components:
    """The first three principal components of activations.

    mean: (C,).  axes: (3, C), of length 1, the number of largest size in each positive, rows of 0 where there are fewer.
    spread: (3,), the standard deviations along them.  share: (3,), of all variance.
    """

    layer: str
    mean: Doubles
    axes: Doubles
    spread: Doubles
    share: Doubles

    def scores(self, activation: Tensor) -> Doubles:
        """The components of an activation (C, rows, columns): (3, rows, columns)."""
        flat = activation.detach().cpu().double().flatten(1).numpy() - self.mean[:, None]
        found: Doubles = (self.axes @ flat).reshape(3, *activation.shape[1:])
        return found

    def colors(self, activation: Tensor) -> Bytes:
        """The same as red, green and blue (rows, columns, 3), bytes: the mean is grey, 2.5 deviations the end of a color."""
        away = self.scores(activation) / np.where(self.spread > 0, self.spread, 1)[:, None, None]
        found: Bytes = (255 * np.clip(0.5 + away / (2 * REACH), 0, 1)).round().astype(np.uint8).transpose(1, 2, 0)
        return np.ascontiguousarray(found)

    def __repr__(self) -> str:
        parts = ", ".join(f"{part:.0%}" for part in self.share)
        return f"Components({self.layer!r}, {len(self.mean)} channels, {parts} of the variance)"


def principal(model: Any, layer: str, frames: Any, size: int | tuple[int, int] | None = None) -> Components:
    """The principal components of a layer's activations at all positions of frames, by sums: one frame in memory at a time.

    Errors: as `look`; BadArgument for activations that are the same everywhere.

    >>> import phosphene as ph
    >>> net, frames = ph.load("patterns"), [ph.models.patterns.draw(kind, 0, size=48) for kind in ("dots", "waves")]
    >>> principal(net, "block2", frames, size=48)
    Components('block2', 48 channels, 17%, 13%, 11% of the variance)
    """
    return _principal(layer, (look.activations[layer] for look in Looks(model, layer, frames, size)))


def components(
    model: Any, layer: str, frames: Any, fit: int | Components | None = None, size: int | tuple[int, int] | None = None
) -> Iterator[Tensor]:
    """For each frame a picture (3, H, W) in [0, 1]: the frame, and the layer with its first three components as colors.

    model, frames, size: as for `look`.  fit: the components, or from how many first frames they are taken; from all where not
    given, for which they are read twice. Colors mean the same in every frame.  Errors: as `look`; BadArgument.

    >>> import phosphene as ph
    >>> net, frames = ph.load("patterns"), (ph.models.patterns.draw("dots", seed, size=48) for seed in range(3))
    >>> [tuple(one.shape) for one in components(net, "block2", frames, fit=1)][0][0]
    3
    """
    looks = Looks(model, layer, frames, size)
    found = _fitted(looks, layer, fit)
    _, rows, columns = looks.shapes[layer]
    title = f"{layer} of {looks.vision.name}"
    parts = [f"{part:.0%} {color}" for part, color in zip(found.share, ("red", "green", "blue"), strict=True)]
    foot = layout.label(f"Three principal components; of the variance: {', '.join(parts)}", 10, color=layout.GREY)
    sheet = Sheet(title, looks.size, (rows, columns), ["components as colors"], foot, 224)
    return (as_picture(sheet.filled(one.picture, [found.colors(one.activations[layer])])) for one in looks)


def _fitted(looks: Looks, layer: str, fit: int | Components | None) -> Components:
    if isinstance(fit, Components):
        if len(fit.mean) != looks.shapes[layer][0]:
            raise BadArgument(
                f"fit: {fit!r}", f"components of {looks.shapes[layer][0]} channels expected", "leave fit out"
            )
        return fit
    if fit is not None:
        check_integer("components", "fit", fit, 1)
    if fit == 1:
        return _principal(layer, [looks.first().activations[layer]])
    if not looks.frames.again:
        raise once("components of more than the first, for which they are read twice")
    return _principal(layer, (look.activations[layer] for look in itertools.islice(looks, fit)))


def _principal(layer: str, activations: Iterable[Tensor]) -> Components:
    """Sums of differences from the first frame's mean, which is near enough to the mean that nothing cancels."""
    near: Any = None
    sums: Any = 0
    squares: Any = 0
    count = 0
    for activation in activations:
        x = activation.double().flatten(1)
        near = x.mean(1, keepdim=True) if near is None else near
        count += x.shape[1]
        sums, squares = sums + (x - near).sum(1), squares + (x - near) @ (x - near).T
    shift = sums / count
    covariance = squares / count - torch.outer(shift, shift)
    values, vectors = torch.linalg.eigh(covariance)
    total = float(values.clamp_min(0).sum())
    if total <= 1e-20 * float(near.square().sum()):  # what rounding leaves
        raise BadArgument(
            f"layer {layer!r}, which is the same at every position",
            "activations that differ expected",
            "write another layer or other frames",
        )
    kept = min(3, len(values))
    axes, spread = torch.zeros(3, len(values), dtype=torch.float64), torch.zeros(3, dtype=torch.float64)
    axes[:kept], spread[:kept] = vectors.flip(1).T[:kept], values.flip(0)[:kept].clamp_min(0)
    spread[spread < 1e-12 * total] = 0
    axes *= _sign(axes)
    mean = (near[:, 0] + shift).numpy()
    return Components(layer, mean, axes.numpy(), spread.sqrt().numpy(), (spread / total).numpy())


def _sign(axes: Tensor) -> Tensor:
    """1 or -1 for each axis: eigenvectors have no sign of their own."""
    largest = axes.gather(1, axes.abs().argmax(1, keepdim=True))
    return torch.where(largest < 0, -1.0, 1.0).to(axes)
