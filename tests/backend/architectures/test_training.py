"""Every ready-made network trains a step, through the product's own set-up, on random samples of its data's form."""

from pathlib import Path
from typing import Any

import pytest
import torch
from netwright.architectures.base import Architecture
from netwright.architectures.registry import ARCHITECTURES
from netwright.compiler.module import build_network, load_source
from netwright.compiler.source import to_run_source, to_source
from netwright.data.base import RawData, SourceSpec, Step
from netwright.data.prepare import prepare
from netwright.data.registry import SOURCES
from netwright.graph.document import Document
from netwright.training.checkpoints import seed_everything
from netwright.training.config import TrainingConfig
from netwright.training.control import Control
from netwright.training.jobs import build_job, find_output
from netwright.training.loop import train
from netwright.training.setup import Job, set_up
from netwright.training.spec import RunSpec
from netwright.training.states import RunState

torch.set_num_threads(1)

NUM_SAMPLES = 4
SMALL = 2_000_000
"""Parameters up to which a whole run is made, its checkpoints and all; of a larger one the first step."""


def _config(document: Document, architecture: Architecture, device: str) -> TrainingConfig:
    training: dict[str, Any] = dict(document.training or {})
    data = {**training.get("data", {}), "batch_size": 2, "split": {"validation": 0.5, "stratify": False}}
    data.setdefault("source", architecture.preset.source or "digits")
    return TrainingConfig.model_validate({**training, "data": data, "epochs": 1, "device": device})


def _raw(architecture: Architecture, output: tuple[int, ...]) -> RawData:
    """Random samples of the preset's data set, or of pictures that the preset resizes."""
    source = SOURCES[architecture.preset.source] if architecture.preset.source else SOURCES["image_folder"]
    facts = source.facts
    shape = facts.input_shape if facts else (next(iter(architecture.figures.inputs.values()))[0], 32, 32)
    classes = facts.classes if facts else tuple(map(str, range(output[0])))
    generator = torch.Generator().manual_seed(0)
    is_picture = source.kind == "image"
    inputs = torch.randint(0, 256, (NUM_SAMPLES, *shape), generator=generator).to(
        torch.uint8 if is_picture else torch.float32
    )
    return RawData(
        inputs=inputs,
        targets=torch.arange(NUM_SAMPLES) % len(classes),
        test_inputs=None,
        test_targets=None,
        kind=source.kind,
        task="classification",
        classes=classes,
        features=() if is_picture else tuple(f"f{i}" for i in range(shape[0])),
        default_preprocess=(Step("ToFloat"), Step("Normalize")) if is_picture else (Step("Standardize"),),
    )


def job_of(architecture: Architecture, folder: Path, device: str = "cpu") -> Job:
    document = architecture.build()
    config = _config(document, architecture, device)
    named = config.objectives[0].output
    outputs = architecture.figures.outputs
    data = prepare(_raw(architecture, outputs[named] if named else next(iter(outputs.values()))), config.data)
    module = load_source(to_run_source(document, data.preprocess_source, header={}))
    seed_everything(config.seed)
    return Job(
        network=module.Network(),
        preprocess=module.preprocess,
        data=data,
        config=config,
        folder=folder,
        run="test",
        outputs=tuple(find_output(document, objective.output) for objective in config.objectives),
    )


SEQUENCES = {
    name: each
    for name, each in ARCHITECTURES.items()
    if each.preset.source and SOURCES[each.preset.source].kind in {"text", "series"}
}
CLASSIFIERS = {
    name: each for name, each in ARCHITECTURES.items() if each.task == "classification" and name not in SEQUENCES
}
GRAPHS = {name: each for name, each in ARCHITECTURES.items() if each.family == "graph"}
REGRESSIONS = {name: each for name, each in ARCHITECTURES.items() if each.task == "regression"}
PIXELS = {name: ARCHITECTURES[name] for name in ("autoencoder",)}
MASKS = {name: ARCHITECTURES[name] for name in ("unet_small",)}
BY_HAND = {name: ARCHITECTURES[name] for name in ("unet",)}
"""What the product has no targets for: U-Net as in the paper answers with fewer pixels than a mask has, as its card says."""


def test_every_network_is_trained_by_one_of_the_tests_below() -> None:
    groups = (CLASSIFIERS, SEQUENCES, GRAPHS, REGRESSIONS, PIXELS, MASKS, BY_HAND)
    assert sorted(name for group in groups for name in group) == sorted(ARCHITECTURES)


@pytest.mark.parametrize("architecture", [*CLASSIFIERS.values(), *PIXELS.values()], ids=[*CLASSIFIERS, *PIXELS])
def test_network_when_trained_a_step_has_a_finite_loss_and_other_weights(
    architecture: Architecture, tmp_path: Path
) -> None:
    job = job_of(architecture, tmp_path)
    before = [weight.detach().clone() for weight in job.network.parameters()]
    if architecture.figures.parameters <= SMALL:
        outcome = train(job, lambda *_, **__: None, Control())
        assert outcome.state is RunState.COMPLETED, outcome.message
    else:
        _step(job)
    changed = [not torch.equal(a, b) for a, b in zip(before, job.network.parameters(), strict=True)]
    assert any(changed)


def _step(job: Job) -> None:
    """The first step of ``job``; its loss is a number."""
    run = set_up(job)
    inputs, targets = next(iter(run.sampler.epoch(1, 0)))
    loss = run.compute_loss(run.forward(inputs), targets)
    loss.backward()  # type: ignore[no-untyped-call]  # torch's own is untyped
    assert torch.isfinite(loss)
    run.optimizer.step()


