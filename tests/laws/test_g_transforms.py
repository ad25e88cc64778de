"""Group G: transforms (laws 54-63), for every word of the room."""

import pickle
from collections import Counter

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from phosphene import objectives as obj
from phosphene import transforms as tf
from phosphene.objectives.evaluate import Context
from phosphene.objectives.lower import Program
from phosphene.render.views import Views
from phosphene.render.ways import Draws
from phosphene.seeds import stream
from phosphene.testing import TRANSFORMS, transforms
from phosphene.values import words
from tests import toys

numbers = st.integers(0, 2**31)
sizes = st.tuples(st.integers(3, 10), st.integers(3, 10))
every_word = pytest.mark.parametrize("word", sorted(TRANSFORMS))
every_small_word = pytest.mark.parametrize("word", sorted(w for w, kind in TRANSFORMS.items() if not kind.large))


def pictures(seed, size, batch=3, dtype=torch.float64):
    return torch.rand(batch, 3, *size, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def streams(seed, batch=3):
    return [stream(seed, "transforms", i) for i in range(batch)]


def draws(t, size, seed, batch=3):
    return tf.draw(t, size, streams(seed, batch))


def test_every_word_is_in_the_table():
    assert sorted(TRANSFORMS) == sorted(word for word in words if word.startswith("tf."))


@given(transforms(), transforms(), transforms(), sizes, numbers)
def test_law_54_then_is_associative(s, t, u, size, seed):
    left, right = (s >> t) >> u, s >> (t >> u)
    assert left == right
    assert repr(left) == repr(right)
    assert hash(left) == hash(right)
    assert draws(left, size, seed) == draws(right, size, seed)


@given(transforms(), sizes, numbers)
def test_law_55_identity_is_the_unit_and_draws_nothing(t, size, seed):
    assert tf.identity >> t == t == t >> tf.identity
    assert draws(tf.identity >> t, size, seed) == draws(t, size, seed)
    generator = stream(seed)
    before = generator.get_state()
    x = pictures(seed, size)
    assert tf.identity(x, [generator] * 3) is x
    assert torch.equal(generator.get_state(), before)


@given(transforms(), transforms(), transforms())
def test_law_56_or_is_associative(s, t, u):
    assert (s | t) | u == s | (t | u)
    assert repr((s | t) | u) == repr(s | (t | u))


@given(transforms(), transforms(), transforms(), sizes, sizes, numbers)
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


@given(transforms(), sizes, numbers)
def test_law_57_the_seed_decides_and_nothing_else(t, size, seed):
    t = t >> tf.resize(4)
    x = pictures(seed, size)
    torch.manual_seed(1)
    first = t(x, streams(seed))
    torch.manual_seed(2)
    before = torch.get_rng_state()
    assert torch.equal(t(x, streams(seed)), first)
    assert torch.equal(torch.get_rng_state(), before)


@given(transforms(), sizes, numbers)
def test_law_58_the_draw_is_all_the_randomness(t, size, seed):
    t = t >> tf.resize(4)
    x, drawn = pictures(seed, size), draws(t, size, seed)
    assert torch.equal(t.apply(x, drawn), t.apply(x.clone(), pickle.loads(pickle.dumps(drawn))))


def plain(drawn):
    return all(map(plain, drawn)) if isinstance(drawn, tuple) else type(drawn) in (int, float, bool)


@every_word
@given(data=st.data(), size=sizes, seed=numbers)
@settings(max_examples=20)
def test_law_58_draws_are_plain_numbers(word, data, size, seed):
    t = data.draw(TRANSFORMS[word].values)
    assert all(map(plain, draws(t, size, seed)))


@given(transforms(linear=True), sizes, numbers, st.floats(-2, 2), st.floats(-2, 2))
def test_law_59_geometry_is_affine_in_the_picture(t, size, seed, p, q):
    t = t >> tf.resize(4)
    x, y, drawn = pictures(seed, size), pictures(seed + 1, size), draws(t, size, seed)
    fill = t.apply(torch.zeros_like(x), drawn)  # zero where nothing constant enters
    mixed = t.apply(p * x + q * y, drawn)
    assert_close(mixed - fill, p * (t.apply(x, drawn) - fill) + q * (t.apply(y, drawn) - fill), atol=1e-9, rtol=0)


@given(transforms(), sizes, numbers, st.integers(1, 3), st.sampled_from([torch.float32, torch.float64]))
def test_law_60_the_batch_changes_no_picture(t, size, seed, n, dtype):
    t = t >> tf.resize(4)
    x = pictures(seed, size, dtype=dtype)
    whole = t(x, streams(seed))
    assert whole.dtype == dtype
    assert torch.equal(whole[:n], t(x[:n], streams(seed, n)))


@every_word
@given(data=st.data(), size=sizes, seed=numbers, dtype=st.sampled_from([torch.float32, torch.float64]))
@settings(max_examples=10)
def test_law_60_word_by_word_with_its_gradient(word, data, size, seed, dtype):
    t = data.draw(TRANSFORMS[word].values) >> tf.resize(9)
    x = pictures(seed, size, dtype=dtype).requires_grad_()
    together = t(x, streams(seed))
    alone = t(x[1:2], [streams(seed)[1]])
    assert together.shape == (3, 3, 9, 9)
    assert torch.equal(together[1:2], alone)
    weight = pictures(seed + 1, (9, 9), dtype=dtype)
    (whole,) = torch.autograd.grad((together * weight).sum(), x)
    (one,) = torch.autograd.grad((alone * weight[1:2]).sum(), x)
    assert torch.isfinite(whole).all()
    assert torch.equal(whole[1], one[1])


nothings = st.sampled_from([t for kind in TRANSFORMS.values() for t in kind.nothing])


@given(st.lists(nothings, min_size=1, max_size=4), sizes, numbers)
def test_law_61_zero_strength_is_the_identity(nothing, size, seed):
    t = tf.identity
    for part in nothing:
        t = t >> part
    x = pictures(seed, size)
    assert t(x, streams(seed)) is x
    assert t.deterministic


def constants_of(t):
    return "fill=0" in repr(t).replace("fill=0.5", "")


@given(transforms(moves=True), sizes, numbers)
def test_law_62_constants_survive_geometry(t, size, seed):
    assume(not constants_of(t))  # where no other constant enters
    t = t >> tf.resize(4)
    grey = torch.full((3, 3, *size), 0.5, dtype=torch.float64)
    assert_close(t(grey, streams(seed)), torch.full((3, 3, 4, 4), 0.5, dtype=torch.float64))


@given(st.floats(-40, 40), st.floats(0.8, 1.25), st.floats(0, 3))
def test_law_63_there_and_back(angle, factor, phase):
    y, x = torch.meshgrid(*[torch.linspace(0, 1.5, 24, dtype=torch.float64)] * 2, indexing="ij")
    smooth = (x + 0.5 * y + phase).sin()[None, None]
    for there, back in [
        (tf.rotate(angle), tf.rotate(-angle)),
        (tf.scale(factor), tf.scale(1 / factor)),
        (tf.shear(angle / 2), tf.shear(-angle / 2)),
    ]:
        nothing = [stream(0)]
        apart = back(there(smooth, nothing), nothing)
        assert_close(apart[..., 8:16, 8:16], smooth[..., 8:16, 8:16], atol=5e-3, rtol=0)
        assert_close((there >> back)(smooth, nothing), smooth, atol=1e-5, rtol=0)


@given(sizes, st.integers(-12, 12), st.integers(-12, 12), numbers)
def test_law_63_there_and_back_exactly(size, right, down, seed):
    x = pictures(seed, size)
    for axis in ("horizontal", "vertical"):
        mirror = tf.flip(1, axis)
        assert torch.equal(mirror(mirror(x, streams(0)), streams(0)), x)
        assert (mirror >> mirror)(x, streams(0)) is x
    t = tf.jitter(12, fill="wrap")
    assert torch.equal(t.apply(t.apply(x, [(right, down)] * 3), [(-right, -down)] * 3), x)


@every_word
@given(data=st.data(), size=sizes, seed=numbers)
@settings(max_examples=20)
def test_sizes_are_those_foretold(word, data, size, seed):
    kind = TRANSFORMS[word]
    t = data.draw(kind.values)
    (drawn,) = draws(t, size, seed, 1)
    shown = t.apply(pictures(seed, size, 1), [drawn])
    assert tuple(shown.shape[-2:]) == t.after(size, drawn)
    assert tuple(shown.shape[-2:]) in t.sizes(size)
    if kind.keeps:
        assert shown.shape[-2:] == size


@every_small_word
@given(data=st.data(), seed=numbers)
@settings(max_examples=3, derandomize=True)
def test_gradients_are_those_of_finite_differences(word, data, seed):
    t = data.draw(TRANSFORMS[word].values) >> tf.resize(2)
    x = (0.05 + 0.9 * pictures(seed, (4, 5), 1)).requires_grad_()
    drawn = draws(t, (4, 5), seed, 1)
    assert torch.autograd.gradcheck(lambda x: t.apply(x, drawn), x)


windows = st.one_of(
    st.just(tf.identity),
    st.builds(tf.crop, st.integers(1, 3), st.sampled_from([None, 0.3])),
    st.builds(tf.center_crop, st.integers(1, 3)),
)


@given(st.lists(windows, min_size=1, max_size=3), st.integers(0, 3), numbers)
def test_windows_are_parts_of_the_canvas(parts, which, seed):
    t = tf.identity
    for part in sorted(parts, key=lambda p: -getattr(p, "size", 9)):
        t = t >> part
    t = [t, tf.frozen(t), t | t, t][which]
    x = pictures(seed, (6, 7), 1)
    assert t.windowed
    (drawn,) = draws(t, (6, 7), seed, 1)
    top, left, height, width = t.window((6, 7), drawn)
    assert torch.equal(x[..., top : top + height, left : left + width], t.apply(x, [drawn]))


@given(transforms(), sizes, numbers)
def test_what_has_a_window_shows_it(t, size, seed):
    (drawn,) = draws(t, size, seed, 1)
    window, x = t.window(size, drawn), pictures(seed, size, 1)
    assert window is not None or not t.windowed
    if window is not None:
        top, left, height, width = window
        assert torch.equal(x[..., top : top + height, left : left + width], t.apply(x, [drawn]))


@given(transforms(), sizes, numbers, st.integers(0, 9))
def test_frozen_is_one_draw_for_all(t, size, seed, own):
    still = tf.frozen(t, own)
    assert still.deterministic
    assert draws(still, size, seed) == draws(still, size, seed + 1) == [t.sample(size, stream(own, "frozen"))] * 3
    x = pictures(seed, size)[:1].expand(3, -1, -1, -1)
    shown = still(x, streams(seed))
    assert torch.equal(shown[0], shown[2])
    assert tuple(shown.shape[-2:]) == still.output_size(size)
    assert torch.equal(still.apply(x, draws(still, size, seed)), t.apply(x, draws(still, size, seed)))
    both = still >> tf.resize(3)
    assert torch.equal(both(x, streams(seed))[0], both(x, streams(seed + 1))[1])


toy = toys.vision(double=True)


@given(transforms(), numbers, st.integers(0, 5), st.integers(1, 3), st.sampled_from(["first", "image"]))
def test_the_target_goes_through_the_same_draws(t, seed, step, n, layer):
    """expect(distance to a picture, T, n) is 0 where that picture is painted, whatever T"""
    photo = pictures(seed, (16, 16), 1)
    goal = obj.expect(obj.content(layer, photo, "mse"), t, n)
    program, draws = Program(goal), Draws([seed, seed + 1], step, 0)
    views = Views({"": toy}, program.sites, tf.identity, {"": None})
    canvas = photo.expand(2, -1, -1, -1).clone().requires_grad_()
    views.capture_targets(canvas, goal)
    score = program(views.activations(canvas, draws), Context(2, dtype=torch.float64))[0]
    assert torch.equal(score, torch.zeros(2, dtype=torch.float64))


def test_a_target_that_was_drawn_otherwise_is_another():
    photo = pictures(1, (16, 16), 1)
    goal = obj.expect(obj.content("image", photo, "mse"), tf.jitter(5), 1)
    (painted, target) = sorted(Program(goal).sites, key=lambda site: site.picture is not None)
    views = Views({"": toy}, [painted, target], tf.identity, {"": None})
    canvas = photo.expand(2, -1, -1, -1)
    here, later = (views.activations(canvas, Draws([1, 2], step, 0)) for step in (0, 1))
    assert torch.equal(here[painted], here[target])
    assert not torch.equal(here[painted], later[target])
