"""Train the toy generators on drawings: `python -m phosphene.models.generators.train`, some minutes on one core each.

The VAE is trained by two calls of `render`: its weights are the parameterization, reconstruction and divergence the
objective (see `vae`). The conditional generator learns drawings whose style and view are known, by squared error. The
GAN's generator begins with the conditional one's up-convolutions and paints drawings from their features (Dosovitskiy and
Brox 2016), by squared error of pixels and of features, and against a discriminator with hinge loss and a penalty on its
gradient (Mescheder 2018).
"""

from __future__ import annotations

import argparse
import copy
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from ...seeds import stream
from ..patterns import load_network, normalize
from .networks import FEATURES, SIGMA, Adversarial, Conditional, Discriminator
from .vae import train_vae
from .views import colored, drawings
from .weights import FILES, initialized, load, save

SEED = 5
NOISE, GAME, SEEN = 0.3, 1e-3, 0.01
"""Noise on the codes, in standard deviations; weights of the game and of the features beside the squared error of pixels."""


def conditional(steps: int, seed: int = SEED, count: int = 16, size: int = 9200) -> nn.Module:
    """The conditional generator after `steps` steps on the covers of drawings, turned up to 45 degrees either way.

    The weights beside this file are not of one such run: they had 4000 steps over all angles, then 3500 within 45 degrees.
    """
    network = initialized(Conditional, seed)
    covers, styles, views, _ = drawings(size, seed, most=45)
    optimizer = torch.optim.Adam(network.parameters(), 2e-3)
    average, shares = copy.deepcopy(network), torch.eye(23)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps, pct_start=0.1)
    began = time.perf_counter()
    for step in range(steps):
        rows = torch.randint(size, (count,), generator=stream(seed, "rows", step))
        with _half():
            painted = network.cover(shares[styles[rows]], views[rows, :2], views[rows, 2:])
        loss = nn.functional.mse_loss(painted.float(), covers[rows])
        _step(optimizer, loss)
        schedule.step()
        _follow(average, network, min(0.995, step / (step + 10)))
        _tell("conditional", step, began, {"loss": loss})
    return average


def adversarial(steps: int, seed: int = SEED, count: int = 16, size: int = 4600) -> nn.Module:
    """The GAN's generator after `steps` steps: it paints drawings from their features, and plays its game beside that."""
    patterns = load_network().requires_grad_(False)
    pictures = colored(size, seed, dark=True)  # the features do not tell a pattern from its negative
    with torch.no_grad():
        features = torch.cat([_features(patterns, some) for some in torch.split(pictures, 64)])
    spread = features.std(0)
    codes = features / spread * SIGMA
    network, judge = _begun(initialized(Adversarial, seed)), initialized(Discriminator, seed + 1)
    network.upper.copy_(codes.mean(0) + 3 * SIGMA)
    paints = torch.optim.Adam(network.parameters(), 2e-3, (0.5, 0.99))
    judges = torch.optim.Adam(judge.parameters(), 5e-4, (0.5, 0.99))
    schedule = torch.optim.lr_scheduler.OneCycleLR(paints, 2e-3, total_steps=steps, pct_start=0.1, cycle_momentum=False)
    average, began = copy.deepcopy(network), time.perf_counter()
    for step in range(steps):
        generator = stream(seed, "rows", step)
        rows = torch.randint(size, (count,), generator=generator)
        # Codes that are a little off make the same picture, so that the ways between codes are paved.
        code = codes[rows] + NOISE * SIGMA * torch.randn((count, FEATURES), generator=generator)
        with _half():
            painted = network(code).float()
        told = _told(judge, judges, pictures[rows], painted.detach(), code, penalty=step % 8 == 0)
        off = nn.functional.mse_loss(painted, pictures[rows])
        with _half():
            unlike = nn.functional.mse_loss(_features(patterns, painted).float() / spread, code / SIGMA)
            loss = off - GAME * judge(painted, code).float().mean() + SEEN * unlike
        _step(paints, loss)
        schedule.step()
        _follow(average, network, min(0.99, step / (step + 10)))
        _tell("gan", step, began, {"told": told, "off": off, "unlike": unlike})
    return average


