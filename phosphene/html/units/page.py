"""The page of units: each with its icon, its strongest pictures, and those that it answers least."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .. import frame, sources
from ..encode import picture_url

if TYPE_CHECKING:
    from ...figures.units import Units, UnitsLayer

STYLES = ("theme", "text", "controls", "below", "paper")
OWN_STYLES = ("units",)
QUALITY = 85
CHOICES = (("both", "most and least"), ("high", "most"), ("low", "least"))


def build(figure: Units, limit: float) -> str:
    """The figure as one page of at most `limit` megabytes (millions of bytes); TooLarge beyond."""
    style = sources.style(*(f"styles/{name}" for name in STYLES), *(f"units/styles/{name}" for name in OWN_STYLES))
    page = frame.filled(figure.title, style, _body(figure), kind="Units and their examples")
    return frame.limited(page, limit, figure.title, "show fewer units or fewer examples of each")


def _body(figure: Units) -> str:
    from ...figures.scenes import units as scenes  # figures are built on pages

    least = any(layer.low.size for layer in figure.layers)
    parts = [
        _choice() if least else "",
        _contents(figure.layers) if sum(len(layer.units) for layer in figure.layers) > 1 else "",
        *(_layer(layer) for layer in figure.layers),
        f'<div id="below"><p>{sources.escaped(figure.caption)}</p><p>{sources.escaped(scenes.notes(figure))}</p></div>',
        f'<div id="more">{frame.made(figure.made)}</div>',
    ]
    return "\n".join(part for part in parts if part)


def _choice() -> str:
    options = "".join(
        f'<label class="option"><input type="radio" name="side" id="side-{value}"{" checked" * (value == "both")}>'
        f"<span>{text}</span></label>"
        for value, text in CHOICES
    )
    return f"""<div id="controls"><fieldset class="choice"><legend>Pictures that a unit answers</legend>
<div class="options">{options}</div></fieldset></div>"""


def _contents(layers: Iterable[UnitsLayer]) -> str:
    lines = "\n".join(
        f"<li>{sources.escaped(layer.name)}: "
        + " ".join(f'<a href="#{_anchor(layer, unit)}">{unit}</a>' for unit in layer.units.tolist())
        + "</li>"
        for layer in layers
    )
    return f'<nav aria-label="Units"><ul>\n{lines}\n</ul></nav>'


def _anchor(layer: UnitsLayer, unit: int) -> str:
    return sources.escaped(f"{layer.name}-{unit}".replace(" ", "-"))


def _layer(layer: UnitsLayer) -> str:
    units = "\n".join(_unit(layer, place) for place in range(len(layer.units)))
    return f"<section>\n<h2>{sources.escaped(layer.name)}</h2>\n{units}\n</section>"


def _unit(layer: UnitsLayer, place: int) -> str:
    unit = int(layer.units[place])
    name = f"{sources.escaped(layer.name)}, unit {unit}"
    rows = [
        ("high", "Answers most", layer.icons[place], f"An icon painted for {name}", layer.high[place],
         layer.high_value[place], layer.high_name[place]),
        ("low", "Answers least", layer.negative[place], f"An icon painted against {name}", layer.low[place],
         layer.low_value[place], layer.low_name[place]),
    ]  # fmt: skip
    shown = "\n".join(_row(*row) for row in rows if row[2].size or row[4].size)
    return f'<article id="{_anchor(layer, unit)}">\n<h3>Unit {unit}</h3>\n{shown}\n</article>'


def _row(side: str, heading: str, icon: Any, about: str, pictures: Any, values: Any, names: tuple[str, ...]) -> str:
    shown = "\n".join(
        _example(*one) for one in zip(pictures, values.tolist(), names, strict=True) if math.isfinite(one[1])
    )
    left = f'<div class="icon">{_picture(icon, about)}</div>' if icon.size else ""
    return f'<div class="row {side}"><h4>{heading}</h4>{left}<ol style="--count: {len(names)}">\n{shown}\n</ol></div>'


def _example(pixels: Any, value: float, name: str) -> str:
    from ...figures.layout import short

    text = sources.escaped(name)
    about = f"The part of {text} that the unit sees" if text else "A picture"
    return f'<li>{_picture(pixels, about)}<b>{sources.escaped(short(value))}</b><span class="name">{text}</span></li>'


def _picture(pixels: Any, about: str) -> str:
    height, width = pixels.shape[:2]
    return (
        f'<img src="{picture_url(pixels, QUALITY)}" width="{width}" height="{height}" '
        f'loading="lazy" decoding="async" alt="{about}">'
    )
