"""Every mistake that a layer names: a failing case for each code, in our words, with a repair that repairs."""

import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import netwright.layers
import pytest
import torch
from netwright.compiler.calls import build_call
from netwright.layers.base import Complaint, DType, Layer, LayerParams, Repair, TensorSpec
from netwright.layers.registry import LAYERS, get_layer

Shapes = tuple[tuple[int, ...], ...]

FAILING: list[tuple[str, dict[str, Any], Shapes, str]] = [
    ("Linear", {}, ((32, 7, 7),), "wrong_rank"),
    ("Conv1d", {}, ((3, 32, 32),), "wrong_rank"),
    ("Conv2d", {}, ((28, 28),), "wrong_rank"),
    ("Conv2d", {}, ((784,),), "wrong_rank"),
    ("Conv3d", {}, ((3, 32, 32),), "wrong_rank"),
    ("MaxPool2d", {}, ((3, 32),), "wrong_rank"),
    ("BatchNorm1d", {}, ((3, 8, 8),), "wrong_rank"),
    ("BatchNorm2d", {}, ((3, 8),), "wrong_rank"),
    ("AdaptiveAvgPool2d", {}, ((3, 8),), "wrong_rank"),
    ("Dropout2d", {}, ((3, 8),), "wrong_rank"),
    ("Conv1d", {"kernel_size": 9}, ((3, 5),), "kernel_too_large"),
    ("Conv2d", {"kernel_size": 7, "dilation": 2}, ((3, 5, 9),), "kernel_too_large"),
    ("Conv3d", {"kernel_size": [1, 2, 9]}, ((3, 4, 4, 4),), "kernel_too_large"),
    ("MaxPool1d", {"kernel_size": 3}, ((3, 2),), "kernel_too_large"),
    ("MaxPool2d", {"kernel_size": 3}, ((3, 2, 5),), "kernel_too_large"),
    ("MaxPool3d", {"kernel_size": 2, "dilation": 4}, ((3, 4, 4, 4),), "kernel_too_large"),
    ("AvgPool1d", {}, ((3, 1),), "kernel_too_large"),
    ("AvgPool2d", {}, ((3, 1, 1),), "kernel_too_large"),
    ("AvgPool3d", {}, ((3, 1, 1, 1),), "kernel_too_large"),
    ("Conv1d", {"padding": "same", "stride": 2}, ((3, 9),), "same_padding_with_stride"),
    ("Conv2d", {"padding": "same", "stride": [1, 2]}, ((3, 9, 9),), "same_padding_with_stride"),
    ("Conv3d", {"padding": "same", "stride": 2}, ((3, 9, 9, 9),), "same_padding_with_stride"),
    ("Conv1d", {"padding": "same", "kernel_size": 4}, ((3, 9),), "uneven_padding"),
    ("Conv2d", {"padding": "same", "kernel_size": [2, 3]}, ((3, 9, 9),), "uneven_padding"),
    ("Conv2d", {"groups": 2}, ((3, 9, 9),), "groups_do_not_divide"),
    ("Conv2d", {"groups": 3, "out_channels": 8}, ((3, 9, 9),), "groups_do_not_divide"),
    ("GroupNorm", {"num_groups": 32}, ((48, 9, 9),), "groups_do_not_divide"),
    ("Conv2d", {"padding": 3, "padding_mode": "reflect"}, ((3, 3, 9),), "padding_too_large"),
    ("Conv1d", {"padding": 4, "padding_mode": "circular"}, ((3, 3),), "padding_too_large"),
    ("MaxPool2d", {"kernel_size": 2, "padding": 2}, ((3, 9, 9),), "padding_too_large"),
    ("AvgPool2d", {"kernel_size": [2, 4], "padding": [1, 3]}, ((3, 9, 9),), "padding_too_large"),
    ("MaxPool2d", {"kernel_size": 2, "padding": 1, "dilation": 2}, ((3, 1, 9),), "window_misses_input"),
    ("AdaptiveAvgPool1d", {"output_size": 9}, ((3, 7),), "pool_stretches"),
    ("AdaptiveAvgPool2d", {"output_size": 9}, ((3, 7, 9),), "pool_stretches"),
    ("AdaptiveAvgPool3d", {"output_size": [1, 2, 9]}, ((3, 7, 7, 7),), "pool_stretches"),
    ("AdaptiveMaxPool1d", {"output_size": 9}, ((3, 7),), "pool_stretches"),
    ("AdaptiveMaxPool2d", {"output_size": 9}, ((3, 7, 9),), "pool_stretches"),
    ("AdaptiveMaxPool3d", {"output_size": 9}, ((3, 7, 9, 9),), "pool_stretches"),
    ("BatchNorm1d", {}, ((8, 1),), "one_value_per_channel"),
    ("BatchNorm2d", {}, ((8, 1, 1),), "one_value_per_channel"),
    ("BatchNorm3d", {}, ((8, 1, 1, 1),), "one_value_per_channel"),
    ("LayerNorm", {"normalized_dims": 3}, ((7, 12),), "too_many_axes"),
    ("LayerNorm", {}, ((3, 8, 8),), "normalizes_width_only"),
    ("PReLU", {"num_parameters": 3}, ((4, 8, 8),), "slopes_do_not_match"),
    ("Softmax", {"dim": 2}, ((10,),), "no_such_axis"),
    ("LogSoftmax", {"dim": -3}, ((10,),), "no_such_axis"),
    ("Softmax", {"dim": 0}, ((10,),), "axis_is_batch"),
    ("LogSoftmax", {"dim": -2}, ((10,),), "axis_is_batch"),
    ("Reshape", {"shape": [-1, 2, -1]}, ((12,),), "reshape_ambiguous"),
    ("Reshape", {"shape": [0, 12]}, ((12,),), "reshape_ambiguous"),
    ("Reshape", {"shape": [3, 28, 28]}, ((784,),), "reshape_size_differs"),
    ("Reshape", {"shape": [5, -1]}, ((784,),), "reshape_size_differs"),
    ("Reshape", {"shape": [10, 10]}, ((99,),), "reshape_size_differs"),
    ("Add", {}, ((64, 8, 8), (32, 16, 16)), "shapes_differ"),
    ("Add", {}, ((32, 8, 8), (64, 8, 8)), "shapes_differ"),
    ("Add", {}, ((32, 17, 16), (64, 9, 8)), "shapes_differ"),
    ("Add", {}, ((64,), (64, 8, 8)), "shapes_differ"),
    ("Add", {}, ((10,), (64, 8, 8)), "shapes_differ"),
    ("Add", {}, ((64,), (64,), (32,)), "shapes_differ"),
    ("Multiply", {}, ((64, 8), (32, 8)), "shapes_differ"),
    ("Add", {}, ((64, 8, 8), (64, 1, 1)), "broadcasts"),
    ("Multiply", {}, ((64, 8, 8), (1, 8, 8)), "broadcasts"),
    ("Concat", {}, ((64,), (64, 8, 8)), "ranks_differ"),
    ("Concat", {}, ((64, 8, 8), (32, 16, 16)), "sizes_differ"),
    ("Concat", {"dim": 2}, ((64, 8, 8), (32, 8, 8)), "sizes_differ"),
    ("Concat", {"dim": 4}, ((64, 8, 8), (64, 8, 8)), "no_such_axis"),
    ("Concat", {"dim": 0}, ((64, 8, 8), (64, 8, 8)), "axis_is_batch"),
    ("Bilinear", {}, ((7, 12), (8, 5)), "shapes_differ"),
    ("Bilinear", {}, ((7, 12), (5,)), "shapes_differ"),
    ("Bilinear", {}, ((12,), (7, 5)), "shapes_differ"),
    ("DepthwiseConv1d", {"kernel_size": 9}, ((3, 5),), "kernel_too_large"),
    ("DepthwiseConv1d", {"padding": "same", "stride": 2}, ((3, 9),), "same_padding_with_stride"),
    ("DepthwiseConv2d", {"padding": "same", "kernel_size": 2}, ((3, 9, 9),), "uneven_padding"),
    ("DepthwiseConv2d", {"padding": 3, "padding_mode": "reflect"}, ((3, 3, 9),), "padding_too_large"),
    ("ConvTranspose1d", {"groups": 2}, ((3, 9),), "groups_do_not_divide"),
    ("ConvTranspose2d", {"groups": 3, "out_channels": 8}, ((3, 9, 9),), "groups_do_not_divide"),
    ("ConvTranspose2d", {"stride": 2, "output_padding": 2}, ((3, 9, 9),), "output_padding_too_large"),
    ("ConvTranspose3d", {"output_padding": [0, 0, 1]}, ((3, 4, 4, 4),), "output_padding_too_large"),
    ("ConvTranspose1d", {"padding": 3}, ((3, 5),), "nothing_left"),
    ("ConvTranspose2d", {"padding": [0, 9]}, ((3, 5, 5),), "nothing_left"),
    ("Unfold", {"kernel_size": 9}, ((3, 5, 5),), "kernel_too_large"),
    ("Fold", {"kernel_size": 2}, ((9, 676),), "size_does_not_divide"),
    ("Fold", {"kernel_size": 3}, ((9, 100),), "patches_do_not_match"),
    ("Fold", {"kernel_size": [1, 2]}, ((8, 99),), "patches_do_not_match"),
    ("Fold", {"output_size": 2}, ((9, 676),), "patches_do_not_match"),
    ("LPPool1d", {"kernel_size": 3}, ((3, 2),), "kernel_too_large"),
    ("LPPool2d", {"norm_type": 3.0}, ((3, 4, 4),), "power_of_negative_values"),
    ("LPPool3d", {"kernel_size": 3}, ((3, 2, 4, 4),), "kernel_too_large"),
    ("FractionalMaxPool2d", {"output_size": 3, "output_ratio": 0.5}, ((3, 9, 9),), "size_set_twice"),
    ("FractionalMaxPool2d", {"output_size": 9}, ((3, 9, 9),), "does_not_shrink_enough"),
    ("FractionalMaxPool2d", {"kernel_size": 7}, ((3, 5, 9),), "does_not_shrink_enough"),
    ("FractionalMaxPool3d", {}, ((3, 1, 9, 9),), "does_not_shrink_enough"),
    ("FractionalMaxPool3d", {"output_ratio": 0.95, "kernel_size": 3}, ((3, 9, 9, 9),), "does_not_shrink_enough"),
    ("InstanceNorm1d", {}, ((8, 1),), "nothing_to_normalize"),
    ("InstanceNorm2d", {}, ((8, 1, 1),), "nothing_to_normalize"),
    ("InstanceNorm3d", {"affine": True}, ((8, 1, 1, 1),), "nothing_to_normalize"),
    ("RMSNorm", {"normalized_dims": 3}, ((7, 12),), "too_many_axes"),
    ("LocalResponseNorm", {}, ((10,),), "wrong_rank"),
    ("Normalize", {"dim": 2}, ((10,),), "no_such_axis"),
    ("Normalize", {"dim": 0}, ((10,),), "axis_is_batch"),
    ("RReLU", {"lower": 0.5}, ((10,),), "bounds_out_of_order"),
    ("Hardtanh", {"min_val": 2.0}, ((10,),), "bounds_out_of_order"),
    ("Hardtanh", {"min_val": 1.0}, ((10,),), "bounds_out_of_order"),
    ("Softmin", {"dim": 2}, ((10,),), "no_such_axis"),
    ("Softmax2d", {}, ((3, 8),), "wrong_rank"),
    ("GLU", {}, ((6, 5),), "size_does_not_divide"),
    ("GLU", {}, ((5,),), "size_does_not_divide"),
    ("GLU", {"dim": 0}, ((6,),), "axis_is_batch"),
    ("Dropout1d", {}, ((3, 8, 8),), "wrong_rank"),
    ("GlobalAvgPool", {}, ((12,),), "wrong_rank"),
    ("PoolOverTime", {}, ((3, 8, 8),), "wrong_rank"),
    ("AttentionPool", {}, ((12,),), "wrong_rank"),
    ("Unflatten", {"dim": 3}, ((4, 12),), "no_such_axis"),
    ("Unflatten", {"unflattened_size": [5, -1]}, ((12,),), "reshape_size_differs"),
    ("Unflatten", {"unflattened_size": [5, 2]}, ((12,),), "reshape_size_differs"),
    ("Unflatten", {"unflattened_size": [-1, -1]}, ((12,),), "reshape_ambiguous"),
    ("Permute", {}, ((3, 8, 8),), "not_an_order"),
    ("Permute", {"dims": [0, 1, 1]}, ((3, 8),), "not_an_order"),
    ("Permute", {"dims": [0, 1, 7]}, ((3, 8),), "not_an_order"),
    ("Permute", {"dims": [1, 0, 2]}, ((3, 8),), "axis_is_batch"),
    ("Transpose", {}, ((12,),), "no_such_axis"),
    ("Transpose", {"dim0": 0}, ((3, 8),), "axis_is_batch"),
    ("Transpose", {"dim1": -3}, ((3, 8),), "axis_is_batch"),
    ("Squeeze", {}, ((1, 8),), "axis_not_single"),
    ("Squeeze", {"dim": 0}, ((1, 8),), "axis_is_batch"),
    ("Unsqueeze", {"dim": 3}, ((8,),), "no_such_axis"),
    ("Unsqueeze", {"dim": 0}, ((8,),), "axis_is_batch"),
    ("Unsqueeze", {"dim": -3}, ((8,),), "axis_is_batch"),
    ("Select", {"dim": 2}, ((8,),), "no_such_axis"),
    ("Select", {"index": 8}, ((8,),), "no_such_entry"),
    ("Select", {"index": -9}, ((8,),), "no_such_entry"),
    ("Slice", {"dim": 2}, ((8,),), "no_such_axis"),
    ("Slice", {"start": 8}, ((8,),), "nothing_left"),
    ("Slice", {"start": 3, "stop": 3}, ((8,),), "nothing_left"),
    ("Slice", {"stop": -8}, ((8,),), "nothing_left"),
    ("Pad", {"pad": [1, 1, 1]}, ((3, 8),), "pad_needs_pairs"),
    ("Pad", {"pad": [1] * 6}, ((3, 8),), "too_many_axes"),
    ("Pad", {"mode": "reflect"}, ((3, 8, 8),), "mode_does_not_fit"),
    ("Pad", {"mode": "circular"}, ((3, 8, 8, 8),), "mode_does_not_fit"),
    ("Pad", {"mode": "replicate", "pad": [1] * 8}, ((2, 3, 4, 5),), "mode_does_not_fit"),
    ("Pad", {"mode": "reflect", "pad": [0, 8]}, ((3, 8),), "padding_too_large"),
    ("Pad", {"mode": "circular", "pad": [9, 0]}, ((3, 8),), "padding_too_large"),
    ("Upsample", {"size": [8, 8], "scale_factor": 2.0}, ((3, 4, 4),), "size_set_twice"),
    ("Upsample", {"size": [8]}, ((3, 4, 4),), "sizes_do_not_match"),
    ("Upsample", {"size": [8, 8, 8]}, ((3, 4, 4),), "sizes_do_not_match"),
    ("Upsample", {"mode": "bilinear"}, ((3, 4),), "mode_does_not_fit"),
    ("Upsample", {"mode": "linear"}, ((3, 4, 4),), "mode_does_not_fit"),
    ("Upsample", {"scale_factor": 0.1}, ((3, 4, 4),), "nothing_left"),
    ("Upsample", {"align_corners": True}, ((3, 4, 4),), "align_corners_without_effect"),
    ("ResizeLike", {}, ((3, 4, 4), (3, 4)), "ranks_differ"),
    ("ResizeLike", {"mode": "trilinear"}, ((3, 4, 4), (3, 8, 8)), "mode_does_not_fit"),
    ("CenterCropLike", {}, ((3, 4, 4), (3, 4)), "ranks_differ"),
    ("CenterCropLike", {}, ((3, 4, 8), (3, 5, 5)), "crop_too_large"),
    ("PixelShuffle", {"upscale_factor": 4}, ((12, 4, 4),), "size_does_not_divide"),
    ("PixelShuffle", {}, ((3, 4, 4),), "size_does_not_divide"),
    ("PixelUnshuffle", {}, ((3, 5, 4),), "size_does_not_divide"),
    ("PixelUnshuffle", {"downscale_factor": 4}, ((3, 6, 6),), "size_does_not_divide"),
    ("ChannelShuffle", {"groups": 5}, ((12, 4, 4),), "groups_do_not_divide"),
    ("ReduceMean", {"dim": [3]}, ((3, 8),), "no_such_axis"),
    ("ReduceSum", {"dim": [1, 0]}, ((3, 8),), "axis_is_batch"),
    ("ReduceMax", {"dim": [2, -1]}, ((3, 8),), "axis_twice"),
    ("ReduceMin", {"dim": [-3]}, ((3, 8),), "axis_is_batch"),
    ("Subtract", {}, ((64,), (32,)), "shapes_differ"),
    ("Subtract", {}, ((64, 8, 8), (1, 8, 8)), "broadcasts"),
    ("Divide", {}, ((64, 8, 8), (32, 8, 8)), "shapes_differ"),
    ("Divide", {}, ((64, 1, 1), (64, 8, 8)), "broadcasts"),
    ("Mean", {}, ((64,), (64,), (32,)), "shapes_differ"),
    ("Maximum", {}, ((64, 8), (32, 8)), "shapes_differ"),
    ("Minimum", {}, ((64, 8), (64, 1)), "broadcasts"),
    ("Stack", {}, ((64,), (64,), (32,)), "shapes_differ"),
    ("Stack", {"dim": 3}, ((64,), (64,)), "no_such_axis"),
    ("Stack", {"dim": -3}, ((64,), (64,)), "axis_is_batch"),
    ("Dot", {}, ((64,), (32,)), "shapes_differ"),
    ("CosineSimilarity", {}, ((64,), (32,)), "shapes_differ"),
    ("CosineSimilarity", {"dim": 2}, ((64,), (64,)), "no_such_axis"),
    ("PairwiseDistance", {}, ((64,), (32,)), "shapes_differ"),
    ("MatMul", {}, ((4, 12), (4, 12)), "matrices_differ"),
    ("MatMul", {}, ((4, 12), (5, 6)), "matrices_differ"),
    ("MatMul", {}, ((2, 4, 12), (3, 12, 4)), "matrices_differ"),
]
WITHOUT_REPAIR = {
    "wrong_rank": {
        "BatchNorm2d",
        "Conv2d",
        "LocalResponseNorm",
        "Softmax2d",
        "GlobalAvgPool",
        "PoolOverTime",
        "AttentionPool",
    },
    "ranks_differ": {"Concat", "ResizeLike", "CenterCropLike"},
    "shapes_differ": {"Bilinear"},
    "patches_do_not_match": {"Fold"},
    "does_not_shrink_enough": {"FractionalMaxPool3d"},
    "size_does_not_divide": {"GLU"},
    "matrices_differ": {"MatMul"},
}
"""Where no single step leads on: what is missing is more than a layer."""


