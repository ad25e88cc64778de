"""What `pictures.py` draws by hand: the test card, strips of pictures, curves; and two toy networks."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw
from torch import Tensor, nn

from phosphene.seeds import stream

SIZE = 64


def card() -> Tensor:
    """The test card, (1, 3, 64, 64): a disc, stripes, checkers, an F, on a gradient of colors."""
    y, x = torch.meshgrid(*[torch.linspace(0, 1, 4 * SIZE)] * 2, indexing="ij")
    ground = torch.stack([0.25 + 0.6 * x, 0.45 + 0.3 * y, 0.85 - 0.6 * x])
    image = Image.fromarray((255 * ground).byte().permute(1, 2, 0).numpy())
    pen = ImageDraw.Draw(image)
    pen.ellipse((20, 20, 116, 116), fill=(225, 60, 50), outline=(255, 255, 255), width=6)
    for n in range(6):
        pen.rectangle((140 + 16 * n, 24, 147 + 16 * n, 112), fill=(20, 30, 60))
        pen.rectangle((24 + 16 * n, 144 + 16 * (n % 2), 39 + 16 * n, 159 + 16 * (n % 2)), fill=(250, 210, 60))
        pen.rectangle((24 + 16 * n, 176 + 16 * (n % 2), 39 + 16 * n, 191 + 16 * (n % 2)), fill=(30, 90, 60))
    for left, top, right, bottom in ((152, 140, 172, 236), (152, 140, 228, 160), (152, 180, 208, 198)):
        pen.rectangle((left, top, right, bottom), fill=(255, 255, 255))
    picture = torch.tensor(list(image.tobytes())).reshape(4 * SIZE, 4 * SIZE, 3).permute(2, 0, 1)[None] / 255
    return F.interpolate(picture, (SIZE, SIZE), mode="area")


def strip(*pictures: Tensor, columns: int | None = None) -> Image.Image:
    """Pictures (C, H, W) or (B, C, H, W) side by side, each in a square of 64 pixels, in rows of `columns`."""
    cells = [one for x in pictures for one in (x if x.ndim == 4 else x[None])]
    columns = min(columns or len(cells), len(cells))
    sheet = Image.new("RGB", (columns * (SIZE + 2) - 2, -(-len(cells) // columns) * (SIZE + 2) - 2), "white")
    for n, cell in enumerate(cells):
        pixels = cell.detach().clamp(0, 1).mul(255).round().byte().permute(1, 2, 0).numpy()
        image = Image.fromarray(pixels)
        if max(image.size) > SIZE:
            image = image.resize((SIZE, SIZE), Image.Resampling.BOX)
        margin = [(SIZE - side) // 2 for side in image.size]
        sheet.paste(image, (n % columns * (SIZE + 2) + margin[0], n // columns * (SIZE + 2) + margin[1]))
    return sheet


def plot(curves: list[Tensor], x: Tensor | None = None) -> Image.Image:
    """Curves over a common axis, the last one in blue, with the least and the largest number beside them."""
    wide, high, left, scale = 132, 72, 30, 4
    x = torch.arange(len(curves[0])).float() if x is None else x
    inside = torch.cat([curve[curve.isfinite()] for curve in curves])
    low, top = float(inside.min()), float(inside.max())
    sheet = Image.new("RGB", (wide * scale, high * scale), "white")
    pen = ImageDraw.Draw(sheet)
    pen.rectangle([n * scale for n in (left, 4, wide - 4, high - 4)], outline="#999999", width=scale // 2)
    for place, curve in enumerate(curves):
        across = left + 2 + (x - x[0]) / (x[-1] - x[0]) * (wide - 8 - left)
        down = high - 7 - (curve - low) / (top - low or 1) * (high - 14)
        points = [
            (a * scale, d * scale)
            for a, d in zip(across.tolist(), down.tolist(), strict=True)
            if d == d and abs(d) < high
        ]
        pen.line(points, fill="#1f5fbf" if place == len(curves) - 1 else "#aaaaaa", width=2 * scale, joint="curve")
    sheet = sheet.resize((wide, high), Image.Resampling.BOX)
    pen = ImageDraw.Draw(sheet)
    pen.text((1, 2), number(top), fill="#444444")
    pen.text((1, high - 15), number(low), fill="#444444")
    return sheet


def number(x: float) -> str:
    """Two digits, and 0 for what is next to nothing."""
    return f"{x:.2g}" if abs(x) > 5e-3 else "0"


class Waves(nn.Module):
    """A generator: a code of 24 numbers weighs colored plane waves; `light` scales red, green and blue."""

    def __init__(self) -> None:
        super().__init__()
        y, x = torch.meshgrid(*[torch.linspace(-1, 1, SIZE)] * 2, indexing="ij")
        angles, cycles = torch.arange(24) * 2.4, 2 + torch.arange(24) / 4
        along = x[None] * angles.cos()[:, None, None] + y[None] * angles.sin()[:, None, None]
        waves = torch.cos(3.1416 * cycles[:, None, None] * along + angles[:, None, None])
        colors = 0.5 + 0.5 * torch.cos(angles[:, None] + torch.tensor([0, 2.1, 4.2]))
        self.register_buffer("basis", waves[:, None] * colors[:, :, None, None])

    def forward(self, code: Tensor, light: Tensor | None = None) -> Tensor:
        """Pictures (B, 3, 64, 64)."""
        pictures = torch.einsum("bn,nchw->bchw", code, self.basis).mul(0.8).sigmoid()
        return pictures if light is None else pictures * light[:, :, None, None]


class Painter(nn.Module):
    """A network from pictures to pictures: the picture itself, plus what two small convolutions add."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            self.inner, self.last = nn.Conv2d(3, 12, 5, padding=2), nn.Conv2d(12, 3, 5, padding=2)
        with torch.no_grad():
            for number, x in enumerate(self.parameters()):
                x.copy_(0.06 * torch.randn(x.shape, generator=stream(number, "painter")))

    def forward(self, x: Tensor) -> Tensor:
        """Pictures of the same size."""
        return x + self.last(self.inner(x).tanh())


class Apart(nn.Module):
    """A loss as other libraries have it: how alike the embeddings of two classes are, and how unlike those of one."""

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """The mean cosine between classes, less that within."""
        unit = torch.nn.functional.normalize(embeddings)
        same = labels[:, None] == labels
        cosines = unit @ unit.T
        return cosines[~same].mean() - cosines[same].mean()
