"""Random codes, and likely ones, of a variational autoencoder

Above, random codes, decoded: they lie between the patterns that were learned. Below, codes that are likely, also for
a class. It was trained by calls of `render` whose parameterization were its weights and whose goal was the lower bound of
the pictures' log-probability. After Kingma & Welling 2014, Auto-encoding variational Bayes.
"""

import torch

import phosphene as ph

model, paint = ph.models.load("patterns"), ph.param.latent("vae", 48)
labels = ["stripes 0", "stripes 45", "stripes 135", "waves", "zigzag", "checkers", "triangles", "dots"]
goals = [ph.objectives.logit(label) for label in labels]
likely = ph.recipes.decoded(model, goals, prior=0.3, rate=0.2, steps=80, seed=1)
picture = torch.cat([paint.decode(paint.init(range(8))), likely.images])
