"""A large picture in tiles: peak memory, and whether the tiles can be seen.

    python benchmarks/large.py [--size 2048] [--tile 512] [--steps 30] [--save picture.png]

Seams: the mean jump between neighboring columns (rows) of pixels at the places where tiles would meet if they lay still,
over the median jump of the 16 places on either side; printed beside it is how far this number goes anywhere in the picture
(its percentiles 1 and 99). A seam is a number beyond those. For comparison, --still: tiles that do lie still.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import torch
from torch import Tensor

import phosphene as ph
from phosphene import gradients, param
from phosphene import objectives as obj
from phosphene import transforms as tf


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--size", type=int, default=2048)
    options.add_argument("--tile", type=int, default=512)
    options.add_argument("--steps", type=int, default=30)
    options.add_argument("--still", action="store_true", help="measure tiles that lie still, too")
    options.add_argument("--save", type=Path, default=None)
    given = options.parse_args()
    net = ph.load("patterns")
    print(f"before: {peak():.2f} GiB")
    for roll in (True, False) if given.still else (True,):
        start = time.perf_counter()
        made = ph.render(
            net,
            obj.channel("block3", 17),
            param.fourier(given.size),
            tf.identity,
            steps=given.steps,
            gradient=[gradients.tiles(given.tile, roll=roll)],
        )
        seconds = (time.perf_counter() - start) / given.steps
        print(
            f"{'rolling' if roll else 'still'} tiles of {given.tile}: {seconds:.1f} s a step, peak {peak():.2f} GiB, "
            f"score {made.scores[0].item():.3f} to {made.scores[-1].item():.3f}, {seams(made.images, given.tile)}",
            flush=True,
        )
        if roll and given.save:
            made.save(given.save)


def seams(images: Tensor, tile: int) -> str:
    """The largest local jump where still tiles meet, and the range of such jumps elsewhere."""
    worst, others = 0.0, []
    for axis in (-1, -2):
        jumps = images.diff(dim=axis).abs().mean((0, 1, -2 if axis == -1 else -1))
        local = torch.stack([jump / jumps[max(0, m - 16) : m + 17].median() for m, jump in enumerate(jumps)])
        meets = torch.arange(tile, images.shape[axis], tile) - 1
        worst = max(worst, float(local[meets].max()))
        others.append(local)
    low, high = torch.cat(others).quantile(torch.tensor([0.01, 0.99])).tolist()
    return f"seams {worst:.2f} (elsewhere {low:.2f} to {high:.2f})"


def peak() -> float:
    """The largest memory of this process so far, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main()
