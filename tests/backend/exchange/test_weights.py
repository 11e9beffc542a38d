"""Weights from files into a network: which tensor goes where, what is refused, what the numbers are afterwards."""

import io
import json
import struct
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
import torch
from backend.exchange.files import bare_pickle, network_of, pickle_that_runs_code, safetensors_bytes, state_dict_bytes
from netwright.exchange.incoming import read_file, sniff
from netwright.exchange.refusal import ImportRefusedError
from netwright.exchange.weights.expected import expected_tensors
from netwright.exchange.weights.loading import load_weights
from netwright.exchange.weights.matching import Match, match_tensors
from netwright.exchange.weights.report import to_report
from netwright.exchange.weights.tensors import TensorInfo, list_tensors
from netwright.graph.document import Document
from samples import SAMPLES, block, document, image, node, out, resnet18
from torch import nn


def infos(state: dict[str, torch.Tensor]) -> list[TensorInfo]:
    return [TensorInfo(name, tuple(tensor.shape)) for name, tensor in state.items()]


def states(match: Match) -> dict[str, str]:
    return {path: each.state for path, each in to_report(match, is_sorted=False).nodes.items()}


def small(classes: int = 10, channels: int = 3) -> Document:
    nodes = [
        image(channels, 8, 8),
        node("stem", "Conv2d", out_channels=4, padding=1),
        node("norm", "BatchNorm2d"),
        node("act", "ReLU"),
        node("flat", "Flatten"),
        node("head", "Linear", out_features=classes),
        out(),
    ]
    return document(block(nodes), "Small")


