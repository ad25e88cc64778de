"""What networks have: layers, labels."""

from __future__ import annotations

import json

from .options import Json, Network, Weights


def layers(
    name: Network,
    weights: Weights = "random",
    as_json: Json = False,
) -> None:
    """List a network's layers: name, kind, shape, receptive field."""
    from .. import models

    found = models.layers(models.load(name, weights=None if name == "patterns" else weights))
    print(json.dumps([layer._asdict() for layer in found]) if as_json else found)


def labels(
    name: Network,
    weights: Weights = "random",
    as_json: Json = False,
) -> None:
    """List a network's classes: index and name."""
    from .. import models

    found = models.load(name, weights=None if name == "patterns" else weights).labels or ()
    print(json.dumps(list(found)) if as_json else "\n".join(f"{index:4} {label}" for index, label in enumerate(found)))
