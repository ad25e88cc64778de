"""What attribution returns."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False, repr=False)
class Attribution:
    """What each number of a layer's activation adds to the scores of pictures.

    values: (B, C, ...), the layer's shape.  activation, slope: of the same shape, the activation and the gradient of the
    scores there.  scores: (B,).  baseline: (B,), the scores where the method's path starts, None where it has none.
    Where an objective sees the pictures through several views, `values` and `slope` are sums over them, each in the frame
    of its view, and `activation` is their mean.  wrt, objective, method: what was asked, as text.  coupled: whether the
    score of a picture depends on the others, so that the values add up over the whole batch alone.
    """

    values: Tensor
    activation: Tensor
    slope: Tensor
    scores: Tensor
    baseline: Tensor | None = None
    wrt: str = field(default="image", kw_only=True)
    objective: str = field(default="", kw_only=True)
    method: str = field(default="", kw_only=True)
    coupled: bool = field(default=False, kw_only=True)

    def spatial(self) -> Tensor:
        """What each place adds: the sum over channels, (B, H, W); (B, 1, T) of tokens, (B, 1, 1) without places."""
        return by_place(self.values).sum(1)

    def channels(self) -> Tensor:
        """What each channel adds: the sum over places, (B, C)."""
        return self.values.flatten(2).sum(2) if self.values.ndim > 2 else self.values

    @property
    def missing(self) -> Tensor:
        """The part of the scores' change that the values do not add up to, (B,); NaN where the method promises no sum.

        |sum of values - (scores - baseline)| / |scores - baseline|; of coupled pictures the sums over all of them.
        """
        if self.baseline is None:
            return torch.full_like(self.scores, torch.nan)
        gap, change = missed(self.values.flatten(1).sum(1), self.scores - self.baseline, self.coupled)
        part: Tensor = gap / change.clamp_min(torch.finfo(change.dtype).tiny)
        return part

    def __repr__(self) -> str:
        lines = [f"Attribution of {self.objective} to {self.wrt!r} {tuple(self.values.shape)} by {self.method}"]
        for i, score in enumerate(self.scores.tolist()[:8]):
            total = float(self.values[i].sum())
            gap = "" if self.baseline is None else f" of {score - float(self.baseline[i]):.4g}"
            lines.append(f"  picture {i}: score {score:.4g}, values sum to {total:.4g}{gap}")
        return "\n".join(lines + ["  ..."] * (len(self.scores) > 8))


def missed(sums: Tensor, change: Tensor, coupled: bool) -> Tensor:
    """What sums of values (B,) miss of a change of scores (B,), and the size of the change: (2, B)."""
    found = torch.stack([sums - change, change])
    return (found.sum(1, keepdim=True).expand_as(found) if coupled else found).abs()


def by_place(x: Tensor) -> Tensor:
    """An activation as (B, C, H, W): tokens are one row, a vector one place."""
    return x.reshape(*x.shape[:2], *(1,) * (4 - x.ndim), *x.shape[2:])
