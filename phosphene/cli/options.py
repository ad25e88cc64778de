"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Network = Annotated[str, typer.Argument(help="patterns (bundled), or any torchvision name.")]
Weights = Annotated[str | None, typer.Option(help="A weights file (.safetensors, .pth), or random.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="The PNG to write; it carries the program.")]
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
