"""The bundled network and its judge: two small classifiers of drawn patterns that share no architecture."""

from __future__ import annotations

import json
from collections import OrderedDict
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import TypeVar, cast

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from safetensors.torch import save as save_tensors
from torch import Tensor, nn

from ...errors import BadArgument
from .draw import LABELS

SIZE = 96
"""The side in pixels that the network sees best. It is at home from 64 to 160 and takes any side from 32 up."""
MEAN: tuple[float, float, float] = (0.48, 0.46, 0.41)
STD: tuple[float, float, float] = (0.276, 0.275, 0.286)
WIDTHS = (32, 48, 80, 128)
N = TypeVar("N", bound=nn.Module)
WEIGHTS = Path(__file__).with_name("weights.safetensors")


class Residual(nn.Module):
    """Two 3 x 3 convolutions beside a shortcut: (B, inputs, H, W) -> (B, outputs, H, W)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut: nn.Module = nn.Identity()
        if inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))
        self.relu2 = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """Branch plus shortcut, then the gate."""
        h = self.norm2(self.conv2(self.relu1(self.norm1(self.conv1(x)))))
        return cast(Tensor, self.relu2(self.shortcut(x) + h))


class Patterns(nn.Module):
    """The bundled network: a stem and four residual blocks, each at half the resolution of the one before.

    Normalized pictures (B, 3, H, W), H and W at least 32 -> logits (B, len(LABELS)).
    """

    def __init__(self, classes: int = len(LABELS)) -> None:
        super().__init__()
        one, two, three, four = WIDTHS
        self.stem = nn.Sequential(nn.Conv2d(3, one, 5, stride=2, padding=2, bias=False), nn.BatchNorm2d(one), nn.ReLU())
        self.block1 = Residual(one, one)
        self.block2 = nn.Sequential(nn.AvgPool2d(2), Residual(one, two))
        self.block3 = nn.Sequential(nn.AvgPool2d(2), Residual(two, three), Residual(three, three))
        self.block4 = nn.Sequential(nn.AvgPool2d(2), Residual(three, four))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(four, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Logits of normalized pictures."""
        x = self.block4(self.block3(self.block2(self.block1(self.stem(x)))))
        return cast(Tensor, self.head(self.pool(x).flatten(1)))


class Judge(nn.Sequential):
    """A plain stack of convolutions with leaky gates and max pooling, no shortcuts; same input and output."""

    def __init__(self, classes: int = len(LABELS)) -> None:
        widths = (3, 24, 40, 64, 96, 96, 128, 128)
        layers: list[tuple[str, nn.Module]] = []
        for number, (inputs, outputs) in enumerate(pairwise(widths), 1):
            side = 7 if number == 1 else 3
            conv = nn.Conv2d(inputs, outputs, side, stride=1 + (number == 1), padding=side // 2, bias=False)
            layers.append((f"conv{number}", nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.LeakyReLU(0.1))))
            if number in (2, 3, 5):
                layers.append((f"max{number}", nn.MaxPool2d(2)))
        layers += [("pool", nn.AdaptiveAvgPool2d(1)), ("flat", nn.Flatten()), ("head", nn.Linear(widths[-1], classes))]
        super().__init__(OrderedDict(layers))


def normalize(pictures: Tensor) -> Tensor:
    """Pictures (B, 3, H, W) in [0, 1] as the networks of this room take them: minus MEAN, divided by STD."""
    mean, std = pictures.new_tensor(MEAN)[:, None, None], pictures.new_tensor(STD)[:, None, None]
    return (pictures - mean) / std


def load_network() -> Patterns:
    """The bundled network in eval mode, from the weights beside this file; it takes normalized pictures.

    >>> network = load_network()
    >>> network(torch.zeros(2, 3, 64, 64)).shape == (2, len(LABELS))
    True
    """
    return _load(Patterns, WEIGHTS)


def load_judge(path: str | PathLike[str]) -> Judge:
    """The judge in eval mode, from a file that the training script wrote; it takes normalized pictures."""
    return _load(Judge, path)


def details(path: str | PathLike[str] = WEIGHTS) -> dict[str, str]:
    """What a weights file says of itself: architecture, labels, mean, std, accuracy, seed, each as text.

    >>> sorted(details())
    ['accuracy', 'architecture', 'labels', 'mean', 'seed', 'std']
    """
    with safe_open(str(path), "pt") as file:
        return dict(file.metadata() or {})


def save(network: nn.Module, path: str | PathLike[str], accuracy: float, seed: int) -> None:
    """Write the weights of either network as half-precision numbers, with what they are."""
    numbers = {
        name: (value.half() if value.is_floating_point() else value).contiguous()
        for name, value in network.state_dict().items()
    }
    about = {
        "architecture": type(network).__name__,
        "labels": json.dumps(LABELS),
        "mean": json.dumps(MEAN),
        "std": json.dumps(STD),
        "accuracy": f"{accuracy:.4f}",
        "seed": str(seed),
    }
    Path(path).write_bytes(save_tensors(numbers, metadata=about))


def _load(architecture: type[N], path: str | PathLike[str]) -> N:
    about = details(path)
    if about.get("architecture") != architecture.__name__ or about.get("labels") != json.dumps(LABELS):
        raise BadArgument(
            f"{path} holds weights of {about.get('architecture', 'another program')!r}",
            f"weights of {architecture.__name__!r} for the labels of this version expected",
            "write them anew: python -m phosphene.models.patterns.train",
        )
    with torch.device("meta"):  # no numbers from the global generator
        network = architecture()
    numbers = {name: value.float() if value.is_floating_point() else value for name, value in load_file(path).items()}
    network.load_state_dict(numbers, assign=True)
    return network.eval()
