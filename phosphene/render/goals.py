"""An objective before the run: its layers are there, its labels become numbers, its summands have names."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from ..errors import UnknownModel, nearest
from ..models.capture import probe
from ..models.vision import Vision
from ..objectives.algebra import Objective, Term
from ..objectives.analysis import effective, terms
from ..objectives.lower import Program
from ..objectives.term import Label, check_index
from ..objectives.tree import as_written, nodes, replace_terms
from ..transforms import Transform
from .ways import finished, split_layer


def check_layers(
    goal: Objective,
    visions: Mapping[str, Vision],
    transforms: Transform,
    channels: int,
    size: tuple[int, int],
    whole: bool,
) -> None:
    """Every layer is one that a network reaches from pictures of a size, every index within it."""
    leaves = [node for node in nodes(effective(goal)) if isinstance(node, Term)]
    owners: dict[str, dict[str, str]] = {}
    for one in leaves:
        model, layer = split_layer(one.layer)
        if layer != "image":
            owners.setdefault(model, {}).setdefault(layer, repr(as_written(one)))
    shapes = {"image": torch.Size([1, channels, *size])}
    for model, names in owners.items():
        if model not in visions:
            raise _unknown_model(model, next(iter(names)), visions)
        vision = visions[model]
        seen = finished(vision, transforms, size, whole).output_size(size)
        found = probe(vision, names, seen, channels)
        shapes.update({f"{model}:{name}" if model else name: shape for name, shape in found.items()})
    for one in leaves:
        check_index(one, shapes[one.layer])


def _unknown_model(model: str, layer: str, visions: Mapping[str, Vision]) -> UnknownModel:
    known = [name for name in visions if name]
    return UnknownModel(
        f"layer {layer!r} is of the network {model!r}" if model else f"layer {layer!r} names no network",
        nearest(model, known) if known else "a single network was given",
        f"write {known[0] + ':' + layer!r}" if known else "leave the name before ':' out",
    )


def labelled(goal: Objective, visions: Mapping[str, Vision]) -> Objective:
    """The objective with class labels replaced by their indices."""

    def change(one: Term) -> Objective:
        kinds = {parameter.name: parameter.kind for parameter in one.definition.parameters}
        vision = visions.get(split_layer(one.layer)[0])
        arguments = tuple(
            (name, vision.label_index(value) if vision and kinds.get(name) == Label else value)
            for name, value in one.arguments
        )
        return one if arguments == one.arguments else Term(one.definition, one.layer, arguments, one.path)

    return replace_terms(goal, change)


def names_of(program: Program, goal: Objective, visions: Mapping[str, Vision]) -> tuple[list[str], list[int]]:
    """The summands of the record as the user wrote them, labels included, and the order in which they are read."""
    written = {labelled(body, visions): body for _, body in terms(effective(goal))}
    place = {body: number for number, body in enumerate(written)}
    reading = sorted(range(len(program.summands)), key=lambda i: place.get(program.summands[i][1], len(place)))
    return [repr(as_written(weight * written.get(body, body))) for weight, body in program.summands], reading
