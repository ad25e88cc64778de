"""Group E: round trips through text, JSON, pickle and copies (laws 40-46)."""

import copy
import json
import math
import pickle
from fractions import Fraction

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from torch.testing import assert_close

from phosphene.errors import ParseError
from phosphene.language import parse
from phosphene.objectives import Objective, channel, const, expect, facet, layer, sites
from phosphene.objectives.algebra import Constant, Sum
from phosphene.objectives.evaluate import Context
from phosphene.objectives.lower import Program
from phosphene.objectives.tree import nodes
from phosphene.render.schedules import cosine, ramp
from phosphene.serialize import from_json, to_json
from phosphene.testing import CHANNELS
from phosphene.transforms import identity, jitter, noise, pad, resize, rotate, standard
from phosphene.values import Value, exact, show
from tests.laws.oracle import scores
from tests.laws.test_a_ring import deep
from tests.strategies import activations, numbers, objectives, random_transforms, views

some = objectives()
floats = st.floats(allow_nan=False, allow_infinity=False)
fractions = st.fractions() | st.builds(Fraction, st.integers(), st.integers(1, 2**70))


def through_json(value):
    return from_json(json.loads(json.dumps(to_json(value))))


def round_trips(value):
    """Laws 40-42 for one value."""
    text, data = repr(value), to_json(value)
    read, again = parse(text), from_json(json.loads(json.dumps(data)))
    assert to_json(again) == data
    assert repr(read) == text
    assert type(read) is type(value) or isinstance(value, Objective)
    for other in (read, again, pickle.loads(pickle.dumps(value)), copy.deepcopy(value), copy.copy(value)):
        assert other == value
        assert hash(other) == hash(value)


@given(some)
@example(const(5).at(0))
@example(const(ramp(0, 1)))
@example(const(ramp(0, 1)).at(1) + const(-2).map("exp") / 3)
@example(const(Fraction(-2, 3)) - const(ramp(0, 1)) ** 2)
@example(expect(1 - const(ramp(0, 1)), jitter(1), 2))
def test_law_40_text_reads_back(a):
    """parse(repr(a)) = a and repr(parse(repr(a))) == repr(a)"""
    assert parse(repr(a)) == a
    assert repr(parse(repr(a))) == repr(a)


def adds_numbers(a):
    """Whether the text has a sum of bare numbers, which Python adds before an objective is there."""
    return any(isinstance(node, Sum) and {*map(type, node.children)} == {Constant} for node in nodes(a))


def facets():
    """Objectives that ask for slopes, of terms with slopes, too."""
    weights = numbers(1, CHANNELS)
    inner = st.sampled_from([layer("a"), channel("a", 1), channel("b", 2) * channel("a", 0) - 1, channel("a", 2).at(1)])
    plain = st.builds(lambda child: facet("a", child, weights), inner)
    nested = st.builds(lambda child: facet("a", child + layer("a"), weights), plain)
    return st.builds(lambda a, b, p: p * a + b * channel("b", 0), plain | nested, plain, st.integers(-2, 2))


@given(facets(), views(), views(), random_transforms(), st.integers(1, 2))
def test_law_40_a_slope_behind_views_reads_back(a, v, w, t, n):
    """... also where a term asks for a slope: it is seen through the views of the term, once"""
    for one in (a @ v, (a @ v) @ w, expect(a @ v, t, n) @ w, expect(expect(a, t, n), t, n)):
        round_trips(one)
        here = activations(one)
        assert torch.equal(parse(repr(one))(here), one(here))
        program, again = Program(one), Program(parse(repr(one)))
        assert program.sites == again.sites
        assert program.names == again.names
    assert sum(map(parse, Program(a @ v).names), const(0)) == a @ v
    assert (a @ v) @ w == a @ (w >> v)


