"""Content against style

Rows take the style from more and more layers, columns let the content weigh more: at the lower left the style alone is
left, at the upper right the hearts. After Gatys, Ecker & Bethge 2016, figure 3.
"""

import phosphene as ph

model = ph.models.load("patterns")
content = ph.models.patterns.draw("hearts", seed=2, size=96)
style = ph.models.patterns.draw("waves", seed=5, size=96)
layers = ["block1", "block2", "block3", "block4"]
picture = ph.recipes.style_table(model, content, style, layers=layers, ratios=(0.01, 0.1, 1), smooth=1, steps=50)
