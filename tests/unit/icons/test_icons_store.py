"""The folder of icons: what it accepts, keeps, believes, and refuses."""

from __future__ import annotations

import io
import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import phosphene as ph
from phosphene import errors, icons, param
from phosphene import objectives as obj
from phosphene.icons import paint as painting
from phosphene.icons.paint import painted
from phosphene.icons.program import Program
from phosphene.icons.store import default
from tests import toys

NET = toys.vision()
LOOK = {**ph.presets.icon(12, steps=3), "rules": None}
GOALS = [obj.channel("first", index) - 0.05 * obj.tv() for index in range(6)]


@pytest.fixture
def store(tmp_path: Path) -> icons.Store:
    return icons.Store(tmp_path / "store")


def paint(store: icons.Store, goals: Any = tuple(GOALS), net: Any = NET, **more: Any) -> icons.Icons:
    return store.paint(net, goals, **{**LOOK, **more})


def test_icons_come_in_the_order_asked_and_are_painted_once(store: icons.Store) -> None:
    first = paint(store, GOALS[:4])
    assert (first.painted, first.images.shape, first.images.dtype) == (4, (4, 12, 12, 3), np.uint8)
    order = [5, 2, 2, 0, 5, 4]
    second = paint(store, [GOALS[i] for i in order])
    assert second.painted == 2
    assert np.array_equal(second.images[1], first.images[2])
    assert np.array_equal(second.images[0], second.images[4])
    assert second.keys[1] == first.keys[2]
    assert paint(store, list(map(repr, GOALS))).painted == 0


