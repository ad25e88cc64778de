"""Decoders: priors on the code, decoders of any kind, and a VAE trained by a program."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.distributions import Normal, kl_divergence

import phosphene as ph
from phosphene import objectives as obj
from phosphene import param, recipes
from phosphene.errors import BadArgument, Detached
from phosphene.models.generators.networks import CODE, SIZE
from phosphene.models.generators.vae import Autoencoder, divergence, reconstruction
from phosphene.models.generators.weights import initialized
from phosphene.seeds import stream
from tests.reference import networks
from tests.toy_generators import Deaf, Linear, NoGrad, Wrapped

NET = ph.load("patterns")


@given(weight=st.floats(0.2, 3), rate=st.floats(1, 5))
@settings(max_examples=20)
def test_the_best_code_of_a_linear_generator(weight: float, rate: float) -> None:
    """w . A z - weight / 2 |z|^2 is greatest at z = A' w / weight, whatever the rate"""
    goal = torch.randn(3, 2, 2, generator=stream(1, "goal"), dtype=torch.float64)
    net = Linear(seed=2)
    paint = param.latent(net.eval(), 4, range=None) >> param.unbounded()
    made = recipes.decoded(
        networks.vision(),
        4 * obj.tensor_direction("image", goal),  # its mean over the four positions, times four
        paint,
        prior=weight,
        rate=rate,
        steps=220,
        precision="float64",
        progress=False,
    )
    best = net.A.detach().T @ goal.flatten() / weight
    torch.testing.assert_close(made.state["code"][0], best, rtol=1e-9, atol=1e-9)


def test_without_a_prior_only_the_score_counts() -> None:
    net = Linear().eval()
    paint = param.latent(net, 4, range=None) >> param.unbounded()
    goal = torch.ones(3, 2, 2, dtype=torch.float64)
    made = recipes.decoded(
        networks.vision(), 4 * obj.tensor_direction("image", goal), paint, prior=0, rate=0.5, steps=3, progress=False
    )
    step = 0.5 * net.A.detach().T @ goal.flatten()
    start = paint.init([0], torch.float64)["code"][0]
    torch.testing.assert_close(made.state["code"][0], start + 3 * step, rtol=1e-5, atol=1e-5)


def test_the_prior_shortens_the_code() -> None:
    lengths = [
        float(recipes.decoded(NET, "rings", prior=weight, steps=6, progress=False).state["code"].norm())
        for weight in (0, 1, 5)
    ]
    assert lengths == sorted(lengths, reverse=True)


def test_a_decoder_in_a_record_with_another_range() -> None:
    """as diffusers' AutoencoderKL.decode(z).sample in [-1, 1]"""
    net = Wrapped(lambda x: SimpleNamespace(sample=2 * torch.sigmoid(x) - 1)).eval().float()
    paint = param.latent(net, 4, out="sample", range=(-1, 1))
    made = recipes.decoded(NET, obj.l2(center=0), paint, steps=30, prior=0, rate=1.0, progress=False)
    assert float(made.images.mean()) > float(paint.decode(paint.init([0])).mean())


def test_a_saved_picture_replays(tmp_path: Path) -> None:
    made = recipes.decoded(NET, ["spiral", "dots"], steps=2, progress=False)
    assert torch.equal(ph.Render.load(made.save(tmp_path / "vae.png")).replay().images, made.images)


def packed(mean: torch.Tensor, log_variance: torch.Tensor) -> torch.Tensor:
    """Codes in the last of four channels, as the autoencoder returns them."""
    half = torch.zeros(len(mean), 2, SIZE * SIZE // 2, dtype=mean.dtype)
    half[:, 0, : mean.shape[1]], half[:, 1, : mean.shape[1]] = mean, log_variance
    return torch.cat([torch.zeros(len(mean), 3, SIZE, SIZE), half.reshape(-1, 1, SIZE, SIZE)], 1)


@given(seed=st.integers(0, 2**31), size=st.integers(1, 64))
def test_the_divergence_is_that_of_the_densities(seed: int, size: int) -> None:
    mean, log_variance = torch.randn(2, 3, size, generator=stream(seed), dtype=torch.float64)
    wanted = kl_divergence(Normal(mean, (log_variance / 2).exp()), Normal(0.0, 1.0)).sum(1)
    torch.testing.assert_close(divergence.function(packed(mean, log_variance)), wanted)


def test_the_divergence_is_a_mean_over_draws() -> None:
    """the closed form against E log q - log p over 2e5 draws"""
    mean, log_variance = torch.randn(2, 1, 4, generator=stream(7), dtype=torch.float64)
    q, p = Normal(mean[0], (log_variance[0] / 2).exp()), Normal(torch.zeros(4).double(), torch.ones(4).double())
    noise = torch.randn(200_000, 4, generator=stream(8), dtype=torch.float64)
    draws = q.mean + q.stddev * noise
    counted = (q.log_prob(draws) - p.log_prob(draws)).sum(1)
    closed = divergence.function(packed(mean, log_variance))[0]
    assert abs(float(counted.mean() - closed)) < 5 * float(counted.std()) / len(draws) ** 0.5


def test_the_reconstruction_is_a_log_density() -> None:
    x, y = torch.rand(2, 3, 4, SIZE, SIZE, generator=stream(9), dtype=torch.float64)
    densities = Normal(x[:, :3], 0.1).log_prob(y[:, :3]) - Normal(0.0, 0.1).log_prob(torch.zeros(()))
    found = reconstruction.function(x, like=y, spread=0.1)
    torch.testing.assert_close(-found, densities.flatten(1).sum(1), check_dtype=False)


def test_training_is_a_render() -> None:
    """the bound rises, and `trained` has the weights that it rose by"""
    net = initialized(Autoencoder, 1).eval()
    data = torch.rand((4, 4, SIZE, SIZE), generator=stream(3))
    data[:, :3] = 0.3
    made = recipes.vae(NET, net, data, steps=12, batch=2, progress=False)
    assert float(made.scores[-3:].mean()) > float(made.scores[:3].mean())
    again = param.trained(param.weights(net, data, 2), made.state)
    assert torch.equal(dict(again.named_parameters())["decoder.fc.0.weight"], made.state["decoder.fc.0.weight"])
    assert again.decoder(torch.zeros(1, CODE)).shape == (1, 3, SIZE, SIZE)


class Stopped(nn.Module):
    """A decoder whose picture leaves the graph."""

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(z.detach().numpy()).reshape(-1, 3, 2, 2)


@pytest.mark.parametrize(
    ("run", "kind", "message"),
    [
        (lambda: recipes.decoded(NET, "dots", NoGrad().eval(), shape=4), Detached, "remove @torch.no_grad"),
        (lambda: recipes.decoded(NET, "dots", Stopped().eval(), shape=12), Detached, r"\.detach\(\).*\.numpy\(\)"),
        (lambda: recipes.decoded(NET, "dots", Deaf().eval(), shape=4), Detached, "same picture of two codes"),
        (lambda: recipes.decoded(NET, "dots", prior=-1), BadArgument, "prior"),
        (lambda: recipes.decoded(NET, "dots", rate=float("nan")), BadArgument, "rate"),
        (lambda: recipes.decoded(NET, []), BadArgument, "no label"),
        (lambda: recipes.vae(NET, nn.ReLU().eval(), torch.rand(2, 4, 8, 8), steps=1), BadArgument, "parameters"),
    ],
    ids=range(7),
)
def test_bad_input(run, kind, message) -> None:
    with pytest.raises(kind, match=message):
        run()
