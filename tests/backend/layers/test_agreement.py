"""Drawn at random, a layer complains where and only where PyTorch refuses, gives nothing, or touches the batch."""

import random
from collections.abc import Callable
from typing import Any

import pytest
import torch
from netwright.compiler.calls import build_call
from netwright.compiler.check_infer import run_on_meta
from netwright.layers.base import TensorSpec
from netwright.layers.registry import get_layer

Draw = random.Random
Drawn = tuple[dict[str, Any], tuple[tuple[int, ...], ...]]


def conv_transpose(draw: Draw) -> Drawn:
    return {
        "out_channels": draw.randint(1, 6),
        "kernel_size": [draw.randint(1, 4), draw.randint(1, 4)],
        "stride": draw.choice([1, 2, [1, 3]]),
        "padding": draw.choice([0, 1, 2, 3, [0, 4]]),
        "output_padding": draw.choice([0, 0, 1, [1, 2]]),
        "dilation": draw.choice([1, 1, 2, 3]),
        "groups": draw.choice([1, 1, 2, 3]),
    }, ((draw.choice([1, 2, 4, 6]), draw.randint(1, 5), draw.randint(1, 5)),)


def depthwise(draw: Draw) -> Drawn:
    return {
        "depth_multiplier": draw.randint(1, 3),
        "kernel_size": draw.randint(1, 5),
        "stride": draw.choice([1, 2]),
        "padding": draw.choice(["same", 0, 1, 3]),
        "padding_mode": draw.choice(["zeros", "reflect", "circular"]),
    }, ((draw.randint(1, 4), draw.randint(1, 6)),)


def unfold(draw: Draw) -> Drawn:
    return {
        "kernel_size": [draw.randint(1, 4), draw.randint(1, 4)],
        "dilation": draw.choice([1, 2]),
        "padding": draw.choice([0, 0, 1]),
        "stride": draw.choice([1, 2]),
    }, ((draw.randint(1, 3), draw.randint(1, 6), draw.randint(1, 6)),)


def fold(draw: Draw) -> Drawn:
    return {
        "output_size": [draw.randint(1, 5), draw.randint(1, 5)],
        "kernel_size": draw.choice([1, 2, [1, 2]]),
        "dilation": draw.choice([1, 1, 2]),
        "padding": draw.choice([0, 0, 1]),
        "stride": draw.choice([1, 2]),
    }, ((draw.choice([1, 2, 4, 8]), draw.choice([1, 2, 3, 4, 6, 9, 12, 16])),)


def fractional(draw: Draw) -> Drawn:
    size: dict[str, Any] = draw.choice(
        [{}, {"output_size": [draw.randint(1, 6), draw.randint(1, 6)]}, {"output_ratio": draw.random()}]
    )
    return {"kernel_size": draw.randint(1, 4), **size}, ((2, draw.randint(1, 8), draw.randint(1, 8)),)


def instance_norm(draw: Draw) -> Drawn:
    return {"affine": draw.choice([True, False])}, ((3, draw.randint(1, 2), draw.randint(1, 2)),)


def pad(draw: Draw) -> Drawn:
    numbers = [draw.randint(0, 4) for _ in range(draw.choice([2, 2, 4, 4, 6, 3]))]
    mode = draw.choice(["constant", "reflect", "replicate", "circular"])
    return {"pad": numbers, "mode": mode}, (tuple(draw.randint(1, 5) for _ in range(draw.randint(1, 4))),)


def upsample(draw: Draw) -> Drawn:
    modes = ["nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear", "area"]
    size: dict[str, Any] = draw.choice(
        [{}, {"size": [draw.randint(1, 6) for _ in range(draw.randint(1, 3))]}, {"scale_factor": draw.random()}]
    )
    spec = (2, *(draw.randint(1, 5) for _ in range(draw.randint(1, 3))))
    return {"mode": draw.choice(modes), "align_corners": draw.choice([True, False, False]), **size}, (spec,)


