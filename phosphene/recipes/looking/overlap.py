"""The overlap of transposed convolutions (Odena et al. 2016, Distill): how many positions write to each pixel.

n(x) = |{m: 0 <= x - s m < k}| in each direction, for kernel k and stride s: even where s divides k, else a checkerboard
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from ...figures.plates import Plates, plates, signed
from ...values import check_integer
from ..given.asked import several


def overlap(kernels: Sequence[int] = (2, 3, 4, 5, 6), strides: Sequence[int] = (2, 3), size: int = 24) -> Plates:
    """How many positions of a transposed convolution write to each pixel, by stride (rows) and kernel (columns).

    size: pixels that are shown, away from the edges.  `.values` (strides x kernels, size, size, 1).

    >>> overlap((3, 4), (2,), size=4).values[:, 0, :, 0].tolist()
    [[4.0, 2.0, 4.0, 2.0], [4.0, 4.0, 4.0, 4.0]]
    """
    wide = several(kernels, int, "overlap of no kernel", "write kernels=(3, 4)")
    apart = several(strides, int, "overlap without strides", "write strides=(2,)")
    wrong = next((one for one in (*wide, *apart, size) if type(one) is not int or one < 1), size)
    check_integer("overlap", "a kernel, a stride or size", wrong, 1)
    found = {f"kernel {k}, stride {s}{'' if k % s else ', even'}": written(k, s, size) for s in apart for k in wide}
    images = [signed(one) for one in found.values()]
    about = "Orange: the pixels that most positions write to; the paler, the fewer. Even where the stride divides the kernel."
    return plates("Overlap of transposed convolutions", about, found, images, {"size": f"{size} px"}, len(wide))


def written(kernel: int, stride: int, size: int) -> Tensor:
    """How many positions write to each pixel of a square away from the edges, (size, size)."""
    count = -(-(size + 2 * kernel) // stride) + 1
    ones, start = torch.ones(1, 1, count, count), -(-kernel // stride) * stride
    whole = F.conv_transpose2d(ones, torch.ones(1, 1, kernel, kernel), stride=stride)
    return whole[0, 0, start : start + size, start : start + size]
