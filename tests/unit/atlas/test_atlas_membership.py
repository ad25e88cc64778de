"""The cells of one layer's layout, filled with another layer's activations of the same pictures."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from phosphene.atlas import cell_of, cells, layout, members, of_class, pca
from phosphene.errors import BadArgument
from tests.atlas_rows import parts, random_rows, whole


def test_cells_of_one_layer_are_filled_with_another_layer() -> None:
    early, late = random_rows(150, 5, 1), random_rows(150, 9, 2)
    late = dataclasses.replace(late, key=early.key)
    found = layout(whole(early), pca())
    (level,) = cells(parts(late, 40, order=np.random.default_rng(0).permutation(150)), found, sides=(3,), least=2)
    where = cell_of(found.place, 3)
    assert level.direction.shape[1] == 9
    assert level.cell.tolist() == [cell for cell in range(9) if (where == cell).sum() >= 2]
    for cell, count, direction in zip(level.cell, level.count, level.direction, strict=True):
        who = [i for i in range(150) if where[i] == cell]
        assert count == len(who)
        np.testing.assert_allclose(direction, late.activation[who].astype(float).mean(0), rtol=1e-9)


def test_a_class_is_followed_to_another_layer() -> None:
    early, late = random_rows(150, 5, 1), random_rows(150, 9, 2)
    found = layout(of_class(whole(early), 2, "winner"), pca())
    source = members(parts(late, 32), found)
    assert [int(i) for part in source() for i in part.image] == found.image.tolist()
    assert [len(part) for part in source()] == [len(part) for part in source()]
    (level,) = cells(source, found, sides=(1,), least=1)
    seen = found.image[np.isfinite(found.place).all(1)]
    np.testing.assert_allclose(level.direction[0], late.activation[seen].astype(float).mean(0), rtol=1e-9)


def test_rows_of_another_collection_are_refused() -> None:
    found = layout(whole(random_rows(20, 4)), pca())
    other = random_rows(20, 4)
    with pytest.raises(BadArgument, match="rows of none of the layout's 20 pictures"):
        list(members(whole(dataclasses.replace(other, image=other.image + 20)), found)())
