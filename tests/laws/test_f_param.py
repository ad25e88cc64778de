"""Group F: parameterizations (laws 47-53), for every word of the room."""

import inspect

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.testing import assert_close

from phosphene import param
from phosphene.errors import NotInvertible
from phosphene.param import Map, Param
from phosphene.testing.params import MAPS, PARAMS, photos, random_state
from phosphene.values import words

seeds = st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=4)
numbers = st.integers(0, 2**31)
bounds = st.sampled_from([(0, 1), (0.25, 0.5), (-1, 2), (0.1, 0.7), (-0.7, 0.9)])
maps = st.one_of(list(MAPS.values()))


def kinds(**promises):
    """The test for each kind that makes these promises."""
    held = [word for word, kind in PARAMS.items() if all(getattr(kind, name) == p for name, p in promises.items())]
    return pytest.mark.parametrize("kind", [PARAMS[word] for word in held], ids=held)


def random(seed, *shape, dtype=torch.float64):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def inside(p, kind, seed, batch=2):
    """A picture that `p` can paint, strictly within its range."""
    low, high = p.value_range or (-1.0, 1.0)
    return kind.shows(p, low + (high - low) * (0.01 + 0.98 * random(seed, batch, p.channels, *p.size)))


def makes(word, *classes):
    """Whether a registered word is one of these, or a function that makes one."""
    if inspect.isclass(word):
        return issubclass(word, classes)
    return inspect.isfunction(word) and word.__annotations__.get("return") in [made.__name__ for made in classes]


def test_every_word_is_in_a_table():
    here = {name: word for name, word in words.items() if word.__module__.startswith("phosphene.param")}
    assert {name for name, word in here.items() if makes(word, Param)} == set(PARAMS)
    assert {name for name, word in here.items() if makes(word, Map)} == set(MAPS)


@kinds()
@given(st.data())
def test_the_tables_tell_the_truth(kind, data):
    p = data.draw(kind.values)
    assert kind.bounded == (p.value_range is not None)
    assert kind.coupled or not p.coupled
    state = p.init([1, 2, 3])
    assert p.decode(state).shape == (3, p.channels, *p.size)
    if not kind.coupled:
        assert {len(x) for x in state.values()} == {3}


@kinds(invertible=True)
@given(st.data(), numbers)
def test_law_47_decode_undoes_encode(kind, data, seed):
    p = data.draw(kind.values)
    x = inside(p, kind, seed)
    assert_close(p.decode(p.encode(x)), x, atol=2e-6, rtol=1e-7)
    assert_close(p.decode(p.encode(x.float())), x.float(), atol=2e-4, rtol=0)


@kinds(invertible=True)
@given(st.data(), numbers)
def test_law_47_a_start_decodes_to_its_picture(kind, data, seed):
    p = data.draw(kind.values)
    low, high = p.value_range or (0, 1)
    assume(low <= 0 and high >= 1)
    x = kind.shows(p, random(seed, 1, p.channels, *p.size))
    painted = p.starting_from(x)
    assert_close(painted.decode(painted.init([1, 2], torch.float64)), x.expand(2, -1, -1, -1), atol=1e-5, rtol=0)


@kinds(invertible=False)
@given(st.data())
def test_law_47_without_an_inverse_it_is_said(kind, data):
    p = data.draw(kind.values)
    with pytest.raises(NotInvertible, match="cannot be started from a picture"):
        p.starting_from(torch.full((p.channels, *p.size), 0.5))


@kinds(invertible=True)
@given(st.data(), seeds)
def test_law_48_encoding_a_decoded_picture_keeps_it(kind, data, g):
    p = data.draw(kind.values)
    x = p.decode(p.init(g, torch.float64))
    low, high = p.value_range or (0, 1)
    assert_close(p.decode(p.encode(x)), x, atol=2e-6 * (high - low), rtol=1e-5)


