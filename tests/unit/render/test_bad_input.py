"""Everything that can be wrong with a call of render is said before step 0, in three parts."""

from __future__ import annotations

import errno
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import phosphene as ph
from phosphene import errors, param
from phosphene import objectives as obj
from phosphene import transforms as tf
from tests import toys

NET = toys.vision()
NETS = {"plain": ph.Vision(NET.module, NET.mean, NET.std, size=16)}
PAINT = param.fourier(16)
GOAL = obj.channel("first", 2)


@obj.term
def shapeless(activation: torch.Tensor) -> torch.Tensor:
    """A term that forgets the batch."""
    return activation.mean()


@obj.term
def cut_off(activation: torch.Tensor) -> torch.Tensor:
    """A term that detaches."""
    return activation.detach().flatten(1).mean(1)


@obj.term
def exploding(activation: torch.Tensor) -> torch.Tensor:
    """A term that is not finite."""
    return activation.flatten(1).sum(1) * torch.inf


BAD: dict[str, tuple[type[Exception], str, dict[str, Any]]] = {
    "unknown layer": (
        errors.UnknownLayer,
        r"channel\('frist', 2\) looks at layer 'frist'.*Nearest: 'first'",
        {"objective": obj.channel("frist", 2)},
    ),
    "channel out of range": (errors.ShapeMismatch, r"index 0 to 5", {"objective": obj.channel("first", 6)}),
    "row out of range": (errors.ShapeMismatch, r"y 0 to 15", {"objective": obj.neuron("first", 0, y=16)}),
    "no such axis": (errors.ShapeMismatch, r"no such axis", {"objective": obj.spatial("output", torch.ones(5), y=1)}),
    "direction of other channels": (
        errors.ShapeMismatch,
        r"5 channels.*6",
        {"objective": obj.direction("first", torch.ones(5))},
    ),
    "layer never reached": (errors.UnknownLayer, r"never reaches", {"objective": obj.channel("unused", 0)}),
    "unknown label": (errors.UnknownLabel, r"'dgo'.*Nearest: 'dog'", {"objective": obj.logit("dgo")}),
    "ambiguous label": (errors.UnknownLabel, r"2 classes.*\[2, 3\]", {"objective": obj.logit("crane")}),
    "class out of range": (errors.UnknownLabel, r"0 to 4", {"objective": obj.logit(7)}),
    "class beyond the output": (
        errors.ShapeMismatch,
        r"logit\(7, layer='plain:output'\).*label 0 to 4",
        {"objective": obj.logit(7, layer="plain:output")},
    ),
    "a stage without a layer": (
        errors.BadArgument,
        r"a term that looks",
        {"stages": (ph.stage(1, objective=obj.const(1)),)},
    ),
    "precision of another type": (errors.BadArgument, r"float64.*float32.*\.to\(", {"precision": "float64"}),
    "direction of too many axes": (
        errors.ShapeMismatch,
        r"\(6, 2\)",
        {"objective": obj.direction("first", torch.ones(6, 2))},
    ),
    "checkpoint in no folder": (errors.BadArgument, r"is no folder", {"checkpoint": "/no/such/folder/run"}),
    "two target pictures": (
        errors.BadPicture,
        r"2 pictures.*each",
        {"objective": lambda: obj.dot("first", torch.zeros(2, 3, 16, 16))},
    ),
    "mask beyond the batch": (
        errors.ShapeMismatch,
        r"picture 3.*0 to 1.*batch=4",
        {"objective": GOAL.at(3), "batch": 2},
    ),
    "no layer at all": (errors.BadArgument, r"a term that looks at a layer", {"objective": obj.const(3)}),
    "cancelled out": (errors.BadArgument, r"a term that looks at a layer", {"objective": GOAL - GOAL}),
    "not an objective": (errors.BadArgument, r"an objective or its text", {"objective": 3}),
    "text that does not parse": (errors.ParseError, r"\^", {"objective": "channel('first', 2"}),
    "steps below 1": (errors.BadArgument, r"steps is 0.*integer from 1", {"steps": 0}),
    "steps not whole": (errors.BadArgument, r"steps is 2.5", {"steps": 2.5}),
    "unbounded parameterization": (errors.BadArgument, r"\[0, 1\].*sigmoid", {"param": param.spectrum(16)}),
    "range beyond pictures": (errors.BadArgument, r"from 0 to 2", {"param": param.pixels(16) >> param.sigmoid(0, 2)}),
    "param of another kind": (errors.BadArgument, r"param is 3", {"param": 3}),
    "transforms of another kind": (errors.BadArgument, r"transforms is 8", {"transforms": 8}),
    "optimizer of another kind": (errors.BadArgument, r"optimizer is 0.05", {"optimizer": 0.05}),
    "seed": (errors.BadArgument, r"seed is -1", {"seed": -1}),
    "seeds and batch": (errors.ShapeMismatch, r"2 seeds for 3 pictures", {"seed": [1, 2], "batch": 3}),
    "snapshots beyond the run": (errors.BadArgument, r"snapshots is 9", {"snapshots": (9,)}),
    "samples": (errors.BadArgument, r"samples is 0", {"samples": 0}),
    "chunk": (errors.BadArgument, r"chunk is 0", {"chunk": 0}),
    "chunk of coupled pictures": (
        errors.BadArgument,
        r"couples",
        {"objective": GOAL - obj.diversity("first"), "batch": 4, "chunk": 2},
    ),
    "precision": (errors.BadArgument, r"precision is 'half'", {"precision": "half"}),
    "device": (errors.BadArgument, r"same device", {"device": "meta"}),
    "term of a wrong shape": (
        errors.ShapeMismatch,
        r"shapeless\('first'\) returned \(\).*shape \(1,\)",
        {"objective": shapeless("first")},
    ),
    "detached": (errors.Detached, r"no gradient", {"objective": cut_off("first")}),
    "not finite from the start": (errors.Nonfinite, r"step 0.*exploding", {"objective": GOAL + exploding("first")}),
    "a network that is not given": (errors.UnknownModel, r"network 'b'", {"objective": obj.channel("b:first", 2)}),
    "rule without a match": (
        errors.RuleUnmatched,
        r"soft_pool.*no max pooling",
        {"rules": ph.models.rules.soft_pool()},
    ),
    "rules of another kind": (errors.BadArgument, r"gradient rule", {"rules": 3}),
    "target picture of wrong channels": (
        errors.BadPicture,
        r"channels",
        {"objective": lambda: obj.dot("first", torch.zeros(2, 16, 16))},
    ),
    "target picture of wrong range": (
        errors.BadPicture,
        r"\[0, 1\]",
        {"objective": lambda: obj.dot("first", torch.full((3, 16, 16), 2.0))},
    ),
    "no such picture": (errors.BadPicture, r"no such file", {"objective": lambda: obj.dot("first", "missing.png")}),
    "operator without encode": (
        errors.NotInvertible,
        r"inverse|started|edited",
        {"operators": (ph.operators.decay(0.1),), "param": None},
    ),
}


