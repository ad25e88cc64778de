"""Networks of equal weights that are built differently, for tests of what an icon is."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

import phosphene as ph
from phosphene import objectives as obj
from phosphene.icons.program import Program


def double(x: Tensor) -> Tensor:
    return 2 * x


class Rolled(nn.Module):
    """A network with everything that modules have beside weights."""

    def __init__(self, k: object = 1, act: object = torch.relu, hidden: float = 0.0) -> None:
        super().__init__()
        self.conv, self.k, self.act, self.sizes = nn.Conv2d(3, 4, 3), k, act, {"pad": (1, [2, None])}
        self.register_buffer("grid", torch.full((2,), hidden), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        shown: Tensor = torch.roll(self.conv(x), int(str(self.k)), 1)
        return shown


def chain(act: nn.Module, **conv: object) -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3, padding=1, **conv), act, nn.Conv2d(4, 4, 3, padding=1))  # type: ignore[arg-type]


KINDS: dict[str, Callable[[], nn.Module]] = {
    "relu": lambda: chain(nn.ReLU()),
    "tanh": lambda: chain(nn.Tanh()),
    "leaky": lambda: chain(nn.LeakyReLU(0.1)),
    "leakier": lambda: chain(nn.LeakyReLU(0.2)),
    "stride": lambda: chain(nn.ReLU(), stride=2),
    "circular": lambda: chain(nn.ReLU(), padding_mode="circular"),
    "attribute": Rolled,
    "another attribute": lambda: Rolled(2),
    "a text": lambda: Rolled("2"),
    "a function": lambda: Rolled(act=double),
    "infinity in a buffer": lambda: Rolled(hidden=float("-inf")),
}


def key(module: nn.Module) -> str:
    """The name of an icon of a network whose weights are 0.01."""
    with torch.no_grad():
        for weight in module.parameters():
            weight.fill_(0.01)
    net = ph.Vision(module.eval(), [0.5] * 3, [0.5] * 3, size=16)
    return Program(net, ph.presets.icon(16, steps=2), 0).key(obj.channel("output", 1))


def keys() -> list[str]:
    return [key(make()) for make in KINDS.values()]
