"""A variational autoencoder as a program: its weights are what is painted with, the two terms of its bound the goal.

log p(x) >= E log p(x|z) - KL(q(z|x) || p(z)),     KL = -1/2 sum(1 + log var - mu^2 - var)       (Kingma 2014)
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...objectives import Objective, term
from ...objectives.term import Picture
from ...param import given, trained, weights
from ...seeds import stream
from .networks import CODE, SIZE, Decoder, Encoder
from .views import colored
from .weights import initialized, load

SPREADS, TURN = (0.12, 0.5), 10
"""Standard deviations of a value around its reconstruction, first and then; degrees that the drawings are turned at most.

The wider one lets the divergence count 17 times as much: codes of drawings come nearer to random ones."""


class Autoencoder(nn.Module):
    """Pictures with a fourth channel of noise (B, 4, 64, 64) -> reconstructions with a fourth channel of codes.

    The noise is uniform in [0, 1]. It comes with a drawing, and is handed on to the next one of the batch, so that a
    drawing meets other noise each time. The last channel holds the means in its upper half and the logarithms of the
    variances in its lower half, both followed by zeros.
    """

    def __init__(self, code: int = CODE) -> None:
        super().__init__()
        self.code = code
        self.encoder, self.decoder = Encoder(2 * code), Decoder()

    def forward(self, x: Tensor) -> Tensor:
        """Reconstructions, and what the divergence is computed from."""
        mean, log_variance = self.encoder(x[:, :3] - 0.5).chunk(2, 1)
        noise = torch.special.ndtri(x[:, 3].flatten(1)[:, : self.code].clamp(1e-4, 1 - 1e-4)).roll(1, 0)
        painted = self.decoder(mean + (log_variance / 2).exp() * noise)
        half = SIZE * SIZE // 2 - self.code
        codes = torch.cat([nn.functional.pad(part, (0, half)) for part in (mean, log_variance)], 1)
        return torch.cat([painted, codes.reshape(-1, 1, SIZE, SIZE)], 1)


@term(layer="image")
def reconstruction(activation: Tensor, *, like: Picture, spread: float) -> Tensor:
    """-log p(x|z) of a normal density around the reconstruction, but for a constant: sum of squares / (2 spread^2)."""
    return (activation[:, :3] - like[:, :3]).square().flatten(1).sum(1) / (2 * spread**2)


@term(layer="image")
def divergence(activation: Tensor) -> Tensor:
    """KL(q || p) in nats from the fourth channel: -1/2 sum(1 + log var - mu^2 - var); zeros add nothing."""
    mean, log_variance = activation[:, 3].chunk(2, 1)
    return -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).flatten(1).sum(1)


def bound(spread: float) -> Objective:
    """The lower bound of log p(x), but for a constant."""
    return -reconstruction(like=given(), spread=spread) - divergence()


def train_vae(steps: int, seed: int = 5, count: int = 4600) -> nn.Module:
    """The decoder of an autoencoder that was trained on drawings; it begins with what the conditional generator knows."""
    from ...recipes import vae
    from .. import load as vision

    noise = torch.rand((count, 1, SIZE, SIZE), generator=stream(seed, "noise"))
    net: nn.Module = initialized(Autoencoder, seed).eval()
    _begin(net.get_submodule("decoder"))
    data = torch.cat([colored(count, seed, most=TURN), noise], 1)
    print("vae: drawn", flush=True)
    for spread, count in zip(SPREADS, (steps, steps * 9 // 25), strict=True):
        made = vae(vision("patterns"), net, data, spread=spread, steps=max(1, count), batch=16, seed=seed)
        print(f"vae: {made}; {[(name, round(float(x[-50:].mean()), 1)) for name, x in made.terms.items()]}", flush=True)
        net = trained(weights(net, data, 1), made.state)
    decoder: nn.Module = net.get_submodule("decoder")
    return decoder


@torch.no_grad()
def _begin(decoder: nn.Module) -> None:
    """Take the way from the grid to the last convolution but one from the conditional generator."""
    known = load("conditional").state_dict()
    for name, value in decoder.state_dict().items():
        if name.startswith(("fc.2.", "up.up1.", "up.up2.", "up.mix.")):
            value.copy_(known[name.replace("fc.2.", "grid.0.")])
