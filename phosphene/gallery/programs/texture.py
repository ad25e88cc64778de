"""A texture

Fish scales, and more of them from noise: a new picture in which the channels of every layer occur together as often as in
the one that was shown. After Gatys, Ecker & Bethge 2015, Texture Synthesis Using Convolutional Neural Networks.
"""

import torch

import phosphene as ph

model = ph.models.load("patterns")
source = ph.models.patterns.draw("scales", seed=3, size=192)
made = ph.recipes.texture(model, source, steps=150)
picture = torch.stack([source, made.images[0]])
