"""The stages of Oygard's class pictures: the published ones, and how others are written."""

from __future__ import annotations

from typing import Any

from ...errors import BadArgument
from ..given.asked import two

STAGES = (
    (190, 1, (2.5, 0.78), (11, 11)),
    (150, 1.2, (0.936, 0.78), (6, 6)),
    (150, 1.2, (0.936, 0.44), (6, 3)),
    (10, 1, (0.44, 0.304), (3, 3)),
)
"""Steps, times the size before, sigma of the blur from ... to, rate from ... to."""


def planned(stages: Any) -> list[Any]:
    """Stages as they are written, each of its four parts."""
    many = isinstance(stages, (list, tuple)) and len(stages) > 0
    if not many or not all(isinstance(one, (list, tuple)) and len(one) == 4 for one in stages):
        raise BadArgument(
            f"oygard: stages is {stages!r}"[:200],
            "(steps, scale, (sigma from, to), (rate from, to)) for each of one or several stages expected",
            "write stages=[(190, 1, (2.5, 0.78), (11, 11))]",
        )
    ends = (2.5, 0.78), (11, 11)
    return [
        (*one[:2], two("oygard", "sigma", one[2], ends[0]), two("oygard", "rate", one[3], ends[1])) for one in stages
    ]
