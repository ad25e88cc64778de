"""The public surface is a checked-in file: adding or removing a name is a visible act."""

from __future__ import annotations

from pathlib import Path

import phosphene as ph

SURFACE = Path(__file__).parent / "golden" / "surface.txt"


def surface() -> str:
    rooms = {
        "phosphene": ph,
        **{f"phosphene.{name}": getattr(ph, name) for name in ("objectives", "param", "transforms", "models")},
    }
    return "\n".join(f"{room}.{name}" for room, module in rooms.items() for name in sorted(module.__all__)) + "\n"


def test_the_surface_is_the_one_on_file() -> None:
    assert surface() == SURFACE.read_text(), "write it anew: python -m tests.test_surface"


if __name__ == "__main__":
    SURFACE.write_text(surface())
