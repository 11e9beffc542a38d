"""Sweeps of what is not a network of tensors with a plain optimizer, and one whose memory runs out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from netwright.data.base import SourceSpec
from netwright.graph.document import Document
from netwright.training.config import TrainingConfig
from netwright.training.rate_finder import LEAST_STEPS, RateFinding
from netwright.training.spec import RunSpec
from netwright.worker import rate_finder
from netwright.worker.rate_finder import find_rates
from project_networks import mlp
from samples import gcn, plain_graph_classifier
from torch import nn


def spec_of(document: Document, source: str, **config: Any) -> RunSpec:
    training = TrainingConfig.model_validate({"device": "cpu", **config})
    return RunSpec(
        run="a", document=document, training=training, source=SourceSpec(type=source), versions={}, created=0.0
    )


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The fewest steps, however fast the machine is."""
    monkeypatch.setattr(rate_finder, "NUM_STEPS", LEAST_STEPS)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def sweep(spec: RunSpec, folder: Path) -> RateFinding:
    return find_rates(spec, folder, lambda _: None)


def test_sweep_of_graphs_learns_and_suggests(tmp_path: Path) -> None:
    config = {"data": {"source": "motifs", "batch_size": 128}, "optimizer": {"type": "AdamW", "params": {}}}
    found = sweep(spec_of(plain_graph_classifier(), "motifs", **config), tmp_path)
    assert found.sentence is None
    assert len(found.losses) > 40
    assert found.steepest is not None
    assert found.tenth is not None
    assert 1e-6 < found.tenth < 1


def test_sweep_of_a_graph_with_two_labels_says_that_there_are_too_few(tmp_path: Path) -> None:
    found = sweep(spec_of(gcn(34, 8, 2), "karate"), tmp_path)
    assert "The training part has 2 samples" in (found.sentence or "")


def test_sweep_with_lbfgs_is_a_sweep_of_its_steps(tmp_path: Path) -> None:
    config = {"data": {"batch_size": 2000}, "optimizer": {"type": "LBFGS", "params": {"max_iter": 2}}}
    found = sweep(spec_of(mlp([1, 8, 8], 10), "digits", **config), tmp_path)
    assert found.sentence is None
    assert found.steepest is not None
    assert min(found.losses) < 0.8 * found.losses[0]


class Greedy(nn.Module):
    """Takes 20 samples and no more."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if len(x) > 20:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 MiB.")
        return x


def test_sweep_whose_memory_runs_out_names_the_node_and_the_batch_that_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from netwright.training import jobs

    build = jobs.build_job

    def hungry(spec: RunSpec, folder: Path) -> Any:
        job = build(spec, folder)
        job.network = nn.Sequential(nn.Flatten(), Greedy(), nn.Linear(64, 10))
        return job

    monkeypatch.setattr(jobs, "build_job", hungry)
    found = sweep(spec_of(mlp([1, 8, 8], 10), "digits", data={"batch_size": 128}), tmp_path)
    said = found.sentence or ""
    assert said.startswith("Memory ran out before the first step ended, at a batch of 128. It was in `1` (Greedy)")
    assert said.endswith("A batch of 16 fits: a step of that size was tried.")
