"""Rings that a network takes for a spiral

On the left rings, of which the network is 98 % sure, on the right the picture that it calls a spiral, more than 99 % sure;
between them what was changed, four times as strong. After Goodfellow, Shlens & Szegedy 2015, and Madry et al. 2018.
"""

import torch

import phosphene as ph

model, rings = ph.models.load("patterns"), ph.models.patterns.draw("rings", 0, size=192)[None]
attacked = ph.recipes.attack(model, rings, "spiral", epsilon=12, step=1, steps=60, norm="l2").images
picture = torch.cat([rings, ph.recipes.difference(attacked, rings, 4), attacked])
