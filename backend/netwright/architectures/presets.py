"""Training presets that several networks share: a data set that is there today, and settings that fit it."""

from dataclasses import replace

from netwright.architectures.base import Preset

_ACCURACY = {"monitor": "val/Accuracy", "mode": "max"}

DIGITS = Preset(
    "digits",
    "digits",
    {"data": {"batch_size": 32}, "epochs": 20, "checkpoint": _ACCURACY},
)

MNIST_32 = Preset(
    "mnist_32",
    "mnist",
    {
        "data": {
            "batch_size": 128,
            "preprocess": [
                {"type": "ToFloat", "params": {}},
                {"type": "Resize", "params": {"size": [32, 32]}},
                {"type": "Normalize", "params": {}},
            ],
        },
        "epochs": 5,
        "checkpoint": _ACCURACY,
    },
)

FASHION = Preset(
    "fashion_mnist",
    "fashion_mnist",
    {"data": {"batch_size": 128}, "epochs": 5, "checkpoint": _ACCURACY},
)

DIGITS_ROWS = replace(DIGITS, text="digits_rows")
"""Each row of a digit is a step of a sequence."""

_TO_224 = [
    {"type": "ToFloat", "params": {}},
    {"type": "Resize", "params": {"size": [224, 224]}},
    {
        "type": "Normalize",
        "params": {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]},
    },
]

IMAGENET = Preset(
    "imagenet",
    None,
    {
        "data": {"batch_size": 32, "preprocess": _TO_224},
        "optimizer": {"type": "SGD", "params": {"lr": 0.01, "momentum": 0.9, "weight_decay": 0.0001}},
        "schedule": {"type": "CosineAnnealingLR", "params": {}},
        "epochs": 30,
        "checkpoint": _ACCURACY,
    },
)

IMAGENET_HEADS = replace(
    IMAGENET,
    text="imagenet_heads",
    config={
        **IMAGENET.config,
        "objectives": [
            {"output": "scores"},
            {"output": "aux1_scores", "weight": 0.3},
            {"output": "aux2_scores", "weight": 0.3},
        ],
    },
)
"""With auxiliary classifiers, whose losses count 0.3 each as in the paper."""

CIFAR = Preset(
    "cifar",
    "cifar10",
    {
        "data": {
            "batch_size": 128,
            "augment": [
                {"type": "RandomCrop", "params": {"padding": 4}},
                {"type": "RandomHorizontalFlip", "params": {}},
            ],
        },
        "optimizer": {"type": "SGD", "params": {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.0001}},
        "schedule": {"type": "CosineAnnealingLR", "params": {}},
        "epochs": 30,
        "checkpoint": _ACCURACY,
    },
)

SENTENCES = Preset("sentences", "sentences", {"data": {"batch_size": 32}, "epochs": 10, "checkpoint": _ACCURACY})

WAVES = Preset(
    "waves",
    "waves",
    {
        "data": {"batch_size": 32},
        "optimizer": {"type": "AdamW", "params": {"lr": 0.003}},
        "epochs": 20,
        "checkpoint": _ACCURACY,
    },
)

SINE_MIX = Preset(
    "sine_mix",
    "sine_mix",
    {
        "data": {"batch_size": 32, "split": {"by": "time"}},
        "objectives": [{"loss": {"type": "MSELoss"}}],
        "metrics": ["MeanAbsoluteError"],
        "optimizer": {"type": "AdamW", "params": {"lr": 0.003}},
        "epochs": 10,
        "checkpoint": {"monitor": "val/MeanAbsoluteError", "mode": "min"},
    },
)

MESSAGES = Preset(
    "messages",
    "sms_spam",
    {
        "data": {
            "batch_size": 64,
            "preprocess": [{"type": "Tokenize", "params": {"vocabulary_size": 10_000, "max_length": 128}}],
        },
        "epochs": 5,
        "checkpoint": _ACCURACY,
    },
)
"""Texts of 128 tokens, as the reference's worked example has them."""
