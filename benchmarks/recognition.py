"""Do other networks recognize what is painted?

    python benchmarks/recognition.py [patterns] [imagenet] [--steps 256] [--sheets DIR]

patterns: every class of the bundled network, judged by a second network of another architecture and seed; for oriented
classes, the angle of the spectral energy too. imagenet: the 16 classes range(31, 1000, 62) painted on MobileNetV2 and
judged by SqueezeNet, where ../shared/models is present. Variants: `clear` against `plain`, with and without transforms,
Fourier against pixels.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

import phosphene as ph
from phosphene import objectives as obj
from phosphene import param
from phosphene import transforms as tf
from phosphene.models import patterns

ROOT = Path(__file__).parents[1]
JUDGE = ROOT / "tests" / "data" / "patterns_judge.safetensors"
SHARED = ROOT.parent / "shared" / "models"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("which", nargs="*", default=["patterns", "imagenet"])
    options.add_argument("--steps", type=int, default=None)
    options.add_argument("--variants", default="")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--sheets", type=Path, default=None)
    given = options.parse_args()
    print(f"{'network':12} {'variant':28} steps  top-1  top-5  seconds")
    for which in given.which:
        {"patterns": on_patterns, "imagenet": on_imagenet}[which](given)


def variants(size: int) -> dict[str, dict[str, Any]]:
    """The ways of painting that are compared."""
    fourier, pixels, bare = param.fourier(size), param.pixels(size) >> param.sigmoid(), {"transforms": tf.identity}
    return {
        "clear": {"param": fourier, **ph.presets.clear},
        "plain": {"param": fourier, **ph.presets.plain},
        "plain without transforms": {"param": fourier, **ph.presets.plain, **bare},
        "plain, pixels": {"param": pixels, **ph.presets.plain},
        "pixels without transforms": {"param": pixels, **ph.presets.plain, **bare},
        "clear, pixels": {"param": pixels, **ph.presets.clear},
    }


def painted(
    vision: ph.Vision, classes: Sequence[int], name: str, size: int, given: argparse.Namespace
) -> tuple[ph.Render, float]:
    """A picture of each class, eight at a time, and the seconds it took."""
    arguments = dict(variants(size)[name])
    if given.steps:
        arguments["steps"] = given.steps
    start = time.perf_counter()
    goal = obj.each(*[obj.logit(index) for index in classes])
    made = ph.render(vision, goal, seed=given.seed, **arguments)
    return made, time.perf_counter() - start


def report(
    network: str,
    name: str,
    made: ph.Render,
    seconds: float,
    logits: Tensor,
    classes: Sequence[int],
    given: argparse.Namespace,
) -> Tensor:
    """Print how often the intended class comes first and among the first five; keep the contact sheet."""
    ranks = (logits > logits[torch.arange(len(classes)), torch.tensor(classes)][:, None]).sum(1)
    top1, top5 = (float((ranks < k).float().mean()) for k in (1, 5))
    print(f"{network:12} {name:28} {len(made.scores):5}  {top1:5.2f}  {top5:5.2f}  {seconds:7.0f}", flush=True)
    if given.sheets:
        given.sheets.mkdir(parents=True, exist_ok=True)
        made.save(given.sheets / f"{network} {name.replace(',', '')} {len(made.scores)}.png".replace(" ", "-"))
    return ranks


def on_patterns(given: argparse.Namespace) -> None:
    """Every class of the bundled network."""
    vision, judge = ph.load("patterns"), ph.Vision(patterns.load_judge(JUDGE), patterns.MEAN, patterns.STD)
    classes = range(len(patterns.LABELS))
    for name in chosen(given):
        made, seconds = painted(vision, classes, name, 128, given)
        ranks = report("patterns", name, made, seconds, judged(judge, made.images, patterns.SIZE), classes, given)
        missed = [patterns.LABELS[i] for i in classes if ranks[i]]
        print(f"             missed: {', '.join(missed) or 'none'}; angles: {angles(made.images)}", flush=True)


def on_imagenet(given: argparse.Namespace) -> None:
    """16 classes of ImageNet, painted on one real network and judged by another."""
    if not SHARED.exists():
        print("imagenet: skipped, no ../shared/models with the two networks")
        return
    vision, judge = (
        ph.load(name, weights=str(SHARED / f"{name}.safetensors")) for name in ("mobilenet_v2", "squeezenet1_0")
    )
    classes = range(31, 1000, 62)
    for name in chosen(given):
        made, seconds = painted(vision, classes, name, 224, given)
        report("imagenet", name, made, seconds, judged(judge, made.images, judge.size), classes, given)


def chosen(given: argparse.Namespace) -> list[str]:
    return [name for name in variants(128) if not given.variants or name in given.variants.split(";")]


def judged(judge: ph.Vision, images: Tensor, size: Any) -> Tensor:
    """The judge's logits for pictures at its own size."""
    height, width = size if isinstance(size, tuple) else (size, size)
    with torch.no_grad():
        logits: Tensor = judge(functional.interpolate(images, (height, width), mode="bilinear", antialias=True))
    return logits


def angles(images: Tensor) -> Mapping[str, int]:
    """For each class of stripes, the direction of the spectral energy, which its label states, in degrees."""
    return {label: round(angle(images[i])) for i, label in enumerate(patterns.LABELS) if label.startswith("stripes")}


def angle(image: Tensor) -> float:
    """The mean direction of the spectral energy, from 0 to 180 degrees, y pointing down: stripes run across it."""
    grey = image.mean(0) - image.mean()
    window = torch.hann_window(grey.shape[0])[:, None] * torch.hann_window(grey.shape[1])
    energy = torch.fft.fft2(grey * window).abs().square()
    fy = torch.fft.fftfreq(grey.shape[0])[:, None].expand_as(energy)
    fx = torch.fft.fftfreq(grey.shape[1]).expand_as(energy)
    double = 2 * torch.atan2(fy, fx)
    mean = math.atan2(float((energy * double.sin()).sum()), float((energy * double.cos()).sum()))
    return math.degrees(mean) / 2 % 180


if __name__ == "__main__":
    main()
