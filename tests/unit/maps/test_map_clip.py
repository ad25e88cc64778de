"""Clips: the numbers of all frames, and a page of bounded size."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from phosphene import Vision, maps, video
from phosphene.errors import BadArgument, TooLarge
from phosphene.maps import colors
from tests.mapped import noise, valid


def data_of(page: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def bytes_of(record: Any) -> Any:
    return np.frombuffer(base64.b64decode(record["data"]), record["type"])


def test_a_clip_holds_what_looking_finds() -> None:
    frames = noise(3, 8, 9)
    made = maps.clip(valid(), ["input", "0"], frames, channels=[2, 0])
    for number, one in enumerate(maps.look(valid(), ["input", "0"], frames)):
        for layer in made.layers:
            expected = one.activations[layer.name][[2, 0]].float()
            assert np.array_equal(layer.maps[number], expected.numpy())
    assert made.pictures.shape == (3, 8, 9, 3)
    assert repr(made) == "Clip('valid: input, 0': 3 frames, 'input' (2, 8, 9), '0' (2, 6, 7))"


@pytest.mark.parametrize("signs", [False, True])
def test_the_page_has_maps_as_bytes_of_known_size_and_the_colors(signs: bool) -> None:
    made = maps.clip(valid(signs=signs), "output", noise(2, 8, 8), rate=7)
    page = made.page()
    data = data_of(page)
    (layer,) = data["layers"]
    expected = made.layers[0].maps
    most = np.array(layer["maps"]["most"])
    assert layer["maps"]["type"] == ("i1" if signs else "u1")
    assert np.allclose(most, np.abs(expected).max((2, 3)).ravel())
    kept = bytes_of(layer["maps"]).reshape(8, -1) * most[:, None] / (127 if signs else 255)
    assert np.abs(kept - expected.reshape(8, -1)).max() <= most.max() / 127
    assert np.array_equal(bytes_of(data["even"]).reshape(-1, 3), colors.even())
    assert np.array_equal(bytes_of(data["diverging"]).reshape(-1, 3), colors.diverging())
    assert (data["rate"], len(data["frames"])) == (7, 2)
    assert page.count(data["frames"][0]) == 2  # the first is shown before any script runs


def test_the_page_is_one_file_with_its_title_as_text(tmp_path: Path) -> None:
    net = Vision(nn.Conv2d(3, 2, 3), [0.5] * 3, [0.5] * 3, name="<b>&")
    path = maps.clip(net, "output", noise(1, 8, 8).float()).save(tmp_path / "maps.html")
    text = path.read_text()
    assert "<title>&lt;b&gt;&amp;: output</title>" in text
    assert "<b>" not in text
    assert not re.findall(r"https?://", text)


class Counted(nn.Module):
    """A network that counts how often it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.calls = nn.Conv2d(3, 40, 3), 0

    def forward(self, x: Tensor) -> Any:
        self.calls += 1
        return self.inside(x)


def test_too_large_a_page_is_refused_before_the_network_works(tmp_path: Path) -> None:
    counted = Counted()
    net = Vision(counted, [0.5] * 3, [0.5] * 3)
    folder = video.write(tmp_path / "frames", noise(30, 32, 32).float())
    with pytest.raises(
        TooLarge, match=r"30 frames .* MB.*1 MB at most.*fewer channels or layers.*about \d+ frames.*limit=2"
    ):
        maps.clip(net, "output", folder, limit=1)
    assert counted.calls <= 2  # a dry run, and the first frame's size
    made = maps.clip(net, "output", folder, limit=2)
    assert len(made.page(2).encode()) < 2e6
    with pytest.raises(TooLarge, match="30 frames"):
        made.save(tmp_path / "page.html", limit=1)
    assert not (tmp_path / "page.html").exists()


def test_an_iterator_is_refused_when_it_becomes_too_large() -> None:
    taken = []

    def endless() -> Iterator[Tensor]:
        while True:
            taken.append(1)
            yield noise(1, 32, 32)[0]

    with pytest.raises(TooLarge, match="1 MB at most"):
        maps.clip(valid(channels=40), "0", endless(), limit=1)
    assert len(taken) < 40


def test_what_the_check_foresees_is_near_to_what_the_page_has() -> None:
    from phosphene.html.maps import page

    frames = noise(20, 64, 64).float()
    made = maps.clip(valid(channels=8), "0", frames)
    size = len(made.page().encode())
    foreseen = 20 * page.weight(made.pictures[0], [(8, 62, 62)]) + page.OVERHEAD
    assert 0.9 < foreseen / size < 1.1


def test_ctrl_c_keeps_the_frames_until_then(tmp_path: Path) -> None:
    def stream() -> Iterator[Tensor]:
        yield from noise(2, 8, 8)
        raise KeyboardInterrupt

    made = maps.clip(valid(), "0", stream())
    assert (made.status, len(made.pictures), made.layers[0].maps.shape[0]) == ("interrupted", 2, 2)
    assert made.save(tmp_path / "maps.html").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rate": 0}, "clip: rate is 0"),
        ({"limit": 0}, "clip: limit is 0"),
        ({"channels": [4]}, "layer '0': channel is 4"),
        ({"channels": []}, "no channel of layer '0'"),
    ],
)
def test_bad_arguments_of_clips(arguments: Any, message: str) -> None:
    with pytest.raises(BadArgument, match=message):
        maps.clip(valid(), "0", noise(1, 8, 8), **arguments)


def test_other_files_are_refused(tmp_path: Path) -> None:
    made = maps.clip(valid(), "0", noise(1, 8, 8))
    with pytest.raises(BadArgument, match=r"a page \(\.html\) expected.*'maps\.html'"):
        made.save(tmp_path / "maps.pdf")
    assert torch.tensor(made.layers[0].channels).tolist() == [0, 1, 2, 3]
