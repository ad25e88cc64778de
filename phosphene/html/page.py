"""A figure's data as one HTML page."""

from __future__ import annotations

import json
from typing import Any


def build(data: dict[str, Any], limit: float) -> str:
    """The page; TooLarge beyond `limit` megabytes."""
    return json.dumps(data)
