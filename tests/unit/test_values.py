"""Frozen records, literals, exact weights and tensors by content."""

import math
import pickle
from fractions import Fraction

import numpy as np
import pytest
import torch

from phosphene.errors import BadArgument, NameTaken
from phosphene.values import Value, check_integer, check_number, exact, hold, literal, register, show, tensor


class dot(Value, room="example"):
    x: float
    size: float = 1
    color: str = "red"


def test_values_print_as_their_source():
    assert repr(dot(0.5)) == "example.dot(0.5)"
    assert repr(dot(2.0, color="blue")) == "example.dot(2, color='blue')"
    assert dot(1) == dot(1.0)
    assert len({dot(1), dot(1.0), dot(2)}) == 2
    assert pickle.loads(pickle.dumps(dot(1))) == dot(1)
    with pytest.raises(AttributeError):
        dot(1).x = 2


def test_one_meaning_for_each_name():
    assert register("example.dot", dot) is dot
    with pytest.raises(NameTaken, match=r"'example.dot' is registered by .*choose another name"):
        register("example.dot", register)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ((), "()"),
        ((1,), "(1,)"),
        ((1.0, "a", None, (0.5,)), "(1, 'a', None, (0.5,))"),
        (1e20, "1e+20"),
        (-0.0, "0"),
        (np.float64(0.5), "0.5"),
        (True, "True"),
        (Fraction(1, 3), "1/3"),
        (Fraction(1, 4), "0.25"),
    ],
)
def test_literal(value, text):
    assert literal(value) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(-3, 2), "-1.5"),
        (Fraction(1, 10**7), "1e-7"),
        (Fraction(123, 10**9), "123e-9"),
        (Fraction(12 * 10**20), "12e20"),
        (Fraction(-22, 7), "-22/7"),
        (Fraction(100), "100"),
    ],
)
def test_show(number, text):
    assert exact(show(number)) == number
    assert len(show(number)) == len(text)


def test_exact():
    assert exact(0.1) == Fraction(1, 10)
    assert exact("1/3") == Fraction(1, 3)
    assert exact("1e3") == exact(1000) == exact(Fraction(1000))
    for text in ("1/0", "nan", "x", ""):
        with pytest.raises((ArithmeticError, ValueError)):
            exact(text)


def test_tensors_are_named_by_content():
    x = torch.arange(6.0).reshape(2, 3)
    assert hold(x) == hold(x.numpy()) == hold(x.clone())
    assert hash(hold(x)) == hash(hold(x.clone()))
    assert len({hold(x), hold(x.double()), hold(x.reshape(3, 2)), hold(x + 1), hold(x.T)}) == 5
    held = hold(x)
    x[0, 0] = 7
    assert held.numbers()[0, 0] == 0
    assert tensor(held.digest, (2, 3), "float32").numbers() is held.numbers()
    assert hold(torch.tensor(True)).shape == ()
    assert hold(torch.zeros(0)).numbers().shape == (0,)
    with pytest.raises(BadArgument, match=r"32 hexadecimal digits expected. write hold"):
        tensor("x", (2,), "float32")
    with pytest.raises(BadArgument, match="NaN or infinity"):
        hold(torch.tensor([math.inf]))


def test_a_name_finds_numbers_that_come_later():
    numbers = torch.tensor([3.25, 1.5])
    digest = hold(numbers).digest
    named = tensor(digest, (2,), "float32")
    object.__setattr__(named, "data", None)
    kept = hold(numbers)
    assert named.numbers() is kept.numbers()


@pytest.mark.parametrize("value", [math.nan, math.inf, True, "1", None, 10**400, -1, 11])
def test_check_number(value):
    with pytest.raises(BadArgument, match=r"owner: x is .*a number from 0 to 10 expected. write x="):
        check_number("owner", "x", value, 0, 10)
    check_number("owner", "x", Fraction(1, 3), 0, 10)


@pytest.mark.parametrize(("value", "instead"), [(math.inf, 1), (True, 1), (None, 1), (2.6, 3), (0, 1), (99, 9)])
def test_check_integer(value, instead):
    with pytest.raises(BadArgument, match=f"an integer from 1 to 9 expected. write x={instead}"):
        check_integer("owner", "x", value, 1, 9)
    check_integer("owner", "x", 9, 1, 9)
