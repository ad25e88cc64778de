"""Strategies for objectives, the registry of example terms, and activations for them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor, nn

from .. import objectives as obj
from .. import transforms as tf
from ..errors import BadArgument
from ..objectives.algebra import Coefficient, Draw, Objective, Term, const
from ..objectives.analysis import Site, term_sites
from ..objectives.functions import Elementwise
from ..objectives.term import Definition
from ..objectives.tree import nodes, written_out
from ..param import given, network
from ..render.schedules import cosine, piecewise, ramp
from ..seeds import stream
from ..transforms import Transform
from ._hypothesis import Strategy, st

LAYERS = ("a", "b")
CHANNELS, SIZE = 4, 2
FIXED: tuple[Transform, ...] = (tf.identity, tf.pad(1), tf.resize(4), tf.center_crop(2), tf.pad(2) >> tf.resize((3, 5)))
RANDOM: tuple[Transform, ...] = (tf.jitter(1), tf.noise(0.1) >> tf.rotate(-5, 5), tf.jitter(1) | tf.scale(0.9, 1.1))
FUNCTIONS: tuple[Elementwise, ...] = (
    *(obj.log, obj.exp, obj.sqrt, obj.relu, obj.softplus, obj.sigmoid, obj.tanh, obj.absolute, obj.clamp),
    obj.clamp(-0.5, 2),
)
TAME: tuple[Elementwise, ...] = (obj.relu, obj.softplus, obj.sigmoid, obj.tanh, obj.absolute, obj.clamp)
"""Functions that enlarge no error: where values are compared, objectives are made of these."""

_examples: dict[str, list[Term]] = {}


def register_example(*examples: Term) -> None:
    """Let the strategies draw these terms, and `examples` find them.

    >>> register_example(obj.channel("a", 1))
    >>> obj.channel("a", 1) in examples(obj.channel)
    True
    """
    for example in examples:
        if not isinstance(example, Term):
            raise BadArgument(
                f"{example!r} as an example", "a term expected", "write register_example(channel('a', 1))"
            )
        known = _examples.setdefault(example.definition.name, [])
        if example not in known:
            known.append(example)


def examples(definition: Definition | None = None) -> list[Term]:
    """The registered examples of a term, or of all terms."""
    if definition is not None:
        return list(_examples.get(definition.name, ()))
    return [example for known in _examples.values() for example in known]


def numbers(seed: int, *shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    """Random numbers in [-1, 1)."""
    return 2 * torch.rand(shape, generator=stream(seed, "testing"), dtype=dtype) - 1


def shape(layer: str) -> tuple[int, ...]:
    """The shape of one picture's activation at a layer of the examples."""
    return (CHANNELS,) if layer.endswith("output") else (CHANNELS, SIZE, SIZE)


def activations(
    *objectives: Objective, seed: int = 0, batch: int = 3, dtype: torch.dtype = torch.float64
) -> dict[Any, Tensor]:
    """Random activations for every site that the objectives name, the same for the same site and seed."""
    leaves = [leaf for objective in objectives for leaf in nodes(written_out(objective)) if isinstance(leaf, Term)]
    made = {}
    for site in sorted({Site(LAYERS[0]), *(site for leaf in leaves for site in term_sites(leaf))}, key=repr):
        path = tuple(step for step in site.path if step != tf.identity and not _still(step))
        generator = stream(seed, "testing", repr(Site(site.layer, path, site.picture, site.region)))
        if isinstance(site.picture, given):
            made[site] = torch.arange(batch) % 2  # the labels that come with a step
            continue
        rows = batch if site.picture is None else 1
        channels, *positions = shape(site.layer)
        drawn = torch.rand((rows, 1 if site.region else channels, *positions), generator=generator, dtype=torch.float64)
        made[site] = (drawn if site.region else 2 * drawn - 1).to(dtype)
    return made


def _still(step: Any) -> bool:
    return isinstance(step, Draw) and step.transform == tf.identity


def weights() -> Strategy[int | float | Fraction]:
    """Weights as people type them: integers, short decimals, fractions such as 1/7."""
    decimals = st.integers(-999, 999).map(lambda number: number / 100)
    return st.one_of(st.integers(-9, 9), decimals, st.fractions(-3, 3, max_denominator=12))


def terms(couples: bool = True) -> Strategy[Term]:
    """The registered examples; without `couples` those whose score does not depend on the rest of the batch."""

    def known() -> Strategy[Term]:
        kinds = [kind for kind in _examples.values() if couples or not kind[0].definition.couples]
        return st.sampled_from(kinds).flatmap(st.sampled_from)

    return st.deferred(known)


def coefficients(couples: bool = True) -> Strategy[Objective]:
    """Numbers that the run knows: schedules, the place in the batch."""
    sources: Sequence[Any] = (ramp(0, 1), cosine(0.5), piecewise(((0, 1), (3, 0.1))))
    return st.sampled_from([Coefficient(source) for source in (*sources, *[obj.place()] * couples)])


def views() -> Strategy[Transform]:
    """Transforms without randomness, for `objective @ view`."""
    return st.sampled_from(FIXED)


def random_transforms() -> Strategy[Transform]:
    """Transforms to take the expectation over."""
    return st.sampled_from(RANDOM)


