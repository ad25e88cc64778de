"""Edges that stay

At every fourth step a bilateral filter smooths what lies between edges and leaves the edges alone, over fewer and fewer pixels.
After Tyka 2016, Class visualization with bilateral filters.
"""

import torch

import phosphene as ph

model = ph.models.load("patterns")
labels = ["spiral", "stars", "hexagons"]
made = [ph.recipes.bilateral(model, f"logit('{label}')", size=176, steps=100).images for label in labels]
picture = torch.cat(made)
