"""What a page shows, read off its texts and its pixels."""

from __future__ import annotations

from typing import Any

import numpy as np

PIXELS = """(canvas, [left, top, width, height]) => {
    const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    copy.drawImage(canvas, -left, -top);
    return [...copy.getImageData(0, 0, width, height).data];
}"""
SIZE = "canvas => [canvas.height, canvas.width]"


def point(page: Any, layer: Any, row: int, column: int, picture: int = 0) -> None:
    """Moves the pointer into a cell."""
    box = page.locator(".picture").nth(picture).bounding_box()
    x, y = (column + 0.5) / layer.columns, (row + 0.5) / layer.rows
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])


def choose(page: Any, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).check()


def read(text: str) -> float:
    return float(text.replace("−", "-"))


def rows_of(locator: Any) -> list[tuple[str, float]]:
    names, values = locator.locator(".name").all_text_contents(), locator.locator(".value").all_text_contents()
    return [(name, read(value)) for name, value in zip(names, values, strict=True)]


def pixels(canvas: Any, left: int, top: int, width: int, height: int) -> np.ndarray:
    return np.array(canvas.evaluate(PIXELS, [left, top, width, height])).reshape(height, width, 4)


def map_pixels(page: Any, picture: int = 0) -> np.ndarray:
    """The map over a picture, (rows, columns, 4), bytes."""
    canvas = page.locator(".map").nth(picture)
    height, width = canvas.evaluate(SIZE)
    return pixels(canvas, 0, 0, width, height)


def icon_color(canvas: Any) -> np.ndarray:
    """The color of an icon, off its number and its edge."""
    return pixels(canvas, 6, 6, 1, 1)[0, 0, :3]


def alphas(page: Any, picture: int = 0) -> np.ndarray:
    return map_pixels(page, picture)[..., 3] / 255


def bars(locator: Any) -> list[tuple[float, str]]:
    """The bars of a list: the part of the whole bar that is filled, below 0 to the left of the middle, and its color."""
    return [
        (found["part"], found["color"])
        for found in locator.locator(".bar").evaluate_all(
            """bars => bars.map((bar) => {
                const whole = bar.getBoundingClientRect();
                const fill = bar.firstElementChild.getBoundingClientRect();
                const start = bar.classList.contains("both") ? whole.left + whole.width / 2 : whole.left;
                const left = fill.left + fill.width / 2 < start;
                const part = ((left ? -1 : 1) * fill.width) / (whole.right - start);
                return { part, color: getComputedStyle(bar.firstElementChild).backgroundColor };
            })"""
        )
    ]


def near(shown: float, value: float, most: float = 0.0, steps: int = 255) -> bool:
    """Three digits, of a value kept as one of `steps` parts of `most`."""
    return abs(shown - value) <= 0.006 * abs(value) + 0.51 * most / steps + 1e-6
