"""Superpixels: the parts of a picture that are shown or hidden as a whole."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...errors import MissingExtra, ShapeMismatch
from ...values import Value, check_integer, check_number, tensor

__all__ = ["Superpixels", "grid", "quickshift", "slic"]


class Superpixels(Value, room="superpixels", abstract=True):
    """How an activation is cut into parts; a subclass says to which part each place belongs."""

    def labels(self, activation: Tensor) -> Tensor:
        """The number of each place's part, from 0 on without gaps: (H, W) for one picture's activation (C, H, W)."""
        raise NotImplementedError


class grid(Superpixels):
    """Rectangles, as equal as whole places allow; on layers with fewer places than rows or columns, one a place.

    >>> grid(2, 2).labels(torch.zeros(1, 2, 3)).tolist()
    [[0, 0, 1], [2, 2, 3]]
    """

    rows: int = 8
    columns: int = 8

    def __post_init__(self) -> None:
        check_integer(self.word, "rows", self.rows, 1)
        check_integer(self.word, "columns", self.columns, 1)

    def labels(self, activation: Tensor) -> Tensor:
        """The rectangle of each place, row by row."""
        height, width = activation.shape[-2:]
        rows, columns = min(self.rows, height), min(self.columns, width)
        row, column = torch.arange(height) * rows // height, torch.arange(width) * columns // width
        return row[:, None] * columns + column


class quickshift(Superpixels):
    """Places near to each other and alike in color (Vedaldi & Soatto 2008), as LIME takes them; a picture's alone.

    The arguments are those of skimage.segmentation.quickshift, with LIME's defaults.  Errors: BadArgument; ShapeMismatch for
    other than 3 channels; MissingExtra without scikit-image.

    >>> quickshift(kernel=3)
    superpixels.quickshift(kernel=3)
    """

    kernel: int | float = 4
    distance: int | float = 200
    ratio: int | float = 0.2

    def __post_init__(self) -> None:
        check_number(self.word, "kernel", self.kernel, 1)
        check_number(self.word, "distance", self.distance, 0)
        check_number(self.word, "ratio", self.ratio, 0, 1)

    def labels(self, activation: Tensor) -> Tensor:
        """The part of each pixel."""
        cut, picture = _scikit(self.word).quickshift, _colors(self.word, activation)
        return _numbered(cut(picture, ratio=self.ratio, kernel_size=self.kernel, max_dist=self.distance))


class slic(Superpixels):
    """About so many compact parts, alike in color (Achanta et al. 2012); a picture's alone.

    compactness: higher for squarer parts.  Errors: BadArgument; ShapeMismatch for other than 3 channels; MissingExtra without
    scikit-image.

    >>> slic(count=100)
    superpixels.slic(count=100)
    """

    count: int = 50
    compactness: int | float = 10

    def __post_init__(self) -> None:
        check_integer(self.word, "count", self.count, 2)
        check_number(self.word, "compactness", self.compactness, 1e-6)

    def labels(self, activation: Tensor) -> Tensor:
        """The part of each pixel."""
        cut, picture = _scikit(self.word).slic, _colors(self.word, activation)
        return _numbered(cut(picture, n_segments=self.count, compactness=self.compactness))


def labels_of(way: Superpixels | tensor, activation: Tensor) -> Tensor:
    """The number of each place's part, (H, W), by a way of cutting or by a map of any integers.

    >>> from phosphene.values import hold
    >>> labels_of(hold(torch.tensor([[3, 3], [8, 3]])), torch.zeros(1, 2, 2)).tolist()
    [[0, 0], [1, 0]]
    """
    if isinstance(way, Superpixels):
        return way.labels(activation)
    if way.shape != tuple(activation.shape[-2:]):
        raise ShapeMismatch(
            f"superpixels by a map of {way.shape} for a layer of {tuple(activation.shape[-2:])}",
            "one label a place",
            "segment the picture at its own size, or write superpixels.grid()",
        )
    return _numbered(way.numbers())


def _colors(owner: str, activation: Tensor) -> np.ndarray[Any, Any]:
    """A picture as scikit-image takes it, (H, W, 3)."""
    if len(activation) != 3:
        raise ShapeMismatch(
            f"{owner} at a layer of {len(activation)} channels",
            "pictures of 3 colors: wrt='image' or 'input'",
            "write superpixels.grid()",
        )
    found: np.ndarray[Any, Any] = activation.detach().cpu().double().permute(1, 2, 0).contiguous().numpy()
    return found


def _numbered(labels: Any) -> Tensor:
    """Labels (H, W) as 0, 1, 2 ... in rising order."""
    found: Tensor = torch.unique(torch.as_tensor(labels).long(), return_inverse=True)[1]
    return found


def _scikit(owner: str) -> Any:
    try:
        return import_module("skimage.segmentation")
    except ImportError as problem:
        raise MissingExtra(
            f"{owner} needs scikit-image", "the extra `cv` installed", 'pip install "phosphene[cv]"'
        ) from problem
