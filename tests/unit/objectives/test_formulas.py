"""Every term against its formula, written out in plain loops over NumPy arrays."""

import math
from itertools import product

import numpy as np
import pytest
import torch

from phosphene import objectives as obj
from phosphene.errors import BadArgument
from phosphene.objectives.analysis import Site
from phosphene.values import hold
from tests.strategies import numbers

A = numbers(7, 3, 4, 5, 6)
BATCH, CHANNELS, HEIGHT, WIDTH = A.shape
V, PATCH, TARGET = numbers(8, CHANNELS), numbers(9, CHANNELS, 3, 4), numbers(10, 1, CHANNELS, HEIGHT, WIDTH)
LOGITS, W = numbers(11, 3, 5), numbers(12, 3, CHANNELS)
PHOTO = hold(torch.full((1, 3, 2, 2), 0.5))
PIXELS = list(product(range(HEIGHT), range(WIDTH)))
UNITS = list(product(range(CHANNELS), range(HEIGHT), range(WIDTH)))


def dot(u, v):
    return sum(float(x) * float(y) for x, y in zip(u, v, strict=True))


def norm(u):
    return math.sqrt(dot(u, u))


def cosine(u, v, convention):
    eps = 1e-4 if convention == "lucid" else 0
    return dot(u, v) / ((eps + norm(u)) * (eps + norm(v)))


def angled(a, power, convention):
    return np.mean([dot(a[:, i, j], V) * max(0.1, cosine(a[:, i, j], V, convention)) ** power for i, j in PIXELS])


def angled_patch(a, power, convention):
    crop = a[:, 1:4, 1:5]
    pairs = [(crop[:, i, j], PATCH.numpy()[:, i, j]) for i in range(3) for j in range(4)]
    return np.mean([dot(u, v) * max(0.1, cosine(u, v, convention)) ** power for u, v in pairs])


def pointed(u, v, power):
    return dot(u, v) * max(0.1, cosine(u, v, "exact")) ** power


def mapped(u):
    return [dot(row, u) for row in W]


def caricature(a, power, convention):
    u, v = a.ravel(), TARGET.numpy().ravel()
    angle = dot(u, v) / (1e-6 + norm(u)) if convention == "lucid" else cosine(u, v, "exact")
    return dot(u, v) * max(0.1, angle) ** power


def squares(a):
    return sum(float(a[u] - TARGET.numpy()[0][u]) ** 2 for u in UNITS)


def gram(a):
    flat = a.reshape(CHANNELS, -1)
    return np.array([[dot(f, g) / (HEIGHT * WIDTH) for g in flat] for f in flat])


def style(a, scale):
    return scale * float(((gram(a) - gram(TARGET.numpy()[0])) ** 2).sum())


def tv(a, beta):
    total = 0.0
    for c, i, j in UNITS:
        dx = a[c, i, j + 1] - a[c, i, j] if j + 1 < WIDTH else 0.0
        dy = a[c, i + 1, j] - a[c, i, j] if i + 1 < HEIGHT else 0.0
        total += abs(dx) + abs(dy) if beta is None else (dx * dx + dy * dy) ** (beta / 2)
    return float(total)


def blurred(a, c, i, j, width):
    total = weights = 0.0
    half = width // 2
    for di, dj in product(range(-half, half + 1), repeat=2):
        if 0 <= i + di < HEIGHT and 0 <= j + dj < WIDTH:
            weight = 0.5 if half in (abs(di), abs(dj)) else 1.0
            total, weights = total + weight * a[c, i + di, j + dj], weights + weight
    return float(total / weights)


def boundary(a, width, color):
    rim = [u for u in UNITS if not (width <= u[1] < HEIGHT - width and width <= u[2] < WIDTH - width)]
    return sum((blurred(a, *u, 5) - a[u]) ** 2 + 0.8 * (a[u] - color) ** 2 for u in rim)


def softmax(z, k):
    return math.exp(z[k]) / sum(math.exp(x) for x in z)


