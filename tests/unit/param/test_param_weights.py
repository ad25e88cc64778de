import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from phosphene import param
from phosphene.errors import BadArgument, BadPicture, Detached, ModelState, NotInvertible, ShapeMismatch
from phosphene.language import parse
from phosphene.seeds import stream
from tests.toy_generators import Affine


def photos(n=6, size=(4, 5), seed=0):
    return torch.rand(n, 3, *size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


NET = Affine().eval()


def test_the_state_is_the_networks_parameters():
    painted = param.weights(NET, photos(), batch=2)
    state = painted.init([5, 6])
    assert {name: tuple(x.shape) for name, x in state.items()} == {"conv.weight": (3, 3, 1, 1), "conv.bias": (3,)}
    assert all(torch.equal(x, dict(NET.named_parameters())[name]) for name, x in state.items())
    assert all(x.data_ptr() != dict(NET.named_parameters())[name].data_ptr() for name, x in state.items())
    assert (painted.size, painted.channels, painted.batch, painted.coupled) == ((4, 5), 3, 2, True)
    assert painted.value_range is None
    assert (painted >> param.clip()).value_range == (0, 1)
    assert param.weights(NET, photos(), range=(-1, 1)).value_range == (0, 1)


def test_the_picture_is_the_networks():
    painted = param.weights(NET, photos(), batch=2)
    state = painted.init([0, 1], torch.float64)
    assert_close(painted.decode(state), 0.5 * photos()[:2] + 0.25)
    data = photos(3, seed=1)
    assert_close(painted.decode({**state, "data": data}), 0.5 * data + 0.25)
    assert param.weights(NET, photos(2), batch=5).decode(state).shape == (5, 3, 4, 5)
    with_range = param.weights(NET, photos(), 2, range=(-1, 1))
    assert_close(with_range.decode(state), (0.5 * photos()[:2] + 1.25) / 2)


@given(st.integers(0, 2**31))
def test_the_gradient_at_the_weights_is_the_chain_rule(seed):
    """A 1 x 1 convolution y = W x + b and the objective sum(g y): dW = sum over pixels of g x', db = sum of g."""
    generator = torch.Generator().manual_seed(seed)
    g = torch.randn(2, 3, 4, 5, generator=generator, dtype=torch.float64)
    painted = param.weights(NET, photos(), batch=2)
    state = {name: x.requires_grad_() for name, x in painted.init([0, 1], torch.float64).items()}
    data = painted.given([seed, 1], 0, torch.float64)
    (g * painted.decode({**state, **data})).sum().backward()
    assert_close(state["conv.weight"].grad[..., 0, 0], torch.einsum("bohw,bihw->oi", g, data["data"]))
    assert_close(state["conv.bias"].grad, g.sum((0, 2, 3)))


def test_descent_through_the_picture_is_training():
    """400 steps on the squared distance to 1 - x find the network 1 - x."""
    painted = param.weights(Affine().eval(), photos(), batch=4)
    state = painted.init(range(4), torch.float64)
    for step in range(400):
        leaves = {name: x.detach().requires_grad_() for name, x in state.items()}
        data = painted.given(range(4), step, torch.float64)
        loss = (painted.decode({**leaves, **data}) - (1 - data["data"])).square().sum()
        gradients = torch.autograd.grad(loss, list(leaves.values()))
        state = {name: x.detach() - 0.003 * g for (name, x), g in zip(leaves.items(), gradients, strict=True)}
    net = param.trained(painted, state)
    assert_close(net.conv.weight[..., 0, 0], -torch.eye(3), atol=0.02, rtol=0)
    assert_close(net.conv.bias, torch.ones(3), atol=0.02, rtol=0)
    assert net.conv.weight.dtype == torch.float32
    assert net is not painted.net.live()
    assert torch.equal(painted.net.live().conv.bias, torch.full((3,), 0.25))
    assert param.network(net) != painted.net


@given(st.lists(st.integers(0, 99), min_size=1, max_size=4), st.integers(0, 50))
def test_each_step_draws_its_pictures(seeds, step):
    painted = param.weights(NET, photos()) >> param.clip()
    data = painted.given(seeds, step, torch.float64)["data"]
    rows = [int(torch.randint(6, (), generator=stream(seed, "data", step))) for seed in seeds]
    assert_close(data, photos()[rows])
    assert torch.equal(painted.given(seeds[:1], step, torch.float64)["data"], data[:1])


def test_all_pictures_are_drawn_alike():
    painted = param.weights(NET, torch.linspace(0, 1, 6)[:, None, None, None].expand(6, 3, 1, 1))
    drawn = torch.cat([painted.given([7], step)["data"][:, 0, 0, 0] for step in range(600)])
    counts = (drawn * 5).round().long().bincount(minlength=6)
    assert bool(((counts - 100).abs() < 50).all())


def test_round_trips():
    painted = param.weights(NET, photos(), batch=2, range=(-1, 1)) >> param.clip()
    data = param.picture(photos())
    assert repr(painted) == f"param.weights({param.network(NET)!r}, {data!r}, batch=2, range=(-1, 1)) >> param.clip()"
    assert parse(repr(painted)) == painted
    assert param.weights(param.network(NET), data, 2) == param.weights(NET, photos(), 2)


def test_batch_norm_keeps_its_statistics():
    net = nn.Sequential(nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3)).eval()
    painted = param.weights(net, photos())
    painted.decode(painted.init(range(4)))
    assert sorted(painted.init([0])) == ["0.bias", "0.weight", "1.bias", "1.weight"]
    assert torch.equal(net[1].running_mean, torch.zeros(3))
    with pytest.raises(ModelState, match="in training mode"):
        param.weights(nn.Sequential(nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3)), photos())


