"""The bundled network: its drawings are what their labels say, and both networks know them."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from phosphene.errors import BadArgument, UnknownLabel
from phosphene.models import patterns
from phosphene.models.patterns import LABELS, batch, draw, load_judge, load_network, network, normalize
from phosphene.models.patterns.draw import NATURAL_COVARIANCE
from phosphene.models.patterns.train import train

JUDGE = Path(__file__).parents[2] / "data" / "patterns_judge.safetensors"
ORIENTED = [label for label in LABELS if label.startswith("stripes")]


def orientation(picture: torch.Tensor) -> float:
    """The angle of the spectral energy in degrees, in [0, 180), by way of the doubled angle."""
    grey = picture.mean(0).numpy().astype(np.float64)
    window = np.hanning(len(grey))
    power = np.abs(np.fft.fft2((grey - grey.mean()) * window[:, None] * window)) ** 2
    down, right = np.fft.fftfreq(len(grey))[:, None], np.fft.fftfreq(len(grey))[None]
    radius = np.hypot(down, right) * len(grey)
    power = power * ((radius > 2.2) & (radius < 20))
    return math.degrees(np.angle((power**2 * np.exp(2j * np.arctan2(down, right))).sum()) / 2) % 180


@pytest.fixture(scope="module")
def fresh() -> tuple[torch.Tensor, torch.Tensor]:
    return batch(16 * len(LABELS), seed=2026)


def test_labels_are_unique_and_many() -> None:
    assert len(set(LABELS)) == len(LABELS) >= 16
    assert {"spiral", "stripes 0", "stripes 45", "stripes 90", "stripes 135"} <= set(LABELS)


@pytest.mark.parametrize("label", LABELS)
def test_a_drawing_depends_on_its_arguments_alone(label: str) -> None:
    torch.manual_seed(0)
    before = torch.get_rng_state()
    first = draw(label, seed=5, index=3, size=48)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(1)
    assert torch.equal(first, draw(LABELS.index(label), seed=5, index=3, size=48))
    assert not torch.equal(first, draw(label, seed=5, index=4, size=48))
    assert not torch.equal(first, draw(label, seed=6, index=3, size=48))
    assert first.shape == (3, 48, 48)
    assert first.dtype == torch.float32
    assert 0 <= first.min() < first.max() <= 1


def test_a_longer_batch_begins_with_the_shorter_one() -> None:
    few, many = batch(5, seed=1, size=32), batch(30, seed=1, size=32)
    later = batch(25, seed=1, size=32, start=5)
    assert torch.equal(few[0], many[0][:5])
    assert torch.equal(many[0][5:], later[0])
    assert torch.equal(many[1][5:], later[1])


@pytest.mark.parametrize("size", [33, 96])
def test_every_size_is_drawn_alike(size: int) -> None:
    """The large picture, made small, is the pattern of the small one, but for grain and light."""
    large = torch.nn.functional.interpolate(draw("checkers", 0, size=2 * size)[None], (size, size), mode="area")[0]
    small = draw("checkers", 0, size=size)
    assert torch.corrcoef(torch.stack([large.flatten(), small.flatten()]))[0, 1] > 0.6


@pytest.mark.parametrize("label", ORIENTED)
def test_stripes_have_their_spectral_energy_at_their_angle(label: str) -> None:
    expected = float(label.split()[1])
    for index in range(20):
        found = orientation(draw(label, seed=9, index=index))
        assert abs((found - expected + 90) % 180 - 90) <= 10, index


def test_stripes_45_rise_to_the_right() -> None:
    """The convention, without a Fourier transform: along a slash the picture hardly changes."""
    picture = torch.stack([draw("stripes 45", 0, i) for i in range(20)]).mean(1)
    slash = (picture[:, 2:, :-2] - picture[:, :-2, 2:]).square().mean()
    backslash = (picture[:, 2:, 2:] - picture[:, :-2, :-2]).square().mean()
    assert slash < backslash / 2


def test_colors_are_those_of_photographs(fresh: tuple[torch.Tensor, torch.Tensor]) -> None:
    colors = fresh[0].permute(1, 0, 2, 3).flatten(1)
    found, natural = torch.cov(colors), NATURAL_COVARIANCE
    variances = found.diagonal() / natural.diagonal()
    assert variances.min() > 0.4
    assert variances.max() < 1.5
    scale = natural.diagonal().sqrt()
    expected = natural / (scale[:, None] * scale)
    assert (torch.corrcoef(colors) - expected).abs().max() < 0.08
    assert (colors.mean(1) - torch.tensor([0.48, 0.46, 0.41])).abs().max() < 0.05


def test_no_class_is_told_by_its_color() -> None:
    pictures, labels = batch(40 * len(LABELS), seed=11, size=32)
    means = pictures.mean((2, 3))
    by_class = torch.stack([means[labels == k].mean(0) for k in range(len(LABELS))])
    assert (by_class - means.mean(0)).abs().max() < 0.12


@pytest.mark.parametrize("name", ["stripes", "", "Spiral", -1, len(LABELS)])
def test_an_unknown_class_is_refused(name: str | int) -> None:
    with pytest.raises(UnknownLabel, match="not drawn"):
        draw(name, 0)


@pytest.mark.parametrize("who", ["network", "judge"])
def test_fresh_pictures_are_recognized(who: str, fresh: tuple[torch.Tensor, torch.Tensor]) -> None:
    known = load_network() if who == "network" else load_judge(JUDGE)
    assert not known.training
    with torch.no_grad():
        found = known(normalize(fresh[0])).argmax(1)
    assert (found == fresh[1]).float().mean() >= 0.97


@pytest.mark.parametrize("size", [96, 160])
def test_larger_pictures_are_recognized(size: int) -> None:
    pictures, labels = batch(4 * len(LABELS), seed=77, size=size)
    with torch.no_grad():
        assert (load_network()(normalize(pictures)).argmax(1) == labels).float().mean() >= 0.95


def test_the_weights_are_small_and_say_what_they_are() -> None:
    assert network.WEIGHTS.stat().st_size < 2_000_000
    for path, architecture in ((network.WEIGHTS, "Patterns"), (JUDGE, "Judge")):
        about = patterns.details(path)
        assert about["architecture"] == architecture
        assert float(about["accuracy"]) >= 0.97
    with pytest.raises(BadArgument, match="Judge"):
        load_judge(network.WEIGHTS)


def test_the_blocks_are_where_a_reader_looks_for_them() -> None:
    known, shapes = load_network(), {}
    for name in ("block1", "block2", "block3", "block4", "pool", "head"):
        part = known.get_submodule(name)
        part.register_forward_hook(lambda _, __, out, name=name: shapes.update({name: tuple(out.shape)}))
    known(torch.zeros(2, 3, 64, 64))
    assert shapes["block3"][:2] == (2, 80)
    assert shapes["head"] == (2, len(LABELS))
    assert list(shapes) == ["block1", "block2", "block3", "block4", "pool", "head"]
    assert known(torch.zeros(1, 3, 32, 41)).shape == (1, len(LABELS))


def test_loading_and_training_leave_the_global_state_alone() -> None:
    before = torch.get_rng_state()
    load_network()
    first, second = (train(network.Patterns, seed=4, steps=1) for _ in range(2))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(first.get_submodule("stem.0").weight, second.get_submodule("stem.0").weight)
