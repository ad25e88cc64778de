"""Terms that look at regions: their formula, the way of their masks, what they refuse, and a small doodle."""

import pickle
import warnings

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close

import phosphene as ph
from phosphene import objectives as obj
from phosphene import param
from phosphene import transforms as tf
from phosphene.errors import BadArgument, BadPicture, ShapeMismatch
from phosphene.language import parse
from phosphene.models import RegionWarning
from phosphene.objectives import Channel, Region, Site, expect, region_style, sites, style, term
from phosphene.objectives.evaluate import Context
from phosphene.objectives.lower import Program
from phosphene.objectives.matching import gram
from phosphene.render.views import Views
from phosphene.render.ways import Draws
from phosphene.seeds import stream
from phosphene.serialize import from_json, load, save, to_json
from tests import toys
from tests.strategies import numbers

PHOTO = torch.rand(3, 16, 16, generator=stream(1, "photo"))
CANVAS = torch.rand(2, 3, 16, 16, generator=stream(2, "canvas"))
LEFT = torch.zeros(16, 16)
LEFT[:, :8] = 1


def pointwise():
    """A network without receptive field: the colors and a constant."""
    conv = nn.Conv2d(3, 4, 1)
    with torch.no_grad():
        conv.weight.copy_(torch.eye(4, 3)[:, :, None, None])
        conv.bias.copy_(torch.tensor([0.0, 0, 0, 1]))
    return ph.Vision(nn.Sequential(conv).eval(), [0.0] * 3, [1.0] * 3, name="pointwise")


def seen(vision, objective, canvas, transforms=tf.identity, seeds=(5, 6), **more):
    """What an objective is given of a canvas, by site."""
    views = Views({"": vision}, sites(objective), transforms, {"": None}, **more)
    views.capture_targets(canvas, objective)
    return views.activations(canvas, Draws(seeds[: len(canvas)], 3, 0))


@term
def region_mean(activation: Tensor, *, index: Channel, region: Region) -> Tensor:
    """Mean of a channel over a region."""
    weighted = activation[:, index] * region[:, 0]
    return weighted.flatten(1).sum(1) / region.flatten(1).sum(1).clamp_min(1e-12)


def mean_gram(a, m):
    total = np.zeros((a.shape[0],) * 2)
    for i, j in np.ndindex(m.shape):
        total += m[i, j] * np.outer(a[:, i, j], a[:, i, j])
    return total / m.sum()


@pytest.mark.parametrize(("convention", "factor"), [("gatys", 1 / 64), ("johnson", 1 / 16), ("mse", 1 / 256)])
def test_formula(convention, factor):
    a, target = numbers(1, 3, 4, 5, 6), numbers(2, 1, 4, 5, 6)
    m, n = numbers(3, 3, 1, 5, 6).abs(), numbers(4, 1, 1, 5, 6).abs()
    one = region_style("a", PHOTO, convention, LEFT, 1 - LEFT)
    _, target_site, region, like_region = ("a", *obj.analysis.target_sites(one).values())
    score = one({"a": a, target_site: target, region: m, like_region: n})
    goal = mean_gram(target[0].numpy(), n[0, 0].numpy())
    wanted = [((mean_gram(x.numpy(), y[0].numpy()) - goal) ** 2).sum() * factor for x, y in zip(a, m, strict=True)]
    assert score.tolist() == pytest.approx(wanted)
    everywhere = one({"a": a, target_site: target, region: torch.ones_like(m), like_region: torch.ones_like(n)})
    assert_close(everywhere, style("a", PHOTO, convention)({"a": a, target_site: target}))


def test_regions_add_up_to_the_whole():
    a, m = numbers(1, 2, 4, 5, 6), numbers(3, 2, 1, 5, 6).abs()
    parts = [gram(a, x) * x.mean((2, 3)).unsqueeze(2)[:, 0, None] for x in (m, 1 - m)]
    assert_close(parts[0] + parts[1], gram(a))
    assert torch.isfinite(gram(a, 0 * m)).all()


def test_the_gram_matrix_of_a_rectangle_is_that_of_the_crop():
    vision, mask, other = pointwise(), torch.zeros(16, 16), torch.zeros(16, 16)
    mask[3:9, 2:14], other[10:16, 1:8] = 1, 1
    one = region_style("0", PHOTO, "gatys", mask, other)
    score = one(seen(vision, one, CANVAS))
    crop, target = CANVAS[:, :, 3:9, 2:14], PHOTO[None, :, 10:16, 1:8]
    assert_close(score, style.function(vision(crop), like=gram(vision(target)), convention="gatys"))


