"""Words: how `@term` reads a function, what it refuses, and that a user's own term is like the built-in ones."""

import copy
import pickle
from fractions import Fraction
from typing import Literal

import numpy as np
import pytest
import torch
from torch import Tensor

from phosphene.errors import BadArgument, BadPicture, NameTaken, ShapeMismatch
from phosphene.language import parse
from phosphene.objectives import (
    Channel,
    Column,
    Label,
    Row,
    boundary,
    channel,
    content,
    cosine_direction,
    direction,
    expect,
    facet,
    layers,
    logit,
    lp,
    neuron,
    spatial,
    style,
    term,
    tv,
)
from phosphene.objectives.evaluate import Context
from phosphene.objectives.lower import Program
from phosphene.objectives.term import check_index
from phosphene.serialize import from_json, to_json
from phosphene.testing import activations, examples, register_example
from phosphene.transforms import jitter, resize

PHOTO = torch.full((3, 4, 4), 0.5)

REFUSED = {
    "no layer": (
        lambda: channel(),
        r"channel\(\) names no layer. a layer's name expected first. write channel\('layer', index=...\)",
    ),
    "layer is no name": (lambda: channel(3, 4), r"channel\(3, 4\) names no layer"),
    "no index": (lambda: channel("a"), r"channel\('a'\) lacks index. channel takes index"),
    "unknown": (lambda: channel("a", idx=3), r"channel\('a', idx=3\): idx. Nearest: 'index'. channel takes index"),
    "too many": (lambda: channel("a", 1, 2), r"has 2 arguments after the layer. channel takes index"),
    "twice": (lambda: channel("a", 1, index=2), "gives index twice"),
    "negative": (
        lambda: channel("a", -1),
        "channel: index is -1. an index from 0 expected. write a whole number such as 3",
    ),
    "half": (lambda: channel("a", 0.5), "channel: index is 0.5. an index from 0 expected"),
    "bool": (lambda: neuron("a", True), "neuron: index is True"),
    "label": (lambda: logit(1.5), "logit: label is 1.5"),
    "convention": (
        lambda: content("a", PHOTO, "gtys"),
        "content: convention is 'gtys'. one of 'gatys', 'mse', 'relative' expected",
    ),
    "no convention": (lambda: style("a", PHOTO), "lacks convention"),
    "number": (lambda: tv(beta="2"), "tv: beta is '2'. a finite number expected"),
    "nan": (lambda: tv(beta=float("nan")), "tv: beta is nan"),
    "none": (lambda: lp(None), "lp: p is None"),
    "integer": (lambda: boundary(width=1.5), "boundary: width is 1.5. an integer expected"),
    "tensor": (lambda: direction("a", "x"), "direction: vector is 'x'. a tensor or array of numbers expected"),
    "nan tensor": (lambda: direction("a", [float("nan")]), "a tensor with NaN or infinity in it"),
    "shown briefly": (lambda: channel("a", torch.ones(2)), r"channel: index is Tensor of shape \(2,\)"),
    "slope of draws": (
        lambda: facet("a", expect(channel("b", 0), jitter(2), 2) + 1, torch.ones(4)),
        r"facet: slope is .* views of its own.*write expect\(facet\('layer', a, ...\), transforms, n\)",
    ),
    "slope behind a view": (
        lambda: facet("a", 2 * channel("b", 0) @ resize(2), torch.ones(4)),
        r"views of its own.*or facet\('layer', a, ...\) @ view",
    ),
    "long": (lambda: channel("a", "x" * 200), r"index is 'xxx.*\.\.\. an index from 0"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what):
    attempt, message = REFUSED[what]
    with pytest.raises(BadArgument, match=message):
        attempt()


def test_one_target_picture():
    with pytest.raises(
        BadPicture, match=r"content: like is 2 pictures\. one target picture expected\. write a term for each"
    ):
        content("a", [PHOTO, PHOTO], "mse")


def test_targets_of_any_channels():
    """the run compares them with the painted picture; channels that come last are still found"""
    for channels in (1, 2, 4, 7):
        assert content("a", torch.rand(channels, 4, 5), "mse") != content("a", PHOTO, "mse")
    for channels in (1, 3, 4):
        with pytest.raises(BadPicture, match="permute"):
            content("a", torch.rand(32, 32, channels), "mse")


def test_a_term_of_the_user_is_like_the_built_in_ones():
    @term(linear=True)
    def left_half(
        activation: Tensor, *, scale: float = 1, index: Channel, mode: Literal["x", "y"] = "x", flip: bool = False
    ):
        """Mean of the left half of one channel."""
        return scale * activation[:, index, :, : activation.shape[3] // 2].flatten(1).mean(1)

    one = left_half("a", 2)
    assert repr(one) == "left_half('a', 2)"
    assert repr(left_half) == "<term left_half('layer', index=...)>"
    assert left_half.doc == "Mean of the left half of one channel."
    assert repr(left_half("a", index=np.int64(2), scale=0.5, flip=True)) == "left_half('a', 2, scale=0.5, flip=True)"
    whole = 2 * one - left_half("a", 1, scale=3) ** 2
    for again in (
        parse(repr(whole)),
        from_json(to_json(whole)),
        pickle.loads(pickle.dumps(whole)),
        copy.deepcopy(whole),
    ):
        assert again == whole
    assert pickle.loads(pickle.dumps(left_half)) is left_half
    assert one == left_half("a", index=2, scale=1.0)
    assert one != left_half("b", 2)
    assert layers(whole) == ["a"]

    register_example(one)
    assert examples(left_half) == [one]
    pair = 2 * one + channel("a", 0) - one.at(1)
    here = activations(pair)
    program = Program(pair)
    assert len(program._whole.fused) == 1
    torch.testing.assert_close(program(here, Context(3, dtype=torch.float64))[0], pair(here))


def test_examples_are_terms():
    with pytest.raises(BadArgument, match=r"as an example. a term expected"):
        register_example(2 * tv())


def test_one_meaning_for_each_name():
    def define(factor):
        if factor == 1:

            @term
            def twice_defined(activation):
                return activation.flatten(1).sum(1)
        else:

            @term
            def twice_defined(activation):
                return activation.flatten(1).mean(1)

        return twice_defined

    first = define(1)
    assert define(1)("a") == first("a")
    with pytest.raises(
        NameTaken, match=r"'twice_defined' is registered by .*one meaning for each name. choose another"
    ):
        define(2)


def test_a_signature_that_cannot_be_read():
    with pytest.raises(BadArgument, match=r"one activation, then keyword-only parameters expected. put a \*"):

        @term
        def positional(activation, index):
            return activation[:, index]


def test_a_wider_alphabet():
    @term
    def überlänge(activation, *, größe: float = 1):
        return größe * activation.flatten(1).sum(1)

    assert parse("2*überlänge('a', größe=3)") == 2 * überlänge("a", größe=3)


def test_arguments_of_every_kind():
    @term
    def kinds(
        activation, *, n: int = 0, y: Row | None = None, x: Column | None = None, c: Label = 0, v: Tensor | None = None
    ):
        return activation.flatten(1).sum(1)

    assert kinds("a", n=-3, y=None, c="cat") == kinds("a", n=np.int8(-3), c="cat")
    assert parse(repr(kinds("a", v=[1.0, 2.0]))) == kinds("a", v=np.array([1.0, 2.0], dtype=np.float32))
    assert lp(Fraction(1, 3)) == lp(1 / 3) == parse("lp(1/3)")
    assert lp(np.float32(2)) == lp(2)
    assert cosine_direction("a", [1, 2], 2, "exact").definition is cosine_direction


@pytest.mark.parametrize(
    ("one", "shape", "message"),
    [
        (
            channel("a", 4),
            (1, 4, 2, 2),
            r"channel\('a', 4\) has index 4. layer 'a' has index 0 to 3. write index=3 or less",
        ),
        (neuron("a", 0, y=2), (1, 4, 2, 3), "has y 2. layer 'a' has y 0 to 1"),
        (neuron("a", 0, x=3), (1, 4, 2, 3), "has x 3. layer 'a' has x 0 to 2"),
        (neuron("a", 0, y=0), (1, 4, 3), "no such axis. choose a layer with positions"),
        (spatial("a", [1, 1], x=0), (1, 2), "no such axis"),
    ],
)
def test_indices_beyond_their_axis(one, shape, message):
    with pytest.raises(ShapeMismatch, match=message):
        check_index(one, torch.Size(shape))


@pytest.mark.parametrize(
    ("one", "shape"),
    [(channel("a", 3), (1, 4)), (neuron("a", 3, y=1, x=2), (1, 4, 2, 3)), (neuron("a", 0, x=2), (1, 4, 3))],
)
def test_indices_within_their_axis(one, shape):
    check_index(one, torch.Size(shape))
