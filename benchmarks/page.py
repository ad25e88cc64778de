"""How soon a page is there and how long a move of the pointer takes, in Chromium.

    python benchmarks/page.py [--repeats 9]

The figure: a dictionary of 4 layers of 14 x 14 positions with 10 icons at each, 200 icons of 64 pixels a layer. First paint
is the browser's first contentful paint, from opening the file; a move is the time of the page's handler and of the layout
that follows, over 100 moves from cell to cell. `idle` is the same with a handler that does nothing.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

from phosphene.figures import Dictionary, DictionaryLayer, Picture

POSITIONS, ICONS, TOP, LAYERS = 14, 200, 10, 4
MOVES = """() => {
    const picture = document.querySelector(".picture");
    const { left, top, width, height } = picture.getBoundingClientRect();
    const took = [];
    for (let move = 0; move < 100; move++) {
        const [row, column] = [(move * 5) % 14, (move * 3) % 14];
        const at = { clientX: left + (width * (column + 0.5)) / 14, clientY: top + (height * (row + 0.5)) / 14 };
        const begin = performance.now();
        picture.dispatchEvent(new PointerEvent("pointermove", at));
        document.body.getBoundingClientRect();
        took.push(performance.now() - begin);
    }
    return took.sort((a, b) => a - b);
}"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--repeats", type=int, default=9)
    repeats = options.parse_args().repeats
    path = figure().save(Path(tempfile.mkdtemp()) / "page.html")
    print(f"size           {path.stat().st_size / 1e6:7.2f} MB")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        rounds = [measured(browser, path) for _ in range(repeats)]
        browser.close()
    for name in rounds[0]:
        values = [one[name] for one in rounds]
        print(f"{name:14} {statistics.median(values):7.1f} ms   (largest {max(values):.1f})")


def measured(browser: Any, path: Path) -> dict[str, float]:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(path.as_uri())
    page.wait_for_timeout(500)
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    loaded = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    took = page.evaluate(MOVES)
    page.close()
    return {"first paint": paint, "page ready": loaded, "move, median": took[50], "move, 99 of 100": took[98]}


def figure() -> Dictionary:
    """Noise in all icons: the hardest to compress."""
    random = np.random.default_rng(0)
    picture = Picture("noise", random.integers(0, 255, (224, 224, 3), np.uint8))
    layers = tuple(layer(random, f"layer{number}") for number in range(LAYERS))
    return Dictionary("A page to measure", {}, (picture,), "activation", np.array([[0.5, 0.5]], np.float32), layers)


def layer(random: np.random.Generator, name: str) -> DictionaryLayer:
    maps = random.random((1, ICONS, POSITIONS, POSITIONS), np.float32)
    cells = maps.transpose(0, 2, 3, 1)
    index = (-cells).argsort(-1)[..., :TOP]
    return DictionaryLayer(
        name,
        POSITIONS,
        POSITIONS,
        channels=512,
        sees=100,
        units=np.arange(ICONS),
        icons=random.integers(0, 255, (ICONS, 64, 64, 3), np.uint8),
        index=index,
        value=np.take_along_axis(cells, index, -1),
        maps=maps,
    )


if __name__ == "__main__":
    main()
