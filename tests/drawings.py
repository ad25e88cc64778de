"""Pictures whose content is known, and the second network's opinion of painted ones."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import phosphene as ph
from phosphene.models.patterns import LABELS, draw, load_judge, normalize

JUDGE = Path(__file__).parent / "data" / "patterns_judge.safetensors"


def halves(left: str = "stripes 0", right: str = "dots", seed: int = 0, size: int = 192) -> Tensor:
    """One pattern in the left half, another in the right: (3, size, size)."""
    whole = draw(left, seed, 0, size)
    whole[:, :, size // 2 :] = draw(right, seed, 1, size)[:, :, size // 2 :]
    return whole


def judged(icons: np.ndarray) -> list[str]:
    """What a network of another architecture, trained with another seed, calls icons (N, s, s, 3)."""
    pictures = torch.from_numpy(icons).permute(0, 3, 1, 2).float() / 255
    with torch.no_grad():
        return [LABELS[int(i)] for i in _judge()(normalize(pictures)).argmax(1)]


@cache
def _judge() -> torch.nn.Module:
    return load_judge(JUDGE)


@cache
def patterns() -> ph.Vision:
    """The bundled network."""
    return ph.models.load("patterns")
