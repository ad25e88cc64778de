"""Networks of equal weights are one network only where they are built alike."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings

import pytest
import torch
from torch import nn

from phosphene.icons.structure import structure
from tests.icon_structures import KINDS, Rolled, chain, key, keys


def test_each_structure_has_a_key_of_its_own() -> None:
    assert len(set(keys())) == len(KINDS)


def test_equal_structures_have_one_key() -> None:
    assert keys() == keys()
    module = Rolled()
    before = structure(module)
    module(torch.zeros(1, 3, 4, 4))
    module.register_forward_hook(lambda *given: None)
    assert structure(module) == before


def test_the_mode_is_no_structure() -> None:
    assert structure(chain(nn.ReLU()).train()) == structure(chain(nn.ReLU()).eval())


def test_addresses_and_devices_are_not_in_it() -> None:
    class Shown(nn.Module):
        def extra_repr(self) -> str:
            return repr(object())

    assert structure(Shown())[0] == "Shown(<object object>)"
    weights = nn.ParameterList([torch.zeros(2, 3)])
    assert "2x3" in structure(weights)[0]


def test_a_scripted_network_is_known_by_its_graph() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # newer versions of torch advise against scripting
        one, same, other = (torch.jit.script(chain(nn.ReLU(), stride=stride)) for stride in (1, 1, 2))
    assert structure(one) == structure(same) != structure(other)


def test_dilation_in_a_network_of_torchvision() -> None:
    models = pytest.importorskip("torchvision.models")
    net, dilated = models.resnet18(), models.resnet18()
    dilated.load_state_dict(net.state_dict())
    assert key(net) == key(dilated)
    dilated.layer4[0].conv2.dilation, dilated.layer4[0].conv2.padding = (2, 2), (2, 2)
    assert key(net) != key(dilated)


@pytest.mark.slow
def test_another_process_finds_the_same_keys() -> None:
    code = "from tests.icon_structures import keys; print(*keys())"
    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    assert found.stdout.split() == keys()
