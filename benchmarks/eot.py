"""Expectation over transformation: what is left of an attack under 200 draws that nobody has seen.

`python benchmarks/eot.py [--models FOLDER] [--out FOLDER] [patterns] [mobilenet]` attacks a drawing with the bundled
network, and scikit-image's cat with MobileNetV2 (weights in FOLDER), plainly and over the draws of Athalye et al. 2018 for
photographs, within the same distance; prints the shares of held-out draws that are taken for the target, and the distances.
The plain attack is shown twice: within the same largest change, and within the same distance in L*a*b*.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import torch

import phosphene as ph
from phosphene import transforms as tf
from phosphene.param.picture import covering
from phosphene.render.looks import score

DRAWS = 200
CASES: dict[str, dict[str, Any]] = {
    "patterns": {"target": "spiral", "epsilon": 21.6 / 255, "steps": 240, "draws": 14},
    "mobilenet": {"target": "espresso", "epsilon": 16 / 255, "steps": 120, "draws": 8},
}


def subject(name: str, folder: Path) -> tuple[ph.Vision, torch.Tensor]:
    """A network and a picture (1, 3, h, w)."""
    if name == "patterns":
        return ph.load("patterns"), ph.models.patterns.draw("rings", 0, size=96)[None]
    from skimage import data

    cat = torch.from_numpy(data.chelsea()).permute(2, 0, 1)[None] / 255
    return ph.load("mobilenet_v2", weights=folder / "mobilenet_v2.safetensors"), covering(cat, (224, 224))


def measure(name: str, folder: Path, out: Path) -> None:
    case = CASES[name]
    net, photo = subject(name, folder)
    target, epsilon, steps = case["target"], case["epsilon"], case["steps"]
    begun = time.perf_counter()
    how = {"steps": steps, "optimizer": ph.sgd(ph.schedules.ramp(2 / 255, 0.2 / 255)), "progress": False}
    plain = ph.recipes.attack(net, photo, target, epsilon, **how)
    halfway = time.perf_counter()
    robust = ph.recipes.eot(net, photo, target, tf.eot_2d, case["draws"], epsilon=epsilon, **how)
    done = time.perf_counter()
    near, far = (float(score(net, ph.objectives.lab_distance(photo), one.images)) for one in (robust, plain))
    level = ph.recipes.attack(net, photo, target, epsilon * min(1, near / far), **how)
    pictures = {"as it is": photo, "attack": plain, "attack, as near in LAB": level, "over transformations": robust}
    report = ph.recipes.robustness(net, pictures, target, tf.eot_2d, DRAWS)
    report.save(out / f"eot_{name}.png")
    still = [ph.recipes.robustness(net, pictures, target, tf.identity, 1).success[n] for n in (1, 3)]
    print(f"{name}: {target!r} within {255 * epsilon:g}/255, {steps} steps of {case['draws']} draws")
    print(report)
    print(f"  unmoved: attack {still[0]:.0%}, over transformations {still[1]:.0%}")
    print(f"  seconds: attack {halfway - begun:.0f}, over transformations {done - halfway:.0f}", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("cases", nargs="*", default=list(CASES), choices=list(CASES))
    options.add_argument("--models", type=Path, default=Path("models"))
    options.add_argument("--out", type=Path, default=Path())
    given = options.parse_args()
    for name in given.cases:
        measure(name, given.models, given.out)


if __name__ == "__main__":
    main()
