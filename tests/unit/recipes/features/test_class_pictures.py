"""Class pictures of the classic systems: the recipes against restatements of the papers' procedures."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import phosphene as ph
from phosphene import param
from phosphene import transforms as tf
from phosphene.errors import BadArgument, UnknownLabel
from phosphene.recipes import YOSINSKI, bilateral, class_picture, oygard, yosinski, yosinski_search, yosinski_settings
from phosphene.recipes.features.oygard import STAGES
from phosphene.recipes.features.yosinski_drawn import drawn, named
from phosphene.seeds import stream
from tests.reference import networks, tyka
from tests.reference import oygard as theirs
from tests.reference import yosinski as published

SEED = 3
MEAN = (123.0, 117.0, 104.0)
RINGS = "logit('rings')"


def patterns() -> ph.Vision:
    return ph.load("patterns")


def start(paint: param.Param) -> np.ndarray:
    return paint.init([SEED], torch.float64)["pixels"][0].numpy()


class Linear(torch.nn.Module):
    """Scores that are linear in the picture."""

    def __init__(self, size: int) -> None:
        super().__init__()
        numbers = torch.Generator().manual_seed(0)
        self.weight = torch.nn.Parameter(torch.randn(4, 3 * size * size, generator=numbers, dtype=torch.float64))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.flatten(1) @ self.weight.T


@pytest.mark.parametrize("labels", [2, (1, 3)])
def test_a_linear_score_has_the_picture_that_its_weights_are(labels: int | tuple[int, ...]) -> None:
    """the optimum is m + w / (2 lambda)"""
    mean, size, weight = (0.4, 0.5, 0.6), 5, 500.0
    vision = ph.Vision(Linear(size).eval(), mean, [1.0] * 3, size=size)
    made = class_picture(vision, labels, weight=weight, steps=400).images
    wanted = vision.module.weight[torch.as_tensor(labels).reshape(-1)].detach().reshape(-1, 3, size, size)
    lam = weight / wanted[0].numel()
    assert float((made - torch.tensor(mean)[:, None, None] - wanted / (2 * lam)).abs().max()) < 1e-3


@pytest.mark.parametrize("number", range(4))
def test_yosinski_is_the_published_procedure(number: int) -> None:
    setting, steps = YOSINSKI[number], 12
    vision = ph.Vision(networks.Layers(255 / 50).double().eval(), [m / 255 for m in MEAN], [1.0] * 3, name="layers")
    made = yosinski(vision, "logit(2)", setting, size=16, steps=steps, seed=SEED).images[0].numpy()
    table = published.PRESETS[number]
    assert (setting.decay, setting.sigma, setting.norm, setting.contribution, setting.rate, setting.gain) == (
        *(table.decay, table.sigma, table.norm, table.contribution, table.rate, table.gain),
    )
    mean = np.array(MEAN)[:, None, None]
    x = 255 * start(param.pixels(16, 3, 10 / 255, tuple(m / 255 for m in MEAN))) - mean
    module = networks.Layers(1 / 50).double().eval()
    *_, last = published.paint(x, networks.slope(lambda x: module(x)[:, 2]), mean, table, steps)
    np.testing.assert_allclose(255 * made - mean, last, rtol=1e-10, atol=1e-10)


SHORT = [(8, 1, (2.5, 0.78), (11, 11)), (7, 1.2, (0.936, 0.78), (6, 6)), (6, 1.2, (0.936, 0.44), (6, 3))]


def test_oygard_is_the_published_procedure() -> None:
    vision = ph.Vision(networks.Layers(255 / 50).double().eval(), [0.0] * 3, [1.0] * 3, name="layers")
    goals = [ph.objectives.logit(1), ph.objectives.logit(3), ph.objectives.channel("second", 4)]
    made = oygard(vision, goals, stages=SHORT, size=16, seed=SEED).images[0].numpy()
    module, plain = networks.Layers(1 / 50).double().eval(), networks.vision(1 / 50)
    scores = [
        lambda x: module(x)[:, 1],
        lambda x: module(x)[:, 3],
        lambda x: networks.activation(plain, "second", x)[:, 4].mean((1, 2)),
    ]
    crop, sizes = tf.crop(16, spread=0.3), [16] * 8 + [19] * 7 + [23] * 6
    corners = [crop.sample((n, n), stream(SEED, "transforms", step, 0)) for step, n in enumerate(sizes)]
    stages = [
        theirs.Stage(steps, sigma, rate, networks.slope(score), scale)
        for (steps, scale, sigma, rate), score in zip(SHORT, scores, strict=True)
    ]
    x = 255 * start(param.pixels(16, sd=8 / 255, mean=200 / 255))
    *_, last = theirs.paint(x, stages, 16, corners)
    np.testing.assert_allclose(255 * made, np.clip(last, 0, 255), rtol=1e-10, atol=1e-10)


def test_oygard_has_the_published_stages() -> None:
    assert [(steps, scale) for steps, scale, _, _ in STAGES] == [(190, 1), (150, 1.2), (150, 1.2), (10, 1)]


def test_a_blurred_gradient_needs_the_decay() -> None:
    """it removes the noise of the start; without it that stays"""

    def roughness(decay: float) -> float:
        made = oygard(patterns(), RINGS, smooth="gradient", decay=decay, stages=[(30, 1, (2, 1), (4, 4))], size=32)
        return float((made.images - tf.blur(1)(made.images, [torch.Generator()])).square().mean())

    assert roughness(0.1) < 0.5 * roughness(0)


def test_bilateral_is_the_restated_procedure() -> None:
    vision, steps, shift = networks.vision(), 9, 8
    made = bilateral(vision, "logit(2)", size=14, steps=steps, every=2, seed=SEED).images[0].numpy()
    jitter = tf.jitter(shift, fill="wrap")
    shifts = [jitter.sample((14, 14), stream(SEED, "transforms", step, 0)) for step in range(steps)]
    rates, spaces = np.linspace(8, 2, steps) / 255, np.linspace(3, 0.8, steps)
    x = start(param.pixels(14, sd=10 / 255, mean=0.5))
    slope = networks.slope(lambda x: vision.module(x)[:, 2])
    last = tyka.paint(x, slope, rates, spaces, 0.15, 2, shifts)
    np.testing.assert_allclose(made, last, rtol=1e-10, atol=1e-10)


@given(seed=st.integers(0, 50), number=st.integers(0, 50))
def test_drawn_settings_are_within_what_is_stated(seed: int, number: int) -> None:
    one = drawn(seed, number)
    assert one == drawn(seed, number) == eval(repr(one), {"recipes": ph.recipes})
    assert one.decay == 0 or 1e-4 <= one.decay <= 0.3
    assert one.sigma == 0 or (0.3 <= one.sigma <= 1.5 and 1 <= one.every <= 8)
    assert {one.norm, one.contribution} <= {0, *range(10, 91)}
    assert named(one) != "no operator"


def test_a_search_shows_settings_by_objectives(tmp_path: Path) -> None:
    net = patterns()
    few = yosinski_search(net, [RINGS, "logit('dots')"], 2, seed=5, size=24, steps=3)
    more = yosinski_search(net, [RINGS, "logit('dots')"], 3, seed=5, size=24, steps=3)
    assert few.columns == (RINGS, "logit('dots')")
    assert few.rows == more.rows[:2]
    np.testing.assert_array_equal(few.images, more.images[:2])
    assert few.made["1"] == repr(drawn(5, 0))
    alone = yosinski(net, RINGS, drawn(5, 0), size=24, steps=3, seed=5).images[0].permute(1, 2, 0)
    assert np.abs(few.images[0, 0] - 255 * alone.numpy()).max() < 1.5
    assert few.save(tmp_path / "search.png").stat().st_size > 1000


@pytest.mark.parametrize(
    "paint",
    [
        lambda net: class_picture(net, ["rings", "dots"], size=24, steps=2),
        lambda net: yosinski(net, RINGS, YOSINSKI[0], size=24, steps=2),
        lambda net: oygard(net, RINGS, stages=SHORT, size=24),
        lambda net: bilateral(net, RINGS, size=24, steps=4),
    ],
    ids=["class_picture", "yosinski", "oygard", "bilateral"],
)
def test_a_saved_picture_replays(paint, tmp_path: Path) -> None:
    made = paint(patterns())
    again = ph.Render.load(made.save(tmp_path / "a.png")).replay()
    assert torch.equal(made.images, again.images)
    assert bool((made.images >= 0).all() and (made.images <= 1).all())


def test_each_shows_its_class() -> None:
    judge = ph.models.patterns.load_judge(Path(__file__).parents[3] / "data" / "patterns_judge.safetensors")
    made = class_picture(patterns(), ["hexagons", "spiral"], size=96, steps=40)
    with torch.no_grad():
        seen = judge(ph.models.patterns.normalize(made.images)).argmax(1)
    assert [ph.models.patterns.LABELS[i] for i in seen] == ["hexagons", "spiral"]


def test_what_is_wrong() -> None:
    net = patterns()
    with pytest.raises(BadArgument, match=r"no class at all, \[\]. one or several expected. write 'stripes 0'"):
        class_picture(net, [])
    with pytest.raises(UnknownLabel, match=r"'ringz'.*'rings'"):
        class_picture(net, ["dots", "ringz"])
    with pytest.raises(BadArgument, match=r"norm is 101"):
        yosinski_settings(norm=101)
    with pytest.raises(BadArgument, match=r"every is 0"):
        dataclasses.replace(YOSINSKI[0], every=0)
    with pytest.raises(BadArgument, match=r"2 goals, 4 stages. one each expected"):
        oygard(net, [RINGS, RINGS])
    with pytest.raises(BadArgument, match=r"smooth is 'both'"):
        oygard(net, RINGS, smooth="both")  # type: ignore[arg-type]
    with pytest.raises(BadArgument, match=r"no objective at all, \[\]. one or several expected"):
        yosinski_search(net, [])
    with pytest.raises(BadArgument, match=r"count is 0"):
        yosinski_search(net, RINGS, 0)