@given(objectives(tame=True, max_leaves=6).filter(lambda a: not adds_numbers(a)))
def test_law_40_text_is_python(a):
    """... and the text is Python source for the same score, but where Python itself adds bare numbers"""
    from phosphene import objectives, param, transforms
    from phosphene.render import schedules
    from phosphene.values import tensor

    names = {**vars(objectives), "tf": transforms, "param": param, "schedules": schedules, "tensor": tensor}
    again, here = const(eval(repr(a), names)), activations(a)
    size = max(value.size for value in scores(a, here))
    assert_close(again(here), a(here), atol=1e-9 * (1 + size), rtol=0)


@given(some)
def test_law_41_json_reads_back(a):
    """from_json(json.loads(json.dumps(to_json(a)))) = a, and to_json of both is identical"""
    again = through_json(a)
    assert again == a
    assert to_json(again) == to_json(a)


@given(some)
def test_law_42_pickles_and_copies_are_equal(a):
    """pickle.loads(pickle.dumps(a)) = a; copy.deepcopy(a) = a"""
    assert pickle.loads(pickle.dumps(a)) == a
    assert copy.deepcopy(a) == copy.copy(a) == a


@given(some, some)
def test_law_43_text_and_json_agree(a, b):
    """to_json(a) == to_json(b) implies a = b; parse(text(a)) = from_json(to_json(a))"""
    assert (to_json(a) != to_json(b)) or a == b
    assert parse(repr(a)) == through_json(a)


VALUES = [
    *(identity, pad(12), jitter(8) >> rotate(-10, 10), (jitter(1) | pad(2)) >> resize((3, 5)), noise(0.1), standard),
    *(ramp(0, 1), cosine(0.05, end=0.01)),
    *(
        "param.fourier(32)",
        "param.pixel((8, 16))",
        "param.pixels(8) >> param.clip()",
        "param.fourier(32) >> param.clip()",
    ),
    *("optimizers.adam(0.05)", "optimizers.sgd(1)", "constraints.box(0, 1)", "operators.decay(0.01)"),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_law_44_every_value_makes_the_round_trip(value):
    """40-43 hold for parameterizations, transforms, optimizers ... as well"""
    import phosphene.render  # noqa: F401  (registers its words)

    round_trips(parse(value) if isinstance(value, str) else value)


@given(views(), random_transforms(), random_transforms())
def test_law_44_transforms_make_the_round_trip(v, t, u):
    """... in every composition"""
    for value in (v, v >> t, (t | u) >> v, (v >> t) | u):
        round_trips(value)


def reads(read, source):
    """A value, or a ParseError of three parts; anything else is a failure."""
    try:
        return isinstance(read(source), (Objective, Value))
    except ParseError as problem:
        return bool(problem.given and problem.expected and problem.instead) and problem.column >= 0


WORDS = (
    "( ) [ ] , . = + - * / ** @ | >> & 0 1 2.5 1e5 'a' \"b\" channel tv expect tf.jitter tf.identity tensor param.pixels "
    ".at(0) .map(log) None True x= schedules.ramp const each place clamp \\ ' # ; ! ~ ^ % // < == lambda if é ٣ \x00"
)
PIECES = st.sampled_from([*WORDS.split(" "), "\n", "\t"])


@given(st.text())
@example("(" * 5000)
@example("(" * 5000 + "1" + ",)" * 5000)
@example("-" * 5000 + "tv()")
@example("1" * 300_000)
@example("1e999999")
@example("(((0.5**1000)**1000)**1000)**1000")
@example("2**1000**1000**1000")
@example("'\\d' + tv()")
@example("'\\N{nothing}'")
@example("'\ud800'")
@example("channel('a', 1/0)")
@example("tv(beta=)")
@example("x" * 5000 + "(")
@example("__import__('os').system('true')")
@example("tf.pad(" * 3000)
@example("tensor('a', 1, 2)")
@example("tensor(1)")
@example("1.at(0)")
@example("True.at(0)")
@example("None.map(log)")
def test_law_45_any_text_is_read_or_refused(text):
    """parse of arbitrary text either returns a value or raises ParseError"""
    assert reads(parse, text)


@given(st.lists(PIECES, max_size=12), st.booleans())
def test_law_45_words_in_any_order_are_read_or_refused(pieces, spaced):
    """... also of words in any order"""
    assert reads(parse, (" " if spaced else "").join(pieces))


@given(some, st.data())
def test_law_45_mutated_texts_are_read_or_refused(a, data):
    """... also of texts with a piece cut out, doubled or exchanged"""
    text = repr(a)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 6)))
    assert reads(parse, text[:start] + data.draw(PIECES | st.just("") | st.just(2 * text[start:end])) + text[end:])


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 9)
    | st.floats()
    | st.sampled_from(["", "sum", "a", "1/0", "tv()", "log"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["value", "index", "x"]), inner),
    max_leaves=5,
)


