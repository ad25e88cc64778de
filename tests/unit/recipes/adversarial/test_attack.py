"""Attacks equal the procedures restated in NumPy, torchattacks, foolbox, and what a linear network has in closed form."""

from __future__ import annotations

import copy
import warnings
from types import ModuleType

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

import phosphene as ph
from phosphene import constraints, param
from phosphene import objectives as obj
from phosphene.errors import BadArgument, ShapeMismatch, UnknownLabel
from phosphene.recipes import attack, difference, fgsm
from phosphene.render.looks import outputs, score
from phosphene.seeds import stream
from tests.reference import madry, networks

DOTS = ph.models.patterns.LABELS.index("dots")
EPSILON, STEP = 8 / 255, 2 / 255


@pytest.fixture(scope="module")
def net() -> ph.Vision:
    vision = ph.load("patterns")
    exact = copy.deepcopy(vision.module).double().eval()
    return ph.Vision(exact, vision.mean, vision.std, labels=vision.labels, size=64)


@pytest.fixture(scope="module")
def rings() -> Tensor:
    return ph.models.patterns.draw("rings", 0, size=64)[None].double()


def linear(seed: int) -> ph.Vision:
    """A network of two classes that is linear in a picture of 4 px."""
    layer = nn.Linear(48, 2, bias=False).double()
    layer.weight.data = torch.randn(2, 48, generator=stream(seed), dtype=torch.float64)
    return ph.Vision(nn.Sequential(nn.Flatten(), layer).eval(), [0.0] * 3, [1.0] * 3, size=4)


