"""Activations of many pictures, on disk: any number of pictures, any layers, in one pass that may end at any time.

`collect` looks at the pictures of one of the `sources`, and `report` says which were broken. It is made of `define`, `look`
(with `attribution`, what a position adds to the classes) and `work`, one unit of it.
`definition` is what a collection is made with, `store` the folder: its list of pictures (`segments`), a file for each layer
and some pictures (`shards`), which hold `rows`. `sampling` chooses the position that is looked at. `manifest` says what is
there, `verify` what is wrong with it. Next: `atlas`, which lays rows out.
"""

from . import sources
from .attribution import class_attribution
from .collect import Unfinished, collect
from .definition import Definition
from .manifest import manifest, write_manifest
from .report import BrokenPictures, Report, report
from .rows import FINE, NONFINITE, UNREADABLE, Rows
from .sampling import position, relative
from .store import Collection
from .verify import Problem, verify

__all__ = [
    "FINE",
    "NONFINITE",
    "UNREADABLE",
    "BrokenPictures",
    "Collection",
    "Definition",
    "Problem",
    "Report",
    "Rows",
    "Unfinished",
    "class_attribution",
    "collect",
    "manifest",
    "position",
    "relative",
    "report",
    "sources",
    "verify",
    "write_manifest",
]
