"""Attributions of known pictures, their shapes and sums, and what is refused."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close

import phosphene as ph
from phosphene import attribution as at
from phosphene import objectives as obj
from phosphene.errors import (
    AmbiguousLayer,
    BadArgument,
    BadPicture,
    Detached,
    Nonfinite,
    RuleUnmatched,
    ShapeMismatch,
    UnknownLabel,
    UnknownLayer,
    UnknownModel,
)
from phosphene.models import rules
from tests import toys

NET = toys.vision()
GOAL = obj.logit("dog")


def pictures(count: int = 2, size: int = 16) -> Tensor:
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(0))


def two_patterns(left: str, right: str, size: int = 192) -> Tensor:
    """A picture with one pattern in its left half and another in its right one."""
    one, two = (ph.models.patterns.draw(label, seed=1, size=size) for label in (left, right))
    return torch.cat([one[..., : size // 2], two[..., size // 2 :]], dim=-1)


@pytest.mark.parametrize("method", [at.gradient_times_activation(), at.integrated_gradients()], ids=repr)
@pytest.mark.parametrize("layer", ["block3", "block4"])
@pytest.mark.parametrize("stripes", ["stripes 0", "stripes 45"])
def test_dots_are_found_where_they_are(layer, method, stripes):
    net = ph.models.load("patterns")
    found = at.attribute(net, "logit('dots')", two_patterns(stripes, "dots"), layer, method)
    positive = found.spatial()[0].clamp_min(0)
    middle = positive.shape[1] // 2
    assert positive[:, middle:].sum() >= 0.8 * positive.sum()


class Tokens(nn.Module):
    """Patches as tokens, (B, T, C), and a class of their mean."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.patches, self.head = nn.Conv2d(3, 6, 4, 4), nn.Linear(6, 5)
        self.tokens = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.tokens(self.patches(x).flatten(2).transpose(1, 2))
        logits: Tensor = self.head(tokens.mean(1))
        return logits


def test_vectors_and_tokens():
    net = ph.Vision(Tokens(), [0.5] * 3, [0.5] * 3, size=16)
    found = at.attribute(net, obj.logit(1), pictures(), "tokens")
    assert found.values.shape == (2, 6, 16)
    assert (found.spatial().shape, found.channels().shape) == ((2, 1, 16), (2, 6))
    places = found.activation.mean(2) * net.module.head.weight[1].detach()
    assert_close(found.channels(), places)
    vector = at.attribute(net, obj.logit(1), pictures(), "output")
    assert (vector.spatial().shape, vector.channels().shape) == ((2, 1, 1), (2, 5))
    assert_close(vector.spatial().flatten(), vector.scores)


def test_sums_over_places_and_channels():
    found = at.attribute(NET, GOAL, pictures(), "second")
    assert (found.spatial().shape, found.channels().shape) == ((2, 16, 16), (2, 6))
    assert_close(found.spatial().flatten(1).sum(1), found.channels().sum(1))


def test_it_prints_what_was_asked():
    found = at.attribute(NET, "logit('dog')", pictures(10), "second", "attribution.integrated_gradients(steps=2)")
    text = repr(found).splitlines()
    assert (
        text[0]
        == "Attribution of logit('dog') to 'second' (10, 6, 16, 16) by attribution.integrated_gradients(steps=2)"
    )
    assert text[1].startswith("  picture 0: score ")
    assert text[-1] == "  ..."


def test_what_is_missing():
    ones = torch.ones(2, 3)
    found = at.Attribution(ones, ones, ones, torch.tensor([5.0, 3.0]), torch.tensor([1.0, 3.0]))
    assert found.missing[0] == 0.25
    assert found.missing[1] > 1e6
    assert at.Attribution(ones, ones, ones, torch.zeros(2)).missing.isnan().all()


def test_coupled_pictures_add_up_over_the_batch():
    goal = obj.logit(3) - 0.1 * obj.diversity("first")
    found = at.attribute(NET, goal, pictures(), "stem", at.integrated_gradients(200, tolerance=None))
    assert math.isclose(float(found.values.sum()), float((found.scores - found.baseline).sum()), rel_tol=0.02)
    with pytest.raises(BadArgument, match=r"chunk=1 for an objective that couples the 2 pictures"):
        at.attribute(NET, goal, pictures(), "stem", chunk=1)


@pytest.mark.parametrize("chunk", [1, 2, 3, 100])
def test_chunks_of_pictures(chunk):
    goal = obj.each(obj.logit(1), obj.logit(2), obj.logit(0))
    whole = at.attribute(NET, goal, pictures(4), "stem")
    assert_close(at.attribute(NET, goal, pictures(4), "stem", chunk=chunk).values, whole.values, atol=1e-6, rtol=1e-4)
    assert not whole.values[3].abs().sum()


def state(vision: ph.Vision) -> tuple[object, ...]:
    modules = list(vision.module.modules())
    hooks = [len(m._forward_hooks) + len(m._forward_pre_hooks) for m in modules]
    weights = [(p.data_ptr(), p.stride(), p.requires_grad, p.grad is None) for p in vision.module.parameters()]
    return vision.digest(), hooks, weights, [m.training for m in modules], torch.is_grad_enabled()


