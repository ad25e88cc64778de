"""Small networks for tests: seconds become milliseconds, and everything about them is known."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

import phosphene as ph
from phosphene import objectives as obj
from phosphene.render import checkpoints


class Residual(nn.Module):
    """Two residual blocks with batch norm and in-place ReLUs, and a head of five classes."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3, padding=1)
        self.first = nn.Sequential(nn.Conv2d(6, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(inplace=True))
        self.second = nn.Sequential(nn.Conv2d(6, 6, 3, padding=1), nn.BatchNorm2d(6))
        self.relu = nn.ReLU(inplace=True)
        self.unused = nn.Conv2d(3, 3, 1)
        self.head = nn.Linear(6, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = x + self.first(x)
        x = self.relu(x + self.second(x))
        logits: Tensor = self.head(x.mean((2, 3)))
        return logits


def vision(size: int | None = 16, double: bool = False, seed: int = 0) -> ph.Vision:
    """The residual toy network as a Vision with labels."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        module = Residual().eval()
        for child in module.modules():
            if isinstance(child, nn.BatchNorm2d):
                child.running_mean.normal_()
                child.running_var.uniform_(0.5, 2)
    labels = ["cat", "dog", "crane", "crane", "egg"]
    made = ph.Vision(module.double() if double else module, [0.5] * 3, [0.25] * 3, labels=labels, size=size, name="toy")
    return made


class Linear(nn.Module):
    """A linear network: one convolution without bias."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(1)
            self.conv = nn.Conv2d(3, 4, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.conv(x)
        return result


def linear() -> ph.Vision:
    """The linear toy network."""
    return ph.Vision(Linear().eval(), [0.0] * 3, [1.0] * 3, name="linear")


def paint_with_checkpoint(path: Path, output: Path) -> None:
    """A run of two stages that keeps a checkpoint all the time; its result goes to a file."""
    torch.set_num_threads(1)
    checkpoints.SECONDS = 0.02
    goal = obj.channel("first", 2) * obj.logit("dog") - 0.1 * obj.tv()
    stages = (ph.stage(60, objective=goal), ph.stage(90, size=20, optimizer=ph.sgd(0.5, momentum=0.5)))
    made = ph.render(vision(), goal, ph.param.fourier(16), stages=stages, batch=2, seed=3, checkpoint=path)
    torch.save((made.images, made.scores, made.terms), output)
