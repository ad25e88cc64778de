"""Train the bundled network and its judge: `python -m phosphene.models.patterns.train`, some minutes on two cores.

Every picture is drawn afresh and seen once. Each is also pushed a small step against the network before it is learned
(adversarial training, Goodfellow 2014), because features that withstand this are ones that a person sees too, and
pictures painted from them look like the pattern (Engstrom 2019).
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from pathlib import Path

import torch
from torch import Tensor, nn

from ...seeds import stream
from .draw import LABELS, batch
from .network import WEIGHTS, Judge, Patterns, normalize, save

NETWORK_SEED, JUDGE_SEED, FRESH_SEED = 1, 2, 3
# Side in pixels, pictures per step: about the same work for each.
SHAPES = ((64, 92), (96, 46), (64, 92), (128, 23))
PUSH = 1.0 / 64
"""Length of the adversarial step: root mean square over the picture's values, times three."""


def train(network: nn.Module, seed: int, steps: int, rate: float = 4e-3) -> nn.Module:
    """The network after `steps` steps, its weights averaged over the last ones; the same arguments, the same result."""
    network = _initialize(network, seed).to(memory_format=torch.channels_last)
    average = copy.deepcopy(network).eval()
    optimizer = torch.optim.AdamW(network.parameters(), rate, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.15)
    loss_of = nn.CrossEntropyLoss()
    drawn, began = 0, time.perf_counter()
    for step in range(steps):
        size, count = SHAPES[step % len(SHAPES)]
        pictures, labels = batch(count, seed, size, start=drawn)
        drawn += count
        pictures = _disturb(pictures, stream(seed, "disturb", step)).contiguous(memory_format=torch.channels_last)
        network.train()
        pictures = _push(network, pictures, labels, stream(seed, "push", step))
        loss = loss_of(network(normalize(pictures)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        _follow(average, network, min(0.99, step / (step + 10)))
        if step % 100 == 0:
            print(f"{step:5d}  loss {float(loss):.3f}  {time.perf_counter() - began:.0f} s", flush=True)
    return average


def accuracy(network: nn.Module, size: int = 64, count: int = 46 * len(LABELS)) -> float:
    """The share of freshly drawn pictures, of a seed that is never learned from, whose class comes first."""
    right = 0
    with torch.no_grad():
        for start in range(0, count, 46):
            pictures, labels = batch(46, FRESH_SEED, size, start)
            right += int((network(normalize(pictures)).argmax(1) == labels).sum())
    return right / count


def _initialize(network: nn.Module, seed: int) -> nn.Module:
    """He's initialization, from a generator of its own."""
    generator = stream(seed, "weights")
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            fan = module.weight[0].numel()
            with torch.no_grad():
                module.weight.copy_(torch.randn(module.weight.shape, generator=generator) * math.sqrt(2 / fan))
                if module.bias is not None:
                    module.bias.zero_()
    return network


def _disturb(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """Another contrast and lightness for each picture, and noise for some."""
    dice = torch.rand((3, len(pictures), 1, 1, 1), generator=generator)
    noise = torch.randn(pictures.shape, generator=generator) * (0.08 * (2 * dice[0] - 1).clamp_min(0))
    return ((pictures - 0.45) * (0.5 + 0.8 * dice[1]) + 0.45 + 0.2 * (dice[2] - 0.5) + noise).clamp(0, 1)


def _push(network: nn.Module, pictures: Tensor, labels: Tensor, generator: torch.Generator) -> Tensor:
    """The pictures after one step of fixed length that lowers the score of their class."""
    start = (pictures + PUSH / 2 * torch.randn(pictures.shape, generator=generator)).requires_grad_()
    (gradient,) = torch.autograd.grad(nn.functional.cross_entropy(network(normalize(start)), labels), start)
    scale = gradient.square().mean((1, 2, 3), keepdim=True).sqrt().clamp_min(1e-12)
    return (start.detach() + PUSH * gradient / scale).clamp(0, 1)


@torch.no_grad()
def _follow(average: nn.Module, network: nn.Module, keep: float) -> None:
    """Move the averaged weights and statistics towards the present ones."""
    for mean, value in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
        if mean.is_floating_point():
            mean.lerp_(value, 1 - keep)


def main() -> None:
    """Train both networks and write their weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--judge", type=Path, default=Path("tests/data/patterns_judge.safetensors"))
    parser.add_argument("--network", type=Path, default=WEIGHTS)
    given = parser.parse_args()
    for kind, seed, path in ((Patterns, NETWORK_SEED, given.network), (Judge, JUDGE_SEED, given.judge)):
        began = time.perf_counter()
        network = train(kind(), seed, given.steps)
        reached = accuracy(network)
        path.parent.mkdir(parents=True, exist_ok=True)
        save(network, path, reached, seed)
        print(f"{kind.__name__}: {reached:.2%} of fresh pictures, {time.perf_counter() - began:.0f} s, {path}")


if __name__ == "__main__":
    main()
