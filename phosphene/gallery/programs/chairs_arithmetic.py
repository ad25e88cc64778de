"""Arithmetic of features

The features of a turned pattern, less those of the same pattern upright, are a turn: added to another pattern they turn it.
After Dosovitskiy, Tatarchenko, Springenberg & Brox 2017, Learning to generate chairs, tables and cars.
"""

import phosphene as ph
from phosphene.models.generators import code_of

upright, turned = code_of("dots"), code_of("dots", 40)
large, small = code_of("dots", zoom=0.3), code_of("dots", zoom=-0.3)
hearts, checkers = code_of("hearts"), code_of("checkers", zoom=-0.3)
picture = ph.recipes.analogies("conditional", [(turned, upright, hearts), (large, small, checkers)])
