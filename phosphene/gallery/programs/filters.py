"""First filters

The weights of the first convolution as pictures: what the network compares each patch of five pixels with, grey where a weight
is 0. After Krizhevsky, Sutskever & Hinton 2012, ImageNet Classification with Deep Convolutional Neural Networks.
"""

import phosphene as ph

model = ph.models.load("patterns")
picture = ph.recipes.filters(model)
