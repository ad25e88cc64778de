"""H. Render: the loop on a toy network, a few steps of 16 px."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import phosphene as ph
from phosphene import errors, param
from phosphene import objectives as obj
from phosphene import transforms as tf
from tests import toys

NET = toys.vision()
PAINT = param.fourier(16)
SEPARABLE = [
    obj.channel("first", 2) - 0.1 * obj.tv(),
    obj.logit("dog") * obj.channel("stem", 0) + obj.layer("second"),
    obj.expect(obj.logprob(1), tf.jitter(2), 2) - obj.l2(),
    (obj.neuron("first", 1) @ tf.center_crop(12)).map(obj.tanh),
    obj.each(obj.channel("first", 0), obj.channel("first", 1), obj.logit("cat")),
]
SUMS = [
    (obj.channel("first", 1), obj.logit("dog")),
    (obj.channel("first", 1) * 3, obj.channel("first", 4)),
    (-0.25 * obj.tv(), obj.layer("second") ** 2),
    (obj.channel("stem", 0).at(0), obj.neuron("first", 3).at(1)),
]


def paint(goal: obj.Objective, steps: int = 3, **arguments: object) -> ph.Render:
    return ph.render(NET, goal, arguments.pop("param", PAINT), steps=steps, progress=False, **arguments)


@pytest.mark.parametrize("goal", SEPARABLE, ids=repr)
def test_law_64_replay_is_bitwise(goal: obj.Objective) -> None:
    """render(...).replay().images is bitwise equal"""
    first = paint(goal, seed=5)
    again = first.replay(NET)
    assert torch.equal(first.images, again.images)
    assert torch.equal(first.scores, again.scores)


@given(st.integers(0, 2**31), st.integers(0, 2**31))
def test_law_65_seeds_matter_only_where_something_is_random(g: int, h: int) -> None:
    """with pixels from a photo and transforms=identity, all seeds agree"""
    photo = param.pixel(16).starting_from(torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(1)))
    a, b = (paint(SEPARABLE[0], 2, param=photo, transforms=tf.identity, seed=seed) for seed in (g, h))
    assert torch.equal(a.images, b.images)


@pytest.mark.parametrize("goal", SEPARABLE[:4], ids=repr)
def test_law_66_a_picture_of_a_batch_is_the_picture_alone(goal: obj.Objective) -> None:
    """for separable objectives and Adam, image i of a batch ≈ the same image rendered alone"""
    net = toys.vision(double=True)
    batch = ph.render(net, goal, PAINT, steps=4, seed=3, batch=8, precision="float64")
    for i in (0, 5, 7):
        alone = ph.render(net, goal, PAINT, steps=4, seed=3 + i, precision="float64")
        torch.testing.assert_close(batch.images[i], alone.images[0], rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("chunk", [1, 2, 3])
def test_law_66_chunks_change_nothing(chunk: int) -> None:
    """a batch in chunks ≈ the batch at once, masks included"""
    for goal in SEPARABLE:
        whole, parts = (paint(goal, batch=3, chunk=size) for size in (3, chunk))
        torch.testing.assert_close(whole.images, parts.images, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(whole.scores, parts.scores, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("a", "b"), SUMS)
def test_law_67_the_order_of_a_sum_changes_no_byte(a: obj.Objective, b: obj.Objective) -> None:
    """render(a + b) and render(b + a) are bitwise equal"""
    assert torch.equal(paint(a + b, batch=2).images, paint(b + a, batch=2).images)
    if obj.layers(a * b):
        assert torch.equal(paint(a * b, batch=2).images, paint(b * a, batch=2).images)


@pytest.mark.parametrize(("a", "b"), SUMS)
def test_law_67_equal_objectives_paint_alike(a: obj.Objective, b: obj.Objective) -> None:
    """render(a) ≈ render(b) over a few steps whenever a = b"""
    left, right = (a + b) ** 2, obj.expand((a + b) * (b + a))
    assert left == right
    torch.testing.assert_close(paint(left, batch=2).images, paint(right, batch=2).images, rtol=1e-3, atol=1e-4)


@given(st.sampled_from([0.5, 2, 7, 100]))
def test_law_67_a_positive_scale_leaves_adam_unchanged(p: float) -> None:
    """positive rescaling p*a leaves Adam's trajectory ≈ unchanged (eps aside)"""
    tiny = ph.adam(0.05, eps=1e-30)
    one, many = (paint(goal, optimizer=tiny).images for goal in (SEPARABLE[0], p * SEPARABLE[0]))
    torch.testing.assert_close(one, many, rtol=1e-3, atol=1e-4)


