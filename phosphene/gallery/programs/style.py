"""A style

Hearts, waves, and the hearts in the manner of the waves: the content of one picture at a deep layer, the style of another at
all layers. After Gatys, Ecker & Bethge 2016, Image Style Transfer Using Convolutional Neural Networks.
"""

import torch

import phosphene as ph

model = ph.models.load("patterns")
content = ph.models.patterns.draw("hearts", seed=2, size=192)
style = ph.models.patterns.draw("waves", seed=5, size=192)
made = ph.recipes.style(model, content, style, beta=10, smooth=6, steps=150)
picture = torch.stack([content, style, made.images[0]])
