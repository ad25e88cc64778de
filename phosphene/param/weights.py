"""Weights: what is painted with are the parameters of a network that makes pictures from pictures."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import BadArgument, MissingTensor, ShapeMismatch
from ..seeds import stream
from ..values import check_integer, hold, tensor
from .base import Param, State
from .compose import composed
from .generated import Generated, sentence
from .network import network
from .output import checked_range
from .picture import picture

COMING = {"data", "labels"}
"""What comes with a step and is no parameter."""


class weights(Generated):
    """What a network makes of given pictures, by its parameters.  state {parameter's name: its shape}, without a batch

    `net` is a module in eval mode, or `network(module)`; it stays as it is, and `trained` makes one with the painted
    parameters. All its parameters are optimized, from their present values; buffers are kept. `data` are pictures
    (N, C, H, W) in [0, 1], in any form that `picture` reads. Each step sees `batch` of them, drawn with replacement:
    `given` puts them into the state under "data", where the objective's targets can be taken from too; without that key
    the first `batch` pictures are decoded. `labels`, a whole number for each picture of `data`, come with them as "labels":
    terms such as `triplet` take them by `param.given("labels")`. `out` and `range` as for `latent`; without a range the
    network's values are passed on as they are, so let `clip()` or `sigmoid()` follow. Source: Johnson 2016, feed-forward
    style.

    Errors: Detached where no gradient reaches a parameter, ShapeMismatch, ModelState for training mode, BadArgument for
    labels of one class.

    >>> net = nn.Conv2d(3, 3, 1).eval()
    >>> from .maps import clip
    >>> painted = weights(net, torch.rand(8, 3, 4, 4), batch=2) >> clip()
    >>> sorted(painted.init([1, 2])), painted.decode(painted.init([1, 2])).shape
    (['bias', 'weight'], torch.Size([2, 3, 4, 4]))
    """

    net: Any
    data: Any
    batch: int = 4
    out: str | None = None
    range: Any = None
    labels: Any = None

    def __post_init__(self) -> None:
        check_integer("weights", "batch", self.batch, 1)
        held = self.net if isinstance(self.net, network) else network(self.net)
        object.__setattr__(self, "net", held)
        object.__setattr__(self, "data", picture(self.data, channels=None))
        object.__setattr__(self, "out", None if self.out is None else str(self.out))
        object.__setattr__(self, "range", checked_range("weights", self.range))
        object.__setattr__(self, "labels", None if self.labels is None else _classes(self.labels, self.data.shape[0]))
        if held.known:
            with suppress(MissingTensor):  # pictures of which only the name has been read so far
                self.dry_run()

    @property
    def made_by(self) -> network:
        """The network."""
        held: network = self.net
        return held

    @property
    def coupled(self) -> bool:
        """All pictures share the parameters."""
        return True

    def init(self, seeds: Sequence[int], dtype: torch.dtype = torch.float32, device: Any = "cpu") -> State:
        """The network's own parameters; no randomness."""
        module: nn.Module = self.net.live()
        return {name: x.detach().to(device, dtype, copy=True) for name, x in module.named_parameters()}

    def given(self, seeds: Sequence[int], step: int, dtype: torch.dtype = torch.float32, device: Any = "cpu") -> State:
        """{"data": a picture for each seed}, drawn from the seed's stream for this step, and its "labels" where known."""
        total = self.data.shape[0]
        rows = [int(torch.randint(total, (), generator=stream(seed, "data", step))) for seed in seeds]
        found = {"data": self.data.numbers()[rows].to(dtype=dtype, device=device)}
        return found if self.labels is None else {**found, "labels": self.labels.numbers()[rows].to(device)}

    def result(self, state: State) -> Any:
        """What the network makes of `state["data"]`, or of the first pictures."""
        own = {name: x for name, x in state.items() if name not in COMING}
        data = state["data"] if "data" in state else self._first().to(next(iter(own.values())))
        return self.made_by.run((data,), {}, own)

    def _first(self) -> Tensor:
        """The first `batch` pictures, from the beginning again where there are fewer."""
        numbers: Tensor = self.data.numbers()
        return numbers[torch.arange(self.batch) % len(numbers)]

    def trial(self) -> tuple[State, State, int]:
        """The network's own parameters, and the first picture."""
        own = {name: x.detach().clone() for name, x in self.made_by.live().named_parameters()}
        if not own or COMING & set(own) or not all(x.is_floating_point() for x in own.values()):
            raise BadArgument(
                f"{self.made_by.name} with the parameters {', '.join(own) or '(none)'}",
                "floating parameters to optimize, none of them called 'data' or 'labels'",
                "hand over the network to be trained, with other names",
            )
        return own, {"data": self.data.numbers()[:1].to(next(iter(own.values())))}, 1

    def misfit(self, problem: Exception) -> ShapeMismatch:
        """Pictures that the network cannot take."""
        return ShapeMismatch(
            f"{self.made_by.name} cannot take pictures of shape {tuple(self.data.shape[1:])}",
            f"a network from pictures to pictures: {sentence(problem)}",
            "resize the pictures, or wrap the network in a module that takes them",
        )


def _classes(given: Any, count: int) -> tensor:
    """Labels of as many pictures, of two classes or more, as a held tensor of integers."""
    numbers = given.numbers() if isinstance(given, tensor) and given.data is not None else given
    found = None if isinstance(numbers, tensor) else torch.as_tensor(numbers)
    if found is not None and (found.shape != (count,) or found.is_floating_point() or found.dtype == torch.bool):
        raise BadArgument(
            f"weights: labels of shape {tuple(found.shape)} and type {found.dtype} for {count} pictures",
            "a whole number for each picture of data",
            "write labels=torch.tensor([0, 0, 1, 1])",
        )
    if found is not None and bool((found == found[0]).all()):
        raise BadArgument(
            f"weights: {count} labels of one class only, {int(found[0])}",
            "two classes or more, for there is nothing to tell apart",
            "give pictures of other classes too, or leave labels out",
        )
    return given if isinstance(given, tensor) else hold(torch.as_tensor(numbers).long())


def trained(painted: Param, state: State) -> nn.Module:
    """The network of a `weights` with the parameters of a state: a deep copy, in the network's own type and place.

    >>> net = nn.Conv2d(3, 3, 1).eval()
    >>> painted = weights(net, torch.rand(4, 3, 4, 4))
    >>> twice = {name: 2 * x for name, x in painted.init([0]).items()}
    >>> bool(torch.equal(trained(painted, twice).weight, 2 * net.weight))
    True
    """
    inner = painted.source if isinstance(painted, composed) else painted
    if not isinstance(state, dict):
        raise BadArgument(f"trained: {type(state).__name__} as a state", "the state of a run", "write result.state")
    if not isinstance(inner, weights):
        raise BadArgument(f"{painted!r}"[:200], "the parameters of a network", "write param.weights(net, pictures)")
    module: nn.Module = copy.deepcopy(inner.net.live())
    own = dict(module.named_parameters())
    if set(own) != set(state) - COMING or any(own[name].shape != state[name].shape for name in own):
        raise ShapeMismatch(
            f"a state with {', '.join(sorted(state))}",
            f"the parameters of {inner.net.name}",
            "give the run's own state",
        )
    with torch.no_grad():
        for name, parameter in own.items():
            parameter.copy_(state[name])
    return module
