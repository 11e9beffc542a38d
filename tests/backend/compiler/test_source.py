"""The exported Python: what a person would write, formatted, and the same network as was drawn."""

import ast
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from netwright.compiler.check import check
from netwright.compiler.module import build_network, load_source
from netwright.compiler.program import DocumentInvalidError
from netwright.compiler.source import to_run_source, to_source
from netwright.graph.document import Block, Document
from samples import SAMPLES, block, document, drawn_inputs, image, node, out, resnet18
from torch import nn

EXPECTED = Path(__file__).parent / "sources"
RUFF = Path(sys.executable).with_name("ruff")


def run(network: nn.Module, inputs: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    result = network(**inputs)
    return result if isinstance(result, dict) else {"": result}


@pytest.mark.parametrize("name", SAMPLES)
def test_source_of_a_sample_is_as_it_was_read_and_found_good(name: str) -> None:
    """``tests/backend/compiler/sources`` holds what a person has read; a change shows in review."""
    assert to_source(SAMPLES[name]()) == (EXPECTED / f"{name}.py.txt").read_text("utf-8")


@pytest.mark.parametrize("name", SAMPLES)
def test_source_passes_a_formatter_and_a_linter(name: str) -> None:
    source = to_source(SAMPLES[name]()).encode()
    for command in (["format", "--diff"], ["check", "--select", "E4,E7,E9,F,I,B,UP,RET,PIE,C4"]):
        result = subprocess.run(
            [RUFF, *command, "--isolated", "--stdin-filename", "model.py", "-"],
            input=source,
            capture_output=True,
            check=False,
        )
        assert result.returncode == 0, result.stdout.decode() + result.stderr.decode()


@pytest.mark.parametrize("name", SAMPLES)
def test_module_has_the_shapes_and_parameters_that_the_check_reports(name: str) -> None:
    source = SAMPLES[name]()
    report = check(source)
    network = build_network(to_source(source)).eval()
    assert sum(p.numel() for p in network.parameters()) == report.totals.parameters
    results = run(network, drawn_inputs(source))
    outputs = [item.id for item in source.network.nodes if item.type == "Output"]
    for output, tensor in zip(outputs, results.values(), strict=True):
        [shape] = [shape.shape for shape in report.nodes[output].inputs.values()]
        assert [None, *tensor.shape[1:]] == shape


@pytest.mark.parametrize("name", SAMPLES)
def test_keys_of_the_state_dict_are_paths_of_nodes(name: str) -> None:
    source = SAMPLES[name]()
    report = check(source)
    # Behind the path of a layer stand PyTorch's own names: two for a TransformerEncoderLayer's self_attn.in_proj_weight.
    inner = {path for path in report.nodes if any(other.startswith(f"{path}.") for other in report.nodes)}
    layers = {path for path, one in report.nodes.items() if one.parameters + one.buffers > 0} - inner
    for key in build_network(to_source(source)).state_dict():
        assert any(key.startswith(f"{path}.") for path in layers), key


@pytest.mark.parametrize("name", SAMPLES)
def test_every_module_is_called_in_the_reported_shape(name: str) -> None:
    """Node by node, not only at the end: hooks on the module by path see what the report says."""
    source = SAMPLES[name]()
    report = check(source)
    network = build_network(to_source(source)).eval()
    seen: dict[str, list[int | None]] = {}
    for path, module in network.named_modules():
        if path in report.nodes:

            def hook(_module: nn.Module, _inputs: Any, result: Any, path: str = path) -> None:
                first = result[0] if isinstance(result, tuple) else result
                # A module that several nodes share is called first for the node that it is named after.
                seen.setdefault(path, [None, *first.shape[1:]])

            module.register_forward_hook(hook)
    run(network, drawn_inputs(source))
    for path, shape in seen.items():
        assert shape == next(iter(report.nodes[path].outputs.values())).shape, path
    assert seen


@pytest.mark.parametrize("name", ["architecture_page", "inception", "densenet"])
def test_network_parameter_is_an_argument_that_resizes_the_whole_network(name: str) -> None:
    source = SAMPLES[name]()
    for parameter, value in source.network.parameters.items():
        other = source.model_copy(
            update={
                "network": source.network.model_copy(
                    update={"parameters": source.network.parameters | {parameter: value * 3}}
                )
            }
        )
        resized = load_source(to_source(source)).Network(**{parameter: value * 3})
        drawn = build_network(to_source(other))
        assert {k: v.shape for k, v in resized.state_dict().items()} == {
            k: v.shape for k, v in drawn.state_dict().items()
        }
        torch.testing.assert_close(
            next(iter(run(resized.eval(), drawn_inputs(source)).values())).shape,
            next(iter(run(drawn.eval(), drawn_inputs(source)).values())).shape,
        )


def test_layers_that_are_the_default_of_pytorch_are_printed_without_arguments() -> None:
    nodes = [
        image(4, 9, 9),
        node("conv", "Conv2d", out_channels=8, kernel_size=[3, 3], stride=[1, 1], padding=0, groups=1, bias=True),
        node("norm", "BatchNorm2d", eps=1e-5, momentum=0.1),
        node("pool", "MaxPool2d", kernel_size=2, stride=2),
        node("act", "LeakyReLU", negative_slope=0.01),
        out(),
    ]
    source = to_source(document(block(nodes)))
    for line in ("nn.BatchNorm2d(8)", "nn.MaxPool2d(2)", "nn.LeakyReLU()"):
        assert line in source


def test_network_that_ends_in_a_node_with_several_outputs_returns_them_by_name() -> None:
    nodes = [image(4, 3, 3), node("cut", "Chunk"), out("left"), out("right")]
    network = build_network(to_source(document(block(nodes, "image cut, cut.part0 left, cut.part1 right"))))
    result = network(torch.arange(36.0).view(1, 4, 3, 3))
    assert {name: tuple(tensor.shape) for name, tensor in result.items()} == {
        "left": (1, 2, 3, 3),
        "right": (1, 2, 3, 3),
    }


@pytest.mark.parametrize("pieces", range(2, 17))
def test_source_with_many_results_of_one_call_is_formatted(pieces: int) -> None:
    ends = [out(f"end{number}") for number in range(pieces)]
    wires = ["image slices", *(f"slices.part{number} end{number}" for number in range(pieces))]
    nodes = [image(pieces, 3, 3), node("slices", "Chunk", chunks=pieces), *ends]
    source = to_source(document(block(nodes, ", ".join(wires))))
    command = ["format", "--diff", "--isolated", "--stdin-filename", "model.py", "-"]
    result = subprocess.run([RUFF, *command], input=source.encode(), capture_output=True, check=False)
    assert result.returncode == 0, result.stdout.decode()


def test_choices_and_tuples_are_printed_as_python() -> None:
    nodes = [
        image(4, 9, 9),
        node("conv", "Conv2d", out_channels=8, kernel_size=[3, 5], padding="same", padding_mode="circular"),
        node("act", "GELU", approximate="tanh"),
        out(),
    ]
    source = to_source(document(block(nodes)))
    assert 'nn.Conv2d(4, 8, (3, 5), padding="same", padding_mode="circular")' in source
    assert 'nn.GELU(approximate="tanh")' in source


def test_muted_node_is_left_out_of_the_module() -> None:
    nodes = [node("x", "Input", shape=[4]), node("fc", "Linear"), node("act", "ReLU", muted=True), out()]
    source = to_source(document(block(nodes)))
    assert "act" not in source
    assert "return self.fc(x)" in source


def test_imports_are_only_what_is_used() -> None:
    tree = ast.parse(to_source(resnet18()))
    imported = {
        alias.name for item in tree.body if isinstance(item, (ast.Import, ast.ImportFrom)) for alias in item.names
    }
    assert imported == {"torch", "nn"}


def test_values_that_are_no_longer_needed_are_let_go() -> None:
    """Peak memory of a long chain with a skip in it: the skip dies with its last use."""
    nodes = [
        node("x", "Input", shape=[4]),
        node("a", "Linear", out_features=4),
        node("b", "Linear", out_features=4),
        node("add", "Add"),
        node("c", "Linear", out_features=4),
        node("d", "Linear", out_features=4),
        out(),
    ]
    source = to_source(document(block(nodes, "x a b add c d scores, a add")))
    network = build_network(source)
    alive: list[bool] = []
    import gc
    import weakref

    kept: list[Any] = []
    network.get_submodule("a").register_forward_hook(lambda _module, _inputs, result: kept.append(weakref.ref(result)))
    network.get_submodule("d").register_forward_pre_hook(lambda _module, _inputs: alive.append(kept[0]() is not None))
    with torch.no_grad():
        network(torch.zeros(2, 4))
    gc.collect()
    assert alive == [False]


def test_document_with_errors_is_refused_with_its_problems() -> None:
    nodes = [node("x", "Input", shape=[3, 8, 8]), node("fc", "Linear"), out()]
    with pytest.raises(DocumentInvalidError) as caught:
        to_source(document(block(nodes)))
    assert [problem.code for problem in caught.value.problems] == ["wrong_rank"]


PREPROCESS = '''import math

import torch

PREPROCESS_MEAN = torch.tensor([math.sqrt(4.0)])


def preprocess(batch: torch.Tensor) -> torch.Tensor:
    """Raw samples to the network's input."""
    return batch.float() - PREPROCESS_MEAN
'''


def test_run_source_holds_preprocess_and_says_which_run_it_is() -> None:
    nodes = [node("x", "Input", shape=[4]), node("fc", "Linear", out_features=2), out()]
    source = to_run_source(document(block(nodes), "Net"), PREPROCESS, header={"run": "r1", "torch": "2.13.0"})
    assert source.startswith("# Net, exported by Netwright as plain PyTorch.\n# run: r1\n# torch: 2.13.0\n")
    assert source.count("import torch\n") == 1
    module = load_source(source)
    assert module.preprocess(torch.tensor([3])).tolist() == [1.0]
    assert module.Network()(torch.zeros(1, 4)).shape == (1, 2)
    for command in (["format", "--diff"], ["check"]):
        result = subprocess.run(
            [RUFF, *command, "--isolated", "--stdin-filename", "model.py", "-"],
            input=source.encode(),
            capture_output=True,
            check=False,
        )
        assert result.returncode == 0, result.stdout.decode()


HOSTILE = [
    'x"""\nimport os; os.system("true")\n"""',
    "a\r\nimport os",
    "b\u2028import os",
    "c\x0cimport os",
    "\\",
    "'; import os; '",
    "{__import__('os')}",
    "网络 \U0001f600",
    "# -*- coding: utf-7 -*-",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_name_and_header_that_a_person_typed_stay_inside_a_comment(text: str) -> None:
    nodes = [node("x", "Input", shape=[4]), node("fc", "Linear", out_features=2), out()]
    plain = ast.dump(ast.parse(to_source(document(block(nodes)))))
    assert ast.dump(ast.parse(to_source(document(block(nodes), text)))) == plain
    run_source = to_run_source(document(block(nodes), text), "", header={text: text})
    assert ast.dump(ast.parse(run_source)) == plain


@pytest.mark.parametrize(
    "text", [*HOSTILE, "self", "nn", "torch", "forward", "__init__", "class", "ﬁ", "a.b", "a b", ""]
)
def test_id_or_name_that_is_no_plain_identifier_never_reaches_the_source(text: str) -> None:
    def network(name: str = "fc", parameter: str = "width", block_name: str = "B") -> Document:
        inner = Block(parameters={parameter: 3}, nodes=[node("x", "Input"), node("act", "ReLU"), out("y")])
        inner.edges.extend(block([node("x", "Input"), node("act", "ReLU"), out("y")]).edges)
        nodes = [node("x", "Input", shape=[4]), node(name, "Linear"), node("b", f"block:{block_name}"), out()]
        return Document(network=block(nodes), blocks={block_name: inner})

    plain = ast.dump(ast.parse(to_source(network())))
    for changed in (network(name=text), network(parameter=text), network(block_name=text)):
        try:
            source = to_source(changed)
        except DocumentInvalidError:
            continue
        tree = ast.parse(source)
        assert len(tree.body) == len(ast.parse(to_source(network())).body)
        assert {type(item) for item in ast.walk(tree)} <= {
            type(item) for item in ast.walk(ast.parse(to_source(network())))
        }
        load_source(source).Network()
    assert plain


@pytest.mark.parametrize(
    "value",
    ["=__import__('os')", "=().__class__", "=width.real", "=width[0]", "=width if 1 else 2", "=lambda: 1", "='a'"],
)
def test_expression_that_is_more_than_arithmetic_is_refused(value: str) -> None:
    nodes = [node("x", "Input", shape=[4]), node("fc", "Linear", out_features=value), out()]
    with pytest.raises(DocumentInvalidError):
        to_source(document(block(nodes, width=3)))


def test_parameter_called_like_a_class_or_a_builtin_still_works() -> None:
    inner = block([node("x", "Input"), node("fc", "Linear", out_features="=i * Inner"), out("y")], i=2, Inner=3)
    nodes = [
        node("x", "Input", shape=[4]),
        node("inner", "block:Inner", repeat=3, i="=Step"),
        node("act", "Step"),
        out(),
    ]
    source = document(block(nodes, Step=2), Inner=inner)
    network = build_network(to_source(source))
    assert network(torch.zeros(1, 4)).shape == (1, 6)


def twice() -> Block:
    """Doubles its channels: every repetition gets another number."""
    nodes = [node("x", "Input"), node("norm", "BatchNorm2d"), node("twice", "Concat"), out("y")]
    return block(nodes, "x norm twice y, x twice")


def test_repeat_whose_sizes_follow_no_rule_takes_them_from_a_tuple() -> None:
    nodes = [image(2, 8, 8), node("grow", "block:Twice", repeat=3), out()]
    source = to_source(document(block(nodes), Twice=twice()))
    assert "*(Twice(next_in_channels) for next_in_channels in (2, 4, 8))" in source
    assert build_network(source)(torch.zeros(2, 2, 8, 8)).shape == (2, 16, 8, 8)


def test_repeat_whose_sizes_follow_no_rule_in_a_block_makes_the_tuple_an_argument() -> None:
    outer = block(
        [node("x", "Input"), node("grow", "block:Twice", repeat=3), node("mix", "Conv2d", out_channels=3), out("y")]
    )
    nodes = [image(2, 9, 9), node("one", "block:Outer"), node("two", "block:Outer"), out()]
    source = to_source(document(block(nodes), Twice=twice(), Outer=outer))
    assert "def __init__(self, in_channels: tuple[int, ...], mix_in_channels: int) -> None:" in source
    assert "self.one = Outer((2, 4, 8), 16)" in source
    assert build_network(source)(torch.zeros(2, 2, 9, 9)).shape == (2, 3, 5, 5)


def test_parameter_that_nothing_uses_is_no_argument() -> None:
    inner = block([node("x", "Input"), node("fc", "Linear", out_features="=width"), out("y")], width=3, spare=1)
    nodes = [node("x", "Input", shape=[4]), node("fc", "block:Inner"), out()]
    source = to_source(document(block(nodes, other=2), Inner=inner))
    assert "spare" not in source
    assert "other" not in source
    assert "self.fc = Inner()" in source


def test_operation_with_a_parameter_keeps_it_on_the_module() -> None:
    inner = block(
        [
            node("x", "Input"),
            node("fold", "Reshape", shape=["=rows", -1]),
            node("act", "ReLU"),
            node("join", "Concat", dim="=axis"),
            out("y"),
        ],
        "x fold act join y, fold join",
        rows=2,
        axis=1,
    )
    nodes = [
        node("x", "Input", shape=[12]),
        node("one", "block:Inner", rows=3),
        node("two", "block:Inner", axis=2, rows="=k"),
        out(),
    ]
    source = to_source(document(block(nodes, k=6), Inner=inner))
    assert "self.fold_shape = (rows, -1)" in source
    assert ".reshape(x.size(0), *self.fold_shape)" in source
    assert build_network(source)(torch.arange(24.0).view(2, 12)).shape == (2, 6, 8)
    assert load_source(source).Network(k=4)(torch.zeros(2, 12)).shape == (2, 4, 12)


def test_muted_block_is_left_out_with_its_class() -> None:
    nodes = [image(2, 8, 8), node("grow", "block:Twice", muted=True), node("act", "ReLU"), out()]
    source = to_source(document(block(nodes), Twice=twice()))
    assert "Twice" not in source


def test_block_that_takes_pictures_in_one_use_and_rows_in_another_is_one_class() -> None:
    inner = block([node("x", "Input"), node("flat", "Flatten"), node("fc", "Linear", out_features=3), out("y")])
    nodes = [image(2, 8, 8), node("one", "block:Inner"), node("two", "block:Inner"), out()]
    source = to_source(document(block(nodes), Inner=inner))
    assert source.count("(nn.Module)") == 2
    assert build_network(source)(torch.zeros(2, 2, 8, 8)).shape == (2, 3)


def test_operation_that_spells_a_parameter_out_is_written_in_general_where_that_is_an_expression() -> None:
    cut = [
        node("x", "Input"),
        node("cut", "Slice", dim="=axis", start=1, stop="=end"),
        node("pad", "Pad", pad=["=before", 0], value="=fill"),
        out("y"),
    ]
    inner = block(cut, axis=1, end=3, before=1, fill=0)
    nodes = [
        node("x", "Input", shape=[6, 7, 8]),
        node("one", "block:Inner"),
        node("two", "block:Inner", axis=3, end="=e", before=0, fill=2),
        node("plain", "Slice", dim=2, start=2, stop=-1),
        out(),
    ]
    source = to_source(document(block(nodes, e=4), Inner=inner))
    assert "x.movedim(self.cut_dim, 0)[slice(1, self.cut_stop, 1)]" in source
    assert "nn.functional.pad(x, self.pad_pad, value=self.pad_value)" in source
    assert "return x[:, :, 2:-1]" in source
    x = torch.randn(2, 6, 7, 8)
    expected = nn.functional.pad(x[:, 1:3], (1, 0))[..., 1:4][:, :, 2:-1]
    assert torch.equal(build_network(source)(x), expected)
    assert torch.equal(load_source(source).Network(e=6)(x), nn.functional.pad(x[:, 1:3], (1, 0))[..., 1:6][:, :, 2:-1])


def test_depthwise_convolution_follows_the_channels_that_come_in() -> None:
    inner = block([node("x", "Input"), node("deep", "DepthwiseConv2d", depth_multiplier="=m"), out("y")], m=1)
    nodes = [
        image(1, 9, 9),
        node("one", "block:Inner"),
        node("wide", "Conv2d", out_channels="=width"),
        node("two", "block:Inner", m=3),
        out(),
    ]
    source = to_source(document(block(nodes, width=4), Inner=inner))
    assert "nn.Conv2d(in_channels, deep_out_channels, 3, groups=in_channels)" in source
    assert "self.two = Inner(width, 3 * width)" in source
    assert build_network(source)(torch.zeros(2, 1, 9, 9)).shape == (2, 12, 3, 3)
    assert load_source(source).Network(width=6)(torch.zeros(2, 1, 9, 9)).shape == (2, 18, 3, 3)


def test_layer_of_two_inputs_takes_the_features_of_each() -> None:
    nodes = [
        node("u", "Input", shape=[12]),
        node("v", "Input", shape=[5]),
        node("left", "Linear", out_features="=a"),
        node("right", "Linear", out_features="=b"),
        node("pair", "Bilinear", out_features=2),
        out(),
    ]
    source = to_source(document(block(nodes, "u left pair.x, v right pair.other, pair scores", a=3, b=4)))
    assert "nn.Bilinear(a, b, 2)" in source
    network = load_source(source).Network(a=7, b=9)
    assert network(torch.zeros(2, 12), torch.zeros(2, 5)).shape == (2, 2)


def test_class_that_pytorch_does_not_have_is_defined_once() -> None:
    nodes = [
        node("x", "Input", shape=[7, 12]),
        node("one", "AttentionPool"),
        node("two", "AttentionPool"),
        node("drop", "StochasticDepth", p=0.2),
        node("add", "Add"),
        out(),
    ]
    source = to_source(document(block(nodes, "x one add, x two drop add, add scores")))
    assert source.count("class AttentionPool(nn.Module)") == source.count("class StochasticDepth(nn.Module)") == 1
    assert "self.drop = StochasticDepth(0.2)" in source
    assert build_network(source)(torch.zeros(2, 7, 12)).shape == (2, 12)
