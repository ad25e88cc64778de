import math

import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from phosphene import param
from phosphene.errors import BadArgument


def published(state, grid, activation):
    """One picture's network as 1x1 convolutions with concatenated activations."""
    x = grid[None]
    layers = [state["first"][0], *state["hidden"][0], state["output"][0]]
    for number, layer in enumerate(layers):
        if number:
            angle = torch.atan(x)
            relu = (F.relu(x) - 0.40) / 0.58
            x = torch.cat([angle / 0.67, angle**2 / 0.6], 1) if activation == "atan" else relu
        x = F.conv2d(x, layer[:, :-1, None, None], layer[:, -1])
    return x


def painted(p, seeds):
    """A state whose output layer is not zero any more."""
    return {key: x + 0.3 for key, x in p.init(seeds, torch.float64).items()}


@pytest.mark.parametrize("activation", ["atan", "relu"])
@pytest.mark.parametrize("layers", [1, 4])
def test_the_published_network(activation, layers):
    p = param.cppn((5, 9), hidden=3, layers=layers, activation=activation)
    state = painted(p, [1, 2])
    x = torch.linspace(-math.sqrt(3), math.sqrt(3), 9, dtype=torch.float64)
    y = x[2:7]  # the same spacing: pixels are square
    grid = torch.stack(torch.meshgrid(y, x, indexing="ij"))
    one = published(state, grid, activation)
    two = published({key: value[1:] for key, value in state.items()}, grid, activation)
    assert_close(p.decode(state), torch.cat([one, two]))


def test_it_starts_as_one_flat_color_of_its_own():
    p = param.cppn(6)
    x = p.decode(p.init([1, 2, 3]))
    assert torch.equal(x, x[..., :1, :1].expand_as(x))
    assert len({tuple(color.tolist()) for color in x[..., 0, 0]}) == 3


def test_one_state_has_every_resolution():
    p = param.cppn((5, 9), hidden=4, layers=3)
    state = painted(p, [1])
    assert p.resize(state, 40) == state
    fine = p.resized((9, 17))
    assert_close(fine.decode(state)[..., ::2, ::2], p.decode(state))


def test_weights_start_at_the_published_variance():
    state = param.cppn(4, hidden=48, layers=5).init(range(4), torch.float64)
    weights = state["hidden"][..., :-1] * math.sqrt(96)
    assert weights.std() == pytest.approx(1, rel=0.02)
    assert weights.abs().max() < 2.28  # truncated at two deviations, then widened to the variance
    assert state["hidden"][..., -1].std() == pytest.approx(0.1, rel=0.1)
    assert state["first"][..., :-1].std() == pytest.approx(math.sqrt(1 / 2), rel=0.1)
    assert state["output"][..., :-1].abs().max() == 0


def test_activations_stay_in_range_through_all_layers():
    p = param.cppn(33)
    state = p.init(range(4))
    state["output"] = param.cppn(33, channels=24, layers=2).init(range(4))["hidden"][:, 0]
    assert 0.3 < p.decode(state).std() < 3


def test_arguments():
    with pytest.raises(BadArgument, match=r"activation is 'tanh'.*'atan' or 'relu'"):
        param.cppn(8, activation="tanh")
    for name in ("hidden", "layers", "channels"):
        with pytest.raises(BadArgument, match=f"{name} is 0"):
            param.cppn(8, **{name: 0})
