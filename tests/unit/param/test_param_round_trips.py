import json
import pickle

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from phosphene import param
from phosphene.language import parse
from phosphene.serialize import from_json, load, save, to_json
from phosphene.testing.params import MAPS, PARAMS


def round_trips(value):
    for other in (
        parse(repr(value)),
        from_json(json.loads(json.dumps(to_json(value)))),
        pickle.loads(pickle.dumps(value)),
    ):
        assert other == value
        assert hash(other) == hash(value)
        assert repr(other) == repr(value)


@pytest.mark.parametrize("word", [*PARAMS, *MAPS])
@given(st.data())
def test_every_word_makes_the_round_trip(word, data):
    value = data.draw(PARAMS[word].values if word in PARAMS else MAPS[word])
    round_trips(value)


@pytest.mark.parametrize(
    "text",
    [
        "param.spectrum(8) + param.shared(param.pixels(2), 8) >> param.decorrelate('imagenet') >> param.sigmoid()",
        "(param.spectrum(8) >> param.sigmoid()) + param.pixels(8) + param.shared(param.pixels(2), 8, pictures=2)",
        "param.alpha(param.fourier(8, channels=2)) >> param.repeat(3)",
        "param.cppn((8, 12), hidden=4, activation='relu') >> param.sigmoid()",
        "param.maco(8, decay=1.5) >> param.unbounded()",
        "param.transparent(8)",
    ],
)
def test_texts(text):
    value = parse(text)
    round_trips(value)
    assert value.decode(value.init([1, 2])).shape[0] == 2


def test_tensors_travel_beside_the_text(tmp_path):
    mask, photo = torch.eye(8), torch.rand(3, 8, 8)
    p = param.masked(param.maco(8, photo), mask, photo)
    save(p, tmp_path / "p.json")
    again = load(tmp_path / "p.json")
    assert again == p
    assert torch.equal(again.decode(again.init([1])), p.decode(p.init([1])))
