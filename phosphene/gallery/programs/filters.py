"""First filters, and what they answer

Above, the weights of the first convolution, grey where one is 0: to the eye they are noise. Below, the same filters times the
covariance of drawn patches: edges, light and dark, are what they answer. After Krizhevsky et al. 2012, and Haufe et al. 2014.
"""

import torch

import phosphene as ph
from phosphene.models.patterns import batch, normalize

weights = ph.models.load("patterns").module.get_parameter("stem.0.weight").data[:16].flatten(1)
patches = torch.nn.functional.unfold(normalize(batch(230, seed=1, size=64)[0]), 5).transpose(0, 1).flatten(1)
answers = weights @ torch.cov(patches[:, ::7])
layer = torch.nn.Conv2d(3, 32, 5).requires_grad_(False)
layer.weight.data = torch.cat([weights, answers]).reshape(32, 3, 5, 5)
model = ph.Vision(torch.nn.Sequential(layer).train(False), [0.0] * 3, [1.0] * 3, size=64, name="patterns")
picture = ph.recipes.filters(model)
