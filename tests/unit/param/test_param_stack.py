import pytest
import torch
from torch.testing import assert_close

from phosphene import param
from phosphene.errors import BadArgument, BadOperation, NotInvertible, ShapeMismatch


def aligned(size=16):
    """Pictures that share their coarse structure, as for an interpolation."""
    coarse = [param.shared(param.pixels(size // by), size) for by in (2, 4)]
    ends = param.shared(param.pixels(size // 8), size, pictures=2)
    return param.spectrum(size) + coarse[0] + coarse[1] + ends >> param.decorrelate("imagenet") >> param.sigmoid()


def test_a_sum_prints_as_it_is_written():
    p = param.spectrum(8) + param.pixels(8) >> param.sigmoid()
    assert repr(p) == "param.spectrum(8) + param.pixels(8) >> param.sigmoid()"
    q = (param.spectrum(8) >> param.sigmoid()) + param.pixels(8)
    assert repr(q) == "(param.spectrum(8) >> param.sigmoid()) + param.pixels(8)"
    a, b, c = param.spectrum(8), param.pixels(8), param.pyramid(8)
    assert (a + b) + c == a + (b + c) == param.stack((a, b, c))


def test_the_picture_is_the_sum():
    a, b = param.spectrum((4, 6)), param.pyramid((4, 6))
    state = (a + b).init([1, 2])
    assert list(state) == ["0.spectrum", "1.level0", "1.level1", "1.level2", "1.level3"]
    assert_close((a + b).decode(state), a.decode(a.init([1, 2])) + b.decode(b.init([1, 2])))


def test_ranges_add_up():
    a, b = param.pixel(4), param.pixels(4) >> param.clip(-1, 2)
    assert (a + b).value_range == (-1, 3)
    assert (a + param.pixels(4)).value_range is None


def test_a_start_goes_into_the_first_part_that_has_an_inverse():
    photo = torch.rand(2, 3, 4, 4, dtype=torch.float64)
    p = param.cppn(4) + param.pixels(4) + param.spectrum(4)
    state = p.encode(photo)
    assert torch.equal(state["1.pixels"], photo)
    assert all(not state[key].any() for key in state if key[0] != "1")
    bright = (param.pixels(4) >> param.sigmoid(0, 2)) + (param.pixel(4))
    assert_close(bright.decode(bright.encode(photo)), photo, atol=1e-5, rtol=0)
    with pytest.raises(NotInvertible, match="cannot be started"):
        (param.cppn(4) + param.shared(param.pixels(2), 4)).encode(photo)


def test_all_parts_are_resized():
    p = param.spectrum(8) + param.shared(param.pixels(4), 8)
    state = p.init([1, 2], torch.float64)
    assert p.resized(16) == param.spectrum(16) + param.shared(param.pixels(4), 16)
    assert p.resized(16).decode(p.resize(state, 16)).shape == (2, 3, 16, 16)
    assert p.resized(2) == param.spectrum(2) + param.shared(param.pixels(2), 2)
    assert p.resized(2).decode(p.resize(state, 2)).shape == (2, 3, 2, 2)


def test_what_cannot_be_added():
    with pytest.raises(ShapeMismatch, match=r"sizes \(4, 4\) and \(8, 8\).*param.shared"):
        param.pixels(4) + param.pixels(8)
    with pytest.raises(ShapeMismatch, match="channels 3 and 1"):
        param.pixels(4) + param.pixels(4, channels=1)
    photos = torch.rand(5, 3, 4, 4)
    with pytest.raises(ShapeMismatch, match="batches of 2 and 3"):
        param.pixels(4).starting_from(photos[:2]) + param.pixels(4).starting_from(photos[2:])
    for other in (3, "noise", param.sigmoid()):
        with pytest.raises(BadOperation, match=r"\+ .*two parameterizations"):
            param.pixels(4) + other
    with pytest.raises(BadOperation, match=r"3 \+|int \+"):
        3 + param.pixels(4)
    with pytest.raises(BadArgument, match="parameterizations"):
        param.stack(())
    assert (param.pixels(4).starting_from(photos[:2]) + param.pixels(4)).batch == 2


def test_one_shared_picture_is_the_same_for_all():
    p = param.shared(param.pixels((3, 4), sd=1), (6, 8))
    state = p.init([1, 2, 3])
    assert {key: tuple(x.shape) for key, x in state.items()} == {"pixels": (1, 3, 3, 4), "batch": (3, 0)}
    x = p.decode(state)
    assert x.shape == (3, 3, 6, 8)
    assert torch.equal(x[0], x[1])
    large = torch.nn.functional.interpolate(state["pixels"], (6, 8), mode="bilinear")
    assert_close(x[2:], large)


@pytest.mark.parametrize(("pictures", "count"), [(2, 6), (3, 5), (2, 2), (4, 3), (2, 1)])
def test_shared_pictures_are_linear_in_the_place(pictures, count):
    p = param.shared(param.pixels(2, sd=1), 2, pictures)
    state = p.init(range(count), torch.float64)
    x = p.decode(state)
    rows = state["pixels"]
    assert len(rows) == min(pictures, count)
    assert_close(x[0], rows[0])
    assert_close(x[-1], rows[-1])
    if pictures == 2 and count > 1:
        t = torch.linspace(0, 1, count, dtype=torch.float64)[:, None, None, None]
        assert_close(x, (1 - t) * rows[:1] + t * rows[1:])


def test_aligned_pictures_share_their_gradient():
    p = aligned()
    assert p.coupled
    assert not param.fourier(8).coupled
    state = {key: x.requires_grad_() for key, x in p.init(range(6)).items()}
    p.decode(state)[2].sum().backward()
    assert state["1.pixels"].grad.abs().min() > 0
    assert state["0.spectrum"].grad[3:].abs().max() == 0
    assert state["3.pixels"].grad[0].mean() > state["3.pixels"].grad[1].mean() > 0


def test_a_start_of_aligned_pictures():
    photo = torch.rand(1, 3, 16, 16)
    p = aligned().starting_from(photo)
    state = p.init([1, 2, 3])
    assert p.coupled
    assert len(state["1.pixels"]) == 1
    assert_close(p.decode(state), photo.expand(3, -1, -1, -1), atol=1e-4, rtol=0)


def test_what_cannot_be_shared():
    with pytest.raises(BadArgument, match="not larger than the picture"):
        param.shared(param.pixels((4, 9)), 8)
    with pytest.raises(BadArgument, match="none of them shared already"):
        param.shared(param.shared(param.pixels(2), 4), 8)
    with pytest.raises(BadArgument, match="none of them shared already"):
        param.shared(28, 224)
    with pytest.raises(BadArgument, match="pictures is 0"):
        param.shared(param.pixels(4), 8, 0)
