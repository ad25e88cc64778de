"""The text form: `parse` reads what `repr` prints. Nothing is evaluated but registered words and the operators of values.

The text is a subset of Python's expressions, read by operator precedence with a stack of its own. Python's `ast` and, from
3.12 on, its tokenizer stop at 200 nested parentheses; trees of thousands of levels are read here.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

from .errors import ParseError, PhospheneError, UnknownName, nearest
from .objectives.algebra import BITS, Objective, const
from .values import AND, OR, POWER, PRODUCT, SHIFT, SUM, UNARY, Value, exact, words

TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<number>(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)
      | (?P<name>[^\W\d]\w*)
      | (?P<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
      | (?P<op>\*\*|>>|[-+*/@|&().,=\[\]])""",
    re.VERBOSE,
)
BINARY: dict[str, tuple[int, Callable[[Any, Any], Any]]] = {
    "|": (OR, operator.or_),
    "&": (AND, operator.and_),
    ">>": (SHIFT, operator.rshift),
    "+": (SUM, operator.add),
    "-": (SUM, operator.sub),
    "*": (PRODUCT, operator.mul),
    "/": (PRODUCT, operator.truediv),
    "@": (PRODUCT, operator.matmul),
    "**": (POWER, operator.pow),
}
METHODS = {"at", "map", "starting_from"}
CONSTANTS = {"None": None, "True": True, "False": False}
ROOMS = {"obj": "", "objectives": "", "ph": "", "phosphene": "", "transforms": "tf"}


class Token(NamedTuple):
    """A piece of the text and where it starts."""

    kind: str
    text: str
    column: int


class Frame:
    """An open bracket: what it will become, the items so far, and the expression being read."""

    def __init__(self, close: str, build: Callable[..., Any] | None, column: int) -> None:
        self.close, self.build, self.column = close, build, column
        self.items: list[Any] = []
        self.named: dict[str, Any] = {}
        self.keyword: str | None = None
        self.commas = 0
        self.operands: list[Any] = []
        self.operators: list[tuple[int, Callable[..., Any], int, int]] = []


def parse(text: str) -> Any:
    """The objective or value that a text stands for; a bare number is the constant objective.

    Raises ParseError, and nothing else, for any text that is not one; `column` tells where.

    >>> parse("channel('block3', 17) - 0.05*tv()")
    channel('block3', 17) - 0.05*tv()
    >>> parse("tf.pad(12) >> tf.jitter(8)")
    tf.pad(12) >> tf.jitter(8)
    """
    if not isinstance(text, str):
        raise ParseError(f"{type(text).__name__} to parse", "text expected", "write parse('channel(...)')")
    return _Parser(text).run()