@kinds()
@given(
    st.data(), numbers, st.sampled_from([0.0, 1.0, 1e3, 1e12, 1e25]), st.sampled_from([torch.float32, torch.float64])
)
def test_law_49_the_picture_lies_in_the_declared_range(kind, data, seed, strength, dtype):
    p = data.draw(kind.values)
    p = p if kind.bounded else p >> param.sigmoid()
    state = {key: 100 * strength * value for key, value in p.init([seed], dtype).items()}
    low, high = p.value_range
    for given_too in ({}, p.given([seed], 3, dtype)):
        x = p.decode({**state, **given_too})
        assert x.dtype == dtype
        assert bool(((x >= low) & (x <= high)).all())


@given(st.lists(maps, min_size=3, max_size=3), numbers)
def test_law_50_maps_are_associative(ms, seed):
    m, n, o = ms
    known = None
    for map in ms:
        assume(known is None or map.channels in (None, known))
        known = map.channels_after(known)
    left, right = (m >> n) >> o, m >> (n >> o)
    assert left == right
    assert repr(left) == repr(right)
    source = param.pixels((2, 3), channels=left.channels or 3)
    assert source >> left == source >> m >> n >> o
    z = random(seed, 1, source.channels, 2, 3)
    assert torch.equal(left.forward(z), right.forward(z))
    assert left.forward(z).shape[1] == (source >> left).channels


@pytest.mark.parametrize("word", MAPS)
@given(st.data(), numbers)
def test_law_50_every_map_has_an_inverse(word, data, seed):
    m = data.draw(MAPS[word])
    z = 4 * random(seed, 2, m.channels or 3, 4, 5) - 2
    y = m.forward(z)
    assert_close(m.forward(m.inverse(y)), y)
    if not any(isinstance(part, param.clip) for part in getattr(m, "parts", [m])):
        assert_close(m.inverse(y), z)


@given(numbers, bounds, st.sampled_from(["imagenet", photos(3)]))
def test_law_50_the_inverse_of_a_composition(seed, limits, colors):
    m, n = param.decorrelate(colors), param.sigmoid(*limits)
    z = 4 * random(seed, 2, 3, 4, 5) - 2
    assert_close((m >> n).inverse((m >> n).forward(z)), z)


@kinds(linear=True)
@given(st.data(), numbers, st.floats(-3, 3), st.floats(-3, 3))
def test_law_51_sources_are_linear(kind, data, seed, p, q):
    source = data.draw(kind.values)
    z, y = random_state(source, seed, 3), random_state(source, seed + 99, 3)
    mixed = source.decode({key: p * z[key] + q * y[key] for key in z})
    assert_close(mixed, p * source.decode(z) + q * source.decode(y))


@kinds()
@given(st.data(), seeds)
def test_law_52_growing_the_batch_changes_no_picture(kind, data, g):
    p, n = data.draw(kind.values), data.draw(st.integers(1, len(g)))
    whole, part, double = p.init(g), p.init(g[:n]), p.init(g, torch.float64)
    for key in whole:
        assert torch.equal(whole[key][: len(part[key])], part[key])
        assert_close(double[key].float(), whole[key])
    if p.coupled:
        return
    for i, seed in enumerate(g):
        alone = p.init([seed])
        assert all(torch.equal(whole[key][i : i + 1], alone[key]) for key in whole)
    for key, x in p.given(g, 5).items():
        assert_close(x[:n], p.given(g[:n], 5)[key])


@kinds(learns=True)
@given(st.data(), numbers)
def test_law_53_every_entry_learns_unless_it_is_redundant(kind, data, seed):
    p = data.draw(kind.values)
    if kind.invertible and p.value_range:
        p = p.starting_from(torch.full((p.channels, *p.size), 0.4))
    starts = p.init([seed], torch.float64).items()
    state = {key: (v + 1e-3 * random(1 + i, *v.shape)).requires_grad_() for i, (key, v) in enumerate(starts)}
    x = p.decode(state)
    x.backward(random(seed, *x.shape) + 0.1)
    redundant = p.redundant(state)
    for key, value in state.items():
        if value.numel() == 0:
            continue
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
