"""The style network against optimization: the loss on unseen pictures, over that of as many optimized pictures.

    python benchmarks/fast_style.py [--style scales] [--steps 1500] [--picture out.png]

Prints for each unseen picture what the network reaches in one forward pass, what 300 steps reach for that picture alone
(the same objective; L-BFGS in [0, 1], and Adam), and their ratio. The aim is a mean ratio of at most 1.5.
"""

from __future__ import annotations

import argparse
import time

import torch

import phosphene as ph
from phosphene import param
from phosphene import transforms as tf
from phosphene.models.patterns import draw
from phosphene.recipes.styles.losses import goal

KINDS = ("spiral", "hearts", "stars", "rings", "hexagons", "labyrinth", "crosses", "sunburst")


def main() -> None:
    """Train, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--style", default="scales")
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--optimized", type=int, default=300)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--picture", help="where to write style, contents, network's and optimized pictures")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    net, style = ph.load("patterns"), draw(asked.style, asked.seed, size=asked.size)
    began = time.process_time()
    learned = ph.recipes.fast_style(net, style, size=asked.size, steps=asked.steps, progress=False)
    spent = time.process_time() - began
    unseen = torch.stack([draw(kind, 77, i, asked.size) for i, kind in enumerate(KINDS)])
    fast = learned(unseen)
    began = time.process_time()
    learned(unseen)
    forward = (time.process_time() - began) / len(unseen)

    each = ph.objectives.each(*(goal(net, style, asked.size, one) for one in unseen))
    box = ph.constraints.box(0, 1)
    how = {"transforms": tf.resize(asked.size), "within": box, "progress": False}
    paint = param.pixels(asked.size)

    def loss(pictures: torch.Tensor) -> torch.Tensor:
        return -ph.render(net, each, paint.starting_from(pictures), steps=1, **how).scores[0]

    began = time.process_time()
    adam = ph.render(net, each, paint.starting_from(unseen), steps=asked.optimized, optimizer=ph.adam(0.02), **how)
    optimizing = (time.process_time() - began) / len(unseen)
    lbfgs = [
        ph.render(
            net,
            goal(net, style, asked.size, one),
            (paint >> param.unbounded()).starting_from(one),
            tf.resize(asked.size),
            steps=asked.optimized,
            optimizer=ph.lbfgs(bounds=box),
            progress=False,
        ).images
        for one in unseen
    ]
    rows = {"content": loss(unseen), "network": loss(fast), "adam": loss(adam.images), "lbfgs": loss(torch.cat(lbfgs))}
    print(f"trained {asked.steps} steps in {spent:.0f} s of one core; losses, and ratios to {asked.optimized} steps")
    print("picture     " + "".join(f"{name:>10}" for name in rows) + "  network/adam  network/lbfgs")
    for i, kind in enumerate(KINDS):
        numbers = "".join(f"{float(row[i]):10.3f}" for row in rows.values())
        ratios = (float(rows["network"][i] / rows[name][i]) for name in ("adam", "lbfgs"))
        print(f"{kind:<12}{numbers}" + "".join(f"{ratio:14.2f}" for ratio in ratios))
    means = [float((rows["network"] / rows[name]).mean()) for name in ("adam", "lbfgs")]
    print(f"mean ratio: {means[0]:.2f} to Adam, {means[1]:.2f} to L-BFGS (aim: at most 1.5)")
    print(
        f"one picture: {forward * 1e3:.1f} ms by the network, {optimizing:.1f} s optimized: 1 to {optimizing / forward:.0f}"
    )
    if asked.picture:
        styles = style[None].expand(len(KINDS), -1, -1, -1)
        ph.grid(torch.cat([styles, unseen, fast, adam.images, *lbfgs]), len(KINDS)).save(asked.picture)


if __name__ == "__main__":
    main()
