"""Activation maps on pictures, folders and video: as a video, as pictures, as a page that plays."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import BadArgument
from .options import Model, Size, Weights, names_of, numbers_of, picture_of

if TYPE_CHECKING:
    from torch import Tensor

STILL = 2.0
"""Frames a second of single pictures."""


def maps(
    frames: Annotated[
        list[str], typer.Argument(help="Pictures, folders of pictures, videos, drawings such as drawn:rings; several.")
    ],
    layer: Annotated[str, typer.Option("--layer", "-l", help="A layer; for a page several, with commas between.")],
    model: Model = "patterns",
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="A video (.gif, .mp4, .webm, .webp), a .png, a folder, or a page (.html)."),
    ] = Path("maps.gif"),
    scale: Annotated[
        str, typer.Option(help="Full color is the largest of: own (each map), shared (the frame), clip; or a number.")
    ] = "own",
    channels: Annotated[str | None, typer.Option(help="Some channels only, such as 0,5,9.")] = None,
    components: Annotated[
        bool, typer.Option("--components", help="The layer's three principal components as colors.")
    ] = False,
    unit: Annotated[
        int | None, typer.Option(help="One channel: its map, strongest place, and what leads back.")
    ] = None,
    back: Annotated[str, typer.Option(help="With --unit: gradient, deconvnet or guided.")] = "gradient",
    size: Size = None,
    rate: Annotated[
        float | None,
        typer.Option(help="Frames a second; the video's own, 12 of a folder, 2 of pictures, where not given."),
    ] = None,
    weights: Weights = None,
    limit: Annotated[float, typer.Option(help="Megabytes that a page may have.")] = 16,
) -> None:
    """What the channels of a layer see, frame by frame; Ctrl-C keeps the frames until then.

    Example: phosphene maps drawn:dots drawn:rings drawn:waves --layer block3 -o maps.gif

    Example: phosphene maps drawn:dots drawn:rings --layer block2,block3 -o maps.html
    """
    from .. import maps as room
    from .. import models, video

    if components and unit is not None:
        raise BadArgument("--components and --unit", "one of them expected", "leave one out")
    if output.resolve() in [Path(one).resolve() for one in frames]:
        raise BadArgument(f"-o {output}, which is looked at", "another path expected", f"write -o {output}-maps")
    page = output.suffix.lower() == ".html"
    (room.clip_page if page else video.checked)(output)
    source, network = [_source(one) for one in frames], models.load(model, weights=weights)
    speed = _rate(frames) if rate is None else rate
    if page:
        asked = {"components": components, "unit": unit is not None, "scale": scale != "own"}
        _refuse([name for name, given in asked.items() if given])
        made = room.clip(network, names_of(layer), source, numbers_of(channels), size, speed, limit)
        print(f"{made.save(output, limit)}: {made}")
        if made.status != "completed":
            raise typer.Exit(1)
        return
    shown: Iterator[Tensor]
    if components:
        shown = room.components(network, layer, source, size=size)
    elif unit is not None:
        shown = room.unit(network, layer, unit, source, back, _scale(scale), size)
    else:
        shown = room.grid(network, layer, source, _scale(scale), numbers_of(channels), size)
    _write(output, shown, speed)


def _write(output: Path, shown: Iterator[Tensor], rate: float) -> None:
    """All frames, or those until Ctrl-C, which ends the command with 1."""
    from .. import video

    until = _Until(shown)
    with until:
        path = video.write(output, until, rate)
    print(f"{path}: {until.count} frame{'s' * (until.count != 1)}{', interrupted' * until.stopped}")
    if until.stopped:
        raise typer.Exit(1)


class _Until:
    """Frames until Ctrl-C, so that the video is closed behind the last whole one; a second Ctrl-C gives it up."""

    def __init__(self, shown: Iterator[Tensor]) -> None:
        self.shown, self.count, self.stopped = shown, 0, False

    def __enter__(self) -> None:
        self.held = threading.current_thread() is threading.main_thread()
        self.before = signal.signal(signal.SIGINT, self._stop) if self.held else None

    def __exit__(self, *_: object) -> None:
        if self.held:
            signal.signal(signal.SIGINT, self.before)

    def __iter__(self) -> Iterator[Tensor]:
        from tqdm import tqdm

        for one in tqdm(self.shown, unit="frame", disable=None, leave=False):
            self.count += 1
            yield one
            if self.stopped:
                return

    def _stop(self, *_: object) -> None:
        if self.stopped:
            raise KeyboardInterrupt
        self.stopped = True


def _source(text: str) -> Any:
    """A drawing as its picture, anything else as a path."""
    return picture_of(text) if text.startswith("drawn:") else text


def _rate(frames: list[str]) -> float:
    """The speed of the one video or folder that is given."""
    from .. import video
    from ..maps.frames import STILLS

    path = Path(frames[0])
    if len(frames) > 1 or not path.exists() or path.suffix.lower() in STILLS:
        return STILL
    return video.rate_of(path)


def _scale(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text


def _refuse(names: list[str]) -> None:
    """A page has every scale, and every channel."""
    if names:
        raise BadArgument(
            f"a page with --{names[0]}",
            "a video, whose frames it changes, expected",
            "write -o maps.gif, or leave it out",
        )
