import numpy as np
import pytest
import scipy.optimize
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from phosphene.errors import BadArgument, ShapeMismatch
from phosphene.param import codes
from phosphene.param.simplex import project_simplex, project_step
from phosphene.testing.params_networks import KINDS, free_codes
from phosphene.values import tensor

numbers = st.integers(0, 2**31)


def random(seed, *shape, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def inside(code, z):
    """How far a code is from what is allowed."""
    if isinstance(code, codes.simplex):
        return max(float((-z).clamp_min(0).max()), float((z.sum(1) - 1).abs().max()))
    if isinstance(code, codes.sphere):
        radius = np.sqrt(z[0].numel()) if code.radius is None else code.radius
        return float((z.flatten(1).norm(dim=1) / radius - 1).abs().max())
    if isinstance(code, codes.interval):
        low, high = code.bounds(z.dtype, "cpu")
        return float(torch.maximum(low - z, z - high).clamp_min(0).max())
    return 0.0


@given(free_codes(), numbers, st.sampled_from([0.0, 1e-30, 1.0, 1e3, 1e12, 1e30]))
def test_every_state_is_an_allowed_code(code, seed, strength):
    for dtype in (torch.float32, torch.float64):
        z = code.forward(strength * random(seed, 3, 4, dtype=dtype))
        assert z.shape == (3, 4)
        assert bool(torch.isfinite(z).all())
        assert inside(code, z) <= 8 * torch.finfo(dtype).eps


@given(free_codes(), numbers)
def test_an_allowed_code_is_its_own_state(code, seed):
    z = code.forward(random(seed, 3, 4))
    assert_close(code.forward(z), z, atol=1e-15, rtol=1e-15)


@given(free_codes(), st.lists(numbers, min_size=1, max_size=4), st.data())
def test_starts_grow_with_the_batch(code, seeds, data):
    n = data.draw(st.integers(1, len(seeds)))
    whole = code.init(seeds, "a", torch.float32, "cpu")
    assert torch.equal(whole[:n], code.init(seeds[:n], "a", torch.float32, "cpu"))
    assert not torch.equal(whole, code.init(seeds, "b", torch.float32, "cpu"))
    assert_close(code.init(seeds, "a", torch.float64, "cpu").float(), whole)


@given(numbers, st.integers(2, 7), st.sampled_from([0.1, 1, 10]))
def test_the_simplex_is_the_nearest_point_by_its_kkt_conditions(seed, n, strength):
    z = strength * random(seed, n)
    p = project_simplex(z[None])[0]
    # p = z - threshold where p > 0, and z <= threshold elsewhere: necessary and sufficient for a convex problem.
    threshold = (z - p)[p > 0].mean()
    assert_close((z - p)[p > 0], threshold.expand(int((p > 0).sum())), atol=1e-14, rtol=1e-14)
    assert bool((z[p == 0] <= threshold + 1e-14).all())
    assert abs(float(p.sum()) - 1) < 1e-14


@given(numbers, st.integers(2, 6), st.data())
def test_a_step_on_the_simplex_is_scipys_solution(seed, n, data):
    zeros = data.draw(st.sets(st.integers(0, n - 1), max_size=n - 1))
    shares, step = torch.ones(n, dtype=torch.float64), random(seed, n)
    shares[list(zeros)] = 0
    found = project_step((shares / shares.sum())[None], step[None])[0]
    best = scipy.optimize.minimize(
        lambda d: ((d - step.numpy()) ** 2).sum() / 2,
        np.zeros(n),
        jac=lambda d: d - step.numpy(),
        bounds=[(0, None) if i in zeros else (None, None) for i in range(n)],
        constraints={"type": "eq", "fun": lambda d: d.sum(), "jac": lambda d: np.ones(n)},
        options={"ftol": 1e-14},
    )
    assert_close(found, torch.from_numpy(best.x), atol=1e-5, rtol=0)


def test_inside_the_simplex_the_gradient_is_the_true_one():
    z = torch.tensor([[0.2, 0.5, 0.3]], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(codes.simplex(3).forward, (z,))
    z = random(1, 2, 4).requires_grad_()
    assert torch.autograd.gradcheck(codes.sphere(4, 2).forward, (z,))


def test_a_share_at_zero_comes_back():
    code, z = codes.simplex(3), torch.tensor([[1.0, 0.0, -0.5]])
    for _ in range(60):
        z = z.requires_grad_()
        (gradient,) = torch.autograd.grad(-code.forward(z)[0, 2], z)
        z = z.detach() - 0.1 * gradient
    assert_close(code.forward(z), torch.tensor([[0.0, 0.0, 1.0]]))


def test_bounds_for_each_entry():
    high = torch.tensor([1.0, 2.0])
    code = codes.interval(2, 0, high)
    assert isinstance(code.high, tensor)
    assert code == codes.interval((2,), 0, high.clone())
    x = torch.tensor([[5.0, 5.0]], requires_grad=True)
    code.forward(x).sum().backward()
    assert torch.equal(code.forward(x.detach()), high[None])
    assert torch.equal(x.grad, torch.ones(1, 2))
    start = code.init(range(200), "z", torch.float64, "cpu")
    assert_close(start.mean(0), high.double() / 2, atol=0.15, rtol=0)


def test_frozen_values():
    for given_ in (0.5, (0.5, -1), ((1, 2), (3, 4)), [0.5, 1], np.ones(3), torch.ones(2, 2)):
        code = codes.frozen(given_)
        assert code.values(3, torch.float64, "cpu").shape == (3, *code.shape)
        assert code.values(3, torch.float64, "cpu").dtype == torch.float64
        assert hash(code) == hash(codes.frozen(given_))
    assert codes.frozen(torch.tensor(7)).values(2, torch.float32, "cpu").tolist() == [7, 7]
    assert codes.frozen(torch.tensor(7)).values(2, torch.float32, "cpu").dtype == torch.int64
    assert repr(codes.frozen((0.5, 0.87))) == "param.codes.frozen((0.5, 0.87))"


def test_kinds_print():
    assert repr(codes.simplex(809)) == "param.codes.simplex(809)"
    assert repr(codes.normal(4, sd=0.5)) == "param.codes.normal((4,), sd=0.5)"
    assert repr(codes.sphere((2, 3), radius=1)) == "param.codes.sphere((2, 3), radius=1)"
    assert repr(codes.interval(4)) == "param.codes.interval((4,))"
    assert set(KINDS) == {f"param.codes.{name}" for name in ("normal", "simplex", "sphere", "interval", "frozen")}


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: codes.normal(0), BadArgument, r"shape is 0.*without the batch.*write \(128,\)"),
        (lambda: codes.normal("x"), BadArgument, "shape is 'x'"),
        (lambda: codes.normal(4, sd=-1), BadArgument, "sd is -1"),
        (lambda: codes.simplex(1), BadArgument, "n is 1"),
        (lambda: codes.sphere(1), BadArgument, "a code of one number"),
        (lambda: codes.sphere(4, radius=0), BadArgument, "radius is 0"),
        (lambda: codes.interval(4, 1, 0), BadArgument, "the lower bound first"),
        (lambda: codes.interval(4, 0, torch.rand(3)), ShapeMismatch, r"high has shape \(3,\).*\(4,\)"),
        (lambda: codes.interval(4, "low"), BadArgument, "low is 'low'"),
        (lambda: codes.frozen("x"), BadArgument, "a finite number, a tuple"),
        (lambda: codes.frozen(((1, 2), (3,))), BadArgument, "a finite number, a tuple"),
        (lambda: codes.frozen(float("nan")), BadArgument, "a finite number"),
        (lambda: codes.frozen(()), BadArgument, "a finite number"),
    ],
    ids=range(13),
)
def test_kinds_that_are_none(make, kind, message):
    with pytest.raises(kind, match=message):
        make()
