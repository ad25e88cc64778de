"""Filters of pictures that several rooms use: pure, differentiable functions with a border rule of their own.

torch's "reflect" does not repeat the border pixel, SciPy's does: on noise of 30 grey levels the two differ by 25.
"""

from __future__ import annotations

from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor


def border(start: int, count: int, length: int, fill: str) -> Tensor:
    """The positions in 0 ... length - 1 that stand for start ... start + count - 1.

    fill: "reflect" (...cba|abc...), "edge" (the border position for ever) or "wrap" (...abc|abc...).

    >>> border(-2, 7, 3, "reflect").tolist(), border(-2, 7, 3, "wrap").tolist()
    ([1, 0, 0, 1, 2, 2, 1], [1, 2, 0, 1, 2, 0, 1])
    """
    index = torch.arange(start, start + count)
    if fill == "edge":
        return index.clamp(0, length - 1)
    if fill == "wrap":
        return index % length
    index = index % (2 * length)
    return torch.minimum(index, 2 * length - 1 - index)


def extended(x: Tensor, radius: int, fill: str = "reflect") -> Tensor:
    """Pictures (..., H, W) with `radius` more pixels on every side."""
    rows, columns = (border(-radius, n + 2 * radius, n, fill).to(x.device) for n in x.shape[-2:])
    return x.index_select(-2, rows).index_select(-1, columns)


def gaussian(x: Tensor, sigma: float, truncate: float = 4.0, fill: str = "reflect") -> Tensor:
    """Pictures (B, C, H, W) blurred with a Gaussian of `sigma` pixels, cut at `truncate` sigmas: SciPy's gaussian_filter.

    >>> round(float(gaussian(torch.eye(3)[None, None], 0.5).sum()), 4)
    3.0
    """
    rows, columns = (_blurring(int(n), sigma, truncate, fill, x.dtype, x.device) for n in x.shape[-2:])
    return rows @ x @ columns.T


@lru_cache(maxsize=8)  # a sigma or two at two lengths; more would hold much memory for large pictures
def _blurring(
    length: int, sigma: float, truncate: float, fill: str, dtype: torch.dtype, device: torch.device
) -> Tensor:
    """The linear map (length, length) that blurs a line; on a CPU its products beat convolutions with thin kernels."""
    radius = int(truncate * sigma + 0.5)
    place = torch.arange(-radius, radius + 1, dtype=torch.float64)
    weights = (-0.5 * (place / max(sigma, 1e-30)).square()).exp()
    weights = weights / weights.sum()
    with torch.inference_mode(False):  # cached tensors serve later runs, which differentiate
        positions = border(-radius, length + 2 * radius, length, fill).unfold(0, 2 * radius + 1, 1)
        matrix = torch.zeros(length, length, dtype=torch.float64)
        matrix.scatter_add_(1, positions, weights.expand(length, -1))
        return matrix.to(dtype=dtype, device=device)


def bilateral(x: Tensor, space: float, color: float) -> Tensor:
    """Pictures (B, C, H, W) through a bilateral filter: weights exp(-d^2 / 2 space^2 - |difference|^2 / 2 color^2)."""
    from kornia.filters import bilateral_blur

    radius = int(2 * space + 0.5)
    if radius == 0:
        return x
    smooth = bilateral_blur(extended(x, radius), 2 * radius + 1, color, (space, space), color_distance_type="l2")
    return smooth[..., radius:-radius, radius:-radius]


def median(x: Tensor, width: int) -> Tensor:
    """The median of each channel of pictures (B, C, H, W) over windows of an odd width, the border pixel repeated."""
    from kornia.filters import median_blur

    radius = width // 2
    if radius == 0:
        return x
    return median_blur(extended(x, radius), width)[..., radius:-radius, radius:-radius]


def laplacian_split(x: Tensor, levels: int) -> list[Tensor]:
    """The Laplacian pyramid of pictures (B, C, H, W), finest level first; `levels` halvings, so one array more.

    >>> [tuple(level.shape[-2:]) for level in laplacian_split(torch.zeros(1, 1, 5, 8), 2)]
    [(5, 8), (3, 4), (2, 2)]
    """
    parts = []
    for _ in range(levels):
        low = _reduced(x)
        parts.append(x - _expanded(low, x))
        x = low
    return [*parts, x]


