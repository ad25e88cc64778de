"""Two goals at once

Spirals, the sum of both goals, and cells: objectives are added as numbers are, and the picture in the middle answers
both; total variation is subtracted. After Olah, Mordvintsev & Schubert 2017, Feature Visualization.
"""

import phosphene as ph
from phosphene import objectives as obj
from phosphene import param

model = ph.models.load("patterns")
spiral, cells = obj.logit("spiral"), obj.logit("cells")
goal = obj.each(spiral, spiral + cells, cells) - 2 * obj.tv()
picture = ph.render(model, goal, param.fourier(192), seed=7, **{**ph.presets.clear, "steps": 128})
