"""One channel

What channel 84 of the fourth block looks for: a honeycomb. The gradient passes through soft gates and half of every
residual branch, and the network looks from near and far (preset `clear`). After Olah, Mordvintsev & Schubert 2017, Feature
Visualization.
"""

import phosphene as ph
from phosphene import objectives as obj
from phosphene import param

model = ph.models.load("patterns")
goal = obj.channel("block4", 84)
picture = ph.render(model, goal, param.fourier(224), seed=7, **ph.presets.clear)
