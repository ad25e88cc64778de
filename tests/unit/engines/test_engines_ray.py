"""A Ray cluster of two nodes with one processor each: workers and nodes die, nothing is lost.

A cluster takes half a minute to start, so there is one for the file; where tests are spread over processes, each waits
until no other has one.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import importlib.util
import os
import signal
import socket
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock

from phosphene import engines, errors, icons
from phosphene.collection import sources
from phosphene.engines import ray as engine
from tests import collector, icon_painter, toys
from tests.engine_jobs import Fails, Threads, Writes

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("ray"),
    pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs Ray"),
]
STORE = 80 * 2**20


@pytest.fixture(scope="module")
def alone() -> Iterator[None]:
    """No other process of this machine runs these tests."""
    with FileLock(Path(tempfile.gettempdir()) / "phosphene-tests-ray.lock"):
        yield


@pytest.fixture(scope="module")
def cluster(alone: None) -> Iterator[Any]:
    from ray.cluster_utils import Cluster

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "object_store_memory": STORE})
        for _ in range(2):
            made.add_node(num_cpus=1, object_store_memory=STORE)
    yield made
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Ray leaves processes and sockets of its own to the garbage collector
        made.shutdown()
        del made
        gc.collect()


def expected(folder: Path, count: int) -> dict[int, str]:
    """What one process gives."""
    folder.mkdir()
    return dict(engines.run(Writes(folder), range(count)))


def check(folder: Path, results: list[tuple[int, str]], count: int) -> None:
    """Every unit once among the results, and its file with the bytes that one process writes."""
    single = expected(folder / "single", count)
    assert len(results) == count
    assert dict(results) == single
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.bin")}
    assert found == {f"{unit}.bin": digest for unit, digest in single.items()}


def journal(folder: Path) -> list[list[str]]:
    return [line.split() for line in (folder / "journal").read_text().splitlines()]


def test_workers_and_nodes_die_and_nothing_is_lost(cluster: Any, tmp_path: Path) -> None:
    import ray

    results: list[tuple[int, str]] = []
    old = {node.node_id: node for node in cluster.worker_nodes}
    added: list[str] = []

    def worked() -> set[str]:
        return {node for _, _, node in journal(tmp_path)} if results else set()

    def units() -> Iterator[int]:
        """Until the node that was added has worked, and 20 more."""
        number = 0
        while not (added and added[0] in worked()) and number < 2000:
            yield number
            number += 1
        yield from range(number, number + 20)

    for pair in engines.run(Writes(tmp_path, 0.1), units(), ray=cluster.address):
        results.append(pair)
        if len(results) in (8, 12):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(journal(tmp_path)[-1][1]), signal.SIGKILL)
        if len(results) > 15 and not added and set(old) <= worked():
            cluster.remove_node(old[journal(tmp_path)[-1][2]], allow_graceful=False)
            added.append(cluster.add_node(num_cpus=1, object_store_memory=STORE).node_id)
    assert {*old, *added} == worked()
    check(tmp_path, results, len(results))
    assert not ray.is_initialized()


def test_a_connection_that_is_there_is_used_and_stays(cluster: Any, tmp_path: Path) -> None:
    import ray

    with engine._quiet():
        ray.init(cluster.address, log_to_driver=False)
    try:
        results = list(engines.run(Writes(tmp_path), reversed(range(9)), workers=1, ray="auto"))
        check(tmp_path, results, 9)
        assert {answer for _, answer in engines.run(Threads(), range(3), ray="local")} == {(1, "1")}
        icons_are_the_same(tmp_path)
        errors_come_back(cluster)
        assert ray.is_initialized()
        closing_ends_units_under_way(tmp_path / "closed")
        assert ray.is_initialized()
    finally:
        ray.shutdown()


def test_a_collection_has_the_same_bytes_when_a_node_dies(cluster: Any, tmp_path: Path) -> None:
    drawn = sources.drawn(1600, size=16)
    struck: list[Any] = []

    def strike() -> None:
        while sum(1 for _ in tmp_path.rglob("s-*.safetensors")) < 30:
            time.sleep(0.02)
        struck.append(next(iter(cluster.worker_nodes)))
        cluster.remove_node(struck[0], allow_graceful=False)

    thread = threading.Thread(target=strike, daemon=True)
    thread.start()
    collector.gather(tmp_path / "cluster", drawn, ray=cluster.address)
    thread.join(10)
    cluster.add_node(num_cpus=1, object_store_memory=STORE)
    assert struck
    collector.gather(tmp_path / "one", drawn)
    assert collector.contents(tmp_path / "cluster") == collector.contents(tmp_path / "one")


def icons_are_the_same(folder: Path) -> None:
    net, goals = toys.vision(), icon_painter.GOALS[:40]
    made = [
        icons.Store(folder / name).paint(net, goals, ray=ray, progress=False, **icon_painter.LOOK)
        for name, ray in (("one", None), ("two", "auto"))
    ]
    assert made[0].keys == made[1].keys
    assert made[1].painted == 40
    assert np.array_equal(made[0].images, made[1].images)


def errors_come_back(cluster: Any) -> None:
    done: list[Any] = []
    with pytest.raises(KeyError, match="unit 3") as caught:
        done.extend(engines.run(Fails(3), range(50), ray=cluster.address))
    assert "engine_jobs.py" in str(caught.value.__cause__)
    assert len(done) < 10
    with pytest.raises(errors.WorkFailed, match=r"the unit 1, which ended its worker 3 times; .*WorkerCrashedError"):
        list(engines.run(Fails(1, "kill"), range(3), ray="auto"))
    with pytest.raises(errors.BadArgument, match=r"the job .*cannot be pickled"):
        list(engines.run(Writes(threading.Lock()), range(1), ray="auto"))  # type: ignore[arg-type]


def closing_ends_units_under_way(folder: Path) -> None:
    folder.mkdir()
    results = engines.run(Writes(folder, 0.2), iter(range(10**6)), ray="auto")
    for _ in range(3):
        next(results)
    begun = time.monotonic()
    results.close()
    assert time.monotonic() - begun < 5
    lines = len(journal(folder))
    time.sleep(1)
    assert len(journal(folder)) == lines < 8


@pytest.mark.usefixtures("alone")
def test_a_local_cluster_goes_with_its_run(tmp_path: Path) -> None:
    import ray

    results = engines.run(Writes(tmp_path, 0.05), range(30), workers=2, ray="local")
    first = next(results)
    assert ray.cluster_resources()["CPU"] == 2
    assert "RAY_USAGE_STATS_ENABLED" not in os.environ
    check(tmp_path, [first, *results], 30)
    assert not ray.is_initialized()
    workers = {int(process) for _, process, _ in journal(tmp_path)} - {os.getpid()}
    assert len(workers) == 2
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{process}").exists() for process in workers):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_addresses_where_no_cluster_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setattr(engine, "PATIENCE", 1.0)
    with socket.socket() as silent, socket.socket() as closed:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        closed.bind(("127.0.0.1", 0))
        ports = [silent.getsockname()[1], closed.getsockname()[1]]
        for where in [*(f"127.0.0.1:{port}" for port in ports), "127.0.0.1:port", "127.0.0.1:99999", "[::1]:1"]:
            begun = time.monotonic()
            with pytest.raises(errors.BadArgument, match=r"ray='.*:.* of a Ray cluster that runs.*ray start --head"):
                engines.run(Threads(), range(2), ray=where)
            assert time.monotonic() - begun < 5
        monkeypatch.setenv("RAY_ADDRESS", f"127.0.0.1:{ports[1]}")
        with pytest.raises(errors.BadArgument, match="Ray cluster that runs"):
            engines.run(Threads(), range(2), ray="auto")


def test_a_server_of_other_things_is_no_cluster() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()

        def speak() -> None:
            line, _ = server.accept()
            with line:
                line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=speak)
        thread.start()
        with pytest.raises(errors.BadArgument, match="what answers is no Ray cluster"):
            engines.run(Threads(), range(2), ray=f"127.0.0.1:{server.getsockname()[1]}")
        thread.join()


def test_without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(errors.MissingExtra, match=r"needs Ray.*phosphene\[cluster\]"):
        engines.run(Threads(), range(2), ray="local")
