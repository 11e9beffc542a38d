"""The time of each node: all nodes have one, and nothing of the run is changed by the look."""

from pathlib import Path
from typing import Any

import pytest
import torch
from drawing import block, chain, image, node, scores
from netwright.compiler.check import check
from netwright.data.base import SourceSpec
from netwright.graph.document import Document
from netwright.training import keeper, times
from netwright.training.checkpoints import rng_state
from netwright.training.config import TrainingConfig
from netwright.training.control import Control
from netwright.training.jobs import build_job
from netwright.training.loop import train
from netwright.training.parts import Setup
from netwright.training.setup import Job, set_up
from netwright.training.spec import RunSpec
from samples import gcn


def nested() -> Document:
    """A repeated block with everything that has state, an addition in it, and a muted node."""
    stage = block(
        [
            node("x: Input"),
            node("conv: Conv2d", params={"out_channels": 4, "kernel_size": 3, "padding": 1}),
            node("norm: BatchNorm2d"),
            node("act: ReLU"),
            node("drop: Dropout2d"),
            node("sum: Add"),
            node("y: Output"),
        ],
        "x -> conv",
        "conv -> norm",
        "norm -> act",
        "act -> drop",
        "drop -> sum",
        "conv -> sum",
        "sum -> y",
    )
    return chain(
        image(1, 8, 8),
        node("stage: block:Stage", repeat=2),
        node("quiet: Tanh", muted=True),
        node("flat: Flatten"),
        node("head: Linear", params={"out_features": 10}),
        scores(),
        Stage=stage,
    )


def job_of(document: Document, folder: Path, source: str = "digits", **config: Any) -> Job:
    folder.mkdir(exist_ok=True)
    training = TrainingConfig.model_validate({"device": "cpu", "epochs": 2, **config})
    spec = RunSpec(
        run="r", document=document, training=training, source=SourceSpec(type=source), versions={}, created=0.0
    )
    return build_job(spec, folder)


def state_of(run: Setup) -> list[torch.Tensor]:
    random = rng_state()
    return [value.clone() for value in run.network.state_dict().values()] + [
        random["torch"],
        random["numpy"]["key"],
        torch.tensor(random["python"][1]),
    ]


def test_times_when_measured_name_every_layer_of_every_repetition_and_change_nothing(tmp_path: Path) -> None:
    run = set_up(job_of(nested(), tmp_path))
    assert run.program is not None
    before = state_of(run)
    found = times.measure_times(run, run.program)
    for was, now in zip(before, state_of(run), strict=True):
        assert torch.equal(was, now)
    assert all(weight.grad is None for weight in run.weights)
    stage = [f"stage.{number}.{name}" for number in (0, 1) for name in ("conv", "norm", "act", "drop", "sum")]
    assert list(found.nodes) == [*stage, "flat", "head"]
    assert found.batch_size == 64
    assert len(found.whole) >= times.MIN_REPEATS
    for each in found.nodes.values():
        assert len(each.forward) == len(each.backward) == len(found.whole)
        assert min(each.forward) > 0
        assert min(each.backward) > 0


def test_times_when_nothing_learns_before_a_node_have_no_backward_pass_there(tmp_path: Path) -> None:
    document = chain(
        image(1, 8, 8),
        node("early: ReLU"),
        node("flat: Flatten"),
        node("cold: Linear", params={"out_features": 16}),
        node("act: ReLU"),
        node("head: Linear", params={"out_features": 10}),
        scores(),
    )
    run = set_up(job_of(document, tmp_path, frozen=["cold"]))
    assert run.program is not None
    found = times.measure_times(run, run.program)
    is_learning = {path: max(each.backward) > 0 for path, each in found.nodes.items()}
    assert is_learning == {"early": False, "flat": False, "cold": False, "act": False, "head": True}


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_run_when_its_nodes_are_timed_ends_with_the_very_same_weights(
    tmp_path: Path, make_recorder: Any, monkeypatch: pytest.MonkeyPatch, precision: str
) -> None:
    told = make_recorder()
    timed = job_of(nested(), tmp_path / "timed", precision=precision)
    train(timed, told, Control())
    monkeypatch.setattr(keeper, "emit_times", lambda *_: None)
    plain = job_of(nested(), tmp_path / "plain", precision=precision)
    quiet = make_recorder()
    train(plain, quiet, Control())
    for (name, one), other in zip(timed.network.state_dict().items(), plain.network.state_dict().values(), strict=True):
        assert torch.equal(one, other), name
    losses = [[value for _, value in each.series("train/loss")] for each in (told, quiet)]
    assert losses[0] == losses[1]
    assert quiet.of("times") == []
    [event] = told.of("times")
    assert (event["device"], event["precision"], event["batch_size"], event["epoch"]) == ("cpu", precision, 64, 1)
    assert len(event["nodes"]) == len(event["forward_ms"]) == len(event["backward_ms"]) == len(event["signatures"])
    assert event["signatures"][1:5] == event["signatures"][6:10]
    assert event["signatures"][0] != event["signatures"][5]  # other channels come into the second repetition


def test_times_of_a_network_of_graphs_name_its_layers(tmp_path: Path, recorder: Any) -> None:
    document = gcn(34, 8, 2)
    train(job_of(document, tmp_path, "karate"), recorder, Control())
    [event] = recorder.of("times")
    assert set(event["nodes"]) <= set(check(document).nodes)
    assert {"conv1", "conv2"} <= set(event["nodes"])
    assert event["whole_ms"] > 0


def test_run_when_there_is_no_memory_for_the_look_says_so_and_goes_on(
    tmp_path: Path, recorder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise torch.OutOfMemoryError("no memory")

    monkeypatch.setattr(times, "measure_times", fail)
    outcome = train(job_of(nested(), tmp_path), recorder, Control())
    assert outcome.state == "completed"
    assert recorder.of("times") == []
    assert any("was not measured" in line["message"] for line in recorder.of("log"))
