"""Embedding: the vectors are those of the network, kept, gone on with; maps have their seed, and figures their data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from phosphene import atlas
from phosphene.collection import Collection, collect, position, sources
from phosphene.embeddings import Embeddings, check_map, embed, embeddings_of, map_figure, plane, separation
from phosphene.errors import BadArgument, ShapeMismatch, TooLarge, UnknownLayer
from phosphene.figures import Map, load
from phosphene.models import Capture
from tests import toys

NET = toys.vision()


def drawn(count: int) -> Any:
    return sources.drawn(count, size=16)


def made(count: int = 40, store: Path | None = None, layer: str = "second", **how: Any) -> Embeddings:
    return embed(NET, layer, drawn(count), store, **{"per_shard": 16, "batch": 4, "progress": False, **how})


@pytest.fixture(scope="module")
def forty() -> Embeddings:
    return made()


@pytest.mark.parametrize("take", ["mean", "max", "sampled"])
def test_vectors_are_what_the_network_says(take: str) -> None:
    found = made(21, take=take)
    pictures = torch.stack([drawn(21).read(name) for name in found.names])
    with torch.no_grad():
        maps = Capture(NET, ["second"])(pictures)["second"]
    place = [position(0, key.tobytes(), 16, 16) for key in found.key]
    expected = {
        "mean": maps.mean((2, 3)),
        "max": maps.amax((2, 3)),
        "sampled": torch.stack([maps[i, :, y, x] for i, (y, x) in enumerate(place)]),
    }[take]
    np.testing.assert_allclose(found.points, expected.numpy(), rtol=1e-4, atol=1e-5)
    assert found.label.tolist() == [int(name) % 23 for name in found.names]
    assert found.take == take


def test_a_layer_without_positions_is_itself() -> None:
    found = made(9, layer="head")
    pictures = torch.stack([drawn(9).read(name) for name in found.names])
    np.testing.assert_allclose(found.points, NET(pictures).detach().numpy(), rtol=1e-4, atol=1e-5)


def test_a_store_is_gone_on_with(tmp_path: Path, forty: Embeddings) -> None:
    first = made(20, tmp_path / "store")
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "store").rglob("s-*.safetensors")}
    all_of_them = made(40, tmp_path / "store")
    assert all(path.stat().st_mtime_ns == time for path, time in times.items())
    assert sorted(all_of_them.names) == sorted(forty.names)
    at = [forty.names.index(name) for name in first.names]
    np.testing.assert_allclose(first.points, forty.points[at], rtol=1e-4, atol=1e-5)
    again = embeddings_of(Collection(tmp_path / "store"), "second")
    assert np.array_equal(again.points, all_of_them.points)
    with pytest.raises(BadArgument, match="take: 'mean' there, 'max' here"):
        made(40, tmp_path / "store", take="max")
    with pytest.raises(UnknownLayer, match="'stem'"):
        embeddings_of(Collection(tmp_path / "store"), "stem")


def test_neighbours_by_place_by_name_and_by_vector(forty: Embeddings) -> None:
    index, distance = forty.neighbours(3, 5)
    assert index.shape == distance.shape == (1, 5)
    assert 3 not in index
    assert np.array_equal(forty.neighbours(forty.names[3], 5)[0], index)
    assert np.array_equal(forty.neighbours([3, 7], 5)[0][:1], index)
    with_itself, far = forty.neighbours(forty.points[3:4], 6)
    assert with_itself[0].tolist() == [3, *index[0].tolist()]
    assert far[0, 0] == pytest.approx(0, abs=1e-12)
    assert np.array_equal(forty.neighbours(forty, 1)[0][:, 0], np.arange(40))
    assert np.array_equal(forty.neighbours(forty.points[3:4].tolist(), 6)[0], with_itself)
    for wrong in ("nobody", 40, -1, [True]):
        with pytest.raises(BadArgument, match="a name, or a place from 0 to 39"):
            forty.neighbours(wrong)
    with pytest.raises(BadArgument, match="k is 40"):
        forty.neighbours(0, 40)


@pytest.mark.parametrize("method", [atlas.tsne(perplexity=5), atlas.pca()])
def test_maps_have_their_seed_and_no_order(method: Any, forty: Embeddings) -> None:
    place = forty.plane(method, seed=3)
    assert np.array_equal(place, forty.plane(method, seed=3))
    assert place.shape == (40, 2)
    assert place.min() >= 0
    assert place.max() <= 1
    assert np.ptp(place, 0).max() == pytest.approx(1)
    order = np.random.default_rng(0).permutation(40)
    turned = plane(forty.points[order], method, 3, keys=forty.key[order])
    assert np.array_equal(turned, place[order])


def test_three_gaussians_are_three_groups_on_the_map() -> None:
    dice = np.random.default_rng(0)
    label = np.arange(150) % 3
    points = 8 * np.eye(3, 20)[label] + dice.normal(size=(150, 20))
    for method in (atlas.tsne(perplexity=30), atlas.pca()):
        place = plane(points, method, metric="euclidean")
        assert separation(place, label, metric="euclidean").silhouette > 0.7
        assert np.array_equal(place, plane(points, method, metric="euclidean"))


@pytest.mark.slow
def test_umap_makes_the_same_groups() -> None:
    dice = np.random.default_rng(0)
    label = np.arange(90) % 3
    points = 8 * np.eye(3, 20)[label] + dice.normal(size=(90, 20))
    method = atlas.umap(neighbors=15, metric="euclidean")
    place = plane(points, method, metric="euclidean")
    assert separation(place, label, metric="euclidean").silhouette > 0.7
    assert np.array_equal(place, plane(points, method, metric="euclidean"))


def test_too_few_pictures_are_refused_before_the_work(forty: Embeddings) -> None:
    with pytest.raises(BadArgument, match=r"40 activations .*perplexity=50.*write|collect more"):
        forty.plane(atlas.tsne())
    with pytest.raises(BadArgument, match=r"more than perplexity=40.*atlas\.tsne\(perplexity=13\)"):
        map_figure(forty, atlas.tsne(perplexity=40))
    with pytest.raises(BadArgument, match="2 points to lay out"):
        plane(np.eye(2), atlas.pca())
    with pytest.raises(BadArgument, match=r"20,001 points.*atlas\.layout"):
        plane(np.ones((20001, 2)), atlas.pca())
    with pytest.raises(BadArgument, match="the class, as a method"):
        plane(np.eye(4), atlas.pca)
    with pytest.raises(BadArgument, match=r"gave places of shape \(4,\)"):
        plane(np.eye(4), lambda points, seed: points[:, 0])


@pytest.mark.parametrize(
    ("how", "error", "match"),
    [
        ({"layer": "furst"}, UnknownLayer, "Nearest: 'first'"),
        ({"layer": ["stem"]}, BadArgument, "the name of one layer"),
        ({"take": "middle"}, BadArgument, "take"),
    ],
)
def test_bad_input_of_embed(how: Any, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        made(3, **how)


def test_attribution_is_of_one_position(tmp_path: Path) -> None:
    with pytest.raises(BadArgument, match=r"attribution=16 with take='mean'.*write attribution=0"):
        collect(NET, drawn(3), "stem", tmp_path / "made", take="mean", progress=False)
    assert not (tmp_path / "made").exists()


def test_the_figure_has_the_map_and_comes_back_from_its_file(tmp_path: Path, forty: Embeddings) -> None:
    figure = map_figure(forty, atlas.pca(), k=1, thumbnails=4)
    assert np.array_equal(figure.place, forty.plane(atlas.pca()).astype(np.float32))
    assert len(figure.shown) == len(figure.thumbnails) <= 4
    apart = forty.separation(k=1)
    np.testing.assert_allclose(figure.silhouette, apart.silhouette_of, rtol=1e-6)
    text = figure.scene().svg()
    assert text.count("<image") == 1 + len(figure.shown)
    assert "class 22" in text  # the toy network has five names for 23 labels
    again = load(figure.save(tmp_path / "map.npz"))
    assert isinstance(again, Map)
    assert again.scene().svg() == text
    named = map_figure(forty, atlas.pca(), k=1, classes=[f"kind {i}" for i in range(23)])
    assert named.classes[22] == "kind 22"
    assert sorted(named.shown) == list(range(len(forty)))
    near, far = forty.neighbours(list(range(len(forty))), 1)
    assert np.array_equal(named.nearest, near)
    np.testing.assert_allclose(named.distance, far, atol=1e-7)


def test_without_labels_and_without_pictures(tmp_path: Path) -> None:
    data = [torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(i)) for i in range(9)]
    found = embed(NET, "second", sources.dataset(data, "noise"), tmp_path / "a", progress=False)
    assert (found.label == -1).all()
    figure = map_figure(found, atlas.pca())
    assert figure.classes == ()
    assert not figure.silhouette.size
    assert figure.scene().png()[1:4] == b"PNG"
    bare = map_figure(embeddings_of(Collection(tmp_path / "a"), "second"), atlas.pca())
    assert not len(bare.shown)


def test_records_that_do_not_fit() -> None:
    none, thumbnail = np.zeros(0, np.float32), np.zeros((1, 8, 8, 3), np.uint8)
    place, label = np.zeros((2, 2), np.float32), np.array([0, -1])
    near = (np.array([[1], [0]]), np.ones((2, 1), np.float32))
    with pytest.raises(ShapeMismatch, match="of 2 pictures, 0 classes"):
        Map("t", {}, place, label, ("a", "b"), (), np.array([0]), thumbnail, none, none, "", *near)
    with pytest.raises(ShapeMismatch, match="for 1 pictures"):
        Map("t", {}, place, label, ("a", "b"), ("x",), np.array([2]), thumbnail, none, none, "", *near)
    with pytest.raises(ShapeMismatch, match="one for each of 1 classes"):
        Map(
            "t",
            {},
            place,
            label,
            ("a", "b"),
            ("x",),
            np.array([0]),
            thumbnail,
            np.zeros(3, np.float32),
            none,
            "",
            *near,
        )
    with pytest.raises(ShapeMismatch, match="without a place"):
        Map("t", {}, place * np.nan, label, ("a", "b"), ("x",), np.array([0]), thumbnail, none, none, "", *near)
    with pytest.raises(ShapeMismatch, match=r"nearest \(1, 1\) and distance \(2, 1\) of 2 pictures"):
        Map("t", {}, place, label, ("a", "b"), ("x",), np.array([0]), thumbnail, none, none, "", near[0][:1], near[1])
    with pytest.raises(ShapeMismatch, match="neighbours from 0 to 2"):
        Map("t", {}, place, label, ("a", "b"), ("x",), np.array([0]), thumbnail, none, none, "", near[0] + 1, near[1])


def test_what_no_map_can_show_is_refused_before_it_is_embedded() -> None:
    with pytest.raises(BadArgument, match=r"a map of more than 20,000 pictures.*phosphene atlas make"):
        check_map(sources.drawn(20001))
    check_map(sources.drawn(20000), thumbnails=0, limit=8)
    with pytest.raises(TooLarge, match=r"page of 500 pictures, 500 of them with thumbnails, about [\d.]+ MB\. 0\.5 MB"):
        check_map(sources.drawn(500), limit=0.5)
    check_map(sources.drawn(500), thumbnails=100, limit=0.5)


def test_the_size_of_a_page_is_known_before_there_is_a_map(forty: Embeddings) -> None:
    figure = map_figure(forty, atlas.pca(), k=3)
    size = len(figure.page().encode()) / 1e6
    check_map(drawn(40), k=3, limit=1.3 * size)
    with pytest.raises(TooLarge, match="write thumbnails=200, or write limit=1 to allow it"):
        check_map(drawn(40), k=3, limit=0.6 * size)