class Named(nn.Module):
    """A network whose parameter has the name that is kept for the pictures."""

    def __init__(self):
        super().__init__()
        self.data = nn.Parameter(torch.ones(1))

    def forward(self, x):
        return self.data * x


class Idle(Affine):
    """A parameter that is never used."""

    def __init__(self):
        super().__init__()
        self.idle = nn.Parameter(torch.ones(1))


class Deaf(Affine):
    """A network without gradients."""

    def forward(self, x):
        return super().forward(x).detach()


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: param.weights(nn.ReLU().eval(), photos()), BadArgument, r"with the parameters \(none\)"),
        (lambda: param.weights(Named().eval(), photos()), BadArgument, "none of them called 'data'"),
        (lambda: param.weights(Idle().eval(), photos()), Detached, "no gradient reaches 'idle'"),
        (lambda: param.weights(Deaf().eval(), photos()), Detached, "without a gradient"),
        (
            lambda: param.weights(nn.Linear(9, 3).eval(), photos()),
            ShapeMismatch,
            r"cannot take pictures of .*\(3, 4, 5\)",
        ),
        (
            lambda: param.weights(nn.Sequential(Affine(), nn.Flatten()).eval(), photos()),
            ShapeMismatch,
            r"shape \(1, 60\)",
        ),
        (lambda: param.weights(NET, photos() * 255), BadPicture, "finite values"),
        (lambda: param.weights(NET, photos(), batch=0), BadArgument, "batch is 0"),
        (lambda: param.weights(NET, photos(), out="sample"), BadArgument, "out='sample'"),
        (lambda: param.weights(3, photos()), BadArgument, "a torch.nn.Module expected"),
        (lambda: param.trained(param.pixel(4), {}), BadArgument, "the parameters of a network"),
        (lambda: param.trained(param.weights(NET, photos()), {}), ShapeMismatch, "give the run's own state"),
        (lambda: param.weights(NET, photos()).resized(8), NotInvertible, "the one size"),
        (
            lambda: (param.weights(NET, photos()) >> param.clip()).starting_from(photos()[0]),
            NotInvertible,
            "cannot be started from a picture",
        ),
    ],
    ids=range(14),
)
def test_bad_input(make, kind, message):
    with pytest.raises(kind, match=message):
        make()


def test_parts_of_a_result():
    class Both(Affine):
        def forward(self, x):
            return {"picture": super().forward(x), "features": x}

    assert param.weights(Both().eval(), photos(), out="picture").channels == 3
