"""What the networks see: the picture through transforms and views, resized, and the activations found there.

All views of one network that agree in size go through it as one batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ..errors import BadArgument, BadPicture, ShapeMismatch
from ..models import rules as gradient_rules
from ..models.capture import Capture
from ..models.regions import follow, warn_thin
from ..models.replace import edited
from ..models.vision import Vision
from ..objectives.algebra import Objective, Term
from ..objectives.analysis import Site, by_place, effective, target_sites
from ..objectives.tree import nodes
from ..param.given import given
from ..param.picture import fit
from ..transforms import Transform, identity
from ..values import tensor
from .regions import no_tiles, on_canvas
from .ways import (
    Apply,
    Draws,
    Path,
    Size,
    certain,
    finished,
    is_random,
    of_same_size,
    segments,
    size_of,
    split_layer,
    through,
    through_for_mask,
)


class Views:
    """The sites of an objective as forward passes: `activations(canvas, draws)` by site."""

    order = torch.channels_last
    """How pictures lie in memory on their way through a network."""

    def __init__(
        self,
        visions: Mapping[str, Vision],
        sites: Iterable[Site],
        transforms: Transform,
        rules: Mapping[str, gradient_rules.Rule | None],
        half: bool = False,
        whole: bool = True,
    ) -> None:
        self.visions, self.transforms, self.rules = visions, transforms, rules
        self.half, self.whole = half, whole
        self.sites = list(sites)
        self.regions = [site for site in self.sites if site.region]
        if self.regions and not whole:
            raise no_tiles(self.regions[0])
        activations = [site for site in self.sites if not site.region]
        self.painted = [site for site in activations if site.picture is None]
        self.of_pictures = [site for site in activations if site.picture]
        self.placed: frozenset[Site] = frozenset()
        self.sloped: frozenset[str] = frozenset()
        self.targets: dict[Any, Tensor] = {}
        self.matched: dict[str, dict[str, int]] = {}
        self._told: set[Site] = set()
        names: dict[str, list[str]] = {}
        for site in self.sites:
            model, layer = split_layer(site.layer)
            if layer != "image":
                names.setdefault(model, []).append(layer)
        self.captures = {model: Capture(visions[model], sorted(set(layers))) for model, layers in names.items()}

    def activations(
        self,
        canvas: Tensor,
        draws: Draws,
        change: Callable[[Tensor], Tensor] | None = None,
        at_hand: Mapping[str, Tensor] | None = None,
    ) -> dict[Any, Tensor]:
        """The activations of the painted pictures, and those of target pictures that must be taken anew.

        change: what to make of the gradient at what a network saw, on its way back to the canvas.  at_hand: what the
        parameterization was given at this step.
        """
        if self.sloped and not canvas.requires_grad:
            with torch.enable_grad():
                return self.activations(canvas.detach().requires_grad_(), draws, change, at_hand)
        found = dict(self.targets)
        found.update(self._capture(self.painted, canvas, draws, self.transforms, change))
        moving = [site for site in self.of_pictures if self._moves(site)]
        found.update(self._of_pictures(moving, canvas, draws, at_hand))
        found.update(self._masks([site for site in self.regions if self._roves(site)], canvas, draws, self.transforms))
        return found

    def capture_targets(self, canvas: Tensor, *objectives: Objective) -> None:
        """The activations of the objectives' target pictures at this canvas's size, once: what their terms keep of them.

        A target is seen as the painted picture is: through the transforms of the run, so that `tf.resize(64)` shows both at
        one scale. Random ones are for terms that compare place by place, with the same draws, at each step anew; what other
        terms keep of a target, such as a Gram matrix, is then of the target as it is.
        """
        leaves = [node for one in objectives for node in nodes(effective(one)) if isinstance(node, Term)]
        self.sloped = frozenset(one.layer for one in leaves if one.children)
        self.placed = frozenset(site for one in leaves if by_place(one) for site in target_sites(one).values())
        if self.placed and not self.whole:
            raise ShapeMismatch(
                f"a target at layer {next(iter(self.placed)).layer!r} for a canvas in tiles",
                "terms that do not compare pictures place by place",
                "leave the tiles out, or write style(...) in its place",
            )
        fixed = [site for site in self.of_pictures if not self._moves(site)]
        self.targets.update(self._of_pictures(fixed, canvas[:1], Draws([0], 0, 0)))
        self._capture_regions(canvas[:1])
        for one in leaves:
            self._keep(one)

    def windows(self, size: Size, draws: Draws) -> list[tuple[int, int, int, int]]:
        """The part of each picture that the transforms show as it is: (top, left, height, width)."""
        drawn = draws.of("transforms", self.transforms, size)
        return [self.transforms.window(size, one) or (0, 0, *size) for one in drawn]

    @torch.no_grad()
    def _of_pictures(
        self, sites: Sequence[Site], canvas: Tensor, draws: Draws, at_hand: Mapping[str, Tensor] | None = None
    ) -> dict[Site, Tensor]:
        """The activations of target pictures, one forward pass for each picture and way of seeing it."""
        found: dict[Site, Tensor] = {}
        for picture, placed in dict.fromkeys((site.picture, site in self.placed) for site in sites):
            mine = [site for site in sites if site.picture == picture and (site in self.placed) == placed]
            own = {Site(site.layer, site.path): site for site in mine}
            assert picture is not None
            seen = self.transforms if placed or self.transforms.deterministic else identity
            captured = self._capture(list(own), _batch(picture, canvas, at_hand or {}), draws, seen)
            found.update({own[site]: activation.detach() for site, activation in captured.items()})
        return found

    def _moves(self, site: Site) -> bool:
        """Whether a target must be taken anew at each step."""
        random = site in self.placed and not self.transforms.deterministic
        return random or isinstance(site.picture, given) or is_random(site.path)

    def _keep(self, one: Term) -> None:
        """Reduce a target to what its term keeps of it."""
        for site in target_sites(one).values():
            if one.definition.keep and site in self.targets and not site.region:
                self.targets[site, one.definition.name] = one.definition.keep(self.targets[site])

    def _capture_regions(self, canvas: Tensor) -> None:
        """The masks of regions that stay where they are; a warning for every region that a layer cannot resolve."""
        still = [site._replace(path=certain(site.path)) for site in self.regions]
        transforms = self.transforms if self.transforms.deterministic else identity
        masks = self._masks(list(dict.fromkeys(still)), canvas, Draws([0], 0, 0), transforms)
        self.targets.update((site, masks[site]) for site in self.regions if not self._roves(site))
        for site, mask in masks.items():
            model, layer = split_layer(site.layer)
            if layer != "image" and site not in self._told:
                self._told.add(site)
                warn_thin(self.visions[model], layer, on_canvas(site, canvas), mask)

    def _roves(self, site: Site) -> bool:
        """Whether a region is elsewhere at each step: through random transforms of the run, or of its term."""
        seen = site.picture is None and split_layer(site.layer)[1] != "image"
        return is_random(site.path) or (seen and not self.transforms.deterministic)

    @torch.no_grad()
    def _masks(self, sites: Sequence[Site], canvas: Tensor, draws: Draws, transforms: Transform) -> dict[Site, Tensor]:
        """The masks of regions: each the way of its picture, then those of one size through a network together."""
        found: dict[Site, Tensor] = {}
        wanted: dict[str, dict[Site, list[Site]]] = {}
        for site in sites:
            model, layer = split_layer(site.layer)
            if layer == "image":
                found[site] = self._through(on_canvas(site, canvas), site.path, draws, through_for_mask)
            else:
                wanted.setdefault(model, {}).setdefault(site._replace(layer=model), []).append(site)
        for model, ways in wanted.items():
            masks = []
            for way, (one, *_) in ways.items():
                shown = identity if way.picture and not self.transforms.deterministic else transforms
                masks.append(self._see(model, on_canvas(one, canvas), way.path, draws, shown, through_for_mask))
            for group in of_same_size(masks):
                mine = [list(ways.values())[i] for i in group]
                names = sorted({split_layer(site.layer)[1] for some in mine for site in some})
                here = follow(self.visions[model], torch.cat([masks[i] for i in group]), names, int(canvas.shape[1]))
                for place, some in enumerate(mine):
                    for site in some:
                        found[site] = here[split_layer(site.layer)[1]].chunk(len(group))[place]
        return found

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
            for group in of_same_size(pictures):
                captured = self._forward(model, [pictures[i] for i in group], draws.step)
                for i, one in zip(group, captured, strict=True):
                    for site in list(paths.values())[i]:
                        found[site] = one[split_layer(site.layer)[1]]
        return found

    def _forward(self, model: str, pictures: list[Tensor], step: int) -> list[dict[str, Tensor]]:
        whole = pictures[0] if len(pictures) == 1 else torch.cat(pictures)
        whole = whole.contiguous(memory_format=self.order)
        with (
            gradient_rules.applied(self.rules.get(model), step, self.visions[model]) as matched,
            torch.autocast(whole.device.type, torch.bfloat16, enabled=self.half),
            self._tapped(model, pictures) as tapped,
        ):
            captured = {name: x.to(whole.dtype) for name, x in self.captures[model](whole).items()}
            parts = {name: activation.chunk(len(pictures)) for name, activation in captured.items()}
            parts.update(tapped)
        self.matched[model] = matched
        return [{name: part[i] for name, part in parts.items()} for i in range(len(pictures))]

    @contextmanager
    def _tapped(self, model: str, pictures: list[Tensor]) -> Iterator[dict[str, tuple[Tensor, ...]]]:
        """While this is open, the activations at which slopes are asked for, as tensors that all behind them is made from."""
        found: dict[str, tuple[Tensor, ...]] = {}

        def through(name: str, own: Tensor) -> Tensor:
            found[name] = own.to(pictures[0].dtype).chunk(len(pictures))
            return torch.cat(found[name]).to(own.dtype)

        with ExitStack() as stack:
            for layer in sorted(self.sloped):
                owner, name = split_layer(layer)
                if owner == model and name not in ("image", "input"):
                    stack.enter_context(edited(self.visions[model], name, partial(through, name)))
                elif owner == model and name == "input":
                    found[name] = tuple(pictures)
            yield found

    def _see(
        self, model: str, canvas: Tensor, path: Path, draws: Draws, transforms: Transform, apply: Apply | None = None
    ) -> Tensor:
        """The picture as a network sees it: through the transforms of the run, the views of the path, and resized."""
        ways = segments((transforms, *path))
        last, purpose = ways.pop()
        x = canvas
        for transform, named in ways:
            x = (apply or through)(x, transform, named, draws)
        return (apply or through)(x, finished(self.visions[model], last, size_of(x), self.whole), purpose, draws)

    def _through(self, canvas: Tensor, path: Path, draws: Draws, apply: Apply | None = None) -> Tensor:
        for transform, purpose in segments(path) if path else ():
            canvas = (apply or through)(canvas, transform, purpose, draws)
        return canvas


def _batch(picture: tensor | given, like: Tensor, at_hand: Mapping[str, Tensor]) -> Tensor:
    """A target picture at the size, type and batch of the painted ones."""
    if isinstance(picture, given) and picture.name not in at_hand:
        raise BadArgument(
            f"a target {picture!r} for a parameterization that is given {sorted(at_hand) or 'nothing'}",
            "a parameterization that is given pictures",
            "paint with param.weights(net, data), or name a picture",
        )
    numbers = at_hand[picture.name] if isinstance(picture, given) else picture.numbers()
    if numbers.ndim == 1:  # labels
        return numbers
    if numbers.shape[1] != like.shape[1]:
        raise BadPicture(
            f"a target picture of {numbers.shape[1]} channels",
            f"as many as the painted picture has, {like.shape[1]}",
            f"read its file by param.picture(path, channels={like.shape[1]}), or paint with channels={numbers.shape[1]}",
        )
    numbers = fit(numbers, size_of(like)).to(like.device, like.dtype)
    return numbers.expand(like.shape[0], -1, -1, -1) if numbers.shape[0] == 1 else numbers
