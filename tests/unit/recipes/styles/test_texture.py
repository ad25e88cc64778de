"""Texture synthesis: the recipe against its restatement, and against closed forms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import phosphene as ph
from phosphene import objectives as obj
from phosphene import transforms as tf
from phosphene.errors import BadArgument
from phosphene.recipes import texture
from tests.reference import gatys, networks

LAYERS = ("first", "pool", "second")
DRAW = ph.models.patterns.draw


def photo(size: int, seed: int) -> torch.Tensor:
    return torch.rand(3, size, size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def pooled() -> ph.Vision:
    """The small network with average pooling by surgery."""
    layers = networks.Layers().double()
    layers.pool = nn.AvgPool2d(2)
    return ph.Vision(layers.eval(), [0.0] * 3, [1.0] * 3)


def test_the_recipe_is_gatys_2015() -> None:
    source, weight, steps = photo(16, 7), 1e3, 400
    made = texture(
        networks.vision(),
        source,
        layers=dict.fromkeys(LAYERS, 1),
        steps=steps,
        convention="gatys",
        weight=weight,
        smooth=0,
        match=False,
        seed=3,
    )
    surgery = pooled()

    def grams(x: torch.Tensor) -> list[torch.Tensor]:
        found = [networks.activation(surgery, layer, x).flatten(2) for layer in LAYERS]
        return [f @ f.transpose(1, 2) / f.shape[2] for f in found]

    wanted = [g.detach() for g in grams(source[None])]
    slope = networks.slope(
        lambda x: (
            -sum(
                weight / 4 * (g - t).square().sum((1, 2)) / g.shape[1] ** 2
                for g, t in zip(grams(x), wanted, strict=True)
            )
        )
    )
    low, high = gatys.channel_range(source.numpy())
    noise = (ph.param.pixels(16, sd=0.02, mean=0.5)).init([3], torch.float64)["pixels"][0].numpy()
    _, theirs = gatys.paint(noise, slope, low, high, steps)
    ours = -float(slope(made.images.double().numpy())[0][0])
    assert -float(made.scores[0, 0]) == pytest.approx(-float(slope(noise[None])[0][0]), rel=1e-9)
    assert abs(ours - theirs) < 1e-6
    assert (made.images[0].flatten(1).amin(1).numpy() >= low).all()
    assert (made.images[0].flatten(1).amax(1).numpy() <= high).all()


def test_the_last_step_gives_the_result_the_histogram_of_the_source(tmp_path: Path) -> None:
    source = DRAW("scales", 3, size=32)
    made = texture(ph.models.load("patterns"), source, steps=8)
    assert len(made.scores) == 9
    exposure = pytest.importorskip("skimage.exposure")
    before = texture(ph.models.load("patterns"), source, steps=8, match=False).images[0].double().numpy()
    theirs = exposure.match_histograms(before, source.double().numpy(), channel_axis=0)
    np.testing.assert_allclose(made.images[0], theirs, atol=1e-5)
    again = ph.Render.load(made.save(tmp_path / "texture.png")).replay()
    assert again.grid().tobytes() == made.grid().tobytes()


def test_the_gradient_is_the_published_one_set_to_0_at_silent_units() -> None:
    """dE/dF = (F'(F F' - A A'))' / (N^2 M^2), masked where F is 0: what a loss behind the ReLU sends to what is before it."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        net = nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU()).double().eval()
    vision, x, source = ph.Vision(net, [0.0] * 3, [1.0] * 3), photo(9, 1), photo(9, 2)
    frame = next(
        iter(
            ph.steps(
                vision,
                -obj.style("1", source, "gatys"),
                (ph.param.pixels(9) >> ph.param.unbounded()).starting_from(x),
                tf.identity,
                steps=1,
                optimizer=ph.optimizers.sgd(1.0),
            )
        )
    )
    before = net[0](x[None])[0].flatten(1)
    f, a = before.clamp_min(0), net(source[None])[0].flatten(1)
    count, places = f.shape
    closed = (f.T @ (f @ f.T - a @ a.T)).T / (count**2 * places**2)
    assert int(((f == 0) & (closed != 0)).sum()) > 20
    (expected,) = torch.autograd.grad(net[0](y := x[None].clone().requires_grad_())[0].flatten(1), y, closed * (f > 0))
    torch.testing.assert_close(x - frame.images[0], expected[0], rtol=1e-9, atol=1e-12)


def test_a_larger_canvas_keeps_the_scale_of_the_source() -> None:
    """stripes of a period stay stripes of that period, where a stretched source would double it"""
    across = torch.arange(32.0)
    source = (0.5 + 0.4 * torch.sin(2 * torch.pi * across / 8)).expand(3, 32, 32)
    made = texture(ph.models.load("patterns"), source, layers=("block1", "block2"), size=64, steps=60)
    assert made.images.shape[-2:] == (64, 64)
    power = torch.fft.rfft(made.images[0].mean(0) - made.images.mean(), dim=1).abs().square().sum(0)
    assert int(power.argmax()) in (7, 8, 9)


def test_a_network_without_convolutions() -> None:
    flat = ph.Vision(nn.Sequential(nn.Flatten(), nn.Linear(3 * 64, 5)), [0.5] * 3, [0.5] * 3, size=8, name="flat")
    with pytest.raises(BadArgument, match=r"flat, in which no layer has rows and columns.*with convolutions expected"):
        texture(flat, photo(8, 1), steps=2)


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1", "CMYK", "I;16"])
def test_a_source_of_any_mode(mode: str) -> None:
    from PIL import Image

    grey = Image.fromarray((DRAW("dots", 1, size=32)[0] * 255).byte().numpy())
    source = Image.new("I;16", (32, 32), 30000) if mode == "I;16" else grey.convert("RGB").convert(mode)
    assert texture(ph.models.load("patterns"), source, steps=1).images.shape == (1, 3, 32, 32)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"layers": {"block1": 0}}, r"layers: \[0.0\]\. one above 0 expected"),
        ({"layers": {"block1": -1}}, r"layers: -1\. numbers from 0 up"),
        ({"layers": 3}, r"layers=3.*names of layers"),
        ({"weight": 0}, r"weight: \[0.0\]\. one above 0 expected"),
        ({"weight": -1}, r"weight: -1\. numbers from 0 up"),
        ({"weight": None}, r"weight: None\. numbers from 0 up"),
        ({"smooth": -1}, r"smooth is -1.*from 0"),
        ({"match": np.ones(3)}, r"texture: match is array.*one of True, False"),
        ({"match": torch.ones(3)}, r"texture: match is tensor.*one of True, False"),
        ({"match": None}, r"texture: match is None.*one of True, False"),
    ],
)
def test_bad_input(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(BadArgument, match=message):
        texture(ph.models.load("patterns"), photo(32, 1), steps=1, **arguments)  # type: ignore[arg-type]
