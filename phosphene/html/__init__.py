"""Viewers: one self-contained page each, opened from disk, without a network, a server or a framework.

`page.build` puts a figure's data into `template.html` with all of `styles/` and `scripts/`; `encode` writes arrays and
pictures as text. In `scripts/`, `page.js` sets everything up, and each kind of figure has a file of its own. `sources` reads
these files and makes texts safe. `atlas` is the page of activation atlases, `sprites` that of
a network's channels, `maps` that of frames with activation maps, `gallery` that of programs. `frame` is the frame of further
pages: `units` beside their examples, and `plane`, the map of pictures.
"""
