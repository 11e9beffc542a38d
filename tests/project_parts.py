"""What the cases of projects are made of: a case, settings of optimizers, schedules and losses, and runs that a metric ends."""

from dataclasses import dataclass, field
from typing import Any, Literal

from drawing import node
from netwright.data.registry import SOURCES
from netwright.graph.document import Document
from netwright.training.objectives import LOSSES
from project_networks import EXITS, STEPS, cnn, masks, mlp, reader, three_exits


@dataclass
class Case:
    """A run of two epochs: ``source`` and the changes to its config; ``begins_with`` is a network whose weights it takes over,
    matched as the config's ``initial_weights`` say."""

    drawn: Document
    source: str
    config: dict[str, Any]
    begins_with: Document | None = None
    upload: tuple[str, bytes] | None = None
    """A file that ``source`` reads under its ``options``, with its name."""
    options: dict[str, Any] = field(default_factory=dict)
    wishes: dict[int, list[tuple[Literal["lr", "epochs"], float]]] = field(default_factory=dict)
    """What somebody changes when an epoch was validated."""
    more_epochs: int | None = None
    """What the run is to have when it has ended."""


def optimizer_params(name: str) -> dict[str, Any]:
    """Other settings than the defaults, where there are some that go together."""
    params: dict[str, dict[str, Any]] = {
        "SGD": {"lr": 0.05, "momentum": 0.9, "nesterov": True},
        "AdamW": {"lr": 0.003, "betas": [0.8, 0.99]},
        "NAdam": {"lr": 0.003, "decoupled_weight_decay": True, "weight_decay": 0.1, "momentum_decay": 0.01},
        "RAdam": {"lr": 0.003, "decoupled_weight_decay": True, "weight_decay": 0.1},
        "Adagrad": {"lr": 0.02, "lr_decay": 0.01, "initial_accumulator_value": 0.1},
        "Adadelta": {"lr": 0.5, "rho": 0.8},
        "Muon": {"lr": 0.003, "ns_steps": 3},
        "LBFGS": {"lr": 0.1, "max_iter": 4, "history_size": 5, "line_search_fn": "strong_wolfe"},
    }
    return params.get(name, {"lr": 0.002})


LOSS_CASES: dict[str, tuple[int, str, dict[str, Any]]] = {
    "CrossEntropyLoss": (10, "digits", {"label_smoothing": 0.1, "weight": [1.0] * 9 + [2.5]}),
    "BCEWithLogitsLoss": (1, "breast_cancer", {"pos_weight": 1.5}),
    "MSELoss": (10, "digits", {}),
    "L1Loss": (1, "diabetes", {}),
    "PerceptronLoss": (1, "breast_cancer", {}),
    "HingeLoss": (1, "breast_cancer", {}),
    "FocalLoss": (10, "digits", {"gamma": 1.5, "weight": [1.0] * 9 + [2.5]}),
    "SigmoidFocalLoss": (3, "three_discs", {"gamma": 1.5, "alpha": 0.25}),
    "DiceLoss": (4, "shapes", {"smooth": 0.5, "has_background": False}),
    "NLLLoss": (10, "digits", {"weight": [1.0] * 9 + [2.5]}),
    "BCELoss": (1, "breast_cancer", {}),
    "MultiMarginLoss": (10, "digits", {"margin": 0.5}),
    "MultiLabelSoftMarginLoss": (3, "three_discs", {"weight": [0.5, 1.5, 2.0]}),
    "SoftMarginLoss": (1, "breast_cancer", {}),
    "SmoothL1Loss": (1, "diabetes", {"beta": 20.0}),
    "HuberLoss": (1, "diabetes", {"delta": 20.0}),
    "PoissonNLLLoss": (1, "diabetes", {}),
}
"""Scores, data and params for each registered loss."""
SCHEDULE_PARAMS: dict[str, dict[str, Any]] = {
    "StepLR": {"step_size": 1, "gamma": 0.3},
    "CosineAnnealingLR": {"T_max": 3, "eta_min": 1e-5},
    "ConstantLR": {"factor": 0.5},
    "MultiStepLR": {"milestones": [1, 2], "gamma": 0.3},
    "ExponentialLR": {"gamma": 0.6},
    "CosineAnnealingWarmRestarts": {"T_0": 1, "T_mult": 2, "eta_min": 1e-5},
    "OneCycleLR": {"max_lr": 0.02, "pct_start": 0.4, "three_phase": True, "anneal_strategy": "linear"},
    "PolynomialLR": {"total_iters": 3, "power": 2.0},
    "ReduceLROnPlateau": {"patience": 0, "threshold": 10.0, "factor": 0.5, "threshold_mode": "abs"},
}
SHAPES = {"three_discs": [2], "digits": [1, 8, 8], "iris": [4], "breast_cancer": [30], "diabetes": [10], "wine": [13]}


