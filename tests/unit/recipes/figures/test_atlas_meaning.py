"""What an atlas of drawings shows is what was drawn: a second network reads its icons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from phosphene import atlas, recipes
from phosphene.collection import sources
from phosphene.models.patterns import LABELS
from tests.drawings import judged, patterns


@pytest.mark.slow
def test_the_second_network_sees_the_class_of_a_cell_in_its_icon(tmp_path: Path) -> None:
    figure = recipes.atlas(
        patterns(), sources.drawn(1840), "block4", tmp_path / "c", method=atlas.tsne(30), sides=(8,), workers=2,
        store=tmp_path / "icons", progress=False,
    )  # fmt: skip
    (level,) = figure.layers[0].levels
    clear = level.value[:, 0] > 2 * level.value[:, 1]
    assert clear.sum() >= 25
    assert len(np.unique(level.top[clear, 0])) >= 20
    seen = np.array([LABELS.index(name) for name in judged(level.icons)])
    assert (seen == level.top[:, 0])[clear].mean() >= 0.85
    assert (seen == np.roll(level.top[:, 0], 1))[clear].mean() < 0.4  # neighbours in the list; chance is one in 23
    drawn = np.array([int(name) % len(LABELS) if name else -1 for name in figure.names])
    nearest = np.where(level.nearest >= 0, drawn[level.nearest], -1)
    assert (nearest == level.top[:, :1])[clear].mean() >= 0.9
