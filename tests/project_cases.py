"""Runs whose exported projects must repeat them: networks, and a case for each choice and feature of training."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from drawing import block, chain, document, image, node, scores
from netwright.architectures.registry import ARCHITECTURES
from netwright.data.registry import SOURCES
from netwright.graph.document import Document
from netwright.training.objectives import LOSSES
from netwright.training.optimizers import OPTIMIZERS
from netwright.training.schedules import SCHEDULES
from PIL import Image


def mlp(inputs: list[int], outputs: int, *more: Any, last: Sequence[Any] = ()) -> Document:
    start = image(*inputs) if len(inputs) > 1 else node("image: Input", params={"shape": inputs})
    flat = [node("flat: Flatten")] if len(inputs) > 1 else []
    hidden = node("hidden: Linear", params={"out_features": 16})
    return chain(
        start,
        *flat,
        hidden,
        node("act: ReLU"),
        *more,
        node("head: Linear", params={"out_features": outputs}),
        *last,
        scores(),
    )


def masks(outputs: int, *last: Any) -> Document:
    """A few convolutions that answer at every pixel of 12 x 16."""
    return chain(
        image(1, 12, 16),
        node("conv: Conv2d", params={"out_channels": 8, "kernel_size": 3, "padding": 1}),
        node("norm: BatchNorm2d"),
        node("act: ReLU"),
        node("head: Conv2d", params={"out_channels": outputs, "kernel_size": 1}),
        *last,
        scores(),
    )


def cnn() -> Document:
    return chain(
        image(1, 8, 8),
        node("conv: Conv2d", params={"out_channels": 8, "kernel_size": 3, "padding": 1}),
        node("norm: BatchNorm2d"),
        node("act: ReLU"),
        node("pool: MaxPool2d", params={"kernel_size": 2}),
        node("drop: Dropout2d", params={"p": 0.2}),
        node("conv2: Conv2d", params={"out_channels": 8, "kernel_size": 3}),
        node("flat: Flatten"),
        node("head: Linear", params={"out_features": 10}),
        scores(),
    )


def other_cnn() -> Document:
    """Another network under other names: its convolutions fit :func:`cnn`, the first for three colours, its head does not."""
    return chain(
        image(3, 8, 8),
        node("first: Conv2d", params={"out_channels": 8, "kernel_size": 3, "padding": 1}),
        node("normal: BatchNorm2d"),
        node("pooled: MaxPool2d", params={"kernel_size": 2}),
        node("second: Conv2d", params={"out_channels": 8, "kernel_size": 3}),
        node("flat: Flatten"),
        node("answer: Linear", params={"out_features": 5}),
        scores(),
    )


def three_exits() -> Document:
    """A classifier with two more on the way, one of them with dropout and a single score."""
    nodes = [
        node("x: Input", params={"shape": [30]}),
        node("stem: Linear", params={"out_features": 16}),
        node("act: ReLU"),
        node("drop: Dropout", params={"p": 0.3}),
        node("early: Linear", params={"out_features": 1}),
        node("side: Output"),
        node("norm: BatchNorm1d"),
        node("middle: Linear", params={"out_features": 2}),
        node("half_way: Output"),
        node("head: Linear", params={"out_features": 2}),
        scores(),
    ]
    wires = ["x -> stem -> act -> norm -> head -> scores", "act -> drop -> early -> side", "norm -> middle -> half_way"]
    return document(block(nodes, *wires))


def perceptron() -> Document:
    return chain(
        node("x: Input", params={"shape": [2]}),
        node("sum: Linear", params={"out_features": 1}),
        node("step: Step"),
        scores(),
    )


EXITS = [
    {"output": "scores"},
    {"output": "side", "loss": {"type": "HingeLoss"}, "weight": 0.3},
    {"output": "half_way", "loss": {"type": "MSELoss"}, "weight": 0.7},
]


def two_heads() -> Document:
    nodes = [
        node("x: Input", params={"shape": [4]}),
        node("kind: Linear", params={"out_features": 3}),
        node("other: Linear", params={"out_features": 2}),
        node("side: Output"),
        scores(),
    ]
    return document(block(nodes, "x -> other -> side", "x -> kind -> scores"))


def reader(start: Any, cell: str, outputs: int) -> Document:
    """A recurrent network whose last step answers; ``start`` is its Input and what makes vectors of it."""
    return chain(
        *start,
        node(f"cell: {cell}", params={"hidden_size": 8}),
        node("last: PoolOverTime", params={"mode": "last"}),
        node("head: Linear", params={"out_features": outputs}),
        scores(),
    )


def small_pictures() -> bytes:
    """A ZIP of 8 x 8 pictures in two classes, 30 to train on and 10 to test."""
    noise = np.random.default_rng(0)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(40):
            label, part = number % 2, "test" if number % 4 == 3 or number % 8 == 0 else "train"
            picture = io.BytesIO()
            pixels = noise.integers(0, 156, (8, 8, 3), dtype=np.uint8) + np.uint8(60 * label)
            Image.fromarray(pixels).save(picture, "PNG")
            archive.writestr(f"{part}/{('cat', 'dog')[label]}/{number}.png", picture.getvalue())
    return buffer.getvalue()


WORDS = [
    node("words: Input", params={"shape": [16], "dtype": "int64"}),
    node("embed: Embedding", params={"num_embeddings": 42, "embedding_dim": 8}),
]
STEPS = [node("steps: Input", params={"shape": [32, 1]})]
FORECAST: dict[str, Any] = {"objectives": [{"loss": {"type": "MSELoss"}}], "metrics": ["MeanAbsoluteError"]}


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

CASES: dict[str, Case] = {
    "digits mlp": Case(mlp([1, 8, 8], 10), "digits", {}),
    "digits cnn": Case(
        cnn(), "digits", {"schedule": {"type": "CosineAnnealingLR", "warmup_steps": 7}, "gradient_clip_norm": 0.5}
    ),
    "digits cnn in bfloat16": Case(cnn(), "digits", {"precision": "bfloat16"}),
    "digits cnn in float16, clipped, with a moving average": Case(
        cnn(),
        "digits",
        {
            "precision": "float16",
            "gradient_clip_norm": 0.5,
            "accumulate_steps": 2,
            "averaging": {"type": "EMA", "params": {"decay": 0.9}},
        },
    ),
    "iris with preprocessing": Case(mlp([4], 3, node("norm: BatchNorm1d")), "iris", {"seed": 7}),
    "iris, one of two outputs": Case(two_heads(), "iris", {"objectives": [{"output": "scores", "weight": 0.25}]}),
    "iris, early stopping": Case(
        mlp([4], 3),
        "iris",
        {"early_stopping": {"patience": 1}, "checkpoint": {"monitor": "val/Accuracy", "mode": "max"}},
    ),
    "iris, early stopping, a test share, the best weights taken back for it": Case(
        mlp([4], 3),
        "iris",
        {
            "data": {"split": {"test": 0.2}},
            "epochs": 6,
            "early_stopping": {"patience": 2, "min_delta": 100.0},
            "checkpoint": {"monitor": "val/loss", "mode": "max", "tested": "last"},
        },
    ),
    "wine, one sample left over": Case(mlp([13], 3, node("n: BatchNorm1d")), "wine", {"data": {"batch_size": 53}}),
    "several labels a sample": Case(
        mlp([2], 3),
        "three_discs",
        {
            "objectives": [{"loss": {"type": "BCEWithLogitsLoss", "params": {"pos_weight": [2.0, 1.0, 3.5]}}}],
            "metrics": LABEL_METRICS,
            "checkpoint": {"monitor": "val/F1Score", "mode": "max"},
        },
    ),
    "several labels a sample, from probabilities": Case(
        mlp([2], 3, last=[node("sure: Sigmoid")]),
        "three_discs",
        {"objectives": [{"loss": {"type": "BCELoss"}}], "metrics": ["Accuracy", "ExactMatch", "Recall"]},
    ),
    "groups": Case(
        mlp([4], 3),
        "iris",
        {"parameter_groups": [{"nodes": ["hidden"], "weight_decay": 0.5}], "optimizer": {"type": "Adam"}},
    ),
    "groups with factors, norms and biases spared": Case(
        cnn(),
        "digits",
        {
            "parameter_groups": [
                {"nodes": ["conv"], "lr_factor": 0.1},
                {"nodes": ["norm", "conv2"], "lr_factor": 3.0, "weight_decay": 0.5},
            ],
            "optimizer": {"type": "AdamW", "params": {"weight_decay": 0.1}},
            "no_decay_on_norms_and_biases": True,
        },
    ),
    "norms and biases spared, penalties, clipped by value": Case(
        cnn(),
        "digits",
        {"no_decay_on_norms_and_biases": True, "l1": 1e-4, "l2": 1e-3, "gradient_clip_value": 0.01},
    ),
    "L1 penalty": Case(mlp([4], 3), "iris", {"l1": 1e-3}),
    "accumulation, with a rest": Case(
        cnn(),
        "digits",
        {"accumulate_steps": 4, "l2": 1e-3, "gradient_clip_norm": 0.5, "schedule": {"type": "OneCycleLR"}},
    ),
    "moving average": Case(
        cnn(), "digits", {"averaging": {"type": "EMA", "params": {"decay": 0.95}}, "precision": "bfloat16"}
    ),
    "stochastic weight averaging": Case(
        cnn(), "digits", {"averaging": {"type": "SWA", "params": {"start": 0.0}}, "optimizer": {"type": "SGD"}}
    ),
    "stochastic weight averaging with frozen statistics": Case(
        cnn(), "digits", {"averaging": {"type": "SWA", "params": {"start": 0.5}}, "frozen": ["conv", "norm"]}
    ),
    "chain of schedules": Case(
        mlp([4], 3),
        "iris",
        {
            "epochs": 4,
            "schedule": {
                "type": "OneCycleLR",
                "warmup_steps": 2,
                "chain": [
                    {"type": "CosineAnnealingLR", "milestone": 1},
                    {"type": "ConstantLR", "params": {"factor": 0.1}, "milestone": 3},
                ],
            },
        },
    ),
    "plateau that cuts": Case(
        mlp([4], 3),
        "iris",
        {
            "epochs": 6,
            "schedule": {
                "type": "ReduceLROnPlateau",
                "params": {"monitor": "val/Accuracy", "mode": "max", "patience": 1, "min_lr": 1e-4, "cooldown": 1},
            },
        },
    ),
    "L-BFGS with penalty and clipping": Case(
        mlp([4], 3, node("drop: Dropout")),
        "iris",
        {
            "optimizer": {"type": "LBFGS", "params": {"lr": 0.5, "max_iter": 3}},
            "data": {"batch_size": 200},
            "epochs": 6,
            "l2": 1e-3,
            "gradient_clip_norm": 1.0,
        },
    ),
    "initialised": Case(
        cnn(),
        "digits",
        {
            "initialization": [
                {"type": "kaiming_normal_", "params": {"mode": "fan_out"}, "zero_biases": True},
                {"type": "trunc_normal_", "nodes": ["head", "conv2"], "params": {"std": 0.05}},
                {"type": "orthogonal_", "nodes": ["head"]},
            ]
        },
    ),
    "three objectives": Case(three_exits(), "breast_cancer", {"objectives": EXITS}),
    "two objectives in bfloat16, the first of weight 0": Case(
        three_exits(),
        "breast_cancer",
        {
            "objectives": [{"output": "half_way", "weight": 0.0}, {"output": "scores", "weight": 2.5}],
            "precision": "bfloat16",
        },
    ),
    "perceptron": Case(
        perceptron(),
        "two_clusters",
        {
            "objectives": [{"loss": {"type": "PerceptronLoss"}}],
            "optimizer": {"type": "SGD", "params": {"lr": 1.0}},
            "data": {"batch_size": 1},
        },
    ),
    "begins with weights": Case(
        cnn(), "digits", {"initial_weights": {"source": "file:a", "match": "name"}, "seed": 3}, cnn()
    ),
    "begins with weights of another network": Case(
        cnn(), "digits", {"initial_weights": {"source": "file:a", "match": "order"}}, other_cnn()
    ),
    "crop and flip": Case(
        cnn(),
        "digits",
        {
            "data": {
                "batch_size": 32,
                "augment": [{"type": "RandomCrop", "params": {"padding": 1}}, {"type": "RandomHorizontalFlip"}],
            }
        },
    ),
    "mixed samples": Case(
        cnn(),
        "digits",
        {
            "data": {
                "batch_size": 32,
                "augment": [
                    {"type": "RandAugment"},
                    {"type": "RandomErasing", "params": {"value": "random"}},
                    {"type": "MixUp"},
                    {"type": "CutMix"},
                ],
            }
        },
    ),
    "balanced sampler": Case(mlp([13], 3), "wine", {"data": {"batch_size": 32, "sampler": "balanced"}}),
    "frozen": Case(cnn(), "digits", {"frozen": ["conv", "norm", "pool"]}),
    "frozen layers of a plane, which is looked at": Case(
        chain(
            node("x: Input", params={"shape": [2]}),
            node("norm: BatchNorm1d"),
            node("hidden: Linear", params={"out_features": 8}),
            node("norm2: BatchNorm1d"),
            node("head: Linear", params={"out_features": 2}),
            scores(),
        ),
        "xor",
        {"frozen": ["norm2", "hidden"]},
    ),
    "begins with weights, of which some are frozen, in groups": Case(
        cnn(),
        "digits",
        {
            "initial_weights": {"source": "file:a", "match": "order"},
            "frozen": ["conv", "norm"],
            "parameter_groups": [{"nodes": ["conv2"], "weight_decay": 0.5}],
        },
        other_cnn(),
    ),
    "vertices of a graph": Case(ARCHITECTURES["gcn_karate"].build(), "karate", {"epochs": 6}),
    "graphs, the best vertices of each": Case(ARCHITECTURES["gcn_motifs_topk"].build(), "motifs", {}),
    "graphs in bfloat16, frozen": Case(
        ARCHITECTURES["gat_motifs_global"].build(),
        "motifs",
        {"precision": "bfloat16", "frozen": ["conv1"], "data": {"batch_size": 100}},
    ),
    "texts": Case(reader(WORDS, "GRU", 2), "sentences", {}),
    "a forecast, split by time, in deviations": Case(
        reader(STEPS, "LSTM", 4), "sine_mix", FORECAST | {"data": {"batch_size": 64, "split": {"by": "time"}}}
    ),
    "a test share": Case(mlp([13], 3), "wine", {"data": {"batch_size": 32, "split": {"test": 0.2, "validation": 0.2}}}),
    "a fold beside a test share, by time": Case(
        reader(STEPS, "LSTM", 4),
        "sine_mix",
        FORECAST | {"data": {"batch_size": 64, "split": {"by": "time", "folds": 3, "fold": 2, "test": 0.2}}},
    ),
    "a fold": Case(mlp([13], 3), "wine", {"data": {"batch_size": 32, "split": {"folds": 4, "fold": 3, "seed": 5}}}),
    "a fold by time": Case(
        reader(STEPS, "LSTM", 4),
        "sine_mix",
        FORECAST | {"data": {"batch_size": 64, "split": {"by": "time", "folds": 3, "fold": 2}}},
    ),
    "diabetes": Case(
        mlp([10], 1), "diabetes", {"objectives": [{"loss": {"type": "MSELoss"}}], "metrics": ["MeanAbsoluteError"]}
    ),
}
CASES |= {
    f"optimizer {name}": Case(mlp([4], 3), "iris", {"optimizer": {"type": name, "params": optimizer_params(name)}})
    for name in OPTIMIZERS.classes
}
CASES |= {
    f"schedule {name}": Case(
        mlp([4], 3),
        "iris",
        {"schedule": {"type": name, "params": SCHEDULE_PARAMS.get(name, {}), "warmup_steps": 3}},
    )
    for name in SCHEDULES.classes
}
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


_ROWS = "age,town,split,{target}\n" + "".join(
    f"{20 + row * 7 % 50},{('north', 'south', '')[row // 2 % 3]},{('train', 'test', 'train', 'validation')[row % 4]},{{}}\n"
    for row in range(120)
)


def _table(target: str, values: Sequence[object]) -> tuple[str, bytes]:
    rows = [str(values[row % len(values)]) for row in range(120)]
    return "people.csv", _ROWS.replace("{target}", target).format(*rows).encode()


PARTS = {"columns": {"split": {"role": "split"}}}
BY_COLUMN: dict[str, Any] = {"data": {"batch_size": 16, "split": {"by": "column"}}}
CASES |= {
    "test part of a table": Case(
        mlp([3], 2),
        "csv",
        BY_COLUMN | {"metrics": ["AUROC", "F1Score"]},
        upload=_table("paid", ["yes", "no", "no"]),
        options=PARTS,
    ),
    "test part of a table, a number, averaged": Case(
        mlp([3], 1),
        "csv",
        BY_COLUMN
        | {
            "epochs": 5,
            "objectives": [{"loss": {"type": "MSELoss"}}],
            "metrics": ["R2Score", "MeanAbsoluteError"],
            "averaging": {"type": "EMA", "params": {"decay": 0.8}},
            "checkpoint": {"monitor": "val/R2Score", "mode": "max"},
        },
        upload=_table("price", [1.5, 2.25, 9.0, 4.5, 3.0]),
        options=PARTS | {"task": "regression"},
    ),
    "test part of pictures": Case(
        chain(
            image(3, 8, 8),
            node("conv: Conv2d", params={"out_channels": 4, "kernel_size": 3}),
            node("act: ReLU"),
            node("flat: Flatten"),
            node("head: Linear", params={"out_features": 2}),
            scores(),
        ),
        "image_folder",
        {"epochs": 4, "data": {"batch_size": 8}},
        upload=("pets.zip", small_pictures()),
    ),
}
CASES |= {
    "changed by hand: rate and length": Case(
        mlp([4], 3),
        "iris",
        {"epochs": 4, "schedule": {"type": "CosineAnnealingLR", "warmup_steps": 6}},
        wishes={1: [("lr", 0.02)], 2: [("epochs", 7), ("lr", 0.005)], 4: [("epochs", 6)]},
    ),
    "changed by hand: a shorter run, averaged": Case(
        cnn(),
        "digits",
        {"epochs": 6, "averaging": {"type": "SWA", "params": {"start": 0.5}}, "optimizer": {"type": "SGD"}},
        wishes={2: [("epochs", 4)]},
    ),
    "changed by hand: a longer run, averaged": Case(
        cnn(),
        "digits",
        {"epochs": 3, "averaging": {"type": "SWA", "params": {"start": 0.5}}, "optimizer": {"type": "SGD"}},
        wishes={3: [("epochs", 8)]},
    ),
    "L-BFGS on pictures": Case(
        cnn(),
        "digits",
        {"optimizer": {"type": "LBFGS", "params": {"lr": 0.1, "max_iter": 2}}, "data": {"batch_size": 400}},
    ),
    "changed by hand: more epochs for a run that had ended early": Case(
        mlp([4], 3),
        "iris",
        {"epochs": 9, "early_stopping": {"patience": 2, "min_delta": 0.5, "restore_best_weights": False}},
        more_epochs=20,
    ),
}
CASES |= {f"watched: {name}": case for name, case in WATCHED.items()}
CASES |= {f"loss {name}": loss_case(name) for name in LOSSES.classes}
CASES |= {
    "masks": Case(masks(4), "shapes", {"data": SMALL_MASKS, "metrics": METRICS_OF["segmentation"]}),
    "masks by values, one a class": Case(
        masks(4), "shapes", {"data": SMALL_MASKS, "objectives": [{"loss": {"type": "MSELoss"}}], "metrics": ["Recall"]}
    ),
    "pictures given back": Case(
        chain(
            image(1, 8, 8),
            node("flat: Flatten"),
            node("code: Linear", params={"out_features": 8}),
            node("decode: Linear", params={"out_features": 64}),
            node("sigmoid: Sigmoid"),
            node("shape: Reshape", params={"shape": [1, 8, 8]}),
            node("picture: Output"),
        ),
        "digits",
        {
            "data": {"task": "reconstruction", "batch_size": 64},
            "objectives": [{"loss": {"type": "BCELoss"}}],
            "metrics": ["MeanAbsoluteError", "MeanSquaredError"],
        },
    ),
    "rows given back": Case(
        mlp([13], 13),
        "wine",
        {
            "data": {"task": "reconstruction", "batch_size": 32},
            "objectives": [{"loss": {"type": "HuberLoss"}}],
            "metrics": ["RootMeanSquaredError"],
        },
    ),
    "one score behind Sigmoid": Case(
        mlp([30], 1, last=[node("sigmoid: Sigmoid")]), "breast_cancer", {"objectives": [{"loss": {"type": "MSELoss"}}]}
    ),
}
