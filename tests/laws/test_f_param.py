"""Group F: parameterizations (laws 47-53)."""

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.testing import assert_close

from phosphene import param

sizes = st.tuples(st.integers(1, 9), st.integers(1, 9))
seeds = st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=4)
numbers = st.integers(0, 2**31)
bounds = st.sampled_from([(0, 1), (0.25, 0.5), (-1, 2), (0.1, 0.7), (-0.7, 0.9)])


def random(seed, *shape, dtype=torch.float64):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def photos(channels):
    return random(channels, 2, channels, 5, 7)


sources = st.one_of(
    st.builds(param.pixels, sizes, st.sampled_from([1, 3, 4]), mean=st.sampled_from([0, 0.5])),
    st.builds(param.spectrum, sizes, st.sampled_from([0, 1, 1.5]), st.sampled_from([1, 3, 4])),
)
bounded = st.one_of(
    st.builds(lambda b: param.sigmoid(*b), bounds),
    st.builds(lambda b: param.clip(*b), bounds),
)


@st.composite
def params(draw):
    """Every composition of a source, perhaps a color map, and a map that bounds the picture."""
    source, last = draw(sources), draw(bounded)
    colors = draw(st.sampled_from(["none", "measured", *["imagenet"] * (source.channels == 3)]))
    if colors == "none":
        return source >> last
    return source >> param.decorrelate(photos(source.channels) if colors == "measured" else colors) >> last


def inside(p, seed, batch=2):
    """A picture strictly within the range of `p`."""
    low, high = p.value_range or (-1.0, 1.0)
    return low + (high - low) * (0.01 + 0.98 * random(seed, batch, p.channels, *p.size))


@given(params(), numbers)
def test_law_47_decode_undoes_encode(p, seed):
    x = inside(p, seed)
    assert_close(p.decode(p.encode(x)), x)
    assert_close(p.decode(p.encode(x.float())), x.float(), atol=2e-4, rtol=0)


@given(params(), numbers)
def test_law_47_a_start_decodes_to_its_picture(p, seed):
    low, high = p.value_range
    assume(low <= 0 and high >= 1)
    x = random(seed, 1, p.channels, *p.size)
    painted = p.starting_from(x)
    assert_close(painted.decode(painted.init([1, 2], torch.float64)), x.expand(2, -1, -1, -1), atol=1e-5, rtol=0)


@given(params(), seeds)
def test_law_48_encoding_a_decoded_picture_keeps_it(p, g):
    x = p.decode(p.init(g, torch.float64))
    low, high = p.value_range
    assert_close(p.decode(p.encode(x)), x, atol=2e-6 * (high - low), rtol=1e-5)


@given(params(), numbers, st.sampled_from([0.0, 1.0, 1e3, 1e12, 1e25]), st.sampled_from([torch.float32, torch.float64]))
def test_law_49_the_picture_lies_in_the_declared_range(p, seed, strength, dtype):
    state = {key: 100 * strength * value for key, value in p.init([seed], dtype).items()}
    low, high = p.value_range
    x = p.decode(state)
    assert x.dtype == dtype
    assert bool(((x >= low) & (x <= high)).all())


@given(st.lists(st.one_of(bounded, st.just(param.decorrelate("imagenet"))), min_size=3, max_size=3), numbers)
def test_law_50_maps_are_associative(ms, seed):
    m, n, o = ms
    left, right = (m >> n) >> o, m >> (n >> o)
    assert left == right
    assert repr(left) == repr(right)
    source = param.pixels((2, 3))
    assert source >> left == source >> m >> n >> o
    z = random(seed, 1, 3, 2, 3)
    assert torch.equal(left.forward(z), right.forward(z))


@given(numbers, bounds, st.sampled_from(["imagenet", photos(3)]))
def test_law_50_the_inverse_of_a_composition(seed, limits, colors):
    m, n = param.decorrelate(colors), param.sigmoid(*limits)
    z = 4 * random(seed, 2, 3, 4, 5) - 2
    assert_close((m >> n).inverse((m >> n).forward(z)), z)


@given(sources, numbers, st.floats(-3, 3), st.floats(-3, 3))
def test_law_51_sources_are_linear(source, seed, p, q):
    shape = next(iter(source.init([0]).values())).shape
    (key,) = source.init([0])
    z, y = random(seed, *shape) - 0.5, random(seed + 1, *shape) - 0.5
    mixed = source.decode({key: p * z + q * y})
    assert_close(mixed, p * source.decode({key: z}) + q * source.decode({key: y}))


@given(st.one_of(sources, params()), seeds, st.data())
def test_law_52_growing_the_batch_changes_no_picture(p, g, data):
    n = data.draw(st.integers(1, len(g)))
    whole, part = p.init(g), p.init(g[:n])
    for key in whole:
        assert torch.equal(whole[key][:n], part[key])
        for i, seed in enumerate(g):
            assert torch.equal(whole[key][i : i + 1], p.init([seed])[key])
    double = p.init(g, torch.float64)
    for key in whole:
        assert_close(double[key].float(), whole[key])


@given(st.one_of(sources, params()), numbers)
def test_law_53_every_entry_learns_unless_it_is_redundant(p, seed):
    p = p.starting_from(torch.full((p.channels, *p.size), 0.4)) if p.value_range else p
    state = {key: (v + 1e-3 * random(1, *v.shape)).requires_grad_() for key, v in p.init([seed], torch.float64).items()}
    x = p.decode(state)
    x.backward(random(seed, *x.shape) + 0.1)
    redundant = p.redundant(state)
    for key, value in state.items():
        assert bool(torch.isfinite(value.grad).all())
        dead = redundant.get(key, torch.zeros_like(value, dtype=torch.bool))
        assert bool((value.grad[dead].abs() < 1e-12).all())
        assert bool((value.grad[~dead] != 0).all())


@pytest.mark.parametrize("push", [-1.0, 1.0])
@given(st.floats(-1, 2))
def test_law_53_a_clipped_value_can_come_back(push, z):
    x = torch.tensor([z], dtype=torch.float64, requires_grad=True)
    (push * param.clip().forward(x)).backward()
    step = -push
    outward = (z >= 1 and step > 0) or (z <= 0 and step < 0)
    assert x.grad.item() == (0 if outward else push)
