"""Texts that fit: the longest beginning that does, found in a few looks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phosphene.figures import fonts


@given(st.text(max_size=40), st.floats(0, 300), st.sampled_from([8, 12, 17.5]), st.booleans())
def test_the_longest_beginning_that_fits(text: str, room: float, size: float, bold: bool) -> None:
    found = fonts.shortened(text, room, size, bold)
    if fonts.width(text, size, bold) <= room:
        assert found == text
        return
    beginnings = [text[:letters] for letters in range(len(text))]
    fitting = [one for one in beginnings if fonts.width(f"{one}…", size, bold) <= room]
    assert found == f"{max(fitting, key=len, default='').rstrip()}…"


def test_thousands_of_names_are_looked_at_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    width: Callable[..., float] = fonts.width
    looks = []
    monkeypatch.setattr(fonts, "width", lambda *given: looks.append(given) or width(*given))
    text = ", ".join(f"picture {number}" for number in range(1500))
    assert fonts.shortened(text, 960, 18, True).endswith("…")
    assert len(looks) <= 20
