"""Where transposed convolutions overlap

How many positions write to each pixel, for two strides and five kernels: plaid wherever the stride does not divide the kernel.
After Odena, Dumoulin & Olah 2016, Deconvolution and Checkerboard Artifacts.
"""

import phosphene as ph

picture = ph.recipes.overlap(kernels=(2, 3, 4, 5, 6), strides=(2, 3))
