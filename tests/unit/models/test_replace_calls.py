"""A layer that is called several times: one of its calls is changed, and no other."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close

from phosphene.models import Vision, edited


class Thrice(nn.Module):
    """1000 c(x) + 100 c(c(x)) + 10 c(c(c(x))) with one layer c."""

    def __init__(self) -> None:
        super().__init__()
        self.shared = nn.Conv2d(3, 3, 1, bias=False)
        with torch.no_grad():
            self.shared.weight.copy_(torch.eye(3).view(3, 3, 1, 1) * 2)

    def forward(self, x: Tensor) -> Tensor:
        one = self.shared(x)
        two = self.shared(one)
        result: Tensor = 1000 * one + 100 * two + 10 * self.shared(two)
        return result


def vision() -> Vision:
    return Vision(Thrice().double(), [0.0] * 3, [1.0] * 3, name="thrice")


@pytest.mark.parametrize(
    ("name", "weight"),
    [
        ("shared", (5 * 2, 5 * 4, 5 * 8)),
        ("shared#0", (5 * 2, 5 * 4, 5 * 8)),
        ("shared#1", (2, 5 * 4, 5 * 8)),
        ("shared#2", (2, 4, 5 * 8)),
    ],
)
def test_one_call_is_changed_in_every_pass(name: str, weight: tuple[int, int, int]) -> None:
    net, x = vision(), torch.rand(2, 3, 4, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    seen: list[Tensor] = []

    def change(activation: Tensor) -> Tensor:
        seen.append(activation)
        return 5 * activation

    expected = (1000 * weight[0] + 100 * weight[1] + 10 * weight[2]) * x
    with torch.no_grad(), edited(net, name, change) as passes:
        for _ in range(2):
            assert_close(net(x), expected, atol=1e-9, rtol=1e-12)
    assert (passes.made, passes.changed, len(seen)) == (2, 2, 2)
    call = int(name.partition("#")[2] or 0)
    assert_close(seen[0], 2 ** (call + 1) * x, atol=1e-12, rtol=1e-12)


def test_behind_it_all_is_as_ever() -> None:
    net, x = vision(), torch.rand(1, 3, 2, 2, dtype=torch.float64)
    with torch.no_grad():
        expected = net(x)
        with edited(net, "shared#1", lambda activation: 7 * activation):
            assert not torch.allclose(net(x), expected)
        assert torch.equal(net(x), expected)
