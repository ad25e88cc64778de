"""Atlases: one call is the steps; icons are those of the cells' directions; what was done is not done again."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import phosphene as ph
from phosphene import atlas, collection, icons, presets, recipes
from phosphene import objectives as obj
from phosphene.collection import sources
from phosphene.errors import BadArgument
from phosphene.moments import whitening
from tests import toys
from tests.drawings import patterns

FAST = presets.icon(16, steps=2)
DRAWN = sources.drawn(90, size=48)
GIVEN: dict[str, Any] = {"sides": (2, 4), "least": 3}


@cache
def made(folder: Path) -> collection.Collection:
    return collection.collect(patterns(), DRAWN, ["block3", "block4"], folder, size=48, progress=False)


@pytest.fixture
def kept(store: Path) -> collection.Collection:
    return made(store.parent / "collected")


def chart(kept: collection.Collection, store: Path, **given: Any) -> ph.figures.Atlas:
    layouts = {layer: atlas.kept_layout(kept, layer, atlas.pca()) for layer in kept.layers}
    return recipes.atlas_of(patterns(), kept, layouts, icon=FAST, store=store, progress=False, **{**GIVEN, **given})


@pytest.mark.parametrize("whiten", [0.3, None])
def test_icons_are_painted_for_the_means_of_cells(
    whiten: float | None, kept: collection.Collection, store: Path
) -> None:
    layer = chart(kept, store, whiten=whiten, power=3).layers[1]
    rows = collection.Rows.join(list(kept.rows("block4")))
    a = rows.activation.astype(np.float64)
    found = atlas.cells(lambda: [rows], atlas.kept_layout(kept, "block4", atlas.pca()), (2, 4), 3)
    space = None if whiten is None else torch.as_tensor(whitening(a.T @ a / len(a), whiten)).float()
    for level, cells in zip(layer.levels, found, strict=True):
        assert np.array_equal(level.cell, cells.cell)
        for place in range(len(cells.cell)):
            direction = torch.from_numpy(cells.direction[place].astype(np.float32))
            goal = obj.cosine_spatial("block4", direction, 3, **({} if space is None else {"whitening": space}))
            alone = icons.Store(store).paint(patterns(), [goal], progress=False, **FAST).images[0]
            assert np.abs(level.icons[place].astype(int) - alone).mean() < 0.2


def test_examples_are_the_nearest_pictures_of_a_cell(kept: collection.Collection, store: Path) -> None:
    figure = chart(kept, store, source=DRAWN)
    assert list(figure.names) == [kept.names(p, p + 1)[0] for p in sorted(map(_place(kept), figure.names))]
    for layer in figure.layers:
        found = atlas.cells(
            lambda name=layer.name: kept.rows(name), atlas.kept_layout(kept, layer.name, atlas.pca()), (2, 4), 3
        )
        for level, cells in zip(layer.levels, found, strict=True):
            named = [[figure.names[one] if one >= 0 else None for one in row] for row in level.nearest.tolist()]
            wanted = [
                [kept.names(one, one + 1)[0] if one >= 0 else None for one in row] for row in cells.nearest.tolist()
            ]
            assert named == wanted
    name = figure.names[0]
    small = ph.param.picture(DRAWN.read(name)).numbers()[0].permute(1, 2, 0).mul(255).round().numpy()
    assert np.abs(figure.examples[0].astype(float) - small).max() <= 1


def _place(kept: collection.Collection) -> Any:
    places = {name: place for place, name in enumerate(kept.names())}
    return places.__getitem__


def test_without_a_source_there_are_no_examples(kept: collection.Collection, store: Path) -> None:
    figure = chart(kept, store)
    assert not len(figure.examples)
    assert all((level.nearest == -1).all() for layer in figure.layers for level in layer.levels)


def test_one_call_is_all_the_steps(kept: collection.Collection, store: Path, tmp_path: Path) -> None:
    one = recipes.atlas(
        patterns(), DRAWN, ["block3", "block4"], tmp_path / "c", method=atlas.pca(), size=48, icon=FAST, store=store,
        progress=False, **GIVEN,
    )  # fmt: skip
    steps = chart(kept, store, source=DRAWN)
    first, second = (path.read_bytes() for path in (one.save(tmp_path / "a.npz"), steps.save(tmp_path / "b.npz")))
    assert first == second


def test_a_layout_is_made_once(kept: collection.Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    first = atlas.kept_layout(kept, "block3", atlas.pca(), seed=5)
    monkeypatch.setattr("phosphene.atlas.kept.layout", lambda *_: pytest.fail("made again"))
    again = atlas.kept_layout(kept, "block3", atlas.pca(), seed=5)
    assert np.array_equal(first.place, again.place, equal_nan=True)
    with pytest.raises(pytest.fail.Exception):
        atlas.kept_layout(kept, "block3", atlas.pca(), seed=6)


def test_a_collection_that_is_not_finished(tmp_path: Path) -> None:
    made = collection.collect(patterns(), sources.drawn(20, size=48), "block4", tmp_path / "c", size=48, progress=False)
    next((tmp_path / "c" / "shards" / "block4").iterdir()).unlink()
    with pytest.raises(BadArgument, match=r"1 units are not done.*call collect again"):
        atlas.kept_layout(made, "block4", atlas.pca())


def test_another_networks_collection(kept: collection.Collection, store: Path) -> None:
    layouts = {"block4": atlas.kept_layout(kept, "block4", atlas.pca())}
    with pytest.raises(BadArgument, match="a collection of patterns with other weights"):
        recipes.atlas_of(toys.vision(), kept, layouts, icon=FAST, store=store)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"sides": (4, 2)}, "from coarse to fine"),
        ({"sides": (0,)}, "sides is 0"),
        ({"least": 0}, "least is 0"),
        ({"least": 1000}, "no cell of 'block3' with 1000 pictures"),
        ({"power": -1}, "power is -1"),
        ({"whiten": "much"}, "whiten is 'much'"),
        ({"whiten": 2}, "whiten is 2"),
    ],
)
def test_numbers_are_refused(given: dict[str, Any], message: str, kept: collection.Collection, tmp_path: Path) -> None:
    with pytest.raises(BadArgument, match=message):
        chart(kept, tmp_path / "icons", **given)
    if "no cell" not in message:
        with pytest.raises(BadArgument, match=message):
            recipes.atlas(patterns(), DRAWN, "block4", tmp_path / "c", **{**GIVEN, **given})
        assert not (tmp_path / "c").exists()


def test_a_layout_of_other_pictures(kept: collection.Collection, store: Path, tmp_path: Path) -> None:
    others = sources.drawn(90, seed=5, size=48)
    other = collection.collect(patterns(), others, "block4", tmp_path / "c", size=48, progress=False)
    for place in (atlas.kept_layout(other, "block4", atlas.pca()), None):
        layouts = {} if place is None else {"block4": place}
        with pytest.raises(BadArgument, match=r"for other pictures|its layouts by layer"):
            recipes.atlas_of(patterns(), kept, layouts, icon=FAST, store=store)


def test_another_range_of_pictures(kept: collection.Collection, store: Path) -> None:
    other = ph.Vision(patterns().module, [0.1] * 3, [0.9] * 3, size=96)
    layouts = {"block4": atlas.kept_layout(kept, "block4", atlas.pca())}
    with pytest.raises(BadArgument, match="another range of pictures"):
        recipes.atlas_of(other, kept, layouts, icon=FAST, store=store)


def test_the_atlas_of_a_class(kept: collection.Collection, store: Path) -> None:
    some = atlas.of_class(lambda: kept.rows("block4"), 3, most=20)
    place = atlas.layout(some, atlas.pca())
    figure = recipes.atlas_of(
        patterns(), kept, {"block4": place}, icon=FAST, store=store, progress=False, sides=(2,), least=2
    )
    assert figure.layers[0].samples <= len(place.image) < kept.count
    assert f"in {len(place.image)} pictures" in figure.title


def test_a_damaged_layout_is_made_again(kept: collection.Collection) -> None:
    first = atlas.kept_layout(kept, "block3", atlas.pca(), seed=9)
    (path,) = [one for one in (kept.folder / "layouts").iterdir() if atlas.Layout.load(one).made["seed"] == "9"]
    content = bytearray(path.read_bytes())
    content[-3] ^= 64
    path.write_bytes(content)
    with pytest.raises(BadArgument, match="holds no layout"):
        atlas.Layout.load(path)
    again = atlas.kept_layout(kept, "block3", atlas.pca(), seed=9)
    assert np.array_equal(first.place, again.place, equal_nan=True)
    assert np.array_equal(first.place, atlas.Layout.load(path).place, equal_nan=True)


def test_examples_of_another_source(kept: collection.Collection, store: Path) -> None:
    with pytest.raises(BadArgument, match=r"none of the \d+ pictures that would be shown"):
        chart(kept, store, source=sources.drawn(90, seed=9, size=48))


def test_a_cell_keeps_all_classes_of_a_small_network(kept: collection.Collection, store: Path) -> None:
    (level, *_) = chart(kept, store).layers[1].levels
    assert level.top.shape[1] == kept.definition.classes == 23
    rows = collection.Rows.join(list(kept.rows("block4")))
    cell = atlas.cell_of(atlas.kept_layout(kept, "block4", atlas.pca()).at(rows.image), 2)
    here = cell == level.cell[0]
    means = [float(np.where(rows.top[here] == one, rows.value[here], 0).sum() / here.sum()) for one in range(23)]
    known = {int(one): float(value) for one, value in zip(level.top[0], level.value[0], strict=True) if one >= 0}
    assert set(known) == {one for one, mean in enumerate(means) if mean > 0}
    assert len(known) > 5
    assert all(known[one] == pytest.approx(means[one], rel=1e-3) for one in known)


def test_a_method_that_is_none_is_refused_before_anything_is_collected(store: Path) -> None:
    with pytest.raises(BadArgument, match=r"write method=atlas\.pca\(\)"):
        recipes.atlas(patterns(), DRAWN, "block4", store / "nothing", method=atlas.pca)
    assert not (store / "nothing").exists()
