import copy
import gc
import inspect
from collections import namedtuple

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

import phosphene as ph
from phosphene import param
from phosphene.errors import BadArgument, Detached, NotInvertible, ShapeMismatch
from phosphene.language import parse
from phosphene.param import codes
from phosphene.testing.params_networks import GENERATORS
from tests import toys
from tests.toy_generators import Chairs, Linear, NoGrad, Wrapped, record

CHAIRS = Chairs().eval()
LINEAR = Linear().eval()
VIEW = (0.5, 0.87)


def chair(**more):
    return param.latent(CHAIRS, style=codes.simplex(5), view=codes.frozen(VIEW), **more)


@given(st.integers(0, 2**31))
def test_the_gradient_at_the_code_of_a_linear_generator(seed):
    generator = torch.Generator().manual_seed(seed)
    w = torch.randn(1, 3, 2, 2, generator=generator, dtype=torch.float64)
    z = torch.randn(2, 4, generator=generator, dtype=torch.float64, requires_grad=True)
    painted = param.latent(LINEAR, 4, range=None)
    ((w * painted.decode({"code": z})).sum() - 0.25 * z.square().sum()).backward()
    pulled = LINEAR.A.detach().T @ w.flatten()
    assert_close(z.grad, pulled - 0.5 * z.detach())


def test_the_best_code_of_a_linear_generator():
    w = torch.ones(12, dtype=torch.float64)
    z, painted = {"code": torch.zeros(1, 4, dtype=torch.float64)}, param.latent(LINEAR, 4, range=None)
    for _ in range(200):  # ascent on w'Az - |z|^2 / 2, whose maximum is at z = A'w
        leaf = z["code"].requires_grad_()
        (g,) = torch.autograd.grad(painted.decode({"code": leaf}).sum() - leaf.square().sum() / 2, leaf)
        z = {"code": leaf.detach() + 0.2 * g}
    assert_close(z["code"][0], LINEAR.A.detach().T @ w)


def test_the_picture_is_the_generators():
    painted = chair()
    style = torch.tensor([[0.0, 1, 0, 0, 0], [0.25, 0.25, 0.5, 0, 0]])
    assert_close(painted.decode({"style": style}), CHAIRS(style, torch.tensor([VIEW] * 2)))
    assert painted.size == (4, 4)
    assert painted.channels == 3
    assert painted.value_range == (0, 1)
    assert painted.batch is None


def test_frozen_inputs_receive_no_update():
    painted = chair()
    assert list(painted.init([1, 2])) == ["style"]
    assert list(painted.free) == ["style"]


def test_ranges_are_mapped_to_the_unit_interval_and_clipped():
    z = torch.tensor([[2.0, 0, 0, 0]], dtype=torch.float64)
    raw = LINEAR(z)
    assert_close(param.latent(LINEAR, 4, range=None).decode({"code": z}), raw)
    assert_close(param.latent(LINEAR, 4, range=(-1, 1)).decode({"code": z}), ((raw + 1) / 2).clamp(0, 1))
    assert_close(param.latent(LINEAR, 4).decode({"code": z}), raw.clamp(0, 1))
    assert param.latent(LINEAR, 4, range=None).value_range is None


def test_values_that_are_clipped_can_come_back():
    painted = param.latent(LINEAR, 4)
    z = torch.full((1, 4), 100.0, dtype=torch.float64, requires_grad=True)
    x = painted.decode({"code": z})
    assert {float(v) for v in x.detach().flatten()} == {0, 1}
    (x * (2 * x.detach() - 1)).sum().backward()  # a loss that pulls every value back to the inside
    assert bool((z.grad != 0).all())


@pytest.mark.parametrize(
    ("wrap", "out"),
    [
        (lambda x: {"sample": x}, "sample"),
        (lambda x: (x.sum(), x), "1"),
        (lambda x: [x], 0),
        (lambda x: namedtuple("Out", "sample noise")(x, x.sum()), "sample"),
        (lambda x: {"made": (x,)}, "made.0"),
    ],
    ids=["dict", "tuple", "list", "record", "nested"],
)
def test_out_names_the_part_that_is_the_picture(wrap, out):
    net = Wrapped(wrap).eval()
    painted = param.latent(net, 4, out=out)
    z = torch.rand(2, 4, dtype=torch.float64)
    assert_close(painted.decode({"code": z}), param.latent(LINEAR, 4).decode({"code": z}))
    assert parse(repr(painted)) == painted
    with pytest.raises(ShapeMismatch, match=rf"returned .*\(2, 3, 2, 2\).*pictures \(B, C, H, W\).*out='{out}'"):
        param.latent(net, 4)
    with pytest.raises(BadArgument, match=r"out='picture'.*a part of what it returns"):
        param.latent(net, 4, out="picture")


def test_attributes_of_any_object_are_found():
    assert param.latent(record(), 4, out="sample").size == (2, 2)


