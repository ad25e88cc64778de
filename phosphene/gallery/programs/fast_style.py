"""A style at one forward pass

A small network learned to paint a stone wall from drawings of 64 pixels, in a minute; then it painted these, of any size, each
in one pass. Above what it was given, below what it made. After Johnson, Alahi & Fei-Fei 2016, Perceptual Losses.
"""

import torch

import phosphene as ph
from phosphene.models.patterns import draw

model, wall = ph.models.load("patterns"), draw("cells", seed=4, size=64)
layers = {"image": 1, "block1": 0.2, "block2": 0.2, "block3": 0.2, "block4": 0.2}  # the colors count most
learned = ph.recipes.fast_style(model, wall, steps=800, width=12, weights={"layers": layers})
given = torch.stack([draw(kind, seed=3, size=160) for kind in ("rings", "stars", "spiral", "sunburst")])
picture = torch.cat([given, learned(given)])
