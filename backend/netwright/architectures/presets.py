"""Training presets that several networks share: a data set that is there today, and settings that fit it."""

from netwright.architectures.base import Preset

_ACCURACY = {"monitor": "val/Accuracy", "mode": "max"}

DIGITS = Preset(
    "digits",
    "digits",
    "Digits comes with Netwright: 1,797 pictures of 8 x 8 pixels. Training starts at once.",
    {"data": {"batch_size": 32}, "epochs": 20, "checkpoint": _ACCURACY},
)

MNIST = Preset(
    "mnist",
    "mnist",
    "MNIST is downloaded once on the Data page (11 MB): 60,000 digits of 28 x 28 pixels.",
    {"data": {"batch_size": 128}, "epochs": 5, "checkpoint": _ACCURACY},
)

MNIST_32 = Preset(
    "mnist_32",
    "mnist",
    "MNIST is downloaded once on the Data page (11 MB). Its pictures are resized from 28 x 28 to the 32 x 32 that this network "
    "reads; the paper put a border around them instead.",
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
    "Fashion-MNIST is downloaded once on the Data page (31 MB): 60,000 pictures of clothes of 28 x 28 pixels in ten classes.",
    {"data": {"batch_size": 128}, "epochs": 5, "checkpoint": _ACCURACY},
)

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
    "ImageNet is not for us to hand out. Bring your own colour pictures: on the Data page drop a ZIP with one folder for each class, "
    "then choose it under Train. The preset resizes to 224 x 224 and normalizes with ImageNet's means; one click sets the last "
    "layer to your number of classes. A GPU is wanted.",
    {
        "data": {"batch_size": 32, "preprocess": _TO_224},
        "optimizer": {"type": "SGD", "params": {"lr": 0.01, "momentum": 0.9, "weight_decay": 0.0001}},
        "schedule": {"type": "CosineAnnealingLR", "params": {}},
        "epochs": 30,
        "checkpoint": _ACCURACY,
    },
)

CIFAR = Preset(
    "cifar",
    None,
    "The paper trains on CIFAR-10, which does not come with Netwright yet. Drop a ZIP of colour pictures with one folder for each "
    "class on the Data page and choose it under Train; the preset resizes to 32 x 32. The settings are the paper's: SGD with "
    "momentum, learning rate 0.1, batch 128.",
    {
        "data": {
            "batch_size": 128,
            "preprocess": [
                {"type": "ToFloat", "params": {}},
                {"type": "Resize", "params": {"size": [32, 32]}},
                {"type": "Normalize", "params": {}},
            ],
        },
        "optimizer": {"type": "SGD", "params": {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.0001}},
        "schedule": {"type": "CosineAnnealingLR", "params": {}},
        "epochs": 30,
        "checkpoint": _ACCURACY,
    },
)
