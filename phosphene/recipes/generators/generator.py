"""What recipes with a generator are given: the generator, the bounds of its code, the goal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ...errors import BadArgument
from ...figures import Table
from ...models.generators import CODE, FEATURES
from ...objectives import Objective, each, logit
from ...param import Param, codes, latent, network
from ...param.walks import latent_of
from ..given.observation import as_bytes

INPUTS: dict[str, dict[str, Any]] = {
    "vae": {"shape": CODE},
    "gan": {"shape": FEATURES},
    "conditional": {
        "style": codes.simplex(23),
        "view": codes.sphere(2, radius=1),
        "zoom": codes.interval(1, -0.3, 0.3),
        "color": codes.interval(6, 0, 1),
    },
}
"""What the bundled generators take."""


def painted_by(generator: Any, shape: Any = None) -> Param:
    """A generator as a parameterization: a name, a module with the shape of its code, or a `param.latent` as it is."""
    if isinstance(generator, Param):
        latent_of(generator)
        return generator
    if not isinstance(generator, (str, nn.Module, network)):
        raise BadArgument(
            f"{type(generator).__name__} as a generator",
            "a bundled one by name, a torch.nn.Module, or param.latent",
            'write "gan", or param.latent(generator, shape=(128,))',
        )
    return latent(generator, **({"shape": shape} if shape is not None else INPUTS.get(str(generator), {})))


def bound_of(paint: Param, bound: Any) -> tuple[Any, Any]:
    """The lower and the upper bound of a code; without any, the generator's own `upper`."""
    if bound is None:
        upper = getattr(latent_of(paint).generator.live(), "upper", None)
        if not isinstance(upper, Tensor):
            raise BadArgument(
                f"{latent_of(paint).generator.name} says no bound of its code",
                "an upper bound for each unit, three standard deviations in the paper",
                "write bound=codes.mean(0) + 3 * codes.std(0) for an encoder's codes, or bound=(-1, 1)",
            )
        return 0.0, upper.detach().clone()
    return tuple(bound) if isinstance(bound, (tuple, list)) and len(bound) == 2 else (0.0, bound)


def goal_of(label: Any, term: Callable[[Any], Objective] = logit) -> Objective:
    """A term of a label, an objective as it is, or one for each picture of several."""
    if isinstance(label, (list, tuple, range)):
        if not label:
            raise BadArgument("no label", "at least one class or objective expected", 'write ["spiral", "dots"]')
        return each(*(goal_of(one, term) for one in label))
    return label if isinstance(label, Objective) else term(label)


def pictures(paint: Param, some: Sequence[Any]) -> Tensor:
    """The pictures of codes, (n, C, H, W)."""
    with torch.no_grad():
        return torch.cat([paint.decode(latent_of(paint).state(code)) for code in some])


def as_table(title: str, rows: Sequence[Tensor], columns: Sequence[str], paint: Param) -> Table:
    """Rows of pictures (n, 3, H, W) in [0, 1] as a figure."""
    pixels = as_bytes(torch.stack(list(rows)).clamp(0, 1))
    return Table.of(title, pixels, columns=columns, made={"generator": latent_of(paint).generator.name})
