"""What objectives refuse, and the small print of the operators."""

import pickle
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import torch

from phosphene.errors import BadArgument, BadOperation, BadWeight, PhospheneError, TooLarge, UnknownName
from phosphene.objectives import channel, clamp, const, each, elementwise, expand, expect, log, place, tv
from phosphene.objectives.printing import text
from phosphene.render.schedules import ramp
from phosphene.transforms import identity, jitter

a, b = channel("a", 0), channel("b", 1)
HERE = {"a": torch.ones(2, 1, 1, 1), "b": torch.ones(2, 2, 1, 1)}

REFUSED = {
    "nan": (lambda: float("nan") * a, BadWeight, "the weight nan. a finite number expected"),
    "inf": (lambda: a + float("inf"), BadWeight, "the weight inf"),
    "decimal nan": (lambda: a * Decimal("sNaN"), BadWeight, "a finite number expected"),
    "numpy inf": (lambda: a * np.float32("inf"), BadWeight, "a finite number expected"),
    "bool": (lambda: True * a, BadWeight, r"the weight True \(bool\)"),
    "numpy bool": (lambda: a * np.bool_(True), BadWeight, "a weight is a number that the text can show"),
    "tensor": (lambda: torch.tensor(2.0) * a, BadWeight, r"the weight tensor\(2.\).*write a number: float\(weight\)"),
    "array": (lambda: np.ones(2) * a, BadWeight, "ndarray"),
    "none": (lambda: a + None, BadWeight, "NoneType"),
    "string": (lambda: "tv()" + a, BadOperation, r"the text 'tv\(\)'.*write parse\('tv\(\)'\)"),
    "strings": (lambda: sum(["tv()"], a), BadOperation, "an objective or a number expected"),
    "const": (lambda: const([1]), BadWeight, "list"),
    "a / b": (
        lambda: a / b,
        BadOperation,
        r"channel\('a', 0\) / channel\('b', 1\). only a number can divide. multiply",
    ),
    "a / schedule": (lambda: a / ramp(1, 2), BadOperation, "only a number can divide"),
    "a / 0": (lambda: a / 0, BadWeight, "a number other than 0 expected. write a weight"),
    "1 / a": (lambda: 1 / a, BadOperation, r"only a number can divide. write a.map\(...\)"),
    "a ** 0.5": (lambda: a**0.5, BadOperation, r"a \*\* 0.5. a whole number from 0 expected. write a.map\(sqrt\)"),
    "a ** -1": (lambda: a**-1, BadOperation, "a whole number from 0 expected"),
    "2 ** a": (lambda: 2**a, BadOperation, "an objective is no exponent. write a.map"),
    "a ** True": (lambda: a**True, BadOperation, "a whole number from 0 expected"),
    "a ** huge": (lambda: a ** (10**5000), TooLarge, "an exponent up to"),
    "2 ** huge": (lambda: const(2) ** 200_000, TooLarge, "up to 100000 bits can be kept. write a smaller one|power"),
    "digits": (lambda: const(2) ** 30_000 * a * const(2) ** 30_000 * 2**50_000, TooLarge, "a product of weights"),
    "a < b": (lambda: a < b, BadOperation, "objectives are not ordered. compare the scores of two renders"),
    "a >= b": (lambda: a >= b, BadOperation, "objectives are not ordered"),
    "sorted": (lambda: sorted([a, b]), BadOperation, "objectives are not ordered"),
    "a | b": (lambda: a | b, BadOperation, r"objectives have no `\|`. write a \+ b, or each\(a, b\)"),
    "3 & a": (lambda: 3 & a, BadOperation, "objectives have no"),
    "bool(a)": (lambda: bool(a), BadOperation, "neither true nor false. write a == b"),
    "if a": (lambda: 1 if a else 2, BadOperation, "neither true nor false"),
    "a[0]": (lambda: a[0], BadOperation, r"a\[0\]. an objective has no items. write a.at\(0\)"),
    "for": (lambda: list(a), BadOperation, r"write objectives.terms\(a\)"),
    "at -1": (lambda: a.at(-1), BadArgument, r".at: picture is -1. an integer from 0 to inf expected. write picture=0"),
    "at 0.5": (lambda: a.at(0.5), BadArgument, "picture is 0.5"),
    "at inf": (lambda: a.at(float("inf")), BadArgument, "picture is inf"),
    "at text": (lambda: a.at("0"), BadArgument, "picture is '0'"),
    "map": (
        lambda: a.map("lgo"),
        UnknownName,
        r".map\('lgo'\). a registered function expected. Nearest: 'log'.*@elementwise",
    ),
    "map lambda": (lambda: a.map(lambda x: x), UnknownName, "a registered function expected"),
    "clamp": (lambda: clamp("x"), BadArgument, "clamp: argument is 'x'"),
    "log(2)": (lambda: log(2), BadArgument, "the numbers that log takes"),
    "@ random": (lambda: a @ jitter(1), BadOperation, r"a transform without randomness expected. write expect"),
    "@ number": (lambda: a @ 3, BadOperation, r"channel\('a', 0\) @ 3"),
    "expect": (lambda: expect(jitter(1), a, 3), BadArgument, r"write expect\(a, tf.x\(\), 8\)"),
    "expect 0": (lambda: expect(a, jitter(1), 0), BadArgument, "n is 0. an integer from 1"),
    "each": (lambda: each(), BadArgument, r"one objective for each picture expected. write each\(a, b, c\)"),
    "evaluate": (lambda: (10**400 * a)(HERE), BadWeight, "the weight 1e400. at most 1.8e308 can be computed"),
    "nothing": (lambda: const(1)({}), BadArgument, "at least one activation expected"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what):
    attempt, kind, message = REFUSED[what]
    with pytest.raises(kind, match=message) as caught:
        attempt()
    problem = caught.value
    assert isinstance(problem, PhospheneError)
    assert isinstance(problem, (TypeError, ValueError, LookupError))
    assert problem.given
    assert problem.expected
    assert problem.instead
    again = pickle.loads(pickle.dumps(problem))
    assert str(again) == str(problem)
    assert type(again) is type(problem)


@pytest.mark.parametrize(
    ("weight", "shown"),
    [
        (np.float32(0.1), "0.1"),
        (np.float64(0.1), "0.1"),
        (np.int64(3), "3"),
        (Decimal("0.10"), "0.1"),
        (Fraction(1, 3), "1/3"),
        (Fraction(-1, 3), "-1/3"),
        (1e-7, "1e-7"),
        (10**400, "1e400"),
        (-0.0, "0"),
    ],
)
def test_weights_of_every_type(weight, shown):
    assert repr(const(weight)) == shown
    assert weight * a == a * weight == const(weight) * a


TEXTS = {
    "channel('a', 0) - channel('b', 1)": a - b,
    "channel('a', 0) - 2*channel('b', 1)/3": a - Fraction(2, 3) * b,
    "-channel('a', 0)/7": -a / 7,
    "2*(channel('a', 0) + 1)**2": 2 * (a + 1) ** 2,
    "(2*channel('a', 0))**2": (2 * a) ** 2,
    "channel('a', 0)**6": a**6,
    "0.5*channel('a', 0)*channel('b', 1)": (0.25 * a) * (2 * b),
    "(channel('a', 0) + channel('b', 1)).at(3)": (a + b).at(3),
    "const(-2/3).at(0)": const(Fraction(-2, 3)).at(0),
    "channel('a', 0) - 1/3": a - Fraction(1, 3),
    "const(-2).at(0)": const(-2).at(np.int64(0)),
    "const(schedules.ramp(0, 1))": const(ramp(0, 1)),
    "1 - place()": 1 - place(),
    "-place()*channel('a', 0)": -place() * a,
    "place().at(1) + place()**2": place().at(1) + place() ** 2,
    "channel('a', 0)*schedules.ramp(0, 1)": a * ramp(0, 1),
    "schedules.ramp(0, 1)/3 + place()": ramp(0, 1) / 3 + place(),
    "channel('a', 0).map(clamp(-1, 1))": a.map(clamp(-1, 1.0)),
    "expect(tv(), tf.jitter(1), 4)": expect(tv(), jitter(1), 4),
    "0": a * 0,
    "1": (a + b) ** 0,
}


@pytest.mark.parametrize("wanted", TEXTS)
def test_text(wanted):
    assert repr(TEXTS[wanted]) == text(TEXTS[wanted]) == wanted


def test_objectives_are_frozen():
    with pytest.raises(AttributeError, match="objectives are frozen: build a new one instead of setting 'size'"):
        a.size = 3
    with pytest.raises(AttributeError, match="objectives are frozen"):
        del a.size
    with pytest.raises(AttributeError):
        (2 * a).weight = 1


def test_objectives_compare_with_anything():
    assert a != 1
    assert a != "channel('a', 0)"
    assert a in [b, a]
    assert len({a, channel("a", 0), 1 * a, b}) == 2


def test_what_would_not_fit_into_memory():
    big = a
    for _ in range(2000):
        big = big * big + b
    assert repr(big).startswith("<objective of ")
    assert repr(big).endswith(" nodes, too long to print>")
    with pytest.raises(TooLarge, match=r"the text of an objective of .*at most 100000 nodes.*serialize.to_json\(a\)"):
        text(big)
    with pytest.raises(TooLarge, match="a normal form of more than 10000 monomials"):
        expand(big)
    with pytest.raises(TooLarge, match=r"a normal form of more than 5 monomials\. expand"):
        expand((a + b + 1) ** 3, 5)
    with pytest.raises(BadOperation, match=r"\.\.\. only a number can divide"):
        sum(channel("a", n) for n in range(99)) / a
    assert big == big + 0


def test_expansion_of_masks_and_functions():
    x = (a + 1).at(0) ** 2 + (b - b).map("exp") - expect(a - a, jitter(1), 2)
    assert repr(expand(x)) == (
        "const(0).map(exp) + const(1).at(0) + 2*channel('a', 0).at(0) + (channel('a', 0)**2).at(0)"
    )
    assert expand(x) == x
    assert repr(expand(a @ identity - a)) == "0"


def test_functions_of_the_user():
    @elementwise
    def squash(score, slope=1.0):
        return score / (slope + score.abs())

    x = {"a": torch.full((1, 1, 1, 1), 3.0)}
    assert a.map(squash)(x).item() == pytest.approx(0.75)
    assert a.map(squash(3))(x).item() == pytest.approx(0.5)
    assert repr(a.map(squash(3))) == "channel('a', 0).map(squash(3))"

    with pytest.raises(ValueError, match=r"'log' is registered by phosphene\.objectives.functions already"):
        _another_log()


def _another_log():
    @elementwise
    def log(score):
        return score


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [("log", 2.0, 0.6931472), ("exp", 1.0, 2.7182818), ("sqrt", 4.0, 2.0), ("sqrt", 0.0, 0.0), ("clamp", 3.0, 1.0)],
)
def test_functions(name, value, wanted):
    x = torch.full((1, 1, 1, 1), value, requires_grad=True)
    score = a.map(name)({"a": x})
    score.backward()
    assert score.item() == pytest.approx(wanted)
    assert x.grad.isfinite().all()
