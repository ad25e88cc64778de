"""Objectives as frozen values: eleven kinds of node and the operators that build them.

A node is immutable and carries its fingerprint, so `==` and `hash` cost nothing. Trees may be thousands of levels deep and
share sub-trees: whatever walks one uses `fold`, never recursion.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import numpy as np

from ..errors import BadOperation, BadWeight, TooLarge
from ..transforms.base import Transform
from ..values import Value, check_integer, exact, register
from .identity import Fingerprint, combine, element, product, total

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from .functions import Elementwise
    from .term import Definition

T = TypeVar("T")


class Objective:
    """What to look for: a score per picture, higher is better; built with `+ - * / **`, `.at`, `.map`, `@`, `expect`.

    >>> from phosphene.objectives import channel, tv
    >>> 0.1 * channel("block3", 17) + 0.2 * channel("block3", 17) == 0.3 * channel("block3", 17)
    True
    """

    __slots__ = ("__weakref__", "children", "fingerprint", "size")
    __array_ufunc__ = None  # NumPy's operators then leave an objective to ours
    children: tuple[Objective, ...]
    fingerprint: Fingerprint
    size: int

    def __init__(self, children: tuple[Objective, ...], fingerprint: Fingerprint) -> None:
        self.children, self.fingerprint = children, fingerprint
        self.size = 1 + sum(child.size for child in children)

    def __add__(self, other: Any) -> Objective:
        return NotImplemented if (right := lift(other)) is None else plus(self, right)

    def __radd__(self, other: Any) -> Objective:
        return NotImplemented if (left := lift(other)) is None else plus(left, self)

    def __sub__(self, other: Any) -> Objective:
        return NotImplemented if (right := lift(other)) is None else plus(self, -right)

    def __rsub__(self, other: Any) -> Objective:
        return NotImplemented if (left := lift(other)) is None else plus(left, -self)

    def __mul__(self, other: Any) -> Objective:
        return NotImplemented if (right := lift(other)) is None else times(self, right)

    def __rmul__(self, other: Any) -> Objective:
        return NotImplemented if (left := lift(other)) is None else times(left, self)

    def __truediv__(self, other: Any) -> Objective:
        divisor = lift(other)
        if not isinstance(divisor, Constant):
            refuse(f"{self!r} / {other!r}", "only a number can divide", "multiply by a weight, or use a.map(...)")
        if divisor.value == 0:
            raise BadWeight(f"{self!r} / 0", "a number other than 0 expected", "write a weight: 0.5*a")
        return times(Constant(1 / divisor.value), self)

    def __rtruediv__(self, other: Any) -> NoReturn:
        refuse(f"{other!r} / {self!r}", "only a number can divide", "write a.map(...) for a function of the score")

    def __pow__(self, exponent: int) -> Objective:
        if not isinstance(exponent, int) or isinstance(exponent, bool) or exponent < 0:
            refuse(f"a ** {exponent!r}", "a whole number from 0 expected", "write a.map(sqrt) or a.map(...) instead")
        return power(self, exponent)

    def __rpow__(self, base: Any) -> NoReturn:
        refuse(f"{base!r} ** a", "an objective is no exponent", "write a.map(exp)")

    def __neg__(self) -> Objective:
        return times(Constant(Fraction(-1)), self)

    def __pos__(self) -> Objective:
        return self

    def at(self, image: int) -> Objective:
        """This score for one picture of the batch and 0 for the others."""
        image = _plain(image)
        check_integer(".at", "picture", image, 0)
        if isinstance(self, Masked):
            return self if self.image == image else Constant(Fraction(0))
        return self if self == ZERO else Masked(self, image)

    def map(self, function: Elementwise) -> Objective:
        """A registered elementwise function of the score: `log`, `sqrt`, `relu`, `clamp(0, 1)` ..."""
        from .functions import as_function

        return Mapped(self, as_function(function))

    def __matmul__(self, view: Transform) -> Objective:
        if not isinstance(view, Transform) or not view.deterministic:
            refuse(
                f"{self!r} @ {view!r}",
                "a transform without randomness expected",
                "write expect(a, transforms, n) for the mean over random views",
            )
        from .tree import viewed

        return viewed(self, view)

    def __eq__(self, other: object) -> bool:
        return self.fingerprint == other.fingerprint if isinstance(other, Objective) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __call__(self, activations: Mapping[Any, Tensor]) -> Tensor:
        """The score per picture, shape (batch,), from activations by site or layer name."""
        from .evaluate import evaluate

        return evaluate(self, activations)

    def __repr__(self) -> str:
        from .printing import shown

        return shown(self)

    def __reduce__(self) -> tuple[Any, ...]:
        from ..serialize import from_table, tensors_in, to_table

        return from_table, (to_table(self), tensors_in(self, known=True))

    def __copy__(self) -> Objective:
        return self

    def __deepcopy__(self, memo: Any) -> Objective:
        return self

    def __setattr__(self, name: str, value: Any) -> None:
        if hasattr(self, "size"):
            raise AttributeError(f"objectives are frozen: build a new one instead of setting {name!r}")
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        raise AttributeError("objectives are frozen")

    def _compared(self, other: Any) -> NoReturn:
        refuse("a < b between objectives", "objectives are not ordered", "compare the scores of two renders instead")

    __lt__ = __le__ = __gt__ = __ge__ = _compared

    def __or__(self, other: Any) -> NoReturn:
        refuse("a | b between objectives", "objectives have no `|`", "write a + b, or each(a, b): one for each picture")

    __and__ = __ror__ = __rand__ = __or__

    def __bool__(self) -> NoReturn:
        refuse("bool(a) of an objective", "an objective is neither true nor false", "write a == b to compare two")

    def __getitem__(self, key: Any) -> NoReturn:
        refuse(f"a[{key!r}]", "an objective has no items", f"write a.at({key!r}): the score of one picture")

    def __iter__(self) -> Iterator[Objective]:
        refuse("iteration over an objective", "an objective has no items", "write objectives.terms(a) for its summands")


class Constant(Objective):
    """A number, the same score for every picture."""

    __slots__ = ("value",)

    def __init__(self, value: Fraction) -> None:
        self.value = value
        super().__init__((), Fingerprint.of(value))


class Term(Objective):
    """One quantity of one layer: a definition (`@term`), its layer, its arguments, and the views it is seen through.

    Gradients among the arguments are its children. The one named `OF` stands in place of the activation; the layer is then
    where it is taken.
    """

    __slots__ = ("arguments", "definition", "layer", "path")

    def __init__(
        self,
        definition: Definition,
        layer: str,
        arguments: tuple[tuple[str, Any], ...],
        path: tuple[Transform | Draw, ...] = (),
    ) -> None:
        self.definition, self.layer, self.arguments, self.path = definition, layer, arguments, path
        inside = tuple(value for _, value in arguments if isinstance(value, Objective))
        plain = tuple(pair for pair in arguments if not isinstance(pair[1], Objective))
        key = ("term", definition.text(layer, plain), repr(path))
        super().__init__(inside, combine([one.fingerprint for one in inside], lambda values: element(*key, *values)))

    def over(self, children: list[Objective]) -> Term:
        """The same term with other objectives among its arguments."""
        parts = iter(children)
        given = tuple((name, next(parts) if isinstance(value, Objective) else value) for name, value in self.arguments)
        return Term(self.definition, self.layer, given, self.path) if children else self


OF = ""
"""The argument that takes the place of a term's activation: no parameter has this name."""


