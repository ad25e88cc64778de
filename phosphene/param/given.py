"""The pictures that a parameterization is given at a step, as targets of terms."""

from __future__ import annotations

from ..errors import BadArgument
from ..values import Value


class given(Value, room="param"):
    """What came with the step, by its name in `Param.given`, in place of a target picture.

    Each painted picture has the one that it was made from as its target; `weights` is given its batch of data. Source:
    the content loss of Johnson 2016.

    >>> from phosphene.objectives import content
    >>> content("features.16", given(), "mse")
    content('features.16', param.given(), 'mse')
    """

    name: str = "data"

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise BadArgument(f"param.given({self.name!r})", "the name of an entry", "write param.given('data')")
