"""Falling into a dream

Eight frames of an endless zoom, one run of the loop: dream for six steps, move nearer, dream on. All frames make a video:
ph.video.write("zoom.gif", film.snapshots.values()). After Mordvintsev, Olah & Tyka 2015.
"""

import torch

import phosphene as ph
from phosphene import param

model = ph.models.load("patterns")
clouds = param.spectrum(160, decay=1.5, sd=0.08) >> param.decorrelate("imagenet") >> param.sigmoid()
start = clouds.decode(clouds.init([3]))
film = ph.recipes.zoom(model, start, "block4", frames=40, every=6)
picture = torch.cat(list(film.snapshots.values())[4::5])
