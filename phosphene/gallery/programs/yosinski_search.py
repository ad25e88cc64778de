"""Settings found by chance

Yosinski's four operators at strengths drawn at random. This is how the paper found its presets: among 300 of these it chose
four by eye. After Yosinski et al. 2015.
"""

import phosphene as ph

model = ph.models.load("patterns")
classes = ["logit('spiral')", "logit('stars')", "logit('hexagons')"]
picture = ph.recipes.yosinski_search(model, classes, count=6, seed=0, size=96, steps=80)
