"""Templates of a linear classifier

A classifier with one layer, told apart by least squares, keeps a picture of each class: patterns that begin at the same place
show in it, seen from near and far. After Karpathy 2015, CS231n, Linear classification: template matching.
"""

import torch

import phosphene as ph
from phosphene.models.generators import cover
from phosphene.models.patterns import LABELS

views = [(angle, zoom) for angle in range(-8, 9, 2) for zoom in (-0.1, 0.0, 0.1)]
drawn = torch.stack([cover(label, *view, 48).expand(3, -1, -1) for label in LABELS for view in views]).flatten(1) - 0.5
wanted, linear = torch.eye(23).repeat_interleave(len(views), 1), torch.nn.Linear(3 * 48 * 48, 23, bias=False)
linear.weight.data = wanted @ torch.linalg.solve(drawn @ drawn.T + 300 * torch.eye(len(drawn)), drawn)
classifier = torch.nn.Sequential(torch.nn.Flatten(), linear.requires_grad_(False)).train(False)
model = ph.Vision(classifier, [0.0] * 3, [1.0] * 3, labels=LABELS, size=48, name="a linear classifier")
picture = ph.recipes.templates(model)
