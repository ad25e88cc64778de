"""What a run returns: pictures, scores, and the program that made them."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..errors import BadArgument, NoProgram, PhospheneError
from ..values import check_integer, check_number
from . import png
from .gradients.size import quantile


@dataclass
class Render:
    """Pictures and how they came to be.

    images: (B, C, H, W) in [0, 1].  scores: (steps, B), before each update.  terms: the contribution of each summand,
    (steps, B); they add up to the scores.  snapshots: pictures after some updates.  status: "completed", "interrupted",
    "stopped" or "nonfinite", with the reason in `problem`.  provenance: the whole program, as JSON data.

    Of a run, not of a file: state, the parameters that the pictures are decoded from; transparency, the absolute gradients
    of the score at the canvas, added up over the steps (B, C, H, W).
    """

    images: Tensor
    scores: Tensor
    terms: dict[str, Tensor]
    provenance: dict[str, Any]
    tensors: dict[str, Tensor] = field(default_factory=dict, repr=False)
    snapshots: dict[int, Tensor] = field(default_factory=dict)
    status: str = "completed"
    problem: PhospheneError | None = None
    state: dict[str, Tensor] = field(default_factory=dict, repr=False)
    transparency: Tensor | None = field(default=None, repr=False)

    def with_transparency(self, percent: float = 80) -> Tensor:
        """The pictures with an alpha channel (B, 4, H, W): opaque where the gradient has been (Fel et al. 2023, MaCo).

        Colors are cut at their percentiles 1 and 99 and stretched; alpha is the mean of `transparency` over the channels,
        cut at its percentile `percent`, over its maximum. The painted transparency of `param.transparent` is another thing:
        `paint.rgba(result.state)`. NoProgram for a result that was read from a file.
        """
        check_number("with_transparency", "percent", percent, 0, 100)
        if self.transparency is None:
            raise NoProgram(
                "a result that was read from a file",
                "the gradients of the run expected",
                "run it again: .replay().with_transparency()",
            )
        low, high = (quantile(self.images, p)[:, None, None, None] for p in (1, 99))
        color = (self.images - low).clamp_min(0) / (high - low).clamp_min(1e-12)
        seen = self.transparency.mean(1, keepdim=True)
        seen = torch.minimum(seen, quantile(seen, percent)[:, None, None, None])
        alpha = seen / seen.flatten(1).amax(1).clamp_min(1e-30)[:, None, None, None]
        return torch.cat([color.clamp_max(1), alpha.to(color)], 1)

    def save(self, path: str | Path) -> Path:
        """Write a PNG that carries the whole program; several pictures become a contact sheet."""
        path = Path(path) if isinstance(path, (str, Path)) else Path(repr(path))
        if path.suffix.lower() != ".png":
            raise BadArgument(
                f"save({str(path)!r})", "a .png file expected", f"write {path.with_suffix('.png').name!r}"
            )
        from ..serialize import write_whole

        write_whole(path, self._png())
        return path

    def _png(self) -> bytes:
        names = list(self.terms)
        layout = {"count": len(self.images), "columns": columns(len(self.images)), "height": self.images.shape[-2]}
        header = {**self.provenance, "status": self.status, "terms": names, "layout": layout}
        series = {"scores": self.scores, **{f"term {i}": self.terms[name] for i, name in enumerate(names)}}
        tensors = {**{f"tensor {digest}": x for digest, x in self.tensors.items()}, **series}
        return png.write(self.grid(), header, {name: x.contiguous().cpu() for name, x in tensors.items()})

    def grid(self, columns: int | None = None, padding: int = 2) -> Image.Image:
        """The pictures side by side, as a PIL image."""
        return grid(self.images, columns, padding)

    def replay(self, model: Any = None) -> Render:
        """Run the same program again: the same bytes on the same machine with the same number of threads."""
        from .replay import replay

        return replay(self, model)

    def apart(self) -> list[Render]:
        """Every picture as a result of its own, with the program for it alone: its objective, its seed.

        BadOperation where the pictures depend on one another. Painted alone, a picture is the same up to the rounding of
        sums, which the size of a batch changes.
        """
        from .apart import apart

        return apart(self)

    @staticmethod
    def load(path: str | Path) -> Render:
        """Read a PNG that `save` wrote; NoProgram for any other file."""
        image, header, tensors = png.read(path)
        try:
            layout, names = header.pop("layout"), header.pop("terms")
            status = header.pop("status")
            pictures = _cut(image, layout["count"], layout["columns"], layout["height"])
            terms = {name: tensors[f"term {i}"] for i, name in enumerate(names)}
            named = {key.removeprefix("tensor "): x for key, x in tensors.items() if key.startswith("tensor ")}
            return Render(pictures, tensors["scores"], terms, header, named, {}, status)
        except (KeyError, TypeError, ValueError) as problem:
            raise NoProgram(
                f"{str(path)!r} holds a damaged program ({problem})",
                "a PNG that Render.save wrote expected",
                "use the file as it was saved: editors and chats strip what it carries",
            ) from problem

    def _repr_png_(self) -> bytes:
        return self._png()

    def _repr_html_(self) -> str:
        program = self.provenance.get("program", {})
        rows = "".join(
            f"<tr><td>{html.escape(k)}</td><td><code>{html.escape(str(v))}</code></td></tr>" for k, v in program.items()
        )
        data = base64.b64encode(self._png()).decode()
        return f'<img src="data:image/png;base64,{data}" alt="render"><details><table>{rows}</table></details>'

    def __str__(self) -> str:
        final = ", ".join(f"{score:.4g}" for score in self.scores[-1].tolist()[:8]) if len(self.scores) else "none"
        count, _, height, width = self.images.shape
        pictures = f"{count} picture{'s' * (count > 1)} of {height} x {width}"
        return f"{pictures}, {len(self.scores)} steps, {self.status}; score {final}"


def columns(count: int) -> int:
    """A contact sheet's columns: near to a square, wider than high."""
    return int(np.ceil(np.sqrt(count)))


