"""How rules come to act: one TorchFunctionMode sees every call of a forward pass, and hands some of them to a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from ...errors import BadArgument
from ..depth import carry, depth_of
from .base import SITES, Call, Rule

Reader = Callable[..., Call | None]


class Watch(TorchFunctionMode):
    """Counts the calls at each site during a forward pass, and lets rules change the backward pass of some."""

    def __init__(self, rules: tuple[Rule, ...] = ()) -> None:
        super().__init__()
        self.rules = {site: rule for rule in rules for site in rule.sites}
        self.counts = {repr(rule): 0 for rule in rules} if rules else dict.fromkeys(SITES, 0)
        self.names = {site: repr(rule) for site, rule in self.rules.items()} if rules else {s: s for s in SITES}
        self.deep = "residual" in self.names

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run one call, through its rule where it has one."""
        kwargs = kwargs or {}
        call = None
        if (reader := _READERS.get(func)) is not None and (call := reader(*args, **kwargs)) is not None:
            call = _with_branch(call) if call.site == "residual" and self.deep else call
        if call is None or call.site not in self.names:
            result = func(*args, **kwargs)
        else:
            self.counts[self.names[call.site]] += 1
            if self.rules and torch.is_grad_enabled() and any(x.requires_grad for x in call.inputs):
                result = self.rules[call.site].apply(call._replace(run=lambda: func(*args, **kwargs)))
            else:
                result = func(*args, **kwargs)
        if self.deep:
            carry(result, args, kwargs, func in _LAYERS)
        return result


@contextmanager
def applied(rule: Rule | tuple[()] | None) -> Iterator[dict[str, int]]:
    """Forward passes made while this is open have the rule's backward pass; yields the number of matches by rule.

    A rule with alternatives has to be resolved for a network first, by `check` (BadArgument). The way back is recorded
    in the forward pass: `backward()` may come later.
    """
    if rule is None or rule == ():
        yield {}
        return
    if not isinstance(rule, Rule) or len(rule.alternatives()) != 1:
        raise BadArgument(
            f"applied({rule!r})", "a rule without alternatives expected", "resolve it first: rules.check(rule, model)"
        )
    watch = Watch(rule.alternatives()[0])
    with watch:
        yield watch.counts


def _with_branch(call: Call) -> Call | None:
    """An addition of two ways of different depth from the picture; the deeper one is the residual branch."""
    a, b = call.inputs
    if a.ndim < 3 or a.shape != b.shape:
        return None
    first, second = depth_of(a), depth_of(b)
    if first is None or second is None or first == second:
        return None
    return call._replace(branch=int(second > first))


def _relu(input: Tensor, inplace: bool = False) -> Call:
    return Call("relu", (input,), inplace)


def _relu6(input: Tensor, inplace: bool = False) -> Call:
    return Call("relu6", (input,), inplace)


def _hardtanh(input: Tensor, min_val: float = -1, max_val: float = 1, inplace: bool = False) -> Call | None:
    return Call("relu6", (input,), inplace) if (min_val, max_val) == (0, 6) else None


def _clamp(input: Tensor, min: Any = None, max: Any = None, *, out: Any = None) -> Call | None:
    if isinstance(min, Tensor) or min != 0 or isinstance(max, Tensor) or out is not None:
        return None
    return Call("relu", (input,)) if max is None else _relu6(input) if max == 6 else None


def _max_pool(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Call | None:
    if return_indices or dilation not in (1, (1, 1), [1, 1]):  # there is no average pooling with holes
        return None
    return Call("max_pool", (input,), window=(kernel_size, stride or kernel_size, padding, ceil_mode))


def _add(input: Any, other: Any, *, alpha: Any = 1, out: Any = None) -> Call | None:
    if alpha != 1 or out is not None or not (isinstance(input, Tensor) and isinstance(other, Tensor)):
        return None
    return Call("residual", (input, other))


def _inplace(reader: Reader) -> Reader:
    def read(*args: Any, **kwargs: Any) -> Call | None:
        call = reader(*args, **kwargs)
        return call and call._replace(inplace=True)

    return read


# Composite functions such as F.relu arrive as one call; the calls inside them are not seen.
_READERS: dict[Any, Reader] = {
    **dict.fromkeys((F.relu, torch.relu, Tensor.relu), _relu),
    **dict.fromkeys((F.relu_, torch.relu_, Tensor.relu_), _inplace(_relu)),
    F.relu6: _relu6,
    F.hardtanh: _hardtanh,
    F.hardtanh_: _inplace(_hardtanh),
    **dict.fromkeys((torch.clamp, Tensor.clamp, torch.clamp_min, Tensor.clamp_min), _clamp),
    **dict.fromkeys((torch.clamp_, Tensor.clamp_, torch.clamp_min_, Tensor.clamp_min_), _inplace(_clamp)),
    **dict.fromkeys((F.max_pool2d, torch.max_pool2d), _max_pool),
    **dict.fromkeys((torch.add, Tensor.add, Tensor.__add__, Tensor.__radd__), _add),
    **dict.fromkeys((Tensor.add_, Tensor.__iadd__), _inplace(_add)),
}

# What counts as a layer on the way from the picture.
_LAYERS = frozenset(
    {
        *(torch.conv1d, torch.conv2d, torch.conv3d, torch.conv_transpose1d, torch.conv_transpose2d),
        *(torch.conv_transpose3d, F.conv1d, F.conv2d, F.conv3d, F.linear, F.bilinear),
        *(torch.matmul, Tensor.matmul, Tensor.__matmul__, torch.bmm, Tensor.bmm, torch.mm, Tensor.mm, torch.einsum),
        *(torch.addmm, torch.baddbmm, F.scaled_dot_product_attention, F.multi_head_attention_forward),
    }
)