def test_an_icon_is_what_render_paints(store: icons.Store) -> None:
    found = paint(store)
    goals = [*GOALS, *GOALS[:1] * (painting.BATCH - 6)]
    made = ph.render(NET, obj.each(*goals), seed=[0] * painting.BATCH, progress=False, **LOOK)
    pixels = (made.images[:6] * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    assert np.array_equal(found.images, pixels)


@pytest.mark.parametrize(
    "look", [{"steps": 4}, {"seed": 1}, {"net": toys.vision(seed=1)}, {"param": param.fourier(10)}]
)
def test_another_program_shares_nothing(store: icons.Store, look: dict[str, Any]) -> None:
    before = paint(store)
    after = paint(store, **look)
    assert after.painted == 6
    assert not set(before.keys) & set(after.keys)
    assert before.images.shape != after.images.shape or not np.array_equal(before.images, after.images)


def test_a_moved_store_still_serves(store: icons.Store, tmp_path: Path) -> None:
    before = paint(store)
    shutil.move(store.folder, tmp_path / "elsewhere")
    moved = icons.Store(tmp_path / "elsewhere")
    after = paint(moved)
    assert after.painted == 0
    assert np.array_equal(before.images, after.images)


def test_a_file_carries_the_program_of_its_icon_alone(store: icons.Store) -> None:
    found = paint(store)
    for goal, key, image in zip(GOALS, found.keys, found.images, strict=True):
        read = ph.Render.load(store.path(key))
        assert read.provenance["program"]["objective"] == repr(goal)
        assert read.provenance["program"]["seed"] == [0]
        assert read.scores.shape == (3, 1)
        assert list(read.terms) == [repr(goal)]
        again = read.replay(NET)
        assert np.abs(again.images[0].permute(1, 2, 0).numpy() * 255 - image).max() <= 0.51
        torch.testing.assert_close(again.scores, read.scores, rtol=1e-3, atol=1e-4)


def test_a_tensor_travels_with_the_icon_that_names_it(store: icons.Store) -> None:
    numbers = torch.rand(2, 6)
    found = paint(store, [obj.direction("first", row) for row in numbers])
    read = [ph.Render.load(store.path(key)) for key in found.keys]
    for one, row in zip(read, numbers, strict=True):
        (held,) = one.tensors.values()
        assert torch.equal(held, row)


@pytest.mark.parametrize("damage", ["cut", "empty", "swapped", "text", "foreign"])
def test_a_damaged_icon_is_painted_again(store: icons.Store, damage: str) -> None:
    before = paint(store)
    paths = [store.path(key) for key in before.keys]
    content = paths[0].read_bytes()
    foreign = io.BytesIO()
    Image.new("RGB", (12, 12)).save(foreign, "PNG")
    bad = {"cut": content[: len(content) // 2], "empty": b"", "swapped": paths[1].read_bytes(), "text": b"icon"}
    paths[0].write_bytes({**bad, "foreign": foreign.getvalue()}[damage])
    assert store.read(before.keys[0]) is None
    with pytest.warns(icons.DamagedIcon, match=f"{paths[0].name} is not whole, or another icon's"):
        after = paint(store)
    assert after.painted == 1
    assert np.array_equal(before.images, after.images)


def test_every_cut_is_noticed(store: icons.Store) -> None:
    found = paint(store, GOALS[:1])
    path = store.path(found.keys[0])
    content = path.read_bytes()
    for length in range(0, len(content) - 12, 97):  # the last chunk, of 12 bytes, is empty
        path.write_bytes(content[:length])
        assert store.read(found.keys[0]) is None


def test_what_a_killed_writer_left_is_removed(store: icons.Store) -> None:
    key = Program(NET, LOOK, 0).key(GOALS[0])
    left = store.path(key).parent / f".{key}.png.abc123"
    left.parent.mkdir()
    left.write_bytes(b"half of an icon")
    paint(store)
    assert not left.exists()


def test_all_batches_have_one_size(store: icons.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    render = painting.render

    def counted(model: Any, objective: Any, **arguments: Any) -> Any:
        sizes.append(len(arguments["seed"]))
        return render(model, objective, **arguments)

    monkeypatch.setattr(painting, "render", counted)
    monkeypatch.setattr(painting, "BATCH", 5)
    paint(store)
    assert sizes == [5, 5]


PROGRAMS = {
    "toy": (Program(NET, LOOK, 3), GOALS),
    "squeezenet": (
        Program(ph.models.load("squeezenet1_1", weights="random"), ph.presets.icon(32, steps=2), 0),
        [obj.channel("features.9", index) - 0.1 * obj.tv() for index in range(5)],
    ),
    "patterns": (
        Program(ph.models.load("patterns"), ph.presets.icon(24, steps=2), 0),
        [obj.channel("block2", index) for index in range(8)],
    ),
}
ALL = {name: painted(program, goals) for name, (program, goals) in PROGRAMS.items()}


@pytest.mark.parametrize("name", PROGRAMS)
@settings(max_examples=10)
@given(data=st.data())
def test_an_icon_is_bitwise_the_same_whatever_else_is_painted(name: str, data: st.DataObject) -> None:
    program, goals = PROGRAMS[name]
    chosen = data.draw(st.lists(st.integers(0, len(goals) - 1), min_size=1, max_size=16))
    made = painted(program, [goals[i] for i in chosen])
    assert len(made) == len(chosen)
    assert all(torch.equal(one.images, ALL[name][i].images) for one, i in zip(made, chosen, strict=True))
    assert all(torch.equal(one.scores, ALL[name][i].scores) for one, i in zip(made, chosen, strict=True))


def test_one_icon_at_fault_does_not_lose_the_others(store: icons.Store) -> None:
    bad = (obj.channel("first", 3) - 100).map(obj.log)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(
            errors.Nonfinite, match=r"1 of 7 icons: \(channel\('first', 3\) - 100\).map\(log\); .*in the store"
        ):
            paint(store, [*GOALS[:2], bad, *GOALS[2:]])
    assert paint(store).painted == 0
    assert store.read(Program(NET, LOOK, 0).key(bad)) is None


def test_a_score_that_ceases_to_be_finite_is_at_fault_too(store: icons.Store) -> None:
    late = obj.channel("first", 3) - obj.const(ph.schedules.piecewise(((0, 1), (2, 1e30)))) ** 2
    with pytest.raises(errors.Nonfinite, match="1 of 2 icons"):
        paint(store, [GOALS[0], late])
    assert paint(store, GOALS[:1]).painted == 0


def test_ctrl_c_keeps_what_is_finished(store: icons.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    render, calls = painting.render, []

    def interrupted(*given: Any, **arguments: Any) -> Any:
        made = render(*given, **arguments)
        calls.append(made)
        made.status = "interrupted" if len(calls) == 2 else made.status
        return made

    monkeypatch.setattr(painting, "BATCH", 4)
    monkeypatch.setattr(painting, "render", interrupted)
    with pytest.raises(KeyboardInterrupt):
        paint(store)
    monkeypatch.undo()
    assert paint(store).painted == 2
    assert not list(store.claims.iterdir())


def test_a_sheet_holds_every_icon(store: icons.Store) -> None:
    found = paint(store)
    sheet = np.array(found.sheet(across=4))
    assert sheet.shape == (26, 54, 3)
    assert np.array_equal(sheet[14:26, 14:26], found.images[5])
    assert found.sheet().size == (40, 26)
    with Image.open(io.BytesIO(found._repr_png_())) as shown:
        assert shown.size == (40, 26)
    assert (repr(found), len(found)) == ("<6 icons, 6 painted>", 6)


def test_icons_of_one_color_channel_and_of_transparent_pictures(store: icons.Store) -> None:
    grey = store.paint(NET, [obj.l1(center=0.7)], param=param.pixel(8, channels=1), steps=1)
    assert grey.images.shape == (1, 8, 8, 3)
    clear = store.paint(NET, GOALS[:1], param=param.transparent(8), steps=1)
    assert clear.images.shape == (1, 8, 8, 3)


@pytest.mark.parametrize(
    ("goals", "message"),
    [
        ([], "at least one"),
        (GOALS[0], "a list of objectives"),
        ("channel('first', 0)", "a list of objectives"),
        ([obj.each(*GOALS[:2])], r"without each\(\) and .at\(\)"),
        ([GOALS[0].at(0)], r"without each\(\) and .at\(\)"),
        ([GOALS[0] - obj.diversity("first")], "a score of each picture alone"),
        ([obj.interpolate(*GOALS[:2])], "a score of each picture alone"),
        ([3], "an objective or its text expected"),
    ],
)
def test_bad_objectives(store: icons.Store, goals: Any, message: str) -> None:
    with pytest.raises(errors.BadArgument, match=message):
        paint(store, goals)


def test_a_bad_seed(store: icons.Store) -> None:
    with pytest.raises(errors.BadArgument, match="seed is -1"):
        paint(store, seed=-1)


def test_the_marker(tmp_path: Path) -> None:
    store = icons.Store(tmp_path / "a" / "b")
    assert json.loads((store.folder / "store.json").read_text()) == {"phosphene": "icons", "format": 1}
    assert icons.Store(str(store.folder)) == store
    assert hash(icons.Store(store.folder)) == hash(store)


def test_the_default_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PHOSPHENE_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default() == tmp_path / ".cache" / "phosphene" / "icons"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert default() == tmp_path / "x" / "phosphene" / "icons"
    monkeypatch.setenv("PHOSPHENE_CACHE", str(tmp_path / "y"))
    assert icons.Store().folder == tmp_path / "y"


def test_bad_folders(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(
        errors.BadArgument, match=r"'thesis.tex' in it and no store.json.*write icons.Store\('.*icons'\)"
    ):
        icons.Store(tmp_path)
    with pytest.raises(errors.BadArgument, match=r"thesis.tex.*a folder that can be made"):
        icons.Store(tmp_path / "thesis.tex")
    with pytest.raises(errors.BadArgument, match="a folder that can be made and written"):
        icons.Store("/proc/icons")
    with pytest.raises(errors.BadArgument, match="a folder expected"):
        icons.Store(3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "content", ['{"phosphene": "icons", "format": 2}', "{", '{"phosphene": "atlas", "format": 1}', "7"]
)
def test_another_format_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "store.json").write_text(content)
    with pytest.raises(errors.BadArgument, match="'format': 1} expected"):
        icons.Store(tmp_path)


def test_a_folder_that_cannot_be_written(store: icons.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(errors.BadArgument, match="it cannot be written"):
        icons.Store(store.folder)