def word(name: str) -> Any:
    """A registered word by its full name, by a shorter one where that is unambiguous, or with a usual room name.

    Raises UnknownName with the nearest words.
    """
    room, _, last = name.rpartition(".")
    full = f"{ROOMS.get(room, room)}.{last}".lstrip(".")
    if full in words:
        return words[full]
    matches = [known for known in words if known.rpartition(".")[2] == full]
    if len(matches) == 1:
        return words[matches[0]]
    if matches:
        raise UnknownName(
            f"{name!r} is in several rooms", f"one of {', '.join(matches)} expected", f"write {matches[0]}"
        )
    raise UnknownName(
        f"{name!r} is not a registered word",
        f"a term, transform or other value expected. {nearest(full, words)}",
        f"write {name!r} in quotes if it is a name, correct it, or import the module that defines it first",
    )


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.stack = [Frame("", None, 0)]
        self.tokens = self._lex()
        self.ahead = next(self.tokens)

    def fail(self, what: str, instead: str, column: int, cause: BaseException | None = None) -> ParseError:
        start = max(0, column - 60)
        excerpt = self.text[start : column + 60].replace("\n", " ").replace("\t", " ")
        given = f"{excerpt}\n{' ' * (column - start)}^\n"
        error = ParseError(given, what, instead, column)
        error.__cause__ = cause
        return error

    def _lex(self) -> Iterator[Token]:
        place = 0
        while place < len(self.text):
            match = TOKEN.match(self.text, place)
            if match is None:
                raise self.fail(f"{self.text[place]!r} cannot stand here", "write an expression such as a + 2*b", place)
            if match.lastgroup != "space":
                yield Token(str(match.lastgroup), match.group(), place)
            place = match.end()
        yield Token("end", "", len(self.text))

    def advance(self) -> Token:
        token = self.ahead
        if token.kind != "end":
            self.ahead = next(self.tokens)
        return token

    def accept(self, text: str) -> bool:
        if self.ahead.kind == "op" and self.ahead.text == text:
            self.advance()
            return True
        return False

    def run(self) -> Any:
        wants_operand = True
        while True:
            if wants_operand:
                wants_operand = self.operand()
            elif self.ahead.kind == "end" and len(self.stack) == 1:
                return self.result(self.close_expression())
            else:
                wants_operand = self.after_operand()

    def result(self, value: Any) -> Any:
        if isinstance(value, (int, float, Fraction)) and not isinstance(value, bool):
            return const(value)
        if isinstance(value, (Objective, Value)):
            return value
        what = f"{type(value).__name__} is not an objective or value"
        raise self.fail(what, "write an expression such as channel('a', 3)", 0)

    def operand(self) -> bool:
        """Read one operand or opening bracket; tells whether another operand must follow."""
        frame, token = self.stack[-1], self.advance()
        if token.kind == "number":
            frame.operands.append(self.number(token))
            return False
        if token.kind == "string":
            frame.operands.append(self.string(token))
            return False
        if token.kind == "name":
            return self.name(frame, token)
        if token.text in ("-", "+"):
            apply = operator.neg if token.text == "-" else operator.pos
            frame.operators.append((UNARY, apply, 1, token.column))
            return True
        if token.text in ("(", "["):
            close = ")" if token.text == "(" else "]"
            return self.open(Frame(close, None, token.column))
        raise self.fail(
            f"{token.text!r} where a value was expected" if token.text else "the text ends where a value was expected",
            "write an expression such as channel('a', 3)",
            token.column,
        )

    def name(self, frame: Frame, token: Token) -> bool:
        if self.ahead.text == "=" and frame.close == ")" and not frame.operands and not frame.operators:
            self.advance()
            if frame.keyword or token.text in frame.named:
                raise self.fail(f"{token.text} is given twice", "give it once", token.column)
            frame.keyword = token.text
            return True
        if token.text in CONSTANTS:
            frame.operands.append(CONSTANTS[token.text])
            return False
        name = token.text
        while self.accept("."):
            name += "." + self.advance().text
        try:
            meaning = word(name)
        except UnknownName as problem:
            raise self.fail(problem.given + ": " + problem.expected, problem.instead, token.column, problem) from None
        if self.ahead.text == "(" and callable(meaning):
            self.advance()
            return self.open(Frame(")", meaning, token.column))
        if not isinstance(meaning, Value):
            raise self.fail(f"{name} is a word that must be called", f"write {name}(...)", token.column)
        frame.operands.append(meaning)
        return False

    def open(self, frame: Frame) -> bool:
        self.stack.append(frame)
        return self.ahead.kind != "op" or self.ahead.text != frame.close

    def after_operand(self) -> bool:
        """Read what follows an operand: an operator, a method, a comma or a closing bracket."""
        frame, token = self.stack[-1], self.advance()
        if token.text in BINARY and frame.operands:
            precedence, apply = BINARY[token.text]
            self.reduce(frame, precedence, right=token.text == "**")
            frame.operators.append((precedence, apply, 2, token.column))
            return True
        if token.text == "." and frame.operands:
            return self.method(frame, token)
        if token.text == "," and frame.close and frame.operands:
            self.finish_item(frame)
            frame.commas += 1
            return self.ahead.text != frame.close
        if token.text and token.text == frame.close:
            if frame.operands:
                self.finish_item(frame)
            self.close()
            return False
        wanted = f"{frame.close!r}, an operator or a comma" if frame.close else "an operator or the end"
        raise self.fail(
            f"{token.text or 'the end'!r} where {wanted} was expected", "complete the expression", token.column
        )

    def method(self, frame: Frame, token: Token) -> bool:
        name = self.advance()
        subject = frame.operands.pop()
        if isinstance(subject, (int, float, Fraction)) and not isinstance(subject, bool):
            subject = const(subject)
        if name.text not in METHODS or not hasattr(subject, name.text) or not self.accept("("):
            raise self.fail(
                f".{name.text} is no method here", "write .at(0), .map(log) or .starting_from(...)", token.column
            )
        return self.open(Frame(")", getattr(subject, name.text), token.column))

    def finish_item(self, frame: Frame) -> None:
        value = self.close_expression()
        if frame.keyword:
            frame.named[frame.keyword], frame.keyword = value, None
        elif frame.named:
            raise self.fail("a positional argument after a named one", "write the named ones last", frame.column)
        else:
            frame.items.append(value)

    def close(self) -> None:
        """A closing bracket: a call, a tuple, or an expression in parentheses."""
        frame = self.stack.pop()
        if frame.build:
            value = self.apply(partial(frame.build, *frame.items, **frame.named), (), frame.column)
        elif frame.named:
            raise self.fail("name=value outside a call", "write word(name=value)", frame.column)
        else:
            alone = len(frame.items) == 1 and not frame.commas and frame.close == ")"
            value = frame.items[0] if alone else tuple(frame.items)
        self.stack[-1].operands.append(value)

    def close_expression(self) -> Any:
        frame = self.stack[-1]
        self.reduce(frame, -1)
        return frame.operands.pop()

    def reduce(self, frame: Frame, precedence: int, right: bool = False) -> None:
        while frame.operators and (
            frame.operators[-1][0] > precedence or (frame.operators[-1][0] == precedence and not right)
        ):
            _, apply, arity, column = frame.operators.pop()
            arguments = frame.operands[-arity:]
            del frame.operands[-arity:]
            frame.operands.append(self.apply(self.operation(apply, arguments, column), arguments, column))

    def operation(self, apply: Callable[..., Any], arguments: list[Any], column: int) -> Callable[..., Any]:
        if all(isinstance(value, (int, float, Fraction)) and not isinstance(value, bool) for value in arguments):
            if apply in (operator.add, operator.sub):
                return lambda *numbers: apply(*map(const, numbers))
            return lambda *numbers: _plain(apply(*_checked(apply, [exact(number) for number in numbers])))
        if not any(isinstance(value, (Objective, Value)) for value in arguments):
            raise self.fail(
                "an operator between values that have none", "write it between objectives or numbers", column
            )
        return apply

    def apply(self, build: Callable[..., Any], arguments: Any, column: int) -> Any:
        try:
            return build(*arguments)
        except PhospheneError as problem:
            raise self.fail(problem.given + ": " + problem.expected, problem.instead, column, problem) from problem
        except Exception as problem:
            raise self.fail(f"{problem}", "correct the arguments", column, problem) from problem

    def number(self, token: Token) -> int | float | Fraction:
        literal = token.text.replace("_", "")
        exponent = re.search(r"[eE]([+-]?\d+)$", literal)
        if len(literal) > BITS or (exponent and (len(exponent[1]) > 6 or abs(int(exponent[1])) > BITS)):
            raise self.fail("a number too long to read", "write a number such as 1e-6", token.column)
        return _plain(exact(literal))

    def string(self, token: Token) -> str:
        try:
            return str(ast.literal_eval(token.text))
        except (ValueError, SyntaxError) as problem:
            raise self.fail("a damaged string", "write 'text'", token.column, problem) from None


def _plain(value: Fraction) -> int | float | Fraction:
    """An integer or a float where they say the same as the decimal, else the fraction itself."""
    if value.denominator == 1:
        return value.numerator
    try:
        close = float(value)
    except OverflowError:
        return value
    return close if exact(close) == value else value


def _checked(apply: Callable[..., Any], numbers: list[Fraction]) -> list[Fraction]:
    if apply is operator.pow:
        base, exponent = numbers
        bits = base.numerator.bit_length() + base.denominator.bit_length()
        if exponent.denominator != 1 or abs(exponent) > 1000 or bits > 1000:
            raise ValueError("a power of numbers with a whole exponent up to 1000 expected")
        return [base, exponent]
    if apply not in (operator.mul, operator.truediv, operator.neg, operator.pos):
        raise ValueError("numbers have no such operator")
    return numbers
