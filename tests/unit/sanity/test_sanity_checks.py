"""The tests that methods are put to, on networks of which the answers are known."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.testing import assert_close

import phosphene as ph
from phosphene import attribution as at
from phosphene import objectives as obj
from phosphene import sanity
from phosphene.errors import BadArgument, PhospheneError, ShapeMismatch, UnknownLabel, UnknownLayer
from tests import toys

SIZE = 8
WEIGHTS = torch.randn(2, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(3), dtype=torch.float64)


class Weighted(nn.Module):
    """Two classes, each a weighted sum of the picture."""

    def __init__(self) -> None:
        super().__init__()
        self.same, self.head = nn.Identity(), nn.Linear(WEIGHTS[0].numel(), 2).double()
        with torch.no_grad():
            self.head.weight.copy_(WEIGHTS.flatten(1))

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(self.same(x).flatten(1))
        return logits


LINEAR = ph.Vision(Weighted().eval(), [0.0] * 3, [1.0] * 3, name="weighted")
TOY = toys.vision(double=True)
EVERY = [at.gradient_times_activation(), at.gradient(), at.integrated_gradients(3)]


def pictures(count: int = 2, size: int = SIZE) -> Tensor:
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize("wrt", ["image", "input", "same"])
def test_what_a_linear_network_loses_is_the_sum_exactly(wrt: str) -> None:
    found = sanity.sensitivity_n(LINEAR, obj.logit(1), pictures(), wrt, EVERY[::2], sizes=[1, 3, 20, 63], subsets=20)
    assert_close(found.correlation, torch.ones(2, 4, 2, dtype=torch.float64), atol=1e-9, rtol=0)
    assert found.sizes.tolist() == [1, 3, 20, 63]
    plain = sanity.sensitivity_n(LINEAR, obj.logit(1), pictures(), wrt, at.gradient(), subsets=20)
    assert (plain.correlation < 0.99).all()
    assert plain.sizes[[0, -1]].tolist() == [1, round(0.8 * 64)]


def test_sensitivity_against_a_loop() -> None:
    x, goal = pictures(2, 16), obj.logit("dog") ** 2
    found = sanity.sensitivity_n(TOY, goal, x, "second", at.gradient(), sizes=[5], subsets=12, ground=0.5, seed=4)
    values = at.attribute(TOY, goal, x, "second", at.gradient())
    for picture in range(2):
        sums, losses = [], []
        for places in sanity.sensitivity._sets(5, 256, 12, 4):
            hidden = values.activation.clone()
            hidden.flatten(2)[:, :, list(places)] = 0.5
            with torch.no_grad(), ph.models.replaced(TOY, "second", hidden):
                score = TOY(x)[:, 1] ** 2
            losses.append(float(values.scores[picture] - score[picture]))
            sums.append(float(values.spatial().flatten(1)[picture, list(places)].sum()))
        assert found.correlation[0, 0, picture].item() == pytest.approx(np.corrcoef(sums, losses)[0, 1], abs=1e-9)


@pytest.mark.parametrize("ground", [0.0, 0.25])
def test_curves_of_a_linear_network_are_sums_in_their_order(ground: float) -> None:
    x = pictures()
    parts = (WEIGHTS[1] * (x - ground)).sum(1).flatten(1)
    first, last = (WEIGHTS[1] * ground).sum() + LINEAR.module.head.bias[1], (WEIGHTS[1] * x).sum((1, 2, 3))
    last = last + LINEAR.module.head.bias[1]
    shown = (WEIGHTS[1] * x).sum(1).flatten(1).argsort(1, descending=True)
    ordered = torch.cat([torch.zeros(2, 1).double(), parts.gather(1, shown).cumsum(1)], 1)[:, :: SIZE * SIZE // 16]
    method = at.gradient_times_activation()
    up = sanity.insertion(LINEAR, obj.logit(1), x, methods=method, steps=16, ground=ground)
    down = sanity.deletion(LINEAR, obj.logit(1), x, methods=[method], steps=16, ground=ground)
    assert_close(up.scores[0], (first + ordered).detach(), atol=1e-6, rtol=0)
    assert_close(down.scores[0], (last[:, None] - ordered).detach(), atol=1e-6, rtol=0)
    area = np.trapezoid((first + ordered).detach().numpy(), dx=1 / 16, axis=1)
    assert_close(up.auc[0], torch.from_numpy(area), atol=1e-6, rtol=0)


def test_what_stands_behind_the_places() -> None:
    x = pictures(1)
    up = sanity.insertion(LINEAR, obj.logit(1), x, methods="attribution.gradient()", steps=2)
    scores = LINEAR(torch.cat([x, ph.filters.gaussian(x, 0.08 * SIZE)]))[:, 1].detach()
    assert_close(up.scores[0, 0, [2, 0]], scores, atol=1e-6, rtol=0)
    assert up.fractions.tolist() == [0, 0.5, 1]


@given(st.integers(0, 100), st.integers(2, 40), st.integers(1, 6))
def test_rank_correlation_against_scipy(seed: int, count: int, levels: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    generator = torch.Generator().manual_seed(seed)
    a, b = (torch.randint(levels + 1, (1, count), generator=generator).double() for _ in range(2))
    found = sanity.rank_correlation(a, b)
    if a.unique().numel() == 1 or b.unique().numel() == 1:
        assert found.isnan().all()
    else:
        assert found.item() == pytest.approx(stats.spearmanr(a[0], b[0]).statistic, abs=1e-9)


def test_structural_similarity_against_scikit_image() -> None:
    metrics = pytest.importorskip("skimage.metrics")
    a, b = (torch.rand(1, 24, 20, generator=torch.Generator().manual_seed(n)).double() for n in (1, 2))
    a, b = ((x - x.min()) / (x.max() - x.min()) for x in (a, a + 0.5 * b))
    plain = {"data_range": 1, "gaussian_weights": True, "use_sample_covariance": False, "full": True}
    theirs = metrics.structural_similarity(a[0].numpy(), b[0].numpy(), **plain)[1]
    from kornia.metrics import ssim

    ours = ssim(a[None], b[None], 11)[0, 0].numpy()
    assert np.abs((ours - theirs)[5:-5, 5:-5]).max() < 1e-6
    assert sanity.structural_similarity(a, b).item() == pytest.approx(ours.mean())
    assert_close(sanity.structural_similarity(a, 2 * a + 1), torch.ones(1).double())
    assert sanity.structural_similarity(a, torch.ones_like(a)) < 0.1
    assert sanity.structural_similarity(a, b) < 1


def test_the_parts_are_redrawn_one_after_the_other() -> None:
    order = ["head", "second.0", "stem"]
    one, two = sanity.redrawn(TOY, order[:1], 5), sanity.redrawn(TOY, order, 5)
    own = TOY.module.state_dict()
    for name, weight in two.module.state_dict().items():
        drawn = any(name.startswith(part) for part in order) and "running" not in name
        assert torch.equal(weight, own[name]) != drawn
        assert torch.equal(weight, one.module.state_dict()[name]) != (drawn and not name.startswith("head"))
    stem, mine = two.module.stem.weight, TOY.module.stem.weight
    assert_close(stem.std(), mine.std(), rtol=0.3, atol=0)
    assert not torch.equal(stem, sanity.redrawn(TOY, order, 6).module.stem.weight)
    state = torch.get_rng_state()
    sanity.redrawn(TOY, order)
    assert torch.equal(torch.get_rng_state(), state)


def test_randomization_by_hand() -> None:
    x, goal = pictures(2, 16), obj.logit("dog")
    found = sanity.randomization(TOY, goal, x, "image", EVERY[:2], ["head", "second"], seed=2)
    assert (found.changes, found.methods) == (("head", "second"), tuple(map(repr, EVERY[:2])))
    other = sanity.redrawn(TOY, ["head", "second"], 2)
    for number, method in enumerate(EVERY[:2]):
        a, b = (at.attribute(net, goal, x, "image", method) for net in (TOY, other))
        assert_close(found.rank[number, 1], sanity.rank_correlation(a.spatial(), b.spatial()))
        maps = [one.values.abs().sum(1) for one in (a, b)]
        assert_close(found.absolute[number, 1], sanity.rank_correlation(*maps))
        assert_close(found.structure[number, 1], sanity.structural_similarity(*maps))
    again = sanity.label_randomization(TOY, other, goal, x, methods=EVERY[:2])
    assert_close(again.structure[:, 0], found.structure[:, 1])
    assert again.changes == ("labels",)
    assert "SSIM" in repr(found)
    assert "gradient()" in repr(found)


def test_the_parts_by_themselves_are_those_below_the_network() -> None:
    found = sanity.randomization(TOY, obj.logit("dog"), pictures(1, 16), methods=sanity.chance())
    assert found.changes == ("head", "unused", "second", "first", "stem")
    assert_close(found.rank, torch.ones(1, 5, 1).double())
    assert not found.passes().any()


def test_the_literatures_verdict_on_the_bundled_network() -> None:
    net, labels = ph.load("patterns"), ["dots", "rings", "bricks"]
    x = torch.stack([ph.models.patterns.draw(label, seed=1, size=64) for label in labels])
    goal = obj.each(*[obj.logit(label) for label in labels])
    order = ["head", "block4", "block3"]
    at_image = sanity.randomization(net, goal, x, "image", [at.guided_backprop(), at.gradient()], order)
    at_layer = sanity.randomization(net, goal, x, "block4", at.grad_cam(), order)
    assert at_image.absolute[0, -1].mean() > 0.6 > 0.4 > at_image.absolute[1, -1].mean()
    assert at_image.passes().tolist() == [False, True]
    assert at_layer.passes().tolist() == [True]


def test_a_report() -> None:
    x = pictures(2, 16)
    found = sanity.report(TOY, "logit('dog')", x, {"image": EVERY[:2], "second": "attribution.grad_cam()"}, steps=4)
    assert found.wrt == ("image",) * 3 + ("second",) * 2
    assert found.methods[2] == found.methods[4] == "sanity.chance()"
    assert ph.parse(found.methods[2]) == sanity.chance()
    for numbers in (found.rank, found.structure, found.insertion, found.deletion, found.sensitivity):
        assert numbers.shape == (5,)
        assert numbers.isfinite().all()
    assert not found.passes[2]
    up = sanity.insertion(TOY, "logit('dog')", x, "second", "attribution.grad_cam()", 4).auc.mean()
    assert_close(found.insertion[3], up)
    assert repr(found).count("\n") == 5


class Broken(at.Method, room="example"):
    """A method that does not come to its end."""

    after: int = 0

    def values(self, tail: at.Tail) -> Tensor:
        """Nothing."""
        tail.slope_at(tail.activation)
        raise RuntimeError("in the middle")


@pytest.mark.parametrize("method", [at.gradient(), at.guided_backprop(), Broken()], ids=repr)
def test_the_network_comes_out_as_it_went_in(method: at.Method) -> None:
    net = toys.vision()
    before, x = copy.deepcopy(net.module.state_dict()), pictures(1, 16)
    flags = [p.requires_grad for p in net.module.parameters()]
    for run in (
        lambda: sanity.randomization(net, obj.logit("dog"), x, methods=[at.gradient(), method]),
        lambda: sanity.report(net, obj.logit("dog"), x, {"image": method}, steps=2),
        lambda: sanity.randomization(net, obj.logit("dog"), x, methods=method, layers=["head", "nothing"]),
    ):
        try:
            run()
        except (RuntimeError, PhospheneError):
            assert isinstance(method, Broken) or "nothing" in str(run.__code__.co_consts)
        for name, weight in net.module.state_dict().items():
            assert torch.equal(weight, before[name])
        assert [p.requires_grad for p in net.module.parameters()] == flags
        assert all(p.grad is None for p in net.module.parameters())
        for child in net.module.modules():
            assert not child._forward_hooks
            assert not child._forward_pre_hooks


X = pictures(1, 16)


@pytest.mark.parametrize(
    ("run", "kind", "match"),
    [
        (lambda: sanity.randomization(TOY, obj.logit(0), X, methods=[]), BadArgument, "no methods.*at least one"),
        (
            lambda: sanity.randomization(TOY, obj.logit(0), X, methods=at.gradient),
            BadArgument,
            "with their parentheses",
        ),
        (lambda: sanity.randomization(TOY, obj.logit(0), X, layers=["haed"]), UnknownLayer, "'haed'.*'head'"),
        (lambda: sanity.randomization(TOY, obj.logit(0), X, layers=["relu"]), BadArgument, "'relu'.*with weights"),
        (lambda: sanity.randomization(TOY, obj.logit(0), X, layers="head"), BadArgument, "a list of names"),
        (lambda: sanity.randomization(TOY, obj.logit(0), X, seed=-1), BadArgument, "seed is -1"),
        (lambda: sanity.randomization({"a": TOY}, obj.logit(0), X), BadArgument, r"several networks \(a\)"),
        (lambda: sanity.randomization(TOY, obj.logit("cow"), X), UnknownLabel, "cow"),
        (lambda: sanity.insertion(TOY, obj.logit(0), X, steps=0), BadArgument, "steps is 0"),
        (lambda: sanity.deletion(TOY, obj.logit(0), X, ground=2), BadArgument, "ground.* is 2"),
        (lambda: sanity.deletion(TOY, obj.logit(0), X, ground="black"), BadArgument, "'black'"),
        (lambda: sanity.sensitivity_n(TOY, obj.logit(0), X, sizes=[256]), BadArgument, "256 of 256.*write 255"),
        (lambda: sanity.sensitivity_n(TOY, obj.logit(0), X, sizes=[0]), BadArgument, "size is 0"),
        (lambda: sanity.sensitivity_n(TOY, obj.logit(0), X, subsets=2), BadArgument, "subsets is 2"),
        (lambda: sanity.sensitivity_n(TOY, obj.logit(0), X, "output"), ShapeMismatch, "a layer with places"),
        (lambda: sanity.report(TOY, obj.logit(0), X, []), BadArgument, "methods by layer"),
        (lambda: sanity.rank_correlation(X, X[:, :1]), ShapeMismatch, "two of the same shape"),
    ],
)
def test_bad_input(run: object, kind: type[Exception], match: str) -> None:
    with pytest.raises(kind, match=match):
        run()
