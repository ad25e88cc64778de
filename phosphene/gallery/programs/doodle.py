"""A doodle

A style, the map of a doodle, and the doodle: a disk of bricks in front of waves. Each color of the map is painted in the style
that has this color in a map of its own, two halves. After Ulyanov 2016, Fast Neural Doodle.
"""

import torch

import phosphene as ph

model, size = ph.models.load("patterns"), 192
bricks, waves = (ph.models.patterns.draw(kind, seed, size=size) for kind, seed in (("bricks", 1), ("waves", 5)))
line = torch.linspace(-1, 1, size)
left, disk = (line < 0).expand(size, size), line[:, None] ** 2 + line**2 < 0.5
style = torch.where(left, bricks, waves)
maps = [torch.stack([part, ~part, ~part]).float() for part in (left, disk)]
layers = {"input": 3, "block1": 0.2, "block2": 0.2, "block3": 0.2, "block4": 0.2}
made = ph.recipes.doodle(model, style, *maps, layers=layers, smooth=6, steps=(150, 60))
picture = torch.stack([style, maps[1], made.images[0]])
