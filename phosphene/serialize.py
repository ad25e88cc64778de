"""Values as JSON, with the tensors they name in a `.safetensors` file beside it.

An objective is written as a table of nodes, so that shared parts stay shared and no tree is too deep; every other value is
written as its text.
"""

from __future__ import annotations

import dataclasses
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import safetensors.torch
from torch import Tensor

from .errors import BadArgument, NotWritten, ParseError, PhospheneError
from .language import parse, word
from .objectives.algebra import (
    Coefficient,
    Constant,
    Expectation,
    Gradient,
    Mapped,
    Masked,
    Objective,
    Power,
    Scaled,
    Sum,
    Term,
    const,
    plus,
    times,
)
from .objectives.gradient import grad
from .objectives.tree import expect, fold
from .transforms.base import Transform
from .values import Value, check_integer, exact, hold, show, tensor

Row = list[Any]


def to_table(root: Objective) -> list[Row]:
    """The nodes of an objective, children before parents, each naming its children by row."""
    rows: list[Row] = []

    def visit(node: Objective, children: list[int]) -> int:
        rows.append([*_head(node), *children])
        return len(rows) - 1

    fold(root, visit)
    return rows


def _head(node: Objective) -> Row:
    if isinstance(node, Constant):
        return ["number", show(node.value)]
    if isinstance(node, Term):
        places = {id(child): number for number, child in enumerate(node.children)}
        arguments = {k: {"child": places[id(v)]} if id(v) in places else _plain(v) for k, v in node.arguments}
        return ["term", node.definition.name, node.layer, arguments, [repr(step) for step in node.path]]
    if isinstance(node, Gradient):
        return ["gradient", node.layer, node.held]
    if isinstance(node, Coefficient):
        return ["coefficient", repr(node.source)]
    if isinstance(node, Scaled):
        return ["times", show(node.weight)]
    if isinstance(node, Power):
        return ["power", node.exponent]
    if isinstance(node, Masked):
        return ["at", node.image]
    if isinstance(node, Mapped):
        return ["map", repr(node.function)]
    if isinstance(node, Expectation):
        return ["expect", repr(node.transform), node.draws]
    return ["sum" if isinstance(node, Sum) else "product"]


def _plain(value: Any) -> Any:
    return {"value": repr(value)} if isinstance(value, (Value, tuple)) else value


def from_table(rows: list[Row], tensors: Mapping[str, Tensor] | None = None) -> Objective:
    """The objective of a table; `tensors` are the numbers that it names, by digest."""
    nodes: list[Objective] = []
    alive = keep_tensors(dict(tensors or {}))
    for number, row in enumerate(rows if isinstance(rows, list) else [rows]):
        try:
            nodes.append(_node(row, nodes))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as problem:
            raise ParseError(
                f"row {number} of an objective's table: {row!r}"[:300],
                f"a node over earlier rows expected ({problem})",
                "write the table with serialize.to_json(a)",
            ) from problem
    if not nodes:
        raise ParseError("an empty table", "at least one node expected", "write it with serialize.to_json(a)")
    del alive  # the terms hold them now
    return nodes[-1]


def _node(row: Row, nodes: list[Objective]) -> Objective:
    kind, *rest = row

    def child(place: int) -> Objective:
        check_integer("the table", "row", place, 0)
        return nodes[place]

    if kind == "term":
        name, layer, arguments, path, *inside = rest
        definition = word(name)
        children = [child(place) for place in inside]
        named = {key: parse_argument(value, children) for key, value in arguments.items()}
        plain = definition(layer=layer, **named)
        views = tuple(parse(step) for step in path)
        if not all(isinstance(view, Transform) and view.deterministic for view in views):
            raise ValueError("a view is a transform without randomness")
        return Term(definition, plain.layer, plain.arguments, views)

    build: dict[str, Callable[..., Objective]] = {
        "number": lambda value: Constant(exact(str(value))),
        "coefficient": lambda source: const(parse(source)),
        "gradient": lambda layer, held, one: grad(child(one), layer, held),
        "times": lambda weight, one: times(Constant(exact(str(weight))), child(one)),
        "power": lambda exponent, one: child(one) ** exponent,
        "at": lambda image, one: child(one).at(image),
        "map": lambda function, one: child(one).map(parse(function)),
        "expect": lambda transform, draws, one: expect(child(one), parse(transform), draws),
        "sum": lambda left, right: plus(child(left), child(right)),
        "product": lambda left, right: times(child(left), child(right)),
    }
    return build[kind](*rest)


def parse_argument(value: Any, children: Sequence[Objective] = ()) -> Any:
    """An argument of a term as JSON holds it."""
    if isinstance(value, dict):
        return children[value["child"]] if "child" in value else parse(value["value"])
    return value


def to_json(value: Objective | Value) -> dict[str, Any]:
    """A value as plain JSON data.

    >>> from phosphene.objectives import channel
    >>> from_json(to_json(channel("a", 1) - 2)) == channel("a", 1) - 2
    True
    """
    return {"objective": to_table(value)} if isinstance(value, Objective) else {"value": repr(value)}


