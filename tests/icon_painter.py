"""A process that paints icons, for tests that kill it or run several at once; it writes down what it has written."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from unittest import mock

import torch

import phosphene as ph
from phosphene import objectives as obj
from phosphene.icons import paint as painting
from phosphene.icons.store import Store
from phosphene.objectives.algebra import Objective
from phosphene.render import Render
from tests import toys

LOOK = {**ph.presets.icon(12, steps=6), "rules": None}
GOALS: list[Objective] = [
    obj.channel(layer, index) - 0.01 * weight * obj.tv()
    for weight in range(10)
    for layer in ("first", "second")
    for index in range(6)
]


def paint(folder: Path, journal: Path) -> None:
    """Paint all icons, four at a time; a line of the journal for each that has been written: process and name."""
    torch.set_num_threads(1)
    warnings.simplefilter("error")
    write = Store.write

    def noted(self: Store, key: str, icon: Render) -> None:
        write(self, key, icon)
        with open(journal, "ab", buffering=0) as file:
            file.write(f"{os.getpid()} {key}\n".encode())

    with mock.patch.object(Store, "write", noted), mock.patch.object(painting, "BATCH", 4):
        Store(folder).paint(toys.vision(), GOALS, progress=False, **LOOK)