def test_a_target_of_another_size_and_proportion():
    wide = torch.rand(3, 8, 24, generator=stream(3, "photo"))
    mask = torch.zeros(8, 24)
    mask[:, :12] = 1
    one = region_style("0", wide, "gatys", LEFT, mask)
    here = seen(pointwise(), one, CANVAS)
    assert here[obj.analysis.target_sites(one)["like_region"]].shape == (1, 1, 16, 16)
    assert torch.equal(here[obj.analysis.target_sites(one)["region"]][0, 0], LEFT)


MOVES = [
    tf.identity,
    tf.jitter(4),
    tf.rotate(-40, 40) >> tf.scale(0.7, 1.4),
    tf.pad(3, fill="edge") >> tf.jitter(2) >> tf.crop(12),
    tf.noise(0.5) >> tf.rotate(20) >> tf.noise(0.1),
    (tf.jitter(3) | tf.noise(0.1)) >> tf.resize(24),
]


@pytest.mark.parametrize("transforms", MOVES, ids=repr)
@pytest.mark.parametrize("path", [None, tf.center_crop(9), tf.rotate(-20, 20)], ids=repr)
def test_a_mask_goes_where_its_picture_goes(transforms, path):
    """A canvas painted as its own mask: what the network sees of it is the region there."""
    soft = torch.rand(16, 16, generator=stream(4, "mask"))
    one = region_mean("input", 0, soft)
    one = one if path is None else one @ path if path.deterministic else expect(one, path, 2)
    still = "noise" not in repr(transforms)
    here = seen(toys.vision(None), one, soft.expand(2, 3, 16, 16), transforms)
    regions = [site for site in sites(one) if site.region]
    assert len(regions) == (2 if path is not None and not path.deterministic else 1)
    for site in regions:
        picture = here[site._replace(region=None)]
        assert here[site].shape[-2:] == picture.shape[-2:]
        assert here[site].min() >= 0
        assert here[site].max() <= 1
        if still:
            assert_close(here[site].expand(2, -1, -1, -1), picture[:, :1], atol=1e-5, rtol=0)


def test_what_noise_and_fills_do_to_a_mask():
    one = region_mean("input", 0, torch.ones(16, 16))
    (site,) = [site for site in sites(one) if site.region]
    assert_close(seen(toys.vision(None), one, CANVAS, tf.noise(0.5))[site], torch.ones(2, 1, 16, 16))
    padded = seen(toys.vision(None), one, CANVAS, tf.pad(2) >> tf.noise(0.5))[site]
    assert_close(padded[0], nn.functional.pad(torch.ones(1, 16, 16), (2, 2, 2, 2)))


def test_a_region_follows_the_network():
    one = region_mean("relu", 0, LEFT)
    here = seen(toys.vision(), one, CANVAS)
    wanted = ph.models.propagate(toys.vision(), LEFT[None], ["relu"])["relu"]
    assert torch.equal(here[Site("relu", (), None, obj.analysis.target_sites(one)["region"].region)], wanted)
    both = one + region_mean("stem", 1, 1 - LEFT) + region_mean("image", 1, LEFT) + obj.channel("stem", 1)
    here = seen(toys.vision(), both, CANVAS, tf.jitter(2))
    assert set(sites(both)) == set(here)
    program, _ = Program(both)(here, Context(2))
    assert_close(program, both(here))


def test_a_view_without_the_region_scores_nothing():
    corner = torch.zeros(16, 16)
    corner[:2, :2] = 1
    one = region_style("0", PHOTO, "gatys", corner, LEFT) @ tf.center_crop(6)
    with pytest.warns(RegionWarning, match="covers at most 0%"):
        here = seen(pointwise(), one, CANVAS)
    assert one(here).tolist() == [0, 0]


def test_a_mask_is_a_value(tmp_path):
    one = -2 * region_style("a", PHOTO, "gatys", LEFT, 1 - LEFT) + region_mean("a", 1, LEFT)
    for again in (parse(repr(one)), from_json(to_json(one)), pickle.loads(pickle.dumps(one))):
        assert again == one
    save(one, tmp_path / "goal.json")
    assert load(tmp_path / "goal.json") == one
    kinds = (
        LEFT,
        LEFT.bool(),
        LEFT.numpy(),
        LEFT.to(torch.uint8),
        255 * LEFT.to(torch.uint8),
        LEFT[None],
        LEFT[None, None],
    )
    assert len({region_mean("a", 0, mask) for mask in kinds}) == 1
    assert region_mean("a", 0, LEFT) != region_mean("a", 0, 1 - LEFT)
    assert [site.picture is None for site in obj.analysis.target_sites(one.children[0].children[0]).values()] == [
        False,
        True,
        False,
    ]