@given(some, st.data())
def test_law_45_damaged_tables_are_read_or_refused(a, data):
    """... and of damaged JSON"""
    rows = to_json(a)["objective"]
    row = data.draw(st.integers(0, len(rows) - 1))
    if data.draw(st.booleans()):
        rows[row] = data.draw(JUNK)
    else:
        rows[row][data.draw(st.integers(0, len(rows[row]) - 1))] = data.draw(JUNK)
    assert reads(from_json, {"objective": rows})


@given(JUNK, st.sampled_from(["objective", "value", "other"]))
def test_law_45_no_table_is_read_or_refused(data, key):
    """... and of what is no table at all"""
    assert reads(from_json, data)
    assert reads(from_json, {key: data})


@given(floats, fractions)
@example(5e-324, Fraction(1, 10**400))
@example(1.7976931348623157e308, Fraction(10**4000 + 1, 7))
def test_law_46_weights_are_the_decimals_typed(f, q):
    """float(exact(f)) == f for every finite float; exact(show(q)) = q"""
    assert float(exact(f)) == f
    assert exact(show(q)) == q == exact(show(-q)) * -1
    assert show(exact(f)) in (repr(f), show(exact(f)))
    assert len(show(exact(f))) <= len(repr(f)) or f == 0
    one = channel("a", 0)
    assert parse(repr(q * one)) == q * one
    assert parse(repr(f * one)) == f * one
    assert math.isclose(float(exact(show(exact(f)))), f)


DEEP = {
    "a sum": (lambda x, one: x + one, 2000),
    "a sum to the right": (lambda x, one: one - x, 2000),
    "parentheses": (lambda x, one: (x + 1) * one, 2000),
    "weights": (lambda x, one: Fraction(1, 7) * x + one, 2000),
    "functions": (lambda x, one: x.map("tanh"), 2000),
    "masks": (lambda x, one: (x + one).at(0), 2000),
    "powers": (lambda x, one: (x / 8) ** 2 - one, 2000),
}


@pytest.mark.parametrize("kind", DEEP)
def test_trees_of_two_thousand_levels(kind):
    """Build, compare, print, parse, JSON, pickle, deepcopy, evaluate, differentiate, lower: no recursion anywhere."""
    build, levels = DEEP[kind]
    a, b = deep(build, levels), deep(build, levels)
    assert a == b
    assert hash(a) == hash(b)
    round_trips(a)
    here = {"a": activations(a)[sites(a)[0]].requires_grad_()}
    score = a(here)
    (gradient,) = torch.autograd.grad(score.sum(), here["a"])
    program = Program(a)(here, Context(3, dtype=torch.float64))[0]
    assert_close(program, score)
    assert_close(torch.autograd.grad(program.sum(), here["a"])[0], gradient)
    assert_close(a(activations(a)), score.detach())
    for question in ("terms", "layers", "degree", "couples_batch", "is_linear", "needed"):
        getattr(__import__("phosphene.objectives", fromlist=[question]), question)(a)
    assert (a @ resize(4)).size == a.size


def test_nested_expectations_do_not_recurse():
    a = deep(lambda x, one: expect(x + one, jitter(1), 1), 50)
    round_trips(a)
    assert a(activations(a)).shape == (3,)


def test_weights_have_no_largest_number_of_digits():
    one, huge = channel("a", 0), Fraction(10**6000 + 1, 7)
    assert exact(show(huge)) == huge
    assert parse(repr(huge * one)) == huge * one == through_json(huge * one)