def complaints_of(name: str, params: LayerParams, specs: Sequence[TensorSpec]) -> list[Complaint]:
    layer = get_layer(name)
    return list(layer.check_ports(specs)) or list(layer.check(params, specs))


def specs_of(shapes: Shapes, dtype: DType = "float32") -> list[TensorSpec]:
    return [TensorSpec(shape, dtype) for shape in shapes]


def repaired(
    name: str, params: dict[str, Any], specs: list[TensorSpec], repair: Repair, port: str | None = None
) -> tuple[str, dict[str, Any], list[TensorSpec]]:
    """The layer and its inputs after a repair, as the checker would apply it: on a wire of the complaint's own port."""
    values = repair.values
    names = [own.name for own in get_layer(name).inputs]
    wire = repair.wire + (names.index(port) if port is not None else 0)
    match repair.code:
        case "set_param":
            return name, params | {values["name"]: values["value"]}, specs
        case "replace":
            known = get_layer(values["type"]).Params.model_fields
            return values["type"], {k: v for k, v in params.items() if k in known} | values["params"], specs
        case "insert":
            spec = specs[wire]
            for node in values["nodes"]:
                layer = get_layer(node["type"])
                inner = layer.Params.model_validate(node["params"])
                assert complaints_of(node["type"], inner, [spec]) == []
                result = build_call(layer.call(inner, [spec]), "meta")(torch.empty(2, *spec.shape, device="meta"))
                spec = TensorSpec(tuple(result.shape[1:]))
            return name, params, [*specs[:wire], spec, *specs[wire + 1 :]]
        case _:
            return name, params, [TensorSpec(spec.shape, values["value"]) for spec in specs]


