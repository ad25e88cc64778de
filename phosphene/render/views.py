"""What the networks see: the picture through transforms and views, resized, and the activations found there.

All views of one network that agree in size go through it as one batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from ..models import rules as gradient_rules
from ..models.capture import Capture, takes
from ..models.vision import Vision
from ..objectives.algebra import Draw, Objective, Term
from ..objectives.analysis import Site, effective, target_sites
from ..objectives.tree import nodes
from ..param.picture import fit
from ..seeds import stream
from ..transforms import Transform, identity, resize
from ..transforms.base import draw
from ..values import tensor

Path = tuple[Transform | Draw, ...]
Size = tuple[int, int]


def split_layer(layer: str) -> tuple[str, str]:
    """A layer as the network's name and the layer's: "a:features.12" is ("a", "features.12")."""
    model, colon, name = layer.rpartition(":")
    return (model, name) if colon else ("", layer)


class Draws:
    """The random streams of a step: one for each picture, purpose and sample."""

    def __init__(self, seeds: Sequence[int], step: int, sample: int) -> None:
        self.seeds, self.step, self.sample = seeds, step, sample

    def of(self, purpose: str, transform: Transform, size: Size) -> list[Any]:
        """One draw for each picture."""
        generators = [stream(seed, purpose, self.step, self.sample) for seed in self.seeds]
        return draw(transform, size, generators)


class Views:
    """The sites of an objective as forward passes: `activations(canvas, draws)` by site."""

    def __init__(
        self,
        visions: Mapping[str, Vision],
        sites: Iterable[Site],
        transforms: Transform,
        rules: Mapping[str, gradient_rules.Rule | None],
        half: bool = False,
    ) -> None:
        self.visions, self.transforms, self.rules, self.half = visions, transforms, rules, half
        self.sites = list(sites)
        self.painted = [site for site in self.sites if site.picture is None]
        self.fixed = [site for site in self.sites if site.picture and not _random(site.path)]
        self.moving = [site for site in self.sites if site.picture and _random(site.path)]
        self.targets: dict[Any, Tensor] = {}
        names: dict[str, list[str]] = {}
        for site in self.sites:
            model, layer = split_layer(site.layer)
            if layer != "image":
                names.setdefault(model, []).append(layer)
        self.captures = {model: Capture(visions[model], sorted(set(layers))) for model, layers in names.items()}

    def activations(
        self, canvas: Tensor, draws: Draws, change: Callable[[Tensor], Tensor] | None = None
    ) -> dict[Any, Tensor]:
        """The activations of the painted pictures, and those of target pictures that must be taken anew.

        change: what to make of the gradient at what a network saw, on its way back to the canvas.
        """
        found = dict(self.targets)
        found.update(self._capture(self.painted, canvas, draws, self.transforms, change))
        found.update(self._of_pictures(self.moving, canvas, draws))
        return found

    def capture_targets(self, canvas: Tensor, objective: Objective) -> None:
        """The activations of target pictures at the size of this canvas, once: what their terms keep of them."""
        self.targets.update(self._of_pictures(self.fixed, canvas[:1], Draws([0], 0, 0)))
        for node in nodes(effective(objective)) if self.targets else ():
            if isinstance(node, Term):
                self._keep(node)

    @torch.no_grad()
    def _of_pictures(self, sites: Sequence[Site], canvas: Tensor, draws: Draws) -> dict[Site, Tensor]:
        """The activations of target pictures, one forward pass for each picture."""
        found: dict[Site, Tensor] = {}
        for picture in dict.fromkeys(site.picture for site in sites if site.picture):
            own = {Site(site.layer, site.path): site for site in sites if site.picture == picture}
            captured = self._capture(list(own), _batch(picture, canvas), draws, identity)
            found.update({own[site]: activation for site, activation in captured.items()})
        return found

    def _keep(self, one: Term) -> None:
        """Reduce a target to what its term keeps of it."""
        for site in target_sites(one).values():
            if one.definition.keep and site in self.targets:
                self.targets[site, one.definition.name] = one.definition.keep(self.targets[site])

    def _capture(
        self,
        sites: Sequence[Site],
        canvas: Tensor,
        draws: Draws,
        transforms: Transform,
        change: Callable[[Tensor], Tensor] | None = None,
    ) -> dict[Site, Tensor]:
        found: dict[Site, Tensor] = {}
        wanted: dict[str, dict[Path, list[Site]]] = {}
        for site in sites:
            model, layer = split_layer(site.layer)
            if layer == "image":
                found[site] = self._through(canvas, site.path, draws)
            else:
                wanted.setdefault(model, {}).setdefault(site.path, []).append(site)
        for model, paths in wanted.items():
            pictures = [self._see(model, canvas, path, draws, transforms) for path in paths]
            if change is not None:
                for picture in pictures:
                    picture.register_hook(change)  # type: ignore[no-untyped-call]
            for group in _same_size(pictures):
                captured = self._forward(model, [pictures[i] for i in group])
                for i, one in zip(group, captured, strict=True):
                    for site in list(paths.values())[i]:
                        found[site] = one[split_layer(site.layer)[1]]
        return found

    def _forward(self, model: str, pictures: list[Tensor]) -> list[dict[str, Tensor]]:
        whole = pictures[0] if len(pictures) == 1 else torch.cat(pictures)
        whole = whole.contiguous(memory_format=torch.channels_last)
        with (
            gradient_rules.applied(self.rules.get(model)),
            torch.autocast(whole.device.type, torch.bfloat16, enabled=self.half),
        ):
            captured = {name: x.to(whole.dtype) for name, x in self.captures[model](whole).items()}
        parts = {name: activation.chunk(len(pictures)) for name, activation in captured.items()}
        return [{name: part[i] for name, part in parts.items()} for i in range(len(pictures))]

    def _see(self, model: str, canvas: Tensor, path: Path, draws: Draws, transforms: Transform) -> Tensor:
        """The picture as a network sees it: through the transforms of the run, the views of the path, and resized."""
        ways = _segments((transforms, *path))
        last, purpose = ways.pop()
        x = canvas
        for transform, named in ways:
            x = _apply(x, transform, named, draws)
        return _apply(x, finished(self.visions[model], last, _size(x)), purpose, draws)

    def _through(self, canvas: Tensor, path: Path, draws: Draws) -> Tensor:
        for transform, purpose in _segments(path) if path else ():
            canvas = _apply(canvas, transform, purpose, draws)
        return canvas


def finished(vision: Vision, transform: Transform, size: Size) -> Transform:
    """Transforms followed by the resize to the network's size, unless they set one that the network can take."""
    seen = transform.output_size(size)
    chosen = seen == transform.output_size((size[0] + 37, size[1] + 53))
    if vision.size in (None, seen) or (chosen and takes(vision, seen)):
        return transform
    return transform >> resize(vision.size)


