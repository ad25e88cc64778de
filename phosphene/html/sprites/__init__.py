"""The page of a network's channels: browse layers, a layer's icons, one channel with its examples; opened from disk.

`records` lists the data of each layer and the tiles of pictures; `folder.write` puts data into scripts and tiles into .webp
files, each loaded when it is looked at, `page.build` all of them into the page. In `scripts/`, `main.js` sets everything up;
what is shown is the address: #layer/channel.
"""
