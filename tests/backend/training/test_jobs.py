"""From a spec to a job: what trains is what is exported."""

import itertools
from pathlib import Path

import pytest
import torch
from netwright.compiler.module import load_source
from netwright.compiler.source import to_source
from netwright.data.base import SourceSpec
from netwright.graph.document import Block, Document, Edge, Node
from netwright.training.config import ObjectiveConfig, TrainingConfig
from netwright.training.control import Control
from netwright.training.jobs import build_job
from netwright.training.loop import train
from netwright.training.memory import describe_out_of_memory, is_out_of_memory
from netwright.training.reporting import Progress
from netwright.training.spec import RunSpec
from netwright.training.states import RunState


def build_document() -> Document:
    nodes = [
        Node(id="image", type="Input", params={"shape": [1, 8, 8]}),
        Node(id="conv", type="Conv2d", params={"out_channels": 4, "kernel_size": 3}),
        Node(id="flat", type="Flatten"),
        Node(id="head", type="Linear", params={"out_features": 10}),
        Node(id="scores", type="Output"),
    ]
    edges = [Edge(source=left.id, target=right.id) for left, right in itertools.pairwise(nodes)]
    return Document(network=Block(nodes=nodes, edges=edges))


def spec_of(document: Document, training: TrainingConfig) -> RunSpec:
    return RunSpec(
        run="r", document=document, training=training, source=SourceSpec(type="digits"), versions={}, created=0.0
    )


def test_job_when_built_has_the_weights_of_the_exported_module_at_the_same_seed(tmp_path: Path) -> None:
    document = build_document()
    job = build_job(spec_of(document, TrainingConfig(seed=5)), tmp_path)
    torch.manual_seed(5)
    exported = load_source(to_source(document)).Network()
    for name, value in exported.state_dict().items():
        assert torch.equal(job.network.state_dict()[name], value), name
    batch = job.data.train.inputs[:3]
    assert torch.equal(job.network(job.preprocess(batch)), exported(job.preprocess(batch)))
    again = load_source((tmp_path / "model.py").read_text(encoding="utf-8"))
    assert torch.equal(again.preprocess(batch), job.preprocess(batch))


def test_job_when_the_network_has_two_outputs_trains_the_one_that_is_named(tmp_path: Path) -> None:
    document = build_document()
    network = document.network
    two = Document(
        network=Block(
            nodes=[*network.nodes, Node(id="maps", type="Output")],
            edges=[*network.edges, Edge(source="conv", target="maps")],
        )
    )
    training = TrainingConfig(epochs=1, device="cpu", objectives=[ObjectiveConfig(output="scores")])
    outcome = train(build_job(spec_of(two, training), tmp_path), lambda *_, **__: None, Control())
    assert outcome.state is RunState.COMPLETED
    with pytest.raises(ValueError, match="There is no Output `nowhere`"):
        build_job(spec_of(two, TrainingConfig(objectives=[ObjectiveConfig(output="nowhere")])), tmp_path)
    with pytest.raises(ValueError, match=r"several outputs \(scores, maps\)"):
        build_job(spec_of(two, TrainingConfig()), tmp_path)


def test_memory_when_it_runs_out_on_a_cpu_is_recognised_and_said() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**50)
    assert is_out_of_memory(caught.value)
    assert not is_out_of_memory(RuntimeError("something else"))
    message = describe_out_of_memory(TrainingConfig(), Progress(step=4))
    assert message.startswith("Memory ran out in step 5, at a batch of 64.")
