"""A class at each step

The same dream, but at every step one of five classes is drawn and its score raised, with the levels of the gradient's Laplacian
pyramid at the same size. After Mordvintsev, Olah & Tyka 2015 and Mordvintsev 2016.
"""

import phosphene as ph
from phosphene import param

model = ph.models.load("patterns")
clouds = param.spectrum(256, decay=1.5, sd=0.08) >> param.decorrelate("imagenet") >> param.sigmoid()
start = clouds.decode(clouds.init([4]))
classes = ph.recipes.random_class(["spiral", "rings", "hexagons", "hearts", "waves"])
rules = ph.presets.clear["rules"]
picture = ph.recipes.dream(model, start, classes, steps=25, balanced=True, rules=rules)
