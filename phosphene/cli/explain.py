"""`phosphene explain`: what speaks for classes in pictures, as a page to switch methods, layers and classes, or as a figure."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import BadArgument
from .options import Model, Size, Weights, names_of, picture_of


def explain(
    pictures: Annotated[
        list[str], typer.Argument(metavar="PICTURES...", help="Picture files, or drawings such as drawn:rings.")
    ],
    label: Annotated[
        list[str],
        typer.Option("--class", "-c", help="A class by name or number, or an objective; several with commas between."),
    ],
    methods: Annotated[
        str, typer.Option("--method", help="Methods with commas between, such as gradcam,guided,ig,occlusion.")
    ] = "grad_cam",
    layers: Annotated[
        str | None,
        typer.Option(
            "--layer", "-l", help="Layers with commas between, also image; each method's own place where not given."
        ),
    ] = None,
    against: Annotated[str | None, typer.Option(help="A class: why the others and not this one.")] = None,
    model: Model = "patterns",
    output: Annotated[
        Path, typer.Option("--output", "-o", help="A page (.html), a figure (.png, .svg) or the data (.npz).")
    ] = Path("explanation.html"),
    post: Annotated[
        str, typer.Option(help="Maps as a package shows them: captum, torchcam, pytorch_grad_cam.")
    ] = "raw",
    size: Size = None,
    weights: Weights = None,
    limit: Annotated[float, typer.Option(help="Megabytes that a page may have.")] = 16,
) -> None:
    """Where in a picture the score of a class comes from.

    Example: phosphene explain drawn:dots --class dots --against rings --method gradcam,guided -o page.html

    Example: phosphene explain drawn:dots --class dots,rings --method gradcam --layer block2,block3,block4 -o ladder.png
    """
    from .. import models, recipes
    from ..figures.base import writable_figure
    from .figures import save

    writable_figure(output)
    if output.resolve() in [Path(one).resolve() for one in pictures]:
        raise BadArgument(
            f"-o {output}, which is a picture to look at",
            "another file expected",
            f"write -o {output.stem}-figure{output.suffix}",
        )
    shown = _named(pictures)
    network = models.load(model, weights=weights)
    figure = recipes.explanation(
        network,
        [_class(one, network.labels) for given in label for one in _parts(given)],
        shown,
        _parts(methods),
        None if layers is None else names_of(layers),
        against=None if against is None else _class(against, network.labels),
        post=post,  # type: ignore[arg-type]
        size=size,
        limit=limit if output.suffix.lower() == ".html" else None,
    )
    save(figure, output, limit)


def _named(pictures: list[str]) -> dict[str, Any]:
    """Pictures by names that differ: those of files without their endings, of drawings without `drawn`."""
    names = [
        one.removeprefix("drawn:").replace(":", " ") if one.startswith("drawn:") else Path(one).stem for one in pictures
    ]
    apart = [f"{name} ({names[:i].count(name) + 1})" if name in names[:i] else name for i, name in enumerate(names)]
    return dict(zip(apart, map(picture_of, pictures), strict=True))


def _parts(text: str) -> list[str]:
    """What stands between commas that are in no brackets.

    >>> _parts("grad_cam, rise(masks=200, seed=1)")
    ['grad_cam', 'rise(masks=200, seed=1)']
    """
    depths = accumulate((letter in "([") - (letter in ")]") for letter in text)
    apart = "".join("\n" if (letter, depth) == (",", 0) else letter for letter, depth in zip(text, depths, strict=True))
    return [one.strip() for one in apart.split("\n") if one.strip()]


def _class(text: str, labels: Any) -> str | int:
    """A class by its name, or by its number."""
    return int(text) if text.isdecimal() and text not in (labels or ()) else text
