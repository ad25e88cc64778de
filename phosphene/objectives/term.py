"""`@term`: a pure function of an activation becomes a word of the language.

The first parameter is the activation, the first argument of the word is its layer, or the gradient of an objective at
one, `grad(...)`, which the function then gets in its place. The other parameters are keyword-only;
their annotations say what may be given and how it is checked:

    Channel, Row, Column   an index into that axis of the activation, checked against the network
    Label                  a class, by index or by label
    Picture                a picture, or `param.given()`; the function gets that picture's activation at the same layer
    Region                 a mask; the function gets the region's share of each position of the layer, (1 or B, 1, h, w):
                           of the painted picture, or, as `like_region`, of the Picture `like`
    Labels                 a whole number for each picture of the batch, or `param.given("labels")`: see `labels`
    Module                 a module, held as `param.network` holds it
    Slope                  an objective; the function gets the gradient of its score at the activation, held constant;
                           or `grad(...)` of one, which says whether it is
    Tensor                 numbers, kept by content
    float, int, bool, Literal[...]
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints, overload

import numpy as np
import torch
from torch import Tensor

from ..errors import BadArgument, BadPicture, ShapeMismatch, nearest
from ..param.given import given
from ..param.network import network
from ..param.picture import picture
from ..values import code_origin, hold, is_finite, literal, register, tensor
from . import labels
from .algebra import OF, Gradient, Term
from .gradient import as_slope

USUAL = (1, 3, 4)
"""Channels of a picture: grey, RGB, RGBA."""


@dataclass(frozen=True)
class Axis:
    """The axis of an activation that an index runs over."""

    number: int


Channel = Annotated[int, Axis(1)]
Row = Annotated[int, Axis(-2)]
Column = Annotated[int, Axis(-1)]
Label = Annotated[int, Axis(1), "label"]
Picture = Annotated[Tensor, "picture"]
Region = Annotated[Tensor, "region"]
Slope = Annotated[Tensor, "slope"]


@dataclass(frozen=True)
class Parameter:
    """One parameter of a term: its kind (see `_convert`) and its default."""

    name: str
    kind: Any
    default: Any = inspect.Parameter.empty

    @property
    def required(self) -> bool:
        """Whether the user must give it."""
        return self.default is inspect.Parameter.empty


@dataclass(frozen=True, eq=False)
class Definition:
    """What `@term` made of a function: calling it makes a value of the algebra; `.function` is the function itself."""

    name: str
    function: Callable[..., Tensor]
    parameters: tuple[Parameter, ...]
    layer: str | None
    linear: bool
    couples: bool
    keep: Callable[[Tensor], Tensor] | None
    doc: str = ""

    def __call__(self, *arguments: Any, **named: Any) -> Term:
        """The term with these arguments; a layer comes first unless the definition has one."""
        given = list(arguments)
        layer = named.pop("layer", None)
        if layer is None:
            layer = self.layer or (given.pop(0) if given else None)
        of = layer if isinstance(layer, Gradient) else named.pop(OF, None)
        layer = of.layer if isinstance(of, Gradient) else layer
        shown = f"{self.name}({', '.join([*map(_brief, arguments), *(f'{k}={_brief(v)}' for k, v in named.items())])})"
        if not isinstance(layer, str) or not layer:
            raise BadArgument(f"{shown} names no layer", "a layer's name expected first", f"write {self.usage()}")
        if len(given) > len(self.parameters):
            raise BadArgument(
                f"{shown} has {len(given)} arguments after the layer", self._takes(), f"write {self.usage()}"
            )
        for parameter, value in zip(self.parameters, given, strict=False):
            if parameter.name in named:
                raise BadArgument(f"{shown} gives {parameter.name} twice", self._takes(), f"write {self.usage()}")
            named[parameter.name] = value
        bound = self._bound(named, layer, shown)
        if not isinstance(of, Gradient):
            return Term(self, layer, bound)
        self._check_of(bound, shown)
        return Term(self, layer, ((OF, of), *bound))

    def _check_of(self, bound: tuple[tuple[str, Any], ...], shown: str) -> None:
        pictures = {parameter.name for parameter in self.parameters if parameter.kind in (Picture, Region)}
        if named := sorted(pictures & dict(bound).keys()):
            raise BadArgument(
                f"{shown} compares a gradient with what is at its layer ({', '.join(named)})",
                "a term without target pictures and regions",
                "write a term of your own that takes a Slope",
            )

    def _bound(self, named: dict[str, Any], layer: str, shown: str) -> tuple[tuple[str, Any], ...]:
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in named:
            if name not in known:
                raise BadArgument(f"{shown}: {name}. {nearest(name, known)}", self._takes(), f"write {self.usage()}")
        bound = []
        for parameter in self.parameters:
            if parameter.name not in named:
                if parameter.required:
                    raise BadArgument(f"{shown} lacks {parameter.name}", self._takes(), f"write {self.usage()}")
                continue
            value, owner = named[parameter.name], f"{self.name}: {parameter.name}"
            value = as_slope(value, layer, owner) if parameter.kind == Slope else convert(parameter.kind, value, owner)
            if parameter.required or value != parameter.default:
                bound.append((parameter.name, value))
        return tuple(bound)

    def _takes(self) -> str:
        return f"{self.name} takes " + (", ".join(parameter.name for parameter in self.parameters) or "no arguments")

    def usage(self) -> str:
        """How the term is written, such as `channel('layer', index=...)`."""
        first = [] if self.layer else ["'layer'"]
        return f"{self.name}({', '.join(first + [f'{p.name}=...' for p in self.parameters if p.required])})"

    def text(self, layer: str, arguments: tuple[tuple[str, Any], ...]) -> str:
        """The source of a term: required arguments by place, the others by name where they are not the default."""
        given = dict(arguments)
        where = literal(given[OF]) if OF in given else repr(layer)
        parts = [] if self.layer else [where]
        for parameter in self.parameters:
            if parameter.name in given:
                value = literal(given[parameter.name])
                parts.append(value if parameter.required else f"{parameter.name}={value}")
        if self.layer and (layer != self.layer or OF in given):
            parts.append(f"layer={where}")
        return f"{self.name}({', '.join(parts)})"

    def __repr__(self) -> str:
        return f"<term {self.usage()}>"

    def __reduce__(self) -> tuple[Any, ...]:
        from ..language import word

        return word, (self.name,)


@overload
def term(function: Callable[..., Tensor]) -> Definition: ...


@overload
def term(
    *,
    layer: str | None = None,
    linear: bool = False,
    couples: bool = False,
    keep: Callable[[Tensor], Tensor] | None = None,
) -> Callable[[Callable[..., Tensor]], Definition]: ...


def term(
    function: Callable[..., Tensor] | None = None,
    *,
    layer: str | None = None,
    linear: bool = False,
    couples: bool = False,
    keep: Callable[[Tensor], Tensor] | None = None,
) -> Any:
    """Make a pure function of an activation a term.

    The function gets the activation, channels on axis 1, and returns one number per picture, shape (batch,).

    layer: where it looks unless the user says otherwise ("image", "output"); then the layer is not the first argument.
    linear: it is linear in the activation, so that many of them fuse into one weight tensor.
    couples: the score of a picture depends on the others of its batch.
    keep: what to keep of the activation of a `Picture`, computed once.

    >>> @term(linear=True)
    ... def upper_half(activation: Tensor, *, index: Channel) -> Tensor:
    ...     return activation[:, index, : activation.shape[2] // 2].flatten(1).mean(1)
    >>> 2 * upper_half("features.12", 30)
    2*upper_half('features.12', 30)

    Raises NameTaken where another term has this name, BadArgument where the signature cannot be read.
    """

    def define(function: Callable[..., Tensor]) -> Definition:
        hints = get_type_hints(function, include_extras=True)
        _, *others = inspect.signature(function).parameters.values()
        if any(other.kind is not inspect.Parameter.KEYWORD_ONLY for other in others):
            raise BadArgument(
                f"the term {function.__name__}{inspect.signature(function)}",
                "one activation, then keyword-only parameters expected",
                "put a * after the activation",
            )
        declared = [Parameter(p.name, hints.get(p.name, float), p.default) for p in others]
        parameters = tuple(sorted(declared, key=lambda parameter: not parameter.required))  # as text() writes them
        definition = Definition(
            function.__name__, function, parameters, layer, linear, couples, keep, inspect.getdoc(function) or ""
        )
        object.__setattr__(definition, "__doc__", definition.doc)  # what help() shows
        module, code = code_origin(function)
        return register(definition.name, definition, (module, f"{code} {parameters} {layer} {linear} {couples}"))

    return define if function is None else define(function)


def convert(kind: Any, value: Any, owner: str) -> Any:
    """An argument as a frozen value, checked against its annotation."""
    if get_origin(kind) is Literal:
        plain = isinstance(value, (str, int, float))
        if not plain or value not in get_args(kind):
            choices = ", ".join(map(repr, get_args(kind)))
            shown = repr(value) if plain else type(value).__name__
            raise BadArgument(f"{owner} is {shown}", f"one of {choices} expected", f"write {get_args(kind)[0]!r}")
        return value
    if kind == Picture:
        return value if isinstance(value, given) else _one(_target(value), owner)
    if kind == Region:
        return _region(value, owner)
    if labels.needs_of(kind):
        return labels.converted(kind, value, owner)
    if network in getattr(kind, "__metadata__", ()):
        return value if isinstance(value, network) else network(value)
    if kind == Label and isinstance(value, str):
        return value
    if kind is Tensor:
        return value if isinstance(value, tensor) else _numbers(value, owner)
    if get_origin(kind) is Annotated or kind is int:
        return _integer(value, owner, "an index from 0" if get_origin(kind) is Annotated else "an integer")
    if kind is bool and isinstance(value, bool):
        return value
    if type(None) in get_args(kind):
        return None if value is None else convert(get_args(kind)[0], value, owner)
    return _number(value, owner)


def _target(value: Any) -> tensor:
    """A picture of as many channels as it has, which the run compares with the painted one's."""
    held = picture(value, channels=None)
    # The channels come last: of more than four such pictures, none is looked at by its rows.
    return picture(held) if held.shape[1] not in USUAL and held.shape[3] in USUAL else held


def _one(pictures: tensor, owner: str) -> tensor:
    if pictures.shape[0] != 1:
        raise BadPicture(
            f"{owner} is {pictures.shape[0]} pictures",
            "one target picture expected",
            "write a term for each: each(term('layer', first), term('layer', second))",
        )
    return pictures


def _region(value: Any, owner: str) -> tensor:
    """A mask as a grey picture (1, 1, H, W); bytes that are 0 or 1 alone are a mask already."""
    numbers = value.numbers() if isinstance(value, tensor) and value.data is not None else value
    if isinstance(numbers, (Tensor, np.ndarray)):
        mask = torch.as_tensor(numbers)
        mask = (
            mask.float()
            if mask.dtype == torch.bool or (mask.dtype == torch.uint8 and bool((mask <= 1).all()))
            else mask
        )
        numbers = mask[None] if mask.ndim == 2 else mask
    held = _one(picture(numbers, channels=1), owner)
    if held.data is not None and not bool(held.data.any()):
        raise BadPicture(
            f"{owner} is empty", "a mask that is 1 somewhere: 1 inside the region, 0 outside", "leave the term out"
        )
    return held


def picture_of(region: str, kinds: Mapping[str, Any]) -> str | None:
    """The parameter whose picture a region is of: `like` for `like_region`; None for the painted picture."""
    owner = region.removesuffix("_region")
    return owner if owner != region and kinds.get(owner) == Picture else None


def _integer(value: Any, owner: str, expected: str) -> int:
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or (value < 0 and "from 0" in expected):
        raise BadArgument(f"{owner} is {_brief(value)}", f"{expected} expected", "write a whole number such as 3")
    return int(value)


def _number(value: Any, owner: str) -> float:
    number = value.item() if isinstance(value, np.number) else value
    if not is_finite(number):
        raise BadArgument(f"{owner} is {_brief(value)}", "a finite number expected", "write a number such as 0.5")
    return float(number) if isinstance(number, Fraction) else number


def _numbers(value: Any, owner: str) -> tensor:
    try:
        numbers = torch.as_tensor(value)
    except (TypeError, ValueError, RuntimeError) as problem:
        raise BadArgument(
            f"{owner} is {_brief(value)}", "a tensor or array of numbers expected", "write torch.tensor(...)"
        ) from problem
    return hold(numbers)


def _brief(value: Any) -> str:
    if isinstance(value, (Tensor, np.ndarray)):
        return f"{type(value).__name__} of shape {tuple(value.shape)}"
    text = repr(value)
    return text if len(text) < 80 else text[:77] + "..."


def check_index(one: Term, shape: torch.Size) -> None:
    """Refuse an index beyond its axis of an activation of this shape (ShapeMismatch, with the range)."""
    for parameter in one.definition.parameters:
        value: Any = dict(one.arguments).get(parameter.name)
        kind = get_args(parameter.kind)[0] if type(None) in get_args(parameter.kind) else parameter.kind
        axes = [extra for extra in getattr(kind, "__metadata__", ()) if isinstance(extra, Axis)]
        for axis in axes if value is not None else []:
            if len(shape) <= axis.number or len(shape) < -axis.number + 2 * (axis.number < 0):
                raise ShapeMismatch(
                    f"{one!r} has {parameter.name} {value}",
                    f"layer {one.layer!r} has shape {tuple(shape[1:])}, no such axis",
                    "choose a layer with positions, or state its axes as in 'layer@btc'",
                )
            if value >= shape[axis.number]:
                raise ShapeMismatch(
                    f"{one!r} has {parameter.name} {value}",
                    f"layer {one.layer!r} has {parameter.name} 0 to {shape[axis.number] - 1}",
                    f"write {parameter.name}={shape[axis.number] - 1} or less",
                )
