"""Latent: what is painted is the code of a generator, so that every picture is one the generator can make."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import torch

from ..errors import MissingTensor, ShapeMismatch
from ..values import ATOM, hold, literal, tensor
from .base import Range, State
from .codes import Code, frozen, normal
from .generated import Generated, sentence
from .inputs import Inputs, given_codes, inputs_of, keywords
from .network import network
from .output import checked_range

Held = tuple[tuple[str, tensor], ...]


class latent(Generated):
    """The pictures of a generator by its code.  state {input: (B, *shape)}, or {"code": (B, *shape)} for the only input

    `generator` is a module in eval mode, `network(module)`, or the name of a bundled one (`models.generators`). `shape` is
    that of one code, started at N(0, sd), or one of the inputs in `param.codes`. Several inputs are keywords, or a dict in
    `inputs`, and reach the generator by name: `latent(G, style=codes.simplex(809), view=codes.frozen((0.5, 0.87)))`.
    `out` names the part of the result that is the picture, such as "sample" or "0". `range` is the generator's own range
    of values: it is mapped to [0, 1], and what is outside is clipped as by `param.clip`; None passes the values on as they
    are.

    A dry run when it is made finds size and channels. Errors: Detached where no gradient reaches a code, ShapeMismatch
    where codes or pictures do not fit, ModelState for training mode. Pictures have one size, that of the generator.
    Sources: Nguyen 2016 (DGN-AM), Dosovitskiy 2017 (named inputs).

    >>> from torch import nn
    >>> net = nn.Sequential(nn.Linear(4, 12), nn.Sigmoid(), nn.Unflatten(1, (3, 2, 2))).eval()
    >>> painted = latent(net, 4)
    >>> painted.size, painted.decode(painted.init([1, 2])).shape
    ((2, 2), torch.Size([2, 3, 2, 2]))
    """

    generator: network
    inputs: Inputs
    out: str | None
    range: Range | None
    start: Held

    def __init__(
        self,
        generator: Any,
        shape: Any = None,
        sd: float = 1.0,
        *,
        inputs: Any = None,
        out: Any = None,
        range: Any = (0, 1),
        start: Held = (),
        **named: Code,
    ) -> None:
        held = generator if isinstance(generator, network) else network(generator)
        fields = {
            "generator": held,
            "inputs": inputs_of(shape, sd, inputs, named),
            "out": None if out is None else str(out),
        }
        for name, value in {**fields, "range": checked_range("latent", range), "start": start}.items():
            object.__setattr__(self, name, value)
        if held.known:
            with suppress(MissingTensor):  # bounds of which only the name has been read so far
                self.dry_run()

    @property
    def made_by(self) -> network:
        """The generator."""
        return self.generator

    @property
    def batch(self) -> int | None:
        """The number of codes given by `.at`, or None."""
        return max((held.shape[0] for _, held in self.start if held.shape[0] > 1), default=None)

    @property
    def free(self) -> dict[str, Code]:
        """The inputs that are optimized, by their name in the state."""
        return {name or "code": code for name, code in self.inputs if not isinstance(code, frozen)}

    def init(self, seeds: Sequence[int], dtype: torch.dtype = torch.float32, device: Any = "cpu") -> State:
        """The codes given by `.at`, else codes drawn one stream a seed and input."""
        if self.batch not in (None, len(seeds)):
            raise ShapeMismatch(
                f"latent(...).at({self.batch} codes) got {len(seeds)} seeds",
                "as many seeds as codes, or a single code for all",
                f"render with batch={self.batch}",
            )
        state = {name: code.init(seeds, name, dtype, device) for name, code in self.free.items()}
        for name, held in self.start:
            given = held.numbers().to(dtype=dtype, device=device)
            state[name] = given.expand(len(seeds), *given.shape[1:]).clone()
        return state

    def allowed(self, state: State) -> State:
        """The codes that the generator receives, by name: each state within its constraint, and the frozen inputs."""
        missing = [name for name in self.free if name not in state]
        if missing:
            raise ShapeMismatch(
                f"a state with {sorted(state)}", f"codes for {sorted(self.free)}", f"add {missing[0]!r}"
            )
        like = state[next(iter(self.free))]
        return {
            name or "code": code.values(len(like), like.dtype, like.device)
            if isinstance(code, frozen)
            else code.forward(state[name or "code"])
            for name, code in self.inputs
        }

    def result(self, state: State) -> Any:
        """What the generator returns for the allowed codes."""
        codes = self.allowed(state)
        alone = self.inputs[0][0] == ""
        return self.generator.run(tuple(codes.values()) if alone else (), {} if alone else codes)

    def at(self, code: Any = None, /, **codes: Any) -> latent:
        """This parameterization started from given codes, such as those of an encoder.

        A tensor, array or tuple of numbers of one code's shape, or a batch of them; by name where there are several
        inputs. Inputs that are not named start as before. A code that its constraint does not allow starts at the one
        that `decode` makes of it.
        """
        given = {name: hold(x) for name, x in self.state(code, **codes).items()}
        held = {**dict(self.start), **given}
        sizes = {x.shape[0] for x in held.values()} - {1}
        if len(sizes) > 1:
            raise ShapeMismatch(
                f"latent(...).at: {' and '.join(map(str, sorted(sizes)))} codes", "one number of codes", "give as many"
            )
        return dataclasses.replace(self, start=tuple((name, held[name]) for name in self.free if name in held))

    def state(self, code: Any = None, /, **codes: Any) -> State:
        """Given codes as a state {input: (B, *shape)}, checked; a single code gets a batch of one."""
        return given_codes(self.free, code, codes)

    def trial(self) -> tuple[State, State, int]:
        """Two codes as drawn, in the generator's own type."""
        numbers = self.generator.live().parameters()
        like = next((x.detach() for x in numbers if x.is_floating_point()), torch.empty(0))
        return {name: code.init([0, 1], name, like.dtype, like.device) for name, code in self.free.items()}, {}, 2

    def misfit(self, problem: Exception) -> ShapeMismatch:
        """Codes that the generator cannot take."""
        takes = ", ".join(inspect.signature(self.generator.live().forward).parameters)
        given = ", ".join(f"{name or 'code'} {(2, *code.shape)}" for name, code in self.inputs)
        return ShapeMismatch(
            f"{self.generator.name} cannot take {given}",
            f"{self.generator.name}({takes}): {sentence(problem)}",
            "write the shape of one code, latent(G, shape=(128,)), or the inputs by name",
        )

    def text(self) -> tuple[str, int]:
        """The call that makes it, with `.at(...)` for given codes."""
        parts = [literal(self.generator)]
        one, code = self.inputs[0]
        if one == "" and isinstance(code, normal):
            parts += [literal(code.shape)] + [f"sd={literal(code.sd)}"] * (code.sd != 1)
        elif one == "":
            parts.append(literal(code))
        elif not keywords(self.inputs):
            parts.append(f"inputs={literal(self.inputs)}")
        parts += [f"out={self.out!r}"] * (self.out is not None) + [f"range={literal(self.range)}"] * (
            self.range != (0, 1)
        )
        if one and keywords(self.inputs):
            parts += [f"{name}={literal(code)}" for name, code in self.inputs]
        text = f"{self.word}({', '.join(parts)})"
        if not self.start:
            return text, ATOM
        codes = literal(self.start[0][1]) if one == "" else ", ".join(f"{n}={literal(x)}" for n, x in self.start)
        return f"{text}.at({codes if one == '' or keywords(self.inputs) else literal(self.start)})", ATOM