def objectives(
    *, couples: bool = True, masks: bool = True, tame: bool = False, max_leaves: int = 8
) -> Strategy[Objective]:
    """Objectives of all operators: `+ - * / **`, negation, weights, `.at`, `.map`, `@`, `expect`, schedules.

    couples: with terms and coefficients that look at the whole batch. masks: with `.at`. tame: with functions and powers
    that keep values small and errors smaller, for comparing values.
    """
    leaves = st.one_of(terms(couples), terms(couples), weights().map(const), coefficients(couples))

    def grow(inner: Strategy[Objective]) -> Strategy[Objective]:
        divisors = weights().filter(bool)
        kinds = [
            st.builds(lambda a, b: a + b, inner, inner),
            st.builds(lambda a, b: a - b, inner, inner),
            st.builds(lambda a, b: a * b, inner, inner),
            st.builds(lambda p, a: p * a, weights(), inner),
            st.builds(lambda a, p: a / p, inner, divisors),
            st.builds(lambda a: -a, inner),
            st.builds(lambda a, n: a**n, inner, st.integers(0, 2 if tame else 4)),
            st.builds(lambda a, f: a.map(f), inner, st.sampled_from(TAME if tame else FUNCTIONS)),
            st.builds(lambda a, view: a @ view, inner, views()),
            st.builds(obj.expect, inner, random_transforms(), st.integers(1, 3)),
        ]
        return st.one_of([*kinds, *[st.builds(lambda a, i: a.at(i), inner, st.integers(0, 2))] * masks])

    return st.recursive(leaves, grow, max_leaves=max_leaves)


def _register_all() -> None:
    """Examples of every term of the library."""
    vector, patch = numbers(1, CHANNELS), numbers(2, CHANNELS, SIZE, SIZE)
    photo, mask = numbers(3, 1, 3, 4, 4).abs(), numbers(4, 4, 4).abs()
    for layer in LAYERS:
        register_example(*(obj.channel(layer, index) for index in range(3)), obj.layer(layer), obj.diversity(layer))
        register_example(obj.neuron(layer, 0), obj.neuron(layer, 1, y=0, x=1), obj.neuron(layer, 1, x=0))
        register_example(obj.spatial(layer, vector), obj.direction(layer, vector), obj.tensor_direction(layer, patch))
        register_example(obj.spatial(layer, vector, y=0, x=0), obj.tensor_direction(layer, patch[:, :1, :1]))
        register_example(obj.alignment(layer), obj.alignment(layer, decay=1.5), obj.dot(layer, photo))
        register_example(obj.guide(layer, photo))
        for convention in ("exact", "lucid"):
            register_example(obj.cosine_direction(layer, vector, 2, convention))
            register_example(obj.cosine_direction(layer, patch, 1, convention))
            register_example(obj.caricature(layer, photo, 1, convention))
        register_example(
            obj.cosine_spatial(layer, vector, 4), obj.cosine_spatial(layer, vector, 2, numbers(5, 2, CHANNELS), y=0)
        )
        register_example(obj.facet(layer, obj.layer(layer), vector), obj.facet(layer, obj.channel(layer, 1), patch))
        register_example(obj.content(layer, photo, "relative", vector[:, None, None].abs()))
        register_example(*(obj.content(layer, photo, convention) for convention in ("gatys", "mse", "relative")))
        register_example(
            *(obj.style(layer, photo, convention) for convention in ("gatys", "johnson", "mse", "relative"))
        )
        register_example(*(obj.region_style(layer, photo, c, mask, 1 - mask) for c in ("gatys", "mse")))
    _register_metric()
    register_example(*(word(label) for word in (obj.logit, obj.logprob, obj.prob) for label in (0, 3)))
    register_example(obj.tv(), obj.tv(beta=2), obj.tv(convention="lucid"), obj.tv(layer="a"))
    register_example(obj.tv(beta=1.5, convention="mahendran"), obj.l1(), obj.l1(center=0.5, reduction="sum"))
    register_example(obj.l2(), obj.l2(center=0.5, reduction="sum"), obj.lp(3), obj.lp(6, center=0.5, reduction="sum"))
    register_example(obj.linf(), obj.linf(center=0.5), obj.blur(), obj.blur(reduction="sum"))
    register_example(obj.lab_distance(photo), obj.lab_distance(photo, "sum"), obj.lab_distance(photo, layer="a"))
    register_example(obj.boundary(), obj.boundary(width=1, color=0.25), obj.boundary(width=1, reduction="sum"))


def _register_metric() -> None:
    """Losses of embeddings, for the labels that come with a step."""
    labels, means = given("labels"), numbers(6, 2, CHANNELS)
    for convention in ("hadsell", "linear"):
        register_example(obj.contrastive("output", labels, convention), obj.contrastive("a", labels, convention, 2))
    register_example(obj.triplet("output", labels, 1, normalize=True), obj.triplet("a", labels, 2, mining="violating"))
    register_example(obj.quadruplet("output", labels), obj.n_pair("output", labels), obj.n_pair("a", labels))
    register_example(
        *(word("output", labels, means) for word in (obj.center, obj.sphereface, obj.cosface, obj.arcface))
    )
    register_example(obj.subcenter_arcface("output", labels, numbers(7, 2, 3, CHANNELS), scale=8))
    register_example(obj.from_module("output", labels, network(_Spread())))


class _Spread(nn.Module):
    """A loss as other libraries have it: a module of embeddings and labels."""

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Half the squared distance of each embedding from its class's mean."""
        same = (labels[:, None] == labels).to(embeddings)
        return (embeddings - same @ embeddings / same.sum(1, keepdim=True)).square().sum(1) / 2


_register_all()
