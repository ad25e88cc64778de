"""Activations of a network by name: one forward pass that stops after the deepest layer asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from ..errors import AmbiguousLayer, BadArgument, PhospheneError, ShapeMismatch, UnknownLayer
from .address import Address, address, all_names, layer_names
from .guard import guarded
from .vision import Vision, as_vision, pair

Hook = Callable[[nn.Module, Any, Any], None]


class _Enough(BaseException):
    """All activations are captured.  A BaseException, so that no `except Exception` of a network catches it."""


class Capture:
    """A forward pass prepared once and run many times: RGB pictures in [0, 1] go in, activations by name come out.

    Names: `layer` as in `named_modules()`, then `.part` of a tuple, dict or record, then `#k` for the k-th call (from
    0), then `@axes` where they are not bc, btc or bchw: `"encoder.attention.0#1@btc"`.  `"input"`: the pictures as
    given; `"output"`: what the network returns.  Channels come on axis 1: (B, C), (B, C, T), (B, C, H, W).  `names` may
    be a mapping from names to the text that error messages begin with.  Errors: UnknownLayer, BadArgument.

    >>> net = Vision(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten()), [0.5] * 3, [0.5] * 3)
    >>> {name: tuple(a.shape) for name, a in Capture(net, ["1", "input"])(torch.rand(2, 3, 8, 8)).items()}
    {'1': (2, 8, 6, 6), 'input': (2, 3, 8, 8)}
    """

    def __init__(self, vision: Vision, names: Iterable[str]) -> None:
        self.vision = as_vision(vision)
        known = layer_names(vision.module)
        owners: Mapping[str, str] = names if isinstance(names, Mapping) else {}
        self.addresses = [address(vision, name, owners.get(name), known) for name in dict.fromkeys(names)]
        self._input = [a for a in self.addresses if a.layer == "input"]
        self._output = [a for a in self.addresses if a.layer == "output"]
        self._inside: dict[nn.Module, list[Address]] = {}
        for a in self.addresses:
            if a.layer not in ("input", "output"):
                self._inside.setdefault(known[a.layer], []).append(a)

    def __call__(self, x: Tensor) -> dict[str, Tensor]:
        """The activations of a batch (B, C, H, W) in [0, 1], by name, in the order of the names."""
        found = {a.name: a.pick(x, self.vision) for a in self._input}
        waiting = sum(map(len, self._inside.values()))

        def hook_for(wanted: list[Address]) -> Hook:
            calls = 0

            def hook(module: nn.Module, arguments: Any, output: Any) -> None:
                nonlocal calls, waiting
                now = [a for a in wanted if (a.call or 0) == calls]
                calls += 1
                waiting -= len(now)
                last = not waiting and not self._output
                for a in now:
                    activation = a.pick(output, self.vision)
                    # The network goes on with its own tensor and may change it in place; the last one needs no copy.
                    found[a.name] = activation if last else activation.clone()
                if last and now:
                    raise _Enough

            return hook

        if waiting or self._output:
            with hooked((module, hook_for(wanted)) for module, wanted in self._inside.items()), _same_path():
                try:
                    output = self.vision(x)
                    found.update((a.name, a.pick(output, self.vision)) for a in self._output)
                except _Enough:
                    pass
        for a in self.addresses:
            if a.name not in found:
                raise _never_reached(self.vision, a)
        return {a.name: found[a.name] for a in self.addresses}


def capture(vision: Vision, names: Sequence[str], x: Tensor) -> dict[str, Tensor]:
    """The activations of one batch of RGB pictures in [0, 1]; for many batches prepare a `Capture` once.

    >>> net = Vision(nn.Conv2d(3, 8, 3), [0.5] * 3, [0.5] * 3)
    >>> capture(net, ["output"], torch.rand(1, 3, 8, 8))["output"].shape
    torch.Size([1, 8, 6, 6])
    """
    return Capture(vision, names)(x)


def probe(
    vision: Vision, names: Iterable[str], size: int | tuple[int, int] | None = None, channels: int = 3
) -> dict[str, torch.Size]:
    """The shapes of activations for one picture, from a dry run to the end of the network that checks every name.

    `names` may be a mapping from names to the text that error messages begin with.  Errors: UnknownLayer for a layer
    that is not there or never reached, AmbiguousLayer for one that is called more than once where no `#k` says which,
    BadArgument for axes or parts that do not fit, ShapeMismatch where the network cannot take pictures of the size.

    >>> net = Vision(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU()), [0.5] * 3, [0.5] * 3)
    >>> probe(net, {"1": "channel('1', 0)"}, 16)
    {'1': torch.Size([1, 8, 14, 14])}
    """
    plan = Capture(vision, names)
    seen: dict[str, list[Any]] = {a.name: [] for a in plan.addresses}

    def hook_for(wanted: list[Address]) -> Hook:
        def hook(module: nn.Module, arguments: Any, output: Any) -> None:
            for a in wanted:
                seen[a.name].append(output)

        return hook

    x = grey(vision, size, channels)
    with hooked((module, hook_for(wanted)) for module, wanted in plan._inside.items()):
        output = dry_run(vision, x)
    shapes = {}
    for a in plan.addresses:
        calls = {"input": [x], "output": [output]}.get(a.layer, seen[a.name])
        if not calls:
            raise _never_reached(vision, a)
        if a.call is None and len(calls) > 1:
            first, *axes = a.name.split("@")
            spelled = ["@".join((f"{first}#{k}", *axes)) for k in range(len(calls))]
            raise AmbiguousLayer(
                f"{a.owner} looks at layer {a.name!r}, which {vision.name} calls {len(calls)} times in one pass",
                "one call expected",
                f"write {', '.join(repr(s) for s in spelled[:2])}{' ...' if len(calls) > 2 else ''}",
            )
        if (a.call or 0) >= len(calls):
            raise UnknownLayer(
                f"{a.owner} looks at call {a.call} of layer {a.layer!r}",
                f"{vision.name} calls it {len(calls)} time{'s' if len(calls) > 1 else ''}, counted from 0",
                f"write '{a.layer}#{len(calls) - 1}'",
            )
        shapes[a.name] = a.pick(calls[a.call or 0], vision).shape
    return shapes


def grey(vision: Vision, size: int | tuple[int, int] | None = None, channels: int = 3) -> Tensor:
    """One grey picture (1, C, H, W) of the network's size, type and device, for dry runs."""
    height, width = pair(size or vision.size or 224)
    return torch.full((1, channels, height, width), 0.5, dtype=vision.dtype, device=vision.device)


