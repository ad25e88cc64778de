"""A dream with a guide

At each place the dream takes over the most similar vector that a layer has for the guide, wherever it is there: clouds, a
guide, and the dream, twice. After Mordvintsev, Olah & Tyka 2015 (guided dreaming).
"""

import torch

import phosphene as ph
from phosphene import param

model = ph.models.load("patterns")
clouds = param.spectrum(192, decay=1.5, sd=0.08) >> param.decorrelate("imagenet") >> param.sigmoid()
start = clouds.decode(clouds.init([3]))
guides = [ph.models.patterns.draw(label, seed=2, size=192) for label in ("hexagons", "rings")]
dreams = [ph.recipes.dream(model, start, "block3", guide=guide, steps=15).images for guide in guides]
picture = torch.cat([start, guides[0][None], dreams[0], start, guides[1][None], dreams[1]])
