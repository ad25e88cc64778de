"""A network and how it takes pictures: the range it was trained on belongs to the model and is never guessed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import BadArgument, UnknownLabel, nearest
from ..values import check_integer, check_number
from .depth import mark

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class Vision:
    """A network with its input range, class names and picture size: RGB in [0, 1] outside, (x - mean) / std inside.

    `mean` and `std`: one number per color channel, in units of the range [0, 1]. `labels`: the class names in order.
    `size`: pixels of the pictures it was made for, one number or (height, width). `spec`: the arguments of `load` that
    make it again, where it came from there. Errors: BadArgument.

    >>> net = Vision(nn.Conv2d(3, 8, 1), mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5), size=32, name="tiny")
    >>> net, net(torch.ones(1, 3, 32, 32)).shape
    (Vision('tiny', size=(32, 32)), torch.Size([1, 8, 32, 32]))
    """

    def __init__(
        self,
        module: nn.Module,
        mean: Sequence[float],
        std: Sequence[float],
        *,
        labels: Sequence[str] | None = None,
        size: int | tuple[int, int] | None = None,
        name: str | None = None,
        spec: Mapping[str, str] | None = None,
    ) -> None:
        if not isinstance(module, nn.Module):
            raise BadArgument(
                f"Vision({module!r}, ...)", "a torch.nn.Module expected", "for a name write ph.models.load(name)"
            )
        self.module = module
        self.mean, self.std = _channels("mean", mean), _channels("std", std, low=1e-9)
        if len(self.mean) != len(self.std):
            raise BadArgument(
                f"Vision: mean has {len(self.mean)} numbers, std has {len(self.std)}",
                "one of each per color channel expected",
                "write mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225) for a network trained on ImageNet",
            )
        self.labels = None if labels is None else _names(labels)
        self.size = None if size is None else pair(size)
        self.name = type(module).__name__ if name is None else name
        self.spec: dict[str, str] | None = None if spec is None else dict(spec)
        self._range: dict[tuple[torch.device, torch.dtype], tuple[Tensor, Tensor]] = {}

    @property
    def device(self) -> torch.device:
        """Where the network's weights are."""
        return self._weight().device

    @property
    def dtype(self) -> torch.dtype:
        """The floating type of the network's weights."""
        return self._weight().dtype

    def _weight(self) -> Tensor:
        for tensor in chain(self.module.parameters(), self.module.buffers()):
            if tensor.is_floating_point():
                return tensor
        return torch.empty(0)

    def normalize(self, x: Tensor) -> Tensor:
        """RGB in [0, 1] as the network takes it: (x - mean) / std.  (B, C, H, W) -> (B, C, H, W)"""
        key = x.device, x.dtype
        if key not in self._range:
            mean, std = (torch.tensor(n, device=x.device, dtype=x.dtype).view(-1, 1, 1) for n in (self.mean, self.std))
            self._range[key] = mean, std
        mean, std = self._range[key]
        return mark((x - mean) / std)

    def __call__(self, x: Tensor) -> Any:
        """What the network returns for RGB pictures in [0, 1], at the size that they have; objectives see them at `size`."""
        return self.module(self.normalize(x))

    def label_index(self, label: str | int) -> int:
        """The index of a class, given by its name, by one of its comma-separated names, or by the index itself.

        Errors: UnknownLabel where no class or more than one has the name, or the index is out of range.

        >>> net = Vision(nn.Flatten(), [0.5] * 3, [0.5] * 3, labels=["tench, Tinca tinca", "crane", "cock"])
        >>> net.label_index("Tinca tinca"), net.label_index("Crane"), net.label_index(2)
        (0, 1, 2)
        """
        if isinstance(label, bool) or not isinstance(label, (str, int)):
            raise BadArgument(f"label {label!r}", "the name or the index of a class expected", 'write "tench" or 0')
        if isinstance(label, int):
            last = "the last one" if self.labels is None else str(len(self.labels) - 1)
            if label < 0 or (self.labels is not None and label >= len(self.labels)):
                raise UnknownLabel(
                    f"class {label} of {self.name}", f"classes 0 to {last} expected", "write one of these"
                )
            return label
        if self.labels is None:
            raise UnknownLabel(
                f"label {label!r}", f"{self.name} has no class names", "write the index, or Vision(..., labels=[...])"
            )
        wanted = label.strip().casefold()
        parts = [[part.strip() for part in name.split(",")] for name in self.labels]
        tiers = (
            [i for i, name in enumerate(self.labels) if name == label],
            [i for i, name in enumerate(self.labels) if name.casefold() == wanted],
            [i for i, names in enumerate(parts) if any(part.casefold() == wanted for part in names)],
        )
        found = next((tier for tier in tiers if tier), [])
        if len(found) > 1:
            raise UnknownLabel(
                f"label {label!r}", f"{self.name} has {len(found)} classes of that name", f"write an index: {found}"
            )
        if not found:
            raise UnknownLabel(
                f"label {label!r}, which {self.name} does not have",
                nearest(label, (*self.labels, *(part for names in parts for part in names))),
                f"all names: phosphene labels {self.name}, or .labels; or an index from 0 to {len(self.labels) - 1}",
            )
        return found[0]

    def digest(self) -> str:
        """32 hexadecimal digits of the SHA-256 of all weights and their names, computed afresh at each call."""
        content = hashlib.sha256()
        for name, tensor in self.module.state_dict().items():
            if isinstance(tensor, Tensor):
                content.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
                content.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
            else:
                content.update(f"{name} {tensor!r}\n".encode())
        return content.hexdigest()[:32]

    def __repr__(self) -> str:
        classes = f", {len(self.labels)} labels" if self.labels else ""
        return f"Vision({self.name!r}, size={self.size}{classes})"


