"""What a store of icons saves: all channels of a layer in one job, against one `render` each.

    python benchmarks/icons.py [--size 64] [--steps 64] [--sample 12]

The bundled network's block3, 80 channels, the same look, one process; one by one on a sample of the channels, scaled up.
Seconds by the clock, and of the processor, of which the ratio is: others may be using the machine.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable

import torch

import phosphene as ph
from phosphene import objectives as obj


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--size", type=int, default=64)
    options.add_argument("--steps", type=int, default=64)
    options.add_argument("--sample", type=int, default=12)
    options.add_argument("--threads", type=int, default=torch.get_num_threads())
    given = options.parse_args()
    torch.set_num_threads(given.threads)
    net, look = ph.models.load("patterns"), ph.presets.icon(given.size, given.steps)
    goals = [obj.channel("block3", index) for index in range(80)]
    ph.render(net, goals[0], progress=False, **{**look, "steps": 2})
    some = goals[:: len(goals) // given.sample][: given.sample]

    def one_by_one() -> None:
        for goal in some:
            ph.render(net, goal, progress=False, **look)

    with tempfile.TemporaryDirectory() as folder:
        store = ph.icons.Store(folder)
        together = timed(lambda: store.paint(net, goals, **look))
        again = timed(lambda: store.paint(net, goals, **look))
    alone = tuple(seconds / len(some) * len(goals) for seconds in timed(one_by_one))
    print(f"{len(goals)} icons of {given.size} px, {given.steps} steps, {given.threads} thread(s)")
    for name, (wall, processor) in {"one job": together, "one by one": alone, "from the store": again}.items():
        print(f"{name:14} {wall:7.2f} s, processor {processor:7.2f} s, {processor / len(goals):.3f} s an icon")
    print(
        f"ratio {together[1] / alone[1]:.3f} (of the processor), {together[0] / alone[0]:.3f} (by the clock); at most 0.333"
    )


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


if __name__ == "__main__":
    main()