N = len(UNITS)
FORMULAS = [
    (obj.channel("a", 2), lambda a: np.mean([a[2, i, j] for i, j in PIXELS])),
    (obj.neuron("a", 1, y=3, x=4), lambda a: a[1, 3, 4]),
    (obj.neuron("a", 1), lambda a: a[1, HEIGHT // 2, WIDTH // 2]),
    (obj.neuron("a", 1, x=0), lambda a: a[1, HEIGHT // 2, 0]),
    (obj.layer("a"), lambda a: sum(a[u] ** 2 for u in UNITS) / N),
    (obj.spatial("a", V), lambda a: dot(a[:, 2, 3], V)),
    (obj.spatial("a", V, y=0, x=5), lambda a: dot(a[:, 0, 5], V)),
    (obj.direction("a", V), lambda a: np.mean([dot(a[:, i, j], V) for i, j in PIXELS])),
    (
        obj.tensor_direction("a", PATCH),  # 3 x 4 out of 5 x 6: from row 1, column 1
        lambda a: sum(dot(a[:, 1 + i, 1 + j], PATCH[:, i, j]) for i in range(3) for j in range(4)) / 12,
    ),
    *(
        (obj.cosine_direction("a", V, p, c), lambda a, p=p, c=c: angled(a, p, c))
        for p in (0, 1, 4)
        for c in ("exact", "lucid")
    ),
    *((obj.cosine_direction("a", PATCH, 2, c), lambda a, c=c: angled_patch(a, 2, c)) for c in ("exact", "lucid")),
    (obj.cosine_spatial("a", V, 4), lambda a: pointed(a[:, 2, 3], V, 4)),
    (obj.cosine_spatial("a", V, 2, W, y=0, x=5), lambda a: pointed(mapped(a[:, 0, 5]), mapped(V), 2)),
    (obj.dot("a", PHOTO), lambda a: dot(a.ravel(), TARGET.numpy().ravel())),
    *(
        (obj.caricature("a", PHOTO, p, c), lambda a, p=p, c=c: caricature(a, p, c))
        for p in (0, 2)
        for c in ("exact", "lucid")
    ),
    (
        obj.guide("a", PHOTO),
        lambda a: sum(
            max(dot(a[:, i, j], TARGET.numpy().reshape(CHANNELS, HEIGHT, WIDTH)[:, k, n]) for k, n in PIXELS)
            for i, j in PIXELS
        ),
    ),
    (obj.content("a", PHOTO, "gatys"), lambda a: squares(a) / 2),
    (obj.content("a", PHOTO, "mse"), lambda a: squares(a) / N),
    (obj.content("a", PHOTO, "relative"), lambda a: squares(a) / dot(TARGET.numpy().ravel(), TARGET.numpy().ravel())),
    (obj.style("a", PHOTO, "gatys"), lambda a: style(a, 1 / (4 * CHANNELS**2))),
    (obj.style("a", PHOTO, "johnson"), lambda a: style(a, 1 / CHANNELS**2)),
    (obj.style("a", PHOTO, "mse"), lambda a: style(a, 1 / CHANNELS**4)),
    (obj.style("a", PHOTO, "relative"), lambda a: style(a, 1) / style(np.zeros_like(a), 1)),
    *((obj.tv(beta=b), lambda a, b=b: tv(a, b) / N) for b in (0.5, 1, 2, 3)),
    (obj.tv(beta=2, convention="mahendran"), lambda a: tv(a, 2)),
    (obj.tv(convention="lucid"), lambda a: tv(a, None)),
    (obj.l1(center=0.25), lambda a: sum(abs(a[u] - 0.25) for u in UNITS) / N),
    (obj.l1(reduction="sum"), lambda a: sum(abs(a[u]) for u in UNITS)),
    (obj.l2(center=0.25), lambda a: math.sqrt(sum((a[u] - 0.25) ** 2 for u in UNITS) / N)),
    (obj.l2(reduction="sum"), lambda a: norm(a.ravel())),
    (obj.lp(6), lambda a: sum(a[u] ** 6 for u in UNITS) / N),
    (obj.lp(3, center=0.25, reduction="sum"), lambda a: sum(abs(a[u] - 0.25) ** 3 for u in UNITS)),
    (obj.linf(center=0.25), lambda a: max(abs(a[u] - 0.25) for u in UNITS)),
    *((obj.boundary(width=w), lambda a, w=w: boundary(a, w, 0.5) / N) for w in (0, 1, 2, 20)),
    (obj.boundary(width=1, color=0.1, reduction="sum"), lambda a: boundary(a, 1, 0.1)),
    (obj.blur(), lambda a: sum((a[u] - blurred(a, *u, 3)) ** 2 for u in UNITS) / 2 / N),
    (obj.blur(reduction="sum"), lambda a: sum((a[u] - blurred(a, *u, 3)) ** 2 for u in UNITS) / 2),
]
CLASSES = [
    (obj.logit(2), lambda z: z[2]),
    (obj.prob(2), lambda z: softmax(z, 2)),
    (obj.logprob(2), lambda z: math.log(softmax(z, 2))),
    (obj.logit(2, layer="a"), None),
]


@pytest.mark.parametrize(("term", "formula"), FORMULAS, ids=lambda x: repr(x) if isinstance(x, obj.Objective) else "")
def test_formula(term, formula):
    here = {"a": A, "image": A, Site("a", (), PHOTO): TARGET}
    wanted = [float(formula(a)) for a in A.numpy()]
    assert term(here).tolist() == pytest.approx(wanted, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize(
    ("term", "formula"), CLASSES[:3], ids=lambda x: repr(x) if isinstance(x, obj.Objective) else ""
)
def test_class_scores(term, formula):
    assert term({"output": LOGITS}).tolist() == pytest.approx([formula(z) for z in LOGITS.tolist()])


def test_a_class_score_of_another_layer():
    assert torch.equal(CLASSES[3][0]({"a": LOGITS}), LOGITS[:, 2])


def test_exact_cosine_is_one_for_parallel_vectors():
    same = V[None, :, None, None].expand(1, -1, 2, 2)
    length = dot(V, V)
    for scale in (1, 1e-6, 1e6):
        score = obj.cosine_direction("a", V, 3, "exact")({"a": scale * same}).item()
        assert score == pytest.approx(scale * length, rel=1e-12)
    assert obj.cosine_direction("a", V, 3, "lucid")({"a": 1e-6 * same}).item() < 1e-6 * length / 2
    assert obj.cosine_direction("a", V, 1, "exact")({"a": -same}).item() == pytest.approx(-0.1 * length)


def test_the_conventions_of_style_differ_by_known_factors():
    here = {"a": A, Site("a", (), PHOTO): TARGET}
    gatys, johnson, mse = (obj.style("a", PHOTO, c)(here) for c in ("gatys", "johnson", "mse"))
    torch.testing.assert_close(gatys, johnson / 4)
    torch.testing.assert_close(gatys, CHANNELS**2 / 4 * mse)


def test_lucid_caricature_is_the_exact_one_times_a_norm():
    here = {"a": A, Site("a", (), PHOTO): A[:1].clone()}
    exact, lucid = (obj.caricature("a", PHOTO, 2, c)(here)[0].item() for c in ("exact", "lucid"))
    assert lucid == pytest.approx(exact * norm(A[0].flatten()) ** 2, rel=1e-5)


@pytest.mark.parametrize("beta", [1, 2, 3])
def test_gradient_of_total_variation_by_finite_differences(beta):
    x = A[:1].clone().requires_grad_()
    term = obj.tv(beta=beta, convention="mahendran")
    (gradient,) = torch.autograd.grad(term({"image": x}).sum(), x)
    for u in UNITS[::7]:
        step = np.zeros(A.shape[1:])
        step[u] = 1e-6
        a = A[0].numpy()
        slope = (tv(a + step, beta) - tv(a - step, beta)) / 2e-6
        assert gradient[0][u].item() == pytest.approx(slope, abs=1e-5, rel=1e-5)


def test_the_gradient_of_blur_holds_the_blurred_picture_constant():
    x = A[:1].clone().requires_grad_()
    (gradient,) = torch.autograd.grad(obj.blur(reduction="sum")({"image": x}).sum(), x)
    for u in UNITS[::7]:
        assert gradient[0][u].item() == pytest.approx(float(A[0][u]) - blurred(A[0].numpy(), *u, 3))


def test_diversity():
    score = obj.diversity("a")
    assert score({"a": A[:1].expand(4, -1, -1, -1)}).tolist() == pytest.approx([3] * 4)
    apart = torch.eye(4)[:, :, None, None] * A[0]  # picture n has channel n alone
    assert score({"a": apart}).tolist() == [0] * 4
    assert score({"a": A[:1]}).tolist() == [0]
    grams = [gram(a).ravel() for a in A.numpy()]
    wanted = [sum(cosine(g, h, "exact") for h in grams if h is not g) for g in grams]
    assert score({"a": A}).tolist() == pytest.approx(wanted)


def test_alignment():
    x = numbers(3, 6, 4, 2, 2)
    for decay in (2, 1.5):
        lucid = sum(((x[i] - x[i + d]) ** 2).mean().item() / decay**d for d in range(1, 5) for i in range(6 - d))
        assert obj.alignment("a", decay=decay)({"a": x}).sum().item() == pytest.approx(lucid)
    assert obj.alignment("a")({"a": x[:1]}).tolist() == [0]
    pair = obj.alignment("a")({"a": x[:2]})
    assert pair[0] == pair[1]
    assert (obj.alignment("a")({"a": x[:1].expand(6, -1, -1, -1)}) == 0).all()


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_interpolate(batch):
    first, second = obj.channel("a", 0), obj.channel("a", 1)
    x = numbers(4, batch, 4, 2, 2)
    along = [n / max(batch - 1, 1) for n in range(batch)]
    wanted = [(1 - t) * x[n, 0].mean().item() + t * x[n, 1].mean().item() for n, t in enumerate(along)]
    assert obj.interpolate(first, second)({"a": x}).tolist() == pytest.approx(wanted)


@pytest.mark.parametrize("shape", [(2, 4), (2, 4, 5)])
def test_terms_of_layers_without_rows(shape):
    """Vectors (B, C), and tokens (B, C, T), whose column is the token."""
    x = numbers(5, *shape)
    flat = x.reshape(2, 4, -1)
    middle = flat.shape[2] // 2
    assert torch.equal(obj.channel("a", 1)({"a": x}), flat[:, 1].mean(1))
    assert torch.equal(obj.neuron("a", 1)({"a": x}), flat[:, 1, middle])
    assert torch.equal(obj.neuron("a", 1, x=0)({"a": x}), flat[:, 1, 0])
    torch.testing.assert_close(obj.spatial("a", V)({"a": x}), flat[:, :, middle] @ V)
    torch.testing.assert_close(obj.direction("a", V)({"a": x}), (flat.mean(2) @ V))
    torch.testing.assert_close(obj.layer("a")({"a": x}), flat.square().mean((1, 2)))
    assert obj.diversity("a")({"a": x}).shape == (2,)
    assert obj.cosine_direction("a", V, 2, "exact")({"a": x}).shape == (2,)


@pytest.mark.parametrize("mask", [torch.zeros(4, 1, 1), torch.tensor([1.0, -0.1, 0, 0])[:, None, None]])
@pytest.mark.parametrize("convention", ["gatys", "mse", "relative"])
def test_weights_that_are_none(mask, convention):
    with pytest.raises(BadArgument, match=r"a mask with weights from .* write 1 for what counts"):
        obj.content("a", PHOTO, convention, mask)({"a": A, Site("a", (), PHOTO): TARGET})


@pytest.mark.parametrize(
    ("term", "message"),
    [
        (obj.direction("a", torch.ones(3)), "a direction of 3 channels. the layer has 4. give a vector of 4 numbers"),
        (obj.spatial("a", torch.ones(4, 2)), r"a direction of shape \(4, 2\)"),
        (obj.spatial("a", torch.ones(5)), "a direction of 5 channels"),
        (obj.tensor_direction("a", torch.ones(4, 9, 2)), r"a direction for \(9, 2\) positions. the layer has \(5, 6\)"),
        (obj.cosine_direction("a", torch.ones(3), 2, "exact"), "a direction of 3 channels"),
        (obj.content("a", PHOTO, "mse"), r"a target activation of shape \(4, 2, 2\).*\(4, 5, 6\)"),
    ],
)
def test_shapes_that_do_not_fit(term, message):
    with pytest.raises(ValueError, match=message):
        term({"a": A, Site("a", (), PHOTO): TARGET[..., :2, :2]})