@pytest.mark.parametrize(("name", "params", "shapes", "code"), FAILING)
def test_mistake_is_named_with_what_was_expected_and_what_came(
    name: str, params: dict[str, Any], shapes: Shapes, code: str
) -> None:
    layer: type[Layer[Any]] = get_layer(name)
    complaints = complaints_of(name, layer.Params.model_validate(params), specs_of(shapes))
    assert [complaint.code for complaint in complaints] == [code]
    complaint = complaints[0]
    sentence = complaint.message.format(node="here", source="there")
    assert "`here`" in sentence
    assert sentence.startswith(name)
    assert sentence.endswith(".")
    assert "{" not in sentence
    assert complaint.expected
    assert complaint.got
    assert complaint.port in {None, *(port.name for port in layer.inputs)}
    assert complaint.field in {None, *layer.Params.model_fields}
    assert 0 <= complaint.wire < len(shapes)


@pytest.mark.parametrize(("name", "params", "shapes", "code"), FAILING)
def test_every_repair_takes_the_complaint_away(name: str, params: dict[str, Any], shapes: Shapes, code: str) -> None:
    specs = specs_of(shapes)
    [complaint] = complaints_of(name, get_layer(name).Params.model_validate(params), specs)
    assert complaint.fixes or name in WITHOUT_REPAIR.get(code, set())
    for repair in complaint.fixes:
        new_name, new_params, new_specs = repaired(name, params, specs, repair, complaint.port)
        model = get_layer(new_name).Params.model_validate(new_params)
        assert code not in {left.code for left in complaints_of(new_name, model, new_specs)}, repair


