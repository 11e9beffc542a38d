"""What layers that PyTorch has no module for compute, against a formula written another way; and what chance does to them."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from netwright.compiler.calls import build_call
from netwright.layers.base import TensorSpec
from netwright.layers.registry import LAYERS, get_layer
from torch import nn
from torch.nn import functional


def run(name: str, *inputs: torch.Tensor, **params: Any) -> torch.Tensor:
    result = built(name, *inputs, **params)(*inputs)
    assert isinstance(result, torch.Tensor)
    return result


def built(name: str, *inputs: torch.Tensor, **params: Any) -> Any:
    layer = get_layer(name)
    specs = [TensorSpec(tuple(tensor.shape[1:])) for tensor in inputs]
    model = layer.Params.model_validate(params)
    assert [*layer.check_ports(specs), *layer.check(model, specs)] == []
    return build_call(layer.call(model, specs))


def sample(*shape: int) -> torch.Tensor:
    return torch.randn(3, *shape, generator=torch.Generator().manual_seed(len(shape)))


PICTURE, SEQUENCE = sample(4, 5, 6), sample(7, 12)

SAME: list[tuple[str, dict[str, Any], Callable[[torch.Tensor], torch.Tensor]]] = [
    ("GlobalAvgPool", {}, lambda x: functional.adaptive_avg_pool2d(x, 1)[:, :, 0, 0]),
    ("GlobalMaxPool", {}, lambda x: functional.adaptive_max_pool2d(x, 1)[:, :, 0, 0]),
    ("ReduceMean", {"dim": [2, 3]}, lambda x: functional.adaptive_avg_pool2d(x, 1)[:, :, 0, 0]),
    ("ReduceSum", {"dim": [-1], "keepdim": True}, lambda x: 6 * functional.avg_pool2d(x, (1, 6))),
    ("ReduceMax", {"dim": [1]}, lambda x: x.max(1).values),
    ("ReduceMin", {"dim": [1]}, lambda x: -(-x).max(1).values),
    ("Normalize", {}, lambda x: x / (x * x).sum(1, keepdim=True).sqrt()),
    ("Normalize", {"p": 1.0, "dim": -1}, lambda x: x / x.abs().sum(-1, keepdim=True)),
    ("Slice", {"dim": 1, "start": 1, "stop": 3}, lambda x: x[:, 1:3]),
    ("Slice", {"dim": 2, "step": 2}, lambda x: x[:, :, ::2]),
    ("Slice", {"dim": -1, "stop": -2}, lambda x: x[:, :, :, :-2]),
    ("Slice", {"dim": -2, "start": -3, "step": 2}, lambda x: x[:, :, -3::2]),
    ("Select", {"dim": 3, "index": -1}, lambda x: x[:, :, :, -1]),
    ("Select", {"dim": -3, "index": 2}, lambda x: x[:, 2]),
    ("Permute", {"dims": [0, 2, 3, 1]}, lambda x: torch.einsum("nchw->nhwc", x)),
    ("Transpose", {"dim0": -1, "dim1": 1}, lambda x: torch.einsum("nchw->nwhc", x)),
    ("Pad", {"pad": [1, 2]}, lambda x: torch.cat((x.new_zeros(3, 4, 5, 1), x, x.new_zeros(3, 4, 5, 2)), 3)),
    ("Pad", {"pad": [0, 0, 0, 0, 2, 1], "value": 7.0}, lambda x: torch.cat((x[:, :2] * 0 + 7, x, x[:, :1] * 0 + 7), 1)),
    (
        "Pad",
        {"pad": [0, 1, 1, 0], "mode": "circular"},
        lambda x: x[:, :, [4, 0, 1, 2, 3, 4]][..., [0, 1, 2, 3, 4, 5, 0]],
    ),
    ("Upsample", {}, lambda x: x.repeat_interleave(2, 2).repeat_interleave(2, 3)),
    ("Unsqueeze", {"dim": -1}, lambda x: x[..., None]),
]


@pytest.mark.parametrize(("name", "params", "formula"), SAME)
def test_layer_gives_what_the_formula_says(
    name: str, params: dict[str, Any], formula: Callable[[torch.Tensor], torch.Tensor]
) -> None:
    torch.testing.assert_close(run(name, PICTURE, **params), formula(PICTURE))


def test_shortcut_without_parameters_is_every_second_pixel_and_zero_channels() -> None:
    """He et al. 2015, option A: two slices and a pad."""
    rows = run("Slice", PICTURE, dim=2, step=2)
    pixels = run("Slice", rows, dim=3, step=2)
    shortcut = run("Pad", pixels, pad=[0, 0, 0, 0, 2, 2])
    assert torch.equal(shortcut, functional.pad(PICTURE[:, :, ::2, ::2], (0, 0, 0, 0, 2, 2)))


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("mean", SEQUENCE.sum(1) / 7),
        ("max", SEQUENCE.max(1).values),
        ("last", SEQUENCE[:, 6]),
        ("first", SEQUENCE[:, 0]),
    ],
)
def test_pool_over_time_keeps_one_value_of_each_feature(mode: str, expected: torch.Tensor) -> None:
    torch.testing.assert_close(run("PoolOverTime", SEQUENCE, mode=mode), expected)


def test_attention_pool_is_the_mean_weighted_by_how_well_each_step_fits_the_query() -> None:
    pool = built("AttentionPool", SEQUENCE)
    scores = torch.einsum("ntf,f->nt", SEQUENCE, pool.query.weight[0])
    weights = scores.exp() / scores.exp().sum(1, keepdim=True)
    torch.testing.assert_close(pool(SEQUENCE), torch.einsum("nt,ntf->nf", weights, SEQUENCE))
    with torch.no_grad():
        pool.query.weight.zero_()
    torch.testing.assert_close(pool(SEQUENCE), SEQUENCE.mean(1))


def test_depthwise_convolution_convolves_every_channel_by_itself() -> None:
    layer = built("DepthwiseConv2d", PICTURE, depth_multiplier=2, padding=1, bias=False)
    assert isinstance(layer, nn.Conv2d)
    alone = [functional.conv2d(PICTURE[:, [c]], layer.weight[2 * c : 2 * c + 2], padding=1) for c in range(4)]
    torch.testing.assert_close(layer(PICTURE), torch.cat(alone, 1))


def test_layers_of_two_inputs_know_which_is_which() -> None:
    x, other = sample(4, 5), sample(4, 5) + 3
    assert torch.equal(run("Subtract", x, other), x - other)
    assert torch.equal(run("Divide", x, other), x / other)
    torch.testing.assert_close(run("Dot", x, other), torch.einsum("ncf,ncf->nc", x, other)[..., None])
    torch.testing.assert_close(run("MatMul", x, other.mT), torch.einsum("nif,njf->nij", x, other))
    assert torch.equal(run("Mean", x, other, x), (x + other + x) / 3)
    assert torch.equal(run("Maximum", x, other, -x), torch.stack((x, other, -x)).max(0).values)
    assert torch.equal(run("Minimum", x, other, -x), torch.stack((x, other, -x)).min(0).values)
    assert torch.equal(run("Stack", x, other, dim=-1), torch.stack((x, other), 3))


def test_crop_takes_the_middle_and_resize_the_size_of_the_other_input() -> None:
    like = sample(2, 3, 2)
    assert torch.equal(run("CenterCropLike", PICTURE, like), PICTURE[:, :, 1:4, 2:4])
    assert torch.equal(run("ResizeLike", PICTURE, like), functional.interpolate(PICTURE, (3, 2)))
    smooth = run("ResizeLike", PICTURE, like, mode="bilinear", align_corners=True)
    torch.testing.assert_close(smooth[..., 0, 0], PICTURE[..., 0, 0])
    torch.testing.assert_close(smooth[..., -1, -1], PICTURE[..., -1, -1])


QUIET = [name for name, layer in LAYERS.items() if layer.family == "regularization"]


@pytest.mark.parametrize("name", QUIET)
def test_regularization_changes_nothing_in_evaluation_and_something_in_training(name: str) -> None:
    ports = LAYERS[name].inputs[0].ranks or {4}
    x = sample(*(6,) * (min(ports) - 1))
    layer = built(name, x, p=0.5)
    torch.manual_seed(0)
    assert not torch.equal(layer(x), x)
    assert torch.equal(layer.eval()(x), x)


@pytest.mark.parametrize("name", QUIET)
@pytest.mark.filterwarnings("ignore:dropout2d")
def test_regularization_keeps_the_mean_while_training(name: str) -> None:
    """Scaled up by what is dropped, so that evaluation sees the values that the next layer is used to."""
    rank = min(LAYERS[name].inputs[0].ranks or {4})
    x = torch.randn(4000, *(2,) * (rank - 1), generator=torch.Generator().manual_seed(0))
    if "Alpha" not in name:  # which assumes mean 0 and variance 1
        x = x.abs()
    torch.manual_seed(0)
    assert (built(name, x, p=0.3)(x).mean() - x.mean()).abs() < 0.05


def test_stochastic_depth_leaves_whole_samples_out() -> None:
    x = torch.ones(2000, 3, 2)
    torch.manual_seed(0)
    y = built("StochasticDepth", x, p=0.25)(x).flatten(1)
    assert all(len(row.unique()) == 1 for row in y)
    assert {round(value, 4) for value in y[:, 0].tolist()} == {0.0, round(1 / 0.75, 4)}
    assert abs(float((y[:, 0] == 0).float().mean()) - 0.25) < 0.03
    assert built("StochasticDepth", x, p=1.0)(x).abs().sum() == 0


def test_random_slope_of_rrelu_is_its_middle_in_evaluation() -> None:
    layer = built("RReLU", SEQUENCE, lower=0.1, upper=0.3)
    low, high = SEQUENCE * 0.3, SEQUENCE * 0.1
    negative = SEQUENCE < 0
    assert ((layer(SEQUENCE) >= low) & (layer(SEQUENCE) <= high))[negative].all()
    torch.testing.assert_close(layer.eval()(SEQUENCE)[negative], 0.2 * SEQUENCE[negative])


def test_unfold_and_fold_are_inverse_where_patches_do_not_overlap() -> None:
    picture = sample(3, 4, 6)
    columns = run("Unfold", picture, kernel_size=2, stride=2)
    assert torch.equal(run("Fold", columns, output_size=[4, 6], kernel_size=2, stride=2), picture)


@pytest.mark.parametrize("name", ["LPPool1d", "LPPool2d", "LPPool3d"])
def test_lp_pool_of_zeros_has_a_gradient_that_is_a_number(name: str) -> None:
    rank = min(LAYERS[name].inputs[0].ranks or {3})
    x = torch.zeros(2, *(4,) * (rank - 1), requires_grad=True)
    torch.autograd.backward(run(name, x).sum())
    assert x.grad is not None
    assert x.grad.isfinite().all()
