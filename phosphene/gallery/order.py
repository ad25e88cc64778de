"""The order in which the gallery is walked through: chapters, and the programs in them."""

from __future__ import annotations

from collections.abc import Iterable

from .program import Program

CHAPTERS: dict[str, tuple[str, ...]] = {
    "What units look for": (
        "channel",
        "joint",
        "negative",
        "interpolation",
        "diversity",
        "facets",
        "receptive_field",
    ),
    "A decade of class pictures": (
        "class_picture",
        "yosinski",
        "yosinski_search",
        "oygard",
        "bilateral",
    ),
    "Dreams": ("dream", "dream_guided", "dream_balanced", "dream_classes", "zoom"),
    "Pictures seen again": ("inversion", "caricature", "accentuation"),
    "Style and texture": ("texture", "style", "style_table", "fast_style", "doodle"),
    "Generators": ("dgn_am", "vae_samples", "chairs_walk", "chairs_arithmetic"),
    "Networks deceived": ("attack", "attack_everywhere", "attack_patch", "attack_ball"),
    "Networks examined": ("shape_bias", "filters", "templates", "checkerboard", "overlap"),
}
REST = "More"


def chapters(programs: Iterable[Program]) -> dict[str, list[Program]]:
    """Programs by chapter, in the order of `CHAPTERS`; those that no chapter names come last, under `REST`.

    >>> from .program import choose
    >>> [program.name for program in chapters(choose(["joint", "channel"]))["What units look for"]]
    ['channel', 'joint']
    """
    left = {program.name: program for program in programs}
    found = {title: [left.pop(name) for name in names if name in left] for title, names in CHAPTERS.items()}
    return {title: inside for title, inside in {**found, REST: list(left.values())}.items() if inside}
