"""Activation atlases: rows of a collection laid out in the plane, averaged in cells of grids.

`layout` gives each picture a place, `kept_layout` once and for all, by the `methods` `umap` and `pca` or a function of your
own; `cells` averages those that stand together. `moment` is what all activations share. Views of the same data: `of_class`
and `compared` show one class and two, `members` another layer in the same cells, `aligned` two layers or networks within the
same bounds; `patch_test` tries what an atlas says. Next: `figures.atlas`, which shows cells; `recipes`, which paint them.
"""

from .aligned import aligned, maps
from .cells import Cells, cell_of, cells
from .classes import of_class, of_classes
from .comparison import compared
from .kept import NotKept, kept_layout
from .layout import Layout, layout
from .membership import members
from .methods import Method, pca, umap
from .moment import Moment, moment_of, reduced_moment, second_moment
from .patches import Pasted, PatchTest, patch_test
from .tsne import tsne

__all__ = [
    "Cells",
    "Layout",
    "Method",
    "Moment",
    "NotKept",
    "Pasted",
    "PatchTest",
    "aligned",
    "cell_of",
    "cells",
    "compared",
    "kept_layout",
    "layout",
    "maps",
    "members",
    "moment_of",
    "of_class",
    "of_classes",
    "patch_test",
    "pca",
    "reduced_moment",
    "second_moment",
    "tsne",
    "umap",
]
