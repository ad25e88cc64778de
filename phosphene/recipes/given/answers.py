"""What a classifier says about pictures, under draws of a transform."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from ...errors import BadArgument, ShapeMismatch
from ...models.vision import Vision
from ...render.looks import outputs
from ...transforms import Transform, identity


def answers(vision: Vision, pictures: Any, transforms: Transform = identity, draws: int = 1, seed: int = 0) -> Tensor:
    """The scores of the classes, (draws, B, classes).

    Errors: BadArgument for what is no transform, ShapeMismatch for pictures of other channels than the network's; those of
    `render.looks.outputs`.
    """
    check_transform(transforms)
    if isinstance(pictures, Tensor) and pictures.shape[-3] != len(vision.mean):
        raise ShapeMismatch(
            f"pictures of {pictures.shape[-3]} channels for {vision.name}",
            f"{len(vision.mean)} channels expected",
            "ask another network, or convert them: param.picture(pictures, channels=...)",
        )
    return outputs(vision, pictures, transforms, draws, seed)


def check_transform(transforms: Any) -> None:
    """Refuse what is not a transform."""
    if not isinstance(transforms, Transform):
        raise BadArgument(
            f"{type(transforms).__name__} as transforms", "a transform expected", "write tf.rotate(-20, 20)"
        )
