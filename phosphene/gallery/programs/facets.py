"""Facets of three units

Stars, a spiral and a honeycomb as they are, and as they look among stripes and among dots: linear probes know stripes and dots,
and the slope of the unit chooses what of them serves it. After Goh et al. 2021, Multimodal Neurons.
"""

import phosphene as ph
from phosphene import param
from phosphene.models.patterns import LABELS, draw

model = ph.models.load("patterns")
drawn = {label: [draw(label, seed=1, index=i, size=64) for i in range(6)] for label in LABELS}
facets = {"among stripes": "stripes 45", "among dots": "dots"}
others = [picture for label in LABELS if label not in facets.values() for picture in drawn[label]]
probes = {row: ph.recipes.probes(model, drawn[label], others, ["block2", "block3"]) for row, label in facets.items()}
units = {label: f"logit('{label}')" for label in ("stars", "spiral", "hexagons")}
look = {"param": param.fourier(96), "transforms": ph.transforms.jitter(8), "rules": ph.models.rules.exact()}
picture = ph.recipes.facets(model, units, {"as it is": {}, **probes}, weight=16, steps=80, seed=7, **look)
