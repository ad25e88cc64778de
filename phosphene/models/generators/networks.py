"""The toy generators: a VAE's decoder, a conditional generator with named inputs, and the generator of a GAN.

All paint pictures of 64 x 64 pixels in [0, 1] by up-convolution from a grid of 8 x 8 (Shi 2016), without batch norm, so that a
picture depends on its own code alone.
"""

from __future__ import annotations

import math
from typing import cast

import torch
from torch import Tensor, nn

from ..patterns.draw import LABELS

SIZE = 64
GRID = 12
CODE = 48
FEATURES = 128
WAVES = 16
SIGMA = 16.0
"""The standard deviation of each unit of the GAN's code, of which DGN-AM's first steps, 8 long, are then a half."""


class Up(nn.Module):
    """From a grid to a picture: (B, GRID, 8, 8) -> (B, channels, 64, 64); each doubling shuffles channels to pixels."""

    def __init__(self, channels: int, waves: int = 0) -> None:
        super().__init__()
        self.up1 = nn.Sequential(nn.Conv2d(GRID, 256, 3, padding=1), nn.PixelShuffle(2), nn.LeakyReLU(0.2))
        self.up2 = nn.Sequential(nn.Conv2d(64, 128, 3, padding=1), nn.PixelShuffle(2), nn.LeakyReLU(0.2))
        self.mix = nn.Sequential(nn.Conv2d(32 + waves, 32, 3, padding=1), nn.LeakyReLU(0.2))
        self.up3 = nn.Sequential(nn.Conv2d(32, 4 * channels, 3, padding=1), nn.PixelShuffle(2))

    def forward(self, x: Tensor, waves: Tensor | None = None) -> Tensor:
        """The picture's numbers before the sigmoid; `waves` (B, waves, 32, 32) join before the last two convolutions."""
        x = self.up2(self.up1(x))
        x = x if waves is None else torch.cat([x, waves], 1)
        return cast(Tensor, self.up3(self.mix(x)))


class Decoder(nn.Module):
    """The decoder of a variational autoencoder (Kingma 2014): code (B, 48), standard normal -> pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(CODE, 256), nn.LeakyReLU(0.2), nn.Linear(256, GRID * 64), nn.LeakyReLU(0.2))
        self.up = Up(3)

    def forward(self, code: Tensor) -> Tensor:
        """Pictures (B, 3, 64, 64) in [0, 1]."""
        return torch.sigmoid(self.up(self.fc(code).reshape(-1, GRID, 8, 8)))


class Encoder(nn.Sequential):
    """Pictures (B, inputs, 64, 64) -> (B, outputs), by convolutions that halve the picture three times."""

    def __init__(self, outputs: int, inputs: int = 3, widths: tuple[int, int, int] = (24, 48, 96)) -> None:
        one, two, three = widths
        super().__init__(
            nn.Sequential(nn.Conv2d(inputs, one, 5, stride=2, padding=2), nn.LeakyReLU(0.2)),
            nn.Sequential(nn.Conv2d(one, two, 4, stride=2, padding=1), nn.LeakyReLU(0.2)),
            nn.Sequential(nn.Conv2d(two, three, 4, stride=2, padding=1), nn.LeakyReLU(0.2)),
            nn.Sequential(nn.Flatten(), nn.Linear(64 * three, outputs)),
        )


class Conditional(nn.Module):
    """Styles seen from anywhere (Dosovitskiy 2017): style (B, 23), view (B, 2), zoom (B, 1), color (B, 6).

    `style` are shares of the classes; `view` is the cosine and sine of the angle by which the pattern is turned, learned
    up to 45 degrees either way; `zoom` is how many times larger it is, as a logarithm to the base 2, from -0.3 to 0.3;
    `color` is the RGB of the ground and of the pattern in [0, 1]. How much of each point the pattern covers is what is
    learned; it is colored exactly. At `fc4.0`, which is affine in the features of style and view, their arithmetic is
    exact; `fc5` is deeper.
    """

    def __init__(self) -> None:
        super().__init__()
        self.style = nn.Sequential(nn.Linear(len(LABELS), 96), nn.LeakyReLU(0.2))
        self.view = nn.Sequential(nn.Linear(3, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2))
        self.fc4 = nn.Sequential(nn.Linear(160, 256), nn.LeakyReLU(0.2))
        self.fc5 = nn.Sequential(nn.Linear(256, 256), nn.LeakyReLU(0.2))
        self.grid = nn.Sequential(nn.Linear(256, GRID * 64), nn.LeakyReLU(0.2))
        self.up = Up(1)

    def cover(self, style: Tensor, view: Tensor, zoom: Tensor) -> Tensor:
        """How much of each point the pattern covers, (B, 1, 64, 64) in [0, 1]."""
        seen = self.view(torch.cat([view, zoom], 1))
        both = self.fc5(self.fc4(torch.cat([self.style(style), seen], 1)))
        return torch.sigmoid(self.up(self.grid(both).reshape(-1, GRID, 8, 8)))

    def forward(self, style: Tensor, view: Tensor, zoom: Tensor, color: Tensor) -> Tensor:
        """Pictures (B, 3, 64, 64) in [0, 1]."""
        ground, figure = color[:, :3, None, None], color[:, 3:, None, None]
        return torch.lerp(ground, figure, self.cover(style, view, zoom))


class Adversarial(nn.Module):
    """The generator of a GAN that paints from features, as DGN-AM's does (Dosovitskiy and Brox 2016).

    code (B, 128): the bundled network's mean activations before its head, each in units in which its standard deviation
    over drawn pictures is 16. `upper` (128,) is their mean plus three standard deviations, the bound of Nguyen 2016.
    Beside the grid the code makes plane waves (Bergmann 2017), of which regular patterns consist.
    """

    upper: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(FEATURES, 256), nn.LeakyReLU(0.2))
        self.grid = nn.Sequential(nn.Linear(256, GRID * 64), nn.LeakyReLU(0.2))
        self.waves = nn.Linear(256, 3 * WAVES)
        self.up = Up(3, waves=WAVES)
        self.register_buffer("upper", torch.full((FEATURES,), 3 * SIGMA))

    def forward(self, code: Tensor) -> Tensor:
        """Pictures (B, 3, 64, 64) in [0, 1]."""
        h = self.fc(code / SIGMA)
        return torch.sigmoid(self.up(self.grid(h).reshape(-1, GRID, 8, 8), self._waves(h)))

    def _waves(self, h: Tensor) -> Tensor:
        """Plane waves (B, WAVES, 32, 32); periods across the picture to the right, downwards, and phase from `waves`."""
        right, down, phase = self.waves(h)[..., None, None].chunk(3, 1)
        axis = (torch.arange(32, dtype=h.dtype, device=h.device) + 0.5) / 32 - 0.5
        return torch.sin(math.tau * (right * axis + down * axis[:, None] + phase))


class Discriminator(nn.Module):
    """Tells drawn pictures from painted ones that have the same features (a projection, Miyato 2018).  (B,)"""

    def __init__(self) -> None:
        super().__init__()
        self.look = Encoder(128, widths=(24, 48, 72))
        self.plain, self.match = nn.Linear(128, 1), nn.Linear(FEATURES, 128)

    def forward(self, pictures: Tensor, code: Tensor) -> Tensor:
        """High for drawn pictures."""
        seen = nn.functional.leaky_relu(self.look(pictures - 0.5), 0.2)
        return cast(Tensor, self.plain(seen)[:, 0] + (seen * self.match(code / SIGMA)).mean(1))
