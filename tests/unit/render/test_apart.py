"""A batch taken apart: every picture with the program for it alone."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import phosphene as ph
from phosphene import errors, param
from phosphene import objectives as obj
from phosphene.objectives.batch import alone
from phosphene.testing import objectives
from tests import toys

NET = toys.vision()
LOOK = {"param": param.fourier(12), "steps": 3, "progress": False}


@given(st.lists(objectives(), min_size=1, max_size=4), objectives())
def test_alone_undoes_each(parts: list[Any], all_of_them: Any) -> None:
    whole = obj.each(*parts) + all_of_them
    for image, part in enumerate(parts):
        assert alone(whole, image) == alone(part, image) + alone(all_of_them, image)
    assert alone(whole, len(parts)) == alone(all_of_them, len(parts))


def test_each_picture_has_its_own_program(tmp_path: Any) -> None:
    goals = [obj.channel("first", 2) - 0.1 * obj.tv(), obj.logit("dog"), obj.direction("first", torch.arange(6.0))]
    made = ph.render(NET, obj.each(*goals), seed=[4, 4, 7], snapshots=(2,), **LOOK)
    single = made.apart()
    assert [one.provenance["program"]["objective"] for one in single] == [repr(goal) for goal in goals]
    assert [one.provenance["program"]["seed"] for one in single] == [[4], [4], [7]]
    assert [len(one.tensors) for one in single] == [0, 0, 1]
    for image, one in enumerate(single):
        assert torch.equal(one.images[0], made.images[image])
        assert torch.equal(one.scores[:, 0], made.scores[:, image])
        assert torch.equal(one.snapshots[2][0], made.snapshots[2][image])
        read = ph.Render.load(one.save(tmp_path / f"{image}.png"))
        torch.testing.assert_close(read.replay(NET).images, one.images, rtol=0, atol=1e-3)
        torch.testing.assert_close(one.with_transparency(), made.with_transparency()[image : image + 1])


def test_pictures_of_one_objective_keep_its_terms() -> None:
    made = ph.render(NET, obj.channel("first", 2) - 0.1 * obj.tv(), batch=2, **LOOK)
    for image, one in enumerate(made.apart()):
        assert list(one.terms) == list(made.terms)
        assert all(torch.equal(one.terms[name][:, 0], made.terms[name][:, image]) for name in made.terms)


def test_pictures_read_from_a_file_come_apart(tmp_path: Any) -> None:
    made = ph.render(NET, obj.each(obj.channel("first", 2), obj.channel("first", 3)), **LOOK)
    read = ph.Render.load(made.save(tmp_path / "both.png"))
    assert [repr(one.images) for one in read.apart()] == [repr(read.images[:1]), repr(read.images[1:])]


@pytest.mark.parametrize(
    "program",
    [
        {"objective": obj.channel("first", 2) - obj.diversity("first")},
        {"objective": obj.interpolate(obj.channel("first", 2), obj.channel("first", 3))},
        {"objective": obj.channel("first", 2), "param": param.shared(param.pixel(4), 12)},
    ],
)
def test_pictures_that_depend_on_one_another_stay_together(program: dict[str, Any]) -> None:
    made = ph.render(NET, **{**LOOK, "batch": 3, **program})
    with pytest.raises(errors.BadOperation, match=r"depend on one another.*save them together"):
        made.apart()


def test_a_damaged_program() -> None:
    made = ph.render(NET, obj.channel("first", 2), **LOOK)
    made.provenance["program"]["objective"] = "channel("
    with pytest.raises(errors.NoProgram, match="cannot be read"):
        made.apart()
