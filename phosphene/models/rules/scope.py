"""Which modules of a network are running: what `rule.at(...)` asks at every call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from torch import nn

from ..address import layer_names, unknown
from ..vision import Vision
from .base import Rule, Running


def check_names(rule: Rule, vision: Vision) -> None:
    """Every module that a rule names is one of the network's, else UnknownLayer."""
    known = layer_names(vision.module)
    for name in _named([rule]):
        if name not in known:
            raise unknown(vision, name, repr(rule), name)


@contextmanager
def watched(rules: Iterable[Rule], vision: Vision | None) -> Iterator[Running]:
    """Tells which of the modules named by the rules are running, while this is open; no hook is left behind."""
    depth = dict.fromkeys(_named(rules), 0)
    with ExitStack() as stack:
        if depth and vision is not None:
            _hook(stack, vision.module, depth)
        yield lambda names: any(depth[name] > 0 for name in names)


def _named(rules: Iterable[Rule]) -> list[str]:
    return list(dict.fromkeys(name for rule in rules for group in rule.scopes for name in group))


def _hook(stack: ExitStack, network: nn.Module, depth: dict[str, int]) -> None:
    def restart(module: nn.Module, arguments: Any) -> None:
        # A pass that was cut short, as captures do, has left its modules without saying so.
        depth.update(dict.fromkeys(depth, 0))

    stack.callback(network.register_forward_pre_hook(restart, prepend=True).remove)
    known = layer_names(network)
    for scope in depth:
        # Parts as well: a list of modules never runs itself.
        inside = {child for name, child in known.items() if f"{name}.".startswith(f"{scope}.")}
        for child in inside:
            enter, leave = _counters(depth, scope)
            stack.callback(child.register_forward_pre_hook(enter).remove)
            stack.callback(child.register_forward_hook(leave, always_call=True).remove)


def _counters(depth: dict[str, int], scope: str) -> tuple[Any, Any]:
    def enter(module: nn.Module, arguments: Any) -> None:
        depth[scope] += 1

    def leave(module: nn.Module, arguments: Any, output: Any) -> None:
        depth[scope] -= 1

    return enter, leave
