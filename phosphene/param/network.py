"""Networks inside values: named by what they are, run without being touched."""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import re
import weakref
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from ..errors import BadArgument, ModelState, UnknownModel
from ..models.guard import _changes
from ..values import ATOM, Value, code_origin, literal

_modules: weakref.WeakValueDictionary[tuple[str, str], nn.Module] = weakref.WeakValueDictionary()
_digests: weakref.WeakKeyDictionary[nn.Module, tuple[Any, str]] = weakref.WeakKeyDictionary()
_casts: weakref.WeakKeyDictionary[nn.Module, dict[Any, dict[str, Tensor]]] = weakref.WeakKeyDictionary()


class network(Value, room="param"):
    """A network named by its content: equal where class, structure, settings and all numbers are.

    A bundled generator (`models.generators`) may be given by its name, and is found by it in every process.
    `network(module)` holds a module in eval mode, which stays as it is: it is run on detached copies of its own
    parameters. Settings are the attributes of its parts that are numbers, text or functions. Text, JSON and pickles carry
    name and digest alone, for code does not travel; the module is found again where `network(module)` has been handed the
    same one and it still lives. That its numbers are the same is checked at each use.

    Errors: BadArgument for what is no module, ModelState for one in training mode (batch norm, dropout) or changed since,
    UnknownModel where only the name has been read.

    >>> network(nn.ReLU().eval()) == network(nn.ReLU().eval()), network(nn.Tanh().eval()) == network(nn.ReLU().eval())
    (True, False)
    """

    name: Any
    digest: str = ""
    module: nn.Module | None = dataclasses.field(default=None, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        given = _bundled(self.name) if isinstance(self.name, str) and not self.digest else self.name
        if isinstance(given, nn.Module):
            module = _checked(given)
            named = type(module).__name__, _identity(module) + _numbers_digest(module), module
            for field, value in zip(("name", "digest", "module"), named, strict=True):
                object.__setattr__(self, field, value)
            _modules[type(module).__name__, self.digest] = module
        elif not (isinstance(self.name, str) and re.fullmatch("[0-9a-f]{32}", str(self.digest))):
            raise BadArgument(
                f"network({self.name!r})" if not self.digest else f"network({self.name!r}, {self.digest!r})",
                "a torch.nn.Module expected, such as a generator",
                "wrap a function in a module: class G(nn.Module): def forward(self, z): ...",
            )
        else:
            object.__setattr__(self, "module", _found(self.name, self.digest))

    @property
    def known(self) -> bool:
        """Whether the module itself is at hand."""
        if self.module is None:
            object.__setattr__(self, "module", _found(self.name, self.digest))
        return self.module is not None

    def live(self) -> nn.Module:
        """The module itself; UnknownModel where only its name is known, ModelState where it was changed."""
        if not self.known or self.module is None:
            raise UnknownModel(
                f"{self!r} is only the name of a network",
                "the module itself, which text and pickles do not carry",
                "hand it over first, with the same weights: net = param.network(module)",
            )
        if not self.digest.endswith(_numbers_digest(_checked(self.module))):
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
        numbers = self.numbers(like.dtype, like.device)
        if own:
            numbers.update({name: own[first] for name, first in _tied(module).items() if first in own})
        return functional_call(module, numbers, arguments, dict(named), tie_weights=False)

    def numbers(self, dtype: torch.dtype, device: Any) -> dict[str, Tensor]:
        """Parameters and buffers by name, detached; floating ones in `dtype`."""
        module = self.live()
        casts, key = _casts.setdefault(module, {}), (dtype, torch.device(device), self.digest)
        found = {name: x.detach() for name, x in _entries(module)}
        if all(_fits(x, dtype, key[1]) for x in found.values()):
            return found
        if key not in casts:
            with torch.inference_mode(False):  # cached tensors serve later runs, which differentiate
                types = {name: dtype if x.is_floating_point() else x.dtype for name, x in found.items()}
                casts[key] = {name: x.to(device, types[name], copy=True) for name, x in found.items()}
        return dict(casts[key])

    def text(self) -> tuple[str, int]:
        """`param.network('Generator', '0123...')`."""
        self._findable()
        return f"{self.word}({literal(self.name)}, {literal(self.digest)})", ATOM

    def __reduce__(self) -> tuple[type[network], tuple[str, str]]:
        self._findable()
        return network, (self.name, self.digest)

    def __copy__(self) -> network:
        return self

    def __deepcopy__(self, memo: Any) -> network:
        return self

    def _findable(self) -> None:
        """Lets the name be read again: an equal module that was handed over later may be gone or changed by now."""
        if self.module is not None:
            _modules[self.name, self.digest] = self.module


def _bundled(name: str) -> nn.Module | None:
    """The bundled generator of a name, or of a class of that name."""
    from ..models.generators.weights import KINDS, load

    kind = next((kind for kind, made in KINDS.items() if name in (kind, made.__name__)), None)
    return None if kind is None else load(kind)


def _found(name: str, digest: str) -> nn.Module | None:
    """The module of this name and content, where it still lives or comes with the library."""
    module = _modules.get((name, digest))
    if module is None and (bundled := _bundled(name)) is not None:
        module = bundled if network(bundled).digest == digest else None
    return module


def _entries(module: nn.Module) -> list[tuple[str, Tensor]]:
    """Every place of a parameter or buffer, once; one tensor may have several.

    A module that has two names is listed under its first: functional_call would not put its tensors back otherwise.
    """
    return [
        (f"{path}.{name}" if path else name, x)
        for path, child in module.named_modules()
        for own in (child.named_parameters, child.named_buffers)
        for name, x in own(recurse=False, remove_duplicate=False)
    ]


def _tied(module: nn.Module) -> dict[str, str]:
    """For every place the name under which `named_parameters` lists its tensor."""
    first: dict[int, str] = {}
    return {name: first.setdefault(id(x), name) for name, x in _entries(module)}


def _fits(x: Tensor, dtype: torch.dtype, device: torch.device) -> bool:
    same = x.dtype == dtype or not x.is_floating_point()
    return same and x.device == device and not x.is_inference()


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


def _identity(module: nn.Module) -> str:
    """16 digits for the structure of a module and its plain settings."""
    # Functions print with their address in memory, which is another one each time.
    content = hashlib.sha256(re.sub(r" at 0x[0-9a-f]+", "", repr(module)).encode())
    for name, child in module.named_modules():
        settings = {key: _plain(value) for key, value in vars(child).items() if key[0] != "_" and key != "training"}
        content.update(f"{name}{type(child).__qualname__}{settings}".encode())
    return content.hexdigest()[:16]


def _plain(value: Any) -> Any:
    """A setting as text that is the same in every process."""
    if isinstance(value, (int, float, str, type(None), torch.dtype)):
        return repr(value)
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return code_origin(value) if inspect.isfunction(value) else type(value).__qualname__


def _numbers_digest(module: nn.Module) -> str:
    """16 digits for the parameters and buffers, computed again only where they may have been written to."""
    entries = _entries(module)
    marks = tuple((n, x.data_ptr(), 0 if x.is_inference() else x._version) for n, x in entries)
    known = _digests.get(module)
    if known is None or known[0] != marks:
        content = hashlib.sha256()
        for name, x in entries:
            content.update(f"{name}{x.dtype}{tuple(x.shape)}".encode())
            content.update(x.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
        known = _digests[module] = marks, content.hexdigest()[:16]
    return known[1]
