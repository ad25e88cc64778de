"""Frozen values whose `repr` is the source text that makes them again.

Every word of the language other than an objective is a subclass of `Value`: its class name is the word, its fields are
the arguments. Subclassing registers the word under its room (`tf.jitter`, `param.pixels`, `optimizers.adam`);
objectives alone are written without a room. `phosphene.language` reads the same words back.
"""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import math
import re
import sys
import weakref
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, TypeVar

import numpy as np
import torch
from torch import Tensor
from typing_extensions import dataclass_transform

from .errors import BadArgument, MissingTensor, NameTaken

# How tightly text binds, loosest first; Python's own order for these operators.
OR, AND, SHIFT, SUM, PRODUCT, UNARY, POWER, ATOM = range(8)

words: dict[str, Any] = {}
"""Every registered word by its full name: classes, functions, and constants such as `tf.standard`."""

T = TypeVar("T")


def register(name: str, word: T, origin: tuple[str, str] | None = None) -> T:
    """Make a word known to the language; one of another origin under the same name is refused (NameTaken)."""
    source = _origin(word) if origin is None else origin
    if name in words and words[name] is not word and _origins[name] != source:
        raise NameTaken(
            f"{name!r} is registered by {_origins[name][0]} already",
            "one meaning for each name",
            "choose another name for the new one",
        )
    words[name], _origins[name] = word, source
    return word


_origins: dict[str, tuple[str, str]] = {}


def _origin(word: Any) -> tuple[str, str]:
    return getattr(word, "__module__", type(word).__module__), getattr(word, "__qualname__", repr(word))


def code_origin(function: Any) -> tuple[str, str]:
    """Where a function is defined and what it does: defining the same again, in a notebook say, is no conflict."""
    code = function.__code__
    constants = [value for value in code.co_consts if not inspect.iscode(value)]
    return function.__module__, f"{function.__qualname__} {code.co_code!r} {code.co_names} {constants}"


