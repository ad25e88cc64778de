"""What the last bits of a forward pass hang on, held still: threads, memory order, precision, the network's own state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import torch

from ..models import Vision, guarded
from ..models.guard import channels_last


@contextmanager
def steady(vision: Vision, threads: int = 1) -> Iterator[None]:
    """While this is open a network gives the same numbers for the same batch, as far as one kind of processor can.

    The network is frozen, its convolutions are in channels-last order; torch has this number of threads, full float32
    precision, no autocast, and cuDNN no choice of its own. Afterwards all is as it was. Raises ModelState for a network in
    training mode.
    """
    before, precision = torch.get_num_threads(), torch.get_float32_matmul_precision()
    with ExitStack() as held:
        held.callback(torch.set_num_threads, before)
        held.callback(torch.set_float32_matmul_precision, precision)
        torch.set_num_threads(threads)
        torch.set_float32_matmul_precision("highest")
        held.enter_context(torch.autocast(vision.device.type, enabled=False))
        if vision.device.type == "cuda":
            held.enter_context(
                torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False)
            )
        held.enter_context(guarded(vision))
        held.enter_context(channels_last(vision.module))
        yield
