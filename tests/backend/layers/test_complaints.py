"""Every mistake that a layer names: a failing case for each code, in our words, with a repair that repairs."""

import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import netwright.layers
import pytest
import torch
from layer_inputs import fitting_shapes, specs_for
from layer_mistakes import FAILING, WITHOUT_REPAIR, Shapes
from netwright.compiler.calls import build_call
from netwright.layers.base import Complaint, DType, Layer, LayerParams, Repair, TensorSpec
from netwright.layers.registry import LAYERS, get_layer


def complaints_of(name: str, params: LayerParams, specs: Sequence[TensorSpec]) -> list[Complaint]:
    layer = get_layer(name)
    return list(layer.check_ports(specs)) or list(layer.check(params, specs))


def specs_of(shapes: Shapes, dtype: DType = "float32") -> list[TensorSpec]:
    return [TensorSpec(shape, dtype) for shape in shapes]


def inputs_of(name: str, shapes: Shapes) -> list[TensorSpec]:
    """The shapes at the ports of a layer, with the type that each takes; optional ports behind them have no wire."""
    layer = get_layer(name)
    missing = [None for port in layer.inputs[len(shapes) :] if port.optional]
    return list(specs_for(layer, [*shapes, *missing]))


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
    complaints = complaints_of(name, layer.Params.model_validate(params), inputs_of(name, shapes))
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
    specs = inputs_of(name, shapes)
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
    assert written == {code for *_, code in FAILING} | {
        "wrong_dtype",
        "wrong_rows",
        "mixed_rows",
        "places_do_not_match",
    }


@pytest.mark.parametrize("name", LAYERS)
def test_layer_that_can_complain_has_a_failing_case(name: str) -> None:
    layer = LAYERS[name]
    can_complain = layer.check.__func__ is not Layer.check.__func__  # type: ignore[attr-defined]  # class methods
    assert not can_complain or name in {case[0] for case in FAILING}


@pytest.mark.parametrize(
    "name", [n for n in LAYERS if any(port.ranks for port in LAYERS[n].inputs) and LAYERS[n].family != "graph"]
)
def test_every_rank_that_a_port_does_not_name_is_refused(name: str) -> None:
    layer = LAYERS[name]
    for number, port in enumerate(layer.inputs):
        for rank in set(range(2, 7)) - (port.ranks or set(range(2, 7))):
            shapes = [*fitting_shapes(layer)]
            shapes[number] = (2,) * (rank - 1)
            [complaint] = layer.check_ports(specs_for(layer, shapes))
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