def as_vision(model: Any) -> Vision:
    """The model itself where it is a Vision; a bare network or a name is refused (BadArgument), with what to write."""
    if isinstance(model, Vision):
        return model
    if isinstance(model, nn.Module):
        raise BadArgument(
            f"a bare network, {type(model).__name__}",
            "the range of its input is not known, and a guess would paint wrong pictures silently",
            "write ph.models.Vision(module, mean=..., std=...)",
        )
    instead = f"write ph.models.load({model!r})" if isinstance(model, str) else 'write ph.models.load("resnet50")'
    raise BadArgument(f"{model!r} as a model", "a Vision expected", instead)


def as_visions(model: Any) -> dict[str, Vision]:
    """Networks by name; a single one has the name "".  {"a": m} is read in layer names as "a:features.12".

    >>> list(as_visions(Vision(nn.Flatten(), [0.5] * 3, [0.5] * 3)))
    ['']
    """
    if not isinstance(model, Mapping):
        return {"": as_vision(model)}
    if not model:
        raise BadArgument("no model, {}", "one network or more expected", 'write {"a": model, "b": other}')
    for key in model:
        if not isinstance(key, str) or not key.isidentifier():
            raise BadArgument(f"a model named {key!r}", "letters, digits and _ expected", 'write {"a": model}')
    return {key: as_vision(value) for key, value in model.items()}


def pair(size: int | tuple[int, int]) -> tuple[int, int]:
    """A size as (height, width) in pixels.

    >>> pair(224), pair((96, 128))
    ((224, 224), (96, 128))
    """
    if isinstance(size, Sequence) and len(size) == 2:
        for side in size:
            check_integer("size", "side", side, 1)
        return size[0], size[1]
    check_integer("size", "side", size, 1)
    return size, size


def _channels(name: str, numbers: Sequence[float], low: float = -1e9) -> tuple[float, ...]:
    if isinstance(numbers, (str, Mapping)) or not hasattr(numbers, "__iter__"):
        raise BadArgument(
            f"Vision: {name} is {numbers!r}", "one number per color channel expected", f"write {name}=(0.5, 0.5, 0.5)"
        )
    values = tuple(n.item() if hasattr(n, "item") else n for n in numbers)
    for value in values or (None,):
        check_number("Vision", name, value, low, 1e9)
    return tuple(map(float, values))


def _names(labels: Sequence[str]) -> tuple[str, ...]:
    if isinstance(labels, str) or not all(isinstance(label, str) for label in labels):
        raise BadArgument(
            f"Vision: labels is {str(labels)[:60]}", "a sequence of class names expected", 'write labels=["cat", "dog"]'
        )
    return tuple(labels)
