"""Where is the pattern? Maps of drawn pictures whose answer is known: a pattern in one quarter, grey or another around it.

`python -m benchmarks.truth [--pictures 200] [--out FOLDER]` prints, for every method, the share of the map's positive part
that lies in the right quarter, how often the map's highest place does, and the overlap of boxes: on average over all, over
those on grey, and over those on another pattern. Chance is 25 %. A map of pixels is blurred by 5 % of the side before its
positive part is taken (`blurred`): what single pixels add has alternating signs that cancel over a few pixels. With FOLDER the
first pictures and their maps go to truth.png.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor
from torchvision.utils import save_image

import phosphene as ph
from phosphene import attribution as at
from phosphene.filters import gaussian
from tests.quarters import in_a_quarter

SIZE = 96
BLUR = 0.05 * SIZE
SHOWN = 12


class Case(NamedTuple):
    wrt: str
    method: at.Method
    blurred: bool = False


PATH = at.integrated_gradients(16, 0.5, tolerance=None)
CASES = {
    "grad_cam, block4": Case("block4", at.grad_cam()),
    "grad_cam, block3": Case("block3", at.grad_cam()),
    "integrated_gradients": Case("image", PATH),
    "integrated_gradients, blurred": Case("image", PATH, True),
    "occlusion": Case("image", at.occlusion()),
    "lime": Case("image", at.lime(at.superpixels.grid(6, 6), samples=150)),
}


def maps(net: ph.Vision, label: str, picture: Tensor) -> dict[str, Tensor]:
    """The map (H, W) of every case, in the size of the picture; what asks the same is asked once."""
    found: dict[str, Tensor] = {}
    asked: dict[tuple[str, at.Method], Tensor] = {}
    for name, (wrt, method, blurred) in CASES.items():
        if (wrt, method) not in asked:
            asked[wrt, method] = ph.attribute(net, ph.objectives.logit(label), picture, wrt, method).map()
        one = asked[wrt, method]
        found[name] = (gaussian(one[None], BLUR)[0] if blurred else one)[0]
    return found


def figure(rows: list[list[Tensor]], path: Path) -> None:
    """Pictures and their maps, positive red and negative blue, row by row."""

    def colored(one: Tensor) -> Tensor:
        if one.ndim == 3:
            return one
        level = one / one.abs().max().clamp_min(1e-12)
        return torch.stack([1 + level.clamp_max(0), 1 - level.abs(), 1 - level.clamp_min(0)])

    save_image([colored(one) for row in rows for one in row], path, nrow=len(rows[0]), padding=2)


def table(results: dict[str, list[tuple[float, float, float]]], begun: float) -> str:
    """The averages of all methods, one line each."""
    lines = [f"{len(next(iter(results.values())))} pictures, {time.perf_counter() - begun:.0f} s"]
    lines.append(f"{'':32}{'mass':>7}{'grey':>7}{'other':>7}{'hit':>7}{'iou':>7}")
    for name, each in results.items():
        every = torch.tensor(each)
        numbers = [every[:, 0].mean(), every[::2, 0].mean(), every[1::2, 0].mean(), *every[:, 1:].mean(0)]
        lines.append(f"{name:32}" + "".join(f"{float(one):7.2f}" for one in numbers))
    return "\n".join(lines)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pictures", type=int, default=200)
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    net, begun = ph.load("patterns"), time.perf_counter()
    results: dict[str, list[tuple[float, float, float]]] = {name: [] for name in CASES}
    rows = []
    for number in range(given.pictures):
        label, picture, mask = in_a_quarter(number, SIZE)
        found = maps(net, label, picture)
        for name, one in found.items():
            how = at.localization(one[None], mask[None])
            results[name].append((float(how.mass), float(how.hit), float(how.iou)))
        rows += [[picture, *found.values()]] if number < SHOWN else []
        if number % 50 == 49 or number == given.pictures - 1:
            print(table(results, begun), flush=True)
    if given.out:
        figure(rows, given.out / "truth.png")


if __name__ == "__main__":
    main()
