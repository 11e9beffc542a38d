"""Frozen parts keep every number; what is not frozen learns."""

from typing import Any

import pytest
import torch
from backend.training.conftest import MakeJob, Recorder, small_network
from netwright.training.control import Control
from netwright.training.freezing import freeze
from netwright.training.loop import train
from netwright.training.setup import set_up
from torch import nn


def state_of(network: nn.Module) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


def test_train_when_a_part_is_frozen_keeps_its_weights_and_statistics(make_job: MakeJob, recorder: Recorder) -> None:
    job = make_job(frozen=["0", "1"], epochs=1)
    before = state_of(job.network)
    train(job, recorder, Control())
    after = state_of(job.network)
    frozen = {name for name in before if name.split(".")[0] in {"0", "1"}}
    assert {name for name in before if torch.equal(before[name], after[name])} == frozen
    notes = " ".join(recorder.of("hello")[0]["notes"])
    assert "Frozen: 48 parameters do not move. The running statistics of 1 normalisation stand still." in notes


def test_train_when_a_normalisation_is_frozen_normalises_by_its_statistics(make_job: MakeJob) -> None:
    run = set_up(make_job(frozen=["1"]))
    norm = run.network.get_submodule("1")
    assert not norm.training
    assert run.network.get_submodule("4").training, "dropout goes on"
    run.network.eval()
    run.start_training_mode()
    assert not norm.training
    assert run.network.training


def test_set_up_when_everything_is_frozen_says_what_to_do(make_job: MakeJob) -> None:
    with pytest.raises(ValueError, match="All weights of the network are frozen"):
        set_up(make_job(frozen=["0", "1", "5"]))


def test_optimizer_when_a_part_is_frozen_does_not_hold_its_weights(make_job: MakeJob) -> None:
    run = set_up(make_job(frozen=["0"]))
    held = {id(weight) for group in run.optimizer.param_groups for weight in group["params"]}
    assert held == {id(weight) for name, weight in run.network.named_parameters() if not name.startswith("0.")}


def test_freeze_when_a_block_and_a_node_in_it_are_named_counts_each_weight_once() -> None:
    network = nn.ModuleDict({"stage": small_network()})
    frozen = freeze(network, ["stage", "stage.0", "stage.flat", "nowhere"])
    assert frozen.num_values == sum(weight.numel() for weight in network.parameters())


def test_resume_when_a_part_is_frozen_goes_on_to_the_same_weights(
    make_job: MakeJob, make_recorder: type[Recorder]
) -> None:
    whole = make_job("whole", frozen=["0"], epochs=2)
    train(whole, make_recorder(), Control())
    control, halves = Control(), make_job("halves", frozen=["0"], epochs=2)
    recorder = make_recorder()

    def stop_after_the_first_epoch(fields: dict[str, Any]) -> None:
        if fields.get("kind") == "last":
            control.stop()

    recorder.then = stop_after_the_first_epoch
    train(halves, recorder, control)
    from netwright.training.checkpoints import CheckpointFolder

    folder = CheckpointFolder(halves.folder / "checkpoints", "run", "hash", 3)
    again = make_job("halves", frozen=["0"], epochs=2)
    train(again, make_recorder(), Control(), resume=folder.load(folder.records()[0].weights.name))
    for name, tensor in state_of(whole.network).items():
        assert torch.equal(tensor, again.network.state_dict()[name]), name
