import math

import pytest
import torch
from torch.testing import assert_close

from phosphene import param
from phosphene.errors import BadArgument, ShapeMismatch


def test_unbounded_declares_what_is_meant():
    p = param.pixels(4, sd=9) >> param.unbounded()
    assert param.pixels(4).value_range is None
    assert p.value_range == (-math.inf, math.inf)
    assert (param.pixel(4) >> param.unbounded()).value_range == (0, 1)
    photo = torch.rand(2, 3, 4, 4)
    assert torch.equal(p.decode(p.encode(photo)), photo)


def test_grey_pictures_for_networks_that_read_colors():
    p = param.fourier((4, 6), channels=1) >> param.repeat(3)
    assert repr(p) == "param.spectrum((4, 6), channels=1) >> param.sigmoid() >> param.repeat(3)"
    assert p.channels == 3
    assert p.value_range == (0, 1)
    x = p.decode(p.init([1]))
    assert x.shape == (1, 3, 4, 6)
    assert torch.equal(x[:, 0], x[:, 2])
    photo = torch.rand(1, 3, 4, 6)
    grey = p.starting_from(photo)
    assert_close(grey.decode(grey.init([1])), photo.mean(1, keepdim=True).expand(-1, 3, -1, -1), atol=1e-5, rtol=0)


def test_channels_are_counted_through_maps():
    row = param.sigmoid() >> param.repeat(3) >> param.decorrelate("imagenet")
    assert row.channels == 1
    assert row.channels_after(1) == 3
    assert (param.pixels(4, 1) >> row).channels == 3
    assert param.sigmoid().channels_after(None) is None
    with pytest.raises(ShapeMismatch, match="maps 1 channels and gets 3"):
        param.pixels(4) >> param.repeat(3)
    with pytest.raises(ShapeMismatch, match="maps 3 channels and gets 2"):
        param.repeat(2) >> param.decorrelate("imagenet")
    with pytest.raises(BadArgument, match="times is 0"):
        param.repeat(0)


@pytest.mark.parametrize("channels", [1, 2, 4, 5])
def test_every_source_has_any_number_of_channels(channels):
    sources = (param.pixel, param.fourier, param.pyramid, param.maco, param.cppn)
    for make in sources:
        p = make((4, 6), channels=channels)
        assert p.decode(p.init([1, 2])).shape == (2, channels, 4, 6)


def in_inference_mode(p):
    with torch.inference_mode():
        p.decode(p.init([1, 2, 3]))
    state = {key: x.requires_grad_() for key, x in p.init([1, 2, 3]).items()}
    p.decode(state).square().sum().backward()
    return all(x.grad is not None for x in state.values() if x.numel())


def test_cached_tensors_survive_inference_mode():
    with torch.inference_mode():
        mask, photo = torch.full((13, 11), 0.5), torch.rand(3, 13, 11)
        masked = param.masked(param.fourier((13, 11)), mask, photo)
    aligned = param.shared(param.pixels(2), (13, 11), 2)
    for p in (masked, aligned, param.maco((13, 11)), param.maco((13, 11), photo.clone()), param.cppn((13, 11))):
        assert in_inference_mode(p)
