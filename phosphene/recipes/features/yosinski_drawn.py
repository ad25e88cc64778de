"""Settings of Yosinski's operators drawn at random, as the paper did, and their names."""

from __future__ import annotations

import math

from ...seeds import stream
from ...transforms.ranges import integer, uniform
from .yosinski_presets import yosinski_settings


def drawn(seed: int, number: int = 0) -> yosinski_settings:
    """Settings drawn at random: each operator on or off, one at least on; steps of the "progress" policy, gain 2.

    decay log-uniform in 0.0001 ... 0.3; sigma in 0.3 ... 1.5, every 1 ... 8 steps; percentiles in 10 ... 90.

    >>> drawn(0, 4)
    recipes.yosinski_settings(decay=0.03, norm=38, rate=100000000, gain=2)
    """
    dice = stream(seed, "yosinski", number)
    on = integer(dice, 1, 15)
    decay, sigma = math.exp(uniform(dice, math.log(1e-4), math.log(0.3))), uniform(dice, 0.3, 1.5)
    every, norm, contribution = integer(dice, 1, 8), uniform(dice, 10, 90), uniform(dice, 10, 90)
    return yosinski_settings(
        decay=float(f"{decay:.2g}") if on & 1 else 0,
        sigma=round(sigma, 2) if on & 2 else 0,
        every=every if on & 2 else 1,
        norm=round(norm) if on & 4 else 0,
        contribution=round(contribution) if on & 8 else 0,
        rate=1e8,
        gain=2,
    )


def named(setting: yosinski_settings) -> str:
    """The operators that are on, in a few words; a blur as its sigma / the steps from one to the next.

    >>> named(yosinski_settings(sigma=0.5, every=4, norm=50))
    'blur 0.5/4, norm 50'
    """
    parts = {
        f"decay {setting.decay:g}": setting.decay,
        f"blur {setting.sigma:g}/{setting.every}": setting.sigma,
        f"norm {setting.norm:g}": setting.norm,
        f"contrib. {setting.contribution:g}": setting.contribution,
    }
    return ", ".join(name for name, strength in parts.items() if strength) or "no operator"
