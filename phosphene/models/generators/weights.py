"""The bundled generators by name: "vae", "conditional", "gan"."""

from __future__ import annotations

import math
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from safetensors.torch import save as save_tensors
from torch import nn

from ...errors import BadArgument, UnknownModel, nearest
from ...seeds import stream
from .networks import Adversarial, Conditional, Decoder

FILES = Path(__file__).parent
KINDS: dict[str, type[nn.Module]] = {"vae": Decoder, "conditional": Conditional, "gan": Adversarial}
N = TypeVar("N", bound=nn.Module)


def load(name: str, path: str | PathLike[str] | None = None) -> nn.Module:
    """A bundled generator in eval mode, from the weights beside this file, or from a file that the script wrote.

    Errors: UnknownModel for another name, BadArgument for a file that is missing or holds something else.

    >>> load("vae")(torch.zeros(2, 48)).shape
    torch.Size([2, 3, 64, 64])
    """
    if not isinstance(name, str) or name not in KINDS:
        raise UnknownModel(f"the generator {name!r}", nearest(str(name), KINDS), f"write load({next(iter(KINDS))!r})")
    path = FILES / f"{name}.safetensors" if path is None else path
    with torch.device("meta"):  # no numbers from the global generator
        network = KINDS[name]()
    try:
        with safe_open(str(path), "pt") as file:
            made = (file.metadata() or {}).get("architecture")
        if made != KINDS[name].__name__:
            raise _other(name, f"{path} holds weights of {made!r}")
        network.load_state_dict({key: value.float() for key, value in load_file(str(path)).items()}, assign=True)
    except FileNotFoundError:
        raise _other(name, f"{path}: no such file") from None
    except (OSError, RuntimeError, SafetensorError) as problem:
        raise _other(name, f"{path} cannot be read ({type(problem).__name__})"[:400]) from None
    return network.eval()


def _other(name: str, given: str) -> BadArgument:
    """The error for a file without the weights of a generator."""
    return BadArgument(
        given,
        f"a file with weights of {KINDS[name].__name__!r}",
        f"leave path out, or write the file anew: python -m phosphene.models.generators.train {name}",
    )


def save(network: nn.Module, path: str | PathLike[str], seed: int) -> None:
    """Write a generator's weights as half-precision numbers, with what they are."""
    numbers = {key: value.half().contiguous() for key, value in network.state_dict().items()}
    Path(path).write_bytes(save_tensors(numbers, {"architecture": type(network).__name__, "seed": str(seed)}))


def initialized(make: Callable[[], N], seed: int) -> N:
    """A network with He's initialization, from a generator of its own."""
    with torch.random.fork_rng(devices=[]):  # its constructor draws from the global generator
        network = make()
    generator = stream(seed, "weights")
    for module in network.modules():
        if isinstance(module, (nn.Linear, nn.Conv2d)):
            nn.init.normal_(module.weight, 0, math.sqrt(2 / module.weight[0].numel()), generator)
            assert module.bias is not None
            nn.init.zeros_(module.bias)
    return network