class Gradient(Objective):
    """The gradient of an objective at a layer, of the layer's shape: no score, but what a term can look at.

    held: kept constant when scores are differentiated, which is cheaper; else the term is differentiated through it.
    path: the views that lead there, those of its term.
    """

    __slots__ = ("held", "layer", "path")

    def __init__(
        self, child: Objective, layer: str, held: bool = False, path: tuple[Transform | Draw, ...] = ()
    ) -> None:
        self.layer, self.held, self.path = layer, held, path
        key = ("gradient", layer, held, repr(path))
        super().__init__((child,), child.fingerprint.map(lambda value: element(*key, value)))

    def at(self, image: int) -> NoReturn:
        """Refused: a gradient is no score."""
        _no_score(self)

    def map(self, function: Elementwise) -> NoReturn:
        """Refused: a gradient is no score."""
        _no_score(self)

    def __matmul__(self, view: Transform) -> NoReturn:
        _no_score(self)


class Draw(Value, abstract=True):
    """The view through draw number `index` of a random transform: what `expect` averages over."""

    transform: Transform
    index: int


def _of_constant(name: str) -> Callable[..., Objective]:
    return lambda self, *others: getattr(const(self), name)(*others)


class Varying:
    """The operators of a value that can be a coefficient: `1 - place()` is an objective, as `1 - a` is."""

    __add__, __radd__ = _of_constant("__add__"), _of_constant("__radd__")
    __sub__, __rsub__ = _of_constant("__sub__"), _of_constant("__rsub__")
    __mul__, __rmul__ = _of_constant("__mul__"), _of_constant("__rmul__")
    __neg__, __pos__ = _of_constant("__neg__"), _of_constant("__pos__")
    __truediv__, __pow__, __matmul__ = map(_of_constant, ("__truediv__", "__pow__", "__matmul__"))
    at, map = _of_constant("at"), _of_constant("map")


