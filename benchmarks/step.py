"""The time of a step of `render` over the bare pass: the same network, frozen, cut after the layer, back to the input.

    python benchmarks/step.py [--repeats 15] [--device cpu]

Both are measured in turn in one process; the ratio of the medians is what counts. Random weights: speed does not depend
on them. Also: a sum of 300 channels over one channel, and the peak memory of a batch of 64 on resnet50.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable

import torch

import phosphene as ph
from phosphene.models.capture import Capture
from phosphene.models.guard import guarded
from phosphene.objectives import channel

CASES = [
    ("googlenet", "inception4a"),
    ("mobilenet_v2", "features.14"),
    ("squeezenet1_0", "features.12"),
    ("resnet50", "layer3"),
]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--repeats", type=int, default=15)
    options.add_argument("--device", default="cpu")
    options.add_argument("--only", default="")
    given = options.parse_args()
    print(f"{'network':15} {'layer':12} batch   bare ms   step ms   ratio")
    for name, layer in CASES:
        if given.only in name:
            vision = ph.load(name, weights="random")
            vision.module.to(given.device)
            for batch in (1, 8):
                bare, step = measured(vision, layer, channel(layer, 30), batch, given.repeats)
                print(f"{name:15} {layer:12} {batch:5} {bare:9.1f} {step:9.1f} {step / bare:7.3f}", flush=True)
    if not given.only:
        sum_of_channels(given)
        memory(given)


def measured(
    vision: ph.Vision, layer: str, goal: ph.objectives.Objective, batch: int, repeats: int
) -> tuple[float, float]:
    """Median milliseconds of the bare pass and of a step, taken in turn."""
    frames = ph.steps(vision, goal, ph.param.fourier(224), steps=repeats + 6, batch=batch)
    bare, steps = [], []
    with guarded(vision):
        x = torch.rand(batch, 3, 224, 224, device=vision.device)
        look = Capture(vision, [layer])
        for turn in range(repeats + 5):
            taken = milliseconds(lambda: pass_through(look, x, layer), vision.device)
            stepped = milliseconds(lambda: next(frames), vision.device)
            if turn >= 5:
                bare.append(taken)
                steps.append(stepped)
    frames.close()
    return statistics.median(bare), statistics.median(steps)


def pass_through(look: Capture, x: torch.Tensor, layer: str) -> torch.Tensor:
    """The bare pass: one channel's mean and its gradient at the input."""
    x = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(look(x)[layer][:, 30].mean(), x)
    return gradient


def milliseconds(work: Callable[[], object], device: torch.device) -> float:
    """The wall time of a call, with the device idle before and after."""
    if device.type == "cuda":
        torch.cuda.synchronize()
    start = time.perf_counter()
    work()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return 1e3 * (time.perf_counter() - start)


def sum_of_channels(given: argparse.Namespace) -> None:
    """A step for 300 channels of one layer over a step for one of them, in turn."""
    vision = ph.load("googlenet", weights="random")
    vision.module.to(given.device)
    many = sum(channel("inception4a", index) for index in range(300))
    runs = [
        ph.steps(vision, goal, ph.param.fourier(224), steps=given.repeats + 6)
        for goal in (channel("inception4a", 30), many)
    ]
    times: list[list[float]] = [[], []]
    for turn in range(given.repeats + 5):
        for run, taken in zip(runs, times, strict=True):
            one = milliseconds(lambda run=run: next(run), vision.device)
            if turn >= 5:
                taken.append(one)
    for run in runs:
        run.close()
    one, three_hundred = map(statistics.median, times)
    print(
        f"sum of 300 channels of inception4a: {three_hundred:.1f} ms, one channel {one:.1f} ms, ratio {three_hundred / one:.3f}"
    )


def memory(given: argparse.Namespace) -> None:
    """The peak memory of the process for a batch of 64 pictures of 224 px on resnet50, chunked by itself."""
    vision = ph.load("resnet50", weights="random")
    vision.module.to(given.device)
    for _ in ph.steps(vision, channel("layer4", 30), ph.param.fourier(224), steps=2, batch=64):
        pass
    peak = (
        torch.cuda.max_memory_allocated()
        if given.device == "cuda"
        else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    )
    print(f"batch 64 on resnet50 layer4 at 224 px: peak memory {peak / 2**30:.2f} GiB")


if __name__ == "__main__":
    main()
