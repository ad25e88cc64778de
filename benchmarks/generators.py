"""DGN-AM on the bundled generators: the share of pictures that a second network recognizes.

python -m benchmarks.generators [seeds]
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch

import phosphene as ph
from phosphene.models.patterns import LABELS, load_judge, normalize

JUDGE = Path(__file__).parents[1] / "tests" / "data" / "patterns_judge.safetensors"


def recognized(images: torch.Tensor) -> torch.Tensor:
    """Whether the judge puts the class of each picture first; pictures are in the order of the labels."""
    with torch.no_grad():
        return load_judge(JUDGE)(normalize(images)).argmax(1) == torch.arange(len(LABELS))


def main(seeds: int = 2) -> None:
    net = ph.load("patterns")
    programs = {
        "dgn_am, gan": lambda seed: ph.recipes.dgn_am(net, list(LABELS), seed=seed, progress=False),
        "dgn_am, vae, (-2, 2)": lambda seed: ph.recipes.dgn_am(
            net, list(LABELS), "vae", bound=(-2, 2), rate=ph.schedules.ramp(0.5, 1e-10), seed=seed, progress=False
        ),
        "decoded, vae": lambda seed: ph.recipes.decoded(net, list(LABELS), seed=seed, progress=False),
    }
    for name, run in programs.items():
        found = torch.stack([recognized(run(100 * seed).images) for seed in range(seeds)])
        missed = [LABELS[i] for i in range(len(LABELS)) if not found[:, i].all()]
        print(
            f"{name}: {found.double().mean():.1%} of {found.numel()} pictures recognized; missed {missed}", flush=True
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
