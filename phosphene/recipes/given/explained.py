"""What an explanation is asked for: objectives by name, methods by name, and the layers where each is measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ... import objectives as obj
from ...attribution import Method, cam, grad_cam, grad_cam_plus_plus, guided_grad_cam, layer_cam
from ...attribution.named import named
from ...errors import BadArgument
from ...language import parse
from ...models import probe
from ...models.distinct import distinct
from ...models.vision import Vision
from ...objectives import Objective, sites
from ...param.base import Size
from ...render.arguments import as_objective
from .asked import several

IMAGE = "image"
WHOLE = (IMAGE, "input")
"""What is no layer of a network."""
OF_LAYERS = (cam, grad_cam, grad_cam_plus_plus, layer_cam)
"""Methods that weigh the channels of a layer."""

Place = tuple[int, Method, str]
"""A method, by its place among those asked for, and where it is measured."""


def objectives_asked(vision: Vision, given: Any, against: Any) -> dict[str, Objective]:
    """Objectives by name: classes, objectives or their texts; then each of them minus the class it is set against.

    Errors: UnknownLabel, BadArgument, also for objectives that see the pictures through views.
    """
    kinds = (str, int, Objective)
    some = given if isinstance(given, Mapping) else several(given, kinds, "explanation of no class", "write 'dots'")
    pairs = some.items() if isinstance(some, Mapping) else [(_name(vision, one), one) for one in some]
    found = {str(name): _objective(vision, one) for name, one in pairs}
    if against is not None:
        other, less = _objective(vision, against), _name(vision, against)
        found |= {f"{name} − {less}": one - other for name, one in found.items() if one != other}
    through = next((name for name, one in found.items() if any(site.path for site in sites(one))), None)
    if through is not None:
        raise BadArgument(
            f"an explanation of {through}"[:300],
            "objectives that look at the pictures as they are expected, without views: @, expect()",
            "leave the views out; ph.attribute(model, objective, picture) takes them",
        )
    return found


def methods_asked(vision: Vision, given: Any, size: Size) -> list[Method]:
    """Methods, each once; one that cannot be without a layer is given the last one with rows and columns."""
    some = several(given, (str, Method), "explanation by no method", 'write methods="grad_cam"')
    needs = any(isinstance(one, str) and "guidedgradcam" in one.replace("_", "").lower() for one in some)
    last = last_places(vision, size) if needs else None
    return list(dict.fromkeys(named(one, last) for one in some))


def places(vision: Vision, methods: Sequence[Method], layers: Any, size: Size) -> list[Place]:
    """Where each method is measured: at the layers that are given as far as it can be, else where it is at home.

    At home are those that weigh channels at the last layer with rows and columns, and all others at the picture.
    Errors: UnknownLayer; BadArgument for a method that none of the layers is for.
    """
    if layers is None:
        last = last_places(vision, size) if any(isinstance(one, OF_LAYERS) for one in methods) else ""
        return [(i, one, last if isinstance(one, OF_LAYERS) else IMAGE) for i, one in enumerate(methods)]
    asked = several(layers, str, "explanation at no layer", 'write layers=["block4"]')
    names = list(dict.fromkeys(asked))
    probe(vision, {name: "explanation" for name in names if name not in WHOLE}, size)
    found = [(i, one, name) for i, one in enumerate(methods) for name in names if _fits(one, name)]
    lost = next((one for i, one in enumerate(methods) if i not in {number for number, _, _ in found}), None)
    if lost is not None:
        wanted = "'image'" if isinstance(lost, guided_grad_cam) else "a layer of the network, whose channels it weighs,"
        instead = IMAGE if isinstance(lost, guided_grad_cam) else last_places(vision, size)
        raise BadArgument(
            f"{lost!r} at {', '.join(map(repr, names))}"[:300],
            f"{wanted} expected",
            f"write layers=None, or layers='{instead}', which may stand beside others",
        )
    return found


def last_places(vision: Vision, size: Size) -> str:
    """The last layer with rows and columns, of several with as many that with the shortest path.

    >>> import phosphene as ph
    >>> last_places(ph.models.load("patterns"), (96, 96))
    'block4'
    """
    names = distinct(vision, size)
    shapes = probe(vision, dict.fromkeys(names, "explanation"), size)
    wide = [name for name in names if len(shapes[name]) == 4 and min(shapes[name][-2:]) > 1]
    if not wide:
        raise BadArgument(
            f"{vision.name}, in which no layer has rows and columns",
            "a network with convolutions expected, or methods for the picture",
            'write methods="integrated_gradients"',
        )
    alike = [name for name in wide if shapes[name][-2:] == shapes[wide[-1]][-2:]]
    return min(reversed(alike), key=lambda name: name.count("."))


def _fits(method: Method, layer: str) -> bool:
    if isinstance(method, guided_grad_cam):
        return layer == IMAGE
    return layer not in WHOLE or not isinstance(method, OF_LAYERS)


def _objective(vision: Vision, one: Any) -> Objective:
    """A class as its logit; text with brackets is an objective."""
    if isinstance(one, str) and "(" in one and one not in (vision.labels or ()):
        return as_objective(parse(one))
    if isinstance(one, (str, int)):
        index = vision.label_index(one)
        return obj.logit(vision.labels[index] if vision.labels else index)
    return as_objective(one)


def _name(vision: Vision, one: Any) -> str:
    """A class by its name, or as one of a number; an objective as its text."""
    if type(one) is not int:
        return str(one)
    return vision.labels[one] if vision.labels and 0 <= one < len(vision.labels) else f"class {one}"
