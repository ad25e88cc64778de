"""What recipes for pictures of units refuse, all of it before the first step of the first picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch

import phosphene as ph
from phosphene import recipes
from phosphene.errors import BadArgument, PhospheneError, UnknownLabel, UnknownLayer
from phosphene.models.patterns import draw
from phosphene.render import api

RINGS = "logit('rings')"
FACET = {"block2": torch.ones(48)}
SHORT = [(1, 1, (2.5, 0.8), (11, 11))]
QUICK = {"param": ph.param.fourier(32), "transforms": ph.transforms.resize(32), "steps": 2, "progress": False}


@pytest.fixture
def nothing_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> Iterator[Any]:
        raise AssertionError("a step was taken")

    monkeypatch.setattr(api, "run", never)


def call(recipe: Any, *given: Any, **options: Any) -> Any:
    return recipe(ph.load("patterns"), *given, **options)


def seen(recipe: Any, *given: Any, **options: Any) -> Any:
    return call(recipe, draw("rings", 1, size=32), *given, **options)


@pytest.mark.usefixtures("nothing_is_painted")
@pytest.mark.parametrize(
    ("recipe", "given", "options", "message"),
    [
        (recipes.class_picture, ["dots"], {"size": 0}, "class_picture: size is 0"),
        (recipes.class_picture, [None], {}, "no class at all, None.*write 'stripes 0'"),
        (recipes.class_picture, [1.5], {}, "no class at all, 1.5"),
        (recipes.class_picture, ["dots"], {"weight": -1}, "weight is -1"),
        (recipes.yosinski, [RINGS], {"size": 0}, "yosinski: size is 0"),
        (recipes.yosinski, [RINGS, None], {}, "the setting None.*YOSINSKI"),
        (recipes.yosinski, [RINGS, 3], {}, "the setting 3.*YOSINSKI"),
        (recipes.yosinski, [RINGS], {"pace": None}, "pace is None"),
        (recipes.yosinski, [RINGS], {"pace": "a"}, "pace is 'a'"),
        (recipes.yosinski, [RINGS], {"steps": None}, "steps is None"),
        (recipes.yosinski, [RINGS], {"steps": 0}, "steps is 0"),
        (recipes.yosinski_search, [None], {}, "no objective at all, None"),
        (recipes.yosinski_search, [3], {}, "no objective at all, 3"),
        (recipes.yosinski_search, [[RINGS, 3]], {}, "the objective 3"),
        (recipes.yosinski_search, [RINGS], {"chosen": []}, r"no setting at all, \[\]"),
        (recipes.yosinski_search, [RINGS], {"chosen": [recipes.YOSINSKI[0], 3]}, "the setting 3"),
        (recipes.yosinski_search, [[RINGS, "logit('ringz')"]], {}, "'ringz'.*'rings'"),
        (recipes.oygard, [RINGS], {"size": 0}, "oygard: size is 0"),
        *((recipes.oygard, [RINGS], {"stages": one}, "stages is") for one in (None, 3, [], [(1,)], "ab", ["abcd", 1])),
        (recipes.oygard, [RINGS], {"stages": [(1, 1, 1, 1)]}, "sigma is 1. two numbers"),
        (recipes.oygard, [RINGS], {"stages": [(1, 1, (1, 1), ("a", 1))]}, r"rate is \('a', 1\). two numbers"),
        (recipes.bilateral, [RINGS], {"size": 0}, "bilateral: size is 0"),
        *((recipes.bilateral, [RINGS], {"space": one}, "space is") for one in (None, 3, (1,), "a", (3, 1, 1))),
        *((recipes.bilateral, [RINGS], {"rate": one}, "rate is") for one in (None, 3, (1,), "a", (3, 1, 1))),
        (recipes.faceted, [RINGS, {}], {}, r"faceted: facet is \{\}"),
        *((recipes.faceted, [RINGS, one], {}, "facet is") for one in (None, [], "a", {3: torch.ones(48)})),
        (recipes.faceted, [RINGS, FACET], {"low": None}, "low is None"),
        (recipes.faceted, [RINGS, FACET], {"high": "a"}, "high is 'a'"),
        (recipes.facets, [{}, {"a": FACET}], {}, r"objectives is \{\}"),
        (recipes.facets, [[RINGS], {"a": FACET}], {}, "objectives is"),
        (recipes.facets, [None, None], {}, "objectives is None"),
        (recipes.facets, [{"a": RINGS}, {}], {}, r"kinds is \{\}"),
        (recipes.facets, [{"a": RINGS}, {"a": None}], {}, "a facet is None"),
        (recipes.facets, [{"a": RINGS}, {"a": FACET}], {"weight": None}, "weight is None"),
        (recipes.facets, [{"a": RINGS, "b": "logit('ringz')"}, {"a": FACET}], {}, "'ringz'"),
        (recipes.facets, [{"a": RINGS, "b": 3}, {"a": FACET}], {}, "the objective 3"),
        (recipes.facets, [{"a": RINGS}, {"a": {}, "b": {"nope": torch.ones(48)}}], {}, "'nope'"),
        (recipes.facets, [{"a": RINGS}, {"a": FACET}], {"checkpoint": "a.ckpt"}, "a checkpoint of several runs"),
        (recipes.receptive_fields, [["stem", "nope"]], {"most": 32}, "'nope'"),
        (recipes.receptive_fields, [["stem"], 3.5], {}, "without units, 3.5"),
        (recipes.receptive_fields, [None], {}, "without layers, None"),
        (recipes.receptive_fields, [["stem", "block1"], [30, 40]], {"most": 32}, r"'stem', 40\) has index 40"),
        (recipes.receptive_fields, [["stem"]], {"most": None}, "most is None"),
        (recipes.receptive_fields, [["stem"]], {"most": "a"}, "most is 'a'"),
        (recipes.receptive_field, ["stem", 0], {}, "receptive_field: size is 0"),
        (recipes.checkerboard, [], {"size": 0}, "checkerboard: size is 0"),
        (recipes.templates, [0], {}, "templates: size is 0"),
    ],
)
def test_it_is_refused(recipe: Any, given: list[Any], options: dict[str, Any], message: str) -> None:
    with pytest.raises(PhospheneError, match=message):
        call(recipe, *given, **options)


@pytest.mark.usefixtures("nothing_is_painted")
@pytest.mark.parametrize(
    ("recipe", "given", "options", "message"),
    [
        *((recipes.invert, ["block1"], {"variation": one}, f"variation is {one!r}") for one in (-1, "a")),
        *((recipes.invert, ["block1"], {"steps": one}, f"steps is {one!r}") for one in (None, "a", 0)),
        (recipes.invert, ["block1"], {"size": 0}, "size is 0"),
        (recipes.caricature, ["block1"], {"variation": -1}, "variation is -1"),
        (recipes.caricature, ["block1"], {"size": 0}, "size is 0"),
        (recipes.accentuate, [RINGS], {"near": "block1", "weight": -1}, "weight is -1"),
        (recipes.accentuate, [RINGS], {"near": "block1", "size": 0}, "size is 0"),
        *((recipes.inversions, [one], {}, "inversions of no layer") for one in ([], None, 3)),
        (recipes.inversions, [["block1", "nope"]], {"size": 32}, "'nope'"),
        (recipes.inversions, [["block1"]], {"size": 0}, "size is 0"),
        (recipes.inversions, [["block1", "stem"]], {"checkpoint": "a.ckpt"}, "a checkpoint of several runs"),
        (recipes.dream, [""], {"octaves": 1}, "a dream of ''"),
        (recipes.dream, ["block1"], {"rate": "a"}, "rate is 'a'"),
        (recipes.dream, ["block1"], {"rate": -1}, "rate is -1"),
        *((recipes.dream, ["block1"], {"balanced": one}, f"balanced is {one!r}") for one in (None, "a", 3)),
        (recipes.dream, ["block1"], {"tile": 0, "octaves": 1}, "tiles: size is 0"),
        (recipes.zoom, [""], {}, "a dream of ''"),
        *((recipes.zoom, ["block1"], {"rate": one}, f"rate is {one!r}") for one in (None, "a", -1)),
        *((recipes.zoom, ["block1"], {"widths": one}, "widths is") for one in (None, 3, (1,), "ab")),
    ],
)
def test_it_is_refused_of_a_picture(recipe: Any, given: list[Any], options: dict[str, Any], message: str) -> None:
    with pytest.raises(PhospheneError, match=message):
        seen(recipe, *given, **options)


@pytest.mark.parametrize("given", [None, 3, [], {}])
def test_a_dream_of_no_class(given: Any) -> None:
    with pytest.raises(BadArgument, match="a dream of no class"):
        recipes.random_class(given)


@pytest.mark.parametrize(
    ("given", "message"),
    [((None,), "no kernel, None"), ((3.5,), "no kernel"), (((3,), []), r"without strides, \[\]"), (((0,),), "is 0")],
)
def test_an_overlap_of_nothing(given: Any, message: str) -> None:
    with pytest.raises(BadArgument, match=message):
        recipes.overlap(*given)


def test_a_rate_of_zero_is_none_given() -> None:
    """it was that of the recipe"""
    picture = draw("waves", 0, size=40)
    still = recipes.dream(ph.load("patterns"), picture, "block1", octaves=1, steps=1, rate=0, progress=False)
    torch.testing.assert_close(still.images[0], picture)


def test_one_name_is_one_layer() -> None:
    table = seen(recipes.inversions, "stem", size=32, steps=1, batch=1, progress=False)
    assert table.columns == ("picture", "stem")


TABLES = {
    "inversions": lambda: seen(recipes.inversions, ["stem", "block1", "block2"], size=32, steps=9, batch=1),
    "facets": lambda: call(recipes.facets, {"a": RINGS}, {"a": {}, "b": FACET, "c": FACET}, **QUICK | {"steps": 9}),
    "receptive_fields": lambda: call(recipes.receptive_fields, ["stem", "block1"], [1], most=32, steps=9),
    "yosinski_search": lambda: call(recipes.yosinski_search, RINGS, 3, size=32, steps=9),
}


@pytest.mark.parametrize("name", TABLES)
def test_ctrl_c_ends_the_whole_table(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """in the second step of the first picture: no other one is begun"""
    run, begun = api.run, []

    def cut_short(plan: Any) -> Iterator[Any]:
        begun.append(plan)
        yield next(run(plan))
        raise KeyboardInterrupt

    monkeypatch.setattr(api, "run", cut_short)
    with pytest.raises(KeyboardInterrupt):
        TABLES[name]()
    assert len(begun) == 1


def test_errors_of_tables_are_those_of_render() -> None:
    with pytest.raises(UnknownLayer, match="Nearest: 'stem"):
        seen(recipes.inversions, ["block1", "sten"], size=32)
    with pytest.raises(UnknownLabel, match="'ringz'"):
        call(recipes.facets, {"a": "logit('ringz')"}, {"b": {}}, **QUICK)
    with pytest.raises(TypeError, match="stepz"):
        call(recipes.yosinski_search, RINGS, 2, stepz=3)
