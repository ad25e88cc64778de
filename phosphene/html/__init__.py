"""Viewers: one self-contained page each, opened from disk, without a network, a server or a framework.

`frame` is what every page stands in: a head, a title, the file `body.html`, scripts and their data. `page.build` puts a
figure's data into it with all of `styles/` and `scripts/`; `encode` writes arrays and pictures as text. In `scripts/`,
`page.js` sets everything up, and each kind of figure has a file of its own. `sources` reads these files and makes texts safe.
Rooms of their own: `atlas`, the page of activation atlases; `sprites`, that of a network's channels; `maps`, of frames with
activation maps; `gallery`, of programs; `units`, beside their examples; `plane`, the map of pictures.
"""