def test_wrong_dtype_is_named_and_repaired_at_the_input() -> None:
    specs = specs_of(((12,),), "int64")
    [complaint] = complaints_of("Linear", get_layer("Linear").Params(), specs)
    assert (complaint.code, complaint.expected, complaint.got) == ("wrong_dtype", "float32", "int64")
    assert complaint.fixes == (Repair("set_source_param", {"type": "Input", "name": "dtype", "value": "float32"}),)
    assert complaints_of(*_after(specs, complaint)) == []


def _after(specs: list[TensorSpec], complaint: Complaint) -> tuple[str, LayerParams, list[TensorSpec]]:
    name, params, repaired_specs = repaired("Linear", {}, specs, complaint.fixes[0])
    return name, get_layer(name).Params.model_validate(params), repaired_specs


def test_every_code_in_the_catalogue_has_a_failing_case() -> None:
    folder = Path(netwright.layers.__file__).parent
    written = {code for path in folder.glob("*.py") for code in re.findall(r'code="(\w+)"', path.read_text("utf-8"))}
    written |= {"sizes_differ"}  # chosen by an argument in merge.py
    assert written == {code for *_, code in FAILING} | {"wrong_dtype"}


@pytest.mark.parametrize("name", LAYERS)
def test_layer_that_can_complain_has_a_failing_case(name: str) -> None:
    layer = LAYERS[name]
    can_complain = layer.check.__func__ is not Layer.check.__func__  # type: ignore[attr-defined]  # class methods
    assert not can_complain or name in {case[0] for case in FAILING}


