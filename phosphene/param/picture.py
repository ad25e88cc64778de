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


def covering(one: Tensor, size: tuple[int, int]) -> Tensor:
    """A picture (1, 3, h, w) scaled until it covers a size, and cut about its centre.

    >>> covering(torch.zeros(1, 3, 30, 40), (15, 15)).shape
    torch.Size([1, 3, 15, 15])
    """
    height, width = one.shape[-2:]
    if (height, width) == tuple(size):
        return one
    scale = max(size[0] / height, size[1] / width)
    if height * width * scale**2 > (most := limit()):
        raise BadPicture(
            f"a picture of {height} x {width} px, {round(height * scale)} x {round(width * scale)} where it covers {size}",
            f"at most {most:,} pixels",
            "cut it nearer to a square",
        )
    scaled = fit(one, (max(size[0], round(height * scale)), max(size[1], round(width * scale))))
    top, left = (scaled.shape[-2] - size[0]) // 2, (scaled.shape[-1] - size[1]) // 2
    return scaled[..., top : top + size[0], left : left + size[1]]


def limit() -> int:
    """The pixels beyond which Pillow, and so `picture`, reads no file; PIL.Image.MAX_IMAGE_PIXELS changes it."""
    return 2 * (Image.MAX_IMAGE_PIXELS or 2**40)


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
        source = _pixels(_loaded(source, "the PIL image"), channels)
    if isinstance(source, tensor):
        source = source.numbers()
    if isinstance(source, np.ndarray) and source.dtype.kind in "biuf" and source.dtype.itemsize <= 8:
        source = torch.from_numpy(np.array(source, source.dtype.newbyteorder("="), order="C"))
    if not isinstance(source, Tensor) or not _plain(source):
        raise BadPicture(
            f"{_kind(source)} as a picture",
            "a tensor or array (3, H, W) of numbers in [0, 1], a PIL image, or the path of a file",
            "convert it with torch.as_tensor",
        )
    return _checked(source.detach().cpu(), channels)


def _plain(source: Tensor) -> bool:
    """Whether a tensor is an array of real numbers that are there."""
    return source.layout == torch.strided and not (source.is_complex() or source.is_meta or source.is_quantized)


def _kind(source: Any) -> str:
    """What was handed over, in a few words."""
    if isinstance(source, np.ndarray):
        return f"an array of type {source.dtype}"
    if isinstance(source, Tensor):
        return f"a tensor of type {source.dtype} on {source.device}, {source.layout}"
    return type(source).__name__


def _pixels(image: Image.Image, channels: int | None) -> Tensor:
    """The pixels of a PIL image (C, H, W), bytes; those of 16 bits in [0, 1]."""
    mode = _MODES.get(3 if channels is None else channels)
    if mode is None:
        raise BadPicture(f"a picture file for {channels} channels", "1, 3 or 4 channels", "hand over a tensor")
    if 0 in image.size:
        raise BadPicture(f"a PIL image of {image.height} x {image.width} pixels", "one pixel at least", "load it again")
    if image.mode == "F":
        raise BadPicture(
            "a picture of floating-point pixels (mode F)", "8 or 16 bits", "hand over a tensor (3, H, W) in [0, 1]"
        )
    image = _upright(image)
    if image.mode.startswith("I"):  # 16 bits of grey, which Pillow's own conversion to 8 cuts off at 255
        grey = torch.from_numpy(np.array(image).astype(np.float32) / 65535)
        return torch.cat([grey.expand(min(len(mode), 3), -1, -1), *([torch.ones_like(grey)[None]] * (mode == "RGBA"))])
    if mode != "RGBA" and image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    pixels = np.array(image.convert(mode))
    return torch.from_numpy(pixels.reshape(*pixels.shape[:2], -1)).permute(2, 0, 1)


def _upright(image: Image.Image) -> Image.Image:
    """A picture turned as its camera says; as it is where what the camera says cannot be read."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # broken EXIF data end in errors of any kind
        return image


def _read(path: str | os.PathLike[str]) -> Image.Image:
    try:
        with Image.open(path) as file:
            return _loaded(file, repr(os.fspath(path))).copy()
    except FileNotFoundError:
        raise BadPicture(f"{os.fspath(path)!r}: no such file", "the path of a picture", "check the spelling") from None
    except BadPicture:
        raise
    except Exception as error:
        raise _unreadable(repr(os.fspath(path)), error) from None


def _loaded(image: Image.Image, name: str) -> Image.Image:
    """A picture with its pixels read, which Pillow does as late as it can."""
    try:
        image.load()
    except Exception as error:  # a damaged file ends in errors of any kind
        raise _unreadable(name, error) from None
    return image


def _unreadable(name: str, error: Exception) -> BadPicture:
    if isinstance(error, Image.DecompressionBombError):
        return BadPicture(
            f"{name} says that it is a picture of more than {limit():,} pixels",
            f"at most {limit():,}",
            "scale it down, or set PIL.Image.MAX_IMAGE_PIXELS where it is what it says",
        )
    return BadPicture(
        f"{name} cannot be read as a picture ({type(error).__name__})",
        "a file in a format that Pillow reads, such as PNG or JPEG",
        "convert it first",
    )


def _checked(numbers: Tensor, channels: int | None) -> Tensor:
    if numbers.dtype in _WHITE:
        numbers = numbers.float() / _WHITE[numbers.dtype]
    numbers = numbers if numbers.dtype == torch.float64 else numbers.float()
    if numbers.ndim == 3:
        numbers = numbers[None]
    if numbers.ndim != 4 or channels not in (None, numbers.shape[1]) or 0 in numbers.shape:
        raise _wrong_shape(tuple(numbers.shape[1:] if numbers.shape[:1] == (1,) else numbers.shape), channels)
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