def _segments(path: Sequence[Transform | Draw]) -> list[tuple[Transform, str]]:
    """A path as transforms that are drawn together, with the purpose that names their stream."""
    segments: list[tuple[Transform, str]] = []
    for step in path:
        if isinstance(step, Draw):
            segments.append((step.transform, f"expect {step.transform!r} {step.index}"))
        elif segments:
            segments[-1] = (segments[-1][0] >> step, segments[-1][1])
        else:
            segments.append((step, "transforms"))
    return segments


def _apply(x: Tensor, transform: Transform, purpose: str, draws: Draws) -> Tensor:
    if transform == identity:
        return x
    return transform.apply(x, draws.of(purpose, transform, _size(x)))


def _size(x: Tensor) -> Size:
    return int(x.shape[-2]), int(x.shape[-1])


def _batch(picture: tensor, like: Tensor) -> Tensor:
    """A target picture at the size, type and batch of the painted ones."""
    numbers = fit(picture.numbers(), _size(like)).to(like.device, like.dtype)
    return numbers.expand(like.shape[0], -1, -1, -1) if numbers.shape[0] == 1 else numbers


def _random(path: Path) -> bool:
    return any(isinstance(step, Draw) for step in path)


def _same_size(pictures: list[Tensor]) -> list[list[int]]:
    groups: dict[Size, list[int]] = {}
    for i, picture in enumerate(pictures):
        groups.setdefault(_size(picture), []).append(i)
    return list(groups.values())
