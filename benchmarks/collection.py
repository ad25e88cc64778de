"""Collecting against a bare loop of the same passes over pictures in memory, and memory against the number of pictures.

    python benchmarks/collection.py [--pictures 4096] [--side 256] [--size 64] [--listed 5000]
    python benchmarks/collection.py --network mobilenet_v2 --weights FILE --layer features.17.conv.0 --size 224 --pictures 128

The bundled network at 64 px, block3, unless told otherwise; files are JPEGs of `side` pixels, drawn and written first. The
bare loop makes the same forward and attribution pass over the same batches and keeps nothing. Rounds take turns, the best of
each counts: others may be using the machine. Memory: the peak of a fresh process that collects n and 10 n drawings of 32 px
with a small network.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from PIL import Image
from torch import nn

import phosphene as ph
from phosphene.collection import collect, sources
from phosphene.collection.attribution import attributed
from phosphene.collection.sources import Source
from phosphene.collection.steady import steady
from phosphene.models import Capture
from phosphene.models.patterns import draw
from phosphene.param.picture import covering

BATCH = 8


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pictures", type=int, default=4096)
    options.add_argument("--side", type=int, default=256)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--listed", type=int, default=5000)
    options.add_argument("--network", default="patterns")
    options.add_argument("--weights")
    options.add_argument("--layer", default="block3")
    options.add_argument("--size", type=int, default=64)
    given = options.parse_args()
    net = ph.models.load(given.network, weights=given.weights)
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), given.pictures, given.side)
        for name, source in {
            f"JPEG files of {given.side} px": sources.folder(folder),
            "drawings of 64 px": sources.drawn(given.pictures),
        }.items():
            compare(name, source, given.rounds, net, given.layer, given.size)
    few, many = (peak(count) for count in (given.listed, 10 * given.listed))
    print(f"peak memory: {few:.0f} MiB for {given.listed} pictures, {many:.0f} MiB for {10 * given.listed}")
    print(f"ratio {many / few:.3f}; at most 1.1")


def compare(name: str, source: Source, rounds: int, net: ph.Vision, layer: str, size: int) -> None:
    """Print pictures a second of both, and their ratio."""
    pictures = torch.stack(
        [covering(source.read(entry.name, size=(size, size))[None], (size, size))[0] for entry in source.listed()]
    )
    plan, places = Capture(net, [layer, "output"]), torch.full((BATCH, 2), 1)

    def bare() -> None:
        with steady(net):
            for some in pictures.contiguous(memory_format=torch.channels_last).split(BATCH):
                attributed(plan, layer, some, places[: len(some)], "forward")

    def whole() -> None:
        with tempfile.TemporaryDirectory() as folder:
            collect(net, source, layer, folder, size=size, batch=BATCH, progress=False)

    times = [(timed(bare), timed(whole)) for _ in range(rounds)]
    loop, all_of_it = (len(pictures) / min(pair[i] for pair in times) for i in (0, 1))
    print(f"{name}: {all_of_it:.1f} pictures a second collected, {loop:.1f} in the bare loop")
    print(f"ratio {all_of_it / loop:.3f}; at least 0.85")


def write(folder: Path, count: int, side: int) -> None:
    """JPEG files."""
    for index in range(count):
        pixels = draw(index % 23, 1, index, 64).permute(1, 2, 0).mul(255).round().to(torch.uint8).numpy()
        Image.fromarray(pixels).resize((side, side)).save(folder / f"{index}.jpg", quality=90)


def timed(work: Callable[[], object]) -> float:
    """Seconds by the clock."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peak(count: int) -> float:
    """MiB of a process that collects drawings."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found = pool.apply(small, (count,))
        pool.close()
        pool.join()
    return found


def small(count: int) -> float:
    """Collect with a network of one convolution, and give the peak of this process."""
    torch.set_num_threads(1)
    module = nn.Sequential(nn.Conv2d(3, 64, 5, 4), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 20))
    net = ph.models.Vision(module.eval(), [0.5] * 3, [0.25] * 3, name="small")
    with tempfile.TemporaryDirectory() as folder:
        collect(net, sources.drawn(count, size=32), "1", folder, size=32, progress=False)
    status = Path("/proc/self/status").read_text()  # the peak that the system reports of a child has its parent's in it
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main()
