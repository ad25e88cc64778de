"""What layers keep of a picture

A drawn spiral, and pictures that each layer can hardly tell from it: colors go first, then strokes their own way. Feature
inversion, Mahendran & Vedaldi 2015, Understanding Deep Image Representations by Inverting Them.
"""

import phosphene as ph

model = ph.models.load("patterns")
spiral = ph.models.patterns.draw("spiral", seed=3, index=1, size=160)
layers = ["stem", "block1", "block2", "block3", "block4"]
picture = ph.recipes.inversions(model, spiral, layers, size=160, batch=1, variation=2, seed=7)
