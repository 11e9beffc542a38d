"""Networks that give a picture for a picture: U-Net and an autoencoder."""

from netwright.architectures.base import Architecture, Paper, Preset, Published
from netwright.architectures.drawing import Drawn, Place, document, draw, node, rows
from netwright.graph.document import Document

_RONNEBERGER = Paper(
    "Ronneberger, Fischer, Brox: U-Net, Convolutional Networks for Biomedical Image Segmentation",
    2015,
    "https://arxiv.org/abs/1505.04597",
)
_HINTON = Paper(
    "Hinton, Salakhutdinov: Reducing the Dimensionality of Data with Neural Networks",
    2006,
    "https://doi.org/10.1126/science.1127647",
)

_MASKS = Preset("masks", None)
_SHAPES = Preset("shapes", "shapes", {"epochs": 10})
_RECONSTRUCTION = Preset("reconstruction", "mnist", {"data": {"task": "reconstruction"}})


def _double_conv(padding: int, has_norm: bool) -> Drawn:
    parts = [node("x", "Input")]
    for number in (1, 2):
        parts.append(node(f"conv{number}", "Conv2d", out_channels="=channels", kernel_size=3, padding=padding))
        if has_norm:
            parts.append(node(f"bn{number}", "BatchNorm2d"))
        parts.append(node(f"relu{number}", "ReLU"))
    return draw([*parts, node("y", "Output")], channels=64)


def _down() -> Drawn:
    return draw(
        [
            node("x", "Input"),
            node("pool", "MaxPool2d", kernel_size=2),
            node("convs", "block:DoubleConv", channels="=channels"),
            node("y", "Output"),
        ],
        channels=128,
    )


def _up(has_crop: bool) -> Drawn:
    """Twice the picture, half the channels, beside them what the way down saw at this size.

    ``skip`` is the first input: it comes straight across, ``x`` from below, so that their wires do not cross.
    """
    crop = [node("crop", "CenterCropLike")] if has_crop else []
    nodes = [
        node("skip", "Input"),
        node("x", "Input"),
        node("up", "ConvTranspose2d", out_channels="=channels", kernel_size=2, stride=2),
        *crop,
        node("join", "Concat"),
        node("convs", "block:DoubleConv", channels="=channels"),
        node("y", "Output"),
    ]
    skip = "skip crop join convs y, x up join, up crop.like" if has_crop else "skip join convs y, x up join"
    places = rows("skip crop join convs", "x up . y") if has_crop else rows("skip . join convs", "x up . y")
    return draw(nodes, skip, places, channels=64)


def draw_unet(size: int, widths: tuple[int, ...], channels: int, is_original: bool) -> Document:
    """The way down by ``widths``, the way up by the same backwards, wires across at every size."""
    levels = range(1, len(widths))
    nodes = [
        node("image", "Input", shape=[1, size, size]),
        node("encode", "block:DoubleConv", channels=widths[0]),
        *(node(f"down{level}", "block:Down", channels=widths[level]) for level in levels),
        *(node(f"up{level}", "block:Up", channels=widths[level - 1]) for level in reversed(levels)),
        node("head", "Conv2d", out_channels=channels, kernel_size=1),
        node("mask", "Output"),
    ]
    right, deepest = 1.5, len(widths) - 1
    down = ["image", "encode", *(f"down{level}" for level in levels)]
    climb = [
        f"{'up' if level < deepest else 'down'}{min(level + 1, deepest)} up{level}.x" for level in reversed(levels)
    ]
    across = [f"{'encode' if level == 1 else f'down{level - 1}'} up{level}.skip" for level in levels]
    # The U: down on the left, up on the right, and what is wired across stands in one row.
    places: dict[str, Place] = {"image": (0, 0), "encode": (0, 1), "head": (right, 0), "mask": (right + 1, 0)}
    for level in range(1, deepest + 1):
        places |= {f"down{level}": (0, level + 1), f"up{level}": (right, level)}
    network = draw(nodes, ", ".join([" ".join(down), *climb, "up1 head mask", *across]), places)
    blocks = {
        "DoubleConv": _double_conv(0 if is_original else 1, has_norm=not is_original),
        "Down": _down(),
        "Up": _up(has_crop=is_original),
    }
    return document("", network, None, **blocks)


def draw_autoencoder() -> Document:
    nodes = [
        node("image", "Input", shape=[1, 28, 28]),
        node("flat", "Flatten"),
        node("encode1", "Linear", out_features=128),
        node("relu1", "ReLU"),
        node("code", "Linear", out_features="=code"),
        node("decode1", "Linear", out_features=128),
        node("relu2", "ReLU"),
        node("decode2", "Linear", out_features=784),
        node("sigmoid", "Sigmoid"),
        node("shape", "Reshape", shape=[1, 28, 28]),
        node("picture", "Output"),
    ]
    return document("", draw(nodes, code=32))


PICTURES = (
    Architecture(
        id="unet",
        family="picture",
        chapter="beyond",
        task="segmentation",
        paper=_RONNEBERGER,
        look="unet",
        preset=_MASKS,
        draw=lambda: draw_unet(572, (64, 128, 256, 512, 1024), 2, is_original=True),
        published=Published("unet", 31_030_658, None, (2, 388, 388)),
    ),
    Architecture(
        id="unet_small",
        family="picture",
        chapter="beyond",
        task="segmentation",
        paper=_RONNEBERGER,
        look="unet_small",
        preset=_SHAPES,
        draw=lambda: draw_unet(64, (16, 32, 64), 4, is_original=False),
    ),
    Architecture(
        id="autoencoder",
        family="picture",
        chapter="beyond",
        task="reconstruction",
        paper=_HINTON,
        look="autoencoder",
        preset=_RECONSTRUCTION,
        draw=draw_autoencoder,
    ),
)
