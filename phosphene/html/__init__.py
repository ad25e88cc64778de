"""Viewers: one self-contained page each, opened from disk, without a network, a server or a framework.

`page.build` puts a figure's data into `template.html` with `style.css` and the scripts beside it; `encode` writes arrays
and pictures as text.
"""
