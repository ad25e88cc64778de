"""Where pictures come from: each source lists what it has, and reads one picture by its name.

`folder` of files, `tars` as webdataset writes them, `dataset` of torch, `drawn` by the bundled drawer. One of your own: a
subclass of `Source` that can be pickled. Next: `collect`, which looks at what they give.
"""

from .base import Entry, Source, Unreadable
from .dataset import dataset
from .drawn import drawn
from .folder import folder
from .tars import tars

__all__ = ["Entry", "Source", "Unreadable", "dataset", "drawn", "folder", "tars"]