@dataclass_transform(frozen_default=True, kw_only_default=False, field_specifiers=(dataclasses.field,))
class Value:
    """A frozen record that prints as the call that makes it; subclasses declare fields and a `room`.

    >>> class grey(Value, room="example"):
    ...     level: float = 0.5
    >>> grey(), grey(0.25), grey(level=0.25) == grey(0.25)
    (example.grey(), example.grey(level=0.25), True)
    """

    room: ClassVar[str] = ""
    word: ClassVar[str] = ""

    def __init_subclass__(cls, room: str | None = None, abstract: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if room is not None:
            cls.room = room
        dataclasses.dataclass(frozen=True, repr=False)(cls)
        cls.word = f"{cls.room}.{cls.__name__}" if cls.room else cls.__name__
        if not abstract:
            register(cls.word, cls)

    def text(self) -> tuple[str, int]:
        """The source text and how tightly it binds; values written with operators override this."""
        required, optional = [], []
        for field in dataclasses.fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if not field.repr:
                continue
            if field.default is dataclasses.MISSING and not field.kw_only:
                required.append(literal(value))
            elif field.default is dataclasses.MISSING or value != field.default:
                optional.append(f"{field.name}={literal(value)}")
        return f"{self.word}({', '.join(required + optional)})", ATOM

    def __repr__(self) -> str:
        return self.text()[0]


def literal(value: Any) -> str:
    """The text of an argument: a number, string, None, tuple, or value.

    >>> literal((1, 0.5, 'a', None))
    "(1, 0.5, 'a', None)"
    """
    if isinstance(value, tuple):
        inner = ", ".join(literal(item) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, float):
        return repr(int(value) if value.is_integer() and abs(value) < 1e15 else float(value))
    if isinstance(value, Fraction):
        return show(value)
    return repr(value)


def joined(parts: tuple[Value, ...], operator: str, precedence: int) -> tuple[str, int]:
    """The text of an n-ary operator, with parentheses where a part binds less tightly."""
    texts = (part.text() for part in parts)
    return f" {operator} ".join(t if p > precedence else f"({t})" for t, p in texts), precedence


def exact(number: int | float | Fraction | str) -> Fraction:
    """The decimal that the user typed, as a fraction.

    >>> exact(0.1) + exact(0.2) == exact(0.3)
    True
    """
    if isinstance(number, str):  # by Decimal, which reads any number of digits
        top, _, bottom = number.partition("/")
        return Fraction(Decimal(top)) / Fraction(Decimal(bottom or 1))
    return Fraction(number) if isinstance(number, (int, Fraction)) else Fraction(repr(float(number)))


def show(number: Fraction) -> str:
    """The shortest literal of a fraction: an integer, a decimal where it has one, else `p/q`.

    >>> show(Fraction(1, 2)), show(Fraction(1, 3)), show(Fraction(10**20))
    ('0.5', '1/3', '1e20')
    """
    rest, twos, fives = number.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{Decimal(number.numerator)}/{Decimal(number.denominator)}"
    places = max(twos, fives)
    digits = str(Decimal(abs(number.numerator) * 10**places // number.denominator))
    return min(_spellings(digits, places, "-" if number < 0 else ""), key=len)


def _spellings(digits: str, places: int, sign: str) -> list[str]:
    """Plain and scientific spellings of the decimal `digits` x 10**-places, the plain one first."""
    stripped = digits.rstrip("0")
    zeros = len(digits) - len(stripped)
    padded = digits.rjust(places + 1, "0")
    plain = padded[: len(padded) - places] + ("." + padded[len(padded) - places :] if places else "")
    if not stripped:
        return [plain]
    mantissa = stripped[0] + ("." + stripped[1:] if len(stripped) > 1 else "")
    whole = f"{sign}{stripped}e{zeros - places}"
    return [sign + plain, f"{sign}{mantissa}e{len(digits) - 1 - places}", whole]


_tensors: weakref.WeakValueDictionary[str, Tensor] = weakref.WeakValueDictionary()


class tensor(Value):
    """A tensor named by its content: equal where the bytes, the shape and the type are.

    Text and JSON carry the digest alone; the numbers travel in a `.safetensors` file beside them and are found again by
    digest.

    >>> hold(torch.zeros(2)) == hold(torch.zeros(2)), hold(torch.zeros(2)) == hold(torch.zeros(3))
    (True, False)
    """

    digest: str
    shape: tuple[int, ...]
    dtype: str
    data: Tensor | None = dataclasses.field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not (isinstance(self.digest, str) and re.fullmatch("[0-9a-f]{32}", self.digest)):
            raise BadArgument(f"tensor({self.digest!r}, ...)", "32 hexadecimal digits expected", "write hold(array)")
        object.__setattr__(self, "shape", tuple(self.shape))
        if self.data is None and self.digest in _tensors:
            object.__setattr__(self, "data", _tensors[self.digest])

    def numbers(self) -> Tensor:
        """The tensor itself, on the CPU; MissingTensor where only the name has been read."""
        if self.data is None and self.digest in _tensors:
            object.__setattr__(self, "data", _tensors[self.digest])
        if self.data is None:
            raise MissingTensor(
                f"{self!r} is only the name of a tensor",
                "its numbers are in a .safetensors file beside the text",
                "read them first: serialize.load_tensors(path)",
            )
        return self.data


def hold(array: Tensor | np.ndarray[Any, Any]) -> tensor:
    """A tensor or array as a frozen value; its numbers are copied once."""
    numbers = torch.as_tensor(array).detach().to("cpu", copy=True).contiguous()
    if numbers.dtype.is_floating_point and not bool(torch.isfinite(numbers).all()):
        raise BadArgument(
            "a tensor with NaN or infinity in it", "finite numbers expected", "clean it with torch.nan_to_num"
        )
    dtype = str(numbers.dtype).removeprefix("torch.")
    content = hashlib.sha256(f"{dtype}{tuple(numbers.shape)}".encode())
    content.update(numbers.reshape(-1).view(torch.uint8).numpy().tobytes())
    name = content.hexdigest()[:32]
    kept = _tensors.setdefault(name, numbers)
    return tensor(name, tuple(numbers.shape), dtype, kept)


def is_finite(value: Any) -> bool:
    """Whether a value is a number that a float can hold; bools are none.

    >>> is_finite(1), is_finite(10**400), is_finite(True)
    (True, False, False)
    """
    if not isinstance(value, (int, float, Fraction)) or isinstance(value, bool):
        return False
    return -sys.float_info.max <= value <= sys.float_info.max


def check_number(owner: str, name: str, value: Any, low: float = -math.inf, high: float = math.inf) -> None:
    """Refuse what is not a finite number in [low, high], with the owner's name in the message."""
    if not is_finite(value) or not low <= value <= high:
        raise BadArgument(
            f"{owner}: {name} is {value!r}",
            f"a number from {low:g} to {high:g} expected",
            f"write {name}={_nearest(value, low, high):g}",
        )


def _nearest(value: Any, low: float, high: float) -> float:
    """The allowed number that is nearest to a value; of what is no number, a usual one."""
    wanted = float(value) if is_finite(value) else 1.0
    return min(max(wanted, low), high)


def check_integer(owner: str, name: str, value: Any, low: float = -math.inf, high: float = math.inf) -> None:
    """Refuse what is not an integer in [low, high]."""
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise BadArgument(
            f"{owner}: {name} is {value!r}",
            f"an integer from {low:g} to {high:g} expected",
            f"write {name}={round(min(max(float(value), low), high)) if is_finite(value) else max(low, 0):g}",
        )


def check_choice(owner: str, name: str, value: Any, choices: tuple[Any, ...]) -> None:
    """Refuse what is not one of a few words."""
    if isinstance(value, (np.ndarray, Tensor)) or value not in choices:
        words = ", ".join(map(repr, choices))
        raise BadArgument(
            f"{owner}: {name} is {value!r}"[:200], f"one of {words} expected", f"write {name}={choices[0]!r}"
        )
