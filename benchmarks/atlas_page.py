"""How soon the page of an atlas is there, how long a frame takes while it is dragged, and how large it is, in Chromium.

    python benchmarks/atlas_page.py [--moves 120] [--icon 64]

The atlas: one layer with grids of 10, 20, 40 and 80 cells a side, 45 % of them with an icon, as a folder. First paint is the
browser's first contentful paint; `icons there` the time until the coarsest tiles are painted. A frame is what the main thread
of the page does between two frames (script, style, layout, paint; from a trace) while the map is dragged, once for each mouse
move. `worst` fixes the finest grid while all of it is in sight: 2,900 icons of 9 px in each frame.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

from phosphene.figures import Atlas, AtlasLayer, Level

SIDES, LABELS, EXAMPLES, STORED = (10, 20, 40, 80), 100, 2000, 32
VIEWS = {
    "drag at 10": "#grid=10",
    "drag at 40": "#view=0.5,0.5,3",
    "drag at 80": "#view=0.5,0.5,6",
    "drag at 80, class": "#view=0.5,0.5,6&class=class 7",
    "worst": "#grid=80",
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--moves", type=int, default=120)
    options.add_argument("--icon", type=int, default=64)
    given = options.parse_args()
    folder = Path(tempfile.mkdtemp())
    one = atlas(given.icon)
    sizes(one, folder)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, took in loading(browser, folder / "atlas/index.html").items():
            print(f"{name:24} {took:8.0f} ms")
        for name, view in VIEWS.items():
            print(f"{name:24} {dragged(browser, (folder / 'atlas/index.html').as_uri() + view, given.moves)}")
        browser.close()


def sizes(one: Atlas, folder: Path) -> None:
    begin = time.perf_counter()
    one.save(folder / "atlas")
    print(f"{'written in':24} {time.perf_counter() - begin:8.1f} s")
    parts: defaultdict[str, int] = defaultdict(int)
    for path in (folder / "atlas").rglob("*"):
        if path.is_file():
            parts["/".join(path.relative_to(folder / "atlas").parts[:2])] += path.stat().st_size
    for name, size in sorted(parts.items()):
        print(f"{name:24} {size / 1e6:8.2f} MB")
    print(f"{'all':24} {sum(parts.values()) / 1e6:8.2f} MB")


def loading(browser: Any, path: Path) -> dict[str, float]:
    """The median of 5 openings."""
    rounds = []
    for _ in range(5):
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(path.as_uri())
        ready = page.evaluate(
            """() => new Promise((done) => {
                const canvas = document.querySelector(".map canvas");
                const [x, y] = [canvas.width / 2 + 12, canvas.height / 2 + 12];
                const painted = () => canvas.getContext("2d").getImageData(x, y, 1, 1).data[3];
                const there = () => painted() && document.querySelector(".card .icon");
                const look = () => there() ? done(performance.now()) : requestAnimationFrame(look);
                look();
            })"""
        )
        page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
        paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        rounds.append((paint, ready))
        page.close()
    names = ("first paint", "icons there")
    return {name: statistics.median(one[place] for one in rounds) for place, name in enumerate(names)}


def dragged(browser: Any, url: str, moves: int) -> str:
    """Milliseconds of the main thread between frames."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(url)
    page.wait_for_timeout(1500)
    box = page.locator(".map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    drag(page, x, y, 20)
    browser.start_tracing(
        page=page, categories=["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"]
    )
    drag(page, x, y, moves)
    trace = json.loads(browser.stop_tracing())["traceEvents"]
    page.close()
    busy = sorted(frames(trace))
    median, late = statistics.median(busy), busy[int(0.95 * len(busy))]
    return f"{median:8.1f} ms   (95 of 100 frames below {late:.1f}, {len(busy)} frames)"


def drag(page: Any, x: float, y: float, moves: int) -> None:
    """A circle, so that the pointer stays in the map; Chromium hands over one move a frame."""
    for move in range(moves):
        angle = 2 * np.pi * move / 60
        page.mouse.move(x + 200 * np.sin(angle), y + 120 * (1 - np.cos(angle)))


def frames(trace: list[dict[str, Any]]) -> list[float]:
    """The milliseconds of tasks from one commit to the next, on the main thread of the page, where its script ran."""
    committed = [one for one in trace if one["name"] == "Commit" and "dur" in one]
    thread = committed[0]["pid"], committed[0]["tid"]
    tasks = [one for one in trace if one["name"] == "RunTask" and (one["pid"], one["tid"]) == thread and "dur" in one]
    ends = np.array(sorted(one["ts"] + one["dur"] for one in committed))
    busy = np.zeros(len(ends) + 1)
    for one in tasks:
        busy[np.searchsorted(ends, one["ts"])] += one["dur"] / 1000
    scripted = {int(np.searchsorted(ends, one["ts"])) for one in trace if one["name"] == "FireAnimationFrame"}
    return [float(busy[frame]) for frame in sorted(scripted - {0, len(ends)})]


def atlas(icon: int) -> Atlas:
    """Blurred noise in all icons: about as hard to compress as painted ones."""
    random = np.random.default_rng(0)
    levels = tuple(level(random, side, icon) for side in SIDES)
    thumbnails = soft(random, EXAMPLES, 48)
    labels = tuple(f"class {number}" for number in range(LABELS))
    layer = AtlasLayer("layer", 512, 200_000, 100, levels)
    return Atlas("An atlas to measure", {}, labels, thumbnails, tuple(map(str, range(EXAMPLES))), (layer,))


def level(random: Any, side: int, icon: int) -> Level:
    y, x = (np.indices((side, side)) + 0.5) / side - 0.5
    cell = np.flatnonzero(np.hypot(y, x) < 0.5 * np.sqrt(0.45 * 4 / np.pi))
    count = len(cell)
    first = ((np.arctan2(y, x) / (2 * np.pi) + 0.5) * LABELS).astype(np.int64).ravel()[cell] % LABELS
    return Level(
        side,
        cell,
        random.integers(8, 400, count),
        soft(random, count, icon),
        (first[:, None] + np.arange(STORED)) % LABELS,
        -np.sort(-random.random((count, STORED), np.float32)),
        random.random(count, np.float32),
        random.random(count, np.float32),
        random.integers(0, EXAMPLES, (count, 4)),
    )


def soft(random: Any, count: int, side: int) -> Any:
    """Pictures (count, side, side, 3) with structures of 4 pixels."""
    coarse = random.integers(0, 256, (count, side // 4 + 1, side // 4 + 1, 3)).astype(np.float32)
    places = np.linspace(0, side // 4, side)
    low, part = np.minimum(places.astype(int), side // 4 - 1), (places % 1).astype(np.float32)
    rows = coarse[:, low] * (1 - part)[:, None, None] + coarse[:, low + 1] * part[:, None, None]
    part = part[:, None]
    return (rows[:, :, low] * (1 - part) + rows[:, :, low + 1] * part).astype(np.uint8)


if __name__ == "__main__":
    main()
