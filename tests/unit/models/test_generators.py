"""The bundled generators: small, named, and what they paint is what they were asked for."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from phosphene import param
from phosphene.errors import BadArgument, UnknownLabel, UnknownModel
from phosphene.language import parse
from phosphene.models import generators
from phosphene.models.generators import code_of, color_of, cover, load, style_of, view_of
from phosphene.models.generators import weights as files
from phosphene.models.generators.train import conditional
from phosphene.models.patterns import LABELS, load_judge, normalize
from phosphene.param.network import _modules

JUDGE = Path(__file__).parents[2] / "data" / "patterns_judge.safetensors"
NAMES = ("vae", "conditional", "gan")


@pytest.mark.parametrize("name", NAMES)
def test_each_is_less_than_a_megabyte(name: str) -> None:
    assert (files.FILES / f"{name}.safetensors").stat().st_size < 1_000_000


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_the_network(name: str) -> None:
    held = param.network(name)
    assert held == param.network(load(name))
    text = repr(held)
    _modules.clear()
    assert parse(text) == held
    assert parse(text).known
    assert pickle.loads(pickle.dumps(held)).known


def test_other_weights_are_not_taken_for_the_bundled_ones() -> None:
    other = copy.deepcopy(load("vae"))
    with torch.no_grad():
        next(other.parameters()).mul_(2)
    text = repr(param.network(other))
    del other
    _modules.clear()
    assert not parse(text).known


def test_loading_leaves_the_global_generator_alone() -> None:
    before = torch.get_rng_state()
    load("conditional")
    assert torch.equal(torch.get_rng_state(), before)


def test_files_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "vae.safetensors"
    files.save(load("vae"), path, 5)
    again = load("vae", path)
    assert all(torch.equal(a, b) for a, b in zip(again.parameters(), load("vae").parameters(), strict=True))
    with pytest.raises(BadArgument, match=r"'Decoder'.*train gan"):
        load("gan", path)
    with pytest.raises(UnknownModel, match="'gan'"):
        load("gam")


@given(st.integers(0, len(LABELS) - 1), st.floats(-180, 180), st.floats(-0.3, 0.3))
def test_colors_are_exact(style: int, angle: float, zoom: float) -> None:
    """a picture lies on the line between its two colors, at the cover"""
    net, code = load("conditional"), code_of(style, angle, zoom, "#102030", "#f0c010")
    given = {name: torch.tensor([x]) for name, x in code.items()}
    with torch.no_grad():
        picture = net(**given)
        painted = net.cover(given["style"], given["view"], given["zoom"])
    ground, figure = given["color"][0, :3, None, None], given["color"][0, 3:, None, None]
    torch.testing.assert_close(picture[0], ground + (figure - ground) * painted[0])


def test_the_drawings_turn_with_the_view() -> None:
    """a quarter turn of the view is a quarter turn of the picture, but for its slight bend"""
    for style in (LABELS.index("stripes 0"), LABELS.index("dots")):
        upright, turned = cover(style, 0, 0.0), cover(style, 90, 0.0)
        errors = [float((turned - torch.rot90(upright, k)).abs().mean()) for k in range(4)]
        assert min(errors[1], errors[3]) < 0.6 * errors[0]


def test_the_conditional_generator_paints_what_it_was_asked_for() -> None:
    """nearer to the drawing of its own style and view than a plain mean of drawings is, for all styles"""
    net = load("conditional")
    views = [(style, angle) for style in range(len(LABELS)) for angle in (-20.0, 15.0)]
    codes = [code_of(style, angle) for style, angle in views]
    stacked = {name: torch.tensor([code[name] for code in codes]) for name in ("style", "view", "zoom")}
    drawn = torch.stack([cover(style, angle, 0.0) for style, angle in views])
    with torch.no_grad():
        error = (net.cover(**stacked)[:, 0] - drawn).square().mean((1, 2))
    spread = (drawn - drawn.mean((1, 2), keepdim=True)).square().mean((1, 2))
    assert float((error / spread).mean()) < 0.5


def test_its_pictures_are_recognized() -> None:
    """at least 80 % of the styles, seen from the front"""
    codes = [code_of(label, ground="#1d3557", figure="#f3ecdd") for label in LABELS]
    with torch.no_grad():
        pictures = load("conditional")(**{name: torch.tensor([code[name] for code in codes]) for name in codes[0]})
        right = load_judge(JUDGE)(normalize(pictures)).argmax(1) == torch.arange(len(LABELS))
    assert float(right.double().mean()) >= 0.8


def test_inputs_are_written_by_name() -> None:
    assert code_of("dots") == code_of(LABELS.index("dots"))
    assert color_of("#000000", "white") == (0, 0, 0, 1, 1, 1)
    assert view_of(180)[0] == -1
    with pytest.raises(UnknownLabel, match="'dots'"):
        style_of("dotz")
    with pytest.raises(UnknownLabel, match="the style 23"):
        style_of(23)


def test_training_is_repeatable() -> None:
    one, two = (conditional(2, seed=1, count=2, size=23) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))


def test_all_names_load() -> None:
    assert set(files.KINDS) == set(NAMES)
    assert generators.load("gan").upper.shape == (generators.FEATURES,)


@pytest.mark.parametrize(
    ("run", "kind", "match"),
    [
        (lambda: cover(1, float("nan"), 0.0), BadArgument, "angle is nan"),
        (lambda: cover(1, 0, float("inf")), BadArgument, "zoom is inf"),
        (lambda: cover(1, 0, 0.0, 0), BadArgument, "size is 0"),
        (lambda: cover(99, 0, 0.0), UnknownLabel, "0 to 22"),
        (lambda: cover(-1, 0, 0.0), UnknownLabel, "0 to 22"),
        (lambda: style_of(True), UnknownLabel, "the style True"),
        (lambda: style_of([]), UnknownLabel, r"the style \[\]"),
        (lambda: view_of("a"), BadArgument, "angle is 'a'"),
        (lambda: view_of(float("nan")), BadArgument, "angle is nan"),
        (lambda: color_of("nope", "red"), BadArgument, "the color 'nope'"),
        (lambda: color_of("red", 3), BadArgument, "the color 3"),
        (lambda: code_of("dots", zoom=None), BadArgument, "zoom is None"),
        (lambda: load(["vae"]), UnknownModel, "'vae'"),
        (lambda: load("vae", "/nowhere"), BadArgument, "no such file.*train vae"),
        (lambda: load("vae", __file__), BadArgument, "cannot be read.*train vae"),
        (lambda: load("vae", Path(__file__).parent), BadArgument, "cannot be read"),
    ],
    ids=range(16),
)
def test_bad_input_says_what_to_write(run, kind, match) -> None:
    with pytest.raises(kind, match=match):
        run()


def test_a_label_is_a_number() -> None:
    assert torch.equal(cover("dots", 5, 0.1), cover(LABELS.index("dots"), 5, 0.1))
    assert cover("dots", 0, 0.0, size=1).shape == (1, 1)
