"""A textured object that is taken for something else from every side: EOT with the rendering as the transform.

    max E_{t ~ T}[log P(target | t(x'))] - weight E_{t ~ T}[d(t(x'), t(x))],    t: wrap around a ball, turn, light, see

What is painted is the texture. `still` makes a renderer a generator, for `param.latent`: one view, by its texture.

Source: Athalye et al. 2018 (arXiv:1707.07397), the turtle, with a ball in place of the model.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from ...errors import BadArgument, ShapeMismatch
from ...render import Render
from ...transforms import Transform, eot_3d, frozen, globe
from ..given.answers import check_transform
from .eot import eot


def textured(
    model: Any,
    texture: Any,
    target: Any = None,
    transforms: Transform = eot_3d,
    draws: int = 10,
    weight: float = 0.05,
    steps: int = 150,
    **options: Any,
) -> Render:
    """A texture nearly the same, with which a ball is taken for something else from any side and in any light.

    texture: a map of the ball, best twice as wide as high.  target: as for `eot`; without one, any class but the one that
    the ball is taken for now.  transforms: how the ball is seen, `tf.globe` among them.  The rest as for `eot`, of which
    this is one line. The images of the result are textures; `recipes.views(result, tf.eot_3d)` shows the ball.

    >>> import torch, phosphene as ph
    >>> net, rings = ph.load("patterns"), ph.models.patterns.draw("rings", 0, size=32)
    >>> texture = torch.cat([rings, rings.flip(2)], 2)
    >>> ph.recipes.textured(net, texture, "dots", draws=2, steps=2, progress=False).images.shape
    torch.Size([1, 3, 32, 64])
    """
    return eot(model, texture, target, transforms, draws, weight, steps=steps, **options)


class still(nn.Module):
    """A renderer with one draw, as a generator of pictures by their textures (B, 3, H, W).

    `view` draws nothing: tf.frozen(tf.globe(64), seed=3). Errors: BadArgument for one that does.

    >>> import phosphene as ph
    >>> seen = ph.param.latent(still(), ph.param.codes.interval((3, 16, 32), 0, 1))
    >>> seen.decode(seen.init([0])).shape
    torch.Size([1, 3, 64, 64])
    """

    def __init__(self, view: Transform = frozen(globe(64))) -> None:  # noqa: B008 - a frozen value
        super().__init__()
        check_transform(view)
        if not view.deterministic:
            raise BadArgument(
                f"still({view!r})", "a view without randomness expected", f"write still(tf.frozen({view!r}))"
            )
        self.view = view
        self.eval()

    def forward(self, texture: Tensor) -> Tensor:
        """The view of each texture."""
        if texture.ndim != 4:
            raise ShapeMismatch(f"a texture of shape {tuple(texture.shape)}", "(B, 3, H, W)", "write texture[None]")
        shown = (int(texture.shape[2]), int(texture.shape[3]))
        return self.view.apply(texture, [self.view.sample(shown, None)] * len(texture))  # type: ignore[arg-type]

    def extra_repr(self) -> str:
        """The view, by which two renderers differ."""
        return repr(self.view)
