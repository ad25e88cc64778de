"""Do other networks recognize what is painted?  A table: parameterization x transforms x rules.

    python benchmarks/recognition.py [patterns] [mobilenet_v2] [squeezenet1_0] [--steps 64] [--rows wide,maco] [--sheets DIR]

patterns: every class of the bundled network, judged by a second network of another architecture and seed; for oriented
classes, the angle of the spectral energy too.  mobilenet_v2, squeezenet1_0: classes of ImageNet painted on the one and
judged by the other, where ../shared/models is present; --classes held are 33 that no choice was tuned on, tuned are the 16
of range(31, 1000, 62). A row is "parameterization / transforms / rules"; --rows keeps those that contain one of the words.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

import phosphene as ph
from phosphene import objectives as obj
from phosphene import optimizers, param, schedules
from phosphene import transforms as tf
from phosphene.models import patterns, rules

ROOT = Path(__file__).parents[1]
JUDGE = ROOT / "tests" / "data" / "patterns_judge.safetensors"
SHARED = ROOT.parent / "shared" / "models"
TUNED = tuple(range(31, 1000, 62))
HELD = tuple(index for index in range(15, 1000, 29) if index not in TUNED)[:33]
OTHER = {"mobilenet_v2": "squeezenet1_0", "squeezenet1_0": "mobilenet_v2"}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("networks", nargs="*", default=["patterns", "mobilenet_v2"])
    options.add_argument("--steps", type=int, default=64)
    options.add_argument("--rows", default="")
    options.add_argument("--classes", choices=("tuned", "held"), default="held")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--sheets", type=Path, default=None)
    given = options.parse_args()
    print("| network | parameterization / transforms / rules | steps | top-1 | top-5 | log p | fine | seconds |")
    print("|---|---|---|---|---|---|---|---|")
    for network in given.networks:
        for name, arguments in rows(128 if network == "patterns" else 224, network):
            if not given.rows or any(word in name for word in given.rows.split(",")):
                measure(network, name, arguments, given)


def rows(size: int, network: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The ways of painting that are compared."""
    paints = {
        "fourier": param.fourier(size),
        "pixels": param.pixels(size) >> param.decorrelate("imagenet") >> param.sigmoid(),
        "pyramid": param.pyramid(size) >> param.decorrelate("imagenet") >> param.sigmoid(),
        "maco": param.maco(size),
        "cppn": param.cppn(size) >> param.sigmoid(),
    }
    views = {"none": tf.identity, "standard": tf.standard, "lucid": tf.lucid, "wide": tf.wide, "maco": tf.maco}
    ways = {"true": (), "fitting": ph.presets.FITTING}
    chosen = [("fourier", view, way) for view in views for way in ways]
    chosen += [(paint, "wide", way) for paint in ("pixels", "pyramid", "cppn") for way in ways]
    chosen += [("maco", "maco", way) for way in ways] + [("maco", "wide", "fitting")]
    rate = optimizers.adam(schedules.cosine(0.05))
    for paint, view, way in chosen:
        name = f"{paint} / {view} / {way}"
        yield name, {"param": paints[paint], "transforms": views[view], "rules": ways[way], "optimizer": rate}
    yield from extra(size, network, rate)


