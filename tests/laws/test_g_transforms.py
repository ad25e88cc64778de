"""Group G: transforms (laws 54-63)."""

import pickle
from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from phosphene import transforms as tf
from phosphene.seeds import stream

fills = st.sampled_from([None, 0, 0.5, "reflect", "edge"])
declared = st.sampled_from([0, 0.5, "reflect", "edge"])
numbers = st.integers(0, 2**31)
sizes = st.tuples(st.integers(3, 10), st.integers(3, 10))

keep_size = st.one_of(
    st.just(tf.identity),
    st.builds(tf.jitter, st.integers(0, 3), fills),
    st.builds(
        lambda a, b, log, fill: tf.scale(min(a, b), max(a, b), log, fill),
        st.floats(0.3, 2),
        st.floats(0.3, 2),
        st.booleans(),
        fills,
    ),
    st.builds(lambda a, fill: tf.rotate(-a, a, fill), st.integers(0, 180), fills),
    st.builds(lambda many: tf.rotate(tuple(many)), st.lists(st.integers(-90, 90), min_size=1, max_size=4)),
)
geometric = st.one_of(
    keep_size,
    st.builds(tf.pad, st.integers(0, 3), declared),
    st.builds(lambda n: tf.pad(n) >> tf.crop(n), st.integers(1, 4)),
    st.builds(tf.resize, sizes),
    st.builds(tf.roam, st.integers(2, 8)),
)
leaves = st.one_of(geometric, st.builds(tf.noise, st.sampled_from([0, 0.1])))


def grow(inner):
    """Sequences, and choices that end at one size."""
    return st.one_of(
        st.builds(lambda s, t: s >> t, inner, inner),
        st.builds(lambda s, t, size: (s | t) >> tf.resize(size), inner, inner, sizes),
    )


transforms = st.recursive(leaves, grow, max_leaves=5)
geometry = st.recursive(geometric, grow, max_leaves=5)


