"""Eight classes through a generator

The code of a small generator is moved until the network is sure of a class; the generator keeps the picture a pattern that
could have been drawn. After Nguyen, Dosovitskiy, Yosinski, Brox & Clune 2016, Synthesizing the preferred inputs for neurons.
"""

import phosphene as ph

model = ph.models.load("patterns")
labels = ["spiral", "rings", "dots", "checkers", "waves", "stripes 45", "hearts", "triangles"]
picture = ph.recipes.dgn_am(model, labels, "vae", bound=(-2, 2), rate=ph.schedules.ramp(1, 1e-10), steps=100, seed=3)
