"""Strategies for transforms, word by word, with what each of them promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .. import transforms as tf
from ..transforms import Transform
from ._hypothesis import Strategy, st


@dataclass(frozen=True)
class Effect:
    """One word: its values, and which laws hold for them.

    moves: pixels move and keep their values, apart from what enters as fill. linear: affine in the picture. keeps: the
    size stays. nothing: values of zero strength. large: views of more pixels than a property should look at.
    """

    values: Strategy[Transform]
    moves: bool = False
    linear: bool = True
    keeps: bool = True
    nothing: tuple[Transform, ...] = ()
    large: bool = False


_fills = st.sampled_from([None, 0, 0.5, "reflect", "edge", "wrap"])
_declared = st.sampled_from([0, 0.5, "reflect", "edge", "wrap"])
_sizes = st.one_of(st.integers(2, 8), st.tuples(st.integers(2, 8), st.integers(2, 8)))
_spreads = st.sampled_from([None, 0.15, 0.3])


def _between(least: float, most: float) -> Strategy[tuple[float, float]]:
    """Two numbers, the smaller one first."""
    number = st.floats(least, most, allow_nan=False).map(lambda n: round(n, 3))
    return st.tuples(number, number).map(lambda both: (min(both), max(both)))


def _ranged(word: Callable[..., Transform], least: float, most: float, *others: Strategy[Any]) -> Strategy[Transform]:
    """One number, a range, or choices."""
    numbers = st.floats(least, most, allow_nan=False).map(lambda n: round(n, 3))
    between = st.builds(lambda ends, *rest: word(*ends, *rest), _between(least, most), *others)
    choices = st.builds(lambda n: word(tuple(n)), st.lists(numbers, min_size=1, max_size=4))
    return st.one_of(between, choices, st.builds(word, numbers))


_crop = st.builds(lambda n, spread: tf.pad(n) >> tf.crop(n, spread), st.integers(1, 4), _spreads)
_center_crop = st.builds(
    lambda n, more: tf.pad(n) >> tf.center_crop((n, n + more)), st.integers(1, 4), st.integers(0, 2)
)
_crops = st.builds(
    lambda ends, **others: tf.crops(low=ends[0], high=ends[1], **others),
    _between(0.2, 1.3),
    size=_sizes,
    normal=st.sampled_from([None, (0.5, 0.1)]),
    spread=_spreads,
    inside=st.booleans(),
    fill=_fills,
)
_roam = st.builds(tf.roam, _sizes, angle=st.sampled_from([0, 10, 180]), fill=_fills)
_nothing_much: Strategy[Transform] = st.sampled_from([tf.jitter(1), tf.rotate(-9, 9), tf.noise(0.1), tf.identity])
_sequence = st.builds(lambda a, b: a >> b, _nothing_much, _nothing_much)
_choice = st.builds(lambda a, b: a | b, _nothing_much, _nothing_much)
_frozen = st.builds(tf.frozen, _nothing_much | _crop | _sequence | _choice, st.integers(0, 9))

TRANSFORMS: dict[str, Effect] = {
    "tf.identity": Effect(st.just(tf.identity), moves=True, nothing=(tf.identity,)),
    "tf.pad": Effect(st.builds(tf.pad, st.integers(0, 3), _declared), moves=True, keeps=False, nothing=(tf.pad(0),)),
    "tf.jitter": Effect(st.builds(tf.jitter, st.integers(0, 3), _fills), moves=True, nothing=(tf.jitter(0),)),
    "tf.translate": Effect(
        st.builds(tf.translate, st.sampled_from([0.1, 0.5]), _fills), moves=True, nothing=(tf.translate(0),)
    ),
    "tf.flip": Effect(
        st.builds(tf.flip, st.sampled_from([0, 0.5, 1]), st.sampled_from(["horizontal", "vertical"])),
        moves=True,
        nothing=(tf.flip(0),),
    ),
    "tf.scale": Effect(
        _ranged(tf.scale, 0.3, 2, st.booleans(), _fills), moves=True, nothing=(tf.scale(1, 1), tf.scale((1,)))
    ),
    "tf.rotate": Effect(_ranged(tf.rotate, -180, 180, _fills), moves=True, nothing=(tf.rotate(0), tf.rotate(360))),
    "tf.shear": Effect(_ranged(tf.shear, -60, 60, _fills), moves=True, nothing=(tf.shear(0),)),
    "tf.place": Effect(_ranged(tf.place, 0.4, 2, _fills), moves=True, nothing=(tf.place(1),)),
    "tf.perspective": Effect(
        st.builds(tf.perspective, st.sampled_from([0, 0.1, 0.49]), _fills), moves=True, nothing=(tf.perspective(0),)
    ),
    "tf.elastic": Effect(
        st.builds(tf.elastic, st.sampled_from([0, 0.5, 3]), st.sampled_from([0, 1, 4]), _fills),
        moves=True,
        nothing=(tf.elastic(0, 1),),
    ),
    "tf.crop": Effect(_crop, moves=True, keeps=False),
    "tf.center_crop": Effect(_center_crop, moves=True, keeps=False),
    "tf.resize": Effect(st.builds(tf.resize, _sizes), moves=True, keeps=False),
    "tf.crops": Effect(_crops, moves=True, keeps=False),
    "tf.roam": Effect(_roam, moves=True, keeps=False),
    "tf.blur": Effect(_ranged(tf.blur, 0, 2), nothing=(tf.blur(0),)),
    "tf.brightness": Effect(_ranged(tf.brightness, -0.5, 0.5), nothing=(tf.brightness(0),)),
    "tf.contrast": Effect(_ranged(tf.contrast, 0, 2), nothing=(tf.contrast(1),)),
    "tf.saturation": Effect(_ranged(tf.saturation, 0, 2), nothing=(tf.saturation(1),)),
    "tf.hue": Effect(_ranged(tf.hue, -180, 180), nothing=(tf.hue(0),)),
    "tf.gamma": Effect(_ranged(tf.gamma, 0.4, 2.5), linear=False, nothing=(tf.gamma(1),)),
    "tf.printing": Effect(
        st.builds(tf.printing, st.sampled_from([0, 0.15]), _between(0.5, 2)), nothing=(tf.printing(0, 1, 0, 1),)
    ),
    "tf.noise": Effect(_ranged(tf.noise, 0, 0.2), nothing=(tf.noise(0),)),
    "tf.uniform_noise": Effect(_ranged(tf.uniform_noise, 0, 0.2), nothing=(tf.uniform_noise(0),)),
    "tf.dropout": Effect(
        _ranged(tf.dropout, 0, 1, st.integers(1, 3), st.sampled_from([0, 0.5])), nothing=(tf.dropout(0),)
    ),
    "tf.globe": Effect(
        st.builds(tf.globe, st.sampled_from([3, 6]), st.sampled_from([2, (2.5, 3)]), st.sampled_from([30, 180])),
        keeps=False,
    ),
    "tf.jpeg": Effect(_ranged(tf.jpeg, 1, 100), linear=False),
    "tf.sequence": Effect(_sequence),
    "tf.choice": Effect(_choice),
    "tf.frozen": Effect(_frozen, keeps=False, nothing=(tf.frozen(tf.jitter(0)),)),
    "tf.standard": Effect(st.just(tf.standard), moves=True, keeps=False, large=True),
    "tf.lucid": Effect(st.just(tf.lucid), moves=True, keeps=False, large=True),
    "tf.wide": Effect(st.just(tf.wide), moves=True, keeps=False, large=True),
    "tf.maco": Effect(st.just(tf.maco), keeps=False, large=True),
    "tf.eot_2d": Effect(st.just(tf.eot_2d)),
    "tf.eot_print": Effect(st.just(tf.eot_print)),
    "tf.eot_3d": Effect(st.just(tf.eot_3d), keeps=False),
}
"""Every word of the room, with values that take pictures of any size with three channels."""


def transforms(*, moves: bool = False, linear: bool = False, max_leaves: int = 5) -> Strategy[Transform]:
    """Transforms and stacks of them; those that only move pixels, or that are affine in the picture.

    They take pictures of any size with three channels; where chance decides about the size, a resize follows.
    """
    kinds = [
        kind.values
        for kind in TRANSFORMS.values()
        if not kind.large and (kind.moves or not moves) and (kind.linear or not linear)
    ]

    def grow(inner: Strategy[Transform]) -> Strategy[Transform]:
        return st.one_of(
            st.builds(lambda s, t: s >> t, inner, inner),
            st.builds(lambda s, t, size: (s | t) >> tf.resize(size), inner, inner, _sizes),
            st.builds(tf.frozen, inner, st.integers(0, 9)),
        )

    return st.recursive(st.one_of(kinds), grow, max_leaves=max_leaves)
