"""What attribution returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from ..models.vision import pair
from ..values import check_choice
from .places import laid_out, layout
from .posts import POSTS, Post
from .posts import post as apply_post


@dataclass(frozen=True, eq=False, repr=False)
class Attribution:
    """What each number of a layer's activation adds to the scores of pictures.

    values: (B, C, ...), the layer's shape.  activation, slope: of the same shape, the activation and the gradient of the
    scores there.  scores: (B,).  baseline: (B,), the scores where the method's path starts, None where it has none.
    Where an objective sees the pictures through several views, `values` and `slope` are sums over them, each in the frame
    of its view, and `activation` is their mean.  wrt, objective, method: what was asked, as text.  coupled: whether the
    score of a picture depends on the others, so that the values add up over the whole batch alone.  size, seen: of the
    pictures as given, and as the layer's network saw them, (height, width).  calls: how many calls of one forward pass
    each gradient rule has changed.
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
    size: tuple[int, int] | None = field(default=None, kw_only=True)
    seen: tuple[int, int] | None = field(default=None, kw_only=True)
    calls: Mapping[str, int] = field(default_factory=dict, kw_only=True)

    def spatial(self) -> Tensor:
        """What each place adds: the sum over channels, (B, H, W); (B, 1, T) of tokens, (B, 1, 1) without places."""
        return by_place(self.values).sum(1)

    def channels(self) -> Tensor:
        """What each channel adds: the sum over places, (B, C)."""
        return self.values.flatten(2).sum(2) if self.values.ndim > 2 else self.values

    def map(self, size: int | tuple[int, int] | None = None, post: Post = "raw") -> Tensor:
        """The values summed over channels, as maps of a size, (B, H, W): that of the pictures where none is given.

        post: "raw", signed and bilinear; or the steps of a package before it shows a map: "captum" (signed, each place
        repeated), "torchcam" (ReLU, range to [0, 1], bicubic), "pytorch_grad_cam" (ReLU, range to [0, 1], bilinear, range
        again). Of what to show, size=(h, w) of the layer gives the map as it is.  Errors: BadArgument.

        >>> import phosphene as ph
        >>> net, drawing = ph.load("patterns"), ph.models.patterns.draw("dots", seed=1, size=96)
        >>> found = ph.attribute(net, "logit('dots')", drawing, "block4", "attribution.grad_cam()")
        >>> found.values.shape, found.map().shape, float(found.map((6, 6), post="torchcam").min())
        (torch.Size([1, 1, 6, 6]), torch.Size([1, 96, 96]), 0.0)
        """
        check_choice("Attribution.map", "post", post, tuple(POSTS))
        grid = layout(self.values.shape[2], self.seen) if self.values.ndim == 3 and self.seen else None
        maps = laid_out(self.values, grid).sum(1)
        height, width = (self.size or maps.shape[1:]) if size is None else pair(size)
        return apply_post(post, maps, (height, width))

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
        rules = [f"  {rule}: {count} calls changed" for rule, count in self.calls.items()]
        return "\n".join(lines + ["  ..."] * (len(self.scores) > 8) + rules)


def missed(sums: Tensor, change: Tensor, coupled: bool) -> Tensor:
    """What sums of values (B,) miss of a change of scores (B,), and the size of the change: (2, B)."""
    found = torch.stack([sums - change, change])
    return (found.sum(1, keepdim=True).expand_as(found) if coupled else found).abs()


def by_place(x: Tensor) -> Tensor:
    """An activation as (B, C, H, W): tokens are one row, a vector one place."""
    return x.reshape(*x.shape[:2], *(1,) * (4 - x.ndim), *x.shape[2:])
