"""Feed-forward style: the gradient is the chain rule's, the content goes with the step, a small network learns."""

from __future__ import annotations

import copy
import gc
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torch.func import functional_call

import phosphene as ph
from phosphene import objectives as obj
from phosphene import param, video
from phosphene import transforms as tf
from phosphene.errors import BadArgument, BadPicture
from phosphene.models.feedforward import Transformer
from phosphene.recipes import Stylist, fast_style
from phosphene.recipes.styles.losses import goal
from phosphene.render.looks import score

SIDE = 32
LOW = ("input", "block1")


@pytest.fixture(scope="module")
def net() -> ph.Vision:
    return ph.load("patterns")


def drawn(kind: str, seed: int = 1, size: int = SIDE) -> Tensor:
    return ph.models.patterns.draw(kind, seed, size=size)


def two_convolutions(seed: int) -> nn.Module:
    layers = nn.Sequential(nn.Conv2d(3, 8, 5, padding=2), nn.Tanh(), nn.Conv2d(8, 3, 5, padding=2), nn.Sigmoid())
    generator = torch.Generator().manual_seed(seed)
    for parameter in layers.parameters():
        nn.init.normal_(parameter, 0, 0.15, generator=generator)
    return layers.eval()


def features(module: nn.Module, pictures: Tensor) -> dict[str, Tensor]:
    """The activations of the blocks, without the library."""
    x = module.stem((pictures - mean_of(pictures)) / std_of(pictures))
    found = {}
    for name in ("block1", "block2", "block3", "block4"):
        x = found[name] = getattr(module, name)(x)
    return found


def mean_of(like: Tensor) -> Tensor:
    return like.new_tensor(ph.models.patterns.MEAN)[:, None, None]


def std_of(like: Tensor) -> Tensor:
    return like.new_tensor(ph.models.patterns.STD)[:, None, None]


def gram(x: Tensor) -> Tensor:
    return torch.einsum("bchw,bdhw->bcd", x, x) / (x.shape[2] * x.shape[3])


def restated(module: nn.Module, painted: Tensor, given: Tensor, style: Tensor) -> Tensor:
    """Minus the loss of Johnson et al. 2016 in this library's conventions, written out; (B,)."""
    own, kept, look = (features(module, one) for one in (painted, given, style))
    total = -(own["block2"] - kept["block2"]).square().sum((1, 2, 3)) / kept["block2"].square().sum((1, 2, 3))
    for one, other in [(painted, style), *((own[name], look[name]) for name in own)]:
        total = total - 2 * 0.2 * (gram(one) - gram(other)).square().sum((1, 2)) / gram(other).square().sum()
    return total


def test_the_gradient_through_the_split_backward_is_the_chain_rule(net: ph.Vision) -> None:
    """One step of plain descent, in float64, against the direct derivative of the loss written out: to rounding."""
    exact = ph.Vision(copy.deepcopy(net.module).double().eval(), net.mean, net.std, size=SIDE)
    data = torch.stack([drawn(kind) for kind in ("rings", "stars", "dots")]).double()
    style, painter = drawn("bricks").double(), two_convolutions(3).double()
    paint = param.weights(painter, data, batch=2, range=(0, 1))
    made = ph.render(
        exact,
        goal(exact, style, SIDE, smooth=0.0),
        paint,
        tf.identity,
        steps=1,
        optimizer=ph.sgd(1.0),
        progress=False,
    )
    rows = paint.given([0, 1], 0, torch.float64)["data"]
    leaves = {name: x.detach().clone().requires_grad_() for name, x in painter.named_parameters()}
    scores = restated(exact.module, functional_call(painter, leaves, (rows,)), rows, style[None])
    torch.testing.assert_close(made.scores[0], scores.detach(), rtol=1e-12, atol=1e-12)
    direct = torch.autograd.grad(scores.sum(), list(leaves.values()))
    for (name, leaf), gradient in zip(leaves.items(), direct, strict=True):
        torch.testing.assert_close(made.state[name] - leaf.detach(), gradient, rtol=1e-9, atol=1e-12)


def test_the_split_changes_nothing(net: ph.Vision) -> None:
    """The step of the weights is, bit for bit, the pull-back of the gradient that the picture has by itself."""
    data, painter = torch.stack([drawn("rings"), drawn("stars")]), two_convolutions(5)
    paint = param.weights(painter, data, batch=1, range=(0, 1))
    aim = obj.layer("block2")
    made = ph.render(net, aim, paint, tf.identity, steps=1, optimizer=ph.sgd(1.0), seed=4, progress=False)
    leaves = {name: x.detach().clone().requires_grad_() for name, x in painter.named_parameters()}
    painted = paint.decode({**leaves, **paint.given([4], 0)})
    slope = ph.attribute(net, aim, painted.detach()).slope
    pulled = torch.autograd.grad(painted, list(leaves.values()), slope)
    for (name, leaf), gradient in zip(leaves.items(), pulled, strict=True):
        torch.testing.assert_close(made.state[name], leaf.detach() + gradient, rtol=1e-5, atol=1e-7)


