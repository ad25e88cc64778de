"""One worker, the cache, and what `run` refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from phosphene import engines, errors
from phosphene.engines import cache, here
from phosphene.engines.work import Task
from tests.engine_jobs import Fails, Threads, Writes


def test_units_come_in_order_and_one_at_a_time(tmp_path: Path) -> None:
    taken: list[int] = []
    results = engines.run(Writes(tmp_path), (taken.append(unit) or unit for unit in range(5)))  # type: ignore[func-returns-value]
    assert taken == []
    assert next(results)[0] == 0
    assert taken == [0]
    assert [unit for unit, _ in results] == [1, 2, 3, 4]
    assert sorted(path.name for path in tmp_path.glob("*.bin")) == [f"{unit}.bin" for unit in range(5)]


def test_a_unit_has_one_thread_and_the_caller_its_own() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        for _, (threads, _) in here.run(Threads(), range(2)):
            assert (threads, torch.get_num_threads()) == (1, 2)
        with pytest.raises(KeyError, match="unit 1"):
            list(engines.run(Fails(1), range(3)))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


@given(st.lists(st.integers(0, 9), max_size=40))
def test_the_cache_keeps_those_asked_for_last(asked: list[int]) -> None:
    built: list[int] = []
    cache._kept.clear()
    model: list[int] = []
    for key in asked:
        known = key in model
        found = engines.cached(str(key), lambda key=key: built.append(key) or [key])  # type: ignore[func-returns-value, misc]
        assert found == [key]
        model = ([one for one in model if one != key] + [key])[-cache.KEEP :]
        assert list(cache._kept) == list(map(str, model))
        assert known or built[-1] == key
    assert len(built) <= len(asked)


def test_what_fails_to_be_built_is_not_kept() -> None:
    def fails() -> int:
        raise OSError("no such file")

    with pytest.raises(OSError, match="no such file"):
        engines.cached("fails", fails)
    assert engines.cached("fails", lambda: engines.cached("inner", lambda: 2) + 1) == 3


class Nameless:
    def __call__(self, unit: int) -> int:
        return unit


@pytest.mark.parametrize(
    ("job", "more", "message"),
    [
        (3, {}, "a callable with a text `digest` expected"),
        (Nameless(), {}, "a callable with a text `digest` expected"),
        (Threads(), {"workers": 0}, "workers is 0"),
        (Threads(), {"workers": True}, "workers is True"),
        (Threads(), {"workers": 2.0}, "workers is 2.0"),
        (Threads(), {"ray": 3}, "ray=3"),
        (Threads(), {"ray": ""}, "ray=''"),
        (Writes(lambda: 0), {"workers": 2}, "cannot be pickled.*top level of a module"),  # type: ignore[arg-type]
    ],
)
def test_bad_arguments(job: Any, more: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.BadArgument, match=message):
        engines.run(job, range(3), **more)


def test_the_third_death_is_the_last() -> None:
    task = Task("unit")
    found = [task.died("SIGKILL") for _ in range(engines.ATTEMPTS)]
    assert found[:-1] == [None, None]
    assert isinstance(found[-1], errors.WorkFailed)
