"""Four ways to regularize

The rows of a famous table: decay, a blur at every few steps, and the removal of pixels that are small or contribute little, in
four mixtures, each for three classes. After Yosinski et al. 2015.
"""

import phosphene as ph

model = ph.models.load("patterns")
classes = ["logit('spiral')", "logit('stars')", "logit('hexagons')"]
table = ph.recipes.YOSINSKI
picture = ph.recipes.yosinski_search(model, classes, chosen=table, pace=4000, size=96, steps=120)
