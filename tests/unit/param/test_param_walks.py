import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.spatial import geometric_slerp
from torch.testing import assert_close

from phosphene import param
from phosphene.errors import AmbiguousLayer, BadArgument, ShapeMismatch, UnknownLayer
from phosphene.param import codes
from phosphene.testing.params_networks import GENERATORS
from tests.toy_generators import Chairs, Linear

numbers = st.integers(0, 2**31)
CHAIRS = Chairs().eval()
LINEAR = param.latent(Linear().eval(), 4, range=None)
STYLES = param.latent(CHAIRS, style=codes.simplex(5), view=codes.frozen((0.5, 0.87)))
FREE = param.latent(CHAIRS, style=codes.normal(5), view=codes.normal(2))


def random(seed, *shape, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


@given(numbers, st.integers(2, 9), st.sampled_from([torch.float32, torch.float64]))
def test_walks_hit_both_ends_to_the_bit(seed, n, dtype):
    a, b = random(seed, 2, 3, dtype=dtype), random(seed + 1, 2, 3, dtype=dtype)
    for way in (param.lerp, param.slerp):
        codes_ = way(a, b, n)
        assert codes_.shape == (n, 2, 3)
        assert codes_.dtype == dtype
        assert torch.equal(codes_[0], a)
        assert torch.equal(codes_[-1], b)


@given(numbers, st.integers(2, 5), st.integers(2, 9))
def test_slerp_is_scipys_on_the_unit_sphere(seed, size, n):
    a, b = (x / x.norm() for x in (random(seed, size), random(seed + 1, size)))
    assume(float(a @ b) > -0.999)
    expected = geometric_slerp(a.numpy(), b.numpy(), np.linspace(0, 1, n))
    assert_close(param.slerp(a, b, n), torch.from_numpy(expected), atol=1e-9, rtol=0)


@given(numbers, st.floats(0.01, 100))
def test_slerp_keeps_the_norm(seed, radius):
    a, b = (radius * x / x.norm() for x in (random(seed, 8), random(seed + 1, 8)))
    assert bool(((param.slerp(a, b, 9).norm(dim=1) / radius - 1).abs() < 1e-15).all())
    lengths = param.slerp(a, 3 * b, 5).norm(dim=1) / radius
    assert_close(lengths, torch.linspace(1, 3, 5, dtype=torch.float64))


@given(numbers, st.floats(1e-12, 1))
def test_slerp_of_near_codes_is_nearly_straight(seed, distance):
    a, b = random(seed, 6), random(seed + 1, 6)
    b = a + distance * 1e-6 * b
    assert_close(param.slerp(a, b, 5), param.lerp(a, b, 5), atol=1e-11, rtol=0)
    assert torch.equal(param.slerp(a, a, 3)[1], param.slerp(a, a, 5)[2])


def test_a_quarter_turn():
    a, b = torch.tensor([2.0, 0.0]), torch.tensor([0.0, 2.0])
    angles = torch.tensor([0, 30, 60, 90]) * math.pi / 180
    assert_close(param.slerp(a, b, 4), 2 * torch.stack([angles.cos(), angles.sin()], 1))


@pytest.mark.parametrize("how", ["lerp", "slerp"])
def test_a_walk_begins_and_ends_with_the_pictures_of_its_codes(how):
    a, b = random(0, 4), random(1, 4)
    pictures = param.walk(LINEAR, a, b, 5, how)
    assert pictures.shape == (5, 3, 2, 2)
    assert_close(pictures[[0, -1]], LINEAR.generator.live()(torch.stack([a, b])).detach())
    ways = {"lerp": param.lerp, "slerp": param.slerp}
    assert_close(pictures, LINEAR.decode({"code": ways[how](a, b, 5)}).detach())
    assert not pictures.requires_grad


def test_a_walk_between_shares_stays_on_the_simplex():
    a, b = torch.eye(5)[:2]
    view = torch.tensor([[0.5, 0.87]]).expand(5, 2)
    shares = param.lerp(a, b, 5)
    for how in ("lerp", "slerp"):
        assert_close(param.walk(STYLES, a, b, 5, how), CHAIRS(shares, view).detach())


def test_a_walk_of_several_inputs():
    style, view = random(0, 2, 5).float(), random(1, 2, 2).float()
    ends = [{"style": style[i], "view": view[i]} for i in range(2)]
    pictures = param.walk(FREE, *ends, n=4)
    codes_ = [param.slerp(x[0], x[1], 4) for x in (style, view)]
    assert_close(pictures, CHAIRS(*codes_).detach())
    held = FREE.at(view=view[0])
    one = param.walk(held, {"style": style[0]}, {"style": style[1]}, 3)
    assert_close(one[0], CHAIRS(style[:1], view[:1])[0].detach())
    with pytest.raises(BadArgument, match=r"no code for 'view'.*latent\(...\).at\(...\)"):
        param.walk(FREE, {"style": style[0]}, {"style": style[1]}, 3)


def test_maps_after_the_generator_are_walked_too():
    a, b = random(0, 4), random(1, 4)
    squashed = param.walk(LINEAR >> param.sigmoid(), a, b, 3)
    assert_close(squashed, param.walk(LINEAR, a, b, 3).sigmoid())


@given(numbers)
def test_the_first_affine_layer_of_a_sum(seed):
    painted = param.latent(GENERATORS[0], a=codes.normal(4), b=codes.normal(4))
    a, b, c = ({"a": random(seed + i, 4), "b": random(seed + i + 9, 4)} for i in range(3))
    mixed = {name: a[name] - b[name] + c[name] for name in a}
    h = {name: param.features(painted, code, "inner") for name, code in zip("abcm", (a, b, c, mixed), strict=True)}
    assert_close(h["a"] - h["b"] + h["c"], h["m"], atol=1e-14, rtol=0)
    together = param.combine(painted, [(1, a), (-1, b), (1, c)], at="inner")
    assert_close(together, param.combine(painted, [(1, mixed)], at="inner"), atol=1e-14, rtol=0)


def test_a_combination_runs_the_rest_of_the_generator():
    style, view = random(0, 3, 5).float(), random(1, 3, 2).float()
    parts = [(w, {"style": style[i], "view": view[i]}) for i, w in enumerate((1, -1, 1))]
    with torch.no_grad():
        deep = CHAIRS.fc5(CHAIRS.fc1(torch.cat([style, view], 1)).tanh())
        deep = (deep[0] - deep[1] + deep[2])[None]
        expected = CHAIRS.up(deep.tanh().reshape(-1, 2, 2, 2)).sigmoid()
    assert_close(param.combine(FREE, parts, at="fc5"), expected)
    assert_close(param.combine(FREE, [(1, parts[0][1])], at="fc5"), FREE.decode(FREE.state(parts[0][1])).detach())
    assert not CHAIRS.fc5._forward_hooks


def test_batches_of_codes_are_combined_row_by_row():
    a, b = random(0, 3, 4), random(1, 3, 4)
    painted = param.latent(GENERATORS[1], 4)
    both = param.combine(painted, [(0.5, a), (0.5, b)], at="inner")
    for i in range(3):
        assert_close(both[i : i + 1], param.combine(painted, [(0.5, a[i]), (0.5, b[i])], at="inner"))


class Twice(Linear):
    """A generator that calls a layer twice and has one that returns a tuple."""

    def __init__(self):
        super().__init__()
        self.again, self.pair, self.idle = torch.nn.Identity(), torch.nn.Identity(), torch.nn.Identity()

    def forward(self, z):
        return super().forward(self.pair((self.again(self.again(z)), 0))[0])


TWICE = param.latent(Twice().eval(), 4)


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: param.lerp(torch.zeros(2), torch.zeros(3), 4), ShapeMismatch, r"shapes \(2,\) and \(3,\).*one shape"),
        (lambda: param.slerp(torch.ones(2), torch.ones(2), 1), BadArgument, "n is 1"),
        (lambda: param.slerp(torch.ones(2), torch.zeros(2), 3), BadArgument, "a code of zeros.*how='lerp'"),
        (lambda: param.slerp(torch.ones(2), -torch.ones(2), 3), BadArgument, "two opposite codes.*a third code"),
        (lambda: param.walk(LINEAR, torch.ones(4), torch.ones(3), 3), ShapeMismatch, r"shape \(3,\) for 'code'"),
        (lambda: param.walk(LINEAR, torch.ones(2, 4), torch.ones(4), 3), ShapeMismatch, r"2 codes.*write codes\[0\]"),
        (lambda: param.walk(LINEAR, torch.ones(4), torch.ones(4), 3, "arc"), BadArgument, "'slerp' or 'lerp'"),
        (lambda: param.walk(param.pixel(4), torch.ones(4), torch.ones(4), 3), BadArgument, "the codes of a generator"),
        (lambda: param.combine(LINEAR, [], "fc5"), BadArgument, r"0 parts.*\[\(1, a\), \(-1, b\), \(1, c\)\]"),
        (lambda: param.combine(LINEAR, [torch.ones(4)], "fc5"), BadArgument, "pairs of a weight and a code"),
        (lambda: param.combine(TWICE, [("a", torch.ones(4))], "again"), BadArgument, "weight is 'a'"),
        (lambda: param.features(STYLES, torch.ones(5), "fc6"), UnknownLayer, "at='fc6'.*Nearest: 'fc"),
        (lambda: param.features(STYLES, torch.ones(5), "unused"), UnknownLayer, "never reaches"),
        (lambda: param.features(TWICE, torch.ones(4), "again"), AmbiguousLayer, "calls twice"),
        (lambda: param.features(TWICE, torch.ones(4), "pair"), BadArgument, "returns tuple"),
        (
            lambda: param.combine(STYLES, [(1, torch.ones(5)), (1, torch.ones(2, 5))], "fc1"),
            ShapeMismatch,
            r"features of shapes \(1, 6\), \(2, 6\)",
        ),
    ],
    ids=range(16),
)
def test_bad_input(make, kind, message):
    with pytest.raises(kind, match=message):
        make()
    for net in (CHAIRS, TWICE.generator.live()):
        assert not any(child._forward_hooks for child in net.modules())