def foreign_resnet18() -> nn.Module:
    """The published ResNet-18 under torchvision's names: the skip's convolution stands behind the branch, not before it."""

    class BasicBlock(nn.Module):
        def __init__(self, inside: int, outside: int, stride: int) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(inside, outside, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(outside)
            self.conv2 = nn.Conv2d(outside, outside, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(outside)
            if stride > 1:
                self.downsample = nn.Sequential(
                    nn.Conv2d(inside, outside, 1, stride, bias=False), nn.BatchNorm2d(outside)
                )

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
            return torch.relu(y + (self.downsample(x) if hasattr(self, "downsample") else x))

    class ResNet(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
            self.pool = nn.MaxPool2d(3, 2, 1)
            self.layer1 = nn.Sequential(BasicBlock(64, 64, 1), BasicBlock(64, 64, 1))
            self.layer2 = nn.Sequential(BasicBlock(64, 128, 2), BasicBlock(128, 128, 1))
            self.layer3 = nn.Sequential(BasicBlock(128, 256, 2), BasicBlock(256, 256, 1))
            self.layer4 = nn.Sequential(BasicBlock(256, 512, 2), BasicBlock(512, 512, 1))
            self.fc = nn.Linear(512, 1000)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = self.pool(torch.relu(self.bn1(self.conv1(x))))
            x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
            return self.fc(x.mean((2, 3)))  # type: ignore[no-any-return]  # a module's call is untyped

    torch.manual_seed(5)
    network = ResNet().eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias)
            module.running_mean = torch.randn_like(module.bias)
            module.running_var = torch.rand_like(module.bias) + 0.5
    return network


def read(data: bytes, folder: Path, name: str = "file") -> tuple[Any, Path]:
    """What reading an upload comes to, and where its weights are."""
    source = folder / "upload"
    source.write_bytes(data)
    return read_file(sniff(source, name), source, folder, name), folder / "weights.safetensors"


@pytest.mark.parametrize("name", SAMPLES)
def test_expected_tensors_when_compared_with_the_module_are_its_state_dict(name: str) -> None:
    made = SAMPLES[name]()
    state = network_of(made).state_dict()
    assert {each.key: each.shape for each in expected_tensors(made)} == {
        key: tuple(t.shape) for key, t in state.items()
    }


def test_match_when_names_are_equal_is_by_name_and_keeps_all() -> None:
    made = resnet18()
    match = match_tensors(expected_tensors(made), infos(network_of(made).state_dict()))
    assert match.by == "name"
    assert set(states(match).values()) == {"kept"}
    assert match.unused == ()


def test_match_when_a_wrapper_put_a_prefix_before_all_names_takes_it_off() -> None:
    made = small()
    found = [TensorInfo(f"module.{each.name}", each.shape) for each in infos(network_of(made).state_dict())]
    assert set(states(match_tensors(expected_tensors(made), found)).values()) == {"kept"}


def test_match_when_the_head_differs_leaves_the_whole_head_new_and_keeps_the_rest() -> None:
    found = infos(network_of(small(1000)).state_dict())
    match = match_tensors(expected_tensors(small(10)), found, "name")
    assert states(match) == {"stem": "kept", "norm": "kept", "head": "new"}
    assert [info.name for info in match.unused] == ["head.weight", "head.bias"]


def test_match_when_the_bias_would_fit_but_not_its_weight_leaves_both_new() -> None:
    made = document(block([image(5), node("head", "Linear", out_features=3), out()]))
    found = [TensorInfo("head.weight", (3, 7)), TensorInfo("head.bias", (3,))]
    match = match_tensors(expected_tensors(made), found, "name")
    assert [(each.state, each.reason) for each in match.tensors] == [
        ("new", "shape_differs"),
        ("new", "with_its_layer"),
    ]


def test_match_when_a_file_lacks_the_bias_says_that_the_node_is_kept_in_part() -> None:
    made = document(block([image(5), node("head", "Linear", out_features=3), out()]))
    assert states(match_tensors(expected_tensors(made), [TensorInfo("head.weight", (3, 5))], "name")) == {
        "head": "partial"
    }


def test_match_by_order_when_names_and_the_place_of_the_skip_differ_gives_equal_outputs(tmp_path: Path) -> None:
    foreign = foreign_resnet18()
    outcome, weights = read(state_dict_bytes(foreign.state_dict()), tmp_path, "resnet18.pth")
    assert outcome.refusal is None
    made = resnet18()
    network = network_of(made)
    match = load_weights(network, made, weights, "order")
    assert set(states(match).values()) == {"kept"}
    assert match.unused == ()
    x = torch.randn(2, 3, 64, 64)
    torch.testing.assert_close(network(x), foreign(x), atol=1e-5, rtol=1e-5)


def test_match_by_order_when_the_head_differs_still_finds_it_and_says_why_it_is_new() -> None:
    found = [
        TensorInfo(f"features.{number}.{name}", shape)
        for number, (name, shape) in enumerate(
            [("weight", (4, 3, 3, 3)), ("weight", (4,)), ("weight", (1000, 256))], start=1
        )
    ]
    made = small(10)
    match = match_tensors(expected_tensors(made), found, "order")
    head = next(each for each in match.tensors if each.expected.key == "head.weight")
    assert head.state == "new"
    full = [TensorInfo("a.weight", (4, 3, 3, 3)), TensorInfo("a.bias", (4,)), TensorInfo("c.weight", (1000, 256))]
    full.append(TensorInfo("c.bias", (1000,)))
    match = match_tensors(expected_tensors(made), full, "order")
    head = next(each for each in match.tensors if each.expected.key == "head.weight")
    assert (head.state, head.reason) == ("new", "shape_differs")
    assert head.source is not None
    assert head.source.name == "c.weight"
    assert states(match)["stem"] == "kept"


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_load_when_the_first_convolution_gets_other_channels_keeps_the_response_to_grey(
    channels: int, tmp_path: Path
) -> None:
    three = network_of(small(channels=3))
    _, weights = read(state_dict_bytes(three.state_dict()), tmp_path)
    made = small(channels=channels)
    network = network_of(made)
    match = load_weights(network, made, weights, "name")
    assert states(match)["stem"] == "resized"
    grey = torch.rand(2, 1, 8, 8)
    got = network.get_submodule("stem")(grey.expand(-1, channels, -1, -1))
    want = three.get_submodule("stem")(grey.expand(-1, 3, -1, -1))
    torch.testing.assert_close(got, want)


def test_read_when_a_state_dict_is_kept_under_a_usual_name_finds_it_in_its_own_order(tmp_path: Path) -> None:
    state = OrderedDict([("z.weight", torch.randn(2, 3)), ("a.weight", torch.randn(4, 2).T), ("b", torch.tensor(7))])
    outcome, weights = read(state_dict_bytes({"epoch": 3, "model_state_dict": state}), tmp_path)
    assert (outcome.num_tensors, outcome.num_values) == (3, 15)
    listed = list_tensors(weights)
    assert [each.name for each in listed.tensors] == ["z.weight", "a.weight", "b"]
    assert not listed.is_sorted
    from safetensors.torch import load_file

    for name, tensor in load_file(weights).items():
        assert torch.equal(tensor, state[name])


def test_read_when_tensors_share_memory_or_are_bfloat16_keeps_every_name(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    tied = torch.randn(3, 2).to(torch.bfloat16)
    _, weights = read(state_dict_bytes({"one": tied, "two": tied, "part": tied[1:]}), tmp_path)
    loaded = load_file(weights)
    assert torch.equal(loaded["one"], tied)
    assert torch.equal(loaded["two"], tied)
    assert torch.equal(loaded["part"], tied[1:])


def refusal(data: bytes, folder: Path) -> tuple[str, str]:
    try:
        outcome, weights = read(data, folder, "bad")
    except ImportRefusedError as error:
        return error.code, error.message
    assert outcome.refusal is not None
    assert not weights.exists()
    return outcome.refusal.code, outcome.refusal.message


def test_read_when_a_pickle_runs_code_refuses_it_and_nothing_runs(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    code, message = refusal(pickle_that_runs_code(canary), tmp_path)
    assert code == "file_runs_code"
    assert "exec" in message
    code, _ = refusal(bare_pickle(canary), tmp_path)
    assert code == "file_runs_code"
    whole, message = refusal(state_dict_bytes({"network": nn.Linear(2, 2)}), tmp_path)
    assert whole == "file_runs_code"
    assert "Linear" in message
    assert not canary.exists()
    script = io.BytesIO()
    with zipfile.ZipFile(script, "w", zipfile.ZIP_DEFLATED) as archive:  # as torch.jit.save writes it
        for name in ("data.pkl", "code/__torch__.py", "constants.pkl"):
            archive.writestr(f"network/{name}", bytes(1000))
    code, message = refusal(script.getvalue(), tmp_path)
    assert (code, "is a TorchScript program" in message) == ("file_runs_code", True)


def test_read_when_a_tensor_claims_more_than_the_file_holds_refuses_it(tmp_path: Path) -> None:
    code, _ = refusal(state_dict_bytes({"weight": torch.zeros(1).expand(2**31 - 1, 64)}), tmp_path)
    assert code == "file_damaged"


GOOD = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}

LIES: dict[str, tuple[bytes, str]] = {
    "outside": (safetensors_bytes({"a": GOOD | {"shape": [4], "data_offsets": [0, 16]}}, bytes(8)), "file_truncated"),
    "overlapping": (safetensors_bytes({"a": GOOD, "b": GOOD}, bytes(8)), "file_damaged"),
    "with a hole": (safetensors_bytes({"a": GOOD | {"data_offsets": [8, 16]}}, bytes(16)), "file_damaged"),
    "of another size": (safetensors_bytes({"a": GOOD | {"shape": [3]}}, bytes(8)), "file_damaged"),
    "too large to multiply": (safetensors_bytes({"a": GOOD | {"shape": [2**40, 2**40]}}, bytes(8)), "file_damaged"),
    "with bytes to spare": (safetensors_bytes({"a": GOOD}, bytes(800)), "file_truncated"),
    "a huge header": (struct.pack("<Q", 2**60) + b'{"a"', "file_damaged"),
    "a header that is cut off": (safetensors_bytes({"a": GOOD}, bytes(8))[:20], "file_truncated"),
    "no JSON": (struct.pack("<Q", 8) + b"{{{{{{{{", "file_damaged"),
    "a deep header": (struct.pack("<Q", 200_005) + b'{"a":' + b"[" * 100_000 + b"]" * 100_000, "file_damaged"),
    "empty": (safetensors_bytes({}), "file_without_weights"),
    "a truncated PyTorch file": (state_dict_bytes({"a": torch.zeros(500)})[:1500], "file_truncated"),
    "no weights": (state_dict_bytes({"a": 1}), "file_without_weights"),
    "nothing known": (b"hello, world, this is text", "file_kind_unknown"),
}


@pytest.mark.parametrize("lie", LIES)
def test_read_when_a_file_lies_refuses_it_with_its_reason(lie: str, tmp_path: Path) -> None:
    data, code = LIES[lie]
    found, message = refusal(data, tmp_path)
    assert found == code, message
    assert message.startswith(("bad", "The header of bad", "The tensor", "PyTorch cannot read bad"))


def test_list_when_the_order_in_the_metadata_lies_falls_back_to_the_names(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    header = {"__metadata__": {"order": json.dumps(["b", "c"])}, "b": GOOD, "a": GOOD | {"data_offsets": [8, 16]}}
    path.write_bytes(safetensors_bytes(header, bytes(16)))
    listed = list_tensors(path)
    assert listed.is_sorted
    assert [each.name for each in listed.tensors] == ["a", "b"]
