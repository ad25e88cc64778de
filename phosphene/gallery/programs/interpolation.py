"""From honeycomb to spiral

Each picture has a little more of the second goal. All begin with the same noise and are drawn to one another in the second
block, so that what changes, changes in its place. After Olah, Mordvintsev & Schubert 2017, Feature Visualization.
"""

import phosphene as ph
from phosphene import objectives as obj
from phosphene import param

model = ph.models.load("patterns")
hexagons, spiral = obj.logit("hexagons"), obj.logit("spiral")
picture = ph.recipes.interpolation(
    model, hexagons, spiral, align="block2", count=5, seed=7, param=param.fourier(160), steps=128
)
