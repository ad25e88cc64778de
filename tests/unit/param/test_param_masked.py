import numpy as np
import pytest
import torch
from torch.testing import assert_close

from phosphene import param
from phosphene.errors import BadArgument, ShapeMismatch
from phosphene.values import tensor


def random(*shape, seed=0, dtype=torch.float32):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


PHOTO = random(3, 6, 8)
LEFT = torch.zeros(6, 8)
LEFT[:, :4] = 1


@pytest.mark.parametrize(
    "inner", [param.pixel((6, 8)), param.fourier((6, 8)), param.cppn((6, 8)) >> param.sigmoid()], ids=repr
)
def test_outside_the_mask_every_bit_is_kept(inner):
    p = param.masked(inner, LEFT, PHOTO)
    state = {key: x + 1 for key, x in inner.init([1, 2]).items()}
    x = p.decode(state)
    assert torch.equal(x[..., 4:], PHOTO[..., 4:].expand(2, -1, -1, -1))
    assert torch.equal(x[..., :4], inner.decode(state)[..., :4])


def test_a_soft_mask_blends():
    mask = LEFT * 0.25
    p = param.masked(param.pixel((6, 8)), mask, PHOTO)
    state = p.init([1])
    x = p.decode(state)
    assert_close(x[..., :4], 0.25 * state["pixels"][..., :4] + 0.75 * PHOTO[None, ..., :4])
    assert torch.equal(x[0, ..., 4:], PHOTO[..., 4:])


@pytest.mark.parametrize("mask", [LEFT, 0.5 * LEFT], ids=["binary", "soft"])
def test_the_gradient_outside_is_exactly_zero(mask):
    p = param.masked(param.pixel((6, 8)), mask, PHOTO)
    state = {key: x.requires_grad_() for key, x in p.init([1]).items()}
    p.decode(state).square().sum().backward()
    gradient = state["pixels"].grad
    assert gradient[..., 4:].abs().max() == 0
    assert gradient[..., :4].abs().min() > 0


def test_masks_of_all_forms_are_one_value():
    p = param.masked(param.pixel((6, 8)), LEFT, PHOTO)
    for mask in (LEFT[None], LEFT.bool(), LEFT.numpy(), LEFT.numpy().astype(np.uint8), p.mask):
        assert param.masked(param.pixel((6, 8)), mask, PHOTO) == p


def test_mask_and_picture_follow_the_size_from_the_originals():
    p = param.masked(param.pixel((6, 8)), LEFT, PHOTO)
    large = p.resized((12, 16))
    assert large.size == (12, 16)
    x = large.decode(p.resize(p.init([1]), (12, 16)))
    there = param.picture(PHOTO, (12, 16)).numbers()
    assert torch.equal(x[..., 8:], there[..., 8:])
    assert large.resized((6, 8)) == p
    assert torch.equal(large.resized((6, 8)).decode(p.init([1]))[0, ..., 4:], PHOTO[..., 4:])


def test_a_start_is_seen_inside_only():
    other = random(3, 6, 8, seed=1)
    p = param.masked(param.fourier((6, 8)), LEFT, PHOTO).starting_from(other)
    x = p.decode(p.init([1]))[0]
    assert_close(x[..., :4], other[..., :4], atol=1e-4, rtol=0)
    assert torch.equal(x[..., 4:], PHOTO[..., 4:])


def test_the_range_is_that_of_both():
    assert param.masked(param.pixel((6, 8)), LEFT, PHOTO).value_range == (0, 1)
    assert param.masked(param.pixels((6, 8)) >> param.clip(0.5, 2), LEFT, PHOTO).value_range == (0, 2)
    assert param.masked(param.pixels((6, 8)), LEFT, PHOTO).value_range is None


def test_names_of_tensors_are_enough_to_write_it_down():
    mask, photo = tensor("2" * 32, (1, 1, 8, 8), "float32"), tensor("3" * 32, (1, 3, 8, 8), "float32")
    assert "2" * 32 in repr(param.masked(param.fourier(8), mask, photo))


@pytest.mark.parametrize(
    ("mask", "photo", "kind", "message"),
    [
        (LEFT[:5], PHOTO, ShapeMismatch, r"size \(5, 8\).*size \(6, 8\).*its height and width.*resize the mask"),
        (LEFT, PHOTO.expand(2, -1, -1, -1), ShapeMismatch, r"2 picture\(s\)"),
        (LEFT.expand(3, -1, -1), PHOTO, ShapeMismatch, r"shape \(3, 6, 8\).*\(H, W\) or \(1, H, W\)"),
        (LEFT[0], PHOTO, ShapeMismatch, r"shape \(8,\)"),
        (LEFT * 0, PHOTO, BadArgument, "from 0 to 0.*not all of them 0"),
        (LEFT * 2, PHOTO, BadArgument, "from 0 to 2"),
        (LEFT * float("nan"), PHOTO, BadArgument, "from nan"),
        ("left", PHOTO, BadArgument, "str as a mask"),
    ],
)
def test_what_is_no_mask(mask, photo, kind, message):
    with pytest.raises(kind, match=message):
        param.masked(param.pixel((6, 8)), mask, photo)


def test_inside_is_a_parameterization():
    with pytest.raises(BadArgument, match="a parameterization"):
        param.masked(PHOTO, LEFT, PHOTO)