@given(st.integers(0, 1000), st.integers(0, 3))
def test_law_68_small_steps_on_a_linear_network_always_gain(seed: int, index: int) -> None:
    """a linear objective with pixels and small-step SGD gains score at every step"""
    source = param.pixel(12)
    run = ph.render(
        toys.linear(), obj.channel("conv", index), source, tf.identity, steps=5, optimizer=ph.sgd(0.1), seed=seed
    )
    assert (run.scores[1:] > run.scores[:-1]).all()


@given(st.integers(0, 4))
def test_law_69_the_network_comes_out_as_it_went_in(k: int) -> None:
    """steps() consumed k times, then closed, leaves the model as it was"""
    net = toys.vision()
    net.module.stem.weight.requires_grad_(False)
    before = state(net)
    frames = ph.steps(net, SEPARABLE[1], PAINT, steps=10, rules=ph.models.rules.skip_gradient())
    for _ in range(k):
        next(frames)
    frames.close()
    assert state(net) == before


def test_law_69_also_after_an_exception_in_the_middle() -> None:
    """the same where a term raises at the second step"""
    net = toys.vision()
    before = state(net)
    calls = []

    @obj.term
    def raising_in_the_middle(activation: torch.Tensor) -> torch.Tensor:
        calls.append(1)
        if len(calls) > 2:
            raise RuntimeError("in the middle")
        return activation.flatten(1).mean(1)

    with pytest.raises(errors.ShapeMismatch, match="in the middle"):
        ph.render(net, raising_in_the_middle("first"), PAINT, steps=5)
    assert state(net) == before


def state(net: ph.Vision) -> tuple[object, ...]:
    """Everything about a network that a run could change."""
    module = net.module
    return (
        net.digest(),
        [(name, p.requires_grad, p.grad, p.stride()) for name, p in module.named_parameters()],
        [
            (name, child.training, len(child._forward_hooks), len(child._backward_hooks))
            for name, child in module.named_modules()
        ],
    )


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_law_70_a_saved_picture_is_the_picture(tmp_path: object, batch: int) -> None:
    """Render.load(save(r)) = r up to 8-bit quantization of the image, exact in provenance"""
    made = paint(SEPARABLE[0], batch=batch, param=param.fourier((14, 18)))
    read = ph.Render.load(made.save(f"{tmp_path}/picture.png"))
    assert read.provenance == made.provenance
    assert read.status == made.status
    assert torch.equal(read.scores, made.scores)
    assert list(read.terms) == list(made.terms)
    assert all(torch.equal(read.terms[name], made.terms[name]) for name in made.terms)
    assert (read.images - made.images).abs().max() <= 0.5 / 255 + 1e-6


@pytest.mark.parametrize("goal", SEPARABLE, ids=repr)
def test_law_39_the_record_sums_to_the_scores(goal: obj.Objective) -> None:
    """the per-term record of a render sums to its scores"""
    made = paint(goal, samples=2)
    torch.testing.assert_close(torch.stack(list(made.terms.values())).sum(0), made.scores, rtol=1e-4, atol=1e-5)


def test_law_72_samples_are_the_mean_of_their_draws() -> None:
    """batched, looped and chunked draws give the same gradient, ≈: expect(o, T, 1) under identity is o under T"""
    goal = obj.channel("first", 2)
    a, b = (
        paint(obj.expect(goal, tf.jitter(2), n), transforms=tf.identity, batch=4, chunk=c) for n, c in ((3, 4), (3, 1))
    )
    torch.testing.assert_close(a.images, b.images, rtol=1e-4, atol=1e-5)


def test_law_73_a_named_network_is_the_network() -> None:
    """o prefixed for model "m" and rendered with {"m": net} equals o rendered with net, bitwise"""
    plain = paint(obj.channel("first", 2) - obj.tv())
    named = ph.render({"m": NET}, obj.channel("m:first", 2) - obj.tv(), PAINT, steps=3)
    assert torch.equal(plain.images, named.images)


def test_law_74_a_rule_leaves_network_and_scores_alone() -> None:
    """the report counts the calls; the first score is that of the unchanged network; other pictures come out"""
    before = NET.digest()
    ruled = paint(SEPARABLE[1], rules=ph.models.rules.skip_gradient(0.5))
    plain = paint(SEPARABLE[1])
    assert ruled.provenance["rules"] == {"": {"rules.skip_gradient()": 2}}
    assert torch.equal(ruled.scores[0], plain.scores[0])
    assert not torch.equal(ruled.images, plain.images)
    assert NET.digest() == before
