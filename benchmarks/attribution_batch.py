"""The time of `attribute` for many objectives at once, over that of one by one, and by how much the answers differ.

    python benchmarks/attribution_batch.py [--repeats 5] [--size 128]

All in one process, in turn; the ratio of the medians is what counts. Random weights of torchvision's networks: speed does
not depend on them.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch

import phosphene as ph
from phosphene import attribution as at
from phosphene import objectives as obj

CASES = [("patterns", "image", "block3", 23), ("mobilenet_v2", "image", "features.14", 20)]
METHODS: list[at.Method] = [
    at.gradient_times_activation(),
    at.grad_cam(),
    at.smooth_grad(samples=4),
    at.integrated_gradients(4, tolerance=None),
    at.rise(masks=16),
    at.occlusion(),
]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--repeats", type=int, default=5)
    options.add_argument("--size", type=int, default=128)
    options.add_argument("--only", default="")
    given = options.parse_args()
    print(f"{'network':13} {'layer':12} {'method':52} logits  alone ms  batch ms  ratio  difference")
    for name, *layers, count in CASES:
        if given.only not in name:
            continue
        vision = ph.load(name) if name == "patterns" else ph.load(name, weights="random")
        picture = torch.rand(1, 3, given.size, given.size, generator=torch.Generator().manual_seed(0))
        goals = [obj.logit(label) for label in range(count)]
        for method in METHODS:
            for layer in layers:
                if layer == "image" and isinstance(method, at.grad_cam):
                    continue
                asked: dict[str, Any] = {"wrt": layer, "method": method, "size": given.size}
                alone, batch, apart = measured(vision, goals, picture, asked, given.repeats)
                row = f"{name:13} {layer:12} {method!r:52} {count:6} {alone:9.1f} {batch:9.1f}"
                print(f"{row} {alone / batch:6.2f}  {apart:.1e}", flush=True)


def measured(
    vision: ph.Vision, goals: list[obj.Objective], picture: torch.Tensor, asked: dict[str, Any], repeats: int
) -> tuple[float, float, float]:
    """Median milliseconds one by one and together, and the largest difference of values, in parts of the largest."""
    alone, together, apart = [], [], 0.0
    for turn in range(repeats + 1):
        first, singles = timed(lambda: [ph.attribute(vision, goal, picture, **asked) for goal in goals])
        second, batch = timed(lambda: ph.attribute(vision, goals, picture, **asked))
        if turn:
            alone.append(first)
            together.append(second)
        for one, other in zip(singles, batch, strict=True):
            apart = max(apart, float((one.values - other.values).abs().max() / one.values.abs().max()))
    return statistics.median(alone), statistics.median(together), apart


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """The milliseconds of a call, and what it returns."""
    begin = time.perf_counter()
    found = work()
    return 1000 * (time.perf_counter() - begin), found


if __name__ == "__main__":
    main()