def test_the_network_is_left_as_it_was():
    net = toys.vision()
    before, generator = state(net), torch.get_rng_state()
    at.attribute(net, obj.expect(GOAL, ph.transforms.jitter(2), 2), pictures(), "image", rules=rules.leaky_gate())
    at.attribute(net, GOAL, pictures(), "second", at.integrated_gradients(3))
    at.between(net, "stem", "output", pictures())
    with pytest.raises(Nonfinite):
        at.attribute(net, (GOAL - 1000).map("log"), pictures(), "second")
    with pytest.raises(Detached):
        at.attribute(net, obj.channel("stem", 0), pictures(), "second")
    assert state(net) == before
    assert torch.equal(torch.get_rng_state(), generator)


@pytest.mark.parametrize("around", [torch.no_grad, torch.inference_mode])
def test_it_needs_no_gradients_around_it(around):
    expected = at.attribute(NET, GOAL, pictures(), "stem")
    with around():
        found = at.attribute(NET, GOAL, pictures(), "stem")
    assert torch.equal(found.values, expected.values)
    assert not found.values.requires_grad


def test_twice_is_the_same():
    goal = obj.expect(GOAL, ph.transforms.jitter(2), 2)
    one, two = (at.attribute(NET, goal, pictures(), "stem") for _ in range(2))
    assert torch.equal(one.values, two.values)


def test_layers_called_twice():
    shared = nn.ReLU()
    net = ph.Vision(nn.Sequential(nn.Conv2d(3, 4, 3), shared, nn.Conv2d(4, 4, 3), shared), [0.5] * 3, [0.5] * 3)
    goal = obj.channel("output", 1)
    with pytest.raises(
        AmbiguousLayer, match=r"attribute\(wrt='1'\) looks at layer '1', which .* calls 2 times.*'1#0', '1#1'"
    ):
        at.attribute(net, goal, pictures(), "1")
    first, last = (at.attribute(net, goal, pictures(), f"1#{k}") for k in range(2))
    assert (first.values.shape, last.values.shape) == ((2, 4, 14, 14), (2, 4, 12, 12))
    assert_close(last.spatial().flatten(1).sum(1), last.scores)


def test_bad_input():
    x = pictures()
    for arguments, error, match in (
        (("logit('dog')", x, "secnd"), UnknownLayer, r"attribute\(wrt='secnd'\) looks at layer 'secnd'.*'second'"),
        ((GOAL, x, 3), BadArgument, r"attribute\(wrt=3\): layer 3"),
        ((GOAL, x, "a:stem"), UnknownModel, "'a:stem' names the network 'a'. a single network was given. write 'stem'"),
        ((obj.channel("stm", 0), x), UnknownLayer, "channel.'stm', 0. looks at layer 'stm'"),
        ((obj.channel("stem", 6), x), ShapeMismatch, "6"),
        ((obj.logit("dgo"), x), UnknownLabel, "dog"),
        ((obj.logit(0).at(2), x), ShapeMismatch, "names picture 2. 2 given, counted from 0. hand over 3"),
        ((obj.channel("stem", 0), x, "second"), Detached, "does not depend on 'second'.*write an earlier layer"),
        ((obj.tv(), x, "stem"), Detached, "does not depend on 'stem'"),
        ((3, x), BadArgument, "the objective 3"),
        ((GOAL, x - 1), BadPicture, "values from"),
        ((GOAL, x, "stem", at.integrated_gradients), BadArgument, "with its parentheses"),
        ((GOAL, x, "stem", "rules.guided()"), BadArgument, r"method is rules.guided\(\)"),
        (((GOAL - 1000).map("log"), x), Nonfinite, "finite scores expected"),
        (
            (GOAL, x, "stem", at.integrated_gradients(baseline=torch.zeros(6, 3))),
            ShapeMismatch,
            r"\(6, 16, 16\), expected",
        ),
    ):
        with pytest.raises(error, match=match):
            at.attribute(NET, *arguments)
    with pytest.raises(UnknownModel, match=r"names the network 'b'.*'a:stem'"):
        at.attribute({"a": NET}, obj.logit(0, layer="a:output"), x, "b:stem")
    with pytest.raises(RuleUnmatched, match="soft_pool"):
        at.attribute(NET, GOAL, x, rules=rules.soft_pool())
    with pytest.raises(BadArgument, match="attribute: chunk is 0"):
        at.attribute(NET, GOAL, x, chunk=0)
    with pytest.raises(BadArgument, match="a bare network"):
        at.attribute(NET.module, GOAL, x)


def test_at_another_size_it_is_that_of_the_resized_picture() -> None:
    """The network sees 64 px; the picture has 48. Behind the resize everything is the same."""
    net, picture = ph.models.load("patterns"), ph.models.patterns.draw("dots", seed=1, size=48)[None]
    resized = torch.nn.functional.interpolate(picture, (64, 64), mode="bilinear", align_corners=False)
    seen = ph.attribute(net, "logit('dots')", picture, wrt="block4", size=64)
    direct = ph.attribute(net, "logit('dots')", resized.clamp(0, 1), wrt="block4", size=(64, 64))
    assert seen.values.shape == (1, 128, 4, 4)
    assert torch.allclose(seen.values, direct.values, atol=1e-4)
    assert ph.attribute(net, "logit('dots')", picture, wrt="image", size=64).values.shape == (1, 3, 48, 48)
    assert at.between(net, "block3", "block4", picture, size=64).shape == (1, 4, 4, 8, 8)
