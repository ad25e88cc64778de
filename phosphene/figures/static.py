"""Figures that are one picture and its numbers: their page shows the static figure, and how it was made."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import ClassVar

from ..errors import TooLarge
from .base import Figure

STYLE = "body{margin:2rem auto;max-width:60rem;font-family:system-ui,sans-serif}svg{max-width:100%;height:auto}"


@dataclass(frozen=True, eq=False, repr=False)
class Static(Figure):
    """A figure without a page of its own kind."""

    layers: ClassVar[tuple[()]] = ()

    def page(self, limit: float = 16) -> str:
        """The figure as one HTML page that needs nothing beside it; TooLarge beyond `limit` megabytes."""
        made = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(line)}</dd>" for name, line in self.made.items())
        page = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            f"<title>{html.escape(self.title)}</title><style>{STYLE}</style></head>"
            f"<body><main>{self.scene().svg()}<dl>{made}</dl></main></body></html>"
        )
        if len(page.encode()) > limit * 1e6:
            raise TooLarge(
                f"the page of {self.title!r} has {len(page.encode()) / 1e6:.3g} MB",
                f"{limit:g} MB at most expected",
                "show smaller or fewer pictures, or write a larger limit=",
            )
        return page