def laplacian_merge(parts: list[Tensor]) -> Tensor:
    """The picture of a Laplacian pyramid: the inverse of `laplacian_split`."""
    x = parts[-1]
    for part in reversed(parts[:-1]):
        x = part + _expanded(x, part)
    return x


def _binomial(like: Tensor) -> Tensor:
    row = like.new_tensor([1, 4, 6, 4, 1]) / 16
    return torch.outer(row, row)[None, None]


def _margins(length: int) -> tuple[int, int]:
    """Zeros before and after, so that windows of 5 at every second place make ceil(length / 2)."""
    both = (-(-length // 2) - 1) * 2 + 5 - length
    return both // 2, both - both // 2


def _reduced(x: Tensor) -> Tensor:
    (top, bottom), (left, right) = (_margins(n) for n in x.shape[-2:])
    flat = F.pad(x.flatten(0, 1)[:, None], (left, right, top, bottom))
    low = F.conv2d(flat, _binomial(x), stride=2)
    return low.reshape(*x.shape[:2], *low.shape[-2:])


def _expanded(low: Tensor, like: Tensor) -> Tensor:
    (height, width), ((top, _), (left, _)) = like.shape[-2:], (_margins(n) for n in like.shape[-2:])
    wide = F.conv_transpose2d(low.flatten(0, 1)[:, None], 4 * _binomial(low), stride=2, output_padding=1)
    return wide[..., top : top + height, left : left + width].reshape(like.shape)


def resample(x: Tensor, size: tuple[int, int], how: str) -> Tensor:
    """Pictures (B, C, H, W) at another size.

    how: "bilinear", averaged where they shrink; "corners", scipy.ndimage.zoom with order 1, which lays the corners on
    each other; "spline", the same with order 3, SciPy's default.

    >>> resample(torch.tensor([[[[0.0, 1.0]]]]), (1, 3), "corners").flatten().tolist()
    [0.0, 0.5, 1.0]
    """
    if how == "bilinear":
        return F.interpolate(x, size, mode="bilinear", antialias=True, align_corners=False)
    rows, columns = (_matrix(old, new, how).to(x) for old, new in zip(x.shape[-2:], size, strict=True))
    return rows @ x @ columns.T


def _matrix(old: int, new: int, how: str) -> Tensor:
    """The linear map (new, old) that resamples a line, corners on corners."""
    place = torch.linspace(0, old - 1, new, dtype=torch.float64) if new > 1 else torch.zeros(1, dtype=torch.float64)
    start = place.floor()
    part, reach = place - start, (-1, 3) if how == "spline" else (0, 2)
    weights = _spline_weights(part) if how == "spline" else torch.stack([1 - part, part], 1)
    matrix = torch.zeros(new, old, dtype=torch.float64)
    for k, offset in enumerate(range(*reach)):
        matrix.scatter_add_(1, mirrored(start.long() + offset, old)[:, None], weights[:, k : k + 1])
    if how != "spline" or old == 1:
        return matrix
    samples = torch.zeros(old, old, dtype=torch.float64)  # of a spline's coefficients, at whole places
    whole = torch.arange(old)
    for offset, weight in ((-1, 1 / 6), (0, 2 / 3), (1, 1 / 6)):
        samples.scatter_add_(
            1, mirrored(whole + offset, old)[:, None], torch.full((old, 1), weight, dtype=torch.float64)
        )
    solved: Tensor = torch.linalg.solve(samples.T, matrix.T)
    return solved.T


def mirrored(index: Tensor, length: int) -> Tensor:
    """Positions mirrored at the first and last pixel, which are not repeated."""
    if length == 1:
        return torch.zeros_like(index)
    index = index % (2 * length - 2)
    return torch.minimum(index, 2 * length - 2 - index)


def _spline_weights(t: Tensor) -> Tensor:
    """The cubic B-spline at the four places around a point, (n, 4)."""
    return torch.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3], 1) / 6
