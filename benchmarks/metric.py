"""Metric objectives compared: how a network trained by each tells classes apart that it has never seen.

    python benchmarks/metric.py [--steps 1400] [--seeds 1] [--losses contrastive,arcface]

Trains the same network by each loss on drawings of 18 classes and prints how drawings of the other 5 lie, as directions:
variance within the classes over that between them, and how often 5 neighbours vote for the right class. The aim is 95 %.
"""

from __future__ import annotations

import argparse
import time

import torch

import phosphene as ph
from phosphene import objectives as obj
from phosphene import param
from phosphene.models.embedder import Centered, Embedder
from phosphene.objectives import Objective

GIVEN = param.given("labels")
SEEN = 18


def main() -> None:
    """Train, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1400)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--losses", default=",".join(LOSSES))
    asked = parser.parse_args()
    torch.set_num_threads(1)
    net = ph.load("patterns")
    print(f"{'loss':<20}{'within/between':>24}{'5 neighbours, before':>22}{'after':>8}{'seconds':>9}", flush=True)
    for name in asked.losses.split(","):
        goal, centers = LOSSES[name]
        for seed in range(asked.seeds):
            start = Embedder(seed=seed)
            painter = Centered(start, SEEN, centers, seed) if centers else start
            began = time.process_time()
            made = ph.recipes.embedding(net, -goal, painter, steps=asked.steps, seed=seed, progress=False)
            spent = time.process_time() - began
            ratios = " -> ".join(f"{one.within / one.between:.2f}" for one in (made.before, made.after))
            print(
                f"{name:<20}{ratios:>24}{made.before.accuracy:>22.1%}{made.after.accuracy:>8.1%}{spent:>9.0f}",
                flush=True,
            )


LOSSES: dict[str, tuple[Objective, int]] = {
    "contrastive": (obj.contrastive("image", GIVEN, "hadsell", normalize=True), 0),
    "linear contrastive": (obj.contrastive("image", GIVEN, "linear", normalize=True), 0),
    "triplet, all": (obj.triplet("image", GIVEN, 0.5, normalize=True), 0),
    "triplet, semihard": (obj.triplet("image", GIVEN, 0.5, normalize=True, mining="semihard"), 0),
    "triplet, violating": (obj.triplet("image", GIVEN, 0.5, normalize=True, mining="violating"), 0),
    "quadruplet": (obj.quadruplet("image", GIVEN, 0.5, 0.25, normalize=True), 0),
    "n_pair": (obj.n_pair("image", GIVEN), 0),
    "center + cosface": (0.01 * obj.center("image", GIVEN) + obj.cosface("image", GIVEN, scale=16), 1),
    "sphereface": (obj.sphereface("image", GIVEN, margin=2), 1),
    "cosface": (obj.cosface("image", GIVEN, margin=0.2, scale=16), 1),
    "arcface": (obj.arcface("image", GIVEN, margin=0.3, scale=16), 1),
    "subcenter_arcface": (obj.subcenter_arcface("image", GIVEN, margin=0.3, scale=16), 3),
}
"""Each with the centers of a class that the network learns."""


if __name__ == "__main__":
    main()
