"""Pictures that a user hands over: tensors, arrays, PIL images, paths; checked once, then frozen."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps
from torch import Tensor

from ..errors import BadPicture
from ..values import hold, tensor

_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
_WHITE = {torch.uint8: 255, torch.uint16: 65535}


def picture(source: Any, size: tuple[int, int] | None = None, channels: int | None = 3) -> tensor:
    """Pictures as a frozen tensor (B, C, H, W) in [0, 1].

    `source` is a tensor or array (C, H, W) or (B, C, H, W), a PIL image, the path of a file, or a list of these. Bytes
    (uint8) are divided by 255, 16 bits (uint16) by 65,535; files and PIL images are turned as their camera says and
    converted to `channels` (1 grey, 3 RGB, 4 RGBA), what is transparent in them laid on white. With `size` (height, width)
    the result is resized bilinearly with antialiasing. BadPicture says what is wrong with it.

    >>> picture(torch.zeros(3, 4, 4), size=(2, 2)).shape
    (1, 3, 2, 2)
    """
    if isinstance(source, tensor) and source.data is None:  # only the name is known: its shape is all there is to check
        if len(source.shape) != 4 or size not in (None, source.shape[2:]) or channels not in (None, source.shape[1]):
            raise _wrong_shape(source.shape, channels)
        return source
    numbers = _numbers(source, channels)
    if size is not None and tuple(numbers.shape[-2:]) != tuple(size):
        numbers = fit(numbers, size)
    return hold(numbers)


def fit(pictures: Tensor, size: tuple[int, int]) -> Tensor:
    """Pictures (B, C, H, W) in [0, 1] at another size: bilinear, antialiased."""
    return F.interpolate(pictures, tuple(size), mode="bilinear", antialias=True, align_corners=False).clamp(0, 1)


def _numbers(source: Any, channels: int | None) -> Tensor:
    if isinstance(source, (list, tuple)):
        if not source:
            raise BadPicture("an empty list", "at least one picture", "write [picture]")
        parts = [_numbers(one, channels) for one in source]
        if len({part.shape[1:] for part in parts}) > 1:
            shapes = ", ".join(str(tuple(part.shape)) for part in parts[:4])
            raise BadPicture(f"pictures of shapes {shapes}", "one shape for all pictures of a list", "resize them")
        return torch.cat(parts)
    if isinstance(source, (str, os.PathLike)):
        source = _read(source)
    if isinstance(source, Image.Image):
        source = _pixels(source, channels)
    if isinstance(source, tensor):
        source = source.numbers()
    if not isinstance(source, (Tensor, np.ndarray)):
        raise BadPicture(
            f"{type(source).__name__} as a picture",
            "a tensor or array (3, H, W) in [0, 1], a PIL image, or the path of a file",
            "convert it with torch.as_tensor",
        )
    return _checked(torch.as_tensor(source).detach().cpu(), channels)


def _pixels(image: Image.Image, channels: int | None) -> Tensor:
    """The pixels of a PIL image (C, H, W), bytes; those of 16 bits in [0, 1]."""
    mode = _MODES.get(3 if channels is None else channels)
    if mode is None:
        raise BadPicture(f"a picture file for {channels} channels", "1, 3 or 4 channels", "hand over a tensor")
    if image.mode == "F":
        raise BadPicture(
            "a picture of floating-point pixels (mode F)", "8 or 16 bits", "hand over a tensor (3, H, W) in [0, 1]"
        )
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):  # 16 bits of grey, which Pillow's own conversion to 8 cuts off at 255
        grey = torch.from_numpy(np.array(image).astype(np.float32) / 65535)
        return torch.cat([grey.expand(min(len(mode), 3), -1, -1), *([torch.ones_like(grey)[None]] * (mode == "RGBA"))])
    if mode != "RGBA" and image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    pixels = np.array(image.convert(mode))
    return torch.from_numpy(pixels.reshape(*pixels.shape[:2], -1)).permute(2, 0, 1)


def _read(path: str | os.PathLike[str]) -> Image.Image:
    try:
        with Image.open(path) as file:
            file.load()
            return file.copy()
    except FileNotFoundError:
        raise BadPicture(f"{os.fspath(path)!r}: no such file", "the path of a picture", "check the spelling") from None
    except (OSError, ValueError, SyntaxError) as error:
        raise BadPicture(
            f"{os.fspath(path)!r} cannot be read as a picture ({type(error).__name__})",
            "a file in a format that Pillow reads, such as PNG or JPEG",
            "convert it first",
        ) from None


def _checked(numbers: Tensor, channels: int | None) -> Tensor:
    if numbers.dtype in _WHITE:
        numbers = numbers.float() / _WHITE[numbers.dtype]
    numbers = numbers if numbers.dtype == torch.float64 else numbers.float()
    if numbers.ndim == 3:
        numbers = numbers[None]
    if numbers.ndim != 4 or channels not in (None, numbers.shape[1]) or 0 in numbers.shape:
        raise _wrong_shape(tuple(numbers.shape[1:] if len(numbers) == 1 else numbers.shape), channels)
    low, high = float(numbers.min()), float(numbers.max())
    if not (low >= 0 and high <= 1):  # false for NaN, too
        raise BadPicture(
            f"a picture with values from {low:g} to {high:g}",
            "finite values in [0, 1]",
            "divide by 255 if these are bytes, undo the network's normalization, or write picture.clamp(0, 1)",
        )
    return numbers


def _wrong_shape(shape: tuple[int, ...], channels: int | None) -> BadPicture:
    wanted = "C" if channels is None else channels
    return BadPicture(
        f"a picture of shape {tuple(shape)}",
        f"({wanted}, H, W) or (B, {wanted}, H, W), channels first",
        "write picture.permute(2, 0, 1) where the channels come last",
    )
