"""What a position adds to every class: against differences, single gradients, closed forms, and Euler's law."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

import phosphene as ph
from phosphene.collection import class_attribution
from phosphene.collection.attribution import WAYS, attributed, way_of
from phosphene.errors import BadArgument, Detached, ModelState, ShapeMismatch, UnknownLayer
from phosphene.models import Capture, Vision, edited, frozen
from tests import toys

SIZE = 12
NET = toys.vision(size=SIZE, double=True)
LAYERS = ("stem", "first.0", "first", "second", "relu")


def pictures(count: int, seed: int = 0, size: int = SIZE) -> Tensor:
    return torch.rand(count, 3, size, size, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def positions(count: int, seed: int = 0, side: int = SIZE) -> Tensor:
    return torch.randint(0, side, (count, 2), generator=torch.Generator().manual_seed(seed))


def stack(*modules: nn.Module, seed: int = 0) -> Vision:
    """A network of these layers, in float64, its weights from a seed."""
    generator = torch.Generator().manual_seed(seed)
    module = nn.Sequential(*modules).double().eval()
    for weight in module.parameters():
        weight.data = (
            torch.randn(weight.shape, generator=generator, dtype=torch.float64) / max(weight[0].numel(), 1) ** 0.5
        )
    return Vision(module, [0.0] * 3, [1.0] * 3, size=SIZE, name="stack")


def moved(net: Vision, x: Tensor, layer: str, places: Tensor, step: float) -> Tensor:
    """The logits with the activation at one position of each picture 1 + step times as large."""

    def change(own: Tensor) -> Tensor:
        new = own.clone()
        for picture, (y, column) in enumerate(places.tolist()):
            new[picture, :, y, column] *= 1 + step
        return new

    with torch.no_grad(), edited(net, layer, change):
        logits: Tensor = net(x)
    return logits


@given(st.sampled_from(LAYERS), st.integers(1, 4), st.integers(0, 99))
def test_it_is_the_slope_of_the_logits(layer: str, count: int, seed: int) -> None:
    x, places = pictures(count, seed), positions(count, seed)
    found = class_attribution(NET, x, layer, places)
    step = 1e-6
    slope = (moved(NET, x, layer, places, step) - moved(NET, x, layer, places, -step)) / (2 * step)
    torch.testing.assert_close(found, slope, rtol=1e-5, atol=1e-7)


@given(st.sampled_from(LAYERS), st.integers(1, 4), st.integers(0, 99))
def test_it_is_a_gradient_for_each_class(layer: str, count: int, seed: int) -> None:
    x, places = pictures(count, seed), positions(count, seed)
    leaves: list[Tensor] = []

    def cut(own: Tensor) -> Tensor:
        leaves.append(own.detach().requires_grad_())
        return leaves[0]

    with frozen(NET.module), edited(NET, layer, cut):
        logits = NET(x)
    for c in range(5):
        (slope,) = torch.autograd.grad(logits[:, c].sum(), leaves, retain_graph=True)
        every = (slope * leaves[0].detach()).sum(1)
        one = torch.stack([every[i, y, column] for i, (y, column) in enumerate(places.tolist())])
        torch.testing.assert_close(class_attribution(NET, x, layer, places)[:, c], one, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("layer", LAYERS)
def test_all_ways_agree(way: Any, layer: str) -> None:
    x, places = pictures(3), positions(3)
    with frozen(NET.module):
        found, slope = attributed(Capture(NET, ["first", "output"]), layer, x, places, way)
    torch.testing.assert_close(slope, class_attribution(NET, x, layer, places), rtol=1e-12, atol=1e-12)
    assert list(found) == ["first", "output"]
    assert not any(one.requires_grad for one in found.values())


def test_the_last_layer_in_closed_form() -> None:
    x, places = pictures(4), positions(4)
    head, rows = NET.module.head, torch.arange(4)
    with torch.no_grad():
        own = Capture(NET, ["relu"])(x)["relu"]
        expected = own[rows, :, places[:, 0], places[:, 1]] @ head.weight.T / (SIZE * SIZE)
        total = own.mean((2, 3)) @ head.weight.T
        logits = NET(x)
    torch.testing.assert_close(class_attribution(NET, x, "relu", places), expected, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(total + head.bias, logits, rtol=1e-12, atol=1e-12)


@given(st.integers(0, 99))
def test_without_biases_the_positions_add_up_to_the_logits(seed: int) -> None:
    net = stack(
        *(
            nn.Conv2d(3, 5, 3, bias=False),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(5, 6, 3, bias=False),
            nn.ReLU(inplace=True),
        ),
        *(nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(24, 7, bias=False)),
        seed=seed,
    )
    x = pictures(1, seed)
    with torch.no_grad():
        logits = net(x)
        shapes = {str(i): Capture(net, [str(i)])(x)[str(i)].shape for i in range(7)}
    for layer, shape in shapes.items():
        side = shape[2] if len(shape) == 4 else 1
        every = torch.tensor([[y, column] for y in range(side) for column in range(side)])
        found = class_attribution(net, x.expand(len(every), -1, -1, -1), layer, every)
        torch.testing.assert_close(found.sum(0, keepdim=True), logits, rtol=1e-9, atol=1e-9)


def test_each_picture_has_a_position_of_its_own() -> None:
    x, places = pictures(5), positions(5)
    together = class_attribution(NET, x, "first", places)
    alone = [class_attribution(NET, x[i : i + 1], "first", places[i : i + 1]) for i in range(5)]
    torch.testing.assert_close(together, torch.cat(alone), rtol=1e-12, atol=1e-14)


class Backward(torch.autograd.Function):
    """A square that has no forward mode."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> Tensor:
        return 2 * slope * ctx.saved_tensors[0]


