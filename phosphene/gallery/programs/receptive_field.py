"""Units at the size of what they see

Neurons of three layers, each painted on the pixels that it can see and on no others; grey is out of its sight. The same
scale for all. After Olah et al. 2020, Zoom In, whose circuits show units at their size.
"""

import phosphene as ph

model = ph.models.load("patterns")
layers = ["block1", "block2", "block3"]
picture = ph.recipes.receptive_fields(model, layers, [5, 6, 12, 17, 21], steps=96, seed=7)
