"""Networks inside values: named by what they are, run without being touched."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import weakref
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from ..errors import BadArgument, ModelState, UnknownModel
from ..models.guard import _changes
from ..values import ATOM, Value, literal

_modules: weakref.WeakValueDictionary[tuple[str, str], nn.Module] = weakref.WeakValueDictionary()
_digests: weakref.WeakKeyDictionary[nn.Module, tuple[Any, str]] = weakref.WeakKeyDictionary()
_casts: weakref.WeakKeyDictionary[nn.Module, dict[Any, dict[str, Tensor]]] = weakref.WeakKeyDictionary()


class network(Value, room="param"):
    """A network named by its content: equal where class, structure and all numbers are.

    `network(module)` holds a module in eval mode, which stays as it is: it is run on detached copies of its own
    parameters. Text, JSON and pickles carry the name and the digest alone, for code does not travel; where the same
    network has been handed over before, by `network(module)`, it is found again. Errors: BadArgument for what is no
    module, ModelState for one in training mode or changed since, UnknownModel where only the name has been read.

    >>> network(nn.ReLU().eval()) == network(nn.ReLU().eval()), network(nn.Tanh().eval()) == network(nn.ReLU().eval())
    (True, False)
    """

    name: Any
    digest: str = ""
    module: nn.Module | None = dataclasses.field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if isinstance(self.name, nn.Module):
            module = _checked(self.name)
            key = type(module).__name__, _digest(module)
            known = _modules.get(key)
            kept = known if known is not None and _digest(known) == key[1] else module
            _modules[key] = kept
            for field, value in zip(("name", "digest", "module"), (*key, kept), strict=True):
                object.__setattr__(self, field, value)
        elif not (isinstance(self.name, str) and re.fullmatch("[0-9a-f]{32}", str(self.digest))):
            raise BadArgument(
                f"network({self.name!r})" if not self.digest else f"network({self.name!r}, {self.digest!r})",
                "a torch.nn.Module expected, such as a generator",
                "wrap a function in a module: class G(nn.Module): def forward(self, z): ...",
            )
        else:
            object.__setattr__(self, "module", _modules.get((self.name, self.digest)))

    @property
    def known(self) -> bool:
        """Whether the module itself is at hand."""
        if self.module is None:
            object.__setattr__(self, "module", _modules.get((self.name, self.digest)))
        return self.module is not None

    def live(self) -> nn.Module:
        """The module itself; UnknownModel where only its name is known, ModelState where it was changed."""
        if not self.known or self.module is None:
            raise UnknownModel(
                f"{self!r} is only the name of a network",
                "the module itself, which text and pickles do not carry",
                "hand it over first, with the same weights: net = param.network(module)",
            )
        if _digest(_checked(self.module)) != self.digest:
            raise ModelState(
                f"{self!r} has other numbers than when it was held",
                "a network that stays as it is",
                "hold it anew, param.network(module), or train a copy.deepcopy of it",
            )
        return self.module

    def run(self, arguments: tuple[Any, ...], named: Mapping[str, Any], own: Mapping[str, Tensor] | None = None) -> Any:
        """What it returns, in the floating type and on the device of the first floating tensor given.

        `own` are parameters to use in place of its own. No flag, buffer or `.grad` of the module is changed.
        """
        module = self.live()
        given = (*(own or {}).values(), *arguments, *named.values())
        like = next((x for x in given if isinstance(x, Tensor) and x.is_floating_point()), torch.empty(0))
        numbers = {**self.numbers(like.dtype, like.device), **(own or {})}
        return functional_call(module, numbers, arguments, dict(named))

    def numbers(self, dtype: torch.dtype, device: Any) -> dict[str, Tensor]:
        """Parameters and buffers by name, detached; floating ones in `dtype`."""
        module = self.live()
        casts, key = _casts.setdefault(module, {}), (dtype, torch.device(device), self.digest)
        found = {name: x.detach() for name, x in _entries(module)}
        if all(x.device == key[1] and (x.dtype == dtype or not x.is_floating_point()) for x in found.values()):
            return found
        if key not in casts:
            with torch.inference_mode(False):  # cached tensors serve later runs, which differentiate
                casts[key] = {n: x.to(device, dtype if x.is_floating_point() else x.dtype) for n, x in found.items()}
        return dict(casts[key])

    def text(self) -> tuple[str, int]:
        """`param.network('Generator', '0123...')`."""
        return f"{self.word}({literal(self.name)}, {literal(self.digest)})", ATOM

    def __reduce__(self) -> tuple[type[network], tuple[str, str]]:
        return network, (self.name, self.digest)


def _entries(module: nn.Module) -> list[tuple[str, Tensor]]:
    return [*module.named_parameters(), *module.named_buffers()]


def _checked(module: nn.Module) -> nn.Module:
    if isinstance(module, torch.jit.ScriptModule):
        raise BadArgument(
            "a scripted module", "the Python module, whose weights can be replaced in a call", "hand over the original"
        )
    for name, child in module.named_modules():
        if child.training and _changes(child):
            raise ModelState(
                f"{type(module).__name__} has {type(child).__name__} {name!r} in training mode",
                "a network that is the same after each look expected",
                "write module.eval() first",
            )
    return module


def _digest(module: nn.Module) -> str:
    """The digest of structure and numbers, computed again only where the numbers may have been written to."""
    entries = _entries(module)
    marks = tuple((n, x.data_ptr(), 0 if x.is_inference() else x._version) for n, x in entries)
    known = _digests.get(module)
    if known is None or known[0] != marks:
        # Functions print with their address in memory, which is another one each time.
        content = hashlib.sha256(re.sub(r" at 0x[0-9a-f]+", "", repr(module)).encode())
        for name, x in entries:
            content.update(f"{name}{x.dtype}{tuple(x.shape)}".encode())
            content.update(x.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
        known = _digests[module] = marks, content.hexdigest()[:32]
    return known[1]
