import copy
import gc
import json
import pickle
import weakref

import pytest
import torch
from torch import nn

from phosphene import param
from phosphene.errors import BadArgument, ModelState, UnknownModel
from phosphene.language import parse
from phosphene.param import codes
from phosphene.serialize import from_json, load, save, to_json
from tests.toy_generators import Affine, Linear, Wrapped

NOWHERE = "param.network('Linear', '" + "0" * 32 + "')"


def test_a_network_is_named_by_its_content():
    one, same, other = (param.network(Linear(seed).eval()) for seed in (0, 0, 1))
    assert one == same != other
    assert len({one, same, other}) == 2
    assert repr(one) == f"param.network('Linear', '{one.digest}')"
    assert one.module is not same.module


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (nn.ReLU(), nn.Tanh()),
        (nn.Sequential(nn.ReLU()), nn.Sequential(nn.Tanh())),
        (nn.LeakyReLU(0.1), nn.LeakyReLU(0.2)),
        (Wrapped(lambda x: x), Wrapped(lambda x: x[0])),
        (nn.Conv2d(1, 1, 1, bias=False), nn.Conv2d(1, 1, 1, bias=False).double()),
    ],
    ids=["class", "structure", "setting", "function", "type"],
)
def test_what_makes_networks_differ(one, other):
    assert param.network(one.eval()) != param.network(other.eval())


def test_each_value_has_the_module_that_was_handed_over():
    first, second = Linear(2).eval(), Linear(2).eval()
    one, two = param.network(first), param.network(second)
    assert one == two
    assert (one.live(), two.live()) == (first, second)
    del two, second
    gc.collect()
    assert parse(repr(one)).live() is first


def test_round_trips_find_the_module_again():
    net = param.network(Linear(3).eval())
    again = (
        parse(repr(net)),
        pickle.loads(pickle.dumps(net)),
        copy.copy(net),
        copy.deepcopy(net),
        from_json(json.loads(json.dumps(to_json(net)))),
    )
    for other in again:
        assert other == net
        assert hash(other) == hash(net)
        assert other.live() is net.live()


def test_a_pickle_carries_no_code():
    assert len(pickle.dumps(param.network(nn.Linear(100, 100).eval()))) < 300


def test_only_the_name_is_read_in_another_process():
    for text in (
        NOWHERE,
        f"param.latent({NOWHERE}, (4,)) >> param.decorrelate('imagenet') >> param.sigmoid()",
        f"param.latent({NOWHERE}, style=param.codes.simplex(5))",
    ):
        value = parse(text)
        assert repr(value) == text
        assert from_json(to_json(value)) == value
    for use in (lambda p: p.size, lambda p: p.decode(p.init([0])), lambda p: (p >> param.clip()).channels):
        with pytest.raises(
            UnknownModel, match=r"only the name of a network.*hand it over first.*param.network\(module\)"
        ):
            use(parse(f"param.latent({NOWHERE}, (4,))"))


def test_handing_the_module_over_makes_the_name_known():
    module = Linear(7).eval()
    digest = param.network(module).digest
    value = param.latent(param.network("Linear", digest), 4)
    assert value.size == (2, 2)
    text = repr(value)
    gone = weakref.ref(module)
    del module, value
    gc.collect()
    assert gone() is None
    waiting = parse(text)
    assert not waiting.generator.known
    module = param.network(Linear(7).eval())
    assert waiting.size == (2, 2)
    assert waiting == param.latent(module, 4)


def test_nothing_of_the_module_is_touched():
    module = Affine().eval()
    module.conv.bias.requires_grad_(False)
    before = {name: (x.clone(), x.requires_grad, x.data_ptr()) for name, x in module.named_parameters()}
    painted = param.weights(module, torch.rand(2, 3, 4, 4)) >> param.clip()
    state = {name: x.requires_grad_() for name, x in painted.init([0]).items()}
    painted.decode(state).sum().backward()
    assert all(x.grad is not None for x in state.values())
    for name, x in module.named_parameters():
        assert x.grad is None
        assert torch.equal(x, before[name][0])
        assert (x.requires_grad, x.data_ptr()) == before[name][1:]
    assert not module._forward_hooks


def test_a_network_that_was_changed_since_is_not_used():
    module = Linear(9).eval()
    painted = param.latent(module, 4)
    with torch.no_grad():
        module.A.mul_(2)
    with pytest.raises(ModelState, match=r"other numbers than when it was held.*hold it anew"):
        painted.decode(painted.init([0]))
    assert param.latent(module, 4) != painted
    with torch.no_grad():
        module.A.div_(2)
    assert painted.decode(painted.init([0])).shape == (1, 3, 2, 2)


def test_batch_norm_and_dropout_must_be_in_eval_mode():
    for layer in (nn.BatchNorm1d(4), nn.Dropout(0.5)):
        with pytest.raises(ModelState, match=r"in training mode.*module.eval\(\) first"):
            param.network(nn.Sequential(nn.Linear(4, 4), layer))
    module = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4)).eval()
    net = param.network(module)
    module.train()
    with pytest.raises(ModelState, match="in training mode"):
        net.live()
    assert param.network(nn.Sequential(nn.Linear(4, 4))).known


@pytest.mark.parametrize(
    "given",
    [(3,), (lambda z: z,), ("Linear",), ("Linear", "123"), (None,)],
    ids=["int", "lambda", "name", "digest", "none"],
)
def test_what_is_no_network(given):
    with pytest.raises(BadArgument, match=r"a torch.nn.Module expected.*wrap a function in a module"):
        param.network(*given)


def test_a_network_runs_in_the_type_of_its_code():
    painted = param.latent(Linear().eval(), 4)
    half, double = (painted.decode(painted.init([0], dtype)) for dtype in (torch.float32, torch.float64))
    assert (half.dtype, double.dtype) == (torch.float32, torch.float64)
    torch.testing.assert_close(half.double(), double, atol=1e-6, rtol=0)


def test_buffers_run_along_and_stay():
    class Counter(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("scale", torch.tensor(2.0), persistent=False)
            self.layer = nn.Linear(4, 12)
            self.tied = self.layer

        def forward(self, z):
            return (self.scale * self.tied(z)).reshape(-1, 3, 2, 2)

    module = Counter().eval()
    painted = param.latent(module, 4, range=None)
    z = torch.randn(2, 4)
    torch.testing.assert_close(painted.decode({"code": z}), module(z))
    torch.testing.assert_close(painted.decode({"code": z.double()}), module(z).double())
    assert module.layer.weight.dtype == torch.float32
    assert isinstance(module.layer.weight, nn.Parameter)
    changed = copy.deepcopy(module)
    changed.scale.mul_(2)
    assert param.network(changed) != painted.generator


def test_codes_travel_beside_the_text(tmp_path):
    painted = param.latent(Linear().eval(), codes.interval(4, high=torch.rand(4))).at(torch.rand(2, 4))
    save(painted, tmp_path / "p.json")
    assert load(tmp_path / "p.json") == painted


def test_tied_weights_are_one_parameter():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.two = nn.Conv2d(3, 3, 1, bias=False), nn.Conv2d(3, 3, 1, bias=False)
            self.two.weight = self.one.weight

        def forward(self, x):
            return self.two(self.one(x))

    painted = param.weights(Tied().eval(), torch.rand(1, 3, 2, 2), batch=1)
    state = painted.init([0])
    assert list(state) == ["one.weight"]
    twice = {"one.weight": 2 * state["one.weight"]}
    torch.testing.assert_close(painted.decode(twice), 4 * painted.decode(state))
