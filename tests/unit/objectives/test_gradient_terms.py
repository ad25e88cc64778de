"""Terms of gradients: values and gradients against autograd by hand and finite differences, text, algebra, painting."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.testing import assert_close

import phosphene as ph
from phosphene import attribution as at
from phosphene import objectives as obj
from phosphene import transforms as tf
from phosphene.errors import BadArgument, BadOperation, Detached
from phosphene.objectives.evaluate import Context
from phosphene.objectives.lower import Program
from phosphene.render.views import Views
from phosphene.render.ways import Draws
from phosphene.serialize import from_json, to_json

GOAL = obj.logprob(1)
LAYERS = ["image", "input", "first", "second"]


class Smooth(nn.Module):
    """Two convolutions with curved functions behind them, and a head of three classes."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.first, self.bend = nn.Conv2d(3, 5, 3), nn.SiLU()
            self.second, self.head = nn.Conv2d(5, 6, 3, 2), nn.Linear(6, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.second(self.bend(self.first(x)))
        logits: Tensor = 3 * self.head(nn.functional.softplus(x).mean((2, 3)))
        return logits


NET = ph.Vision(Smooth().double().eval(), [0.5] * 3, [0.25] * 3, size=9, name="smooth")


@obj.term
def gained(activation: Tensor, *, slope: obj.Slope) -> Tensor:
    """The sum of activation times gradient."""
    return (activation * slope).flatten(1).sum(1)


def of(wrt: str, goal: obj.Objective = GOAL, held: bool = False) -> obj.Objective:
    """The mean square of a gradient."""
    return obj.l2(layer=obj.grad(goal, wrt, held))


TERMS = [
    obj.channel(obj.grad(GOAL, "second"), 1),
    of("input") - 0.5 * obj.layer(obj.grad(obj.logit(2) ** 2, "second")),
    obj.neuron(obj.grad(GOAL, "first"), 2, x=3, y=1),
    obj.direction(obj.grad(GOAL, "second"), torch.arange(6.0)),
    obj.facet("second", obj.grad(GOAL, "second"), torch.arange(6.0)),
    obj.facet("second", GOAL, torch.arange(6.0)),
    gained("first", obj.grad(obj.prob(1), "first")),
    obj.layer(obj.grad(obj.channel(obj.grad(GOAL, "second"), 1), "first")).map("softplus"),
    obj.channel(obj.grad(GOAL, "second", held=True), 1) * obj.logit(0),
    of("second", obj.each(GOAL, obj.logit(0))).at(1),
    obj.expect(of("input"), tf.jitter(1), 2) + of("first") @ tf.blur(1),
    obj.tv(layer=obj.grad(GOAL, "first")),
]
terms = st.sampled_from(TERMS)


def pictures(count: int = 2) -> Tensor:
    return torch.rand(count, 3, 9, 9, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def scores(goal: obj.Objective, x: Tensor) -> Tensor:
    """Those of pictures, as the loop finds them."""
    program = Program(goal)
    views = Views({"": NET}, program.sites, tf.identity, {"": None})
    views.capture_targets(x.detach(), goal)
    return program(views.activations(x, Draws([5, 6][: len(x)], 3, 0)), Context(len(x), dtype=x.dtype))[0]


def by_hand(wrt: str, x: Tensor) -> tuple[Tensor, Tensor]:
    """The activation at a layer, and the log-probability that is made from it."""
    m = NET.module
    if wrt == "image":
        return x, m(NET.normalize(x)).log_softmax(1)[:, 1]
    seen = x * 1
    first = m.first(NET.normalize(seen))
    second = m.second(m.bend(first))
    logits = 3 * m.head(nn.functional.softplus(second).mean((2, 3)))
    return {"input": seen, "first": first, "second": second}[wrt], logits.log_softmax(1)[:, 1]


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("wrt", LAYERS)
def test_values_and_gradients_against_autograd_by_hand(wrt: str, held: bool) -> None:
    x = pictures().requires_grad_()
    activation, goal = by_hand(wrt, x)
    (slope,) = torch.autograd.grad(goal.sum(), activation, create_graph=True)
    whole = (activation * (slope.detach() if held else slope)).flatten(1).sum(1)
    (expected,) = torch.autograd.grad(whole.sum(), x)
    found = scores(gained(wrt, obj.grad(GOAL, wrt, held)), x)
    assert_close(found, whole, atol=1e-12, rtol=1e-10)
    assert_close(torch.autograd.grad(found.sum(), x)[0], expected, atol=1e-12, rtol=1e-10)


@pytest.mark.parametrize("wrt", LAYERS)
def test_second_order_against_finite_differences(wrt: str) -> None:
    x = pictures(1).requires_grad_()
    assert torch.autograd.gradcheck(lambda y: 100 * scores(of(wrt), y), x, eps=1e-6, atol=1e-6, fast_mode=True)


def test_the_third_order_against_finite_differences() -> None:
    x, goal = pictures(1).requires_grad_(), 1000 * of("input", 10 * of("first"))
    assert scores(goal, x).abs() > 1e-3
    assert torch.autograd.gradcheck(lambda y: scores(goal, y), x, eps=1e-6, atol=1e-6, fast_mode=True)


def test_a_held_gradient_is_a_number() -> None:
    x = pictures().requires_grad_()
    assert_close(scores(of("first", held=True), x), scores(of("first"), x).detach(), atol=0, rtol=0)
    product, factor = obj.channel(obj.grad(GOAL, "second", held=True), 1) * obj.logit(0), obj.logit(0)
    (found,) = torch.autograd.grad(scores(product, x).sum(), x)
    weight = scores(obj.channel(obj.grad(GOAL, "second"), 1), x).detach()
    (plain,) = torch.autograd.grad((weight * scores(factor, x)).sum(), x)
    assert_close(found, plain, atol=1e-14, rtol=1e-10)
    with pytest.raises(Detached):
        ph.render(NET, of("first", held=True), ph.param.pixel(9), steps=1, progress=False)


def test_it_is_the_slope_that_attribution_tells() -> None:
    x = pictures()
    for wrt in LAYERS:
        slope = at.attribute(NET, GOAL, x, wrt).slope
        assert_close(scores(obj.channel(obj.grad(GOAL, wrt), 1), x).detach(), slope[:, 1].flatten(1).mean(1))


@given(st.sampled_from(LAYERS), st.integers(-3, 3), st.sampled_from([0.5, -0.1]))
def test_linear_in_the_objective(wrt: str, p: int, q: float) -> None:
    a, b, x = obj.logprob(1), obj.logit(2) ** 2, pictures()
    both = obj.neuron(obj.grad(p * a + q * b, wrt), 1, x=1, y=1)
    one, two = (obj.neuron(obj.grad(goal, wrt), 1, x=1, y=1) for goal in (a, b))
    assert_close(scores(both, x), scores(p * one + q * two, x), atol=1e-13, rtol=1e-9)


def test_pictures_have_their_own_gradients() -> None:
    x, goal = pictures(), of("first")
    assert_close(scores(goal, x), torch.cat([scores(goal, one[None]) for one in x]), atol=1e-15, rtol=1e-9)
    one = scores(of("second", obj.each(GOAL, obj.logit(0))), x)
    assert_close(one, torch.stack([scores(of("second"), x)[0], scores(of("second", obj.logit(0)), x)[1]]))


@given(terms, terms, st.integers(-2, 2))
def test_text_and_table_read_back(a: obj.Objective, b: obj.Objective, p: int) -> None:
    goal = p * a + b * a
    for again in (ph.parse(repr(goal)), from_json(to_json(goal)), pickle.loads(pickle.dumps(goal)), copy.copy(goal)):
        assert again == goal
        assert hash(again) == hash(goal)
        assert repr(again) == repr(goal)
    assert obj.expand(goal) == goal
    assert a + b == b + a
    x = pictures()
    assert torch.equal(scores(a + b, x), scores(b + a, x))


def test_what_is_equal_and_what_is_not() -> None:
    a, b = obj.channel("second", 0), obj.channel("second", 1)
    assert of("first", a + b) == of("first", b + a)
    assert len({of("first", a), of("first", b), of("second", a), of("first", a, held=True), obj.l2(layer="first")}) == 5
    held = obj.facet("second", obj.grad(GOAL, "second", held=True), torch.arange(6.0))
    assert repr(held) == repr(obj.facet("second", GOAL, torch.arange(6.0)))
    assert held == obj.facet("second", GOAL, torch.arange(6.0))


def test_questions_about_it() -> None:
    goal = obj.channel(obj.grad(GOAL, "first"), 1)
    assert obj.layers(goal) == ["first", "output"]
    assert not obj.is_linear(goal)
    assert obj.is_linear(obj.channel("first", 1))
    assert obj.couples_batch(obj.layer(obj.grad(obj.diversity("second"), "first")))
    assert not obj.couples_batch(goal)
    assert obj.degree(goal**2 * goal) == 3


@given(terms)
def test_programs_say_what_the_tree_says(goal: obj.Objective) -> None:
    x = pictures()
    program = Program(goal)
    views = Views({"": NET}, program.sites, tf.identity, {"": None})
    views.capture_targets(x, goal)
    here = views.activations(x, Draws([5, 6], 0, 0))
    found, values = program(here, Context(2, dtype=x.dtype))
    assert_close(found, goal(here), atol=1e-12, rtol=1e-9)
    assert_close(program.record(here, Context(2, dtype=x.dtype), values).sum(0), found.detach(), atol=1e-12, rtol=1e-9)


def test_one_gradient_for_many_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    calls, own = [], torch.autograd.grad
    monkeypatch.setattr(torch.autograd, "grad", lambda *a, **k: calls.append(1) or own(*a, **k))
    slope = obj.grad(GOAL, "first")
    scores(obj.l2(layer=slope) + obj.channel(slope, 0) ** 2 + obj.neuron(slope, 1), pictures())
    assert len(calls) == 1


@pytest.mark.parametrize("goal", [of("input"), of("first", obj.logprob(2)), TERMS[4], TERMS[7]], ids=repr)
def test_painting_makes_it_larger_and_is_painted_again(goal: obj.Objective, tmp_path: Path) -> None:
    made = ph.render(NET, goal, ph.param.pixel(9), tf.identity, steps=12, seed=1, progress=False)
    assert made.scores[-1, 0] > made.scores[0, 0]
    again = ph.Render.load(made.save(tmp_path / "it.png")).replay(NET)
    assert torch.equal(again.images, made.images)


def test_explained_in_turn() -> None:
    x, goal = pictures().requires_grad_(), of("second")
    (slope,) = torch.autograd.grad(scores(goal, x).sum(), x)
    for wrt in ("image", "input"):
        assert_close(at.attribute(NET, goal, x.detach(), wrt).slope, slope, atol=1e-14, rtol=1e-9)
    path = at.attribute(NET, goal, x.detach(), "first", at.integrated_gradients())
    assert path.missing.max() < 0.01
    assert_close(path.scores, scores(goal, x).detach())


G = obj.grad(GOAL, "first")


@pytest.mark.parametrize(
    "make", [lambda: G + 1, lambda: 1 - G, lambda: 2 * G, lambda: G * obj.logit(0), lambda: -G, lambda: G / 2,
             lambda: G**2, lambda: G.at(0), lambda: G.map("exp"), lambda: G @ tf.blur(1),
             lambda: obj.expect(G, tf.jitter(1), 2), lambda: obj.each(G), lambda: obj.interpolate(G, GOAL),
             lambda: ph.render(NET, G, steps=1), lambda: at.attribute(NET, G, pictures())],
)  # fmt: skip
def test_a_gradient_is_no_score(make: object) -> None:
    with pytest.raises(BadOperation, match=r"grad\(logprob\(1\), 'first'\) as a score.*write channel\(grad"):
        make()


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: obj.grad(3, "a"), r"objective is 3.*an objective that looks at a layer"),
        (lambda: obj.grad(obj.const(3), "a"), r"grad: objective is 3"),
        (lambda: obj.grad(G, "a"), r"objective is grad\("),
        (lambda: obj.grad(GOAL, 3), r"wrt is 3.*the name of a layer"),
        (lambda: obj.grad(GOAL, "a", 1), r"held is 1"),
        (lambda: obj.grad(GOAL @ tf.blur(1), "a"), r"views of its own.*channel\(grad\(a, 'layer'\), 0\) @ view"),
        (lambda: obj.content(G, torch.ones(1, 3, 9, 9), "mse"), r"compares a gradient.*\(like\).*takes a Slope"),
        (lambda: obj.facet("second", G, torch.ones(6)), r"looks at 'second'.*write grad\(..., 'second'\)"),
        (lambda: obj.channel(GOAL, 0), r"names no layer"),
    ],
)
def test_bad_arguments(make: object, match: str) -> None:
    with pytest.raises(BadArgument, match=match):
        make()


@pytest.mark.parametrize(
    ("goal", "match"),
    [
        (of("second", obj.channel("first", 1)), r"channel\('first', 1\) does not depend on 'second', at which"),
        (
            of("image") @ tf.blur(1),
            r"does not depend on 'image'.*write 'input', which is what the network sees through",
        ),
    ],
)
def test_a_layer_that_is_not_on_the_way(goal: obj.Objective, match: str) -> None:
    with pytest.raises(Detached, match=match):
        ph.render(NET, goal, ph.param.pixel(9), steps=1, progress=False)
