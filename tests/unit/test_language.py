"""The text form: what is read, and where errors point."""

import pytest

from phosphene import transforms as tf
from phosphene.errors import ParseError
from phosphene.language import parse, word
from phosphene.objectives import channel, const, each, logit, tv
from phosphene.render.schedules import ramp

a, b = channel("a", 0), channel("b", 1)

READ = {
    "channel('a', 0)": a,
    'obj.channel("a", index=0)': a,
    "ph.channel('a', 0,)": a,
    "  ( channel('a',0)\n + channel('b',1) ) ": a + b,
    "1 - -channel('a', 0)": 1 + a,
    "-channel('a', 0)**2": -(a**2),
    "(-channel('a', 0))**2": a**2,
    "channel('a', 0) - channel('b', 1) - 1": a - b - 1,
    "channel('a', 0)/2/4": a / 8,
    "2*3*channel('a', 0)**2**1": 6 * a**2,
    "1_000*channel('a', 0)": 1000 * a,
    ".5e1*channel('a', 0)": 5 * a,
    "1/3 + 2": const(1) / 3 + 2,
    "2**-1": const(0.5),
    "+tv()": tv(),
    "tv().at(0).map(log)": tv().at(0).map("log"),
    "2.5.at(0)": const(2.5).at(0),
    "each([tv(), channel('a', 0)])": each(tv(), a),
    "logit('it\\'s')": logit("it's"),
    "schedules.ramp(0, 1)": ramp(0, 1),
    "ramp(0, 1)*tv() @ tf.pad(1)": ramp(0, 1) * tv() @ tf.pad(1),
    "transforms.jitter(1) | tf.identity": tf.jitter(1) | tf.identity,
    "tf.jitter(8, fill=None)": tf.jitter(8),
}


@pytest.mark.parametrize("text", READ)
def test_read(text):
    assert parse(text) == READ[text]


REFUSED = {
    "": (0, "the text ends where a value was expected"),
    "tv() +": (6, "the text ends where a value was expected"),
    "tv() + * 2": (7, r"'\*' where a value was expected"),
    "tv() tv()": (5, "'tv' where an operator or the end was expected"),
    "tv() $ 2": (5, r"'\$' cannot stand here"),
    "2*(tv() + 1": (11, r"'the end' where '\)', an operator or a comma was expected"),
    "tv())": (4, r"'\)' where an operator or the end was expected"),
    "2*chanel('a', 3)": (2, "'chanel' is not a registered word.*Nearest: 'channel'"),
    "channel": (0, "channel is a word that must be called. write channel"),
    "channel('a', 0).foo(1)": (15, r".foo is no method here. write .at\(0\)"),
    "channel('a', 0).at": (15, ".at is no method here"),
    "tf.pad(1).at(0)": (9, ".at is no method here"),
    "channel('a', -1)": (0, "channel: index is -1: an index from 0 expected"),
    "channel(index=0, 'a')": (0, "a positional argument after a named one"),
    "channel('a', index=0, index=1)": (22, "index is given twice"),
    "tv(beta=beta=1)": (8, "beta is given twice"),
    "(beta=1)": (0, "name=value outside a call"),
    "channel('a', 0) / channel('b', 1)": (16, "only a number can divide"),
    "channel('a', 0) ** 0.5": (16, "a whole number from 0 expected"),
    "1 + channel('a', 0) | 2": (20, r"objectives have no `\|`"),
    "2 | 3": (2, "numbers have no such operator"),
    "1/0": (1, "Fraction"),
    "2**0.5": (1, "a whole exponent up to 1000 expected"),
    "'a' + 'b'": (4, "an operator between values that have none"),
    "'a'": (0, "str is not an objective or value"),
    "(1, 2)": (0, "tuple is not an objective or value"),
    "True": (0, "bool is not an objective or value"),
    "'\\N{x}'": (0, "a damaged string"),
    "1e99999999": (0, "a number too long to read"),
    "log(3)": (0, "log"),
    "1 + tf.pad(-1)": (4, "pixels is -1"),
    "tf.pad(1) >> 2": (10, "transforms on both sides"),
    "channel('a', 0) @ tf.jitter(2)": (16, "a transform without randomness"),
    "tv(x=1)": (0, "tv takes beta, convention"),
    "const()": (0, "missing 1 required positional argument"),
}


@pytest.mark.parametrize("text", REFUSED)
def test_errors_point_at_the_column(text):
    column, message = REFUSED[text]
    with pytest.raises(ParseError, match=message) as caught:
        parse(text)
    problem = caught.value
    assert problem.column == column
    shown, caret, _ = problem.given.split("\n")
    assert (shown, caret) == (text, " " * column + "^")


def test_the_caret_stands_under_the_column_of_a_long_text():
    text = " + ".join(["tv()"] * 100) + " + oops" + " + tv()" * 100
    with pytest.raises(ParseError) as caught:
        parse(text)
    shown, caret, _ = caught.value.given.split("\n")
    assert shown[caret.index("^") :].startswith("oops")
    assert len(shown) == 120


@pytest.mark.parametrize("what", [None, 3, b"tv()"])
def test_only_text_is_read(what):
    with pytest.raises(ParseError, match=r"text expected. write parse"):
        parse(what)


def test_words():
    assert word("pad") is word("tf.pad") is word("transforms.pad") is tf.pad
    with pytest.raises(LookupError, match="'padd' is not a registered word"):
        word("padd")
