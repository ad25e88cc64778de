"""How the inputs of a generator are given: one code without a name, or several by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor, as_tensor

from ..errors import BadArgument, ShapeMismatch, nearest
from ..values import tensor
from .codes import Code, frozen, normal

Inputs = tuple[tuple[str, Code], ...]
_TAKEN = ("generator", "shape", "sd", "inputs", "out", "range", "start")


def inputs_of(shape: Any, sd: float, inputs: Any, named: Mapping[str, Any]) -> Inputs:
    """All inputs as (name, code); the only one without a name has the name ''."""
    if isinstance(inputs, (list, tuple)) and any(isinstance(code, Code) for code in inputs):
        raise BadArgument(
            f"latent: {len(inputs)} inputs without names",
            "a name for each, that of the generator's argument",
            "write latent(G, style=codes.simplex(809), view=codes.frozen((0.5, 0.87)))",
        )
    pairs = tuple({**dict(inputs or {}), **named}.items())
    if pairs and shape is not None:
        raise BadArgument(
            f"latent: shape={shape!r} next to inputs {', '.join(map(str, dict(pairs)))}",
            "either one code or named inputs",
            "name all inputs, such as z=codes.normal(128)",
        )
    if not pairs:
        alone = shape if isinstance(shape, Code) else normal((128,) if shape is None else shape, sd)
        pairs = (("", alone),)
    for name, code in pairs:
        if not isinstance(name, str) or not isinstance(code, Code):
            raise BadArgument(
                f"latent: input {name!r} is {code!r}"[:200],
                "an input by name: codes.normal, simplex, sphere, interval or frozen",
                f"write {name}=codes.normal(128)",
            )
    if all(isinstance(code, frozen) for _, code in pairs):
        raise BadArgument(
            "latent: all inputs are frozen", "at least one input to optimize", "write z=codes.normal(128)"
        )
    return pairs


def keywords(inputs: Sequence[tuple[str, Any]]) -> bool:
    """Whether all names can be written as keywords of `latent`."""
    return all(name.isidentifier() and name not in _TAKEN for name, _ in inputs)


def given_codes(free: Mapping[str, Code], code: Any, named: Mapping[str, Any]) -> dict[str, Tensor]:
    """Codes given alone, as a dict or (name, code) pairs, or by keyword, as {input: (B, *shape)}."""
    codes: dict[str, Any] = dict(named)
    if isinstance(code, Mapping) or _pairs(code):
        codes.update(code)
    elif code is not None:
        if len(free) > 1:
            raise BadArgument("one code without a name", f"codes by name: {', '.join(free)}", f"write {_example(free)}")
        codes[next(iter(free))] = code
    return {name: _checked(free, name, given) for name, given in codes.items()}


def _checked(free: Mapping[str, Code], name: str, given: Any) -> Tensor:
    if name not in free:
        expected = f"an input that is optimized. {nearest(str(name), free)}"
        raise BadArgument(f"a code for {name!r}", expected, f"write {_example(free)}")
    if not isinstance(given, (Tensor, np.ndarray, tensor, tuple, list, int, float)):
        raise BadArgument(f"{type(given).__name__} as a code", "a tensor or numbers", "write torch.randn(128)")
    numbers = given.numbers() if isinstance(given, tensor) else as_tensor(given).detach()
    numbers = numbers if numbers.is_floating_point() else numbers.float()
    shape = tuple(free[name].shape)
    numbers = numbers[None] if tuple(numbers.shape) == shape else numbers
    if numbers.ndim != len(shape) + 1 or tuple(numbers.shape[1:]) != shape or not len(numbers):
        raise ShapeMismatch(
            f"a code of shape {tuple(numbers.shape)} for {name!r}",
            f"{shape}, or (B, {', '.join(map(str, shape))}) for several",
            "give the code that the generator takes",
        )
    return numbers


def _pairs(code: Any) -> bool:
    """Whether these are (name, code) pairs and not a matrix."""
    return isinstance(code, tuple) and all(isinstance(row, tuple) and row and isinstance(row[0], str) for row in code)


def _example(free: Mapping[str, Code]) -> str:
    return ".at(" + ", ".join(f"{name}=..." for name in free) + ")" if len(free) > 1 else ".at(code)"
