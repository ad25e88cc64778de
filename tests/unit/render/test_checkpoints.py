"""A run that is killed goes on from its checkpoint and ends with the same bytes."""

from __future__ import annotations

import itertools
import multiprocessing
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import phosphene as ph
from phosphene import errors, param
from phosphene import objectives as obj
from phosphene.render import checkpoints, loop
from tests import toys

NET = toys.vision()
GOAL = obj.channel("first", 2) - 0.1 * obj.tv()


def paint(path: Path, output: Path, after: float | None = None) -> bool:
    """Run the program; with `after`, kill it so many seconds after its checkpoint appears. Tells whether it ended."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.toys"])
    process = context.Process(target=toys.paint_with_checkpoint, args=(path, output))
    process.start()
    if after is not None:
        while process.is_alive() and not path.exists():
            time.sleep(0.005)
        time.sleep(after)
        process.kill()
    process.join()
    return process.exitcode == 0


@pytest.mark.slow
def test_twelve_kills_change_no_byte(tmp_path: Path) -> None:
    assert paint(tmp_path / "whole", tmp_path / "whole.pt")
    images, scores, terms = torch.load(tmp_path / "whole.pt")
    moments = random.Random(7)
    interrupted = 0
    for moment in range(12):
        path, output = tmp_path / f"checkpoint {moment}", tmp_path / f"{moment}.pt"
        if not paint(path, output, after=moments.uniform(0, 1.0)):
            interrupted += 1
            assert paint(path, output)
        again, scores_again, terms_again = torch.load(output)
        assert torch.equal(again, images)
        assert torch.equal(scores_again, scores)
        assert all(torch.equal(terms_again[name], terms[name]) for name in terms)
    assert interrupted >= 4


def interrupted_after(stop: int, advance: Callable[..., Any]) -> Callable[..., Any]:
    """The same steps, and Ctrl-C after so many of them."""
    calls = itertools.count(1)

    def step(*arguments: Any) -> Any:
        if next(calls) > stop:
            raise KeyboardInterrupt
        return advance(*arguments)

    return step


def test_a_run_cut_short_in_the_process_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "SECONDS", 0.0)
    options: dict[str, Any] = {"steps": 6, "snapshots": range(1, 7)}
    whole = ph.render(NET, GOAL, param.fourier(16), **options)
    for stop in range(1, 6):
        path = tmp_path / str(stop)
        with monkeypatch.context() as patch:
            patch.setattr(loop, "advance", interrupted_after(stop, loop.advance))
            assert ph.render(NET, GOAL, param.fourier(16), checkpoint=path, **options).status == "interrupted"
        resumed = ph.render(NET, GOAL, param.fourier(16), checkpoint=path, **options)
        assert torch.equal(resumed.images, whole.images)
        assert all(torch.equal(resumed.snapshots[step], whole.snapshots[step]) for step in range(1, 7))
        assert torch.equal(resumed.scores, whole.scores)


def test_a_finished_checkpoint_is_the_result(tmp_path: Path) -> None:
    made = [ph.render(NET, GOAL, param.fourier(16), steps=3, checkpoint=tmp_path / "c") for _ in range(2)]
    assert torch.equal(made[0].images, made[1].images)


def test_a_checkpoint_of_another_program(tmp_path: Path) -> None:
    ph.render(NET, GOAL, param.fourier(16), steps=2, checkpoint=tmp_path / "c")
    with pytest.raises(errors.CheckpointMismatch, match=r"program\.seed differ"):
        ph.render(NET, GOAL, param.fourier(16), steps=2, seed=1, checkpoint=tmp_path / "c")
    with pytest.raises(errors.CheckpointMismatch, match=r"program\.objective"):
        ph.render(NET, 2 * GOAL, param.fourier(16), steps=2, checkpoint=tmp_path / "c")


def test_a_damaged_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "c").write_bytes(b"nothing")
    with pytest.raises(errors.CheckpointMismatch, match="damaged"):
        ph.render(NET, GOAL, param.fourier(16), steps=2, checkpoint=tmp_path / "c")