def from_json(data: Mapping[str, Any], tensors: Mapping[str, Tensor] | None = None) -> Any:
    """The value that `to_json` wrote; `tensors` are those of the file beside it.

    Raises ParseError where the data is not such a value.
    """
    if not isinstance(data, Mapping) or not ({"objective", "value"} & set(data)):
        raise ParseError(
            f"{data!r}"[:200], "data with the key 'objective' or 'value' expected", "write serialize.to_json(a)"
        )
    return from_table(data["objective"], tensors) if "objective" in data else parse(data["value"])


def tensors_in(value: Any, known: bool = False) -> dict[str, Tensor]:
    """Every tensor that a value names, by digest; with `known`, those alone whose numbers are at hand."""
    found: dict[str, Tensor] = {}
    if isinstance(value, tensor):
        if value.data is not None or not known:
            found[value.digest] = value.numbers()
    elif isinstance(value, Objective):
        fold(value, lambda node, _: found.update(tensors_in(_parts(node), known)))
    elif isinstance(value, tuple):
        for part in value:
            found.update(tensors_in(part, known))
    elif isinstance(value, Value):
        parts = tuple(getattr(value, field.name) for field in dataclasses.fields(value))  # type: ignore[arg-type]
        found.update(tensors_in(parts, known))
    return found


def _parts(node: Objective) -> tuple[Any, ...]:
    if isinstance(node, Term):
        return (*(given for _, given in node.arguments if not isinstance(given, Objective)), *node.path)
    if isinstance(node, Expectation):
        return (node.transform,)
    return (node.source,) if isinstance(node, Coefficient) else ()


def save(value: Objective | Value, path: str | Path) -> None:
    """Write a value as JSON, and its tensors, if any, to a `.safetensors` file of the same name."""
    path = Path(path)
    if path.suffix == ".safetensors":
        raise BadArgument(
            f"save(..., {str(path)!r})", "a .json file expected", f"write {path.with_suffix('.json').name!r}"
        )
    if tensors := tensors_in(value):
        write_whole(path.with_suffix(".safetensors"), safetensors.torch.save(tensors))
    write_whole(path, json.dumps(to_json(value)).encode())


def load(path: str | Path) -> Any:
    """Read what `save` wrote."""
    path = Path(path)
    beside = path.with_suffix(".safetensors")
    tensors = load_tensors(beside) if beside.exists() else {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise ParseError(
            f"{str(path)!r}: {problem}", "a file that serialize.save wrote expected", "restore the damaged file"
        ) from problem
    return from_json(data, tensors)


def load_tensors(path: str | Path) -> dict[str, Tensor]:
    """The tensors of a file by digest; while the result lives, values that name them find their numbers."""
    return keep_tensors(safetensors.torch.load_file(path))


def keep_tensors(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Make tensors findable by digest for as long as they live."""
    for name, numbers in tensors.items():
        held = hold(numbers)
        if held.digest != name:
            raise ParseError(f"tensor {name}", f"its numbers have the digest {held.digest}", "restore the damaged file")
        tensors[name] = held.numbers()
    return tensors


def writable(path: str | Path) -> Path:
    """The path of a file that can be written, found by trying; BadArgument for a folder, or one that cannot be written."""
    path = _in_a_folder(path)
    try:
        handle, temporary = _temporary(path)
    except (OSError, ValueError) as problem:
        raise BadArgument(
            f"the file {str(path)!r}: {_reason(problem)}",
            "a name and a folder that a file can be written to expected",
            "write the path of a file in a folder of your own",
        ) from problem
    os.close(handle)
    os.unlink(temporary)
    return path


def write_whole(path: str | Path, content: bytes) -> None:
    """Write a file at once: a full disk or a crash leaves the old file as it was.

    Errors: BadArgument as `writable`; NotWritten where the system refuses.
    """
    with written_whole(path) as temporary:
        temporary.write_bytes(content)


@contextmanager
def written_whole(path: str | Path) -> Iterator[Path]:
    """A new file beside a path, to be written piece by piece; it takes the path's place once it is whole.

    Errors: as `write_whole`; one of the caller's own leaves the old file as it was, too.
    """
    path = _in_a_folder(path)
    try:
        handle, name = _temporary(path)
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except PhospheneError:
        raise
    except (OSError, ValueError) as problem:
        raise NotWritten(
            f"the file {str(path)!r}: {_reason(problem)}",
            "a folder that can be written, with room for the file, expected",
            "make room, or write another path; what was there is left as it was",
        ) from problem


def _in_a_folder(path: str | Path) -> Path:
    """A path in a folder that exists."""
    if not isinstance(path, (str, Path)):
        raise BadArgument(f"{path!r} as a file"[:200], "a path expected", "write 'picture.png'")
    path = Path(path)
    if os.path.isdir(path) or not os.path.isdir(path.parent):
        raise BadArgument(
            f"the file {str(path)!r}",
            f"{str(path) if os.path.isdir(path) else str(path.parent)!r} "
            f"{'is a folder' if os.path.isdir(path) else 'is no folder'}",
            "write the path of a file in a folder that exists",
        )
    return path


def _temporary(path: Path) -> tuple[int, str]:
    """A new file beside the path, open, to be renamed."""
    return tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")


def _reason(problem: Exception) -> str:
    return getattr(problem, "strerror", None) or str(problem)
