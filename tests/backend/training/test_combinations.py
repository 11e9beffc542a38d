"""Mechanisms that are rarely switched on together: each set of them ends with a right result, resumed to the bit from a
checkpoint in the middle of an epoch, or is refused by a sentence before the first step."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from backend.training.conftest import Recorder
from drawing import block, document, node, scores
from netwright.architectures.registry import ARCHITECTURES
from netwright.compiler.check import check
from netwright.data.base import SourceSpec
from netwright.data.prepare import prepare
from netwright.data.registry import SOURCES, open_source
from netwright.graph.document import Document
from netwright.graph.io import graph_hash
from netwright.training.checking import check_training
from netwright.training.checkpoints import CheckpointFolder
from netwright.training.config import TrainingConfig
from netwright.training.control import Control
from netwright.training.ending import Outcome
from netwright.training.events import CheckpointCommand
from netwright.training.facts import DataFacts
from netwright.training.jobs import build_job
from netwright.training.loop import train
from netwright.training.reporting import Progress
from netwright.training.setup import Job, set_up
from netwright.training.spec import RunSpec
from netwright.training.states import EndReason, RunState
from project_networks import FORECAST, STEPS, cnn, mlp, perceptron, reader, three_exits

SGD = {"type": "SGD", "params": {"lr": 0.05, "momentum": 0.9}}
CUTS = {"type": "ReduceLROnPlateau", "params": {"patience": 0, "threshold": 100.0, "threshold_mode": "abs"}}
EMA = {"type": "EMA", "params": {"decay": 0.9}}
EARLY_SWA = {"type": "SWA", "params": {"start": 0.3}}
SMOOTH = {"type": "CrossEntropyLoss", "params": {"label_smoothing": 0.1}}
WEIGHTED = {"type": "CrossEntropyLoss", "params": {"label_smoothing": 0.1, "weight": [1.0] * 9 + [2.5]}}


def objective(loss: str, **params: Any) -> list[dict[str, Any]]:
    return [{"loss": {"type": loss, "params": params}}]


def two_classifiers() -> Document:
    """Two classifiers of digits on one stem."""
    nodes = [
        node("x: Input", params={"shape": [1, 8, 8]}),
        node("flat: Flatten"),
        node("stem: Linear", params={"out_features": 16}),
        node("act: ReLU"),
        node("drop: Dropout", params={"p": 0.3}),
        node("early: Linear", params={"out_features": 10}),
        node("side: Output"),
        node("head: Linear", params={"out_features": 10}),
        scores(),
    ]
    return document(block(nodes, "x -> flat -> stem -> act -> drop -> head -> scores", "act -> early -> side"))


@dataclass(frozen=True)
class Case:
    drawn: Document
    source: str
    config: dict[str, Any]


WORKING: dict[str, Case] = {
    "weight averaging, a plateau, early stopping": Case(
        cnn(),
        "digits",
        {
            "epochs": 5,
            "optimizer": SGD,
            "averaging": EARLY_SWA,
            "schedule": CUTS,
            "early_stopping": {"patience": 3, "min_delta": 100.0},
        },
    ),
    "weight averaging in float16, frozen, in groups, with a plateau": Case(
        cnn(),
        "digits",
        {
            "precision": "float16",
            "optimizer": SGD,
            "averaging": EARLY_SWA,
            "schedule": CUTS,
            "frozen": ["conv", "norm"],
            "parameter_groups": [{"nodes": ["conv", "head"], "lr_factor": 0.3}],
        },
    ),
    "Muon, frozen groups": Case(
        mlp([1, 8, 8], 10),
        "digits",
        {
            "optimizer": {"type": "Muon"},
            "frozen": ["hidden"],
            "parameter_groups": [{"nodes": ["hidden"], "lr_factor": 2.0}, {"nodes": ["head"], "weight_decay": 0.0}],
            "no_decay_on_norms_and_biases": True,
        },
    ),
    "Muon without a matrix that moves, in float16 with a moving average": Case(
        cnn(),
        "digits",
        {"optimizer": {"type": "Muon"}, "frozen": ["head"], "precision": "float16", "averaging": EMA},
    ),
    "accumulation, a moving average, clipping, bfloat16, early stopping": Case(
        cnn(),
        "digits",
        {
            "accumulate_steps": 3,
            "averaging": EMA,
            "gradient_clip_norm": 0.5,
            "precision": "bfloat16",
            "early_stopping": {"patience": 1, "min_delta": 0.4},
        },
    ),
    "L-BFGS, a moving average, penalties, clipping, bfloat16, frozen": Case(
        mlp([1, 8, 8], 10, node("drop: Dropout")),
        "digits",
        {
            "optimizer": {"type": "LBFGS", "params": {"lr": 0.1, "max_iter": 3}},
            "averaging": EMA,
            "l1": 1e-4,
            "l2": 1e-3,
            "gradient_clip_value": 0.1,
            "precision": "bfloat16",
            "frozen": ["hidden"],
            "no_decay_on_norms_and_biases": True,
        },
    ),
    "L-BFGS, mixed samples, weight averaging": Case(
        cnn(),
        "digits",
        {
            "optimizer": {"type": "LBFGS", "params": {"lr": 0.1, "max_iter": 3}},
            "averaging": EARLY_SWA,
            "data": {"augment": [{"type": "MixUp"}]},
        },
    ),
    "several outputs, label smoothing, one of them a single score": Case(
        three_exits(),
        "breast_cancer",
        {
            "objectives": [
                {"output": "scores", "loss": SMOOTH},
                {"output": "half_way", "loss": SMOOTH, "weight": 0.3},
                {"output": "side", "loss": {"type": "BCEWithLogitsLoss", "params": {"pos_weight": 0.6}}, "weight": 0.3},
            ],
            "accumulate_steps": 2,
            "averaging": EMA,
        },
    ),
    "several outputs, label smoothing, class weights, mixed and balanced samples": Case(
        two_classifiers(),
        "digits",
        {
            "objectives": [{"output": "scores", "loss": WEIGHTED}, {"output": "side", "loss": SMOOTH, "weight": 0.3}],
            "data": {"augment": [{"type": "MixUp"}, {"type": "CutMix"}], "sampler": "balanced"},
            "metrics": ["Accuracy", "AUROC"],
        },
    ),
    "focal loss, class weights, a balanced sampler, crops, float16": Case(
        cnn(),
        "digits",
        {
            "objectives": objective("FocalLoss", weight=[1.0] * 9 + [2.5]),
            "data": {"augment": [{"type": "RandomCrop", "params": {"padding": 1}}], "sampler": "balanced"},
            "precision": "float16",
        },
    ),
    "the perceptron's rule, noise, a plateau": Case(
        perceptron(),
        "two_clusters",
        {
            "objectives": objective("PerceptronLoss"),
            "optimizer": {"type": "SGD", "params": {"lr": 1.0}},
            "data": {"batch_size": 8, "augment": [{"type": "GaussianNoise"}]},
            "schedule": CUTS,
        },
    ),
    "a fold, class weights, weight averaging, balanced": Case(
        mlp([13], 3, node("norm: BatchNorm1d")),
        "wine",
        {
            "objectives": objective("CrossEntropyLoss", weight=[1.01, 0.834, 1.24]),
            "data": {"batch_size": 16, "split": {"folds": 4, "fold": 3}, "sampler": "balanced"},
            "averaging": EARLY_SWA,
            "optimizer": SGD,
        },
    ),
    "several labels, weights, accumulation, a moving average in float16": Case(
        mlp([2], 3),
        "three_discs",
        {
            "objectives": objective("BCEWithLogitsLoss", pos_weight=[2.0, 1.0, 3.5]),
            "metrics": ["Accuracy", "F1Score", "ExactMatch"],
            "accumulate_steps": 4,
            "averaging": EMA,
            "precision": "float16",
        },
    ),
    "a forecast in deviations, weight averaging, a fold by time, bfloat16": Case(
        reader(STEPS, "GRU", 4),
        "sine_mix",
        FORECAST
        | {
            "data": {"batch_size": 64, "split": {"by": "time", "folds": 3, "fold": 2}},
            "averaging": EARLY_SWA,
            "precision": "bfloat16",
            "gradient_clip_norm": 0.1,
        },
    ),
    "vertices, accumulation, a moving average, frozen, deterministic": Case(
        ARCHITECTURES["gcn_karate"].build(),
        "karate",
        {"epochs": 6, "accumulate_steps": 2, "averaging": EMA, "deterministic": True, "l2": 1e-3},
    ),
    "graphs, balanced, class weights, accumulation, weight averaging": Case(
        ARCHITECTURES["gat_motifs_global"].build(),
        "motifs",
        {
            "objectives": objective("FocalLoss", weight=[1.0, 2.0, 1.5]),
            "data": {"batch_size": 64, "sampler": "balanced"},
            "accumulate_steps": 3,
            "averaging": EARLY_SWA,
        },
    ),
    "given back, noise, a moving average, bfloat16, L1": Case(
        mlp([13], 13),
        "wine",
        {
            "objectives": objective("HuberLoss"),
            "data": {"task": "reconstruction", "batch_size": 32, "augment": [{"type": "GaussianNoise"}]},
            "metrics": ["RootMeanSquaredError"],
            "averaging": EMA,
            "precision": "bfloat16",
            "l1": 1e-4,
        },
    ),
}

REFUSED: dict[str, tuple[Case, str]] = {
    "L-BFGS and accumulation": (
        Case(mlp([4], 3), "iris", {"optimizer": {"type": "LBFGS"}, "accumulate_steps": 2}),
        "accumulation_not_for_optimizer",
    ),
    "several labels and a balanced sampler": (
        Case(
            mlp([2], 3),
            "three_discs",
            {"objectives": objective("BCEWithLogitsLoss"), "data": {"sampler": "balanced"}},
        ),
        "sampler_needs_classes",
    ),
    "mixed samples, class weights, focal loss": (
        Case(
            cnn(),
            "digits",
            {
                "objectives": objective("FocalLoss", weight=[1.0] * 10),
                "data": {"augment": [{"type": "MixUp"}]},
            },
        ),
        "loss_takes_no_shares",
    ),
    "the perceptron's rule and mixed samples": (
        Case(
            perceptron(),
            "two_clusters",
            {"objectives": objective("PerceptronLoss"), "data": {"augment": [{"type": "MixUp"}]}},
        ),
        "loss_takes_no_shares",
    ),
    "several outputs, one a single score, and mixed samples": (
        Case(
            three_exits(),
            "breast_cancer",
            {
                "objectives": [
                    {"output": "scores", "loss": SMOOTH},
                    {"output": "side", "loss": {"type": "BCEWithLogitsLoss"}},
                ],
                "data": {"augment": [{"type": "MixUp"}]},
            },
        ),
        "mixing_needs_scores",
    ),
    "class weights for another number of classes, on the second of two outputs": (
        Case(
            two_classifiers(),
            "digits",
            {
                "objectives": [
                    {"output": "scores"},
                    {"output": "side", "loss": {"type": "CrossEntropyLoss", "params": {"weight": [1.0, 2.0]}}},
                ]
            },
        ),
        "class_weights_length",
    ),
    "a plateau in a chain, under weight averaging": (
        Case(
            mlp([4], 3),
            "iris",
            {
                "averaging": EARLY_SWA,
                "schedule": {"type": "ConstantLR", "chain": [CUTS | {"milestone": 1}]},
            },
        ),
        "schedule_not_for_chain",
    ),
    "Muon of a network that is all frozen": (
        Case(mlp([4], 3), "iris", {"optimizer": {"type": "Muon"}, "frozen": ["hidden", "head"]}),
        "everything_frozen",
    ),
    "compiled and of graphs": (
        Case(ARCHITECTURES["gcn_karate"].build(), "karate", {"compile": True, "deterministic": True}),
        "compile_not_for_graphs",
    ),
    "a balanced sampler of samples that are given back": (
        Case(
            mlp([13], 13),
            "wine",
            {
                "objectives": objective("HuberLoss"),
                "metrics": ["RootMeanSquaredError"],
                "data": {"task": "reconstruction", "sampler": "balanced"},
            },
        ),
        "sampler_needs_classes",
    ),
}


def spec_of(case: Case) -> RunSpec:
    config = {"epochs": 3, "device": "cpu"} | case.config
    config["data"] = {"source": case.source, "batch_size": 64} | case.config.get("data", {})
    return RunSpec(
        run="run",
        document=case.drawn,
        training=TrainingConfig.model_validate(config),
        source=SourceSpec(type=case.source),
        versions={},
        created=0.0,
    )


def errors_of(spec: RunSpec) -> dict[str, str]:
    """What the server says before such a run: the sentences by their codes."""
    facts = SOURCES[spec.source.type].facts
    data = prepare(open_source(spec.source).load(), spec.training.data)
    assert facts is not None
    known = DataFacts(
        title=spec.source.type,
        kind=data.kind,
        task=data.task,
        num_samples=len(data.train) + len(data.validation),
        input_shape=data.input_shape,
        num_outputs=data.num_outputs,
        classes=data.classes,
        splits=facts.splits,
        are_vertices=data.are_vertices,
    )
    problems = check_training(spec.training, spec.document, check(spec.document), known, ["cpu"])
    return {problem.code: problem.message for problem in problems if problem.severity == "error"}


class Marked(Progress):
    """Wishes for a checkpoint once the update ``wanted`` is made."""

    def __init__(self, control: Control, wanted: int) -> None:
        super().__init__()
        self._control, self._wanted = control, wanted

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name == "step" and value == getattr(self, "_wanted", None):
            self._control.act(CheckpointCommand())


def weights_of(job: Job) -> dict[str, torch.Tensor]:
    """What trains, and what is kept of it."""
    folder = CheckpointFolder(job.folder / "checkpoints", "run", job.graph_hash, 3)
    last = next(record for record in folder.records() if record.kind == "last")
    kept = folder.load(last.weights.name).weights
    return {**{f"live {name}": value for name, value in job.network.state_dict().items()}, **kept}


def run(spec: RunSpec, folder: Path, control: Control, **more: Any) -> tuple[Job, Recorder, Outcome]:
    folder.mkdir()
    job, recorder = build_job(spec, folder), Recorder()
    return job, recorder, train(job, recorder, control, **more)


def count_steps(spec: RunSpec, folder: Path) -> int:
    """Updates of an epoch."""
    return set_up(build_job(spec, folder)).sampler.num_updates


@pytest.fixture(autouse=True)
def _kernels_as_before() -> Iterator[None]:
    yield
    torch.use_deterministic_algorithms(False)


@pytest.mark.parametrize("name", WORKING)
def test_combination_when_it_is_let_begin_learns_and_resumes_to_the_bit(name: str, tmp_path: Path) -> None:
    spec = spec_of(WORKING[name])
    assert errors_of(spec) == {}

    control = Control()
    middle = count_steps(spec, tmp_path) * 3 // 2
    whole, recorder, outcome = run(spec, tmp_path / "whole", control, progress=Marked(control, middle))
    assert outcome.state is RunState.COMPLETED
    assert outcome.reason in {EndReason.FINISHED, EndReason.EARLY_STOP}
    assert all(math.isfinite(value) for value in outcome.metrics.values())
    kept = CheckpointFolder(whole.folder / "checkpoints", "run", graph_hash(spec.document), 3)
    loaded = kept.load(f"step-{middle}.safetensors")
    resumed, again, end = run(spec, tmp_path / "resumed", Control(), resume=loaded)
    expected, found = weights_of(whole), weights_of(resumed)
    assert expected.keys() == found.keys()
    for key, value in expected.items():
        assert torch.equal(value, found[key]), key
    assert (end.reason, end.metrics) == (outcome.reason, outcome.metrics)
    for metric in ("train/loss", "val/loss"):
        assert again.series(metric) == [point for point in recorder.series(metric) if point[0] > middle]


@pytest.mark.parametrize("name", REFUSED)
def test_combination_that_cannot_be_is_refused_before_the_first_step(name: str) -> None:
    case, code = REFUSED[name]
    errors = errors_of(spec_of(case))
    assert code in errors
    assert errors[code].endswith(".")
