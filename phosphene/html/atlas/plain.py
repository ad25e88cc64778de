"""What a reader without scripts sees: each layer as one small picture, and a table of its largest cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..sources import escaped
from .tiles import overview

if TYPE_CHECKING:
    from ...figures.atlas import Atlas, AtlasLayer, Level

MOST, LISTED = 20, 5
"""Cells of a layer, and classes of a cell."""


def table(atlas: Atlas) -> str:
    """HTML for each layer that has levels."""
    return "\n".join(_layer(atlas, layer) for layer in atlas.layers if layer.levels)


def _layer(atlas: Atlas, layer: AtlasLayer) -> str:
    level = layer.levels[0]
    lines = "\n".join(_line(atlas, level, place) for place in (-level.count).argsort(kind="stable")[:MOST].tolist())
    name = escaped(layer.name)
    return (
        f'<img src="{overview(layer)}" alt="All icons of {name}">\n'
        f"<table>\n<caption>{name}: the largest cells of {level.side} × {level.side}</caption>\n"
        '<thead><tr><th scope="col">Cell</th><th scope="col">Samples</th><th scope="col">Classes</th></tr></thead>\n'
        f"<tbody>\n{lines}\n</tbody>\n</table>"
    )


def _line(atlas: Atlas, level: Level, place: int) -> str:
    row, column = divmod(int(level.cell[place]), level.side)
    named = [
        f"{escaped(atlas.labels[label])} {value:.3g}"
        for label, value in zip(level.top[place, :LISTED].tolist(), level.value[place, :LISTED].tolist(), strict=True)
        if label >= 0
    ]
    head = f'<th scope="row">row {row + 1}, column {column + 1}</th>'
    return f"<tr>{head}<td>{level.count[place]}</td><td>{', '.join(named)}</td></tr>"
