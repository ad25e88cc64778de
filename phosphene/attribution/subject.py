"""What an attribution is about: networks, pictures and a layer, each checked before anything runs."""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..errors import BadArgument, ShapeMismatch, UnknownModel, nearest
from ..models import rules as gradient_rules
from ..models.capture import dry_run, grey, probe
from ..models.vision import Vision, pair
from ..objectives.algebra import Objective
from ..objectives.analysis import Site, images
from ..param.picture import picture as read
from ..render.arguments import as_objective, device_of, precision_of
from ..render.goals import check_layers, labelled
from ..render.ways import finished, size_of, split_layer
from ..transforms import identity
from .known import T, known, state
from .looks import Looks


@dataclass(frozen=True)
class Subject:
    """Networks, of the size at which they see, and pictures (B, C, H, W) in [0, 1] in their type and on their device."""

    visions: Mapping[str, Vision]
    canvas: Tensor
    state: Hashable

    def known(self, question: Hashable, answer: Callable[[], T]) -> T:
        """An answer about these networks, found once as long as they stay as they are."""
        return known(next(iter(self.visions.values())), (question, self.state), answer)

    @property
    def channels(self) -> int:
        """The color channels of the pictures."""
        return int(self.canvas.shape[1])

    def seen(self, vision: Vision) -> tuple[int, int]:
        """The size at which a network sees the pictures."""
        return finished(vision, identity, size_of(self.canvas)).output_size(size_of(self.canvas))

    def shape(self, layer: Any, owner: str) -> torch.Size:
        """The shape of a layer's activation for one picture.  Errors: UnknownLayer, AmbiguousLayer, UnknownModel."""
        if not isinstance(layer, str):
            raise BadArgument(f"{owner}: layer {layer!r}", "the name of a layer, or 'image'", "write 'features.12'")
        model, name = split_layer(layer)
        if name == "image":
            return self.canvas[:1].shape
        if model not in self.visions:
            names = [f"{one}:{name}" for one in self.visions if one]
            raise UnknownModel(
                f"{owner}: layer {layer!r} names the network {model!r}" if model else f"{owner}: layer {layer!r}",
                nearest(layer, names) if names else "a single network was given",
                f"write {names[0]!r}" if names else f"write {name!r}",
            )
        vision = self.visions[model]
        seen, channels = self.seen(vision), self.channels
        return self.known(
            ("shape", model, name, seen, channels), lambda: probe(vision, {name: owner}, seen, channels)[name]
        )

    def goal(self, objective: Any) -> Objective:
        """The objective with labels as numbers, and every layer and picture that it names there."""
        goal = labelled(as_objective(objective), self.visions)
        about = identity, self.channels, size_of(self.canvas), True
        self.known(("goal", goal, *about), lambda: check_layers(goal, self.visions, *about))
        named = max(images(goal), default=-1) + 1
        if named > len(self.canvas):
            raise ShapeMismatch(
                f"the objective names picture {named - 1}",
                f"{len(self.canvas)} given, counted from 0",
                f"hand over {named} pictures",
            )
        return goal

    def looks(self, sites: Iterable[Site], rule: Any, wrt: str) -> Looks:
        """What the networks see with a gradient rule, and with the activation at a layer in the caller's hands."""
        checked = {name: self._fitting(rule, one) for name, one in self.visions.items()}
        return Looks(self.visions, sites, checked, wrt)

    def _fitting(self, rule: Any, vision: Vision) -> gradient_rules.Rule | None:
        """The alternative of a rule that fits a network."""
        if rule is None or not isinstance(rule, gradient_rules.Rule):
            return gradient_rules.check(rule, vision)[0]
        seen = self.seen(vision)
        return self.known(("rule", rule, id(vision.module), seen), lambda: gradient_rules.check(rule, vision, seen)[0])


def subject(visions: Mapping[str, Vision], picture: Any, size: int | tuple[int, int] | None) -> Subject:
    """Networks and pictures, seen at a size, or at the networks' own.

    Errors: BadPicture, BadArgument for networks of different types or devices, ShapeMismatch for a size that a network cannot
    take.
    """
    channels = len(next(iter(visions.values())).mean)
    canvas = read(picture, channels=channels).numbers()
    if size is not None:
        visions = {name: _at_size(vision, pair(size), channels) for name, vision in visions.items()}
    made = Subject(visions, canvas.to(device_of(None, visions), precision_of("auto", visions)), state(visions))
    made.known("quantized", lambda: _refuse_quantized(visions))
    return made


def _refuse_quantized(visions: Mapping[str, Vision]) -> None:
    for vision in visions.values():
        for name, child in vision.module.named_modules():
            if ".quantized." in f"{type(child).__module__}.":
                raise BadArgument(
                    f"{vision.name}, of which {name or 'the whole'!r} is {type(child).__name__} in integers",
                    "a network with gradients expected, and a quantized one has none",
                    "give the network as it was before it was quantized",
                )


def _at_size(vision: Vision, size: tuple[int, int], channels: int) -> Vision:
    """The same network, as one of another size."""
    if vision.size != size:
        dry_run(vision, grey(vision, size, channels))
    changed = copy.copy(vision)
    changed.size = size
    return changed
