"""Dead and saturated units: found where they are, by what the layers' classes say, and nothing of the run is changed."""

from pathlib import Path
from typing import Any

import pytest
import torch
from backend.training.test_times import job_of, nested, state_of
from drawing import chain, image, node, scores
from layer_inputs import specs_for
from netwright.compiler.calls import build_call
from netwright.graph.document import Document
from netwright.layers.registry import LAYERS
from netwright.training import keeper, units
from netwright.training.control import Control
from netwright.training.loop import train
from netwright.training.parts import Setup
from netwright.training.setup import set_up
from netwright.training.units import NEAR, _range_of, look_at_units
from torch import nn

FLAT = {name: flat for name, layer in LAYERS.items() if (flat := layer.flat(layer.Params())) is not None}

UNSEEN = {"GELU", "SiLU", "Mish"}
"""They come to zero far below and pass through it at zero, where they are steep: an output near zero does not tell."""


def mlp(activation: str, **params: Any) -> Document:
    return chain(
        image(1, 8, 8),
        node("flat: Flatten"),
        node("fc: Linear", params={"out_features": 6}),
        node(f"act: {activation}", params=params),
        node("head: Linear", params={"out_features": 10}),
        scores(),
    )


@pytest.mark.parametrize("name", FLAT)
def test_flat_when_a_class_says_where_holds_for_what_pytorch_computes(name: str) -> None:
    layer, flat = LAYERS[name], FLAT[name]
    function = build_call(layer.call(layer.Params(), specs_for(layer, ((4001,),))))
    if isinstance(function, nn.Module):
        function.eval()
    x = torch.linspace(-200, 200, 4001).requires_grad_()
    y = function(x.view(1, -1)).view(-1)
    (slope,) = torch.autograd.grad(y.sum(), x)
    steepest = float(slope.abs().max())
    for value in flat.dead:
        assert bool((y == value).any())
        if name != "Step":  # its gradient passes straight through
            assert float(slope[(y == value) & (x != 0)].abs().max()) == 0
    for bound in flat.bounds:
        near = (y - bound).abs() <= NEAR * _range_of(flat)
        assert bool(near.any())
        assert float(slope[near][1:-1].abs().median()) <= 0.05 * steepest
    # And nowhere else: a flat stretch that no class speaks of would stay unseen.
    if name in UNSEEN:
        return
    still = (slope == 0) & (x.abs() > 1)
    for value in (*flat.dead, *flat.bounds):
        still &= (y - value).abs() > NEAR * max(1.0, abs(value))
    assert not bool(still.any())


def set_units(run: Setup, biases: list[float]) -> None:
    """Units that get only their bias, whatever the sample."""
    linear = dict(run.network.named_modules())["fc"]
    assert isinstance(linear, nn.Linear)
    with torch.no_grad():
        linear.weight.zero_()
        linear.bias.copy_(torch.tensor(biases))


@pytest.mark.parametrize(
    ("activation", "dead", "saturated", "passes"),
    [
        ("ReLU", 4 / 6, 0.0, 2 / 6),
        ("ReLU6", 4 / 6, 1 / 6, 1 / 6),
        ("Sigmoid", 0.0, 2 / 6, None),
        ("Tanh", 0.0, 2 / 6, None),
        ("Hardtanh", 0.0, 5 / 6, 1 / 6),
        ("Step", 1.0, 0.0, 1.0),
        ("LeakyReLU", 0.0, 0.0, (2 + 4 * 0.01) / 6),
    ],
)
def test_units_when_they_are_stuck_are_counted(
    tmp_path: Path, activation: str, dead: float, saturated: float, passes: float | None
) -> None:
    run = set_up(job_of(mlp(activation), tmp_path))
    set_units(run, [-9.0, -2.0, -1.0, -0.5 if activation == "Hardtanh" else -1.5, 2.0, 8.0])
    assert run.program is not None
    before = state_of(run)
    found = look_at_units(run, run.program)
    for was, now in zip(before, state_of(run), strict=True):
        assert torch.equal(was, now)
    assert run.network.training
    assert list(found) == ["act"]
    count, is_dead, is_saturated, mean = found["act"].figures().tolist()
    assert count == 6
    assert (is_dead, is_saturated) == (pytest.approx(dead), pytest.approx(saturated))
    if passes is not None:
        assert mean == pytest.approx(passes)


def test_units_of_pictures_are_channels_and_those_of_sequences_are_features(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    run = set_up(job_of(nested(), tmp_path / "pictures"))
    assert run.program is not None
    found = look_at_units(run, run.program)
    assert {path: len(each.near) for path, each in found.items()} == {"stage.0.act": 4, "stage.1.act": 4}

    def sequence(*inner: Any) -> Document:
        rows = node("rows: Reshape", params={"shape": [8, 8]})
        head = node("head: Linear", params={"out_features": 10})
        return chain(image(1, 8, 8), rows, *inner, node("act: ReLU"), node("flat: Flatten"), head, scores())

    features = sequence(node("fc: Linear", params={"out_features": 5}), node("drop: Dropout"))
    channels = sequence(node("conv: Conv1d", params={"out_channels": 5, "kernel_size": 3}), node("drop: Dropout"))
    for name, document in (("features", features), ("channels", channels)):
        run = set_up(job_of(document, tmp_path / name))
        assert run.program is not None
        assert len(look_at_units(run, run.program)["act"].near) == 5


def test_units_of_the_layer_that_answers_are_no_fault(tmp_path: Path, recorder: Any) -> None:
    document = chain(
        image(1, 8, 8),
        node("flat: Flatten"),
        node("fc: Linear", params={"out_features": 8}),
        node("act: ReLU"),
        node("head: Linear", params={"out_features": 10}),
        node("end: Tanh"),
        scores(),
    )
    train(job_of(document, tmp_path), recorder, Control())
    events = recorder.of("units")
    assert [event["epoch"] for event in events] == [1, 2]
    act, end = events[-1]["layers"]
    assert (act["node"], act["type"], act["units"], act["saturated"], act["is_answer"]) == (
        "act",
        "ReLU",
        8,
        None,
        False,
    )
    assert (end["node"], end["dead"], end["is_answer"]) == ("end", None, True)
    assert "no fault" in end["sentence"]
    assert 0 <= act["dead"] <= 1


def test_run_when_its_units_are_looked_at_ends_with_the_very_same_weights(
    tmp_path: Path, recorder: Any, make_recorder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = job_of(nested(), tmp_path / "watched", averaging={"type": "EMA", "params": {}})
    train(watched, recorder, Control())
    assert recorder.of("units")
    monkeypatch.setattr(keeper, "emit_units", lambda *_: None)
    plain = job_of(nested(), tmp_path / "plain", averaging={"type": "EMA", "params": {}})
    train(plain, make_recorder(), Control())
    for one, other in zip(watched.network.state_dict().values(), plain.network.state_dict().values(), strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ((0.5, 0.0, 0.3), "same value for every sample"),
        ((0.0, 0.5, 0.3), "end of their range"),
        ((0.0, 0.0, 0.2), "more slowly"),
        ((0.1, 0.0, 0.5), "Some units are dead"),
        ((0.0, 0.0, 0.5), "No unit is stuck"),
    ],
)
def test_sentence_says_what_the_figures_mean(figures: tuple[float, float, float], words: str) -> None:
    nothing = torch.zeros(0)
    of = units.Units("ReLU", FLAT["ReLU"], nothing, nothing, nothing)
    assert words in units.describe(of, *figures)
