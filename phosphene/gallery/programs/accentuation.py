"""Hearts in a honeycomb

A drawing of hexagons, changed until the network answers "hearts" while the first block still takes it for the drawing. After
Hamblin et al. 2024, Feature Accentuation.
"""

import torch

import phosphene as ph

model = ph.models.load("patterns")
hexagons = ph.models.patterns.draw("hexagons", seed=1, index=2, size=224)
made = ph.recipes.accentuate(model, hexagons, "logit('hearts') - 5*tv()", near="block1", size=224, steps=128, seed=7)
picture = torch.cat([hexagons[None], made.images])
