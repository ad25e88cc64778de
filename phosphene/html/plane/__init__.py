"""The page of a map of pictures: it zooms, thumbnails appear where there is room; one file, opened from disk.

It moves as the page of an atlas does, by that one's `view`, `pointer`, `keys`, `board`, `zoom` and `overview`. In `scripts/`,
`pictures.js` has the pictures and their places, `paint.js` and `map.js` show them, `card.js` one with its neighbours,
`legend.js` the classes, and `main.js` sets everything up.
"""
