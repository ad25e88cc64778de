"""The folder of icons: what it accepts, keeps, believes, and refuses."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

import phosphene as ph
from phosphene import errors, icons, param
from phosphene import objectives as obj
from phosphene.icons import claims
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
    with pytest.warns(icons.DamagedIcon, match=f"{paths[0].name} is not whole, changed, or another icon's"):
        after = paint(store)
    assert after.painted == 1
    assert np.array_equal(before.images, after.images)


def rewritten(path: Path, change: Callable[[Image.Image], Image.Image]) -> None:
    """What a program does that rewrites pictures and keeps what they carry."""
    info = PngInfo()
    with Image.open(path) as opened:
        image = change(opened.copy())
        for name, text in opened.text.items():
            info.add_itxt(name, text)
    image.save(path, pnginfo=info)


@pytest.mark.parametrize("mode", ["L", "1", "P", "LA", "RGBA", "I;16", "resized", "one pixel"])
def test_an_icon_that_was_rewritten_otherwise_is_painted_again(store: icons.Store, mode: str) -> None:
    before = paint(store)

    def changed(image: Image.Image) -> Image.Image:
        if mode == "one pixel":
            image.putpixel((3, 2), tuple(255 - x for x in image.getpixel((3, 2))))
            return image
        return image.resize((8, 8)) if mode == "resized" else image.convert("L").convert(mode)

    rewritten(store.path(before.keys[0]), changed)
    assert store.read(before.keys[0]) is None
    with pytest.warns(icons.DamagedIcon, match="changed"):
        after = paint(store)
    assert after.painted == 1
    assert np.array_equal(before.images, after.images)


def test_an_icon_that_was_made_smaller_without_loss_is_believed(store: icons.Store) -> None:
    before = paint(store)
    for key in before.keys:
        rewritten(store.path(key), lambda image: image.quantize(256) if len(image.getcolors()) <= 144 else image)
    after = paint(store)
    assert after.painted == 0
    assert np.array_equal(before.images, after.images)


def test_a_file_without_the_digest_of_its_pixels_is_not_believed(store: icons.Store) -> None:
    key = paint(store, GOALS[:1]).keys[0]
    read = ph.Render.load(store.path(key))
    del read.provenance["icon pixels"]
    read.save(store.path(key))
    assert store.read(key) is None


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
    assert not list(store.claims.iterdir())
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


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_keeps_what_is_finished(store: icons.Store, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    fsync, calls = os.fsync, []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) > 2:
            raise OSError(code, os.strerror(code))
        fsync(handle)

    monkeypatch.setattr("os.fsync", full)
    said = f"no space in '{store.folder}'.*room for the icons.*make room and paint again: what was finished is kept"
    with pytest.raises(errors.NotWritten, match=said):
        paint(store)
    monkeypatch.undo()
    assert not list(store.claims.iterdir())
    assert not list(store.folder.glob("*/.*"))
    assert paint(store).painted == 4


@pytest.mark.parametrize("what", ["prefix", "lock", "icon"])
def test_what_is_in_the_way_is_named(store: icons.Store, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    key = Program(NET, LOOK, 0).key(GOALS[0])
    if what == "prefix":
        store.path(key).parent.write_text("")
    else:
        (store.claims / f"{key}.lock" if what == "lock" else store.path(key)).mkdir(parents=True)
    monkeypatch.setattr(painting, "painted", None)  # before the work
    with pytest.raises(errors.BadArgument, match=r"a folder that can be made and written expected") as caught:
        paint(store)
    assert str(store.folder) in caught.value.given
    assert what == "lock" or not list(store.claims.iterdir())


def test_claims_may_be_shared_with_other_people(store: icons.Store) -> None:
    before = os.umask(0o077)
    try:
        with claims.claimed(store.claims, ["a"], 1, lambda key: False) as mine:
            assert mine == ["a"]
            assert (store.claims / "a.lock").stat().st_mode & 0o777 == 0o666
    finally:
        os.umask(before)
    assert not list(store.claims.iterdir())


def test_a_claim_that_another_holds_is_left_alone(store: icons.Store) -> None:
    with (
        claims.claimed(store.claims, "ab", 2, lambda key: False),
        claims.claimed(store.claims, "abc", 2, lambda key: False) as others,
    ):
        assert others == ["c"]
        assert len(list(store.claims.iterdir())) == 3


def test_a_claim_that_cannot_be_made(store: icons.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*given: Any, **more: Any) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "a.lock")

    monkeypatch.setattr(claims.FileLock, "acquire", denied)
    with pytest.raises(errors.BadArgument, match=r"Permission denied, 'a.lock'.*a folder that can be made and written"):
        paint(store)


def test_a_sheet_with_names(store: icons.Store, tmp_path: Path) -> None:
    found = paint(store)
    named, plain = np.array(found.sheet(3, names=range(6))), np.array(found.sheet(3))
    line = (named.shape[0] - plain.shape[0]) // 2
    assert 8 <= line <= 20
    assert named.shape[1] == plain.shape[1]
    for place, image in enumerate(found.images):
        top, left = (place // 3) * (14 + line), (place % 3) * 14
        assert np.array_equal(named[top : top + 12, left : left + 12], image)
        assert named[top + 12 : top + 12 + line, left : left + 12].min() < 100
    path = found.save(tmp_path / "a.png", 3, [*range(5), "a channel with a long name"])
    with Image.open(path) as shown:
        assert shown.size == named.shape[1::-1]
    with Image.open(found.save(str(tmp_path / "b.PNG"))) as shown:
        assert shown.size == (40, 26)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"path": "a.jpg"}, r"a .png file expected.*a.png"),
        ({"path": "none/a.png"}, "is no folder"),
        ({"names": range(5)}, "one for each of 6 icons"),
        ({"names": "012345"}, "one for each of 6 icons"),
        ({"across": 0}, "columns is 0"),
        ({"across": 0, "names": range(6)}, "columns is 0"),
    ],
)
def test_bad_sheets(store: icons.Store, tmp_path: Path, arguments: dict[str, Any], message: str) -> None:
    path = tmp_path / arguments.pop("path", "a.png")
    with pytest.raises(errors.BadArgument, match=message):
        paint(store).save(path, **arguments)
    assert not list(tmp_path.glob("a.*"))


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


@pytest.mark.parametrize("name", ["~nosuch/x", "a\0b", "a" * 300])
def test_names_that_are_none(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PHOSPHENE_CACHE", "~nosuch/x")
    for call in (lambda: icons.Store(name), icons.Store):
        with pytest.raises(errors.BadArgument, match="a folder that can be made and written expected"):
            call()


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
