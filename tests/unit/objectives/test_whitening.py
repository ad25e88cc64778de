"""The cosine of an atlas: a true one, in any unit of the activations and any basis of its channels."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from phosphene import objectives as obj
from phosphene.errors import ShapeMismatch
from phosphene.moments import second_moment, whitened, whitening
from phosphene.objectives import safe

seeds, sizes = st.integers(0, 10**6), st.integers(1, 600)


def vectors(seed: int, *shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


@given(seeds, sizes, st.sampled_from([torch.float32, torch.float64]), st.integers(-60, 60))
def test_the_cosine_of_equal_vectors_is_exactly_one(seed: int, size: int, dtype: torch.dtype, unit: int) -> None:
    v = vectors(seed, size, dtype=dtype)
    assert safe.cosine(v, v, 0).item() == 1
    assert safe.cosine(v, v * 2.0**unit, 0).item() == 1
    assert safe.cosine(v, -v, 0).item() == -1


@given(seeds, sizes, st.sampled_from([1e-30, 1e-3, 1, 1e30]))
def test_no_cosine_is_beyond_one_and_numpy_agrees(seed: int, size: int, unit: float) -> None:
    a, b = vectors(seed, size), vectors(seed + 1, size)
    found = safe.cosine((unit * a).float(), b.float(), 0).item()
    assert abs(found) <= 1 + 2**-22
    assert found == pytest.approx(float(a @ b / (a.norm() * b.norm())), abs=1e-5)


@given(seeds, st.integers(2, 12))
def test_another_basis_of_the_channels_changes_nothing(seed: int, size: int) -> None:
    """With M -> T M T' a whitened score is the same for T a and T v."""
    a, v, turn = vectors(seed, 1, size), vectors(seed + 1, size), vectors(seed + 2, size, size)
    turn += 4 * torch.eye(size, dtype=torch.float64)
    moment = torch.as_tensor(second_moment(vectors(seed + 3, 5 * size, size)))
    one = obj.cosine_spatial("a", v, 3, whitening(moment, 0))({"a": a})
    other = obj.cosine_spatial("a", turn @ v, 3, whitening(turn @ moment @ turn.T, 0))({"a": a @ turn.T})
    torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-9)


@given(seeds, st.integers(2, 12))
def test_with_the_identity_it_is_the_plain_one_bit_for_bit(seed: int, size: int) -> None:
    a, v = vectors(seed, 3, size), vectors(seed + 1, size)
    plain, identity = (obj.cosine_spatial("a", v, 2, w)({"a": a}) for w in (None, whitening(np.eye(size))))
    assert torch.equal(plain, identity)


@given(seeds, st.integers(2, 8))
def test_its_dot_product_is_that_with_the_whitened_vector(seed: int, size: int) -> None:
    a, v, moment = vectors(seed, 1, size), vectors(seed + 1, size), second_moment(vectors(seed + 2, 4 * size, size))
    score = obj.cosine_spatial("a", v, 0, whitening(moment))({"a": a}).item()
    assert score == pytest.approx(float(a[0] @ torch.as_tensor(whitened(v, moment))), rel=1e-6, abs=1e-9)


def test_a_whitening_for_other_channels_is_refused() -> None:
    with pytest.raises(ShapeMismatch, match=r"a whitening of shape \(3, 4\).*\(K, 5\), one column for each channel"):
        obj.cosine_spatial("a", torch.ones(5), 2, torch.ones(3, 4))({"a": torch.ones(1, 5, 2, 2)})
