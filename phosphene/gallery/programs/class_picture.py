"""Pictures of classes

The pictures near to grey that the network scores highest as spiral, hexagons, stars and rings: the class's score minus the mean
square of what differs from grey, and the true gradient alone. After Simonyan, Vedaldi & Zisserman 2014.
"""

import phosphene as ph

model = ph.models.load("patterns")
picture = ph.recipes.class_picture(model, ["spiral", "hexagons", "stars", "rings"], size=128, steps=100)
