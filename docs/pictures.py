"""The pictures of the pages beside this file: `python docs/pictures.py [page ...]` makes them, with the library alone.

`SHOWN` has an entry for every word: the text of a value, as it stands on the page. Everything is drawn and painted with the
bundled network, always from the same seeds; a minute or two on one core.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from drawing import SIZE, Apart, Painter, Waves, card, plot, strip
from PIL import Image, ImageDraw
from torch import Tensor, nn

import phosphene as ph
from phosphene import atlas, collection, embeddings, examples, param
from phosphene import transforms as tf
from phosphene.figures.colors import signed
from phosphene.models import patterns, rules
from phosphene.objectives.functions import Elementwise
from phosphene.render import Moment, gradients, operators
from phosphene.render.constraints import Constraint
from phosphene.render.optimizers import Optimizer
from phosphene.render.schedules import Schedule
from phosphene.seeds import stream
from phosphene.values import Value, hold

HERE = Path(__file__).parent / "pictures"
STORE = Path(tempfile.gettempdir()) / "phosphene-docs-icons"


class Shown(NamedTuple):
    """What a picture shows: the text of a value, that of the goal without it, and how many pictures are painted."""

    source: str
    before: str = ""
    batch: int | None = None


GOAL = "logit('hexagons')"
SCORE = "channel('block3', 17)"


def beside(penalty: str, before: str = SCORE, batch: int | None = None) -> Shown:
    """A score alone, and with something subtracted."""
    return Shown(f"{before} - {penalty}", before, batch)


SHOWN: dict[str, dict[str, Shown]] = {
    "objectives": {
        "channel": Shown("channel('block3', 17)"),
        "neuron": Shown("neuron('block3', 17, y=4, x=4)"),
        "layer": Shown("layer('block2')"),
        "logit": Shown("logit('spiral')"),
        "logprob": Shown("logprob('spiral')"),
        "prob": Shown("prob('spiral')"),
        "spatial": Shown("spatial('block4', vector)"),
        "direction": Shown("direction('block4', vector)"),
        "tensor_direction": Shown("tensor_direction('block4', sheet)"),
        "cosine_direction": Shown("cosine_direction('block4', vector, 4, 'exact')"),
        "cosine_spatial": Shown("cosine_spatial('block4', vector, 4)"),
        "dot": Shown("dot('block2', card)"),
        "caricature": Shown("caricature('block2', card, 1, 'exact')"),
        "guide": Shown("guide('block2', card)"),
        "grad": beside("1e3*l2(layer=grad(logprob('spiral'), 'input'))", "logprob('spiral')"),
        "facet": Shown("logit('stars') + 60*facet('block3', logit('stars'), striped)", "logit('stars')"),
        "content": Shown("-content('block2', card, 'relative')"),
        "style": Shown("-style('block1', card, 'gatys')"),
        "region_style": Shown("-region_style('block1', card, 'gatys', region=left, like_region=left)"),
        "lab_distance": beside("0.2*lab_distance(card)"),
        "tv": beside("tv()"),
        "l1": beside("0.3*l1(center=0.5)"),
        "l2": beside("0.3*l2(center=0.5)"),
        "lp": beside("2000*lp(6, center=0.5)"),
        "linf": beside("8*linf(center=0.5)"),
        "boundary": beside("20*boundary(width=12)"),
        "blur": beside("60*blur()"),
        "each": Shown("each(logit('hexagons'), logit('spiral'), logit('hearts'))"),
        "interpolate": Shown("interpolate(logit('hexagons'), logit('spiral'))", batch=4),
        "place": Shown("place()*logit('spiral')", batch=4),
        "diversity": beside("0.5*diversity('block2')", batch=3),
        "alignment": beside("2*alignment('block1')", "interpolate(logit('hexagons'), logit('spiral'))", 4),
        "contrastive": Shown("-contrastive('pool', (0, 0, 1, 1), 'hadsell', margin=4)"),
        "triplet": Shown("-triplet('pool', (0, 0, 1, 1), margin=8)"),
        "quadruplet": Shown("-quadruplet('pool', (0, 0, 1, 2), margin=8, second=8)"),
        "n_pair": Shown("-n_pair('pool', (0, 0, 1, 1))"),
        "center": Shown("-center('pool', (0, 0, 1, 1), centers=classes)"),
        "sphereface": Shown("-sphereface('pool', (0, 0, 1, 1), centers=classes)"),
        "cosface": Shown("-cosface('pool', (0, 0, 1, 1), centers=classes)"),
        "arcface": Shown("-arcface('pool', (0, 0, 1, 1), centers=classes)"),
        "subcenter_arcface": Shown("-subcenter_arcface('pool', (0, 0, 1, 1), centers=parts)"),
        "from_module": Shown("-from_module('pool', (0, 0, 1, 1), loss)"),
        "expect": Shown("expect(logprob('spiral'), tf.rotate(-45, 45), 4)", "logprob('spiral')"),
        "const": Shown("const(2) + channel('block3', 17)", SCORE),
        **{name: Shown(name) for name in ("log", "exp", "sqrt", "relu", "softplus", "sigmoid", "tanh", "absolute")},
        "clamp": Shown("clamp(-1, 1)"),
    },
    "param": {
        "param.pixel": Shown("param.pixel(64)"),
        "param.pixels": Shown("param.pixels(64, sd=0.5) >> param.sigmoid()"),
        "param.fourier": Shown("param.fourier(64)"),
        "param.spectrum": Shown("param.spectrum(64, decay=1.5) >> param.sigmoid()"),
        "param.pyramid": Shown("param.pyramid(64, sd=0.3) >> param.sigmoid()"),
        "param.maco": Shown("param.maco(64)"),
        "param.phase": Shown("param.phase(64, 'power', 0.5) >> param.sigmoid()"),
        "param.cppn": Shown("param.cppn(64, hidden=12, layers=5) >> param.sigmoid()"),
        "param.shared": Shown("param.shared(param.pixels(8, sd=0.5), 64) >> param.sigmoid()", batch=2),
        "param.stack": Shown(
            "param.spectrum(64) + param.shared(param.pixels(4, sd=0.5), 64) >> param.sigmoid()", batch=2
        ),
        "param.composed": Shown("param.spectrum(64) >> param.sigmoid()"),
        "param.maps": Shown("param.pixels(64) >> (param.decorrelate('imagenet') >> param.sigmoid())"),
        "param.decorrelate": Shown("param.spectrum(64) >> param.decorrelate(card) >> param.sigmoid()"),
        "param.sigmoid": Shown("param.spectrum(64) >> param.sigmoid(0.25, 0.75)"),
        "param.clip": Shown("param.pixels(64, mean=0.5) >> param.clip()"),
        "param.unbounded": Shown("param.pixels(64, mean=0.5) >> param.unbounded()"),
        "param.repeat": Shown("param.fourier(64, channels=1) >> param.repeat(3)"),
        "param.started": Shown("param.fourier(64).starting_from(card)"),
        "param.masked": Shown("param.masked(param.fourier(64), left, card)"),
        "param.alpha": Shown("param.alpha(param.pixel(64, channels=4))"),
        "param.transparent": Shown("param.transparent(64)"),
        "param.keep_alpha": Shown(
            "param.alpha(param.pixels(64, channels=4) >> param.keep_alpha(param.decorrelate('imagenet'))"
            " >> param.sigmoid())"
        ),
        "param.masks": Shown("param.masks(card, segments, fill=0.5) >> param.clip()"),
        "param.latent": Shown("param.latent(generator, 24)"),
        "param.network": Shown("generator"),
        "param.codes.normal": Shown("param.latent(generator, param.codes.normal(24, sd=3))"),
        "param.codes.sphere": Shown("param.latent(generator, param.codes.sphere(24, radius=20))"),
        "param.codes.simplex": Shown("param.latent(generator, param.codes.simplex(24))"),
        "param.codes.interval": Shown("param.latent(generator, param.codes.interval(24, -2, 2))"),
        "param.codes.frozen": Shown(
            "param.latent(generator, code=param.codes.normal(24), light=param.codes.frozen((1, 0.6, 0.2)))"
        ),
        "param.weights": Shown("param.weights(painter, card, 1) >> param.sigmoid()"),
        "param.given": Shown("-content('block1', param.given(), 'mse')"),
    },
    "transforms": {
        "tf.identity": Shown("tf.identity"),
        "tf.pad": Shown("tf.pad(12)"),
        "tf.jitter": Shown("tf.jitter(16, fill='wrap')"),
        "tf.translate": Shown("tf.translate(0.25, fill=0.5)"),
        "tf.flip": Shown("tf.flip(0.5)"),
        "tf.scale": Shown("tf.scale(0.5, 1.5, fill=0.5)"),
        "tf.rotate": Shown("tf.rotate(-45, 45, fill=0.5)"),
        "tf.shear": Shown("tf.shear(-30, 30, fill=0.5)"),
        "tf.place": Shown("tf.place(0.3, 0.8, fill=0.5)"),
        "tf.perspective": Shown("tf.perspective(0.45, fill=0.5)"),
        "tf.elastic": Shown("tf.elastic(2, 5, fill=0.5)"),
        "tf.crop": Shown("tf.crop(40)"),
        "tf.center_crop": Shown("tf.center_crop(40)"),
        "tf.resize": Shown("tf.resize(16)"),
        "tf.roam": Shown("tf.roam(64)"),
        "tf.crops": Shown("tf.crops(64, 0.25, 0.5)"),
        "tf.globe": Shown("tf.globe()"),
        "tf.noise": Shown("tf.noise(0.1, 0.3)"),
        "tf.uniform_noise": Shown("tf.uniform_noise(0.2, 0.4)"),
        "tf.dropout": Shown("tf.dropout(0.1, 0.4, cell=4)"),
        "tf.blur": Shown("tf.blur(0.5, 3)"),
        "tf.jpeg": Shown("tf.jpeg(2, 10)"),
        "tf.brightness": Shown("tf.brightness(-0.4, 0.4)"),
        "tf.contrast": Shown("tf.contrast(0.2, 2)"),
        "tf.saturation": Shown("tf.saturation(0, 2)"),
        "tf.hue": Shown("tf.hue(-180, 180)"),
        "tf.gamma": Shown("tf.gamma(0.4, 2.5)"),
        "tf.printing": Shown("tf.printing()"),
        "tf.sequence": Shown("tf.rotate(-45, 45) >> tf.noise(0.2)"),
        "tf.choice": Shown("tf.rotate(90) | tf.hue(120) | tf.identity"),
        "tf.frozen": Shown("tf.frozen(tf.rotate(-45, 45), seed=3)"),
        **{
            f"tf.{name}": Shown(f"tf.{name}")
            for name in ("standard", "lucid", "wide", "maco", "eot_2d", "eot_print", "eot_3d")
        },
    },
    "render": {
        "gradients.normalize": Shown("gradients.normalize('rms')"),
        "gradients.sign": Shown("gradients.sign()"),
        "gradients.clip": Shown("gradients.clip(0.5, 'rms')"),
        "gradients.percentile": Shown("gradients.percentile(95)"),
        "gradients.blur": Shown("gradients.blur(2)"),
        "gradients.laplacian": Shown("gradients.laplacian(4)"),
        "gradients.sobolev": Shown("gradients.sobolev(1, 'imagenet')"),
        "gradients.tiles": Shown("gradients.tiles(32)"),
        "operators.decay": Shown("operators.decay(0.5)"),
        "operators.blur": Shown("operators.blur(2)"),
        "operators.bilateral": Shown("operators.bilateral(2, 0.5)"),
        "operators.median": Shown("operators.median(3)"),
        "operators.clip_norm": Shown("operators.clip_norm(50)"),
        "operators.clip_contribution": Shown("operators.clip_contribution(70)"),
        "operators.roll": Shown("operators.roll(24, down=12)"),
        "operators.affine": Shown("operators.affine(1.3, degrees=15)"),
        "operators.project": Shown("operators.project(constraints.box(0.3, 0.7))"),
        "operators.match_histogram": Shown("operators.match_histogram(other)"),
        "operators.recolor": Shown("operators.recolor(other)"),
        "constraints.box": Shown("constraints.box(0.3, 0.7)"),
        "constraints.range_of": Shown("constraints.range_of(other)"),
        "constraints.linf": Shown("constraints.linf(other, 0.2)"),
        "constraints.l2": Shown("constraints.l2(other, 10)"),
        "constraints.l1": Shown("constraints.l1(other, 800)"),
        "constraints.intersection": Shown("constraints.l2(other, 15) & constraints.box(0.1, 0.7)"),
        "constraints.simplex": Shown("constraints.simplex(2000)"),
        "constraints.sphere": Shown("constraints.sphere(30)"),
        "optimizers.adam": Shown("optimizers.adam(0.05)"),
        "optimizers.adamw": Shown("optimizers.adamw(0.05, decay=2)"),
        "optimizers.nadam": Shown("optimizers.nadam(0.05)"),
        "optimizers.sgd": Shown("optimizers.sgd(4, momentum=0.9)"),
        "optimizers.progress": Shown("optimizers.progress(0.5, 100)"),
        "optimizers.lbfgs": Shown("optimizers.lbfgs(bounds=constraints.box(0, 1))"),
        "optimizers.average": Shown("optimizers.average(optimizers.adam(0.05), 0.9)"),
        "schedules.ramp": Shown("schedules.ramp(1, 0.2)"),
        "schedules.cosine": Shown("schedules.cosine(1)"),
        "schedules.piecewise": Shown("schedules.piecewise(((0, 1), (16, 0.5), (32, 0.1)))"),
        "schedules.warmup": Shown("schedules.warmup(12, schedules.cosine(1))"),
        "schedules.every": Shown("schedules.every(8, 1)"),
        "schedules.by_stage": Shown("schedules.by_stage((1, schedules.ramp(0.8, 0.2)))"),
        "schedules.lot": Shown("schedules.lot(0, 3)"),
        "stages.stage": Shown("stages.stage(24, scale=2)"),
    },
    "atlas": {name: Shown(f"{name}()") for name in ("atlas.umap", "atlas.pca", "atlas.tsne")},
    "rules": {
        "rules.soft_gate": Shown("rules.soft_gate()"),
        "rules.leaky_gate": Shown("rules.leaky_gate(0.3)"),
        "rules.skip_gradient": Shown("rules.skip_gradient(0.5)"),
        "rules.exact": Shown("rules.exact()"),
        "rules.redirected": Shown("rules.redirected()", "neuron('block3', 14, y=4, x=4)"),
        "rules.soft_pool": Shown("rules.soft_pool()"),
        "rules.average_pool": Shown("rules.average_pool()"),
        "rules.softplus": Shown("rules.softplus(1)"),
        "rules.guided": Shown("rules.guided()"),
        "rules.deconv": Shown("rules.deconv()"),
        "rules.passing": Shown("rules.passing()"),
        "rules.linearize": Shown("rules.linearize()"),
    },
    "attribution": {
        "attribution.gradient_times_activation": Shown("attribution.gradient_times_activation()", "logit('dots')"),
        "attribution.integrated_gradients": Shown("attribution.integrated_gradients()", "logit('dots')"),
        "attribution.gradient": Shown("attribution.gradient()", "logit('dots')"),
        "attribution.saliency": Shown("attribution.saliency()", "logit('dots')"),
        "attribution.smooth_grad": Shown("attribution.smooth_grad(noise=0.1)", "logit('dots')"),
        "attribution.var_grad": Shown("attribution.var_grad(noise=0.1)", "logit('dots')"),
        "attribution.deconvnet": Shown("attribution.deconvnet()", "logit('dots')"),
        "attribution.guided_backprop": Shown("attribution.guided_backprop()", "logit('dots')"),
        "attribution.guided_grad_cam": Shown("attribution.guided_grad_cam('block4')", "logit('dots')"),
        "attribution.cam": Shown("attribution.cam()", "logit('dots')"),
        "attribution.grad_cam": Shown("attribution.grad_cam()", "logit('dots')"),
        "attribution.grad_cam_plus_plus": Shown("attribution.grad_cam_plus_plus()", "logit('dots')"),
        "attribution.layer_cam": Shown("attribution.layer_cam()", "logit('dots')"),
        "attribution.occlusion": Shown("attribution.occlusion()", "logit('dots')"),
        "attribution.rise": Shown("attribution.rise(masks=200)", "logit('dots')"),
        "attribution.lime": Shown("attribution.lime(samples=150)", "logit('dots')"),
        "superpixels.grid": Shown("attribution.lime(superpixels.grid(4, 6), samples=100)", "logit('dots')"),
        "superpixels.quickshift": Shown(
            "attribution.lime(superpixels.quickshift(kernel=8), samples=150)", "logit('dots')"
        ),
        "superpixels.slic": Shown("attribution.lime(superpixels.slic(count=40), samples=150)", "logit('dots')"),
    },
}

EXPLAINING = ("softplus", "guided", "deconv", "passing", "linearize")


@cache
def model() -> ph.Vision:
    """The bundled network."""
    return ph.load("patterns")


@cache
def pooled() -> ph.Vision:
    """The bundled network with max pooling in place of average pooling."""
    network = patterns.load_network()
    for block in (network.block2, network.block3, network.block4):
        block[0] = nn.MaxPool2d(2)
    return ph.Vision(network, mean=patterns.MEAN, std=patterns.STD, size=SIZE, labels=patterns.LABELS)


@cache
def names() -> dict[str, Value]:
    """What the texts call by a name: pictures, masks, vectors and networks."""
    hearts, spiral = (model().module.head.weight.detach()[patterns.LABELS.index(n)] for n in ("hearts", "spiral"))
    sheet = torch.stack([hearts, hearts, spiral, spiral], 1)[:, None].expand(-1, 4, 4)
    left = (torch.arange(SIZE) < SIZE // 2).float().expand(SIZE, SIZE)
    places = torch.arange(SIZE) // 8
    return {
        "card": hold(card()),
        "other": hold(patterns.draw("sunburst", 3, 0, SIZE)[None]),
        "left": hold(left),
        "segments": hold(places[:, None] * 8 + places[None]),
        "vector": hold(hearts),
        "striped": hold(striped()),
        "sheet": hold(sheet),
        "classes": hold(torch.stack([hearts, spiral])),
        "parts": hold(torch.stack([hearts, -hearts, spiral, -spiral]).reshape(2, 2, -1)),
        "loss": param.network(Apart().eval()),
        "generator": param.network(Waves().eval()),
        "painter": param.network(Painter().eval()),
    }


def striped() -> torch.Tensor:
    """What the third block finds in stripes at 45 degrees more than in all kinds of drawings, of length 1."""
    found = []
    for kind in (("stripes 45",), patterns.LABELS):
        drawn = torch.stack([patterns.draw(label, 1, n, 96) for label in kind for n in range(4)])
        found.append(ph.models.capture(model(), ["block3"], drawn)["block3"].detach().mean((0, 2, 3)))
    return torch.nn.functional.normalize(found[0] - found[1], dim=0)


def read(text: str) -> Any:
    """The value of a text, with names for what cannot be written."""
    found = re.compile(rf"(?<!['\w.])({'|'.join(names())})(?!['\w=])")
    return ph.parse(found.sub(lambda match: repr(names()[match[1]]), text))


def paint(goal: Any, canvas: Any = None, steps: int = 40, net: ph.Vision | None = None, **others: Any) -> ph.Render:
    """A short run; plain views unless `transforms` says otherwise."""
    canvas = param.fourier(SIZE) if canvas is None else canvas
    goal = read(goal) if isinstance(goal, str) else goal
    given = {"transforms": VIEWS, "optimizer": ph.adam(0.05), "seed": 7, **others}
    return ph.render(net or model(), goal, canvas, steps=steps, progress=False, **given)


VIEWS = tf.pad(6) >> tf.jitter(4) >> tf.scale(0.9, 1.1) >> tf.rotate(-8, 8) >> tf.jitter(2)
EVERYWHERE: dict[str, Any] = {"rules": rules.soft_gate() & rules.skip_gradient()}


def objectives(shown: Shown) -> Image.Image:
    """Paintings, those without the word first; curves of functions."""
    value = read(shown.source)
    if isinstance(value, Elementwise):
        x = torch.linspace(-3, 3, 121)
        return plot([value.compute(x)], x)
    if "const(" in shown.source:
        runs = [paint(text, **EVERYWHERE) for text in (shown.before, shown.source)]
        return plot([run.scores[:, 0] for run in runs])
    views = {"transforms": tf.identity} if "expect(" in shown.source else {}
    texts = [text for text in (shown.before, shown.source) if text]
    steps = 120 if "card" in shown.source else 40
    slopes = {} if "grad(" in shown.source else EVERYWHERE  # these rules cannot be differentiated twice
    rows = [paint(text, steps=steps, batch=shown.batch, **views, **slopes).images for text in texts]
    return strip(torch.cat(rows), columns=shown.batch)


def params(shown: Shown) -> Image.Image:
    """The start, and a painting after some steps."""
    value = read(shown.source)
    if isinstance(value, param.network):
        codes = torch.randn(3, 24, generator=stream(7, "codes"))
        return strip(value.run((2 * codes,), {}))
    goal, canvas = (
        (SCORE, value) if isinstance(value, param.Param) else (value, read(SHOWN["param"]["param.weights"][0]))
    )
    goal = "logit('stripes 45')" if "generator" in shown.source else goal
    rate = 0.005 if "cppn" in shown.source else 0.002 if "Painter" in repr(canvas) else 0.05
    views = VIEWS if canvas is value else tf.identity
    run = paint(goal, canvas, batch=shown.batch, transforms=views, optimizer=ph.adam(rate), **EVERYWHERE)
    start = canvas.decode(canvas.init([7 + n for n in range(shown.batch or 1)]))
    end = canvas.decode(run.state)
    if "unbounded" in shown.source:  # what lies outside [0, 1] is drawn in, or it would look as if it were clipped
        end = (end - end.min()) / (end.max() - end.min())
    return strip(torch.cat([start, end]))


def transforms(shown: Shown) -> Image.Image:
    """The card through three draws; through one where nothing is drawn, beside the card."""
    value, x = read(shown.source), card()
    if value.deterministic and "frozen" not in shown.source:
        return strip(x[0], value(x, [torch.Generator()])[0])
    return strip(*(value(x, [stream(n, "docs", 453)])[0] for n in range(3)))


def rendering(shown: Shown) -> Image.Image:
    """Pairs without and with a link, an operator, a constraint; curves for optimizers and schedules."""
    value, x = read(shown.source), card()
    if isinstance(value, Schedule):
        stages = 2 if "by_stage" in shown.source else 1
        each = 48 // stages
        values = [float(value(step, each, n)) for n in range(stages) for step in range(each)]
        return plot([torch.tensor(values)])
    if isinstance(value, Optimizer):
        return plot([progress(ph.adam(0.05)), progress(value)])
    if isinstance(value, Constraint):
        return strip(x[0], value.project(x)[0])
    if isinstance(value, operators.bilateral | operators.median):
        x = x + 0.1 * torch.randn(x.shape, generator=stream("noise"))
    if isinstance(value, operators.Operator):
        return strip(x[0], value.apply(x, Moment(gradient=slope(x)))[0])
    if isinstance(value, gradients.Gradient):
        return strip(*(linked(chain)[0] for chain in chains(value)))
    run = paint(GOAL, param.fourier(SIZE // 2), stages=(ph.stage(24), value), snapshots=(24,), **EVERYWHERE)
    return strip(run.snapshots[24], run.images)


@cache
def progress(optimizer: Optimizer) -> Tensor:
    """The score of the pictures that are shown in a run, step by step."""
    run = ph.steps(model(), GOAL, param.pixel(SIZE), tf.identity, steps=40, optimizer=optimizer, seed=7)
    pictures = torch.cat([frame.images for frame in run])
    with torch.no_grad():
        return model().module(patterns.normalize(pictures))[:, patterns.LABELS.index("hexagons")]


def chains(link: gradients.Gradient) -> tuple[tuple[gradients.Gradient, ...], ...]:
    """The gradient chains without and with a link; steps are equally long where that is not what the link is for."""
    rms = gradients.normalize("rms")
    return ((), (link,)) if isinstance(link, gradients.normalize) else ((rms,), (link, rms))


@cache
def linked(chain: tuple[gradients.Gradient, ...]) -> Tensor:
    """Pixels painted by plain steps along a gradient that has passed through a chain."""
    return paint(GOAL, param.pixel(SIZE), optimizer=ph.sgd(0.02), gradient=chain, **EVERYWHERE).images


def slope(x: Tensor, rule: Any = None, goal: str = GOAL) -> Tensor:
    """The gradient of a logit at a picture, under a rule."""
    x = x.clone().requires_grad_()
    with rules.applied(rule):
        score = model().module(patterns.normalize(x))[0, patterns.LABELS.index(goal.split("'")[1])]
    return torch.autograd.grad(score, x)[0]


def ruled(shown: Shown) -> Image.Image:
    """A goal painted without and with a rule; for rules that explain, a picture and its gradients."""
    value = read(shown.source)
    if value.word.split(".")[1] in EXPLAINING:
        x = patterns.draw("hearts", 5, 0, SIZE)[None]
        maps = [slope(x, rule, "logit('hearts')") for rule in (None, value)]
        return strip(x[0], *(0.5 + g[0] / (8 * g.std()) for g in maps))
    net = pooled() if "pool" in shown.source else model()
    goal = shown.before or "logit('hearts')"
    return strip(*(paint(goal, net=net, rules=rule, steps=48).images[0] for rule in ((), value)))


def regions() -> Image.Image:
    """A region of the picture, and its share at four layers."""
    y, x = torch.meshgrid(*[torch.linspace(-1, 1, SIZE)] * 2, indexing="ij")
    disc = (torch.hypot(x, y) < 0.6).float()[None]
    found = ph.models.propagate(model(), disc, [f"block{n}" for n in range(1, 5)])
    masks = [disc, *(mask[0] for mask in found.values())]
    return strip(*(F.interpolate(mask[None], (SIZE, SIZE))[0].expand(3, -1, -1) for mask in masks))


def halves() -> Tensor:
    """Stripes in the left half, dots in the right."""
    left, right = (
        patterns.draw(label, seed=0, index=index, size=192) for index, label in enumerate(("stripes 0", "dots"))
    )
    return torch.cat([left[:, :, :96], right[:, :, 96:]], 2)


LOOKED_AT = {
    **dict.fromkeys(("cam", "grad_cam", "grad_cam_plus_plus"), "block4"),
    **dict.fromkeys(("gradient_times_activation", "integrated_gradients", "layer_cam"), "block3"),
}
"""The layers of methods that are not shown at the picture."""


def attributed(shown: Shown) -> Image.Image:
    """What the positions of a layer, or of the picture, add to `dots`."""
    picture, method = halves(), read(shown.source)
    wrt = LOOKED_AT.get(method.word.partition(".")[2], "image")
    found = ph.attribute(model(), shown.before, picture, wrt=wrt, method=method, size=192).spatial()
    heat = torch.from_numpy(signed(found[0] / found.abs().max())).permute(2, 0, 1)
    return strip(picture, F.interpolate(heat[None].float(), (192, 192))[0])


COLLECTED = 1500
"""Drawings that the layouts show."""


@cache
def collected() -> collection.Collection:
    """One position of drawings, at block4."""
    drawn = collection.sources.drawn(COLLECTED)
    return collection.collect(model(), drawn, ["block4"], STORE.with_name("phosphene-docs-collection"), progress=False)


def laid_out(shown: Shown) -> Image.Image:
    """Every drawing where a method puts it, in the color of its class."""
    rows = collected()
    places = atlas.layout(lambda: rows.rows("block4"), read(shown.source)).place
    seen, labels = np.isfinite(places).all(1), rows.labels()
    found = Image.new("RGB", (3 * SIZE, 3 * SIZE), "white")
    pen = ImageDraw.Draw(found)
    for (x, y), label in zip((8 + places[seen] * (3 * SIZE - 16)).tolist(), labels[seen].tolist(), strict=True):
        hue = f"hsl({label * 360 // len(patterns.LABELS)}, 75%, {40 + 15 * (label % 2)}%)"
        pen.ellipse((x - 1.5, y - 1.5, x + 1.5, y + 1.5), fill=hue)
    return found


def chart() -> Image.Image:
    """The atlas of the drawings."""
    layouts = {"block4": atlas.layout(lambda: collected().rows("block4"))}
    made = ph.recipes.atlas_of(model(), collected(), layouts, sides=(16,), least=5, store=STORE)
    return Image.open(io.BytesIO(made.scene().png(1)))


def pixels(picture: Tensor) -> Image.Image:
    """A picture as it is."""
    return Image.fromarray((picture * 255).round().byte().permute(1, 2, 0).numpy())


def figure(kind: str, layers: Any, **arguments: Any) -> Image.Image:
    """A figure about the halves, as it is saved."""
    made = getattr(ph.recipes, kind)(model(), [halves()], layers, size=192, store=STORE, **arguments)
    return Image.open(io.BytesIO(made.scene().png(1)))


def explanation() -> Image.Image:
    """Why dots and not stripes, by four methods, in 128 colors."""
    methods = ["grad_cam", "guided_backprop", "integrated_gradients", "occlusion"]
    made = ph.recipes.explanation(
        model(), {"dots − stripes": "logit('dots') - logit('stripes 0')"}, {"halves": halves()}, methods, size=192
    )
    shown = Image.open(io.BytesIO(made.scene().png(1))).convert("RGB")
    return shown.quantize(128, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


MAKERS: dict[str, Callable[[Shown], Image.Image]] = {
    "objectives": objectives,
    "param": params,
    "transforms": transforms,
    "render": rendering,
    "rules": ruled,
    "attribution": attributed,
    "atlas": laid_out,
}


def units() -> Image.Image:
    """Two units of a layer, with the drawings that they answer most."""
    drawn = collection.sources.drawn(460)
    with tempfile.TemporaryDirectory() as folder:
        found = examples.dataset_examples(model(), drawn, ["block3"], folder, 4, size=64, progress=False)
        made = examples.unit_figure(model(), found, {"block3": [17, 20]}, store=STORE, progress=False)
        return Image.open(io.BytesIO(made.scene().png(1)))


def mapped() -> Image.Image:
    """A map of drawings, with their classes."""
    found = embeddings.embed(model(), "block3", collection.sources.drawn(460), size=64, progress=False)
    return Image.open(io.BytesIO(embeddings.map_figure(found).scene().png(1)))


FIGURES: dict[str, Callable[[], Image.Image]] = {
    "halves": lambda: pixels(halves()),
    "dictionary": lambda: figure("dictionary", ["block3", "block4"], top=4, at=[(96, 30), (96, 160)]),
    "grid": lambda: figure("grid", "block4", joint=32),
    "groups": lambda: figure("groups", ["block3", "block4"], count=3, toward="logit('dots')"),
    "influences": lambda: figure("influences", ["block2", "block3", "block4"], toward="logit('dots')", top=3),
    "explanation": explanation,
    "units": units,
    "map": mapped,
}
EXTRA: dict[str, dict[str, Callable[[], Image.Image]]] = {
    "transforms": {"card": lambda: strip(card())},
    "rules": {"regions": regions},
    "figures": FIGURES,
    "atlas": {"atlas": chart},
}


def save(image: Image.Image, page: str, name: str, colors: int = 64) -> None:
    """A small PNG with a palette."""
    path = HERE / page / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    image.convert("RGB").quantize(colors, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)


def main(pages: list[str]) -> None:
    """Make the pictures of the given pages, or of all."""
    torch.set_num_threads(1)
    for page in pages or (*SHOWN, "figures"):
        for word, shown in SHOWN.get(page, {}).items():
            save(MAKERS[page](shown), page, word)
        for name, made in EXTRA.get(page, {}).items():
            save(made(), page, name, 256 if page in ("figures", "atlas") else 64)


if __name__ == "__main__":
    main(sys.argv[1:])