@pytest.mark.parametrize("name", [name for name in LAYERS if any(port.ranks for port in LAYERS[name].inputs)])
def test_every_rank_that_a_port_does_not_name_is_refused(name: str) -> None:
    ports = LAYERS[name].inputs
    for number, port in enumerate(ports):
        assert port.ranks is not None
        for rank in set(range(2, 7)) - port.ranks:
            shapes = [(2,) * (min(other.ranks or {3}) - 1) for other in ports]
            shapes[number] = (2,) * (rank - 1)
            [complaint] = LAYERS[name].check_ports(specs_of(tuple(shapes)))
            assert (complaint.code, complaint.port) == ("wrong_rank", port.name)
            assert f"N x {' x '.join('2' * (rank - 1))}" in complaint.message
            assert all(not repair.wire for repair in complaint.fixes)


def test_linear_on_a_picture_says_what_a_person_expects() -> None:
    [complaint] = LAYERS["Linear"].check_ports(specs_of(((32, 7, 7),)))
    assert (
        complaint.message.format(node="head", source="pool")
        == "Linear `head` needs a flat input (N x F) but gets N x 32 x 7 x 7 from `pool`."
    )
    assert [[node["type"] for node in fix.values["nodes"]] for fix in complaint.fixes] == [
        ["Flatten"],
        ["AdaptiveAvgPool2d", "Flatten"],
    ]


