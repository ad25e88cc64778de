"""Style transfer: the recipe against plain loops, its algebra, several styles, colors, masks, bad input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import phosphene as ph
from phosphene import objectives as obj
from phosphene import transforms as tf
from phosphene.colors import lightness
from phosphene.errors import BadArgument, BadPicture, PhospheneError, UnknownLayer
from phosphene.models.regions import RegionWarning
from phosphene.recipes import style, style_table, texture
from tests.reference import networks, neural_style

DRAW = ph.models.patterns.draw
NET = networks.vision()
STYLES = ("first", "pool", "second")


def photo(size: int, seed: int) -> torch.Tensor:
    return torch.rand(3, size, size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def gram(f: torch.Tensor) -> torch.Tensor:
    flat = f.flatten(2)
    return flat @ flat.transpose(1, 2) / flat.shape[2]


def losses(x: torch.Tensor, content: torch.Tensor, look: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """1/2 |F - P|^2 at the second layer, and the mean of E_l; the network's max pooling as it is."""
    at = {name: networks.activation(NET, name, x) for name in STYLES}
    far = (at["second"] - networks.activation(NET, "second", content[None])).square().flatten(1).sum(1) / 2
    parts = [
        (gram(f) - gram(networks.activation(NET, name, look[None]))).square().sum((1, 2)) / (4 * f.shape[1] ** 2)
        for name, f in at.items()
    ]
    return far, sum(parts) / len(parts)  # type: ignore[return-value]


def test_both_losses_are_below_those_of_the_plain_loops_after_300_steps() -> None:
    content, look, alpha, beta = photo(16, 1), photo(16, 2) ** 3, 1.0, 1e3
    made = style(
        NET,
        content,
        look,
        alpha=alpha,
        beta=beta,
        layers=STYLES,
        content_layer="second",
        convention="gatys",
        smooth=0,
        steps=300,
        rules=None,
    )

    def total(x: torch.Tensor) -> torch.Tensor:
        far, apart = losses(x, content, look)
        return -(alpha * far + beta * apart)

    slope = networks.slope(total)
    start = content.numpy()
    assert -float(made.scores[0, 0]) == pytest.approx(-float(slope(start[None])[0][0]), rel=1e-9)
    pictures = (made.images, neural_style.adam(start, slope, 300), neural_style.lbfgs(start, slope, 300))
    ours, *plain = (losses(torch.as_tensor(x).reshape(1, 3, 16, 16).double(), content, look) for x in pictures)
    for theirs in plain:
        assert alpha * ours[0] + beta * ours[1] <= alpha * theirs[0] + beta * theirs[1]
        # Along the front of best pictures less of one loss is more of the other: neither is given up for the other.
        assert ours[0] <= 1.001 * theirs[0]
        assert ours[1] <= 1.001 * theirs[1]


@pytest.mark.parametrize(("alpha", "beta"), [(0.3, 2.0), (5.0, 0.01)])
def test_the_gradient_is_linear_in_alpha_and_beta(alpha: float, beta: float) -> None:
    content, look = photo(12, 1), photo(12, 2)
    how = {"layers": STYLES, "content_layer": "second", "start": "noise", "smooth": 0, "steps": 1, "rules": None}
    still = {**how, "optimizer": ph.optimizers.sgd(1e-3)}

    def step(a: float, b: float) -> torch.Tensor:
        before = ph.param.pixels(12, sd=0.2, mean=0.5).init([0], torch.float64)["pixels"]
        return style(NET, content, look, alpha=a, beta=b, **still).images - before

    torch.testing.assert_close(step(alpha, beta), alpha * step(1, 0) + beta * step(0, 1), rtol=1e-9, atol=1e-12)


def test_without_style_it_is_inversion_and_without_content_a_texture() -> None:
    content, look = photo(12, 1), photo(12, 2)
    how = {"layers": STYLES, "content_layer": "second", "start": "noise", "smooth": 0, "steps": 5, "rules": None}
    bare = {
        "param": ph.param.pixels(12, sd=0.2, mean=0.5) >> ph.param.unbounded(),
        "optimizer": ph.optimizers.lbfgs(bounds=ph.constraints.box(0, 1)),
    }
    inverted = ph.render(
        NET, -obj.content("second", content, "relative"), bare["param"], tf.identity, steps=5, **_but(bare)
    )
    assert torch.equal(style(NET, content, look, beta=0, **how).images, inverted.images)
    drawn = texture(NET, look, layers=STYLES, smooth=0, match=False, steps=5, rules=None, **bare)
    assert torch.equal(style(NET, content, look, alpha=0, beta=1, **how).images, drawn.images)


def _but(how: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in how.items() if name != "param"}


