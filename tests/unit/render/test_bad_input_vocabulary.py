"""Bad input to the words of the loop is refused before step 0, in three parts."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import phosphene as ph
from phosphene import constraints, errors, gradients, operators, optimizers, param, schedules
from phosphene import objectives as obj
from phosphene import transforms as tf
from phosphene.models import rules
from phosphene.render.moment import Moment
from tests import toys

NET = toys.vision()
PAINT = param.fourier(16)
GOAL = obj.channel("first", 2)


class answering(schedules.Schedule):  # type: ignore[name-defined]
    """A schedule that answers with what a dictionary has, or raises KeyError."""

    key: str

    def __call__(self, step: int, steps: int, stage: int = 0) -> Any:
        return {"nan": math.nan, "nothing": None, "text": "0.1", "tensor": torch.tensor(0.1), "complex": 1j}[self.key]


class mute(schedules.Schedule):  # type: ignore[name-defined]
    """A schedule without numbers."""


class smaller(operators.Operator):
    """An operator that changes the size."""

    def apply(self, picture: Tensor, moment: Moment) -> Tensor:
        return picture[..., 1:]


class broken(gradients.Gradient):
    """A link that raises."""

    def apply(self, gradient: Tensor, moment: Moment) -> Tensor:
        raise KeyError("lost")


@obj.term
def mistaken(activation: Tensor) -> Tensor:
    """A term that raises."""
    return activation @ activation.new_ones(77)


def up(end: float, start: float = 0) -> Any:
    return schedules.ramp(start, end)


BAD: dict[str, tuple[type[Exception], str, dict[str, Any]]] = {
    **{
        f"a schedule of {key}, {place}": (
            errors.BadArgument,
            "(?s)answering.*(at step 0 of 3).*number at every step",
            {"optimizer": ph.sgd(answering(key))} if place == "rate" else {"objective": answering(key) * GOAL},
        )
        for key in ("nan", "nothing", "text", "tensor", "complex", "missing")
        for place in ("rate", "objective")
    },
    "a schedule without numbers": (errors.BadArgument, r"mute\(\) raises NotImpl", {"optimizer": ph.sgd(mute())}),
    "decay above 1": (
        errors.BadArgument,
        r"ramp\(0, 2\) is 2 at step 2 of 3.*0 to 1",
        {"operators": operators.decay(up(2))},
    ),
    "percentile above 100": (errors.BadArgument, "0 to 100", {"gradient": gradients.percentile(up(200))}),
    "percentile below 0": (errors.BadArgument, "0 to 100", {"operators": operators.clip_contribution(up(-5))}),
    "blur below 0": (errors.BadArgument, "sigma is -1", {"operators": operators.blur(up(-1, 1))}),
    "zoom 0": (errors.BadArgument, "zoom is 0", {"operators": operators.affine(up(0, 1))}),
    "rate below 0": (errors.BadArgument, "rate is -1", {"optimizer": ph.sgd(up(-1, 1))}),
    "rate below 0 inside": (
        errors.BadArgument,
        "rate is -1",
        {"optimizer": optimizers.average(ph.adam(up(-1, 1)), 0.9)},
    ),
    "decay above 1 in a later stage": (
        errors.BadArgument,
        r"by_stage.* is 3 at step 0 of 2",
        {"operators": operators.decay(schedules.by_stage((0.1, 3))), "stages": (ph.stage(2), ph.stage(2))},
    ),
    "an operator that changes the size": (
        errors.BadArgument,
        r"\(1, 3, 16, 15\) of a tensor",
        {"operators": smaller()},
    ),
    "a link that raises": (errors.BadArgument, "broken.*raises KeyError.*lost", {"gradient": broken()}),
    "a term that raises": (errors.ShapeMismatch, "mistaken.*raises RuntimeError", {"objective": mistaken("first")}),
    "a target in tiles": (
        errors.ShapeMismatch,
        "a target at layer 'first' for a canvas in tiles",
        {"objective": obj.dot("first", torch.rand(3, 16, 16)), "gradient": gradients.tiles(8)},
    ),
    "a roll beyond all numbers": (errors.BadArgument, "smaller numbers", {"operators": operators.roll(10**30)}),
    "a shift beyond all numbers": (errors.BadArgument, "smaller", {"operators": operators.affine(1, right=1e308)}),
    "bent gradients for a line search": (
        errors.BadArgument,
        "leave the rules out",
        {"optimizer": ph.lbfgs(), "transforms": tf.identity, "rules": rules.leaky_gate()},
    ),
    "a box beyond [0, 1] in one channel": (
        errors.BadArgument,
        "from 0 to 2.5",
        {"param": param.pixels(16), "within": constraints.box(0, (0, 0, 2.5))},
    ),
    "pictures beyond memory": (errors.TooLarge, "smaller size", {"param": param.pixel(10**9)}),
    "batch beyond memory": (errors.BadArgument, "batch is 1000000000", {"batch": 10**9}),
    "precision in a list": (errors.BadArgument, "one of 'auto'", {"precision": ["float32"]}),
    "device in a list": (errors.BadArgument, "a device of torch", {"device": [1]}),
    "checkpoint that is no path": (errors.BadArgument, "a path expected", {"checkpoint": 3}),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_words(name: str) -> None:
    kind, message, changes = BAD[name]
    with pytest.raises(kind, match=f"(?s){message.removeprefix('(?s)')}") as caught:
        next(iter(ph.steps(NET, **{"objective": GOAL, "param": PAINT, "steps": 3, **changes})))
    assert isinstance(caught.value, errors.PhospheneError)


@pytest.mark.parametrize("pieces", ["abc", (1, 2), 3, ((0, math.nan),), ((0, up(1)),), ((0, 1), (1.5, 2))], ids=str)
def test_bad_pieces(pieces: Any) -> None:
    with pytest.raises(errors.BadArgument, match="piecewise"):
        schedules.piecewise(pieces)


def test_one_number_for_all_stages() -> None:
    assert schedules.by_stage(3) == schedules.by_stage((3,))  # type: ignore[arg-type]
    with pytest.raises(errors.BadArgument, match="endpoint"):
        schedules.ramp(1, 0, "no")  # type: ignore[arg-type]


def test_seeds_as_a_range() -> None:
    made = ph.render(NET, GOAL, PAINT, steps=1, seed=range(2), progress=False)
    assert made.provenance["program"]["seed"] == [0, 1]


@pytest.mark.parametrize("switch", [torch.no_grad, torch.inference_mode])
def test_without_gradients(switch: Any) -> None:
    with switch(), pytest.raises(errors.BadArgument, match="no_grad"):
        ph.render(NET, GOAL, PAINT, steps=1)


class Raising(nn.Module):
    """A network, or a generator, with a mistake."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        raise KeyError("lost")


