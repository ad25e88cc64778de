"""Checkerboards in gradients

The power of each frequency in the gradient, layer by layer, the slowest in the middle. The first convolution moves in steps of
two pixels, and the middle is seen again, fainter, at the edges. After Odena, Dumoulin & Olah 2016, Deconvolution and
Checkerboard Artifacts.
"""

import phosphene as ph

model = ph.models.load("patterns")
picture = ph.recipes.checkerboard(model, ["stem", "block1", "block2", "block3", "block4"], size=128)
