"""Against and for

Above, what the network is surest is no star, no spiral, no brick wall; below, what it is surest is one. Negative neurons,
Olah, Mordvintsev & Schubert 2017, Feature Visualization.
"""

import phosphene as ph
from phosphene import objectives as obj
from phosphene import param

model = ph.models.load("patterns")
goals = [obj.logit(label) for label in ("stars", "spiral", "bricks")]
against_and_for = obj.each(*[-goal for goal in goals], *goals)
made = ph.render(model, against_and_for, param.fourier(160), seed=7, **{**ph.presets.clear, "steps": 128})
picture = made.images
