"""Sources: what they list, what they read, and what they say of broken pictures."""

from __future__ import annotations

import io
import os
import pickle
import shutil
import tarfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from torch.utils.data import IterableDataset, TensorDataset

from phosphene.collection import sources
from phosphene.collection.sources import Source, Unreadable
from phosphene.collection.sources.base import decoded
from phosphene.errors import BadArgument
from phosphene.models.patterns import LABELS, draw
from phosphene.param.picture import covering


def encoded(number: int, kind: str = "PNG", size: tuple[int, int] = (12, 8), **how: Any) -> bytes:
    pixels = np.random.default_rng(number).integers(0, 256, (*size[::-1], 3), np.uint8)
    content = io.BytesIO()
    Image.fromarray(pixels).resize(size).save(content, kind, **how)
    return content.getvalue()


def fill(path: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def pack(path: Path, files: dict[str, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def names(source: Source) -> list[str]:
    return [entry.name for entry in source.listed()]


def members(source: Source) -> list[str]:
    return [name.split("::")[-1] for name in names(source)]


def test_a_folder(tmp_path: Path) -> None:
    files = {name: encoded(i) for i, name in enumerate(["b/2.png", "b/1.PNG", "a/x/3.jpg", "0.webp", "b/4.jpeg"])}
    fill(tmp_path, {**files, "a/notes.txt": b"", ".hidden/5.png": b"", "b/.6.png": b"", "c/also": b""})
    source = sources.folder(tmp_path)
    listed = list(source.listed())
    assert [(entry.name, entry.label) for entry in listed] == [
        ("0.webp", -1),
        ("a/x/3.jpg", 0),
        ("b/1.PNG", 1),
        ("b/2.png", 1),
        ("b/4.jpeg", 1),
    ]
    assert len({entry.key for entry in listed}) == 5
    assert list(pickle.loads(pickle.dumps(source)).listed()) == listed
    moved = shutil.move(tmp_path, tmp_path.parent / "elsewhere")
    assert list(sources.folder(moved).listed()) == listed


def test_a_copy_has_the_same_key(tmp_path: Path) -> None:
    fill(tmp_path, {"a.png": encoded(0), "b/c.png": encoded(0), "d.png": encoded(1)})
    keys = [entry.key for entry in sources.folder(tmp_path).listed()]
    assert keys[0] == keys[2] != keys[1]


def test_pixels_are_those_of_the_file(tmp_path: Path) -> None:
    fill(tmp_path, {"a.png": encoded(3)})
    found = sources.folder(tmp_path).read("a.png", size=(4, 4))
    expected = np.array(Image.open(tmp_path / "a.png")).transpose(2, 0, 1) / np.float32(255)
    assert np.array_equal(found.numpy(), expected)


@given(st.integers(8, 700), st.integers(8, 700), st.sampled_from([(32, 32), (48, 64), (64, 16)]))
def test_a_small_view_of_a_jpeg_covers_the_size_and_shows_the_same(
    width: int, height: int, size: tuple[int, int]
) -> None:
    rows, columns = np.mgrid[:height, :width]
    waves = np.sin(rows / height * 9)[..., None] * np.cos(columns / width * 7)[..., None] * np.array([1, 0.5, -0.7])
    content = io.BytesIO()
    Image.fromarray((127 + 100 * waves).astype(np.uint8)).save(content, "JPEG", quality=95)
    small = decoded(content.getvalue(), None, size)
    full = decoded(content.getvalue(), None, None)
    assert full.shape == (3, height, width)
    assert all(a >= min(b, 2 * c) for a, b, c in zip(small.shape[1:], full.shape[1:], size, strict=True))
    difference = covering(small[None], size) - covering(full[None], size)
    assert difference.abs().mean() < 0.02


def test_a_picture_that_lies_on_its_side_is_turned(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    fill(tmp_path, {"a.jpg": encoded(0, "JPEG", (400, 200), exif=exif)})
    source = sources.folder(tmp_path)
    assert source.read("a.jpg").shape == (3, 400, 200)
    assert source.read("a.jpg", size=(96, 32)).shape == (3, 400, 200)
    assert source.read("a.jpg", size=(48, 48)).shape == (3, 200, 100)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "1", "I;16"])
def test_every_mode_becomes_three_channels(tmp_path: Path, mode: str) -> None:
    image = Image.new(mode, (5, 4)) if mode == "I;16" else Image.new("RGB", (5, 4), "gray").convert(mode)
    image.save(tmp_path / f"a.{'tif' if mode == 'CMYK' else 'png'}")
    source = sources.folder(tmp_path)
    found = source.read(names(source)[0])
    assert found.shape == (3, 4, 5)
    assert found.dtype == torch.float32


BROKEN = {
    "cut.png": encoded(0)[:-30],
    "cut.jpg": encoded(0, "JPEG", (100, 100))[:700],
    "empty.jpg": b"",
    "text.png": b"not a picture",
    "zeros.gif": bytes(1000),
}


def test_broken_files_are_listed_and_unreadable(tmp_path: Path) -> None:
    fill(tmp_path, BROKEN)
    os.symlink(tmp_path / "gone", tmp_path / "link.png")
    (tmp_path / "folder.png").mkdir()
    source = sources.folder(tmp_path)
    assert names(source) == sorted([*BROKEN, "link.png"])
    for entry in source.listed():
        with pytest.raises(Unreadable):
            source.read(entry.name)
    with pytest.raises(Unreadable, match="No such file"):
        source.read("link.png")


def test_reasons_are_the_same_each_time(tmp_path: Path) -> None:
    fill(tmp_path, {"text.png": b"not a picture"})
    with pytest.raises(Unreadable, match=r"^UnidentifiedImageError: cannot identify image file <_io\.BytesIO object>$"):
        sources.folder(tmp_path).read("text.png")


def test_a_bomb_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, {"a.png": encoded(0, size=(60, 60))})
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(Unreadable, match="DecompressionBombError"):
        sources.folder(tmp_path).read("a.png")


def test_a_file_that_changed_is_refused(tmp_path: Path) -> None:
    fill(tmp_path, {"a.png": encoded(0)})
    source = sources.folder(tmp_path)
    (entry,) = source.listed()
    source.read("a.png", entry.key)
    fill(tmp_path, {"a.png": encoded(1)})
    source.read("a.png")
    with pytest.raises(Unreadable, match="changed since it was listed"):
        source.read("a.png", entry.key)


def test_links_are_followed_but_not_in_a_circle(tmp_path: Path) -> None:
    fill(tmp_path, {"there/a.png": encoded(0), "b.png": encoded(1)})
    fill(tmp_path.parent / "outside", {"c.png": encoded(2)})
    os.symlink(tmp_path, tmp_path / "there" / "back")
    os.symlink(tmp_path.parent / "outside", tmp_path / "out")
    assert names(sources.folder(tmp_path)) == ["b.png", "out/c.png", "there/a.png"]


@pytest.mark.parametrize("path", ["nowhere", 3, None])
def test_no_folder(path: Any) -> None:
    with pytest.raises(BadArgument, match="a folder with pictures in it expected"):
        sources.folder(path)


def test_tars(tmp_path: Path) -> None:
    first = {
        "0.jpg": encoded(0, "JPEG"),
        "0.cls": b"7",
        "0.json": b"{}",
        "a/1.cls": b" 3\n",
        "a/1.left.png": encoded(1),
    }
    pack(tmp_path / "s-000.tar", first)
    pack(tmp_path / "s-001.tar", {"2.png": encoded(2), "3.png": encoded(3), "3.cls": b"cat"})
    source = sources.tars(str(tmp_path / "s-{000..003}.tar"))
    listed = list(source.listed())
    assert [(entry.name.split("::")[0], entry.label) for entry in listed] == [
        ("s-000.tar", 7),
        ("s-000.tar", 3),
        ("s-001.tar", -1),
        ("s-001.tar", -1),
    ]
    assert members(source) == ["0.jpg", "a/1.left.png", "2.png", "3.png"]
    fill(tmp_path / "files", {"0.jpg": first["0.jpg"], "2.png": encoded(2)})
    plain = {entry.name: entry.key for entry in sources.folder(tmp_path / "files").listed()}
    assert (listed[0].key, listed[2].key) == (plain["0.jpg"], plain["2.png"])
    again = pickle.loads(pickle.dumps(source))
    for entry in reversed(listed):
        assert again.read(entry.name, entry.key).shape == (3, 8, 12)
    assert torch.equal(source.read(listed[3].name), decoded(encoded(3), None, None))


@pytest.mark.parametrize("pattern", ["{a,b/c}.tar", "**/*.tar", ["a.tar", "b/c.tar"]])
def test_patterns(tmp_path: Path, pattern: Any) -> None:
    for name in ("a.tar", "b/c.tar"):
        pack(tmp_path / name, {"0.png": encoded(0)})
    given = [tmp_path / one for one in pattern] if isinstance(pattern, list) else str(tmp_path / pattern)
    source = sources.tars(given)
    assert [name.split("::")[0] for name in names(source)] == ["a.tar", "b/c.tar"]


def test_a_member_is_read_without_a_search(tmp_path: Path) -> None:
    path = pack(tmp_path / "a.tar", {f"{i}.png": encoded(i) for i in range(5)})
    source = sources.tars(path)
    last = list(source.listed())[-1]
    content = bytearray(path.read_bytes())
    content[:2000] = bytes(2000)
    path.write_bytes(content)
    assert source.read(last.name, last.key).shape == (3, 8, 12)


@pytest.mark.parametrize("damage", ["cut data", "cut header", "header", "not a tar", "empty", "gone"])
def test_a_damaged_tar_is_listed_as_far_as_it_goes(tmp_path: Path, damage: str) -> None:
    path = pack(tmp_path / "a.tar", {f"{i}.png": encoded(i) for i in range(5)})
    source, whole = sources.tars(path), path.read_bytes()
    offset = int(names(source)[3].split("::")[1].split("+")[0])
    content = {
        "cut data": whole[: offset + 50],
        "cut header": whole[: offset - 200],
        "header": whole[: offset - 512] + b"\1" * 512 + whole[offset:],
        "not a tar": b"\1" * 3000,
        "empty": b"",
        "gone": b"",
    }[damage]
    path.write_bytes(content)
    if damage == "gone":
        path.unlink()
    found = names(source)
    good = [name for name in found if name != "a.tar"]
    assert "a.tar" in found
    assert len(good) == {"cut data": 4, "cut header": 3, "header": 3}.get(damage, 0)
    with pytest.raises(Unreadable, match="the file is damaged"):
        source.read("a.tar")
    if damage == "cut data":
        with pytest.raises(Unreadable, match="ends after 50 of its"):
            source.read(good[-1])


def test_a_tar_of_nothing_has_nothing(tmp_path: Path) -> None:
    assert names(sources.tars(pack(tmp_path / "a.tar", {}))) == []


def test_compressed_tars_and_none_are_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz"):
        pass
    with pytest.raises(BadArgument, match="is compressed"):
        sources.tars(tmp_path / "a.tar.gz")
    with pytest.raises(BadArgument, match="that some file matches"):
        sources.tars(tmp_path / "*.tar")


def test_a_name_of_elsewhere(tmp_path: Path) -> None:
    source = sources.tars(pack(tmp_path / "a.tar", {"0.png": encoded(0)}))
    with pytest.raises(Unreadable, match="not in these files"):
        source.read("cats/1.png")
    with pytest.raises(Unreadable, match="No such file"):
        source.read("b.tar::0+5::1.png")


class Items:
    """A data set with a broken item, an item of the wrong range, and everything that counts as a picture."""

    def __init__(self) -> None:
        self.targets = [0, np.int64(1), torch.tensor(2), "cat", 4, 5, 6]
        bytes_ = torch.full((3, 4, 5), 255, dtype=torch.uint8)
        image = Image.new("RGB", (5, 4), "white")
        self.items: list[Any] = [(torch.ones(3, 4, 5), 0), bytes_, image, (np.ones((3, 4, 5)), 1), None]
        self.items += [torch.full((3, 4, 5), -2.0), torch.zeros(4, 5, 3)]

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> Any:
        return self.items[index]


def test_a_dataset() -> None:
    source = sources.dataset(Items(), "items")
    listed = list(source.listed())
    assert [(entry.name, entry.label) for entry in listed] == list(zip("0123456", [0, 1, 2, -1, 4, 5, 6], strict=True))
    for name in "0123":
        found = source.read(name, listed[int(name)].key)
        assert found.shape == (3, 4, 5)
        assert (found == 1).all()
    for name, reason in {
        "4": "NoneType",
        "5": "values from -2",
        "6": r"shape \(4, 5, 3\)",
        "7": "not in",
        "x": "not in",
    }.items():
        with pytest.raises(Unreadable, match=reason):
            source.read(name)
    with pytest.raises(Unreadable, match="not in the data set 'items'"):
        source.read("0", listed[1].key)
    other = sources.dataset(Items(), "others")
    assert not {entry.key for entry in other.listed()} & {entry.key for entry in listed}


def test_an_item_that_raises() -> None:
    class Raising(TensorDataset):
        def __getitem__(self, index: int) -> Any:
            raise KeyError("no such file")

    with pytest.raises(Unreadable, match="KeyError: 'no such file'"):
        sources.dataset(Raising(torch.zeros(3, 3, 4, 4)), "raising").read("0")


def test_bad_datasets() -> None:
    class Endless(IterableDataset):  # type: ignore[type-arg]
        def __iter__(self) -> Any:
            return iter([])

    with pytest.raises(BadArgument, match="map-style"):
        sources.dataset(Endless(), "endless")
    with pytest.raises(BadArgument, match="a name expected"):
        sources.dataset([], "")
    with pytest.raises(BadArgument, match="2 labels"):
        sources.dataset([1], "one", labels=[1, 2])
    for labels in (5, iter([5]), {5}):
        with pytest.raises(
            BadArgument, match=r"labels=.*a sequence with the class of each item.*write labels=\[1, 0, 2\]"
        ):
            sources.dataset([1], "one", labels=labels)


@given(st.integers(0, 60), st.integers(-5, 5))
def test_drawings(index: int, seed: int) -> None:
    source = sources.drawn(61, seed=seed, size=16)
    listed = list(source.listed())
    assert len({entry.key for entry in listed}) == 61
    assert listed[index].label == index % len(LABELS)
    found = source.read(listed[index].name, listed[index].key)
    assert torch.equal(found, draw(index % len(LABELS), seed, index, 16))
    assert list(sources.drawn(40, seed=seed, size=16).listed()) == listed[:40]
    assert listed[0].key not in {entry.key for entry in sources.drawn(61, seed=seed + 1, size=16).listed()}


def test_listing_draws_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sum(1 for _ in sources.drawn(50_000, size=4096).listed()) == 50_000


def test_bad_drawings() -> None:
    with pytest.raises(BadArgument, match="count"):
        sources.drawn(-1)
    with pytest.raises(Unreadable, match="not among"):
        sources.drawn(3).read("3")
    with pytest.raises(Unreadable, match="not among"):
        sources.drawn(3).read("1", next(sources.drawn(3, seed=1).listed()).key)
