"""What attacks are given: a photograph, the class that is aimed at, how far the picture may go."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ...errors import BadArgument, ShapeMismatch
from ...models.vision import Vision
from ...objectives import Objective, logprob
from ...objectives.analysis import images
from ...param import picture as as_picture
from ...seeds import stream
from ...transforms import Transform, identity
from ...values import check_integer, is_finite
from ..given.answers import answers


def photograph(vision: Vision, picture: Any) -> Tensor:
    """One picture (1, C, H, W) in the channels of the network; BadArgument for several."""
    found: Tensor = as_picture(picture, channels=len(vision.mean)).numbers()
    if len(found) != 1:
        raise BadArgument(
            f"{len(found)} pictures", "one picture expected", "attack them one by one: [attack(net, p) ...]"
        )
    return found


def goal_of(
    vision: Vision,
    photo: Tensor,
    target: str | int | Objective | None,
    transforms: Transform = identity,
    draws: int = 1,
) -> Objective:
    """What rises: the log-probability of a class, an objective, or, without a target, minus that of the present class.

    The present class is the one that is likeliest over the draws.
    """
    if isinstance(target, Objective):
        return target
    check_integer("attack", "draws", draws, 1)
    present = int(answers(vision, photo, transforms, draws)[:, 0].softmax(1).mean(0).argmax())
    if target is None:
        return -logprob(present)
    if vision.label_index(target) == present:
        raise BadArgument(
            f"the target {target!r}",
            f"a class that {vision.name} does not see in the picture already expected",
            "write another target, or leave it out for any other class",
        )
    return logprob(target)


def check_epsilon(epsilon: Any, whole: float) -> None:
    """Refuse a radius of 0, and one beyond `whole`, from which on every picture is allowed."""
    if is_finite(epsilon) and 0 < epsilon <= whole:
        return
    inside = f"in a ball of radius {whole:g} lies every picture"
    raise BadArgument(
        f"epsilon is {epsilon!r}",
        f"a number above 0, up to {whole:g}, expected: at 0 nothing may change, and {inside}",
        "write epsilon=8/255 (norm='linf') or epsilon=2 (norm='l2')",
    )


def check_alone(goal: Objective, restarts: Any) -> None:
    """Refuse restarts for a goal that is another one for each picture, for then the best start is not one of a kind."""
    if restarts != 1 and images(goal):
        raise BadArgument(
            f"restarts={restarts} for {goal!r}"[:300],
            "one goal for all starts expected",
            "attack for one after the other: [attack(net, picture, goal, restarts=4) for goal in goals]",
        )


def near(photo: Tensor, width: float, count: Any, seed: Any) -> Tensor:
    """Where restarts begin, (count, C, H, W): at the picture itself, then at uniform noise within `width` of it."""
    check_integer("attack", "restarts", count, 1, 10_000)
    several = isinstance(seed, (list, tuple, range))
    if several and len(seed) != count and (count > 1 or not seed):
        raise ShapeMismatch(f"{len(seed)} seeds for {count} starts", "a seed, or one a start, expected", "write seed=0")
    first = seed[0] if several else seed
    noise = [torch.rand(photo.shape[1:], generator=stream(first, "restart", i)) for i in range(1, count)]
    return torch.cat([photo, *((photo + width * (2 * one.to(photo) - 1)).clamp(0, 1) for one in noise)])
