"""Hypothesis, imported in one place, so that its absence is one error."""

from __future__ import annotations

from typing import TypeAlias

from ..errors import MissingExtra

try:
    from hypothesis import strategies as st
except ImportError as problem:  # pragma: no cover - the test environment has it
    raise MissingExtra(
        "phosphene.testing needs hypothesis", "the extra `testing` installed", "pip install 'phosphene[testing]'"
    ) from problem

Strategy: TypeAlias = st.SearchStrategy

__all__ = ["Strategy", "st"]
