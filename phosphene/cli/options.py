"""Options that several commands have, and what their texts mean."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import BadArgument, BadPicture, UnknownLabel, nearest
from ..values import check_integer

if TYPE_CHECKING:
    from torch import Tensor

    from ..collection.sources import Source


def pixels(size: int | None) -> int | None:
    """A size that is not given, or one that a picture can have."""
    if size is not None and not 1 <= size <= 2**14:
        raise BadArgument(f"--size {size}", f"pixels from 1 to {2**14} expected", "write --size 224")
    return size


Network = Annotated[str, typer.Argument(help="patterns (bundled), or any torchvision name.")]
Weights = Annotated[str | None, typer.Option(help="A weights file (.safetensors, .pth), or random.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="The PNG to write; it carries the program.")]
Shown = Annotated[str, typer.Argument(metavar="PICTURE", help="A picture file, or a drawing such as drawn:rings.")]
Model = Annotated[str, typer.Option("--model", "-m", help="patterns (bundled), or any torchvision name.")]
Checkpoint = Annotated[Path | None, typer.Option(help="A file to go on from after an interruption.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Picture = Annotated[Path, typer.Argument(help="A PNG that phosphene wrote.")]
Seed = Annotated[int, typer.Option(help="Another seed, another picture.")]
StoreFolder = Annotated[
    Path | None,
    typer.Option("--store", help="The folder of icons; the user's cache (PHOSPHENE_CACHE) where not given."),
]
Size = Annotated[
    int | None, typer.Option(help="Pixels of a picture as the network sees it; the network's own where not given.")
]
IconSize = Annotated[int, typer.Option("--icon", help="Pixels of an icon.")]
Seen = Annotated[int | None, typer.Option(help="Pixels at which the network sees an icon, its own where not given.")]
Steps = Annotated[int, typer.Option(help="Updates that an icon is painted with.")]
Workers = Annotated[int | None, typer.Option(help="Processes that work, one thread each; this one where not given.")]
Ray = Annotated[str | None, typer.Option(help="The address of a Ray cluster, or local; extra cluster.")]


def source_of(text: str) -> Source:
    """A folder, tar shards by pattern, or drawings."""
    from ..collection import sources

    kind, _, count = text.partition(":")
    if kind == "drawn":
        if not count.isdecimal():
            raise BadArgument(f"pictures {text!r}", "a number of drawings expected", "write drawn:20000")
        return sources.drawn(int(count))
    return sources.tars(text) if text.endswith(".tar") else sources.folder(text)


def chosen(option: str, given: str | None, words: tuple[str, ...]) -> None:
    """Refuse what is none of an option's words; nothing given is one of them."""
    if given is not None and given not in words:
        raise BadArgument(f"{option} {given}", f"{' or '.join(words)} expected", f"write {option} {words[0]}")


def picture_of(text: str, size: int | None = None) -> Tensor:
    """A picture (3, H, W) in [0, 1]: a file, or a drawing of the bundled network's classes, `drawn:rings` or `drawn:rings:7`.

    The number is the drawing's seed.  size: pixels of the longer side; a file's own, and 224 for a drawing, where left out.
    Errors: BadPicture, UnknownLabel, BadArgument.
    """
    from ..models.patterns import LABELS, draw
    from ..param.picture import fit, picture

    if size is not None:
        check_integer("--size", "size", size, 1, 2**14)
    kind, _, drawing = text.partition(":")
    if kind == "drawn":
        label, _, seed = drawing.partition(":")
        if seed and not seed.isdecimal():
            raise BadArgument(f"the picture {text!r}", "a number expected as the seed", f"write drawn:{label}:7")
        if label not in LABELS:
            known = next(iter(get_close_matches(label, LABELS, 1)), "rings")
            instead = f'write "drawn:{known}"' if " " in known else f"write drawn:{known}"
            raise UnknownLabel(f"the pattern {label!r} is not drawn", nearest(label, LABELS), instead)
        return draw(label, int(seed or 0), 0, size or 224)
    if not os.path.exists(text):
        some = ", ".join(f"drawn:{label}" for label in LABELS if " " not in label)
        raise BadPicture(
            f"{text!r}: no such file", f"a picture file, or a drawing expected: {some}", "write drawn:rings"
        )
    pixels = picture(text).numbers()
    height, width = pixels.shape[-2:]
    scale = 1 if size is None else size / max(height, width)
    return fit(pixels, (max(1, round(height * scale)), max(1, round(width * scale))))[0]


def names_of(layers: str) -> list[str]:
    """Layers with commas between them."""
    return [name.strip() for name in layers.split(",") if name.strip()]


def numbers_of(channels: str | None, option: str = "--channels") -> list[int] | None:
    """Channels with commas between them."""
    try:
        return None if channels is None else [int(part) for part in channels.split(",")]
    except ValueError:
        raise BadArgument(
            f"{option} {channels}", "numbers with commas between them expected", f"write {option} 0,5,9"
        ) from None
