"""Texture or shape?

Pictures with the shape of one pattern in the style of another, and what the bundled network takes them for. Each square is one
shape: right, it goes by the shape, left, by the texture. After Geirhos et al. 2019, ImageNet-trained CNNs are biased
towards texture.
"""

import phosphene as ph
from phosphene.models.patterns import draw

model = ph.models.load("patterns")
shapes = {kind: draw(kind, seed=3, size=96) for kind in ("rings", "stars", "spiral", "hearts")}
textures = {kind: draw(kind, seed=4, size=96) for kind in ("bricks", "stripes 45")}
stimuli = ph.recipes.cue_conflict(model, shapes, textures, size=96, steps=25, beta=1.5)
picture = ph.recipes.shape_bias(model, stimuli)