class Same(nn.Module):
    """The network that changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, pictures: Tensor) -> Tensor:
        return pictures * self.scale


def test_the_content_is_taken_anew_with_each_step_and_the_style_once(net: ph.Vision) -> None:
    """What the network leaves as it is has no content loss, whichever pictures come; its style loss is the pictures'."""
    data, style = torch.stack([drawn(kind) for kind in ("rings", "stars", "dots", "waves")]), drawn("bricks")
    paint = param.weights(Same().eval(), data, batch=1, range=(0, 1))
    how = {"transforms": tf.resize(SIDE), "steps": 6, "optimizer": ph.sgd(0.0), "progress": False}
    made = ph.render(net, goal(net, style, SIDE, smooth=0.0), paint, **how)
    content = [name for name in made.terms if "content" in name]
    assert len(content) == 1
    assert not made.terms[content[0]].any()
    seen = torch.cat([paint.given([0], step)["data"] for step in range(6)])
    assert len({float(one.sum()) for one in seen}) > 1, "several pictures came"
    sized = ph.Vision(net.module, net.mean, net.std)
    own = [score(sized, goal(net, style, SIDE, one, smooth=0.0), one) for one in seen]
    torch.testing.assert_close(made.scores[:, 0], torch.cat(own), rtol=1e-4, atol=1e-5)


def test_a_small_network_learns(net: ph.Vision) -> None:
    """Two convolutions, some 100 steps on eight pictures: the loss falls at least fivefold."""
    data = torch.stack([drawn(kind, seed) for kind in ("rings", "stars", "dots", "waves") for seed in (1, 2)])
    paint = param.weights(two_convolutions(0), data, batch=2, range=(0, 1))
    aim = goal(net, drawn("bricks", 4), SIDE, content=0.01, layers=LOW, smooth=0.0)
    how = {"transforms": tf.resize(SIDE), "optimizer": ph.adam(0.02), "progress": False}
    made = ph.render(net, aim, paint, steps=150, **how)
    first, last = -made.scores[:3].mean(), -made.scores[-20:].mean()
    assert first > 5 * last, (first, last)


def test_the_recipe_is_the_program(net: ph.Vision) -> None:
    style, data = drawn("bricks"), [drawn("rings", size=50), drawn("stars")]
    how = {"size": SIDE, "steps": 2, "batch": 2, "width": 4, "blocks": 1, "seed": 3, "progress": False}
    learned = fast_style(net, style, data, **how)
    pictures = torch.cat([param.picture(one, (SIDE, SIDE)).numbers() for one in data])
    paint = param.weights(Transformer(4, 1, 3), pictures, 2, range=(0, 1))
    rate = ph.adam(ph.schedules.cosine(3e-3))
    aim = goal(net, style, SIDE)
    made = ph.render(net, aim, paint, tf.resize(SIDE), steps=2, seed=3, optimizer=rate, progress=False)
    assert learned.made is not None
    assert torch.equal(learned.made.images, made.images)
    assert torch.equal(learned(style), param.trained(paint, made.state)(style[None]))
    again = fast_style(net, style, data, **how)
    assert torch.equal(again(style), learned(style))


def stylist(width: int = 4, seed: int = 0) -> Stylist:
    return Stylist(Transformer(width, 1, seed))


def test_what_trained_it_replays_while_it_is_there(net: ph.Vision) -> None:
    learned = fast_style(net, drawn("bricks"), [drawn("rings")], size=SIDE, steps=2, width=4, blocks=1, progress=False)
    gc.collect()
    assert learned.made is not None
    assert torch.equal(learned.made.replay(net).scores, learned.made.scores)


def test_a_style_is_kept_in_a_file(tmp_path: Path) -> None:
    one = stylist(width=5, seed=8)
    again = Stylist.load(one.save(tmp_path / "style.safetensors"))
    photo = drawn("rings", size=45)
    assert torch.equal(again(photo), one(photo))
    assert not torch.equal(again(photo), stylist(width=5)(photo))


def test_pictures_of_any_form(tmp_path: Path) -> None:
    one, photo = stylist(), drawn("rings", size=40)
    Image.fromarray((photo.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)).save(tmp_path / "rings.png")
    from_file = one(tmp_path / "rings.png")
    assert torch.equal(from_file, one(Image.open(tmp_path / "rings.png")))
    assert torch.equal(one([photo, photo])[1:], one(photo))
    grey = Image.new("LA", (20, 30), (80, 200))
    assert one(grey).shape == (1, 3, 30, 20)