def grid(images: Tensor, across: int | None = None, padding: int = 2) -> Image.Image:
    """Pictures (B, C, H, W) in [0, 1] side by side on white, `across` in a row.

    >>> grid(torch.zeros(3, 3, 4, 4), across=3).size
    (16, 4)
    """
    if across is not None:
        check_integer("grid", "columns", across, 1)
    check_integer("grid", "padding", padding, 0)
    count, channels, height, width = images.shape
    if channels > 4:
        raise BadArgument(
            f"pictures of {channels} channels", "1 to 4 channels in a file expected", "save .images with torch.save"
        )
    across = across or columns(count)
    rows = -(-count // across)
    sheet = torch.ones(channels, rows * (height + padding) - padding, across * (width + padding) - padding)
    for i, image in enumerate(images.detach().float().cpu()):
        top, left = (i // across) * (height + padding), (i % across) * (width + padding)
        sheet[:, top : top + height, left : left + width] = image
    pixels = (sheet.clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    return Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels)


def _cut(image: Image.Image, count: int, across: int, height: int) -> Tensor:
    pixels = torch.from_numpy(np.array(image)).float() / 255
    pixels = pixels.permute(2, 0, 1) if pixels.dim() == 3 else pixels[None]
    width = (pixels.shape[2] + 2) // across - 2
    tops = [(i // across) * (height + 2) for i in range(count)]
    lefts = [(i % across) * (width + 2) for i in range(count)]
    return torch.stack([pixels[:, t : t + height, left : left + width] for t, left in zip(tops, lefts, strict=True)])


def series(rows: Sequence[Mapping[str, Tensor]], batch: int) -> dict[str, Tensor]:
    """Records of single steps as one series each; a term that a stage does not have counts 0 there."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    zero = torch.zeros(batch)
    return {name: torch.stack([row.get(name, zero).cpu() for row in rows]) for name in names}
