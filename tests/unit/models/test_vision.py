from __future__ import annotations

import pytest
import torch
from torch import nn

from phosphene.errors import BadArgument, UnknownLabel
from phosphene.models import Vision, as_vision, as_visions

HALF = (0.5, 0.5, 0.5)


def test_the_range_inside(tiny, picture):
    x = picture(8, 2)
    assert torch.allclose(tiny.normalize(x), x * 2 - 1)
    assert tiny.normalize(x.double()).dtype == torch.float64
    assert torch.equal(tiny(x), tiny.module(tiny.normalize(x)))


def test_channels_last_stays(tiny, picture):
    x = picture(8, 2).contiguous(memory_format=torch.channels_last)
    assert tiny.normalize(x).is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mean": (0.5, 0.5)}, "mean has 2 numbers, std has 3"),
        ({"mean": 0.5}, "mean is 0.5. one number per color channel"),
        ({"mean": ()}, "mean is None"),
        ({"mean": "abc"}, "mean is 'abc'"),
        ({"mean": (0.5, float("nan"), 0.5)}, "mean is nan"),
        ({"std": (0.5, 0, 0.5)}, "std is 0"),
        ({"std": (0.5, -1, 0.5)}, "std is -1"),
        ({"size": 0}, "side is 0"),
        ({"size": (8, 2.5)}, "side is 2.5"),
        ({"size": "8"}, "side is '8'"),
        ({"labels": "cat"}, "labels is cat"),
        ({"labels": [1, 2]}, "a sequence of class names"),
    ],
)
def test_what_is_refused(options, message):
    with pytest.raises(BadArgument, match=message):
        Vision(nn.Flatten(), **{"mean": HALF, "std": HALF, **options})


def test_not_a_network():
    with pytest.raises(BadArgument, match=r"Vision\('resnet50', ...\). a torch.nn.Module expected.*ph.models.load"):
        Vision("resnet50", HALF, HALF)


def test_tensors_as_range():
    assert Vision(nn.Flatten(), torch.tensor([0.5] * 3), torch.tensor([0.25] * 3)).std == (0.25,) * 3


def test_labels():
    vision = Vision(nn.Flatten(), HALF, HALF, name="birds", labels=["cock, rooster", "crane", "Crane, lifter", "hen"])
    assert vision.label_index("hen") == 3
    assert vision.label_index("rooster") == 0
    assert vision.label_index(" COCK ") == 0
    assert vision.label_index("crane") == 1, "the exact name comes before one of several names"
    assert vision.label_index(2) == 2
    with pytest.raises(UnknownLabel, match=r"'roster', which birds does not have. Nearest: 'rooster'"):
        vision.label_index("roster")
    with pytest.raises(UnknownLabel, match=r"class 4 of birds. classes 0 to 3 expected"):
        vision.label_index(4)
    with pytest.raises(UnknownLabel, match="class -1 of birds"):
        vision.label_index(-1)
    with pytest.raises(BadArgument, match="label True"):
        vision.label_index(True)


def test_a_name_of_two_classes():
    vision = Vision(nn.Flatten(), HALF, HALF, name="birds", labels=["crane", "hen", "crane", "duck, bird", "owl, bird"])
    with pytest.raises(UnknownLabel, match=r"'crane'. birds has 2 classes of that name. write an index: \[0, 2\]"):
        vision.label_index("crane")
    with pytest.raises(UnknownLabel, match=r"\[3, 4\]"):
        vision.label_index("bird")


def test_no_labels(tiny):
    with pytest.raises(UnknownLabel, match=r"tiny has no class names. write the index"):
        tiny.label_index("cat")
    assert tiny.label_index(7) == 7
    with pytest.raises(UnknownLabel, match="classes 0 to the last one"):
        tiny.label_index(-1)


def test_the_digest_follows_the_weights(tiny):
    before = tiny.digest()
    assert before == tiny.digest()
    assert len(before) == 32
    tiny.module.to(memory_format=torch.channels_last)
    assert tiny.digest() == before, "the layout in memory is not content"
    with torch.no_grad():
        tiny.module[0].bias[0] += 1
    assert tiny.digest() != before


def test_bare_networks_are_refused(tiny):
    assert as_vision(tiny) is tiny
    assert as_visions(tiny) == {"": tiny}
    assert as_visions({"a": tiny}) == {"a": tiny}
    with pytest.raises(BadArgument, match=r"a bare network, Flatten.*write ph.models.Vision\(module, mean=..., std="):
        as_vision(nn.Flatten())
    with pytest.raises(BadArgument, match=r"write ph.models.load\('resnet50'\)"):
        as_visions({"a": "resnet50"})
    with pytest.raises(BadArgument, match=r"no model, \{\}"):
        as_visions({})
    with pytest.raises(BadArgument, match="a model named 'a:b'"):
        as_visions({"a:b": tiny})
