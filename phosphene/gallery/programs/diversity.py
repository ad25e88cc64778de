"""Four faces of one unit

Pictures of one class, spiral, that differ as much as they can in what the second block finds in them. After Olah,
Mordvintsev & Schubert 2017, Feature Visualization.
"""

import phosphene as ph
from phosphene import objectives as obj
from phosphene import param

model = ph.models.load("patterns")
picture = ph.recipes.faces(
    model, obj.logit("spiral"), layer="block2", weight=0.5, seed=7, param=param.fourier(192), steps=128
)
