"""Decoders as parameterizations, priors on their codes, and the training of a variational autoencoder as a program.

render(net, log p(class | G(z)), latent(G), sgd(rate), decay(rate w / (1 + rate w)))    ascends it - w/2 |z|^2 as well:
    the decay is the proximal step of the prior, exact at every rate, so the end is where d log p / dz = w z
render(any, -(x - G(z))^2 / 2 s^2 - KL, weights(vae, data))         KL = -1/2 sum(1 + log var - mu^2 - var)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ... import transforms as tf
from ...objectives import Objective, logprob
from ...param import unbounded, weights
from ...render import Render, adam, operators, render, schedules, sgd
from ...values import check_number
from .generator import goal_of, painted_by
from .generator_checks import moved


def decoded(
    model: Any,
    label: str | int | Objective | Sequence[str | int | Objective],
    generator: Any = "vae",
    *,
    shape: Any = None,
    prior: float = 0.01,
    rate: float = 1.0,
    steps: int = 100,
    **options: Any,
) -> Render:
    """The most probable picture of a class: its log-probability, or any objective, and the normal prior of the code.

    generator: "vae" (bundled), a module with the `shape` of its code, or a `param.latent`, whose `out=` and `range=` take
    any decoder: `param.latent(vae.decoder, (4, 32, 32), out="sample", range=(-1, 1))`.
    prior: the weight w of -w/2 |z|^2; 1 is the decoder's own, whose most probable pictures are paler than its samples, as
    the middle of a high-dimensional normal density is empty; 0 is none.  options: of `render`.

    Errors: Detached for a decoder that detaches or runs under no_grad, with what to remove; those of `render`.
    Sources: Kingma and Welling 2014; Nguyen et al. 2017, Plug and play generative networks.

    >>> import phosphene as ph
    >>> decoded(ph.models.load("patterns"), "spiral", steps=2, progress=False).images.shape
    torch.Size([1, 3, 64, 64])
    """
    check_number("decoded", "prior", prior, 0)
    check_number("decoded", "rate", rate, 0)
    towards = operators.decay(rate * prior / (1 + rate * prior), center=0, frame="state")
    program = {"transforms": tf.identity, "optimizer": sgd(rate), "operators": [towards], "steps": steps}
    return render(model, goal_of(label, logprob), moved(painted_by(generator, shape)), **{**program, **options})


def vae(
    model: Any, net: Any, data: Any, *, spread: float = 0.08, batch: int = 16, steps: int, **options: Any
) -> Render:
    """The training of an autoencoder: ascent on the lower bound of the data's log-probability (Kingma and Welling 2014).

    net: a module like `models.generators.vae.Autoencoder`, which returns reconstructions and codes for pictures and noise.
    data: pictures with a fourth channel of uniform noise, (N, 4, 64, 64) in [0, 1].  spread: the standard deviation of a
    value around its reconstruction.  model: any network; it is not looked at.
    The trained network is `param.trained(param.weights(net, data), result.state)`.
    """
    from ...models.generators.vae import bound

    paint = weights(net, data, batch) >> unbounded()
    program = {"transforms": tf.identity, "optimizer": adam(schedules.cosine(2e-3)), "steps": steps}
    return render(model, bound(spread), paint, **{**program, **options})