def test_gate_over_channels_is_no_mistake() -> None:
    layer = LAYERS["Multiply"]
    assert list(layer.check(layer.Params(), specs_of(((64, 8, 8), (64, 1, 1))))) == []
    assert list(layer.check(layer.Params(), specs_of(((64, 1, 1), (64, 8, 8))))) == []


@pytest.mark.parametrize("name", ["MaxPool2d", "AvgPool2d"])
def test_random_pools_without_complaint_run_in_torch(name: str) -> None:
    layer = LAYERS[name]
    draw = random.Random(0)
    accepted = 0
    for _ in range(300):
        params: dict[str, Any] = {
            "kernel_size": [draw.randint(1, 5), draw.randint(1, 5)],
            "stride": draw.choice([None, 1, 2, 3]),
            "padding": draw.choice([0, 0, 1, 2]),
            "ceil_mode": draw.choice([True, False]),
        }
        if name == "MaxPool2d":
            params["dilation"] = draw.choice([1, 1, 2])
        model = layer.Params.model_validate(params)
        spec = TensorSpec((2, draw.randint(1, 8), draw.randint(1, 8)))
        if list(layer.check(model, [spec])):
            continue
        accepted += 1
        result = build_call(layer.call(model, [spec]))(torch.randn(1, *spec.shape))
        assert result.isfinite().all()
    assert accepted > 50


@pytest.mark.parametrize("name", ["Add", "Multiply", "Concat"])
def test_random_merges_agree_with_torch_about_what_fits(name: str) -> None:
    layer = LAYERS[name]
    draw = random.Random(0)
    joined = 0
    for _ in range(300):
        shapes = tuple(tuple(draw.choice([1, 2, 4]) for _ in range(draw.choice([2, 3]))) for _ in range(2))
        params = layer.Params.model_validate({"dim": draw.choice([1, 2, -1, 3])} if name == "Concat" else {})
        specs = specs_of(shapes)
        if any(complaint.severity == "error" for complaint in layer.check(params, specs)):
            continue
        result = build_call(layer.call(params, specs))(*(torch.zeros(3, *shape) for shape in shapes))
        assert result.shape[0] == 3
        joined += 1
    assert joined > 20
