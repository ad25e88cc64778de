import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from phosphene import param
from phosphene.errors import BadArgument, BadPicture, NotInvertible, ShapeMismatch
from phosphene.language import parse

PHOTO = torch.rand(1, 3, 4, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
LABELS = torch.tensor([[7, 7, 7, -2, -2], [7, 7, 3, -2, -2], [3, 3, 3, 3, -2], [3, 3, 3, 3, 9]])
weights = st.lists(st.floats(-2, 3), min_size=4, max_size=4).map(lambda z: torch.tensor([z], dtype=torch.float64))


def by_hand(z, fill):
    """LIME's own way: a copy of the picture, segment by segment."""
    made, photo = PHOTO[0].numpy().copy(), PHOTO[0].numpy()
    for weight, label in zip(z[0].tolist(), (-2, 3, 7, 9), strict=True):
        inside = LABELS.numpy() == label
        ground = photo[:, inside].mean(1, keepdims=True) if fill == "mean" else fill
        made[:, inside] = weight * photo[:, inside] + (1 - weight) * ground
    return torch.from_numpy(made)[None]


@given(weights, st.sampled_from(["mean", 0, 0.25]))
def test_each_segment_lies_between_the_picture_and_its_fill(z, fill):
    assert_close(param.masks(PHOTO, LABELS, fill).decode({"segments": z}), by_hand(z, fill))


@given(weights, weights, st.floats(-3, 3), st.sampled_from(["mean", 0.25]))
def test_the_picture_is_affine_in_the_weights(z, y, p, fill):
    painted = param.masks(PHOTO, LABELS, fill)
    mixed = painted.decode({"segments": p * z + (1 - p) * y})
    assert_close(mixed, p * painted.decode({"segments": z}) + (1 - p) * painted.decode({"segments": y}))


@given(st.integers(0, 2**31))
def test_the_gradient_at_a_weight_is_the_sum_over_its_segment(seed):
    g = torch.randn(1, 3, 4, 5, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    painted = param.masks(PHOTO, LABELS, 0)
    z = painted.init([0], torch.float64)["segments"].requires_grad_()
    (g * painted.decode({"segments": z})).sum().backward()
    expected = [float((g * PHOTO)[..., label == LABELS].sum()) for label in (-2, 3, 7, 9)]
    assert_close(z.grad[0], torch.tensor(expected, dtype=torch.float64))


def test_it_starts_as_the_picture():
    painted = param.masks(PHOTO, LABELS)
    assert painted.init([1, 2])["segments"].tolist() == [[1, 1, 1, 1]] * 2
    assert_close(painted.decode(painted.init([1, 2], torch.float64)), PHOTO.expand(2, -1, -1, -1))
    assert (painted.size, painted.channels, painted.value_range, painted.batch) == ((4, 5), 3, None, None)
    assert not painted.coupled


def test_a_segment_that_equals_its_fill_is_redundant():
    painted = param.masks(PHOTO, LABELS)
    state = painted.init([0, 1])
    assert painted.redundant(state)["segments"].tolist() == [[False, False, False, True]] * 2
    flat = param.masks(torch.full((3, 4, 5), 0.1), LABELS)
    assert bool(flat.redundant(state)["segments"].all())
    assert not param.masks(PHOTO, LABELS, 0).redundant(state)["segments"].any()


def test_round_trips():
    painted = param.masks(PHOTO, LABELS)
    assert painted == param.masks(PHOTO[0], LABELS.numpy().astype(np.int16)) == param.masks(PHOTO, LABELS.tolist())
    assert repr(painted).startswith("param.masks(tensor('")
    for value in (painted, param.masks(PHOTO, LABELS, fill=0.5) >> param.clip()):
        assert parse(repr(value)) == value


def test_maps_of_which_only_the_name_is_known():
    text = f"param.masks(tensor('{'0' * 32}', (1, 3, 4, 5), 'float32'), tensor('{'1' * 32}', (4, 5), 'int64'))"
    assert repr(parse(text)) == text
    assert parse(text).size == (4, 5)


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: param.masks(PHOTO, LABELS.T), ShapeMismatch, r"shape \(5, 4\) for a picture of \(4, 5\).*resize it"),
        (lambda: param.masks(PHOTO, LABELS.float()), BadArgument, r"\(4, 5\) float32.*an integer map.*\.long\(\)"),
        (lambda: param.masks(PHOTO, LABELS[None]), BadArgument, r"\(1, 4, 5\) int64.*an integer map"),
        (lambda: param.masks(PHOTO, "slic"), BadArgument, "an integer map"),
        (lambda: param.masks(PHOTO.expand(2, -1, -1, -1), LABELS), ShapeMismatch, "2 pictures"),
        (lambda: param.masks(PHOTO, LABELS, "median"), BadArgument, "'median'"),
        (lambda: param.masks(PHOTO, LABELS, 2), BadArgument, "fill, if it is not 'mean', is 2"),
        (lambda: param.masks(255 * PHOTO, LABELS), BadPicture, "finite values"),
        (lambda: param.masks(PHOTO, LABELS).resized(8), NotInvertible, "the size of the map"),
        (lambda: param.masks(PHOTO, LABELS).starting_from(PHOTO), NotInvertible, "cannot be started from a picture"),
    ],
    ids=range(10),
)
def test_bad_input(make, kind, message):
    with pytest.raises(kind, match=message):
        make()
