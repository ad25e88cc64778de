"""The patch test: does what an atlas shows of one class, pasted into pictures of another, change what they are taken for?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import BadArgument, ShapeMismatch
from ..models.guard import guarded
from ..models.vision import Vision, as_vision
from ..param.picture import fit, picture
from ..seeds import stream
from ..values import check_choice, check_integer, check_number
from .census import Doubles, Mask

CORNERS = ("top left", "top right", "bottom left", "bottom right")
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


@dataclass(frozen=True, eq=False)
class Pasted:
    """What a network says of n pictures with a patch of R sizes at K corners.

    source, target: (R, K, n), the probabilities of the two classes.  logit: (R, K, n), that of the target.  flipped:
    (R, K, n), which are taken for the target now and were taken for the source before.
    """

    source: Doubles
    target: Doubles
    logit: Doubles
    flipped: Mask


@dataclass(frozen=True, eq=False)
class PatchTest:
    """A patch and, as a control, noise, each pasted into the same n pictures.

    shares: (R,), sides of the patch by the shorter side of the picture.  corners: K names.  right: (n,), which pictures are
    taken for the source without a patch.  patch, noise: what the network says with one.  names: of the two classes.
    """

    shares: Doubles
    corners: tuple[str, ...]
    right: Mask
    patch: Pasted
    noise: Pasted
    names: tuple[str, str]

    def rates(self, noise: bool = False) -> Doubles:
        """The share flipped of the pictures that were right, for each size and corner: (R, K)."""
        rates: Doubles = (self.noise if noise else self.patch).flipped.sum(2) / self.right.sum()
        return rates

    def best(self, noise: bool = False) -> tuple[float, str, float]:
        """The size and the corner that flip most pictures, and the share of these; of equal ones the smallest and first."""
        rates = self.rates(noise)
        size, corner = np.unravel_index(rates.argmax(), rates.shape)
        return float(self.shares[size]), self.corners[corner], float(rates[size, corner])

    def best_of_each(self, noise: bool = False) -> tuple[NDArray[np.int64], float]:
        """For each picture the size and the corner, (n, 2), with the largest probability of the target, and the share that
        some size and corner flip."""
        pasted = self.noise if noise else self.patch
        flat = pasted.target.reshape(-1, len(self.right)).argmax(0)
        places = np.stack(np.unravel_index(flat, pasted.target.shape[:2]), 1).astype(np.int64)
        return places, float(pasted.flipped.any((0, 1)).sum() / self.right.sum())

    def __repr__(self) -> str:
        (share, corner, rate), (_, _, control) = self.best(), self.best(noise=True)
        each, each_control = self.best_of_each()[1], self.best_of_each(noise=True)[1]
        (before, after), size = self.names, f"{share:g} at the {corner}"
        return (
            f"PatchTest: {int(self.right.sum())} of {len(self.right)} pictures are taken for {before!r}\n"
            f"  with the patch, {size}, {rate:.1%} of them for {after!r}; with noise at its best {control:.1%}\n"
            f"  with the best size and corner for each, {each:.1%}; with noise {each_control:.1%}"
        )


def patch_test(
    vision: Vision,
    pictures: Any,
    patch: Any,
    source: str | int,
    target: str | int,
    shares: tuple[float, ...] = SHARES,
    corners: tuple[str, ...] = CORNERS,
    seed: int = 0,
    batch: int = 32,
) -> PatchTest:
    """Paste a patch into pictures of the class `source`, and see how many become the class `target`.

    pictures: (n, 3, h, w) in [0, 1], as the network takes them, or what `param.picture` reads.  patch: (3, s, s).  shares:
    sides of the patch, by the shorter side of the picture, in (0, 1].  corners: some of "top left", "top right",
    "bottom left", "bottom right".  seed: of the noise, which is uniform in [0, 1] for each pixel and channel, the same in
    all pictures.
    Errors: BadPicture; ShapeMismatch for a patch that is not square; UnknownLabel; BadArgument, also where no picture is
    taken for the source as it is.

    Source: Carter et al. 2019, Activation Atlas, which reports the share flipped beside that of noise.

    >>> from phosphene.models import load, patterns
    >>> dots = torch.stack([patterns.draw("dots", 0, i) for i in range(4)])
    >>> patch_test(load("patterns"), dots, patterns.draw("grid", 1), "dots", "grid", shares=(0.2, 0.6)).rates().shape
    (2, 4)
    """
    vision = as_vision(vision)
    _check(shares, corners, seed, batch)
    classes = vision.label_index(source), vision.label_index(target)
    if classes[0] == classes[1]:
        raise BadArgument(f"source and target are both {source!r}", "two classes expected", "choose another target")
    plain, square = picture(pictures).numbers(), picture(patch).numbers()
    if len(square) != 1 or square.shape[2] != square.shape[3]:
        raise ShapeMismatch(f"a patch of shape {tuple(square.shape)}", "(3, s, s) expected", "cut a square out of it")
    parts = torch.split(plain, batch)
    before = _logits(vision, parts, classes)
    right = before.argmax(1) == classes[0]
    if not right.any():
        raise BadArgument(
            f"none of {len(plain)} pictures is taken for class {source!r} as it is",
            "pictures that the network knows expected",
            "choose pictures of the source class, of the network's size",
        )
    sides = [max(1, round(share * min(plain.shape[2:]))) for share in shares]
    patches = [fit(square, (side, side))[0] for side in sides]
    noise = [torch.rand(3, side, side, generator=stream(seed, "patch noise", side)) for side in sides]
    drawn, control = (_pasted(vision, parts, some, corners, classes, right) for some in (patches, noise))
    known = vision.labels or [str(label) for label in range(max(classes) + 1)]
    return PatchTest(
        np.array(shares, np.float64), corners, right, drawn, control, (known[classes[0]], known[classes[1]])
    )


def pasted(pictures: Tensor, patch: Tensor, corner: str) -> Tensor:
    """Pictures (n, 3, h, w) with a patch (3, s, s) in a corner.

    >>> pasted(torch.zeros(1, 3, 2, 2), torch.ones(3, 1, 1), "top right")[0, 0]
    tensor([[0., 1.],
            [0., 0.]])
    """
    side = patch.shape[-1]
    result = pictures.clone()
    rows = slice(side) if corner.startswith("top") else slice(pictures.shape[2] - side, None)
    columns = slice(side) if corner.endswith("left") else slice(pictures.shape[3] - side, None)
    result[:, :, rows, columns] = patch
    return result


def _pasted(
    vision: Vision,
    parts: Sequence[Tensor],
    patches: Sequence[Tensor],
    corners: tuple[str, ...],
    classes: tuple[int, int],
    right: Mask,
) -> Pasted:
    """What the network says of parts of the pictures with each of the patches at each corner."""
    shape = len(patches), len(corners), len(right)
    source, target, logit, flipped = np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape, bool)
    for at in np.ndindex(shape[:2]):
        said = _logits(vision, (pasted(part, patches[at[0]], corners[at[1]]) for part in parts), classes)
        likely = np.exp(said - said.max(1, keepdims=True))
        likely /= likely.sum(1, keepdims=True)
        source[at], target[at], logit[at] = likely[:, classes[0]], likely[:, classes[1]], said[:, classes[1]]
        flipped[at] = right & (said.argmax(1) == classes[1])
    return Pasted(source, target, logit, flipped)


def _logits(vision: Vision, parts: Iterable[Tensor], classes: tuple[int, int]) -> Doubles:
    """What the network answers, (n, all classes)."""
    said = []
    with guarded(vision), torch.no_grad():
        for part in parts:
            answer = vision(part.to(vision.device, vision.dtype))
            if not isinstance(answer, Tensor) or answer.dim() != 2 or answer.shape[1] <= max(classes):
                shape = tuple(answer.shape) if isinstance(answer, Tensor) else type(answer).__name__
                raise ShapeMismatch(
                    f"an answer of {shape} from {vision.name}",
                    f"logits (n, classes) with class {max(classes)} expected",
                    "wrap the network in a module that returns its logits alone",
                )
            said.append(answer.double().cpu().numpy())
    return np.concatenate(said)


def _check(shares: tuple[float, ...], corners: tuple[str, ...], seed: int, batch: int) -> None:
    for name, some in (("shares", shares), ("corners", corners)):
        if not isinstance(some, tuple) or not some:
            usual = "shares=(0.2, 0.4)" if name == "shares" else 'corners=("top left",)'
            raise BadArgument(f"patch_test: {name} is {some!r}", "a tuple, not empty, expected", f"write {usual}")
    for share in shares:
        check_number("patch_test", "share", share, 1e-3, 1)
    for corner in corners:
        check_choice("patch_test", "corner", corner, CORNERS)
    check_integer("patch_test", "seed", seed, 0)
    check_integer("patch_test", "batch", batch, 1)