@torch.no_grad()
def _begun(network: Adversarial) -> Adversarial:
    """The network with the up-convolutions of the conditional generator, which takes most of the way."""
    known, own = load("conditional").state_dict(), network.state_dict()
    for name, value in own.items():
        if name.startswith(("grid", "up.up1", "up.up2")):
            value.copy_(known[name])
    own["up.mix.0.weight"][:, :32] = known["up.mix.0.weight"]
    own["up.mix.0.weight"][:, 32:] *= 0.1
    own["up.mix.0.bias"].copy_(known["up.mix.0.bias"])
    for name in ("up.up3.0.weight", "up.up3.0.bias"):
        own[name].copy_(-known[name].repeat(3, *[1] * (own[name].dim() - 1)))  # the cover is dark, in all colors
    return network


def _features(patterns: nn.Module, pictures: Tensor) -> Tensor:
    """The bundled network's activations before its head, (B, FEATURES)."""
    x: Tensor = normalize(pictures)
    for name in ("stem", "block1", "block2", "block3", "block4", "pool"):
        x = patterns.get_submodule(name)(x)
    return x.flatten(1)


def _told(
    judge: nn.Module, optimizer: torch.optim.Optimizer, real: Tensor, painted: Tensor, code: Tensor, penalty: bool
) -> Tensor:
    """One step of the discriminator; its loss."""
    drawn = real.clone().requires_grad_(penalty)
    with _half():
        high, low = judge(drawn, code).float(), judge(painted, code).float()
    loss: Tensor = (1 - high).relu().mean() + (1 + low).relu().mean()
    whole = loss
    if penalty:
        (slope,) = torch.autograd.grad(high.sum(), drawn, create_graph=True)
        whole = loss + 8.0 * slope.square().sum((1, 2, 3)).mean()
    _step(optimizer, whole)
    return loss


def _half() -> torch.autocast:
    """bfloat16 where the processor has it, which halves the time."""
    return torch.autocast("cpu", torch.bfloat16, enabled=torch.ops.mkldnn._is_mkldnn_bf16_supported())


def _step(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    optimizer.step()


@torch.no_grad()
def _follow(average: nn.Module, network: nn.Module, keep: float) -> None:
    """Move the averaged weights towards the present ones."""
    for mean, value in zip(average.parameters(), network.parameters(), strict=True):
        mean.lerp_(value, 1 - keep)


def _tell(name: str, step: int, began: float, losses: dict[str, Tensor]) -> None:
    if step % 100 == 99:
        numbers = ", ".join(f"{key} {value.item():.4f}" for key, value in losses.items())
        print(f"{name}: step {step + 1}, {numbers}, {time.perf_counter() - began:.0f} s", flush=True)


MAKERS: dict[str, tuple[Callable[[int], nn.Module], int]] = {
    "vae": (train_vae, 5000),
    "conditional": (conditional, 8000),
    "gan": (adversarial, 4000),
}
"""How each is trained, and in how many steps."""


def main() -> None:
    """Train the generators that are named, or all of them, and write their weights."""
    parser = argparse.ArgumentParser(description="Train the toy generators.")
    parser.add_argument("names", nargs="*", help=f"of {', '.join(MAKERS)}; all where none is named")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--folder", type=Path, default=FILES)
    given = parser.parse_args()
    torch.set_num_threads(1)
    for name in given.names or MAKERS:
        make, steps = MAKERS[name]
        save(make(given.steps or steps), given.folder / f"{name}.safetensors", SEED)
        print(f"{name}: written to {given.folder / name}.safetensors", flush=True)


if __name__ == "__main__":
    main()
