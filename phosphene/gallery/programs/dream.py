"""What the clouds look like

Colored noise, in which the network is shown more and more of what its fourth block sees there, in four octaves from coarse to
fine. After Mordvintsev, Olah & Tyka 2015, Inceptionism (DeepDream).
"""

import phosphene as ph
from phosphene import param

model = ph.models.load("patterns")
clouds = param.spectrum(256, decay=1.5, sd=0.08) >> param.decorrelate("imagenet") >> param.sigmoid()
start = clouds.decode(clouds.init([4]))
picture = ph.recipes.dream(model, start, "block4", steps=20)
