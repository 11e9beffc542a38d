"""The notes' own numbers."""

from typing import Any

import pytest
import torch
from netwright.architectures.registry import ARCHITECTURES
from netwright.compiler.check import check
from netwright.compiler.module import build_network
from netwright.compiler.source import to_source


def test_mixing_when_the_notes_weights_are_set_gives_the_notes_numbers() -> None:
    architecture = ARCHITECTURES["channel_mixing"]
    example = architecture.example
    assert example is not None
    network = build_network(to_source(architecture.build()))
    weights = {name: torch.tensor(value) for name, value in example.weights.items()}
    assert set(network.load_state_dict(weights, strict=False).unexpected_keys) == set()
    with torch.inference_mode():
        output = network(torch.tensor(example.input, dtype=torch.float32).unsqueeze(0))[example.output]
    assert output.squeeze(0).tolist() == [[list(row) for row in channel] for channel in example.result]


def test_activations_when_given_the_notes_numbers_answer_as_in_the_notes() -> None:
    example = ARCHITECTURES["activations"].example
    assert example is not None
    network = build_network(to_source(ARCHITECTURES["activations"].build()))
    with torch.inference_mode():
        output = network(torch.tensor(example.input).reshape(1, 2))[example.output]
    # The notes' first number is itself rounded to four places, -1.4559: its tanh is known to one in the last place.
    for row, (expected,) in zip(output.squeeze(0).tolist(), example.result, strict=True):
        assert row == pytest.approx(expected, abs=1e-4)
    assert example.names == ("softmax", "tanh", "relu", "sigmoid")


def _parameters(name: str) -> dict[str, int]:
    report = check(ARCHITECTURES[name].build())
    return {path: node.parameters for path, node in report.nodes.items()}


def test_pair_when_counted_has_the_notes_parameters() -> None:
    found = _parameters("conv1x1_pair")
    assert (found["direct"], found["reduced"]) == (295_040, 90_304)
    assert (f"{found['direct'] / 1e6:.3f}", f"{found['reduced'] / 1e6:.3f}") == ("0.295", "0.090")


def test_inception_when_reduced_has_less_than_half_of_the_parameters() -> None:
    assert _parameters("inception_naive")["inception"] == 387_296
    assert _parameters("inception_reduced")["inception"] == 163_696


def test_heads_when_the_picture_grows_only_the_flattening_one_grows() -> None:
    architecture = ARCHITECTURES["average_or_flatten"]
    assert architecture.sweep is not None
    rows = architecture.figures.sweep
    assert set(rows["averaged_fc"]) == {650}
    assert list(rows["flattened_fc"]) == [64 * (size // 4) ** 2 * 10 + 10 for size in architecture.sweep.values]


@pytest.mark.parametrize("size", [20, 28, 64])
def test_averaging_head_when_the_picture_has_another_size_takes_it_with_the_same_weights(size: int) -> None:
    document = ARCHITECTURES["average_or_flatten"].build()
    document.network.parameters["size"] = size
    network: Any = build_network(to_source(document))
    other = build_network(to_source(ARCHITECTURES["average_or_flatten"].build())).state_dict()
    kept = {name: value for name, value in other.items() if not name.startswith("flattened")}
    network.load_state_dict(kept, strict=False)
    with torch.inference_mode():
        assert network(torch.zeros(2, 1, size, size))["averaged"].shape == (2, 10)
