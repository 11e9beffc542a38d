"""The registry is the test list: every layer type meets the same demands."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from layer_cases import CASES, IDS, Case
from layer_inputs import batch, outputs_of, specs_for
from netwright.compiler.calls import build_call
from netwright.layers.base import Layer, TensorSpec
from netwright.layers.registry import LAYERS, get_layer
from pydantic import ValidationError
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

COMPUTING = [name for name, layer in LAYERS.items() if name not in {"Input", "Output"} and layer.family != "graph"]
"""Layers of graphs take other inputs; ``test_graph`` holds them to the same demands."""

ONLY_ITS_SHAPE = {
    ("ResizeLike", 1),
    ("CenterCropLike", 1),
    *((f"MaxUnpool{dims}d", 2) for dims in (1, 2, 3)),
}
"""Inputs of which a layer takes the size and not the values."""

BY_HAND: dict[str, Callable[..., int]] = {
    "Bilinear": lambda x, other, y: y.numel * x.shape[-1] * other.shape[-1],
    "Dot": lambda x, _other, _y: x.numel,
    "CosineSimilarity": lambda x, _other, _y: 3 * x.numel,
}
"""Multiplications of layers that are sums of products, of which torch's counter knows nothing."""


def prepared(case: Case) -> tuple[type[Layer[Any]], Any, tuple[TensorSpec, ...]]:
    name, params, shapes = case
    layer = get_layer(name)
    return layer, layer.Params.model_validate(params), specs_for(layer, shapes)


def layers_with_parameters() -> Iterator[Any]:
    for case, name in zip(CASES, IDS, strict=True):
        layer, params, specs = prepared(case)
        if layer.estimate_parameters(params, specs):
            yield pytest.param(case, id=name)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_layer_with_fitting_input_has_no_complaint(case: Case) -> None:
    layer, params, specs = prepared(case)
    assert [*layer.check_ports(specs), *layer.check(params, specs)] == []


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_shape_on_meta_equals_the_real_one(case: Case) -> None:
    layer, params, specs = prepared(case)
    call = layer.call(params, specs)
    reals = outputs_of(build_call(call)(*batch(specs)))
    metas = outputs_of(build_call(call, device="meta")(*batch(specs, "meta")))
    assert [(meta.shape, meta.dtype) for meta in metas] == [(real.shape, real.dtype) for real in reals]
    assert all(real.shape[0] == 2 for real in reals)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_output_has_a_rank_that_the_output_port_promises(case: Case) -> None:
    layer, params, specs = prepared(case)
    results = outputs_of(build_call(layer.call(params, specs), device="meta")(*batch(specs, "meta")))
    for port, result in zip(layer.outputs_for(dict(params)), results, strict=True):
        assert port.ranks is None or result.dim() in port.ranks
        assert str(result.dtype).removeprefix("torch.") in port.dtypes


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_gradient_reaches_every_parameter_and_every_input(case: Case) -> None:
    layer, params, specs = prepared(case)
    torch.manual_seed(0)
    built = build_call(layer.call(params, specs))
    inputs = batch(specs, size=3)
    results = outputs_of(built(*inputs))
    # Weights that differ, so that symmetric sums (a softmax's) do not cancel.
    sum((result * torch.randn(result.shape)).sum() for result in results).backward()  # type: ignore[union-attr]
    parameters = list(built.parameters()) if isinstance(built, nn.Module) else []
    used = [tensor for i, tensor in enumerate(inputs) if (layer.type, i) not in ONLY_ITS_SHAPE]
    for tensor in [*parameters, *(tensor for tensor in used if tensor.requires_grad)]:
        assert tensor.grad is not None
        assert tensor.grad.abs().sum() > 0


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_estimated_parameters_equal_the_modules(case: Case) -> None:
    layer, params, specs = prepared(case)
    built = build_call(layer.call(params, specs), device="meta")
    counted = sum(p.numel() for p in built.parameters()) if isinstance(built, nn.Module) else 0
    assert layer.estimate_parameters(params, specs) == counted


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_macs_are_half_the_flops_that_torch_counts(case: Case) -> None:
    layer, params, specs = prepared(case)
    built = build_call(layer.call(params, specs))
    # In doubles, and attention by the plain formula: of faster kernels the counter sees nothing.
    inputs = [tensor.detach().double() if tensor.is_floating_point() else tensor for tensor in batch(specs, size=1)]
    if isinstance(built, nn.Module):
        built.eval().double()
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        results = outputs_of(built(*inputs))
    outputs = [TensorSpec(tuple(result.shape[1:])) for result in results]
    if layer.type in BY_HAND:
        assert counter.get_total_flops() == 0
        assert layer.macs(params, specs, outputs) == BY_HAND[layer.type](*specs, *outputs)
    else:
        assert layer.macs(params, specs, outputs) == counter.get_total_flops() / 2


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_summary_is_short_and_plain(case: Case) -> None:
    layer, params, _ = prepared(case)
    summary = layer.summary(params)
    assert len(summary) <= 40
    assert "\n" not in summary


@pytest.mark.parametrize("name", LAYERS)
def test_every_field_is_described_and_has_a_unit_and_a_default(name: str) -> None:
    schema = LAYERS[name].Params.model_json_schema()
    assert schema["additionalProperties"] is False
    for field in schema.get("properties", {}).values():
        assert field["description"].endswith(".")
        assert "unit" in field
        assert "default" in field


ALWAYS_PRINTED = {("Softmax", "dim"), ("LogSoftmax", "dim"), ("Softmin", "dim"), ("CosineSimilarity", "dim")}
"""And one that PyTorch reads as off where it is left out: no corners are aligned."""
ALWAYS_PRINTED |= {("Upsample", "align_corners")}