def test_several_styles_are_the_style_of_the_blended_gram_matrix() -> None:
    """sum_k v_k |G - G_k|^2 = |G - sum_k v_k G_k|^2 + what does not depend on the picture"""
    content, looks, shares = photo(12, 1), [photo(12, 2), photo(12, 3) ** 2], [0.3, 0.7]
    how = {"layers": "second", "convention": "johnson", "alpha": 0, "beta": 1, "smooth": 0, "steps": 1, "rules": None}
    still = {"optimizer": ph.optimizers.sgd(1e-2), "start": "noise"}
    made = style(NET, content, looks, weights=shares, **how, **still).images
    x = ph.param.pixels(12, sd=0.2, mean=0.5).init([0], torch.float64)["pixels"].requires_grad_()
    blend = sum(
        v * gram(networks.activation(NET, "second", y[None])).detach() for v, y in zip(shares, looks, strict=True)
    )
    loss = (gram(networks.activation(NET, "second", x)) - blend).square().sum() / 8**2
    (g,) = torch.autograd.grad(loss, x)
    torch.testing.assert_close(made, (x - 1e-2 * g).detach(), rtol=1e-9, atol=1e-12)


def test_pictures_of_other_sizes_are_handled_and_none_is_squeezed(tmp_path: Path) -> None:
    net, look = ph.models.load("patterns"), DRAW("waves", 1, size=80)[:, :40]
    made = style(net, DRAW("stars", 1, size=64)[:, :48], look, steps=3)
    assert made.images.shape == (1, 3, 48, 64)
    again = ph.Render.load(made.save(tmp_path / "style.png")).replay()
    assert again.grid().tobytes() == made.grid().tobytes()
    assert style(net, DRAW("stars", 1, size=64), look, size=40, steps=1).images.shape == (1, 3, 40, 40)


def test_color_kept_as_lightness_has_the_hues_of_the_content() -> None:
    content, look = 0.4 + 0.2 * DRAW("stars", 1, size=32), DRAW("waves", 5, size=32)
    made = style(ph.models.load("patterns"), content, look, color="lightness", steps=10).images
    inside = ((made > 0.002) & (made < 0.998)).all(1)[0]
    hues = (one - lightness(one) for one in (made, content[None]))
    torch.testing.assert_close(*(hue[0][:, inside] for hue in hues), atol=1e-5, rtol=0)
    assert float((lightness(made) - lightness(content[None])).abs().mean()) > 0.002


def test_color_kept_as_histogram_paints_with_the_colors_of_the_content() -> None:
    content, look = 0.3 + 0.3 * DRAW("stars", 1, size=32), DRAW("waves", 5, size=32)
    net, mean = ph.models.load("patterns"), content.mean((1, 2))
    kept, taken = (style(net, content, look, color=c, steps=40).images[0].mean((1, 2)) for c in ("histogram", None))
    assert float((kept - mean).norm()) < 0.5 * float((taken - mean).norm())


def test_a_mask_says_where_a_style_goes() -> None:
    net, content = ph.models.load("patterns"), torch.full((3, 64, 64), 0.5)
    left = torch.zeros(64, 64)
    left[:, :32] = 1
    red = torch.tensor([0.9, 0.1, 0.1])[:, None, None].expand(3, 64, 64)
    made = style(net, content, [red, red.flip(0)], masks=[left, 1 - left], layers="input", alpha=0, smooth=0, steps=60)
    for columns, look in ((slice(0, 32), red), (slice(32, 64), red.flip(0))):
        torch.testing.assert_close(made.images[0, :, :, columns].mean((1, 2)), look.mean((1, 2)), atol=0.02, rtol=0)


