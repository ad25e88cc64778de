"""Every error has three parts, is a builtin kind, and survives pickling."""

import copy
import pickle

import pytest

from phosphene import errors
from phosphene.errors import ParseError, PhospheneError, nearest

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, PhospheneError)]


@pytest.mark.parametrize("kind", KINDS)
def test_errors(kind):
    problem = kind("tv(3)", "no arguments expected", "write tv()")
    assert str(problem) == "tv(3). no arguments expected. write tv()."
    assert (problem.given, problem.expected, problem.instead) == problem.args
    assert kind is PhospheneError or len(kind.__mro__) > 4, "each is a builtin kind as well"
    for again in (pickle.loads(pickle.dumps(problem)), copy.copy(problem)):
        assert (type(again), str(again)) == (kind, str(problem))
    assert kind.__doc__


def test_a_parse_error_keeps_its_column():
    assert pickle.loads(pickle.dumps(ParseError("a", "b", "c", 7))).column == 7


@pytest.mark.parametrize(
    ("name", "names", "sentence"),
    [
        ("chanel", ["neuron", "channel"], "Nearest: 'channel'"),
        ("zzz", ["a", "b", "c", "d"], "Known: 'a', 'b', 'c', ..."),
        ("zzz", ["a", "a"], "Known: 'a'"),
        ("zzz", [], "None is known"),
    ],
)
def test_nearest(name, names, sentence):
    assert nearest(name, names) == sentence