class OneWay(param.Map):
    """A map without an inverse."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.sigmoid()

    def value_range(self, given: Any) -> tuple[float, float]:
        return (0.0, 1.0)


@pytest.mark.parametrize("name", BAD)
def test_bad_input(name: str) -> None:
    kind, message, changes = BAD[name]
    arguments: dict[str, Any] = {"objective": GOAL, "param": PAINT, "steps": 3, "progress": False, **changes}
    if arguments["param"] is None:
        arguments["param"] = param.pixels(16) >> OneWay()
    goal = arguments.pop("objective")
    with pytest.raises(kind, match=f"(?s){message}") as caught:
        ph.render(
            NETS if "plain:" in str(goal) else NET, goal() if isinstance(goal, FunctionType) else goal, **arguments
        )
    assert isinstance(caught.value, errors.PhospheneError)
    assert all(caught.value.args)


def test_a_file_that_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("no picture")
    with pytest.raises(errors.BadPicture, match=r"notes\.png"):
        obj.dot("first", tmp_path / "notes.png")


def test_a_network_in_train_mode() -> None:
    net = toys.vision()
    net.module.train()
    with pytest.raises(errors.ModelState, match=r"BatchNorm2d.*eval"):
        ph.render(net, GOAL, PAINT, steps=1)
    assert net.module.training


def test_a_bare_network_and_a_name() -> None:
    with pytest.raises(errors.BadArgument, match=r"Vision\(module, mean"):
        ph.render(nn.Conv2d(3, 3, 1), GOAL, PAINT)
    with pytest.raises(errors.BadArgument, match=r"load\('patterns'\)"):
        ph.render("patterns", GOAL, PAINT)


def test_a_size_that_the_network_cannot_take() -> None:
    net = ph.Vision(nn.Sequential(nn.Conv2d(3, 2, 4, 4), nn.Flatten(), nn.Linear(32, 2)).eval(), [0] * 3, [1] * 3)
    with pytest.raises(errors.ShapeMismatch, match=r"\(1, 3, 12, 12\)"):
        ph.render(net, obj.logit(0), param.fourier(12), tf.identity)


def test_a_score_that_stops_being_finite_in_the_middle() -> None:
    ramp = ph.schedules.piecewise(((0, 1), (2, 1e30)))
    goal = GOAL + ramp * obj.layer("first") * obj.const(1e30)
    with pytest.warns(ph.NonfiniteWarning, match=r"step 2 .*layer\('first'\)"):
        made = ph.render(NET, goal, PAINT, steps=5)
    assert made.status == "nonfinite"
    assert len(made.scores) == 2
    assert torch.isfinite(made.images).all()
    assert isinstance(made.problem, errors.Nonfinite)


def test_a_picture_without_a_program(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(tmp_path / "plain.png")
    with pytest.raises(errors.NoProgram, match="carries no program"):
        ph.Render.load(tmp_path / "plain.png")
    with pytest.raises(errors.BadPicture, match="no such file"):
        ph.Render.load(tmp_path / "missing.png")


def test_a_picture_with_a_damaged_program(tmp_path: Path) -> None:
    path = ph.render(NET, GOAL, PAINT, steps=1).save(tmp_path / "a.png")
    content = path.read_bytes()
    for word, replacement in ((b"phosphene\0", b"phosphenX\0"), (b"objective", b"objectivX")):
        path.write_bytes(content.replace(word, replacement, 1))
        with pytest.raises(errors.NoProgram, match=r"damaged|no program"):
            ph.Render.load(path)


def test_a_program_with_a_term_that_is_not_registered(tmp_path: Path) -> None:
    made = ph.render(NET, GOAL, PAINT, steps=1)
    made.provenance["program"]["objective"] = "somebodys_term('first', 2)"
    read = ph.Render.load(made.save(tmp_path / "a.png"))
    with pytest.raises(errors.ParseError, match=r"somebodys_term.*not a registered word.*import the module"):
        read.replay(NET)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = ph.render(NET, GOAL, PAINT, steps=1)
    path = made.save(tmp_path / "a.png")
    old = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        made.save(path)
    assert path.read_bytes() == old
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]


def test_replaying_with_another_network() -> None:
    made = ph.render(NET, GOAL, PAINT, steps=1)
    with pytest.raises(errors.UnknownModel, match=r"not made by models\.load"):
        made.replay()
    with pytest.raises(errors.UnknownModel, match="other weights"):
        made.replay(toys.vision(seed=1))


def test_saving_as_something_else() -> None:
    with pytest.raises(errors.BadArgument, match=r"a \.png file expected.*a\.png"):
        ph.render(NET, GOAL, PAINT, steps=1).save("a.jpg")


def test_saving_in_no_folder() -> None:
    with pytest.raises(errors.BadArgument, match="is no folder"):
        ph.render(NET, GOAL, PAINT, steps=1).save("/no/such/folder/a.png")
