"""The static figure of a robustness report: by picture, how often it is taken for the target, and some of its draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import layout
from ..scene import Box, Scene

if TYPE_CHECKING:
    from ..robustness import Robustness

SIDE, VIEW, GAP, RIM = 132, 92, 10, 3


def scene(figure: Robustness) -> Scene:
    """A row for each picture."""
    rows = [_row(figure, number) for number in range(len(figure.names))]
    head = layout.label(figure.title, 16, True)
    body = layout.below(head, *rows, layout.paragraph(figure.caption, max(row.width for row in rows)), gap=18)
    whole = layout.padded(body, layout.MARGIN, layout.MARGIN)
    return Scene(
        whole.width + layout.MARGIN,
        whole.height + layout.MARGIN,
        whole.marks,
        figure.title,
        f"{figure}\n{figure.caption}",
    )


def _row(figure: Robustness, number: int) -> Scene:
    """A picture, its share of draws as a bar, and the first draws, framed where they are taken for the target."""
    share, numbers = figure.success[number], figure.numbers(number)
    words = [layout.label(figure.names[number], 12, True, room=SIDE), layout.bar(share, 1, SIDE, 8, layout.FOR)]
    words += [layout.label(line, 10, color=layout.GREY, room=SIDE) for line in numbers]
    shown = layout.picture(figure.pictures[number], SIDE, SIDE)
    hits = figure.classes[number] == figure.target
    views = [_framed(figure, number, place, bool(hits[place])) for place in range(figure.views.shape[1])]
    side = layout.below(layout.flow(views, 3 * (VIEW + 2 * RIM + GAP), GAP), gap=0)
    return layout.beside(shown, layout.within(layout.below(*words, gap=6), SIDE), side, gap=18)


def _framed(figure: Robustness, number: int, place: int, hit: bool) -> Scene:
    view = layout.picture(figure.views[number, place], VIEW, VIEW)
    frame = Box(
        RIM / 2,
        RIM / 2,
        view.width + RIM,
        view.height + RIM,
        stroke=layout.FOR if hit else layout.RULE,
        thickness=RIM,
    )
    return Scene(view.width + 2 * RIM, view.height + 2 * RIM, (*view.moved(RIM, RIM), frame))
