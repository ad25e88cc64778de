"""The page of an activation atlas: a map to walk over, as a folder or as one file, opened from disk.

`records` writes the data of a level, `tiles` the pictures; `entries` lists both as (name, value). `folder.write` puts each into
a script of its own that the page inserts when it is looked at, `page.build` all of them into the page. Pictures travel as data
URLs in both: the canvas stays readable under file:, where a picture from a file would lock it, so that the view can be saved;
and both forms run the same code. In `scripts/`, `main.js` sets everything up.
"""