REFUSED = {
    "empty": (lambda: region_mean("stem", 0, 0 * LEFT), BadPicture, "region_mean: region is empty. a mask that is 1"),
    "range": (lambda: region_mean("stem", 0, 2 * LEFT), BadPicture, "values from 0 to 2"),
    "two": (lambda: region_mean("stem", 0, torch.ones(2, 1, 4, 4)), BadPicture, "region_mean: region is 2 pictures"),
    "colors": (lambda: region_mean("stem", 0, PHOTO), BadPicture, r"a picture of shape \(3, 16, 16\). \(1, H, W\)"),
    "proportions": (
        lambda: region_mean("stem", 0, LEFT[:8]),
        ShapeMismatch,
        "a region of 8 x 16 pixels at layer 'stem'. the painted picture has 16 x 16, other proportions. make the mask",
    ),
    "proportions of the target": (
        lambda: region_style("stem", PHOTO, "mse", LEFT, LEFT[:, :9]),
        ShapeMismatch,
        "a region of 16 x 9 pixels at layer 'stem'. its target picture has 16 x 16, other proportions",
    ),
    "vector": (
        lambda: region_mean("head", 0, LEFT),
        ShapeMismatch,
        "a region at layer 'head' of toy.*mean leaves no place for it.*choose an earlier layer",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what):
    build, kind, message = REFUSED[what]
    with pytest.raises(kind, match=message):
        ph.render(toys.vision(), build(), param.pixel(16), steps=1, progress=False)


def test_a_region_of_tiles_is_refused():
    with pytest.raises(BadArgument, match=r"of a picture that is seen in tiles\. the whole picture"):
        seen(toys.vision(), region_mean("stem", 0, LEFT), CANVAS, whole=False)


def test_a_pixel_that_vanishes_is_refused():
    speck = torch.zeros(400, 400)
    speck[200, 200] = 1e-45
    with pytest.raises(BadPicture, match="nothing left of it at 16 x 16"):
        seen(toys.vision(), region_mean("stem", 0, speck), CANVAS)


@pytest.mark.parametrize("transforms", [tf.identity, tf.jitter(2)], ids=repr)
def test_a_thin_region_warns_once(transforms):
    thin = torch.zeros(16, 16)
    thin[:, 5] = 1
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ph.render(toys.vision(), region_mean("second", 0, thin), param.pixel(16), transforms, steps=2, progress=False)
    told = [str(one.message) for one in caught if one.category is RegionWarning]
    assert len(told) == 1
    assert "at most 30% of a position of layer 'second' of toy" in told[0]


def test_a_doodle_of_two_regions():
    """The picture's left takes the means of the target's top, its right those of the target's bottom."""
    target, top = 0.1 * PHOTO, torch.zeros(16, 16)
    top[:8] = 1
    target[0, :8] += 0.8
    target[2, 8:] += 0.6
    goal = -region_style("0", target, "gatys", LEFT, top) - region_style("0", target, "gatys", 1 - LEFT, 1 - top)
    made = ph.render(
        pointwise(),
        goal,
        param.pixels(16) >> param.sigmoid(),
        tf.identity,
        steps=300,
        optimizer=ph.adam(0.1),
        seed=0,
        progress=False,
    )
    image = made.images[0]
    for mine, wanted in ((image[:, :, :8], target[:, :8]), (image[:, :, 8:], target[:, 8:])):
        assert_close(mine.mean((1, 2)), wanted.mean((1, 2)), atol=0.03, rtol=0)


def test_stages_take_the_regions_to_their_size():
    goal = -region_style("first", PHOTO, "mse", LEFT, LEFT)
    stages = (ph.stage(2), ph.stage(2, size=24))
    made = ph.render(toys.vision(None), goal, param.pixel(16), tf.standard, stages=stages, batch=2, progress=False)
    assert made.images.shape == (2, 3, 24, 24)
    alone = ph.render(toys.vision(None), goal, param.pixel(16), tf.standard, stages=stages, seed=1, progress=False)
    assert_close(made.scores[:, 1:], alone.scores, rtol=1e-4, atol=1e-7)


def test_regions_of_several_networks():
    goal = -region_style("a:stem", PHOTO, "mse", LEFT, LEFT) - region_style("b:second", PHOTO, "mse", 1 - LEFT, LEFT)
    goal = goal + region_mean("image", 0, LEFT)
    models = {"a": toys.vision(None), "b": toys.vision(12)}
    made = ph.render(models, goal, param.pixel(16), tf.jitter(1), steps=2, batch=2, progress=False)
    assert made.scores.shape == (2, 2)
