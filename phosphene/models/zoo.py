"""Networks by name: the bundled one, torchvision's, and files of weights for them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any

import torch
import torchvision
from safetensors import safe_open
from torch import Tensor, nn

from ..errors import BadArgument, UnknownModel, nearest
from .vision import IMAGENET_MEAN, IMAGENET_STD, Vision

_SUFFIXES = (".safetensors", ".pth", ".pt")


def load(name: str, weights: str | os.PathLike[str] | None = None, progress: bool = True) -> Vision:
    """A network with its weights, in evaluation mode: "patterns" (bundled) or any of torchvision's classifiers.

    `weights`: None for the best ones of torchvision, downloaded once; one of torchvision's names ("IMAGENET1K_V1"); a
    `.safetensors` or `.pth` file; or "random". A file may say `mean`, `std`, `input_size` and `architecture` in its
    metadata; where it does not, it is taken for torchvision's own. Errors: UnknownModel, BadArgument.

    >>> load("squeezenet1_1", weights="random")
    Vision('squeezenet1_1', size=(224, 224))
    """
    if not isinstance(name, str):
        raise BadArgument(f"load({name!r})", "the name of a network expected", 'write load("resnet50")')
    if name == "patterns":
        return _patterns(weights)
    if name not in names():
        raise UnknownModel(
            f"load({name!r})",
            nearest(name, names()),
            "for your own network write ph.models.Vision(module, mean=, std=)",
        )
    if weights == "random":
        return _vision(name, "random", _build(name), _defaults(name) | {"labels": None})
    if weights is not None and str(weights).endswith(_SUFFIXES):
        return _from_file(name, Path(weights))
    return _pretrained(name, weights, progress)


def names() -> list[str]:
    """Every name that `load` knows.

    >>> {"patterns", "resnet50", "vit_b_16"} <= set(names())
    True
    """
    return ["patterns", *torchvision.models.list_models(module=torchvision.models)]


def _patterns(weights: Any) -> Vision:
    if weights is not None:
        raise BadArgument(
            f'load("patterns", weights={str(weights)!r})', "the bundled weights expected", 'write load("patterns")'
        )
    from . import patterns

    about = {"mean": patterns.MEAN, "std": patterns.STD, "size": patterns.SIZE, "labels": patterns.LABELS}
    return _vision("patterns", None, patterns.load_network(), about)


def _pretrained(name: str, weights: Any, progress: bool) -> Vision:
    known = torchvision.models.get_model_weights(name)
    choice = "DEFAULT" if weights is None else str(weights)
    if choice not in known.__members__:
        raise UnknownModel(
            f"load({name!r}, weights={choice!r})",
            f"torchvision has the weights {', '.join(map(repr, known.__members__))}",
            'write one of these, weights="file.safetensors" or weights="random"',
        )
    entry = known[choice]
    try:
        with torch.random.fork_rng(devices=[]):
            module = torchvision.models.get_model(name, weights=entry, progress=progress)
    except (OSError, HTTPException, RuntimeError) as error:
        raise UnknownModel(
            f"load({name!r}): the download of {entry.url} failed, {type(error).__name__}: {error}",
            "a connection, or the file in the folder of torch.hub expected",
            'write weights="file.safetensors" for a file at hand, or weights="random"',
        ) from error
    return _vision(name, entry.name, module, _about(entry))


def _from_file(name: str, path: Path) -> Vision:
    state, metadata = _read(name, path)
    holds = metadata.get("architecture", name).rsplit(".", 1)[-1]
    if holds != name:
        raise UnknownModel(
            f"load({name!r}, weights={str(path)!r})", f"the file holds {holds!r}", f"write load({holds!r}, ...)"
        )
    module = _build(name)
    head = list(module.state_dict())[-1]
    if head in state and state[head].shape[:1] != module.state_dict()[head].shape[:1]:
        module = _build(name, num_classes=len(state[head]))
    # Heads that serve training alone are not built; weights for them are left out.
    state = {key: value for key, value in state.items() if not re.match(r"(aux1|aux2|AuxLogits)\.", key)}
    fresh = module.state_dict()
    wrong = [f"lacks {key!r}" for key in fresh if key not in state]
    wrong += [f"has {key!r} besides" for key in state if key not in fresh]
    wrong += [
        f"has {key!r} as {tuple(state[key].shape)}, not {tuple(value.shape)}"
        for key, value in fresh.items()
        if key in state and state[key].shape != value.shape
    ]
    if wrong:
        raise UnknownModel(
            f"load({name!r}, weights={str(path)!r}): the file {', '.join(wrong[:3])}{', ...' * (len(wrong) > 3)}",
            f"the {len(fresh)} tensors of torchvision's {name} expected, by their names in state_dict()",
            "write the name of the network that the file was saved from",
        )
    module.load_state_dict(state)
    about = _defaults(name) | _stated(name, path, metadata)
    if "transform_input" in module.__dict__:
        # Torchvision's own weights for these were trained on another range, to which the network converts by itself.
        module.__dict__["transform_input"] = "mean" not in metadata
    if len(state[head]) != 1000:
        about["labels"] = None
    return _vision(name, str(path), module, about)


def _read(name: str, path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    metadata: dict[str, str] = {}
    try:
        if path.suffix == ".safetensors":
            with safe_open(str(path), "pt") as file:
                metadata = file.metadata() or {}
                state = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (not a mapping)
        else:
            state = torch.load(path, map_location="cpu", weights_only=True)
            state = state.get("state_dict", state.get("model", state))  # as training scripts wrap it
        # Old spellings: a wrapper for several processors, and torchvision's first names in DenseNet.
        old = re.compile(r"(?<=denselayer)(\d+\.(?:norm|conv))\.(?=\d)")
        state = {old.sub(r"\1", key.removeprefix("module.")): value for key, value in state.items()}
        return {key: value.float() if value.is_floating_point() else value for key, value in state.items()}, metadata
    except Exception as error:  # a damaged file can make an unpickler raise anything
        reason = "there is no such file" if not path.exists() else str(error).split("\n")[0] or type(error).__name__
        raise UnknownModel(
            f"load({name!r}, weights={str(path)!r}): {reason}",
            "a file with the network's state_dict() expected, .safetensors or .pth",
            'write weights="path/to/file.safetensors", or weights="random"',
        ) from error


def _stated(name: str, path: Path, metadata: Mapping[str, str]) -> dict[str, Any]:
    """Mean, std and size as a file's metadata says them, in JSON."""
    try:
        stated = {key: json.loads(metadata[key]) for key in ("mean", "std", "input_size") if key in metadata}
    except ValueError as error:
        raise BadArgument(
            f"load({name!r}, weights={str(path)!r}): unreadable metadata, {error}",
            "mean, std and input_size as JSON expected",
            'write them as "[0.5, 0.5, 0.5]" and "224" when saving',
        ) from error
    if "input_size" in stated:
        size = stated.pop("input_size")
        stated["size"] = tuple(size[-2:]) if isinstance(size, list) else size
    return stated


def _build(name: str, **options: Any) -> nn.Module:
    """The network with random weights that depend on its name alone; the global random state is put back."""
    if name in ("googlenet", "inception_v3"):
        options |= {"aux_logits": False, "init_weights": False}
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        return torchvision.models.get_model(name, weights=None, **options)  # type: ignore[no-any-return]


def _defaults(name: str) -> dict[str, Any]:
    about = _about(torchvision.models.get_model_weights(name).DEFAULT)
    # Without weights this one is built for smaller pictures than its default weights are.
    return about | {"size": 224} if name == "vit_h_14" else about


def _about(entry: Any) -> dict[str, Any]:
    preset = entry.transforms()
    mean, std = getattr(preset, "mean", IMAGENET_MEAN), getattr(preset, "std", IMAGENET_STD)
    return {"mean": mean, "std": std, "size": preset.crop_size[0], "labels": entry.meta.get("categories")}


def _vision(name: str, weights: str | None, module: nn.Module, about: Mapping[str, Any]) -> Vision:
    spec = {"name": name} if weights is None else {"name": name, "weights": weights}
    return Vision(
        module.eval(), about["mean"], about["std"], labels=about["labels"], size=about["size"], name=name, spec=spec
    )
