"""Walks between styles and views

A conditional generator knows styles and views by name. Above it walks from one style to another, then it turns, then style
and colors change together: the styles in between were never drawn. After Dosovitskiy, Springenberg & Brox 2014, Learning to
generate chairs with convolutional neural networks.
"""

import phosphene as ph
from phosphene.models.generators import code_of

rings, spiral = code_of("rings"), code_of("spiral")
hearts, turned = (code_of("hearts", angle, ground="#fbe3d4", figure="#b3122b") for angle in (-45, 45))
colors = code_of("dots", ground="#003049", figure="#fcbf49"), code_of("hexagons", ground="#f1faee", figure="#2a9d8f")
picture = ph.recipes.walks("conditional", [(rings, spiral), (hearts, turned), colors], n=8)
