"""The patch test against a plain loop, and on the bundled network, whose classes are drawn."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from phosphene.atlas import PatchTest, patch_test
from phosphene.atlas.patches import CORNERS, pasted
from phosphene.errors import BadArgument, BadPicture, ShapeMismatch, UnknownLabel
from phosphene.models import Vision, load, patterns
from phosphene.seeds import stream


def drawn(label: str, count: int) -> Tensor:
    return torch.stack([patterns.draw(label, 0, i) for i in range(count)])


def small(seed: int = 0) -> Vision:
    generator = torch.Generator().manual_seed(seed)
    net = nn.Sequential(nn.Conv2d(3, 4, 5), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 8 * 6, 3))
    for weight in net.parameters():
        nn.init.normal_(weight, 0, 0.3, generator=generator)
    return Vision(net.eval(), [0.5] * 3, [0.5] * 3, labels=["red", "green", "blue"], size=(12, 10))


def noise(side: int, seed: int) -> Tensor:
    return torch.rand(3, side, side, generator=stream(seed, "patch noise", side))


def test_it_is_a_plain_loop() -> None:
    vision = small()
    generator = torch.Generator().manual_seed(1)
    pictures, patch = torch.rand(40, 3, 12, 10, generator=generator), torch.rand(3, 10, 10, generator=generator)
    before = [int(vision(one[None]).argmax()) for one in pictures]
    source, target = (int(c) for c in np.argsort(-np.bincount(before, minlength=3))[:2])
    found = patch_test(vision, pictures, patch, source, target, shares=(0.2, 0.5, 1), seed=6, batch=7)
    assert found.right.tolist() == [b == source for b in before]
    for k, (name, tested) in enumerate((("patch", found.patch), ("noise", found.noise))):
        for i, side in enumerate((2, 5, 10)):
            some = (
                noise(side, 6)
                if k
                else nn.functional.interpolate(patch[None], (side, side), mode="bilinear", antialias=True)[0]
            )
            for j, (y, x) in enumerate([(0, 0), (0, 10 - side), (12 - side, 0), (12 - side, 10 - side)]):
                for n, one in enumerate(pictures):
                    changed = one.clone()
                    for row in range(side):
                        for column in range(side):
                            changed[:, y + row, x + column] = some[:, row, column]
                    logits = vision(changed[None])[0].detach()
                    likely = logits.double().softmax(0)
                    at = i, j, n
                    assert tested.source[at] == pytest.approx(float(likely[source]), abs=1e-5), name
                    assert tested.target[at] == pytest.approx(float(likely[target]), abs=1e-5)
                    assert tested.logit[at] == pytest.approx(float(logits[target]), abs=1e-4)
                    assert tested.flipped[at] == (before[n] == source and int(logits.argmax()) == target)


def test_the_best_ones_are_the_best() -> None:
    found = patch_test(
        load("patterns"), drawn("grid", 8), patterns.draw("bricks", 3), "grid", "bricks", (0.3, 0.7, 0.8)
    )
    for noisy, tested in ((False, found.patch), (True, found.noise)):
        rates = {
            (share, corner): np.mean([tested.flipped[i, j, n] for n in np.flatnonzero(found.right)])
            for i, share in enumerate(found.shares)
            for j, corner in enumerate(found.corners)
        }
        share, corner, rate = found.best(noisy)
        assert rate == rates[share, corner] == max(rates.values())
        assert found.rates(noisy).shape == (3, 4)
        places, each = found.best_of_each(noisy)
        assert each >= rate
        assert each == np.mean([tested.flipped[:, :, n].any() for n in np.flatnonzero(found.right)])
        for n, (i, j) in enumerate(places):
            assert tested.target[i, j, n] == tested.target[:, :, n].max()
    assert found.best()[2] > found.best(noise=True)[2]


def test_a_drawn_pattern_raises_its_class_and_noise_does_not() -> None:
    shares = (0.1, 0.3, 0.5, 0.7)
    with_patch, with_noise, likely, by_noise = [], [], [], []
    for source, target in permutations(("dots", "stripes 0", "rings", "bricks", "spiral"), 2):
        found = patch_test(
            load("patterns"),
            drawn(source, 6),
            patterns.draw(target, 3),
            source,
            target,
            shares,
            ("top left", "bottom right"),
        )
        with_patch.append(found.patch.logit.mean((1, 2)))
        with_noise.append(found.noise.logit.mean((1, 2)))
        likely.append(found.patch.target.mean((1, 2)))
        by_noise.append(found.noise.target.mean((1, 2)))
    rise, control = np.mean(with_patch, 0), np.mean(with_noise, 0)
    assert (np.diff(rise) > 0).all(), "the target's logit rises with the size of its pattern"
    assert rise[-1] - rise[0] > 3 * (control[-1] - control[0])
    assert np.ptp(np.mean(by_noise, 0)) < 0.05 < 0.2 < np.ptp(np.mean(likely, 0))


@pytest.mark.parametrize("corner", CORNERS)
def test_the_rest_of_a_picture_stays(corner: str) -> None:
    pictures = torch.rand(2, 3, 7, 9, generator=torch.Generator().manual_seed(0))
    before = pictures.clone()
    changed = pasted(pictures, torch.full((3, 4, 4), 0.5), corner)
    here = changed != pictures
    assert torch.equal(pictures, before)
    assert here.flatten(2).sum(2).tolist() == [[16] * 3] * 2
    assert bool(here[:, :, 0 if "top" in corner else -1, 0 if "left" in corner else -1].all())


def test_it_does_not_hang_on_the_batch_or_the_global_seed() -> None:
    arguments: Any = load("patterns"), drawn("grid", 5), patterns.draw("rings", 3), "grid", "rings", (0.5,)
    state = torch.random.get_rng_state()
    one, other = patch_test(*arguments, batch=2), patch_test(*arguments, batch=5)
    assert torch.equal(state, torch.random.get_rng_state())
    np.testing.assert_allclose(one.patch.target, other.patch.target, atol=1e-5)
    np.testing.assert_allclose(one.noise.logit, other.noise.logit, atol=1e-4)
    assert not np.array_equal(one.noise.logit, patch_test(*arguments, seed=1).noise.logit)


def test_it_prints_in_a_few_lines() -> None:
    found = patch_test(load("patterns"), drawn("grid", 4), patterns.draw("rings", 3), "grid", "rings", (0.2, 0.7))
    assert isinstance(found, PatchTest)
    first, second, third = repr(found).split("\n")
    assert first == "PatchTest: 4 of 4 pictures are taken for 'grid'"
    assert second.startswith(
        "  with the patch, 0.7 at the top left, 100.0% of them for 'rings'; with noise at its best "
    )
    assert third.startswith("  with the best size and corner for each, 100.0%; with noise ")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"source": "rings"}, BadArgument, "source and target are both 'rings'"),
        ({"source": "hexagons"}, BadArgument, "none of 2 pictures is taken for class 'hexagons'"),
        ({"source": "dot"}, UnknownLabel, "dots"),
        ({"target": 23}, UnknownLabel, "classes 0 to 22 expected"),
        ({"shares": ()}, BadArgument, "shares is"),
        ({"shares": (0.1, 1.5)}, BadArgument, "share is 1.5"),
        ({"shares": 0.5}, BadArgument, r"write shares=\(0.2, 0.4\)"),
        ({"corners": ("left",)}, BadArgument, "corner is 'left'"),
        ({"corners": "top left"}, BadArgument, "corners is 'top left'"),
        ({"seed": -1}, BadArgument, "seed is -1"),
        ({"batch": 0}, BadArgument, "batch is 0"),
        ({"patch": torch.zeros(3, 4, 5)}, ShapeMismatch, "cut a square out of it"),
        ({"patch": torch.zeros(2, 3, 4, 4)}, ShapeMismatch, r"\(3, s, s\) expected"),
        ({"pictures": torch.full((1, 3, 64, 64), 2.0)}, BadPicture, "2"),
        ({"vision": nn.Flatten()}, BadArgument, "a bare network"),
    ],
)
def test_bad_input_is_refused(arguments: Any, error: type[Exception], message: str) -> None:
    usual = {"vision": load("patterns"), "pictures": drawn("dots", 2), "patch": patterns.draw("rings", 3)}
    with pytest.raises(error, match=message):
        patch_test(**{**usual, "source": "dots", "target": "rings", **arguments})


def test_a_network_that_gives_no_logits_is_refused() -> None:
    vision = Vision(nn.Conv2d(3, 5, 3), [0.5] * 3, [0.5] * 3)
    with pytest.raises(ShapeMismatch, match=r"an answer of \(2, 5, 62, 62\)"):
        patch_test(vision, drawn("dots", 2), patterns.draw("rings", 3), 0, 1)