def dry_run(vision: Vision, x: Tensor) -> Any:
    """What the network returns for pictures, without gradients, and left as it was.

    Errors: ShapeMismatch where it cannot take their size; ModelState for a network that would be changed.
    """
    try:
        with guarded(vision), torch.no_grad(), _same_path():
            return vision(x)
    except PhospheneError:
        raise
    except Exception as error:  # the code of the network: anything may be wrong with it
        raise ShapeMismatch(
            f"{vision.name} cannot take a picture of shape {tuple(x.shape)}",
            str(error).strip().split("\n")[0],
            f"write the size it was made for{f', {vision.size}' if vision.size else ''}",
        ) from error


_taken: WeakKeyDictionary[Vision, dict[tuple[int, int], bool]] = WeakKeyDictionary()


def takes(vision: Vision, size: tuple[int, int]) -> bool:
    """Whether a network can be given pictures of a size, in RGB or in its own channels; tried at the first question."""
    known = _taken.setdefault(vision, {})
    if size not in known:
        known[size] = any(_taken_in(vision, size, channels) for channels in {3, len(vision.mean)})
    return known[size]


def _taken_in(vision: Vision, size: tuple[int, int], channels: int) -> bool:
    try:
        dry_run(vision, grey(vision, size, channels))
    except ShapeMismatch:
        return False
    return True


@contextmanager
def hooked(hooks: Iterable[tuple[nn.Module, Hook]]) -> Iterator[None]:
    """The hooks are called after their modules while this is open, and are gone afterwards, whatever happens."""
    handles = []
    try:
        for module, hook in hooks:
            if isinstance(module, torch.jit.ScriptModule):
                raise BadArgument(
                    f"a layer inside {type(module).__name__}, which torch.jit made",
                    "an ordinary nn.Module expected: of a scripted network only 'output' can be seen",
                    "give the network as it was before torch.jit.script or torch.jit.trace",
                )
            handles.append(module.register_forward_hook(hook))
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def _same_path() -> Iterator[None]:
    """Without gradients torch's attention takes a short cut past its inner layers, whose hooks would then not fire."""
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)


def _never_reached(vision: Vision, a: Address) -> UnknownLayer:
    return UnknownLayer(
        f"{a.owner} looks at layer {a.name!r}, which a forward pass of {vision.name} never reaches",
        "a layer that the picture goes through expected",
        all_names(vision),
    )
