"""Conditional generators: walks end at their ends, what is frozen stays, arithmetic is that of the features."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import phosphene as ph
from phosphene import param, recipes
from phosphene.errors import BadArgument, Detached, UnknownLabel, UnknownLayer
from phosphene.models.generators import code_of, load, style_of, view_of
from tests.toy_generators import Deaf

NET = ph.load("patterns")


def bytes_of(**code: tuple[float, ...]) -> np.ndarray:
    """The picture of a code by the module itself."""
    with torch.no_grad():
        picture = load("conditional")(**{name: torch.tensor([x]) for name, x in code.items()})
    return (picture[0].clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()


def test_what_is_frozen_receives_no_update() -> None:
    seen = {"view": view_of(30), "zoom": (0.1,)}
    made = recipes.chairs(NET, "spiral", frozen=seen, steps=4, progress=False)
    assert set(made.state) == {"style", "color"}
    style = param.codes.simplex(23).forward(made.state["style"])
    torch.testing.assert_close(style.sum(1), torch.ones(1))
    code = {name: param.codes.frozen(x).values(1, torch.float32, "cpu") for name, x in seen.items()}
    colors = made.state["color"].clamp(0, 1)
    with torch.no_grad():
        again = load("conditional")(style=style, color=colors, **code)
    torch.testing.assert_close(made.images, again)
    assert float(made.scores[-1, 0]) > float(made.scores[0, 0])


def test_the_picture_replays(tmp_path: Path) -> None:
    made = recipes.chairs(NET, ["spiral", "dots"], frozen={"zoom": (0.0,)}, steps=2, progress=False)
    assert torch.equal(ph.Render.load(made.save(tmp_path / "chairs.png")).replay().images, made.images)


@pytest.mark.parametrize("how", ["slerp", "lerp"])
def test_walks_end_at_their_ends(how: str) -> None:
    ends = [
        (code_of("dots", 10), code_of("stars", 100)),
        (code_of("rings"), code_of("rings", 90, ground="white", figure="red")),
    ]
    table = recipes.walks("conditional", ends, n=4, how=how)
    assert table.images.shape == (2, 4, 64, 64, 3)
    for row, pair in zip(table.images, ends, strict=True):
        np.testing.assert_array_equal(row[0], bytes_of(**pair[0]))
        np.testing.assert_array_equal(row[-1], bytes_of(**pair[1]))


def test_a_walk_of_views_turns_at_a_constant_rate() -> None:
    """a quarter turn in three steps passes 30 and 60 degrees"""
    table = recipes.walks("conditional", [(code_of("dots", 0), code_of("dots", 90))], n=4)
    wanted = np.stack([bytes_of(**code_of("dots", angle)) for angle in (0, 30, 60, 90)])
    assert int(np.abs(table.images[0].astype(int) - wanted).max()) <= 1


def test_analogies_are_those_of_the_features() -> None:
    """a - b + b = a; and at the first layer, which is affine, the sum of codes is the sum of features"""
    a, b, c = code_of("dots", 40), code_of("dots"), code_of("stars")
    table = recipes.analogies("conditional", [(a, b, c), (a, b, b)])
    assert table.images.shape == (2, 4, 64, 64, 3)
    for place, code in enumerate((a, b, c)):
        np.testing.assert_array_equal(table.images[0, place], bytes_of(**code))
    assert int(np.abs(table.images[1, 3].astype(int) - table.images[1, 0]).max()) <= 1
    paint = recipes.generators.generator.painted_by("conditional")
    mixed = {**a, "style": tuple(x - y + z for x, y, z in zip(*(s["style"] for s in (a, b, c)), strict=True))}
    parts = [param.features(paint, code, "style.0") for code in (a, b, c)]
    torch.testing.assert_close(
        parts[0] - parts[1] + parts[2], param.features(paint, {**mixed, "style": style_of("stars")}, "style.0")
    )


def test_figures_are_saved(tmp_path: Path) -> None:
    table = recipes.walks("conditional", [(code_of("dots"), code_of("stars"))], n=2)
    for suffix in ("png", "svg", "html", "npz"):
        assert table.save(tmp_path / f"walk.{suffix}").stat().st_size > 1000


class Half(torch.nn.Module):
    """A generator that looks at one of its two inputs."""

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return (a + 0 * b).sigmoid().reshape(-1, 3, 2, 2)


@pytest.mark.parametrize(
    ("run", "kind", "message"),
    [
        (lambda: recipes.chairs(NET, "dots", frozen={"angle": (1.0,)}), BadArgument, "style, view, zoom, color"),
        (lambda: recipes.chairs(NET, "dots", frozen=code_of("dots")), BadArgument, "all inputs are frozen"),
        (lambda: recipes.walks("conditional", [(code_of("dots"), {"style": style_of(1)})]), BadArgument, "no code for"),
        (lambda: recipes.walks("conditional", []), BadArgument, "at least one"),
        (
            lambda: recipes.walks("conditional", [(code_of("dots"), code_of("stars"))], how="jump"),
            BadArgument,
            "'slerp' or 'lerp'",
        ),
        (
            lambda: recipes.analogies("conditional", [(code_of("dots"),) * 3], at="fc6"),
            UnknownLayer,
            "'fc5'",
        ),
        (lambda: code_of("dot"), UnknownLabel, "'dots'"),
        (lambda: recipes.chairs(NET, "dots", frozen=["view"]), BadArgument, r"frozen=\['view'\].*style, view"),
        (lambda: recipes.chairs(NET, "dots", inputs=["view"]), BadArgument, "list as inputs"),
        (
            lambda: recipes.chairs(NET, "dots", Deaf().eval(), inputs={"z": param.codes.interval(4, -1, 1)}),
            Detached,
            "same picture of two codes 'z'",
        ),
        (
            lambda: recipes.chairs(NET, "dots", Half().eval(), inputs=dict.fromkeys("ab", param.codes.normal(12))),
            Detached,
            "same picture of two codes 'b'",
        ),
        (lambda: recipes.walks("conditional", None), BadArgument, "no list of 2-tuples"),
        (lambda: recipes.walks("conditional", [(code_of("dots"),)]), BadArgument, "no list of 2-tuples"),
        (lambda: recipes.walks("conditional", [(code_of("dots"),) * 3]), BadArgument, "no list of 2-tuples"),
        (lambda: recipes.walks("conditional", [], n=1), BadArgument, "n is 1"),
        (lambda: recipes.analogies("conditional", [(code_of("dots"),) * 2]), BadArgument, "no list of 3-tuples"),
        (lambda: recipes.analogies("conditional", 3), BadArgument, "no list of 3-tuples"),
    ],
    ids=range(17),
)
def test_bad_input(run, kind, message) -> None:
    with pytest.raises(kind, match=message):
        run()
