"""How strong Yosinski's operators are: the rows of the paper's table, and one's own."""

from __future__ import annotations

from ...values import Value, check_integer, check_number


class yosinski_settings(Value, room="recipes", abstract=True):  # an argument of a recipe, no word of the language
    """How strong the operators of Yosinski et al. 2015 are.

    decay: the part of x - mean that each step takes away.  sigma, every: a blur of so many pixels at every so many steps.
    norm, contribution: the percentile of pixels that become the mean.  rate: of the steps, for pixels of 0 to 255; with
    `gain` a step raises the score by about that much, and `rate` is the largest rate that this may take.

    >>> yosinski_settings(decay=0.01)
    recipes.yosinski_settings(decay=0.01)
    """

    decay: float = 0
    sigma: float = 0
    every: int = 1
    norm: float = 0
    contribution: float = 0
    steps: int = 500
    rate: float = 100
    gain: float | None = None

    def __post_init__(self) -> None:
        check_number(self.word, "decay", self.decay, 0, 1)
        check_number(self.word, "sigma", self.sigma, 0, 1e4)
        check_integer(self.word, "every", self.every, 1)
        check_integer(self.word, "steps", self.steps, 1)
        check_number(self.word, "norm", self.norm, 0, 100)
        check_number(self.word, "contribution", self.contribution, 0, 100)
        check_number(self.word, "rate", self.rate, 0)
        if self.gain is not None:
            check_number(self.word, "gain", self.gain, 0)


YOSINSKI = (
    yosinski_settings(sigma=0.5, every=4, norm=50, rate=100, gain=2),
    yosinski_settings(decay=0.3, norm=20, steps=750),
    yosinski_settings(decay=1e-4, sigma=1, every=4, steps=1000),
    yosinski_settings(sigma=0.5, every=4, contribution=90, steps=1000, rate=1e8, gain=2),
)
"""Table 1 of the paper; the third one made most of its pictures."""
