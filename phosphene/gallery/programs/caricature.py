"""A caricature

A drawing of hexagons and what the third block sees in it, painted from noise and exaggerated. The network looks at both
through the same views. After Lucid's caricatures; Olah et al. 2018, The Building Blocks of Interpretability.
"""

import torch

import phosphene as ph

model = ph.models.load("patterns")
hexagons = ph.models.patterns.draw("hexagons", seed=1, index=2, size=224)
made = ph.recipes.caricature(model, hexagons, "block3", size=224, steps=128, seed=7)
picture = torch.cat([hexagons[None], made.images])
