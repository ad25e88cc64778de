import numpy as np
import pytest
import torch
from torch.testing import assert_close

from phosphene import param
from phosphene.errors import BadArgument


def bilinear(picture, size):
    """Bilinear enlargement by NumPy: pixel centers at half-integers, constant beyond the edge."""
    for axis, new in ((-2, size[0]), (-1, size[1])):
        old = picture.shape[axis]
        places = (np.arange(new) + 0.5) * old / new - 0.5
        picture = np.apply_along_axis(
            lambda row, places=places: np.interp(places, np.arange(len(row)), row), axis, picture
        )
    return picture


@pytest.mark.parametrize(("size", "levels"), [((8, 8), 4), ((7, 12), 3), ((1, 5), 6), ((9, 2), 1)])
def test_the_picture_is_the_sum_of_enlarged_levels(size, levels):
    source = param.pyramid(size, levels, channels=2)
    state = source.init([1, 2], torch.float64)
    expected = sum(bilinear(x.numpy(), size) for x in state.values())
    assert_close(source.decode(state), torch.from_numpy(expected))


def test_levels_halve_and_stop_at_one_pixel():
    shapes = [tuple(x.shape[2:]) for x in param.pyramid((5, 33), levels=8).init([0]).values()]
    assert shapes == [(5, 33), (3, 17), (2, 9), (1, 5), (1, 3), (1, 2), (1, 1), (1, 1)]


def test_analysis_puts_coarse_structure_into_coarse_levels():
    source, ramp = param.pyramid(16, levels=3), torch.linspace(0, 1, 16, dtype=torch.float64).expand(1, 3, 16, 16)
    state = source.encode(ramp)
    assert list(state) == ["level0", "level1", "level2"]
    assert state["level2"].std() > 10 * state["level0"].std()
    flat = source.encode(torch.full((1, 3, 16, 16), 0.3, dtype=torch.float64))
    assert_close(flat["level2"], torch.full((1, 3, 4, 4), 0.3, dtype=torch.float64))
    assert flat["level0"].abs().max() < 1e-12


def test_all_pictures_of_a_batch_start_differently():
    one, two, three = param.pyramid(8).decode(param.pyramid(8).init([1, 2, 3]))
    assert not torch.equal(one, two)
    assert not torch.equal(two, three)


def test_levels_start_differently():
    state = param.pyramid(1, levels=3, sd=1).init([7])
    assert len({float(x.flatten()[0]) for x in state.values()}) == 3


def test_resizing_goes_by_way_of_the_picture():
    source = param.pyramid((6, 9), levels=2)
    state = source.init([7], torch.float64)
    grown = source.resized((12, 18))
    assert grown == param.pyramid((12, 18), levels=2)
    expected = bilinear(source.decode(state).numpy(), (12, 18))
    assert_close(grown.decode(source.resize(state, (12, 18))), torch.from_numpy(expected))
    assert source.resize(state, (6, 9)) == state


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"levels": 0}, "levels is 0"), ({"sd": -1}, "sd is -1"), ({"channels": 0}, "channels is 0")],
)
def test_arguments(arguments, message):
    with pytest.raises(BadArgument, match=message):
        param.pyramid(8, **arguments)