class Coefficient(Objective):
    """A number that the run knows and the text does not: a schedule, the place of a picture in its batch."""

    __slots__ = ("source",)

    def __init__(self, source: Value) -> None:
        self.source = source
        super().__init__((), Fingerprint(element("coefficient", repr(source))))


class Sum(Objective):
    """Two objectives, added picture by picture; longer sums are chains, printed without parentheses."""

    __slots__ = ()

    def __init__(self, left: Objective, right: Objective) -> None:
        super().__init__((left, right), total([left.fingerprint, right.fingerprint]))


class Product(Objective):
    """Two objectives, multiplied picture by picture; a weight of either stands before the whole product."""

    __slots__ = ()

    def __init__(self, left: Objective, right: Objective) -> None:
        super().__init__((left, right), product([left.fingerprint, right.fingerprint]))


class Scaled(Objective):
    """An objective times a weight other than 0 and 1."""

    __slots__ = ("weight",)

    def __init__(self, weight: Fraction, child: Objective) -> None:
        self.weight = weight
        super().__init__((child,), product([Fingerprint.of(weight), child.fingerprint]))


class Power(Objective):
    """A whole power of an objective, from 2."""

    __slots__ = ("exponent",)

    def __init__(self, base: Objective, exponent: int) -> None:
        self.exponent = exponent
        super().__init__((base,), base.fingerprint.power(exponent))


class Masked(Objective):
    """An objective for one picture of the batch, 0 for the others."""

    __slots__ = ("image",)

    def __init__(self, child: Objective, image: int) -> None:
        self.image = image
        super().__init__((child,), child.fingerprint.only(image))


class Mapped(Objective):
    """An elementwise function of an objective."""

    __slots__ = ("function",)

    def __init__(self, child: Objective, function: Elementwise) -> None:
        self.function = function
        super().__init__((child,), child.fingerprint.map(lambda value: element("map", repr(function), value)))


class Expectation(Objective):
    """The mean of an objective over draws of a random transform."""

    __slots__ = ("draws", "transform")

    def __init__(self, child: Objective, transform: Transform, draws: int) -> None:
        self.transform, self.draws = transform, draws
        key = (repr(transform), draws)
        super().__init__((child,), child.fingerprint.map(lambda value: element("expect", *key, value) if value else 0))


BITS = 100_000
"""The bits of numerator and denominator beyond which a weight is refused."""

ZERO = Constant(Fraction(0))
ONE = Constant(Fraction(1))