@pytest.mark.parametrize("architecture", MASKS.values(), ids=MASKS)
def test_network_of_masks_when_stepped_with_its_preset_changes_every_weight(
    architecture: Architecture, tmp_path: Path
) -> None:
    job = build_job(_preset(architecture), tmp_path)
    before = [weight.detach().clone() for weight in job.network.parameters()]
    _step(job)
    assert not any(torch.equal(a, b) for a, b in zip(before, job.network.parameters(), strict=True))


def _preset(architecture: Architecture) -> RunSpec:
    """The whole preset, on its own data, which the package brings."""
    document = architecture.build()
    training = TrainingConfig.model_validate({**(document.training or {}), "device": "cpu"})
    source = SourceSpec(type=training.data.source)
    return RunSpec(run="test", document=document, training=training, source=source, versions={}, created=0.0)


@pytest.mark.parametrize("architecture", BY_HAND.values(), ids=BY_HAND)
def test_network_without_targets_when_stepped_by_hand_has_gradients_everywhere(architecture: Architecture) -> None:
    network = build_network(to_source(architecture.build()))
    network.train()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
    inputs = [torch.rand(1, *shape) for shape in architecture.figures.inputs.values()]
    output = network(*inputs)
    loss = torch.nn.functional.mse_loss(output, torch.zeros_like(output))
    loss.backward()  # type: ignore[no-untyped-call]  # torch's own is untyped
    assert torch.isfinite(loss)
    assert all(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in network.parameters())
    optimizer.step()


def _run_preset(architecture: Architecture, folder: Path) -> dict[str, float]:
    """The last metrics of the whole preset, on its own data."""
    outcome = train(build_job(_preset(architecture), folder), lambda *_, **__: None, Control())
    assert outcome.state is RunState.COMPLETED, outcome.message
    return outcome.metrics


@pytest.mark.parametrize(("name", "least"), [("perceptron", 1.0), ("neuron_softmax", 0.93), ("mlp_spirals", 0.99)])
def test_network_of_the_plane_when_its_preset_is_run_learns_what_its_text_says(
    name: str, least: float, tmp_path: Path
) -> None:
    assert _run_preset(ARCHITECTURES[name], tmp_path)["train/Accuracy"] >= least


def test_neurons_when_their_presets_are_run_have_the_errors_that_their_text_compares(tmp_path: Path) -> None:
    assert set(REGRESSIONS) == {"neuron_sigmoid", "neuron_tanh", "neuron_relu"}
    for name, architecture in REGRESSIONS.items():
        activation = next(node.type for node in architecture.build().network.nodes if node.id == "activation")
        folder = tmp_path / name
        folder.mkdir()
        found = _run_preset(architecture, folder)["val/MeanAbsoluteError"]
        text = " ".join(architecture.words("en").look)
        assert f"{activation} {found:.2f}" in text


def test_heads_of_googlenet_when_trained_count_as_in_the_paper() -> None:
    for name in ("googlenet_aux", "googlenet_torchvision_aux"):
        objectives = TrainingConfig.model_validate(ARCHITECTURES[name].build().training).objectives
        found = [(objective.output, objective.weight) for objective in objectives]
        assert found == [("scores", 1.0), ("aux1_scores", 0.3), ("aux2_scores", 0.3)]


@pytest.mark.parametrize("architecture", GRAPHS.values(), ids=GRAPHS)
def test_graph_network_when_its_preset_is_run_learns(
    architecture: Architecture, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    source = architecture.preset.source
    assert source is not None
    path = str(request.getfixturevalue("shared_data") / "graph-cora") if SOURCES[source].files else None
    document = architecture.build()
    training = TrainingConfig.model_validate({**(document.training or {}), "device": "cpu"})
    spec = RunSpec(
        run="test",
        document=document,
        training=training.model_copy(update={"epochs": min(training.epochs, 12)}),
        source=SourceSpec(type=source, path=path),
        versions={},
        created=0.0,
    )
    job = build_job(spec, tmp_path)
    outcome = train(job, lambda *_, **__: None, Control())
    assert outcome.state is RunState.COMPLETED, outcome.message
    assert outcome.metrics["train/Accuracy"] > 1.5 / job.data.num_outputs or source == "karate"


LEARNED = {
    "lstm_sentences": (6, "val/Accuracy", 0.99, 1.0),
    "bag_sentences": (3, "val/Accuracy", 0.4, 0.6),
    "gru_waves": (9, "val/Accuracy", 0.8, 1.0),
    "gru_forecast": (3, "val/MeanAbsoluteError", 0.08, 0.25),
    "transformer_encoder": (1, "val/Accuracy", 0.8, 1.0),
}
"""How many epochs of the preset, and the metric after them, from and to.  Of the messages only the first."""


@pytest.mark.parametrize("architecture", SEQUENCES.values(), ids=SEQUENCES)
def test_network_of_sequences_when_its_preset_is_run_learns_what_its_text_says(
    architecture: Architecture, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    document = architecture.build()
    training = TrainingConfig.model_validate({**(document.training or {}), "device": "cpu"})
    path = None
    if SOURCES[training.data.source].files:
        file = request.getfixturevalue("shared_data") / "text" / "sms_spam.tsv"
        path = str(tmp_path)
        (tmp_path / "sms.tsv").write_text("\n".join(file.read_text("utf-8").split("\n")[:500]), "utf-8")
    epochs, metric, least, most = LEARNED[architecture.id]
    training = training.model_copy(update={"epochs": epochs})
    source = SourceSpec(type=training.data.source, path=path)
    spec = RunSpec(run="test", document=document, training=training, source=source, versions={}, created=0.0)
    outcome = train(build_job(spec, tmp_path), lambda *_, **__: None, Control())
    assert outcome.state is RunState.COMPLETED, outcome.message
    assert least <= outcome.metrics[metric] <= most