class Called(nn.Module):
    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


class Attention(nn.Module):
    """Tokens of a picture that look at each other."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Conv2d(3, 8, 4, 4)
        self.tokens = nn.Identity()
        self.attend = nn.MultiheadAttention(8, 2, batch_first=True)
        self.head = nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.tokens(self.embed(x).flatten(2).transpose(1, 2))
        x = x + self.attend(x, x, x, need_weights=False)[0]
        logits: Tensor = self.head(x.mean(1))
        return logits


def test_two_reverse_passes_where_there_is_no_forward_mode() -> None:
    layers = (nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5))
    squares = [stack(layers[0], Called(square), *layers[1:]) for square in (Backward.apply, torch.square)]
    x, places = pictures(2), positions(2, side=SIZE - 2)
    with frozen(squares[0].module):
        assert way_of(Capture(squares[0], ["output"]), "0", x, places) == "reverse"
    found = [class_attribution(net, x, "0", places) for net in squares]
    torch.testing.assert_close(found[0], found[1], rtol=1e-12, atol=1e-12)


def test_tokens_that_attend() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = Vision(Attention().double().eval(), [0.0] * 3, [1.0] * 3, size=SIZE, name="attention")
    x, places = pictures(2), torch.tensor([[0, 3], [0, 8]])
    with frozen(net.module):
        assert way_of(Capture(net, ["output"]), "tokens", x, places) == "elementary"
    step = 1e-6

    def change(by: float) -> Callable[[Tensor], Tensor]:
        def scaled(own: Tensor) -> Tensor:
            new = own.clone()
            new[0, :, 3] *= 1 + by
            new[1, :, 8] *= 1 + by
            return new

        return scaled

    sides = []
    for by in (step, -step):
        with torch.no_grad(), edited(net, "tokens", change(by)):
            sides.append(net(x))
    found = class_attribution(net, x, "tokens", places)
    torch.testing.assert_close(found, (sides[0] - sides[1]) / (2 * step), rtol=1e-5, atol=1e-8)


def test_a_layer_without_positions() -> None:
    net = stack(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5, bias=False))
    x = pictures(3)
    with torch.no_grad():
        logits = net(x)
    zeros = torch.zeros(3, 2, dtype=torch.long)
    torch.testing.assert_close(class_attribution(net, x, "3", zeros), logits, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(class_attribution(net, x, "output", zeros), logits, rtol=1e-12, atol=1e-12)


def test_the_network_comes_out_as_it_went_in() -> None:
    net = toys.vision(size=SIZE)
    before, state = net.digest(), torch.random.get_rng_state()
    class_attribution(
        net, torch.rand(2, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(0)), "first", positions(2)
    )
    assert net.digest() == before
    assert all(p.requires_grad and p.grad is None for p in net.module.parameters())
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in net.module.modules())
    assert torch.equal(torch.random.get_rng_state(), state)


def test_torch_does_not_warn_of_itself() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        class_attribution(NET, pictures(1), "first", positions(1))


@pytest.mark.parametrize(
    ("layer", "places", "error", "match"),
    [
        ("first", [[0, SIZE]], ShapeMismatch, r"pairs \(row, column\) in a map of 12 x 12 expected"),
        ("first", [[-1, 0]], ShapeMismatch, "in a map of 12 x 12"),
        ("first", [[0, 0], [0, 0]], ShapeMismatch, "1 pairs"),
        ("furst", [[0, 0]], UnknownLayer, "Nearest: 'first'"),
        ("unused", [[0, 0]], UnknownLayer, "never reaches"),
        ("input", [[0, 0]], BadArgument, "a layer of the network expected"),
    ],
)
def test_bad_input(layer: str, places: list[list[int]], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        class_attribution(NET, pictures(1), layer, torch.tensor(places))


def test_a_network_without_classes() -> None:
    with pytest.raises(ShapeMismatch, match=r"returns \(1, 4, 12, 12\)\. a score for each class expected"):
        class_attribution(toys.linear(), pictures(1).float(), "conv", positions(1))


@pytest.mark.parametrize("blind", [lambda x: x.detach() * 1, lambda x: torch.zeros_like(x)])
def test_classes_that_do_not_depend_on_the_layer(blind: Callable[[Tensor], Tensor]) -> None:
    net = stack(nn.Conv2d(3, 4, 3), Called(blind), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5))
    with pytest.raises(Detached, match="layer '0' of stack, on which its classes do not depend"):
        class_attribution(net, pictures(1), "0", positions(1, side=8))


def test_a_network_in_training_mode() -> None:
    net = ph.Vision(toys.Residual().train(), [0.5] * 3, [0.5] * 3, size=SIZE)
    with pytest.raises(ModelState, match=r"model\.eval"):
        class_attribution(net, pictures(1).float(), "first", positions(1))
