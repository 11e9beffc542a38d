"""Runs whose exported projects must repeat them: networks, and a case for each choice and feature of training."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import numpy as np
from drawing import chain, image, node, scores
from netwright.architectures.registry import ARCHITECTURES
from netwright.training.objectives import LOSSES
from netwright.training.optimizers import OPTIMIZERS
from netwright.training.schedules import SCHEDULES
from PIL import Image
from project_networks import (
    EXITS,
    FORECAST,
    STEPS,
    WORDS,
    cnn,
    masks,
    mlp,
    other_cnn,
    perceptron,
    reader,
    three_exits,
    two_heads,
)
from project_parts import (
    LABEL_METRICS,
    METRICS_OF,
    SCHEDULE_PARAMS,
    SMALL_MASKS,
    WATCHED,
    Case,
    loss_case,
    optimizer_params,
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
