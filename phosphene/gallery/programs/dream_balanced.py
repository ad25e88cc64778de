"""All frequencies alike

A dream of spirals in which every level of the gradient's Laplacian pyramid has the same size, so that large forms grow as fast
as fine detail. After Mordvintsev 2016, the TensorFlow notebook of DeepDream.
"""

import phosphene as ph
from phosphene import param

model = ph.models.load("patterns")
clouds = param.spectrum(256, decay=1.5, sd=0.08) >> param.decorrelate("imagenet") >> param.sigmoid()
start = clouds.decode(clouds.init([3]))
picture = ph.recipes.dream(model, start, "logit('spiral')", steps=20, balanced=True)
