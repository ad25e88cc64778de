"""A large picture in tiles: peak memory, and whether the tiles can be seen.

    python benchmarks/large.py [--size 2048] [--tile 512] [--steps 30] [--save DIR]

clear: a channel with the gradient rules of the presets.  dream: DeepDream's objective on noise, with the true gradient.
dead: the same channel with the true gradient from grey, where the units inside a tile are dead at the start and those at
its border are not, so that bands appear: what to avoid.

jump: the mean jump between neighboring columns (rows) of pixels where tiles would meet if they lay still, over the median
of the 16 places on either side.  bands: the energy of the jumps at the period of the tiles, over the median of its
neighbors. Both are about 1 where nothing can be seen, and are printed beside the range of the same number elsewhere.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

import phosphene as ph
from phosphene import gradients, param
from phosphene import objectives as obj
from phosphene import transforms as tf


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("programs", nargs="*", default=["clear", "dream"])
    options.add_argument("--size", type=int, default=2048)
    options.add_argument("--tile", type=int, default=512)
    options.add_argument("--overlap", type=int, default=64)
    options.add_argument("--steps", type=int, default=30)
    options.add_argument("--save", type=Path, default=None)
    given = options.parse_args()
    net, tiles = ph.load("patterns"), gradients.tiles(given.tile, given.overlap)
    programs: dict[str, dict[str, Any]] = {
        "clear": {"objective": obj.channel("block3", 17), "rules": ph.presets.FITTING},
        "dream": {"objective": obj.lp(2, layer="block2"), "param": param.pixel(given.size, sd=0.1)},
        "dead": {"objective": obj.channel("block3", 17)},
    }
    for name in given.programs:
        arguments = {"param": param.fourier(given.size), **programs[name]}
        start = time.perf_counter()
        made = ph.render(net, transforms=tf.identity, steps=given.steps, gradient=[tiles], **arguments)
        seconds = (time.perf_counter() - start) / given.steps
        print(
            f"{name}: {seconds:.1f} s a step, peak {peak():.2f} GiB, score {made.scores[0].item():.3f} to "
            f"{made.scores[-1].item():.3f}, {jumps(made.images, given.tile)}, {bands(made.images, tiles)}",
            flush=True,
        )
        if given.save:
            given.save.mkdir(parents=True, exist_ok=True)
            made.save(given.save / f"large-{name}.png")


def profile(images: Tensor, axis: int) -> Tensor:
    """The mean jump from each column (row) of pixels to the next."""
    return images.diff(dim=axis).abs().mean((0, 1, -2 if axis == -1 else -1))


def jumps(images: Tensor, tile: int) -> str:
    """The largest local jump where still tiles meet, and the percentiles 1 and 99 of such jumps elsewhere."""
    worst, others = 0.0, []
    for axis in (-1, -2):
        line = profile(images, axis)
        local = torch.stack([jump / line[max(0, m - 16) : m + 17].median() for m, jump in enumerate(line)])
        worst = max(worst, float(local[torch.arange(tile, images.shape[axis], tile) - 1].max()))
        others.append(local)
    low, high = torch.cat(others).quantile(torch.tensor([0.01, 0.99])).tolist()
    return f"jump {worst:.2f} (elsewhere {low:.2f} to {high:.2f})"


def bands(images: Tensor, tiles: gradients.tiles) -> str:
    """The share of the tiles' period in the energy of the jumps, and the largest share of its neighbors."""
    height, width = (int(n) for n in images.shape[-2:])
    places = tiles.cut((height, width))
    worst, neighbors = 0.0, 0.0
    for axis, which in ((-1, 2), (-2, 1)):
        count = len({int(place[which].flatten()[0]) for place in places})
        energy = torch.fft.rfft(profile(images, axis) - profile(images, axis).mean()).abs()
        near = torch.cat([energy[1:count], energy[count + 1 : 4 * count]])
        worst = max(worst, float(energy[count] / near.median()))
        neighbors = max(neighbors, float(near.max() / near.median()))
    return f"bands {worst:.2f} (neighbors up to {neighbors:.2f})"


def peak() -> float:
    """The largest memory of this process so far, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main()
