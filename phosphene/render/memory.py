"""How many pictures go through the network at once, under a bound on memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from ..errors import TooLarge

CPU_BOUND = 2 * 2**30
"""Bytes of activations that may be kept for the backward pass on a CPU."""


@contextmanager
def in_memory() -> Iterator[None]:
    """TooLarge where the memory does not suffice."""
    try:
        yield
    except (RuntimeError, MemoryError) as problem:
        said = str(problem)
        full = isinstance(problem, (MemoryError, torch.OutOfMemoryError))
        if not full and "allocate memory" not in said and "size calculation overflowed" not in said:
            raise
        raise TooLarge(
            f"pictures that do not fit into memory ({(said.strip().splitlines() or ['full'])[0]})"[:300],
            "a picture and a batch that do",
            "write a smaller size, or a smaller batch",
        ) from problem


def chunk_size(attempt: Callable[[], Tensor], batch: int, device: torch.device) -> int:
    """The pictures that fit, from what one of them keeps for its backward pass; `attempt` runs its forward pass."""
    seen: dict[int, int] = {}

    def note(kept: Tensor) -> Tensor:
        if not isinstance(kept, torch.nn.Parameter):
            storage = kept.untyped_storage()
            seen[storage.data_ptr()] = storage.nbytes()
        return kept

    with torch.autograd.graph.saved_tensors_hooks(note, lambda kept: kept):
        attempt()
    bound = CPU_BOUND
    if device.type == "cuda":
        bound = torch.cuda.mem_get_info(device)[0] // 2
    return max(1, min(batch, bound // max(sum(seen.values()), 1)))