@pytest.mark.parametrize("name", COMPUTING)
def test_defaults_are_pytorchs_where_pytorch_has_one(name: str) -> None:
    """What we leave out of the printed call must be what PyTorch assumes."""
    import inspect

    target = getattr(nn, name, None)
    signature = inspect.signature(target).parameters if target is not None else {}
    for field, info in LAYERS[name].Params.model_fields.items():
        theirs = signature[field].default if field in signature else inspect.Parameter.empty
        # functional.relu, which is written "relu" too
        theirs = theirs.__name__ if inspect.isfunction(theirs) else theirs
        if theirs is not inspect.Parameter.empty and (name, field) not in ALWAYS_PRINTED:
            assert info.default == theirs, field


@pytest.mark.parametrize("name", LAYERS)
def test_ports_are_described_and_names_are_unique(name: str) -> None:
    layer = LAYERS[name]
    for ports in (layer.inputs, layer.outputs):
        assert len({port.name for port in ports}) == len(ports)
        assert all(port.axes.startswith(("(N", "(V", "(2, E")) for port in ports)
        assert all(not port.variadic for port in ports[:-1])


@pytest.mark.parametrize("name", LAYERS)
def test_docstring_says_the_shapes_and_documentation_is_written_in_sentences(name: str) -> None:
    layer = LAYERS[name]
    assert "->" in (layer.__doc__ or "")
    documentation = layer.documentation
    for text in (documentation.summary, documentation.use_when, documentation.pitfalls):
        assert text[0].isupper()
        assert text.endswith(".")
        assert "  " not in text
    assert "->" in documentation.shape
    assert "https://" in documentation.source
    assert documentation.formula.count("{") == documentation.formula.count("}")


@pytest.mark.parametrize("field", ["kernel_size", "stride", "dilation"])
@pytest.mark.parametrize(
    "value", [True, "3", 3.0, 0, -1, 2**31, [3], [3, True], [3, "3"], [3, 3, 3], None, {}, [[3, 3]]]
)
def test_pair_when_it_is_no_int_or_two_ints_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        LAYERS["Conv2d"].Params.model_validate({field: value})


def test_pair_from_a_json_array_becomes_a_tuple() -> None:
    params = LAYERS["Conv2d"].Params.model_validate(
        json.loads('{"kernel_size": [3, 5], "padding": [1, 2], "stride": 2}')
    )
    assert (params.model_dump()["kernel_size"], params.model_dump()["padding"]) == ((3, 5), (1, 2))
    assert LAYERS["Conv2d"].Params.model_validate(params.model_dump(mode="json")) == params


def test_unknown_parameter_is_refused() -> None:
    with pytest.raises(ValidationError, match="in_channels"):
        LAYERS["Conv2d"].Params.model_validate({"in_channels": 3})


def test_unknown_layer_type_names_those_that_exist() -> None:
    with pytest.raises(KeyError, match=r"no layer type 'Conv4d'.*Conv2d"):
        get_layer("Conv4d")


def test_step_answers_zero_or_one_and_passes_the_gradient_straight_through() -> None:
    step = build_call(LAYERS["Step"].call(LAYERS["Step"].Params(), [TensorSpec((5,))]))
    x = torch.tensor([[-3.0, -1e-30, 0.0, 1e-30, 7.1]], requires_grad=True)
    y = step(x)
    y.sum().backward()
    assert y.tolist() == [[0.0, 0.0, 1.0, 1.0, 1.0]]
    assert x.grad is not None
    assert x.grad.tolist() == [[1.0] * 5]


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
def test_random_convolutions_agree_with_torch_about_what_fits() -> None:
    """A complaint where and only where PyTorch refuses, over windows, paddings, groups and sizes at their edges."""
    layer = LAYERS["Conv2d"]
    draw = random.Random(0)
    refused = 0
    for _ in range(600):
        params = layer.Params.model_validate(
            {
                "out_channels": draw.randint(1, 6),
                "kernel_size": [draw.randint(1, 5), draw.randint(1, 5)],
                "stride": draw.choice([1, 1, 2]),
                "padding": draw.choice(["same", "valid", 0, [1, 2], 3]),
                "dilation": draw.choice([1, 1, 2]),
                "groups": draw.choice([1, 1, 2, 3]),
                "padding_mode": draw.choice(["zeros", "zeros", "reflect", "replicate", "circular"]),
            }
        )
        spec = TensorSpec((draw.choice([1, 2, 4, 6]), draw.randint(1, 6), draw.randint(1, 6)))
        complaints = [one for one in layer.check(params, [spec]) if one.severity == "error"]
        try:
            build_call(layer.call(params, [spec]))(torch.zeros(2, *spec.shape))
            fits = True
        except (RuntimeError, ValueError):
            fits = False
        refused += not fits
        assert (complaints == []) == fits, (params, spec, complaints)
    assert 100 < refused < 500


@pytest.mark.parametrize("name", LAYERS)
def test_other_names_are_in_small_letters_and_say_more_than_the_name(name: str) -> None:
    aliases = LAYERS[name].aliases
    assert len(set(aliases)) == len(aliases)
    for alias in aliases:
        assert alias == alias.lower().strip()
        assert alias != name.lower()


def test_layers_are_listed_family_by_family() -> None:
    families = [layer.family for layer in LAYERS.values()]
    assert [family for i, family in enumerate(families) if i == 0 or families[i - 1] != family] == list(
        dict.fromkeys(families)
    )