def test_starting_from_codes():
    code = torch.rand(4)
    one = param.latent(LINEAR, 4).at(code)
    assert one == param.latent(LINEAR, 4).at(code[None])
    assert one.batch is None
    assert torch.equal(one.init([1, 2])["code"], code.expand(2, 4))
    many = one.at(torch.rand(3, 4))
    assert many.batch == 3
    assert many.init([1, 2, 3])["code"].shape == (3, 4)
    with pytest.raises(ShapeMismatch, match=r"got 2 seeds.*batch=3"):
        many.init([1, 2])
    by_name = param.latent(CHAIRS, style=codes.simplex(5), view=codes.normal(2)).at(view=VIEW)
    assert torch.equal(by_name.init([1])["view"], torch.tensor([VIEW]))
    assert not torch.equal(by_name.init([1])["style"], by_name.init([2])["style"])
    both = by_name.at(style=torch.eye(5)[2])
    assert_close(both.decode(both.init([0])), CHAIRS(torch.eye(5)[2:3], torch.tensor([VIEW])))
    for value in (one, many, by_name, both, both >> param.clip(0, 1)):
        assert parse(repr(value)) == value


def test_a_start_is_written_as_the_method():
    painted = chair().at(style=torch.eye(5)[0])
    digest = painted.start[0][1].digest
    assert repr(painted) == (
        f"param.latent({painted.generator!r}, style=param.codes.simplex(5), view=param.codes.frozen((0.5, 0.87)))"
        f".at(style=tensor('{digest}', (1, 5), 'float32'))"
    )


def test_texts():
    net = repr(param.network(LINEAR))
    assert repr(param.latent(LINEAR, (4,))) == f"param.latent({net}, (4,))"
    assert repr(param.latent(LINEAR, 4, sd=0.5)) == f"param.latent({net}, (4,), sd=0.5)"
    assert repr(param.latent(LINEAR, codes.sphere(4))) == f"param.latent({net}, param.codes.sphere((4,)))"
    assert repr(param.latent(LINEAR, 4, range=(-1, 1))) == f"param.latent({net}, (4,), range=(-1, 1))"
    assert repr(param.latent(LINEAR, z=codes.normal(4))) == f"param.latent({net}, z=param.codes.normal((4,)))"


class Awkward(nn.Module):
    """A generator whose arguments have the names of latent's own."""

    def forward(self, range, out):
        return (range + out).reshape(-1, 1, 2, 2)


def test_names_that_are_taken_go_through_inputs():
    inputs = {"range": codes.normal(4), "out": codes.normal(4)}
    painted = param.latent(Awkward().eval(), inputs=inputs)
    assert "inputs=(('range', param.codes.normal((4,))), ('out'" in repr(painted)
    started = painted.at({"range": torch.rand(4), "out": torch.rand(2, 4)})
    assert started.batch == 2
    assert parse(repr(painted)) == painted
    assert parse(repr(started)) == started


def test_the_default_is_a_vector_of_128():
    net = nn.Sequential(nn.Linear(128, 12), nn.Unflatten(1, (3, 2, 2))).eval()
    assert param.latent(net) == param.latent(net, (128,))


def test_every_word_of_a_dict_is_the_keyword():
    assert chair() == param.latent(CHAIRS, inputs={"style": codes.simplex(5), "view": codes.frozen(VIEW)})
    assert inspect.signature(param.latent).parameters["range"].default == (0, 1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: NoGrad(), r"without a gradient.*no_grad.*remove @torch.no_grad\(\)"),
        (lambda: Wrapped(lambda x: x.detach()), r"without a gradient.*remove.*\.detach\(\)"),
        (lambda: Wrapped(lambda x: torch.from_numpy(x.detach().numpy())), r"without a gradient.*\.numpy\(\)"),
    ],
    ids=["no_grad", "detach", "numpy"],
)
def test_a_decoder_that_detaches_is_refused_before_step_0(make, message):
    with pytest.raises(Detached, match=message):
        param.latent(make().eval(), 4)


def test_an_input_without_influence_is_named():
    class Deaf(nn.Module):
        def forward(self, a, b):
            return (a + b.detach()).reshape(-1, 1, 2, 2)

    with pytest.raises(Detached, match=r"no gradient reaches 'b'.*hold it fixed"):
        param.latent(Deaf().eval(), a=codes.normal(4), b=codes.normal(4))
    assert param.latent(Deaf().eval(), a=codes.normal(4), b=codes.frozen((1, 2, 3, 4))).size == (2, 2)


