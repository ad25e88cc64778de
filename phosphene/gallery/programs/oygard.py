"""A blur that fades

Steps of one length in a window of a growing canvas, and a blur that grows weaker: forms come first, detail last. In the first
row the picture is blurred, in the second the gradient, with a decay. After Øygard 2015, Visualizing GoogLeNet Classes.
"""

import torch

import phosphene as ph

model = ph.models.load("patterns")
stages = [(60, 1, (2.5, 0.78), (11, 11)), (40, 1.2, (0.936, 0.78), (6, 6)), (40, 1.2, (0.936, 0.44), (6, 3))]
made = [
    ph.recipes.oygard(model, f"logit('{label}')", smooth=smooth, stages=stages, size=112).images
    for smooth in ("picture", "gradient")
    for label in ("spiral", "stars", "hexagons")
]
picture = torch.cat(made)
