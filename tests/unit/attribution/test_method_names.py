"""Methods by name: every spelling of a word that the library has, and errors that name the nearest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phosphene import attribution
from phosphene.attribution.named import named
from phosphene.errors import BadArgument, PhospheneError, UnknownName

ALONE = [
    name
    for name in attribution.__all__
    if isinstance(kind := getattr(attribution, name), type)
    and issubclass(kind, attribution.Method)
    and kind not in (attribution.Method, attribution.guided_grad_cam)
]


@given(st.sampled_from(ALONE), st.sampled_from(["_", "", "-", " "]), st.booleans(), st.booleans())
def test_every_spelling_is_the_method(name: str, between: str, upper: bool, room: bool) -> None:
    text = ("attribution." if room else "") + name.replace("_", between)
    assert named(text.upper() if upper and not room else text) == getattr(attribution, name)()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("guided", attribution.guided_backprop()),
        ("GradCAM++", attribution.grad_cam_plus_plus()),
        ("deconv", attribution.deconvnet()),
        ("ig", attribution.integrated_gradients()),
        ("gradient x input", attribution.gradient_times_activation()),
        ("rise(masks=20)", attribution.rise(masks=20)),
        ("attribution.saliency(reduce='sum')", attribution.saliency(reduce="sum")),
        (attribution.cam(), attribution.cam()),
    ],
)
def test_other_names_texts_and_values(text: str, expected: attribution.Method) -> None:
    assert named(text) == expected


def test_a_method_that_needs_a_layer_takes_the_one_at_hand() -> None:
    assert named("GuidedGradCAM", "block4") == attribution.guided_grad_cam("block4")
    with pytest.raises(BadArgument, match=r"the method 'guided_grad_cam' alone. its layer, too"):
        named("guided_grad_cam")


@pytest.mark.parametrize("text", ["gradcan", "grad", "", "lrp", "__", "attribution.between"])
def test_what_is_no_method(text: str) -> None:
    with pytest.raises(UnknownName, match=r"a method of attribution that is not there.*write one of cam, deconvnet"):
        named(text)


def test_the_nearest_is_named() -> None:
    with pytest.raises(UnknownName, match="Nearest: 'grad_cam'"):
        named("gradcan")


@pytest.mark.parametrize("value", [3, None, "between(1)", attribution.cam])
def test_another_value(value: object) -> None:
    with pytest.raises(PhospheneError, match=r"as a method|not a registered word"):
        named(value)  # type: ignore[arg-type]