def seen_by(vision: ph.Vision) -> nn.Module:
    """A network of pictures in [0, 1], as the other libraries take them."""

    class Seen(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = vision.module

        def forward(self, x: Tensor) -> Tensor:
            return self.inner(vision.normalize(x))

    return Seen().eval()


def quiet(name: str) -> ModuleType:
    """An oracle; what it warns of on import is its own affair."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(name, reason=f"needs {name}: pip install 'phosphene[oracle]'")


@given(st.integers(0, 99), st.booleans())
def test_on_a_linear_network_it_ends_in_the_corner_of_the_ball(seed: int, targeted: bool):
    vision = linear(seed)
    photo = torch.rand(1, 3, 4, 4, generator=stream("photo", seed), dtype=torch.float64)
    present = int(outputs(vision, photo).argmax())
    slope = (vision.module[1].weight[1 - present] - vision.module[1].weight[present]).reshape(photo.shape)
    result = attack(vision, photo, 1 - present if targeted else None, 0.1, 0.05, 3, progress=False)
    assert torch.equal(result.images, (photo + 0.1 * slope.sign()).clamp(photo - 0.1, photo + 0.1).clamp(0, 1))
    once = fgsm(vision, photo, 1 - present if targeted else None, 0.1, progress=False)
    assert torch.equal(once.images, (photo + 0.1 * slope.sign()).clamp(0, 1))


def rising(net: ph.Vision, label: int, targeted: bool) -> networks.Slope:
    """The slope of what an attack ascends: the log-probability of a target, or minus that of the present class."""
    sign = 1 if targeted else -1
    return networks.slope(lambda x: sign * seen_by(net)(x).log_softmax(1)[:, label])


@pytest.mark.parametrize("targeted", [True, False], ids=["targeted", "untargeted"])
@pytest.mark.parametrize("random", [True, False], ids=["random_start", "plain_start"])
def test_pgd_is_the_restated_procedure_bit_for_bit(net, rings, targeted, random):
    noise = EPSILON * (2 * torch.rand(rings.shape, generator=stream(1)).double() - 1)
    start = (rings + noise * random).clamp(0, 1)
    paint, target = param.pixels(64).starting_from(start), DOTS if targeted else None
    mine = attack(net, rings, target, EPSILON, STEP, progress=False, param=paint)
    slope = rising(net, DOTS if targeted else int(outputs(net, rings).argmax()), targeted)
    *_, last = madry.cube(start.numpy(), rings.numpy(), slope, STEP, EPSILON, 10)
    assert np.array_equal(mine.images.numpy(), last)


def test_fgsm_is_the_restated_procedure_bit_for_bit(net, rings):
    slope = rising(net, int(outputs(net, rings).argmax()), False)
    (once,) = madry.cube(rings.numpy(), rings.numpy(), slope, EPSILON, EPSILON, 1)
    assert np.array_equal(fgsm(net, rings, epsilon=EPSILON, progress=False).images.numpy(), once)


def test_pgd_in_euclidean_length_is_the_restated_procedure(net, rings):
    slope = rising(net, int(outputs(net, rings).argmax()), False)
    grey = 0.25 + rings / 2  # far from black and white, where the order of the two projections does not matter
    *_, last = madry.ball(grey.numpy(), grey.numpy(), slope, 0.3, 1.0, 10)
    mine = attack(net, grey, epsilon=1, step=0.3, norm="l2", progress=False)
    np.testing.assert_allclose(mine.images.numpy(), last, rtol=0, atol=1e-12)


@pytest.mark.parametrize("targeted", [True, False], ids=["targeted", "untargeted"])
def test_pgd_is_that_of_torchattacks_bit_for_bit(net, rings, targeted):
    library = quiet("torchattacks")
    theirs = library.PGD(seen_by(net), eps=EPSILON, alpha=STEP, steps=10, random_start=False)
    labels = outputs(net, rings)[0].argmax(1)
    if targeted:
        theirs.set_mode_targeted_by_label(quiet=True)
    mine = attack(net, rings, DOTS if targeted else None, EPSILON, STEP, progress=False)
    assert torch.equal(mine.images, theirs(rings, torch.tensor([DOTS]) if targeted else labels))


@pytest.mark.parametrize("targeted", [True, False], ids=["targeted", "untargeted"])
def test_pgd_is_that_of_foolbox_bit_for_bit(net, rings, targeted):
    library = quiet("foolbox")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = library.attacks.LinfPGD(abs_stepsize=STEP, steps=10, random_start=False)
        bounded = library.PyTorchModel(seen_by(net), bounds=(0, 1))
        labels = outputs(net, rings)[0].argmax(1)
        aim = library.criteria.TargetedMisclassification(torch.tensor([DOTS])) if targeted else labels
        found = theirs.run(bounded, rings, aim, epsilon=EPSILON)
    mine = attack(net, rings, DOTS if targeted else None, EPSILON, STEP, progress=False)
    assert torch.equal(mine.images, found)


@pytest.mark.parametrize("name", ["torchattacks", "foolbox"])
def test_fgsm_is_theirs_bit_for_bit(net, rings, name):
    library = quiet(name)
    labels = outputs(net, rings)[0].argmax(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name == "torchattacks":
            found = library.FGSM(seen_by(net), eps=EPSILON)(rings, labels)
        else:
            bounded = library.PyTorchModel(seen_by(net), bounds=(0, 1))
            found = library.attacks.LinfFastGradientAttack().run(bounded, rings, labels, epsilon=EPSILON)
    assert torch.equal(fgsm(net, rings, epsilon=EPSILON, progress=False).images, found)


def test_pgd_in_euclidean_length_is_that_of_torchattacks_where_no_color_ends(net, rings):
    library = quiet("torchattacks")
    grey = 0.25 + rings / 2  # far from black and white, where the two project in another order
    labels = outputs(net, grey)[0].argmax(1)
    theirs = library.PGDL2(seen_by(net), eps=1.0, alpha=0.3, steps=10, random_start=False)(grey, labels)
    mine = attack(net, grey, epsilon=1, step=0.3, norm="l2", progress=False)
    torch.testing.assert_close(mine.images, theirs, rtol=0, atol=1e-9)


@given(st.floats(0.01, 0.2), st.sampled_from(["linf", "l2"]), st.integers(0, 5))
def test_it_stays_in_the_ball_and_in_the_range(radius, norm, seed):
    vision = linear(seed)
    photo = torch.rand(1, 3, 4, 4, generator=stream("photo", seed), dtype=torch.float64)
    found = attack(vision, photo, None, radius, radius / 2, 4, restarts=3, norm=norm, progress=False).images
    ball = constraints.linf(photo, radius) if norm == "linf" else constraints.l2(photo, radius)
    assert bool((ball & constraints.box(0, 1)).contains(found).all())


def test_the_best_restart_is_kept_and_replays(net, rings, tmp_path):
    several = attack(net, rings, "dots", EPSILON, STEP, 2, restarts=4, progress=False)
    once = attack(net, rings, "dots", EPSILON, STEP, 2, progress=False)
    assert several.images.shape == rings.shape
    assert score(net, "logprob('dots')", several.images) >= score(net, "logprob('dots')", once.images)
    patterns = ph.load("patterns")
    kept = attack(patterns, rings.float(), "dots", steps=2, restarts=3, progress=False)
    loaded = ph.Render.load(kept.save(tmp_path / "kept.png"))
    assert loaded.replay().grid().tobytes() == kept.grid().tobytes()


class Bowl(nn.Module):
    """The second class is as likely as a picture is far from grey; at grey itself there is no slope."""

    def forward(self, x: Tensor) -> Tensor:
        far = (x - 0.5).square().flatten(1).sum(1)
        return torch.stack([-far, far], 1)


@pytest.mark.parametrize(("norm", "epsilon", "step"), [("linf", 0.1, 0.01), ("l2", 1.0, 0.1)], ids=["linf", "l2"])
@pytest.mark.parametrize("seed", range(3))
def test_a_random_start_that_ends_best_is_kept(norm, epsilon, step, seed):
    """The start at the picture cannot move; of the others, each by itself, the best is what is returned."""
    from phosphene.recipes.adversarial.aims import near

    bowl, grey = ph.Vision(Bowl().eval(), [0.0] * 3, [1.0] * 3, size=8), torch.full((1, 3, 8, 8), 0.5)
    asked = {"epsilon": epsilon, "step": step, "steps": 2, "norm": norm, "progress": False}
    starts = near(grey, epsilon if norm == "linf" else epsilon / 192**0.5, 5, seed)
    ended = [
        attack(bowl, grey, 1, param=param.pixels(8).starting_from(one[None]), seed=seed, **asked).images
        for one in starts
    ]
    scores = [float(score(bowl, "logprob(1)", one)) for one in ended]
    assert torch.equal(ended[0], grey)
    assert len(set(scores)) == 5
    kept = attack(bowl, grey, 1, restarts=5, seed=seed, **asked)
    assert torch.equal(kept.images, ended[scores.index(max(scores))])
    assert not torch.equal(kept.images, grey)


def test_more_restarts_never_change_those_that_are_there(net, rings):
    from phosphene.recipes.adversarial.aims import near

    assert torch.equal(near(rings, 0.1, 5, 0)[:3], near(rings, 0.1, 3, 0))
    starts = near(rings, EPSILON, 4, 0)
    paint = param.pixels(64)
    batch = attack(net, rings, DOTS, EPSILON, STEP, 3, progress=False, chunk=1, param=paint.starting_from(starts))
    single = [
        attack(net, rings, DOTS, EPSILON, STEP, 3, progress=False, param=paint.starting_from(one[None]))
        for one in starts
    ]
    assert torch.equal(batch.images, torch.cat([one.images for one in single]))


def test_any_objective_attacks(net, rings):
    goal = ph.objectives.channel("block3", 17)
    found = attack(net, rings, goal, progress=False)
    assert score(net, goal, found.images) > score(net, goal, rings)


def test_the_difference_is_magnified_about_grey(rings):
    shown = difference((rings + 0.01).clamp(0, 1), rings, 10)
    assert torch.allclose(shown[rings < 0.99], torch.tensor(0.6, dtype=torch.float64))


@pytest.mark.parametrize("epsilon", [0, -0.1, 1.5, float("nan"), "small", True, None])
def test_an_epsilon_that_makes_no_sense_is_refused(net, rings, epsilon):
    with pytest.raises(BadArgument, match="at 0 nothing may change"):
        attack(net, rings, "dots", epsilon, progress=False)


def test_other_bad_input_says_what_to_write(net, rings):
    with pytest.raises(BadArgument, match="does not see in the picture already"):
        attack(net, rings, net.labels[int(outputs(net, rings).argmax())], progress=False)
    with pytest.raises(UnknownLabel, match="Nearest: 'dots'"):
        attack(net, rings, "dotts", progress=False)
    with pytest.raises(BadArgument, match="norm is 'l1'"):
        attack(net, rings, "dots", norm="l1", progress=False)
    with pytest.raises(BadArgument, match="restarts is 0"):
        attack(net, rings, "dots", restarts=0, progress=False)
    with pytest.raises(BadArgument, match="one picture expected"):
        attack(net, rings.expand(2, -1, -1, -1), "dots", progress=False)


@pytest.mark.parametrize(
    "goal", [obj.each(obj.logit(1), obj.logit(2)), obj.logit(1).at(0), obj.logit(1).at(1)], ids=str
)
def test_restarts_of_goals_for_one_picture_each_are_refused(net, rings, goal):
    with pytest.raises(BadArgument, match="one goal for all starts expected"):
        attack(net, rings, goal, restarts=2, progress=False)


def test_without_restarts_each_goal_has_its_picture(net, rings):
    found = attack(net, rings, obj.each(obj.logit(1), obj.logit(2)), steps=1, progress=False)
    assert found.images.shape == (2, *rings.shape[1:])


@pytest.mark.parametrize(("seed", "restarts"), [([], 1), ([], 2), ([1, 2, 3], 2), (range(3), 2)], ids=str)
def test_seeds_are_as_many_as_starts(net, rings, seed, restarts):
    with pytest.raises(ShapeMismatch, match=f"{len(seed)} seeds for {restarts} starts"):
        attack(net, rings, "dots", restarts=restarts, seed=seed, progress=False)


@pytest.mark.parametrize("target", [None, 1], ids=str)
def test_a_network_without_classes_is_refused(rings, target):
    maps = ph.Vision(nn.Conv2d(3, 5, 3).eval(), [0.5] * 3, [0.25] * 3, name="maps")
    with pytest.raises(ShapeMismatch, match=r"maps returns \(5, 62, 62\).*a score for each class"):
        attack(maps, rings.float(), target, progress=False)


@pytest.mark.parametrize(
    ("one", "other"), [((3, 8, 8), (3, 4, 4)), ((2, 3, 4, 4), (3, 3, 4, 4)), ((1, 4, 4), (3, 4, 4))], ids=str
)
def test_a_difference_is_of_pictures_of_one_size(one, other):
    with pytest.raises(ShapeMismatch, match="one size, and as many of each, or one"):
        difference(torch.zeros(one), torch.zeros(other))