def refuse(given: str, expected: str, instead: str) -> NoReturn:
    """Raise BadOperation: an operator that objectives do not have."""
    raise BadOperation(given if len(given) < 200 else given[:200] + " ...", expected, instead)


def _no_score(gradient: Objective) -> NoReturn:
    refuse(
        f"{gradient!r} as a score",
        "a term that makes one number per picture of it",
        "write channel(grad(a, 'layer'), 0), or a term of your own",
    )


def lift(value: Any) -> Objective | None:
    """An objective from an objective, a finite number or a schedule; None from what other types must handle."""
    if isinstance(value, Gradient):
        _no_score(value)
    if isinstance(value, Objective):
        return value
    if isinstance(value, (int, float, Fraction, Decimal, np.integer, np.floating)) and not isinstance(value, bool):
        whole = value.is_finite() if isinstance(value, Decimal) else isinstance(value, (int, Fraction))
        if not whole and (isinstance(value, Decimal) or not math.isfinite(value)):
            raise BadWeight(f"the weight {value!r}", "a finite number expected", "write a number such as 0.5")
        return Constant(exact(str(value)) if isinstance(value, (Decimal, np.floating)) else exact(_plain(value)))
    if isinstance(value, Value) and hasattr(value, "coefficient"):
        return Coefficient(value)
    if isinstance(value, str):
        refuse(f"the text {value!r} in an objective", "an objective or a number expected", f"write parse({value!r})")
    raise BadWeight(
        f"the weight {value!r} ({type(value).__name__})"[:200],
        "a weight is a number that the text can show, or a schedule",
        "write a number: float(weight)",
    )


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, np.integer) else value


def const(value: Any) -> Objective:
    """A number as an objective: the same score for every picture.

    >>> const(0.5) + const(0.25) == const(0.75)
    True
    """
    lifted = lift(value)
    assert lifted is not None
    return lifted


def plus(left: Objective, right: Objective) -> Objective:
    """The sum; 0 is left out."""
    _check_scores(left, right)
    if _is_zero(left) or _is_zero(right):
        return right if _is_zero(left) else left
    return Sum(left, right)


def times(left: Objective, right: Objective) -> Objective:
    """The product, its weights gathered in front."""
    _check_scores(left, right)
    (p, a), (q, b) = split_weight(left), split_weight(right)
    if a is ONE or b is ONE:
        return scaled(p * q, b if a is ONE else a)
    return scaled(p * q, Product(a, b))


def scaled(weight: Fraction, body: Objective) -> Objective:
    """A weight times an objective that has none of its own."""
    if weight.numerator.bit_length() + weight.denominator.bit_length() > BITS:
        raise TooLarge("a product of weights", f"up to {BITS} bits can be kept", "write weights of fewer digits")
    if weight == 0 or body is ONE:
        return Constant(weight)
    return body if weight == 1 else Scaled(weight, body)


def split_weight(node: Objective) -> tuple[Fraction, Objective]:
    """A node as a weight and what it multiplies; a number is its own weight, times ONE."""
    if isinstance(node, Constant):
        return node.value, ONE
    return (node.weight, node.children[0]) if isinstance(node, Scaled) else (Fraction(1), node)


def power(base: Objective, exponent: int) -> Objective:
    """A whole power; numbers are folded."""
    _check_scores(base)
    if exponent >= 2**31:
        raise TooLarge("a power", "an exponent up to 2**31 - 1 expected", "write a smaller power")
    if isinstance(base, Constant):
        bits = base.value.numerator.bit_length() + base.value.denominator.bit_length()
        if bits * exponent > BITS:
            raise TooLarge(
                f"a number to the power {exponent}", f"up to {BITS} bits can be kept", "write a smaller power"
            )
        return Constant(base.value**exponent)
    return ONE if exponent == 0 else base if exponent == 1 else Power(base, exponent)


def _check_scores(*nodes: Objective) -> None:
    for node in nodes:
        if isinstance(node, Gradient):
            _no_score(node)


def _is_zero(node: Objective) -> bool:
    return isinstance(node, Constant) and node.value == 0


register("const", const)