def test_a_latent_can_be_made_where_no_gradients_are_wanted():
    with torch.no_grad():
        assert param.latent(Linear(11).eval(), 4).size == (2, 2)
    with torch.inference_mode():
        painted = param.latent(Linear(12).eval(), 4)
        painted.decode(painted.init([0], torch.float32))
    z = painted.init([0])["code"].requires_grad_()
    painted.decode({"code": z}).sum().backward()
    assert z.grad is not None


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: param.latent(lambda z: z, 4), BadArgument, "a torch.nn.Module expected"),
        (
            lambda: param.latent(LINEAR, 5),
            ShapeMismatch,
            r"Linear cannot take code \(2, 5\).*Linear\(z\).*shape=\(128,\)",
        ),
        (lambda: param.latent(LINEAR, y=codes.normal(4)), ShapeMismatch, r"cannot take y .*Linear\(z\)"),
        (lambda: param.latent(nn.Linear(4, 4).eval(), 4), ShapeMismatch, r"Linear returned a tensor of shape \(2, 4\)"),
        (lambda: param.latent(Wrapped(str).eval(), 4), ShapeMismatch, "Wrapped returned str with no tensor.*reshape"),
        (
            lambda: param.latent(Wrapped(lambda x: x[:1]).eval(), 4),
            ShapeMismatch,
            "made 1 pictures of 2.*keep the batch axis",
        ),
        (
            lambda: param.latent(CHAIRS, inputs=[codes.simplex(5), codes.normal(2)]),
            BadArgument,
            "2 inputs without names.*a name for each",
        ),
        (lambda: param.latent(CHAIRS, 5, view=codes.normal(2)), BadArgument, "shape=5 next to inputs view"),
        (lambda: param.latent(CHAIRS, style=5, view=codes.normal(2)), BadArgument, "input 'style' is 5.*codes.normal"),
        (lambda: param.latent(LINEAR, z=codes.frozen((1, 2, 3, 4))), BadArgument, "all inputs are frozen"),
        (lambda: param.latent(LINEAR, 4, range=(1, -1)), BadArgument, "the lower bound first.*range=.-1, 1"),
        (lambda: param.latent(LINEAR, 4, range=1), BadArgument, r"\(low, high\) expected"),
        (lambda: param.latent(LINEAR, 4).at(torch.rand(5)), ShapeMismatch, r"shape \(5,\) for 'code'.*\(4,\)"),
        (lambda: param.latent(LINEAR, 4).at("code"), BadArgument, "str as a code"),
        (lambda: param.latent(LINEAR, 4).at(z=torch.rand(4)), BadArgument, "a code for 'z'.*'code'"),
        (lambda: chair().at(view=VIEW), BadArgument, "a code for 'view'.*that is optimized"),
        (
            lambda: param.latent(CHAIRS, style=codes.simplex(5), view=codes.normal(2)).at(torch.rand(5)),
            BadArgument,
            r"without a name.*style, view.*\.at\(style=..., view=...\)",
        ),
        (
            lambda: param.latent(CHAIRS, style=codes.simplex(5), view=codes.normal(2)).at(
                style=torch.rand(2, 5), view=torch.rand(3, 2)
            ),
            ShapeMismatch,
            "2 and 3 codes",
        ),
        (lambda: param.latent(LINEAR, 4).decode({"z": torch.rand(1, 4)}), ShapeMismatch, "add 'code'"),
    ],
    ids=range(19),
)
def test_bad_input(make, kind, message):
    with pytest.raises(kind, match=message):
        make()


def test_what_a_generator_cannot_do_is_said():
    painted = param.latent(LINEAR, 4)
    with pytest.raises(NotInvertible, match=r"cannot be started from a picture.*latent\(...\).at\(code\)"):
        painted.starting_from(torch.full((3, 2, 2), 0.5))
    with pytest.raises(NotInvertible, match=r"pictures of \(2, 2\), not 8.*the one size"):
        painted.resized(8)
    with pytest.raises(NotInvertible, match="the one size"):
        painted.resize(painted.init([0]), 8)
    assert painted.resized(2) == painted
    assert list(painted.resize(painted.init([0]), (2, 2))) == ["code"]


def test_the_dry_run_runs_once():
    calls = []

    class Counting(Linear):
        def forward(self, z):
            calls.append(len(z))
            return super().forward(z)

    painted = param.latent(Counting().eval(), 4)
    assert parse(repr(painted)).size == (painted >> param.clip()).size == (2, 2)
    assert calls == [2]


def test_pictures_do_not_depend_on_their_neighbours():
    painted = param.latent(GENERATORS[0], a=codes.normal(4), b=codes.sphere(4))
    state = painted.init([1, 2, 3], torch.float64)
    whole = painted.decode(state)
    for i in range(3):
        assert_close(painted.decode({name: x[i : i + 1] for name, x in state.items()})[0], whole[i])


def test_a_generator_that_is_the_identity():
    painted = param.latent(nn.Identity().eval(), (3, 4, 4))
    z = torch.rand(2, 3, 4, 4)
    assert torch.equal(painted.decode({"code": z}), z)


def test_a_copy_keeps_the_generator():
    painted = copy.deepcopy(param.latent(Linear(21).eval(), 4))
    gc.collect()
    assert painted.decode(painted.init([0])).shape == (1, 3, 2, 2)


def test_the_loop_paints_codes():
    net, goal = toys.vision(size=4), ph.objectives.channel("first", 2)
    painted = chair()
    made = ph.render(net, goal, painted, ph.transforms.identity, steps=30, optimizer=ph.adam(0.05), batch=2, seed=1)
    assert made.scores[-1].mean() > made.scores[0].mean()
    assert made.images.shape == (2, 3, 4, 4)
    again = ph.render(net, goal, painted, ph.transforms.identity, steps=30, optimizer=ph.adam(0.05), batch=2, seed=1)
    assert torch.equal(made.images, again.images)
    assert all(x.grad is None for x in CHAIRS.parameters())