def pixel_shuffle(draw: Draw) -> Drawn:
    return {"upscale_factor": draw.randint(1, 4)}, ((draw.randint(1, 18), 2, 3),)


def pixel_unshuffle(draw: Draw) -> Drawn:
    return {"downscale_factor": draw.randint(1, 4)}, ((2, draw.randint(1, 9), draw.randint(1, 9)),)


def channel_shuffle(draw: Draw) -> Drawn:
    return {"groups": draw.randint(1, 8)}, ((draw.randint(1, 9), 3),)


def glu(draw: Draw) -> Drawn:
    return {"dim": draw.choice([1, 2, -1, 3])}, ((draw.randint(1, 4), draw.randint(1, 4)),)


def unflatten(draw: Draw) -> Drawn:
    sizes = [draw.choice([-1, 1, 2, 3, 4]) for _ in range(draw.randint(1, 3))]
    return {"dim": draw.choice([1, 2, -1, 3]), "unflattened_size": sizes}, (
        (draw.choice([4, 6, 12]), draw.choice([4, 6])),
    )


def permute(draw: Draw) -> Drawn:
    return {"dims": [0, *(draw.choice([1, 2, 3, -1, -2]) for _ in range(draw.randint(1, 3)))]}, ((2, 3, 4),)


def select(draw: Draw) -> Drawn:
    return {"dim": draw.choice([1, 2, -1, 3]), "index": draw.randint(-5, 5)}, (
        (draw.randint(1, 4), draw.randint(1, 4)),
    )


def matrices(draw: Draw) -> Drawn:
    shapes = [tuple(draw.choice([2, 3]) for _ in range(draw.randint(2, 3))) for _ in range(2)]
    return {}, (shapes[0], shapes[1])


def two(draw: Draw) -> Drawn:
    shapes = [tuple(draw.choice([2, 3]) for _ in range(draw.randint(1, 2))) for _ in range(2)]
    return {}, (shapes[0], shapes[1])


DRAWS: dict[str, Callable[[Draw], Drawn]] = {
    "ConvTranspose2d": conv_transpose,
    "DepthwiseConv1d": depthwise,
    "Unfold": unfold,
    "Fold": fold,
    "FractionalMaxPool2d": fractional,
    "InstanceNorm2d": instance_norm,
    "Pad": pad,
    "Upsample": upsample,
    "PixelShuffle": pixel_shuffle,
    "PixelUnshuffle": pixel_unshuffle,
    "ChannelShuffle": channel_shuffle,
    "GLU": glu,
    "Unflatten": unflatten,
    "Permute": permute,
    "Select": select,
    "MatMul": matrices,
    "Bilinear": two,
    "Stack": two,
}

STRICTER = {"MatMul"}
"""Where we refuse more: PyTorch repeats matrices over axes that are missing, and may take the batch for one."""


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize("name", DRAWS)
def test_random_settings_are_refused_where_torch_refuses(name: str) -> None:
    layer = get_layer(name)
    draw = Draw(0)
    outcomes = {True: 0, False: 0}
    for _ in range(400):
        drawn, shapes = DRAWS[name](draw)
        params = layer.Params.model_validate(drawn)
        specs = tuple(TensorSpec(shape) for shape in shapes)
        complaints = [*layer.check_ports(specs)] or [
            one for one in layer.check(params, specs) if one.severity == "error"
        ]
        try:
            call = layer.call(params, specs)
            real = build_call(call)(*(torch.zeros(2, *shape) for shape in shapes))
            fits = real.numel() > 0 and real.shape[0] == 2
        except (RuntimeError, ValueError, IndexError, AssertionError, NotImplementedError):
            fits = False
        outcomes[fits] += 1
        if name in STRICTER:
            assert fits or complaints, (drawn, shapes)
        else:
            assert (not complaints) == fits, (drawn, shapes, complaints)
        if fits and not complaints:
            assert run_on_meta(call, specs).outputs[0].shape == real.shape[1:]
    assert min(outcomes.values()) > 20, outcomes