SMALL_MASKS = {
    "batch_size": 64,
    "preprocess": [{"type": "ToFloat"}, {"type": "Resize", "params": {"size": [12, 16]}}],
}
"""Pictures and masks made smaller, as a person may: the masks must move with the pictures."""


def watches(monitor: str, patience: int, min_delta: float = 0.02) -> dict[str, Any]:
    """So many epochs that a run ends early where nothing gets much better by its monitor."""
    stopping = {"monitor": monitor, "mode": "max", "patience": patience, "min_delta": min_delta}
    return {"epochs": 8, "early_stopping": stopping, "checkpoint": {"monitor": monitor, "mode": "max"}}


LABEL_METRICS = ["Accuracy", "ExactMatch", "Precision", "Recall", "F1Score", "JaccardIndex", "Specificity"]
LABEL_METRICS += ["MatthewsCorrCoef"]

WATCHED: dict[str, Case] = {
    "area under the ROC curve": Case(
        cnn(), "digits", {"metrics": ["AUROC", "Top3Accuracy"]} | watches("val/AUROC", patience=1)
    ),
    "average precision of one score": Case(
        mlp([30], 1),
        "breast_cancer",
        {"objectives": [{"loss": {"type": "BCEWithLogitsLoss"}}], "metrics": ["AveragePrecision", "Top5Accuracy"]}
        | watches("val/AveragePrecision", patience=2),
    ),
    "Matthews correlation, in training": Case(
        mlp([4], 3),
        "iris",
        {"metrics": ["MatthewsCorrCoef"]} | watches("train/MatthewsCorrCoef", patience=1, min_delta=0.5),
    ),
    "R2 in deviations": Case(
        reader(STEPS, "LSTM", 4),
        "sine_mix",
        {"objectives": [{"loss": {"type": "MSELoss"}}], "metrics": ["R2Score"], "data": {"batch_size": 64}}
        | watches("val/R2Score", patience=1, min_delta=0.5),
    ),
    "R2 in training, of accumulated batches": Case(
        mlp([10], 1),
        "diabetes",
        {"objectives": [{"loss": {"type": "MSELoss"}}], "metrics": ["R2Score"], "accumulate_steps": 2}
        | watches("train/R2Score", patience=2),
    ),
    "labels from probabilities": Case(
        mlp([2], 3, last=[node("sure: Sigmoid")]),
        "three_discs",
        {"objectives": [{"loss": {"type": "BCELoss"}}], "metrics": ["AUROC", "AveragePrecision", "ExactMatch"]}
        | watches("val/AveragePrecision", patience=1),
    ),
    "mixed samples in training, a plateau": Case(
        cnn(),
        "digits",
        {
            "data": {"batch_size": 64, "augment": [{"type": "MixUp"}]},
            "metrics": ["Accuracy", "AUROC"],
            "schedule": {
                "type": "ReduceLROnPlateau",
                "params": {"monitor": "train/Accuracy", "mode": "max", "patience": 0, "threshold": 1.0},
            },
        }
        | watches("train/AUROC", patience=2),
    ),
    "training, of the first of three outputs": Case(
        three_exits(),
        "breast_cancer",
        {"objectives": EXITS, "metrics": ["F1Score"]} | watches("train/F1Score", patience=1, min_delta=0.5),
    ),
    "masks": Case(
        masks(4),
        "shapes",
        {"data": SMALL_MASKS, "metrics": ["JaccardIndex", "AUROC"]} | watches("train/JaccardIndex", patience=1),
    ),
}
"""What decides of the best weights and of the end."""
METRICS_OF: dict[str, list[str]] = {
    "classification": ["Accuracy", "F1Score", "BalancedAccuracy"],
    "multilabel": LABEL_METRICS,
    "regression": ["MeanAbsoluteError", "RootMeanSquaredError", "MeanAbsolutePercentageError"],
    "segmentation": ["Accuracy", "JaccardIndex", "DiceScore", "Specificity"],
}


def loss_case(name: str) -> Case:
    num_scores, source, params = LOSS_CASES[name]
    task = SOURCES[source].facts.task  # type: ignore[union-attr]  # a built-in has facts
    last = LOSSES.get(name).needs
    more = [] if last is None else [node(f"last: {last}", params={"dim": 1} if last == "LogSoftmax" else {})]
    config = {
        "objectives": [{"loss": {"type": name, "params": params}}],
        "metrics": METRICS_OF[task],
        **({"data": SMALL_MASKS} if task == "segmentation" else {}),
    }
    drawn = masks(num_scores, *more) if task == "segmentation" else mlp(SHAPES[source], num_scores, last=more)
    return Case(drawn, source, config)
