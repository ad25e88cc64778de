"""The gallery as one page: pictures with their programs, everything inside it, no script."""

from .page import build

__all__ = ["build"]
