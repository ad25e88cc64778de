"""Which methods of attribution pass the sanity checks on the bundled network: one table, and the one for random labels.

    python benchmarks/sanity.py [--pictures 8] [--size 64] [--memorize 150]

Adebayo et al. 2018: guided backprop fails, for with half of the network random it still draws the same edges; the gradient
and Grad-CAM pass. The second network has learned random labels of a few pictures by heart.
"""

from __future__ import annotations

import argparse
import time

import torch

import phosphene as ph
from phosphene import attribution as at
from phosphene import objectives as obj
from phosphene import sanity
from phosphene.models.patterns import draw
from phosphene.models.patterns.network import Patterns
from phosphene.seeds import stream

METHODS: dict[str, list[at.Method]] = {
    "image": [
        at.gradient(),
        at.saliency(),
        at.gradient_times_activation(),
        at.integrated_gradients(8, tolerance=None),
        at.smooth_grad(samples=8),
        at.var_grad(samples=8),
        at.deconvnet(),
        at.guided_backprop(),
        at.guided_grad_cam("block4"),
        at.occlusion(),
        at.rise(masks=100),
        at.lime(samples=100),
    ],
    "block4": [
        at.cam(),
        at.grad_cam(),
        at.grad_cam_plus_plus(),
        at.layer_cam(),
        at.gradient_times_activation(),
    ],
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pictures", type=int, default=8)
    options.add_argument("--size", type=int, default=64)
    options.add_argument("--memorize", type=int, default=150)
    given = options.parse_args()
    net = ph.load("patterns")
    labels = [net.labels[i * len(net.labels) // given.pictures] for i in range(given.pictures)]
    pictures = torch.stack([draw(label, seed=1, size=given.size) for label in labels])
    goal = obj.each(*[obj.logit(label) for label in labels])
    begin = time.perf_counter()
    print(sanity.report(net, goal, pictures, METHODS, steps=16), flush=True)
    print(f"{time.perf_counter() - begin:.0f} s\n", flush=True)
    other = by_heart(net, given.memorize, given.size)
    for wrt, methods in METHODS.items():
        found = sanity.label_randomization(net, other, goal, pictures, wrt, methods)
        print(f"{wrt}\n{found}", flush=True)


def by_heart(net: ph.Vision, steps: int, size: int) -> ph.Vision:
    """The same layers, trained to tell random labels of one picture of each kind and of two variants."""
    generator = stream(0, "random labels")
    pictures = torch.stack([draw(label, seed=seed, size=size) for label in net.labels for seed in (5, 6)])
    labels = torch.randint(len(net.labels), (len(pictures),), generator=generator)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = Patterns()
    optimizer = torch.optim.AdamW(module.parameters(), 3e-3)
    other = ph.Vision(module, net.mean, net.std, labels=net.labels, size=net.size, name="by heart")
    for _ in range(steps):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(other(pictures), labels).backward()
        optimizer.step()
    module.eval()
    with torch.no_grad():
        right = (other(pictures).argmax(1) == labels).float().mean()
    print(f"by heart: {right:.0%} of {len(pictures)} random labels")
    return other


if __name__ == "__main__":
    main()