def extra(size: int, network: str, rate: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Variations on the best rows: each rule alone, smoother pictures, averaged iterates."""
    base = {"param": param.fourier(size), "transforms": tf.wide, "optimizer": rate}
    if network == "squeezenet1_0":
        for slope in (0.03, 0.1, 0.2):
            yield (
                f"fourier / wide / leaky {slope} & soft pool",
                {**base, "rules": rules.leaky_gate(slope) & rules.soft_pool()},
            )
        yield "fourier / wide / leaky 0.1", {**base, "rules": rules.leaky_gate()}
        yield "fourier / wide / soft gate & soft pool", {**base, "rules": rules.soft_gate() & rules.soft_pool()}
    elif network == "mobilenet_v2":
        yield "fourier / wide / soft gate", {**base, "rules": rules.soft_gate()}
        yield "fourier / wide / skip", {**base, "rules": rules.skip_gradient()}
    fitting = {**base, "rules": ph.presets.FITTING}
    yield "fourier / wide / fitting, average 0.9", {**fitting, "optimizer": optimizers.average(rate, 0.9)}
    yield "fourier / wide / fitting, tv", {**fitting, "tv": 0.5}


def measure(network: str, name: str, arguments: dict[str, Any], given: argparse.Namespace) -> None:
    """Paint every class, let the other network judge, print a row, keep the contact sheet."""
    if network != "patterns" and not SHARED.exists():
        print(f"| {network} | skipped: no ../shared/models with the two networks |")
        return
    vision, judge, size, classes = stage(network, given)
    arguments = dict(arguments)
    penalty = arguments.pop("tv", 0) * obj.tv()
    start = time.perf_counter()
    goal = obj.each(*[obj.logit(index) - penalty for index in classes])
    made = ph.render(vision, goal, steps=given.steps, seed=given.seed, **arguments)
    seconds = time.perf_counter() - start
    logits = judged(judge, made.images, size)
    wanted = torch.tensor(classes)
    here = torch.arange(len(classes))
    ranks = (logits > logits[here, wanted][:, None]).sum(1)
    top1, top5 = (float((ranks < k).float().mean()) for k in (1, 5))
    log = float(logits.log_softmax(1)[here, wanted].mean())
    cells = [network, name, given.steps, f"{top1:.2f}", f"{top5:.2f}", f"{log:.2f}", f"{fine(made.images):.3f}"]
    print("| " + " | ".join(map(str, [*cells, f"{seconds:.0f}"])) + " |", flush=True)
    if network == "patterns":
        missed = [patterns.LABELS[i] for i in classes if ranks[i]]
        worst = max(abs((found - wanted + 90) % 180 - 90) for wanted, found in angles(made.images))
        print(f"<!-- missed: {', '.join(missed) or 'none'}; stripes within {worst:.0f} degrees -->", flush=True)
    if given.sheets:
        given.sheets.mkdir(parents=True, exist_ok=True)
        made.save(given.sheets / f"{network} {name} {given.steps}.png".replace("/", "-").replace(" ", ""))


def stage(network: str, given: argparse.Namespace) -> tuple[ph.Vision, ph.Vision, Any, Sequence[int]]:
    """The network that paints, the one that judges, its size, the classes."""
    if network == "patterns":
        judge = ph.Vision(patterns.load_judge(JUDGE), patterns.MEAN, patterns.STD)
        return ph.load("patterns"), judge, patterns.SIZE, range(len(patterns.LABELS))
    vision, judge = (ph.load(name, weights=str(SHARED / f"{name}.safetensors")) for name in (network, OTHER[network]))
    return vision, judge, judge.size, TUNED if given.classes == "tuned" else HELD


def judged(judge: ph.Vision, images: Tensor, size: Any) -> Tensor:
    """The judge's logits for pictures at its own size."""
    height, width = size if isinstance(size, tuple) else (size, size)
    with torch.no_grad():
        logits: Tensor = judge(functional.interpolate(images, (height, width), mode="bilinear", antialias=True))
    return logits


def fine(images: Tensor) -> float:
    """The share of the spectral energy above a quarter of the sampling frequency: how noisy pictures look."""
    energy = torch.fft.fft2(images - images.mean((2, 3), keepdim=True)).abs().square()
    fy, fx = (torch.fft.fftfreq(n) for n in images.shape[-2:])
    high = (fy[:, None].square() + fx.square()).sqrt() > 0.25
    return float((energy * high).sum() / energy.sum())


def angles(images: Tensor) -> list[tuple[float, float]]:
    """For each class of stripes, the angle that its label states and that of the spectral energy, in degrees."""
    striped = [(i, label) for i, label in enumerate(patterns.LABELS) if label.startswith("stripes")]
    return [(float("".join(filter(str.isdigit, label)) or 0), angle(images[i])) for i, label in striped]


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