def test_a_mask_thinner_than_a_position_warns() -> None:
    line = torch.zeros(64, 64)
    line[:, 31] = 1
    with pytest.warns(RegionWarning, match="a region covers at most"):
        style(ph.models.load("patterns"), DRAW("stars", 1, size=64), DRAW("waves", 1, size=64), masks=line, steps=1)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"weights": [1, 2]}, BadArgument, r"2 weights for 1 styles.*one for each"),
        ({"weights": [-1]}, BadArgument, r"weights: -1\. numbers from 0 up"),
        ({"weights": [0]}, BadArgument, r"weights: \[0.0\]\. one above 0 expected"),
        ({"weights": 1}, BadArgument, r"weights=1\. a list of numbers"),
        ({"weights": ["a"]}, BadArgument, r"weights: 'a'\. numbers from 0 up"),
        ({"alpha": -1}, BadArgument, r"alpha is -1.*from 0"),
        ({"alpha": None}, BadArgument, r"alpha is None.*from 0"),
        ({"beta": -1}, BadArgument, r"beta is -1.*from 0"),
        ({"beta": None}, BadArgument, r"beta is None.*from 0"),
        ({"beta": "a"}, BadArgument, r"beta is 'a'.*from 0"),
        ({"smooth": -1}, BadArgument, r"smooth is -1.*from 0"),
        ({"smooth": None}, BadArgument, r"smooth is None.*from 0"),
        ({"layers": torch.tensor(3)}, BadArgument, r"layers=tensor\(3\)\. names of layers"),
        ({"layers": 3}, BadArgument, r"layers=3.*names of layers"),
        ({"layers": ""}, BadArgument, r"layers=''.*names of layers"),
        ({"layers": {"block1": 0}}, BadArgument, r"layers: \[0.0\]\. one above 0 expected"),
        ({"layers": {"block1": -1}}, BadArgument, r"layers: -1\. numbers from 0 up"),
        ({"layers": {"block1": "a"}}, BadArgument, r"layers: 'a'\. numbers from 0 up"),
        ({"content_layer": ""}, PhospheneError, r"''"),
        ({"content_layer": 3}, PhospheneError, r"3"),
        ({"alpha": 0, "beta": 0}, BadArgument, r"alpha=0 and beta=0.*one of them above 0"),
        ({"color": "luminance"}, BadArgument, r"color is 'luminance'.*'lightness'"),
        ({"start": "white"}, BadArgument, r"start is 'white'.*'content'"),
        ({"color": np.ones(3)}, BadArgument, r"color is array.*'lightness'"),
        ({"color": torch.ones(3)}, BadArgument, r"color is tensor.*'lightness'"),
        ({"start": np.ones(3)}, BadArgument, r"start is array.*'content'"),
        ({"start": [1]}, BadArgument, r"start is \[1\].*'content'"),
        ({"layers": []}, BadArgument, r"layers=\[\].*names of layers"),
        ({"layers": ["blok1"]}, UnknownLayer, r"blok1.*Nearest: 'block1"),
        ({"masks": [np.ones((8, 8))] * 2}, BadArgument, r"2 masks for 1 styles"),
        ({"masks": torch.zeros(8, 8)}, BadPicture, r"a mask of shape .*empty.*above 0 somewhere"),
        ({"size": 0}, BadArgument, r"size is 0.*pixels expected"),
        ({"convention": "lucid"}, BadArgument, r"convention"),
    ],
)
def test_bad_input(arguments: dict[str, object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        style(ph.models.load("patterns"), photo(32, 1), photo(32, 2), steps=2, **arguments)  # type: ignore[arg-type]


def test_no_style_and_several_pictures_as_one() -> None:
    with pytest.raises(BadArgument, match="no style"):
        style(ph.models.load("patterns"), photo(32, 1), [], steps=2)
    with pytest.raises(BadPicture, match=r"shape .2, 3, 32, 32.*one picture"):
        style(ph.models.load("patterns"), torch.stack([photo(32, 1)] * 2), photo(32, 2), steps=2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ratios": None}, r"ratios=None\. a list of numbers"),
        ({"ratios": 3}, r"ratios=3\. a list of numbers"),
        ({"ratios": []}, r"ratios=\[\]\. a list of numbers"),
        ({"ratios": (1, -1)}, r"ratios: -1\. numbers from 0 up"),
        ({"batch": 3}, r"batch=3\. one picture for each cell.*leave batch out"),
        ({"content_layer": ""}, r"''"),
        ({"layers": 3}, r"layers=3.*names of layers"),
        ({"smooth": -1}, r"smooth is -1.*from 0"),
    ],
)
def test_bad_input_of_a_table(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(PhospheneError, match=message):
        style_table(
            ph.models.load("patterns"), photo(32, 1), photo(32, 2), **{"steps": 1, "layers": "block1"} | arguments
        )  # type: ignore[arg-type]


def test_a_table_may_be_painted_at_another_size() -> None:
    small = {
        "param": ph.param.pixels(24) >> ph.param.unbounded(),
        "transforms": tf.identity,
        "layers": "block1",
        "ratios": [0, 1],
        "steps": 1,
    }
    made = style_table(ph.models.load("patterns"), photo(24, 1), photo(24, 2), stages=ph.stage(1, size=20), **small)
    assert made.images.shape == (1, 2, 20, 20, 3)


def test_a_layer_that_is_named_twice_counts_once() -> None:
    how = {"content": photo(32, 1), "styles": photo(32, 2), "steps": 1}
    twice, once = (style(ph.models.load("patterns"), layers=names, **how) for names in (["block1"] * 2, "block1"))
    assert torch.equal(twice.images, once.images)


def test_a_cell_of_the_table_is_the_transfer_with_its_layers_and_ratio(tmp_path: Path) -> None:
    net, content, look = ph.models.load("patterns"), DRAW("stars", 1, size=32), DRAW("waves", 1, size=32)
    layers = ("block1", "block2", "block3")
    table = style_table(net, content, look, layers=layers, ratios=(0.1, 2), steps=4, smooth=0, seed=[5] * 6)
    assert (table.rows, table.columns) == (("block1", "+ block2", "+ block3"), ("0.1", "2"))
    how = {"start": "noise", "steps": 4, "smooth": 0, "seed": 5}
    one = style(net, content, look, alpha=2, beta=1, layers=layers[:2], content_layer="block2", **how)
    cell = torch.from_numpy(table.images[1, 1]).permute(2, 0, 1).float() / 255
    torch.testing.assert_close(cell, one.images[0], atol=3 / 255, rtol=0)
    for suffix in ("png", "svg", "html", "npz"):
        assert table.save(tmp_path / f"table.{suffix}").stat().st_size > 1000