def test_a_video_is_styled_frame_by_frame(tmp_path: Path) -> None:
    one, frames = stylist(), [drawn("rings", seed, 24) for seed in range(3)]
    video.write(tmp_path / "in.png", frames, rate=5)
    out = one.video(tmp_path / "in.png", tmp_path / "out.png")
    found = list(video.read(out))
    assert len(found) == 3
    assert video.rate_of(out) == pytest.approx(5, rel=0.01)
    for frame, source in zip(found, video.read(tmp_path / "in.png"), strict=True):
        torch.testing.assert_close(frame, one(source)[0], rtol=0, atol=0.6 / 255)
    assert len(list(video.read(one.video(frames, tmp_path / "frames")))) == 3


def test_frames_are_made_one_at_a_time() -> None:
    asked = []

    def source():
        for seed in range(1000):
            asked.append(seed)
            yield drawn("rings", seed, 16)

    frames = stylist().frames(source())
    next(frames)
    next(frames)
    assert asked == [0, 1]


def test_bad_input(net: ph.Vision, tmp_path: Path) -> None:
    with pytest.raises(BadArgument, match="a video of zero frames"):
        stylist().video([], tmp_path / "out.gif")
    (tmp_path / "empty").mkdir()
    with pytest.raises((BadPicture, BadArgument), match="empty"):
        stylist().video(tmp_path / "empty", tmp_path / "out.gif")
    with pytest.raises(BadPicture, match="no such file"):
        stylist().video(tmp_path / "none.gif", tmp_path / "out.gif")
    assert not (tmp_path / "out.gif").exists()
    for path in (None, 3, "", "style.pt", tmp_path / "style"):
        with pytest.raises(BadArgument, match=r"save\(.*a .safetensors file expected.*'style.safetensors'"):
            stylist().save(path)  # type: ignore[arg-type]
    for path in (None, 3, "", tmp_path):
        with pytest.raises(BadArgument, match="holds no style network"):
            Stylist.load(path)  # type: ignore[arg-type]
    with pytest.raises(BadArgument, match=r"Stylist\(Conv2d\).*Stylist.load"):
        Stylist(nn.Conv2d(3, 3, 1))  # type: ignore[arg-type]
    with pytest.raises(BadArgument, match="no pictures to learn from"):
        fast_style(net, drawn("bricks"), [], size=SIDE)
    with pytest.raises(BadArgument, match="width is 0"):
        fast_style(net, drawn("bricks"), [drawn("rings")], size=SIDE, width=0)
    with pytest.raises(BadPicture, match="no such file"):
        fast_style(net, tmp_path / "none.png", [drawn("rings")], size=SIDE)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 0}, r"fast_style: size is 0.*from 1"),
        ({"size": None}, r"fast_style: size is None.*from 1"),
        ({"size": 1.5}, r"fast_style: size is 1.5.*from 1"),
        ({"size": (32, 32)}, r"fast_style: size is \(32, 32\).*from 1"),
        ({"width": 10**400}, r"Transformer: width is 1000.*from 1 to 1024 expected"),
        ({"width": 2000}, r"Transformer: width is 2000.*write width=1024"),
        ({"blocks": 10**400}, r"Transformer: blocks is 1000.*from 0 to 256"),
        ({"weights": {"x": 1}}, r"weights=\{'x': 1\}\. weights of content, style, smooth, layers by name"),
        ({"weights": 3}, r"weights=3\. weights of content"),
        ({"weights": {"content": None}}, r"content and style: None\. numbers from 0 up"),
        ({"weights": {"style": -1}}, r"content and style: -1\. numbers from 0 up"),
        ({"weights": {"content": 0, "style": 0}}, r"content and style: \[0.0, 0.0\]\. one above 0"),
        ({"weights": {"smooth": -1}}, r"smooth is -1.*from 0"),
        ({"weights": {"layers": 3}}, r"layers=3\. names of layers"),
        ({"data": torch.tensor(3)}, r"data=tensor\(3\), no pictures"),
        ({"data": 3}, r"data=3, no pictures to learn from"),
        ({"data": "rings.png"}, r"data='rings.png', no pictures to learn from"),
    ],
)
def test_bad_arguments(net: ph.Vision, arguments: dict[str, object], message: str) -> None:
    with pytest.raises(BadArgument, match=message):
        fast_style(net, drawn("bricks"), **{"data": [drawn("rings")], "size": SIDE, "steps": 1} | arguments)  # type: ignore[arg-type]


def test_frames_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadArgument, match=r"frames\(None\)\. a path or frames"):
        stylist().frames(None)
    with pytest.raises(BadArgument, match=r"frames\(None\)\. a path or frames"):
        stylist().video(None, tmp_path / "out.gif")