def pictures(seed, size, batch=3, dtype=torch.float64):
    return torch.rand(batch, 2, *size, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def streams(seed, batch=3):
    return [stream(seed, "transforms", i) for i in range(batch)]


def draws(t, size, seed, batch=3):
    return tf.draw(t, size, streams(seed, batch))


@given(transforms, transforms, transforms, sizes, numbers)
def test_law_54_then_is_associative(s, t, u, size, seed):
    left, right = (s >> t) >> u, s >> (t >> u)
    assert left == right
    assert repr(left) == repr(right)
    assert hash(left) == hash(right)
    assert draws(left, size, seed) == draws(right, size, seed)


@given(transforms, sizes, numbers)
def test_law_55_identity_is_the_unit_and_draws_nothing(t, size, seed):
    assert tf.identity >> t == t == t >> tf.identity
    assert draws(tf.identity >> t, size, seed) == draws(t, size, seed)
    generator = stream(seed)
    before = generator.get_state()
    x = pictures(seed, size)
    assert tf.identity(x, [generator] * 3) is x
    assert torch.equal(generator.get_state(), before)


@given(transforms, transforms, transforms)
def test_law_56_or_is_associative(s, t, u):
    assert (s | t) | u == s | (t | u)
    assert repr((s | t) | u) == repr(s | (t | u))


@given(transforms, transforms, transforms, sizes, sizes, numbers)
def test_law_56_then_distributes_over_or(s, t, u, size, last, seed):
    u = u >> tf.resize(last)
    x = pictures(seed, size)
    together, apart = ((s | t) >> u), (s >> u) | (t >> u)
    if (s | t).parts == (s, t):  # with choices inside, alternatives are counted otherwise
        assert torch.equal(together(x, streams(seed)), apart(x, streams(seed)))


def test_law_56_all_alternatives_are_as_likely():
    t = (tf.noise(1) | tf.noise(2)) | tf.noise(3)
    count = Counter(which for which, _ in draws(t, (4, 4), 7, batch=3000))
    assert sorted(count) == [0, 1, 2]
    assert all(abs(n - 1000) < 100 for n in count.values())  # four standard errors


@given(transforms, sizes, numbers)
def test_law_57_the_seed_decides_and_nothing_else(t, size, seed):
    t = t >> tf.resize(4)
    x = pictures(seed, size)
    torch.manual_seed(1)
    first = t(x, streams(seed))
    torch.manual_seed(2)
    before = torch.get_rng_state()
    assert torch.equal(t(x, streams(seed)), first)
    assert torch.equal(torch.get_rng_state(), before)


@given(transforms, sizes, numbers)
def test_law_58_the_draw_is_all_the_randomness(t, size, seed):
    t = t >> tf.resize(4)
    x, drawn = pictures(seed, size), draws(t, size, seed)
    assert torch.equal(t.apply(x, drawn), t.apply(x.clone(), pickle.loads(pickle.dumps(drawn))))


@given(geometry, sizes, numbers, st.floats(-2, 2), st.floats(-2, 2))
def test_law_59_geometry_is_affine_in_the_picture(t, size, seed, p, q):
    t = t >> tf.resize(4)
    x, y, drawn = pictures(seed, size), pictures(seed + 1, size), draws(t, size, seed)
    fill = t.apply(torch.zeros_like(x), drawn)  # zero where nothing constant enters
    mixed = t.apply(p * x + q * y, drawn)
    assert_close(mixed - fill, p * (t.apply(x, drawn) - fill) + q * (t.apply(y, drawn) - fill), atol=1e-9, rtol=0)


@given(transforms, sizes, numbers, st.integers(1, 3), st.sampled_from([torch.float32, torch.float64]))
def test_law_60_the_batch_changes_no_picture(t, size, seed, n, dtype):
    t = t >> tf.resize(4)
    x = pictures(seed, size, dtype=dtype)
    whole = t(x, streams(seed))
    assert whole.dtype == dtype
    assert torch.equal(whole[:n], t(x[:n], streams(seed, n)))


@given(
    st.lists(
        st.sampled_from(
            [tf.jitter(0), tf.scale(1, 1), tf.rotate(0), tf.rotate(360), tf.noise(0), tf.pad(0), tf.scale((1,))]
        ),
        min_size=1,
        max_size=4,
    ),
    sizes,
    numbers,
)
def test_law_61_zero_strength_is_the_identity(nothing, size, seed):
    t = tf.identity
    for part in nothing:
        t = t >> part
    x = pictures(seed, size)
    assert t(x, streams(seed)) is x
    assert t.deterministic


@given(geometry, sizes, numbers)
def test_law_62_constants_survive_geometry(t, size, seed):
    t = t >> tf.resize(4)
    grey = torch.full((3, 2, *size), 0.5, dtype=torch.float64)
    if "fill=0" not in repr(t).replace("fill=0.5", ""):  # where no other constant enters
        assert_close(t(grey, streams(seed)), torch.full((3, 2, 4, 4), 0.5, dtype=torch.float64))


@given(st.floats(-40, 40), st.floats(0.8, 1.25), st.floats(0, 3))
def test_law_63_there_and_back(angle, factor, phase):
    y, x = torch.meshgrid(*[torch.linspace(0, 1.5, 24, dtype=torch.float64)] * 2, indexing="ij")
    smooth = (x + 0.5 * y + phase).sin()[None, None]
    for there, back in [(tf.rotate(angle), tf.rotate(-angle)), (tf.scale(factor), tf.scale(1 / factor))]:
        nothing = [stream(0)]
        apart = back(there(smooth, nothing), nothing)
        assert_close(apart[..., 8:16, 8:16], smooth[..., 8:16, 8:16], atol=5e-3, rtol=0)
        assert_close((there >> back)(smooth, nothing), smooth, atol=1e-5, rtol=0)


@pytest.mark.parametrize("t", [tf.standard, tf.lucid, tf.wide])
def test_presets_keep_the_laws_of_prefix_and_replay(t):
    t = t >> tf.resize(12)
    x = pictures(3, (20, 17), dtype=torch.float32)
    whole = t(x, streams(5))
    assert torch.equal(whole[:1], t(x[:1], streams(5, 1)))
    assert torch.equal(whole, t(x, streams(5)))