def _vision(module: nn.Module) -> ph.Vision:
    return ph.Vision(module.eval(), [0.5] * 3, [0.25] * 3, size=16)


def test_networks_that_cannot_be_looked_into() -> None:
    with pytest.raises(errors.ShapeMismatch, match="lost"):
        ph.render(_vision(Raising()), obj.channel("conv", 0), PAINT, steps=1)
    with pytest.raises(errors.ShapeMismatch, match="lost"):
        param.latent(Raising().eval(), (3, 2, 2))
    with pytest.raises(errors.BadArgument, match="float32 or float64"):
        ph.render(_vision(copy.deepcopy(NET.module).half()), GOAL, PAINT, steps=1)
    with torch.inference_mode():
        stiff = toys.Residual()
    with pytest.raises(errors.ModelState, match="inference_mode"):
        ph.render(_vision(stiff), GOAL, PAINT, steps=1)


@pytest.mark.parametrize("entry", ["objective", "param", "optimizer"])
def test_replaying_a_program_with_a_gap(entry: str) -> None:
    made = ph.render(NET, GOAL, PAINT, steps=1, progress=False)
    del made.provenance["program"][entry]
    with pytest.raises(errors.NoProgram, match=entry):
        made.replay(NET)


def test_replaying_a_program_with_more_than_it_should_have() -> None:
    made = ph.render(NET, GOAL, PAINT, steps=1, progress=False)
    made.provenance["program"]["extra"] = 3
    with pytest.raises(errors.NoProgram, match="extra"):
        made.replay(NET)


def test_results_that_cannot_be_shown() -> None:
    made = ph.render(NET, GOAL, PAINT, steps=1, progress=False)
    for wrong in (-1, 101, "x"):
        with pytest.raises(errors.BadArgument, match="percent"):
            made.with_transparency(wrong)  # type: ignore[arg-type]
    with pytest.raises(errors.BadArgument, match="columns"):
        made.grid(-1)
    with pytest.raises(errors.BadArgument, match="4 channels"):
        ph.Render.grid(ph.Render(torch.zeros(1, 5, 4, 4), made.scores, made.terms, made.provenance))
    with pytest.raises(errors.BadArgument, match=r"\.png"):
        made.save(3)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", ["a", None, torch.tensor(1.0), torch.tensor([math.nan]), torch.ones(1) * 1j], ids=str)
def test_walks_between_what_are_no_codes(code: Any) -> None:
    for way in (param.lerp, param.slerp):
        with pytest.raises(errors.BadArgument, match="code"):
            way(code, torch.ones(1), 3)
