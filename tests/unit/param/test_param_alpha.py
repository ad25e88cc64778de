import pytest
import torch
from torch.testing import assert_close

from phosphene import param
from phosphene.errors import BadArgument, ShapeMismatch


def test_it_starts_half_transparent_on_grey():
    p = param.transparent((6, 9), sd=0)
    state = p.init([1, 2])
    assert p.channels == 3
    assert p.value_range == (0, 1)
    assert_close(p.rgba(state), torch.full((2, 4, 6, 9), 0.5))
    assert_close(p.opacity(state), torch.tensor([0.5, 0.5]))
    assert_close(p.decode(state), torch.full((2, 3, 6, 9), 0.5))


def test_colors_cover_the_background_by_their_transparency():
    p = param.alpha(param.pixels((2, 3), 4) >> param.clip(), background=0.25)
    rgba = torch.rand(2, 4, 2, 3)
    state = {"pixels": rgba}
    assert_close(p.decode(state), rgba[:, 3:] * rgba[:, :3] + (1 - rgba[:, 3:]) * 0.25)
    given = p.given([1, 2], 7)
    over = rgba[:, 3:] * rgba[:, :3] + (1 - rgba[:, 3:]) * given["background"]
    assert_close(p.decode({**state, **given}), over)
    assert_close(p.opacity(state), rgba[:, 3].mean((1, 2)))


def test_backgrounds_are_fourier_samples_of_their_own():
    p = param.transparent(32)
    one, two = p.given([1, 2], 0)["background"]
    assert one.shape == (3, 32, 32)
    assert not torch.equal(one, two)
    assert not torch.equal(one, p.given([1, 2], 1)["background"][0])
    assert_close(one, p.given([5, 1], 0)["background"][1])
    assert 0.05 < one.std() < 0.5
    smooth = param.fourier(32, sd=0.5)
    numbers = torch.logit(torch.cat([p.given([s], 0)["background"] for s in range(40)])).std()
    assert numbers == pytest.approx(float(torch.logit(smooth.decode(smooth.init(range(40)))).std()), rel=0.1)


def test_the_transparency_is_outside_the_color_map():
    p = param.transparent(4).inner
    state = {key: torch.randn_like(x) for key, x in p.init([1]).items()}
    numbers = param.spectrum(4, channels=4).decode(state)
    assert_close(p.decode(state)[:, 3:], numbers[:, 3:].sigmoid())
    assert_close(p.decode(state)[:, :3], param.decorrelate("imagenet").forward(numbers[:, :3]).sigmoid())


def test_a_photo_is_opaque():
    photo = torch.rand(1, 3, 4, 4)
    p = param.transparent(4).starting_from(photo)
    assert_close(p.inner.opacity(p.init([1])), torch.ones(1), atol=1e-5, rtol=0)


def test_what_comes_with_the_step_passes_through_every_composition():
    p = param.transparent(4)
    half = torch.ones(4, 4)
    for outer, name in (
        (p >> param.clip(), "background"),
        (p.starting_from(torch.rand(3, 4, 4)), "background"),
        (param.masked(p, half, torch.rand(3, 4, 4)), "background"),
        (param.pixels(4) + p, "1.background"),
        (param.shared(p, 8), "background"),
    ):
        given = outer.given([1, 2], 3)
        assert list(given) == [name]
        state = outer.init([1, 2])
        assert not torch.equal(outer.decode({**state, **given}), outer.decode(state))
    assert param.fourier(4).given([1, 2], 3) == {}


def test_grey_with_transparency():
    p = param.alpha(param.fourier(4, channels=2)) >> param.repeat(3)
    assert p.channels == 3
    assert p.decode({**p.init([1]), **p.given([1], 0)}).shape == (1, 3, 4, 4)


def test_resizing():
    p = param.transparent(8)
    assert p.resized(4) == param.transparent(4)
    assert p.resized(4).decode(p.resize(p.init([1]), 4)).shape == (1, 3, 4, 4)


def test_what_has_no_transparency():
    for inner in (
        param.spectrum(8, channels=4),
        param.pixel(8, channels=1),
        param.pixels(8, 4) >> param.sigmoid(-1, 1),
        3,
    ):
        with pytest.raises(BadArgument, match="colors and transparency in"):
            param.alpha(inner)
    with pytest.raises(BadArgument, match="background is 2"):
        param.alpha(param.pixel(8, channels=4), background=2)
    for map in (param.sigmoid(), "imagenet"):
        with pytest.raises(BadArgument, match="a color map"):
            param.keep_alpha(map)
    with pytest.raises(ShapeMismatch, match="maps 4 channels and gets 3"):
        param.spectrum(8) >> param.keep_alpha(param.decorrelate("imagenet"))
