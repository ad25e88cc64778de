"""Placing: landmarks by a method, all other pictures by their landmarks."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import BadArgument, ShapeMismatch
from .census import Census, Doubles, Mask, Source, finite
from .landmarks import landmarks as chosen_landmarks
from .neighbours import interpolated, lowest_similarity
from .projection import components as principal
from .projection import directions, moment_of_directions, reduced

ALIKE = 2.0**-18
"""Points that differ by less on every axis all point the same way."""


def laid_out(
    rows: Source, found: Census, method: Any, seed: int, landmarks: int, components: int
) -> tuple[Doubles, Mask]:
    """Places in the order of the census, (n, 2), NaN where there is none, and which pictures are far from all others."""
    able = np.flatnonzero(found.reason == 0)
    chosen = np.zeros(len(found.image), bool)
    chosen[able[chosen_landmarks(found.key[able], landmarks, seed)]] = True
    basis = _basis(rows, found, chosen, components)
    points = _points(rows, found, chosen, basis)
    near = finite(points)
    _check(points[near], found, len(able))
    place, far = np.full((len(found.image), 2), np.nan), np.zeros(len(found.image), bool)
    place[np.flatnonzero(chosen)[near]] = placed = _applied(method, points[near], seed)
    far[np.flatnonzero(chosen)[~near]] = True
    if len(able) > len(points):
        known = finite(placed)
        marks, there = points[near][known], placed[known]
        least = lowest_similarity(marks)
        for where, part in found.parts(rows):
            other = ~chosen[where]
            point = reduced(directions(part.activation[other]), basis)
            place[where[other]], far[where[other]] = _others(point, marks, there, least)
    return place, far


def _basis(rows: Source, found: Census, chosen: Mask, components: int) -> Doubles | None:
    """The first components of the landmarks; None where there are no more channels than these."""
    if found.channels <= components:
        return None
    parts = (directions(part.activation[chosen[where]]) for where, part in found.parts(rows))
    return principal(moment_of_directions(parts), components)


def _points(rows: Source, found: Census, chosen: Mask, basis: Doubles | None) -> Doubles:
    """The landmarks' reduced directions, in the order of their keys."""
    points = np.empty((int(chosen.sum()), found.channels if basis is None else basis.shape[1]))
    slot = np.cumsum(chosen) - 1
    for where, part in found.parts(rows):
        here = chosen[where]
        points[slot[where[here]]] = reduced(directions(part.activation[here]), basis)
    return points


def _others(points: Doubles, marks: Doubles, there: Doubles, least: float) -> tuple[Doubles, Mask]:
    """Where other pictures stand, and which are less like any landmark than `least`."""
    lost = ~finite(points)
    place, similarity = interpolated(np.where(lost[:, None], 0, points), marks, there)
    lost |= similarity < least
    return np.where(lost[:, None], np.nan, place), lost


def _check(points: Doubles, found: Census, able: int) -> None:
    """Refuse what no method can lay out."""
    if len(points) < 3:
        without = ", ".join(f"{count} {name}" for name, count in found.outliers().items())
        raise BadArgument(
            f"{able} of {len(found.image)} pictures can be laid out" + (f" (without {without})" if without else ""),
            "3 or more activations that are not zero expected",
            "collect more pictures, or choose another layer",
        )
    if np.ptp(points, axis=0).max() <= ALIKE:
        raise BadArgument(
            f"{able} activations that all point the same way",
            "activations that differ expected",
            "choose another layer, or other pictures",
        )


def _applied(method: Any, points: Doubles, seed: int) -> Doubles:
    """The method's places, NaN where it has none."""
    placed = np.array(method(points, seed), np.float64)
    if placed.shape != (len(points), 2):
        raise ShapeMismatch(
            f"places of shape {placed.shape} from {method!r}",
            f"({len(points)}, 2) expected, a row for each activation",
            "write method=atlas.umap()",
        )
    placed[~finite(placed)] = np.nan
    if (count := int(finite(placed).sum())) < 3:
        raise BadArgument(
            f"{count} places for {len(points)} activations from {method!r}",
            "finite numbers, 3 or more places, expected",
            "write method=atlas.umap()",
        )
    return placed
