"""Icons: small pictures of what the units of a network look for, painted once and kept in a folder.

`Store` is the folder; `Store.paint` gives the icons of a list of objectives, painting in batches those that are missing.
`program` says what an icon is (its whole program) and makes the name of its file from it; `claims` lets several processes
paint into one folder, `work` spreads a call over several workers. The usual look is `phosphene.presets.icon()`. Next:
recipes, which make figures out of icons.
"""

from .sheet import Icons
from .store import DamagedIcon, Store

__all__ = ["DamagedIcon", "Icons", "Store"]
