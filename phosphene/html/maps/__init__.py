"""The page that plays frames with the activation maps of layers in them: one file, opened from disk.

`page.build` puts the data of a `maps.Clip` into `body.html`. In `scripts/`, `main.js` sets everything up, `colors.js`
paints maps from bytes, `view.js` has the frame, the controls that play, and the maps.
"""
