from __future__ import annotations

from urllib.error import URLError

import pytest
import torch
import torchvision
from safetensors.torch import save_file

from phosphene.errors import BadArgument, UnknownModel
from phosphene.models import load, names

TINY = "shufflenet_v2_x0_5"


@pytest.fixture(scope="module")
def state():
    return load(TINY, weights="random").module.state_dict()


def test_random_weights_leave_the_random_state_alone(network):
    before = torch.get_rng_state()
    first, second = load(TINY, weights="random"), load(TINY, weights="random")
    assert torch.equal(before, torch.get_rng_state())
    assert first.digest() == second.digest()
    assert first.labels is None
    assert first.size == (224, 224)
    assert first.name == TINY
    assert not first.module.training


def test_made_again_from_its_spec():
    vision = load(TINY, weights="random")
    assert load(**vision.spec).digest() == vision.digest()


@pytest.mark.parametrize(("name", "size"), [("inception_v3", 299), ("googlenet", 224)])
def test_heads_for_training_are_off(network, name, size):
    vision = network(name)
    assert vision.size == (size, size)
    assert not vision.module.aux_logits
    assert not vision.module.transform_input


def test_names():
    assert names()[0] == "patterns"
    assert "vit_b_16" in names()
    assert not [name for name in names() if "fcos" in name or "deeplab" in name]


def test_the_bundled_network():
    vision = load("patterns")
    assert vision.spec == {"name": "patterns"}
    assert vision(torch.rand(1, 3, *vision.size)).shape == (1, len(vision.labels))


def test_unknown_names():
    with pytest.raises(UnknownModel, match=r"load\('resnet51'\). Nearest: 'resnet50'.*ph.models.Vision"):
        load("resnet51")
    with pytest.raises(BadArgument, match="the name of a network expected"):
        load(torch.nn.Flatten())
    with pytest.raises(UnknownModel, match="torchvision has the weights 'IMAGENET1K_V1'"):
        load("resnet18", weights="IMAGENET1K_V7")
    with pytest.raises(BadArgument, match="the bundled weights expected"):
        load("patterns", weights="random")


def test_a_failed_download(monkeypatch):
    def fail(*args, **kwargs):
        raise URLError("no route to host")

    monkeypatch.setattr(torchvision.models._api, "load_state_dict_from_url", fail)
    with pytest.raises(UnknownModel, match=r'no route to host.*weights="file.safetensors".*weights="random"'):
        load("squeezenet1_1")


def test_torchvisions_weights(monkeypatch, state):
    monkeypatch.setattr(torchvision.models._api, "load_state_dict_from_url", lambda *args, **kwargs: state)
    before = torch.get_rng_state()
    vision = load(TINY)
    assert torch.equal(before, torch.get_rng_state())
    assert vision.labels[:2] == ("tench", "goldfish")
    assert vision.mean == (0.485, 0.456, 0.406)
    assert vision.spec == {"name": TINY, "weights": "IMAGENET1K_V1"}
    assert vision.label_index("tench") == 0


def test_files(tmp_path, state):
    plain, stated, wrapped = tmp_path / "a.safetensors", tmp_path / "b.safetensors", tmp_path / "c.pth"
    save_file(state, plain)
    half = {key: value.half() if value.is_floating_point() else value for key, value in state.items()}
    about = {"mean": "[0.5, 0.5, 0.5]", "std": "[0.25, 0.25, 0.25]", "input_size": "160"}
    save_file(half, stated, metadata=about | {"architecture": f"torchvision.models.{TINY}"})
    torch.save({"state_dict": {f"module.{key}": value for key, value in state.items()}}, wrapped)

    vision = load(TINY, weights=plain)
    assert vision.mean == (0.485, 0.456, 0.406)
    assert len(vision.labels) == 1000
    assert load(**vision.spec).digest() == vision.digest()
    assert load(TINY, weights=str(wrapped)).digest() == vision.digest()

    vision = load(TINY, weights=stated)
    assert (vision.mean, vision.std, vision.size) == ((0.5,) * 3, (0.25,) * 3, (160, 160))
    assert vision.dtype == torch.float32


def test_a_file_with_other_classes(tmp_path, state):
    path = tmp_path / "ten.safetensors"
    save_file({k: v[:10].contiguous() if k.startswith("fc.") else v for k, v in state.items()}, path)
    vision = load(TINY, weights=path)
    assert vision.labels is None
    assert vision(torch.rand(1, 3, 64, 64)).shape == (1, 10)


def test_torchvisions_own_files_convert_their_range(tmp_path, network):
    state = network("googlenet").module.state_dict()
    extra = {"aux1.fc1.bias": torch.zeros(3)}
    save_file(state | extra, tmp_path / "own.safetensors")
    save_file(state, tmp_path / "other.safetensors", metadata={"mean": "[0.5, 0.5, 0.5]", "std": "[0.5, 0.5, 0.5]"})
    assert load("googlenet", weights=tmp_path / "own.safetensors").module.transform_input
    assert not load("googlenet", weights=tmp_path / "other.safetensors").module.transform_input


def test_files_that_do_not_fit(tmp_path, state):
    good, bad, broken = tmp_path / "a.safetensors", tmp_path / "b.safetensors", tmp_path / "c.pth"
    save_file(state, good, metadata={"architecture": TINY})
    broken.write_bytes(b"not a file of weights")
    with pytest.raises(UnknownModel, match="there is no such file"):
        load(TINY, weights=tmp_path / "missing.pth")
    with pytest.raises(UnknownModel, match=r"c.pth'\): .*a file with the network's state_dict\(\) expected"):
        load(TINY, weights=broken)
    with pytest.raises(UnknownModel, match=f"the file holds '{TINY}'. write load\\('{TINY}'"):
        load("squeezenet1_1", weights=good)
    save_file(state, bad)
    with pytest.raises(UnknownModel, match=r"lacks 'features.0.weight'.*, \.\.\. the 52 tensors of torchvision's"):
        load("squeezenet1_1", weights=bad)
    save_file(state, bad, metadata={"mean": "half"})
    with pytest.raises(BadArgument, match="unreadable metadata"):
        load(TINY, weights=bad)


@pytest.mark.parametrize(("name", "mean"), [("mobilenet_v2", 0.5), ("squeezenet1_0", 0.4823529)])
def test_real_weights(real, name, mean):
    vision = real(name)
    assert vision.mean[0] == pytest.approx(mean)
    assert vision.label_index("tench") == 0
    assert len(vision.labels) == 1000
    with torch.inference_mode():
        scores = vision(torch.full((1, 3, 224, 224), 0.5))
    assert scores.shape == (1, 1000)
    assert torch.isfinite(scores).all()
