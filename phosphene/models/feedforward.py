"""Transformers: small networks from pictures to pictures, for styles that cost one forward pass (Johnson et al. 2016)."""

from __future__ import annotations

import json
import math
from os import PathLike
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from safetensors.torch import save as save_tensors
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import BadArgument
from ..seeds import stream
from ..serialize import write_whole
from ..values import check_integer

KIND = "phosphene.Transformer"
MARGIN = 8
"""Pixels that are reflected at each edge before the first convolution, and cut off after the last one."""


class Normed(nn.Sequential):
    """A convolution and instance norm, which takes away the contrast of the picture (Ulyanov et al. 2016)."""

    def __init__(self, inputs: int, outputs: int, side: int, stride: int = 1) -> None:
        convolution = nn.Conv2d(inputs, outputs, side, stride, side // 2, bias=False)
        super().__init__(convolution, nn.InstanceNorm2d(outputs, affine=True))


class Block(nn.Module):
    """Two 3 x 3 convolutions beside a shortcut, without a gate behind the sum."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.one, self.two = Normed(width, width, 3), Normed(width, width, 3)

    def forward(self, x: Tensor) -> Tensor:
        """(B, width, H, W) -> the same."""
        return x + cast(Tensor, self.two(F.relu(self.one(x))))


class Transformer(nn.Module):
    """A network from pictures to pictures of the same size, in eval mode: (B, 3, H, W) in [0, 1] -> the same.

    A convolution, two that halve the resolution, residual blocks, two that double it, and a last one; instance norm after
    each but the last. Edges are reflected at the start. What enlarges is a repetition of pixels before a convolution, as
    transposed convolutions leave checkerboards (Odena et al. 2016). width: channels of the first convolution, 2 and 4
    times as many follow.  blocks: how many.  seed: of the first weights.  Source: Johnson et al. 2016, made smaller.

    >>> network = Transformer(width=4, blocks=1)
    >>> network(torch.rand(1, 3, 37, 50)).shape
    torch.Size([1, 3, 37, 50])
    """

    def __init__(self, width: int = 16, blocks: int = 3, seed: int = 0) -> None:
        for name, value, least, most in (
            ("width", width, 1, 1024),
            ("blocks", blocks, 0, 256),
            ("seed", seed, 0, math.inf),
        ):
            check_integer("Transformer", name, value, least, most)
        super().__init__()
        self.width, self.blocks = width, blocks
        with torch.device("meta"):  # no numbers from the global generator
            self.start = Normed(3, width, 7)
            self.down = nn.ModuleList([Normed(width, 2 * width, 3, 2), Normed(2 * width, 4 * width, 3, 2)])
            self.inner = nn.Sequential(*(Block(4 * width) for _ in range(blocks)))
            self.up = nn.ModuleList([Normed(4 * width, 2 * width, 3), Normed(2 * width, width, 3)])
            self.end = nn.Conv2d(width, 3, 7, padding=3)
        self.to_empty(device="cpu")
        _initialize(self, seed)
        self.eval()

    def forward(self, pictures: Tensor) -> Tensor:
        """The pictures in the style that was learned."""
        height, width = pictures.shape[-2:]
        x = _reflected(_reflected(2 * pictures - 1, -2), -1)
        x = F.relu(self.start(x))
        for halve in self.down:
            x = F.relu(halve(x))
        x = self.inner(x)
        for double in self.up:
            x = F.relu(double(F.interpolate(x, scale_factor=2, mode="nearest")))
        return torch.sigmoid(self.end(x))[..., MARGIN : MARGIN + height, MARGIN : MARGIN + width]


def _reflected(x: Tensor, axis: int) -> Tensor:
    """Longer by MARGIN at both ends of an axis, and to a multiple of 4, each as a mirror shows it."""
    count = x.shape[axis]
    last = max(count - 1, 1)
    places = torch.arange(-MARGIN, -(-count // 4) * 4 + MARGIN, device=x.device)
    mirrored = last - (places.remainder(2 * last) - last).abs()
    return x.index_select(axis, mirrored.clamp_max(count - 1))


def _initialize(network: nn.Module, seed: int) -> None:
    """Uniform weights by the number of inputs (He et al. 2015); norms that change nothing."""
    generator = stream(seed, "feedforward")
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.Conv2d):
                bound = math.sqrt(3 / module.weight[0].numel())
                module.weight.uniform_(-bound, bound, generator=generator)
                if module.bias is not None:
                    module.bias.zero_()
            elif isinstance(module, nn.InstanceNorm2d):
                module.weight.fill_(1)
                module.bias.zero_()


def save(network: Transformer, path: str | PathLike[str]) -> Path:
    """Write a transformer as safetensors, with what makes it again; `load` reads it.  Errors: BadArgument, NotWritten."""
    given, path = path, Path(path if isinstance(path, (str, PathLike)) else "")
    if path.suffix != ".safetensors":
        name = (path.stem or "style") + ".safetensors"
        raise BadArgument(f"save(..., {str(given)!r})"[:200], "a .safetensors file expected", f"write {name!r}")
    about = {"kind": KIND, "settings": json.dumps({"width": network.width, "blocks": network.blocks})}
    write_whole(path, save_tensors({name: x.contiguous() for name, x in network.state_dict().items()}, about))
    return path


def load(path: str | PathLike[str]) -> Transformer:
    """Read a transformer that `save` wrote; BadArgument for any other file."""
    try:
        with safe_open(str(path), "pt") as file:
            about = dict(file.metadata() or {})
        if about.get("kind") != KIND:
            raise ValueError(f"{about.get('kind') or about.get('architecture') or 'something else'!r}")
        settings: dict[str, Any] = json.loads(about["settings"])
        network = Transformer(settings["width"], settings["blocks"])
        network.load_state_dict(load_file(path))
    except (OSError, SafetensorError, RuntimeError, ValueError, KeyError, TypeError) as problem:
        raise BadArgument(
            f"{str(path)!r} holds no style network ({(str(problem).splitlines() or ['damaged'])[0]})"[:300],
            "a file that a style network's save wrote expected",
            'write recipes.fast_style(...).save("style.safetensors")',
        ) from problem
    return network.eval()
