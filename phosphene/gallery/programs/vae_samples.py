"""Samples of a variational autoencoder

Random codes, decoded. The autoencoder was trained by one call of `render`, whose parameterization were its weights and whose
goal was the lower bound of the pictures' log-probability. After Kingma & Welling 2014, Auto-encoding variational Bayes.
"""

import phosphene as ph

paint = ph.param.latent("vae", 48)
picture = paint.decode(paint.init(range(16)))
