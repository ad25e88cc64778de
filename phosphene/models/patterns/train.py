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
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import torch
from torch import Tensor, nn

from ...seeds import stream
from .draw import LABELS, batch
from .network import WEIGHTS, Judge, Patterns, normalize, save

NETWORK_SEED, JUDGE_SEED, FRESH_SEED = 1, 2, 3
# Side in pixels and pictures per step, in turn; small pictures alone while the network learns the rudiments.
SHAPES = ((64, 69), (96, 46), (64, 69), (128, 23))
PUSH: dict[type[nn.Module], float] = {Patterns: 1 / 50, Judge: 1 / 100}
"""The greatest length of the adversarial step, as the root mean square over the values of a picture."""


def train(architecture: type[nn.Module], seed: int, steps: int, rate: float = 5e-3) -> nn.Module:
    """A network after `steps` steps, its weights averaged over the last ones; same arguments, same result."""
    network = _initialized(architecture, seed).to(memory_format=torch.channels_last)
    average = copy.deepcopy(network).eval()
    optimizer = torch.optim.AdamW(network.parameters(), rate, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.2)
    drawn, began = 0, time.perf_counter()
    for step in range(steps):
        progress = step / steps
        size, count = SHAPES[step % len(SHAPES) if progress > 0.35 else 0]
        pictures, labels = batch(count, seed, size, start=drawn)
        drawn += count
        pictures = _disturb(pictures, stream(seed, "disturb", step)).contiguous(memory_format=torch.channels_last)
        network.train()
        push = PUSH[architecture] * min(1.0, (progress - 0.35) / 0.3)
        if push > 0:
            lengths = push * torch.rand((count, 1, 1, 1), generator=stream(seed, "push", step))
            pictures = _push(network, pictures, labels, lengths)
        loss = _loss(network, pictures, labels)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
        _follow(average, network, min(0.99, step / (step + 10)))
        if step % 100 == 99:
            spent = time.perf_counter() - began
            print(f"{architecture.__name__}: step {step + 1}, loss {loss.item():.3f}, {spent:.0f} s", flush=True)
    return average


def accuracy(network: nn.Module, size: int = 64, count: int = 46 * len(LABELS)) -> float:
    """The share of freshly drawn pictures, of a seed that is never learned from, whose class comes first."""
    right = 0
    with torch.no_grad():
        for start in range(0, count, 46):
            pictures, labels = batch(46, FRESH_SEED, size, start)
            right += int((network(normalize(pictures)).argmax(1) == labels).sum())
    return right / count


def _initialized(architecture: type[nn.Module], seed: int) -> nn.Module:
    """He's initialization from a generator of its own, with a head of zeros: all classes start as equals."""
    with torch.device("meta"):  # no numbers from the global generator
        network = architecture()
    network.to_empty(device="cpu")
    generator = stream(seed, "weights")
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.reset_parameters()
        elif isinstance(module, nn.Conv2d):
            nn.init.normal_(module.weight, 0, math.sqrt(2 / module.weight[0].numel()), generator)
    for parameter in network.get_submodule("head").parameters():
        nn.init.zeros_(parameter)
    return network


def _disturb(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """Another contrast and lightness for each picture, and noise for some."""
    dice = torch.rand((3, len(pictures), 1, 1, 1), generator=generator)
    noise = torch.randn(pictures.shape, generator=generator) * (0.06 * (2 * dice[0] - 1).clamp_min(0))
    return ((pictures - 0.45) * (0.7 + 0.6 * dice[1]) + 0.45 + 0.2 * (dice[2] - 0.5) + noise).clamp(0, 1)


def _push(network: nn.Module, pictures: Tensor, labels: Tensor, lengths: Tensor) -> Tensor:
    """The pictures after one step of these lengths that lowers the probability of their class."""
    start = pictures.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(_loss(network, start, labels), start)
    scale = gradient.square().mean((1, 2, 3), keepdim=True).sqrt().clamp_min(1e-12)
    return (pictures + lengths * gradient / scale).clamp(0, 1)


def _loss(network: nn.Module, pictures: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy; the network computes in bfloat16 where the processor has it, which halves the time."""
    with torch.autocast("cpu", torch.bfloat16, enabled=torch.ops.mkldnn._is_mkldnn_bf16_supported()):
        logits = network(normalize(pictures))
    return nn.functional.cross_entropy(logits.float(), labels)


@torch.no_grad()
def _follow(average: nn.Module, network: nn.Module, keep: float) -> None:
    """Move the averaged weights and statistics towards the present ones."""
    for mean, value in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
        if mean.is_floating_point():
            mean.lerp_(value, 1 - keep)


def produce(architecture: type[nn.Module], seed: int, steps: int, path: Path) -> str:
    """Train one network on one processor core, write its weights, and say how good it is."""
    torch.set_num_threads(1)
    began = time.perf_counter()
    network = train(architecture, seed, steps)
    reached = accuracy(network)
    path.parent.mkdir(parents=True, exist_ok=True)
    save(network, path, reached, seed)
    minutes = (time.perf_counter() - began) / 60
    return f"{architecture.__name__}: {reached:.2%} of fresh pictures right, {minutes:.1f} minutes, {path}"


def main() -> None:
    """Train both networks, side by side, and write their weights."""
    parser = argparse.ArgumentParser(description="Train the bundled network and its judge.")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--network", type=Path, default=WEIGHTS)
    parser.add_argument("--judge", type=Path, default=Path("tests/data/patterns_judge.safetensors"))
    given = parser.parse_args()
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        tasks = [
            pool.submit(produce, Patterns, NETWORK_SEED, given.steps, given.network),
            pool.submit(produce, Judge, JUDGE_SEED, given.steps, given.judge),
        ]
        for task in as_completed(tasks):
            print(task.result(), flush=True)


if __name__ == "__main__":
    main()
