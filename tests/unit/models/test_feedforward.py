"""Transformers: any size, any seed, files, and what is not one."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from phosphene.errors import BadArgument
from phosphene.models import feedforward
from phosphene.models.feedforward import MARGIN, Transformer
from phosphene.models.patterns.network import WEIGHTS

SMALL = Transformer(width=3, blocks=1)


@given(st.integers(1, 41), st.integers(1, 41), st.integers(1, 2))
def test_pictures_of_any_size_stay_as_large(height: int, width: int, batch: int) -> None:
    made = SMALL(torch.rand(batch, 3, height, width, generator=torch.Generator().manual_seed(height)))
    assert made.shape == (batch, 3, height, width)
    assert 0 <= float(made.detach().min()) <= float(made.detach().max()) <= 1


@given(st.integers(MARGIN + 4, 40))
def test_edges_are_mirrored(count: int) -> None:
    row = torch.arange(float(count))[None]
    found = feedforward._reflected(row, -1)[0].numpy()
    after = MARGIN + -count % 4
    np.testing.assert_array_equal(found, np.pad(np.arange(count), (MARGIN, after), mode="reflect"))
    assert len(found) % 4 == 0


@given(st.integers(0, 2**31), st.integers(0, 2**31))
@settings(max_examples=10)
def test_weights_depend_on_the_seed_alone(seed: int, other: int) -> None:
    before = torch.random.get_rng_state()
    one, same = Transformer(3, 0, seed), Transformer(3, 0, seed)
    assert torch.equal(before, torch.random.get_rng_state())
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), same.parameters(), strict=True))
    assert (seed == other) == torch.equal(one.end.weight, Transformer(3, 0, other).end.weight)
    assert not any(module.training for module in one.modules())


def test_pictures_of_a_batch_do_not_meet() -> None:
    pictures = torch.rand(3, 3, 20, 24, generator=torch.Generator().manual_seed(1))
    alone = torch.cat([SMALL(one[None]) for one in pictures])
    torch.testing.assert_close(SMALL(pictures), alone, rtol=1e-4, atol=1e-6)


@given(st.integers(1, 6), st.integers(0, 3), st.integers(0, 99))
@settings(max_examples=8)
def test_a_file_gives_the_network_back(width: int, blocks: int, seed: int) -> None:
    network = Transformer(width, blocks, seed)
    with tempfile.TemporaryDirectory() as folder:
        again = feedforward.load(feedforward.save(network, Path(folder) / "style.safetensors"))
    assert (again.width, again.blocks, again.training) == (width, blocks, False)
    x = torch.rand(1, 3, 9, 9, generator=torch.Generator().manual_seed(seed))
    assert torch.equal(again(x), network(x))


def test_files_of_another_kind(tmp_path: Path) -> None:
    broken = {"kind": feedforward.KIND, "settings": json.dumps({"width": 4, "blocks": 1})}
    save_file({"end.bias": torch.zeros(3)}, tmp_path / "missing.safetensors", broken)
    save_file({"x": torch.zeros(3)}, tmp_path / "plain.safetensors")
    save_file({"x": torch.zeros(3)}, tmp_path / "odd.safetensors", {"kind": feedforward.KIND, "settings": "[1]"})
    (tmp_path / "text.safetensors").write_text("no tensors")
    whole = feedforward.save(SMALL, tmp_path / "whole.safetensors").read_bytes()
    (tmp_path / "cut.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadArgument, match=r"holds no style network \('Patterns'\)"):
        feedforward.load(WEIGHTS)
    for name in ("missing", "plain", "odd", "text", "cut", "absent"):
        with pytest.raises(
            BadArgument, match=rf"{name}.safetensors' holds no style network .* style network's save wrote"
        ):
            feedforward.load(tmp_path / f"{name}.safetensors")
    with pytest.raises(BadArgument, match=r"a .safetensors file expected"):
        feedforward.save(SMALL, tmp_path / "style.png")
    with pytest.raises(BadArgument, match="blocks is -1"):
        Transformer(4, -1)
