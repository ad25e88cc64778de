"""From places to places, against one backward pass of autograd for each."""

from __future__ import annotations

import time

import pytest
import torch
from torch import nn
from torch.testing import assert_close

import phosphene as ph
from phosphene.attribution import between
from phosphene.errors import Detached, UnknownLayer
from phosphene.models import capture, guarded, replaced, rules
from tests import toys

NET = toys.vision(double=True)


def pictures(count: int = 2, size: int = 16) -> torch.Tensor:
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_against_a_loop_over_places():
    free, x = toys.vision(None, double=True), pictures(2, 5)
    found = between(free, "first", "relu#0", x)
    assert found.shape == (2, 5, 5, 5, 5)
    for i, y, z in ((0, 0, 0), (1, 2, 3), (1, 4, 4)):
        a = capture(free, ["first"], x[i : i + 1])["first"].detach().requires_grad_()
        with guarded(free), replaced(free, "first", a):
            upper = capture(free, ["relu"], x[i : i + 1])["relu"]
        (g,) = torch.autograd.grad(upper[0, :, y, z].norm(), a)
        assert_close(found[i, y, z], (a * g)[0].sum(0).detach(), atol=1e-12, rtol=1e-10)


def test_a_layer_and_itself():
    x = pictures(1, 16)
    found = between(NET, "relu", "relu", x)[0].reshape(256, 256)
    lengths = capture(NET, ["relu"], x)["relu"].detach().norm(dim=1).flatten()
    assert_close(found, torch.diag(lengths), atol=1e-12, rtol=1e-10)


def test_without_biases_the_places_add_up_to_the_length():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = nn.Sequential(
            nn.Conv2d(3, 4, 3, bias=False), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 5, 2, bias=False)
        )
    net, x = ph.Vision(module.double(), [0.0] * 3, [1.0] * 3), pictures(2, 10)
    lengths = capture(net, ["3"], x)["3"].detach().norm(dim=1)
    for lower in ("image", "input", "0", "1", "2"):
        assert_close(between(net, lower, "3", x).sum((3, 4)), lengths, atol=1e-12, rtol=1e-10)


def test_dead_places_get_nothing_and_no_nan():
    module = nn.Sequential(
        nn.Conv2d(3, 2, 1), nn.ReLU(inplace=True), nn.Conv2d(2, 2, 1), nn.ReLU(inplace=True)
    ).double()
    with torch.no_grad():
        module[2].bias.fill_(-100)
    found = between(ph.Vision(module, [0.5] * 3, [0.5] * 3), "1", "3", pictures(1, 4))
    assert torch.equal(found, torch.zeros(1, 4, 4, 4, 4, dtype=torch.float64))


def test_vectors_and_tokens():
    assert between(NET, "relu", "head", pictures()).shape == (2, 1, 1, 16, 16)
    assert between({"a": NET}, "a:relu", "a:output", pictures()).shape == (2, 1, 1, 16, 16)
    tokens = nn.Sequential(nn.Conv2d(3, 4, 4, 4), nn.Flatten(2), nn.Conv1d(4, 5, 1)).double()
    net = ph.Vision(tokens, [0.5] * 3, [0.5] * 3)
    assert between(net, "0", "2@bct", pictures()).shape == (2, 1, 16, 4, 4)


def test_a_rule_changes_the_way():
    x = pictures(1)
    assert not torch.allclose(between(NET, "stem", "relu", x), between(NET, "stem", "relu", x, rules.leaky_gate()))


def test_it_is_fast_on_the_bundled_network():
    net, x = ph.models.load("patterns"), ph.models.patterns.draw("dots", seed=0, size=96)
    begin = time.process_time()
    assert between(net, "block3", "block4", x).shape == (1, 6, 6, 12, 12)
    assert time.process_time() - begin < 2


def test_bad_input():
    x = pictures(1)
    with pytest.raises(Detached, match=r"the activation of 'stem' does not depend on 'relu'.*on the way"):
        between(NET, "relu", "stem", x)
    with pytest.raises(UnknownLayer, match=r"between\(lower='sten'\) looks at layer 'sten'"):
        between(NET, "sten", "relu", x)
    with pytest.raises(UnknownLayer, match=r"between\(upper='unused'\) looks at layer 'unused'.*never reaches"):
        between(NET, "stem", "unused", x)
