"""Networks of other programs in: equal outputs, a drawing a person can read, and nothing of it run."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from backend.exchange.files import network_of, repack, samples_of, write_onnx, write_program
from netwright.architectures.registry import ARCHITECTURES
from netwright.compiler.check import check
from netwright.compiler.module import build_network
from netwright.compiler.source import to_source
from netwright.exchange.graphs.building import build_network_files
from netwright.exchange.graphs.onnx_reader import read_onnx
from netwright.exchange.graphs.program_reader import read_program
from netwright.exchange.graphs.report import ImportReport
from netwright.exchange.incoming import read_file, sniff
from netwright.exchange.refusal import ImportRefusedError
from netwright.graph.document import BLOCK_PREFIX, Block, Document
from netwright.graph.io import load_document
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import load_file
from samples import SAMPLES, block, document, image, node, out
from torch import nn


def depthwise() -> Document:
    """Inverted residuals as in MobileNetV2: pointwise, depthwise, pointwise, a skip."""
    inside = [
        node("x", "Input"),
        node("expand", "Conv2d", out_channels=48, kernel_size=1, bias=False),
        node("norm1", "BatchNorm2d"),
        node("act1", "SiLU"),
        node("depth", "Conv2d", out_channels=48, kernel_size=3, padding=1, groups=48, bias=False),
        node("norm2", "BatchNorm2d"),
        node("act2", "SiLU"),
        node("project", "Conv2d", out_channels=8, kernel_size=1, bias=False),
        node("norm3", "BatchNorm2d"),
        node("add", "Add"),
        out("y"),
    ]
    wires = "x expand norm1 act1 depth norm2 act2 project norm3 add y, x add"
    nodes = [
        image(3, 16, 16),
        node("stem", "Conv2d", out_channels=8, padding=1),
        node("stage", "block:Inverted", repeat=3),
        node("pool", "AdaptiveAvgPool2d"),
        node("flat", "Flatten"),
        node("drop", "Dropout", p=0.2),
        node("head", "Linear", out_features=5),
        node("prob", "Softmax"),
        out(),
    ]
    return document(block(nodes), "Depthwise", Inverted=block(inside, wires))


def resnet50() -> Document:
    """He et al. 2016: bottlenecks, whose last convolution has four times the channels."""

    def bottleneck(project: bool) -> Block:
        nodes = [
            node("x", "Input"),
            node("conv1", "Conv2d", out_channels="=width", kernel_size=1, bias=False),
            node("bn1", "BatchNorm2d"),
            node("relu1", "ReLU"),
            node("conv2", "Conv2d", out_channels="=width", stride="=stride", padding=1, bias=False),
            node("bn2", "BatchNorm2d"),
            node("relu2", "ReLU"),
            node("conv3", "Conv2d", out_channels="=4 * width", kernel_size=1, bias=False),
            node("bn3", "BatchNorm2d"),
            node("add", "Add"),
            node("relu3", "ReLU"),
            out("y"),
        ]
        wires = "x conv1 bn1 relu1 conv2 bn2 relu2 conv3 bn3 add relu3 y, x add"
        if project:
            nodes[-1:-1] = [
                node("down", "Conv2d", out_channels="=4 * width", kernel_size=1, stride="=stride", bias=False),
                node("down_bn", "BatchNorm2d"),
            ]
            wires = wires.replace("x add", "x down down_bn add")
        return block(nodes, wires, width=64, stride=1)

    nodes = [
        image(3, 64, 64),
        node("conv1", "Conv2d", out_channels=64, kernel_size=7, stride=2, padding=3, bias=False),
        node("bn1", "BatchNorm2d"),
        node("relu", "ReLU"),
        node("maxpool", "MaxPool2d", kernel_size=3, stride=2, padding=1),
    ]
    for number, (width, depth, stride) in enumerate([(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)], start=1):
        nodes += [
            node(f"first{number}", "block:Project", width=width, stride=stride),
            node(f"rest{number}", "block:Basic", width=width, repeat=depth - 1),
        ]
    nodes += [
        node("avgpool", "AdaptiveAvgPool2d"),
        node("flat", "Flatten"),
        node("fc", "Linear", out_features=1000),
        out(),
    ]
    return document(block(nodes), "ResNet-50", Project=bottleneck(project=True), Basic=bottleneck(project=False))


def normed() -> Document:
    """The other normalisations and activations."""
    nodes = [
        image(6, 8, 8),
        node("conv", "Conv2d", out_channels=8, stride=2, padding=1, dilation=2),
        node("group", "GroupNorm", num_groups=4),
        node("gelu", "GELU"),
        node("leaky", "LeakyReLU", negative_slope=0.2),
        node("pool", "AvgPool2d", kernel_size=2, padding=1),
        node("elu", "ELU"),
        node("flat", "Flatten"),
        node("layer", "LayerNorm"),
        node("tanh", "Tanh"),
        node("fc", "Linear", out_features=4, bias=False),
        node("log", "LogSoftmax"),
        out(),
    ]
    return document(block(nodes), "Normed")


WRITTEN_OUT = "unrolled"
"""PyTorch's own exporter writes every step of its RNN of two directions into an ONNX file: ``docs/import.md`` says so."""

ROUND_TRIPS: dict[str, Callable[[], Document]] = {
    **SAMPLES,
    "rnn": ARCHITECTURES["rnn_last"].build,
    "depthwise": depthwise,
    "resnet50": resnet50,
    "normed": normed,
}


class Imported:
    """An import, as it is kept."""

    def __init__(self, source: Path, folder: Path) -> None:
        kind = sniff(source, source.name)
        outcome = read_file(kind, source, folder, source.name)
        assert outcome.refusal is None, outcome.refusal
        assert outcome.report is not None
        self.report: ImportReport = outcome.report
        self.document = load_document((folder / "document.json").read_bytes())
        weights = folder / "weights.safetensors"
        self.weights = load_file(weights) if weights.exists() else {}

    def build(self) -> nn.Module:
        """The network with the imported weights: all that it holds, and no more."""
        network = build_network(to_source(self.document)).eval()
        network.load_state_dict(self.weights, strict=True)
        return network


def outputs(network: nn.Module, inputs: tuple[torch.Tensor, ...]) -> list[torch.Tensor]:
    found = network(*inputs)
    return list(found.values()) if isinstance(found, dict) else [found]


def assert_equal_outputs(imported: Imported, wanted: list[torch.Tensor], inputs: tuple[torch.Tensor, ...]) -> None:
    report = check(imported.document)
    assert [problem for problem in report.problems if problem.severity == "error"] == []
    assert imported.report.placeholders == []
    for got, want in zip(outputs(imported.build(), inputs), wanted, strict=True):
        torch.testing.assert_close(got, want, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("name", [name for name in ROUND_TRIPS if name != WRITTEN_OUT])
def test_onnx_when_a_network_goes_out_and_in_again_gives_equal_outputs(name: str, tmp_path: Path) -> None:
    made = ROUND_TRIPS[name]()
    network, inputs = network_of(made), samples_of(made)
    write_onnx(network, inputs, tmp_path / "model.onnx")
    imported = Imported(tmp_path / "model.onnx", tmp_path)
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    feed = {each.name: value.numpy() for each, value in zip(session.get_inputs(), inputs, strict=True)}
    wanted = [torch.from_numpy(np.asarray(value)) for value in session.run(None, feed)]
    assert_equal_outputs(imported, wanted, inputs)
    assert_equal_outputs(imported, outputs(network, inputs), inputs)


@pytest.mark.parametrize("name", ROUND_TRIPS)
def test_program_when_a_network_goes_out_and_in_again_gives_equal_outputs(name: str, tmp_path: Path) -> None:
    made = ROUND_TRIPS[name]()
    network, inputs = network_of(made), samples_of(made)
    write_program(network, inputs, tmp_path / "model.pt2")
    assert_equal_outputs(Imported(tmp_path / "model.pt2", tmp_path), outputs(network, inputs), inputs)


def test_when_steps_are_written_out_each_node_without_a_layer_is_named_with_the_reason(tmp_path: Path) -> None:
    made = SAMPLES[WRITTEN_OUT]()
    source = tmp_path / "model.onnx"
    write_onnx(network_of(made), samples_of(made), source)
    imported = Imported(source, tmp_path)
    unknown = {problem.node for problem in check(imported.document).problems if problem.code == "unknown_type"}
    assert unknown == {each.node for each in imported.report.placeholders} != set()
    assert all(each.reason and each.operator for each in imported.report.placeholders)


@pytest.mark.parametrize("name", ["mlp", "resnet18", "depthwise", "normed"])
def test_onnx_when_the_older_exporter_wrote_it_gives_equal_outputs(name: str, tmp_path: Path) -> None:
    made = ROUND_TRIPS[name]()
    network, inputs = network_of(made), samples_of(made)
    write_onnx(network, inputs, tmp_path / "model.onnx", dynamo=False)
    assert_equal_outputs(Imported(tmp_path / "model.onnx", tmp_path), outputs(network, inputs), inputs)


def test_fold_when_a_resnet18_comes_in_flat_finds_its_blocks_and_stages_again(tmp_path: Path) -> None:
    made = SAMPLES["resnet18"]()
    write_onnx(network_of(made), samples_of(made, 2), tmp_path / "model.onnx")
    imported = Imported(tmp_path / "model.onnx", tmp_path)
    network = imported.document.network
    drawn = [
        (each.id, each.type, each.repeat, each.params) for each in network.nodes if each.type.startswith(BLOCK_PREFIX)
    ]
    assert drawn == [
        ("layer1", "block:Basic", 2, {"channels": 64}),
        ("layer2", "block:Stage", 1, {"channels": 128}),
        ("layer3", "block:Stage", 1, {"channels": 256}),
        ("layer4", "block:Stage", 1, {"channels": 512}),
    ]
    assert [(each.name, each.copies) for each in imported.report.folded] == [("Basic", 5), ("Stage", 3)]
    basic = imported.document.blocks["Basic"]
    assert [each.id for each in basic.nodes] == ["x", "conv1", "relu1", "conv2", "add", "relu2", "y"]
    assert basic.nodes[1].params["out_channels"] == "=channels"


def test_fold_when_sizes_are_multiples_writes_one_parameter(tmp_path: Path) -> None:
    made = resnet50()
    write_program(network_of(made), samples_of(made, 2), tmp_path / "model.pt2")
    imported = Imported(tmp_path / "model.pt2", tmp_path)
    written = json.dumps(imported.document.model_dump(mode="json"))
    assert "=4 * channels" in written
    # 17 nodes with Input and Output: fewer than twenty boxes for 50 weighted layers.
    assert len(imported.document.network.nodes) < 20


def test_fold_when_nothing_repeats_leaves_the_drawing_flat(tmp_path: Path) -> None:
    made = SAMPLES["lenet"]()
    write_onnx(network_of(made), samples_of(made), tmp_path / "model.onnx")
    imported = Imported(tmp_path / "model.onnx", tmp_path)
    assert imported.document.blocks == {}
    ids = [each.id for each in imported.document.network.nodes]
    assert ids == ["image", "conv1", "act1", "pool1", "conv2", "act2", "pool2", "flat", *ids[8:]]
    assert "fc1" in ids


# --- models made by hand ---------------------------------------------------------------------------------------------


def model_of(
    nodes: list[onnx.NodeProto],
    initializers: dict[str, np.ndarray] | None = None,
    shape: tuple[int | str, ...] = ("N", 4),
    after: tuple[int | str, ...] | None = None,
) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "made",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, after)],
        [numpy_helper.from_array(array, name) for name, array in (initializers or {}).items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])


def import_model(model: onnx.ModelProto, folder: Path) -> Imported:
    path = folder / "made.onnx"
    path.write_bytes(model.SerializeToString())
    return Imported(path, folder)


def assert_like_onnxruntime(model: onnx.ModelProto, inputs: tuple[torch.Tensor, ...], folder: Path) -> Imported:
    imported = import_model(model, folder)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    wanted = session.run(None, {"x": inputs[0].numpy()})
    assert_equal_outputs(imported, [torch.from_numpy(np.asarray(value)) for value in wanted], inputs)
    return imported


def test_patterns_when_operators_stand_for_one_layer_become_that_layer(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["m"]),
        helper.make_node("Add", ["b", "m"], ["a"]),
        helper.make_node("Sigmoid", ["a"], ["s"]),
        helper.make_node("Mul", ["s", "a"], ["silu"]),
        helper.make_node("Div", ["silu", "root"], ["d"]),
        helper.make_node("Erf", ["d"], ["e"]),
        helper.make_node("Add", ["e", "one"], ["p"]),
        helper.make_node("Mul", ["silu", "half"], ["h"]),
        helper.make_node("Mul", ["p", "h"], ["g"]),
        helper.make_node("Clip", ["g", "zero", "six"], ["c"]),
        helper.make_node("HardSwish", ["c"], ["y"]),
    ]
    numbers = {"root": 2**0.5, "one": 1.0, "half": 0.5, "zero": 0.0, "six": 6.0}
    constants = {name: np.array(value, np.float32) for name, value in numbers.items()}
    constants |= {"w": rng.normal(size=(4, 5)).astype(np.float32), "b": rng.normal(size=5).astype(np.float32)}
    model = model_of(nodes[:-2], constants)
    model.graph.node[-1].output[0] = "y"
    imported = assert_like_onnxruntime(model, (torch.randn(6, 4),), tmp_path)
    assert [each.type for each in imported.document.network.nodes] == ["Input", "Linear", "SiLU", "GELU", "Output"]


def test_gemm_when_it_scales_and_is_not_transposed_keeps_its_outputs(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    gemm = helper.make_node("Gemm", ["x", "w", "b"], ["y"], alpha=0.5, beta=2.0)
    constants = {"w": rng.normal(size=(4, 3)).astype(np.float32), "b": rng.normal(size=(1, 3)).astype(np.float32)}
    assert_like_onnxruntime(model_of([gemm], constants), (torch.randn(2, 4),), tmp_path)


def test_batch_norm_when_it_was_not_folded_keeps_its_statistics(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    nodes = [
        helper.make_node("Conv", ["x", "k"], ["c"], pads=[1, 1, 1, 1], group=2),
        helper.make_node("BatchNormalization", ["c", "s", "o", "m", "v"], ["n"], epsilon=1e-3),
        helper.make_node("GlobalAveragePool", ["n"], ["g"]),
        helper.make_node("Squeeze", ["g", "axes"], ["y"]),
    ]
    constants = {name: rng.uniform(0.5, 1.5, size=6).astype(np.float32) for name in "somv"}
    constants |= {"k": rng.normal(size=(6, 2, 3, 3)).astype(np.float32), "axes": np.array([2, 3])}
    model = model_of(nodes, constants, ("N", 4, 5, 5))
    imported = assert_like_onnxruntime(model, (torch.randn(2, 4, 5, 5),), tmp_path)
    norm = imported.document.network.nodes[2]
    assert (norm.type, norm.params["eps"]) == ("BatchNorm2d", 0.001)


def test_reshape_when_the_shape_is_computed_from_the_batch_becomes_flatten(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Shape", ["x"], ["s"]),
        helper.make_node("Gather", ["s", "first"], ["n"]),
        helper.make_node("Unsqueeze", ["n", "zero"], ["u"]),
        helper.make_node("Concat", ["u", "rest"], ["t"], axis=0),
        helper.make_node("Reshape", ["x", "t"], ["y"]),
    ]
    constants = {"first": np.array(0), "zero": np.array([0]), "rest": np.array([-1])}
    model = model_of(nodes, constants, ("N", 2, 3), ("N", 6))
    imported = assert_like_onnxruntime(model, (torch.randn(4, 2, 3),), tmp_path)
    assert [each.type for each in imported.document.network.nodes] == ["Input", "Flatten", "Output"]


def test_unknown_operator_when_imported_is_a_placeholder_that_says_so(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Relu", ["x"], ["r"]),
        helper.make_node("Einsum", ["r"], ["q"], equation="ij->ij"),
        helper.make_node("Tanh", ["q"], ["y"]),
    ]
    imported = import_model(model_of(nodes, after=("N", 4)), tmp_path)
    placeholder = imported.document.network.nodes[2]
    assert (placeholder.type, placeholder.params["equation"]) == ("onnx:Einsum", "ij->ij")
    assert [(each.node, each.operator) for each in imported.report.placeholders] == [(placeholder.id, "Einsum")]
    problems = check(imported.document).problems
    assert [(problem.code, problem.node) for problem in problems] == [("unknown_type", placeholder.id)]


def test_input_when_the_file_leaves_its_size_open_gets_a_usual_one_and_says_so(tmp_path: Path) -> None:
    model = model_of(
        [helper.make_node("GlobalAveragePool", ["x"], ["y"])], shape=("N", 3, "H", "W"), after=("N", 3, 1, 1)
    )
    imported = import_model(model, tmp_path)
    assert imported.document.network.nodes[0].params["shape"] == [3, 224, 224]
    assert [note.code for note in imported.report.notes] == ["size_chosen"]


# --- refused ---------------------------------------------------------------------------------------------------------


def refused(data: bytes, folder: Path) -> tuple[str, str]:
    """Why a file is refused; nothing of it is left."""
    source = folder / "upload"
    source.write_bytes(data)
    try:
        outcome = read_file(sniff(source, "bad.onnx"), source, folder, "bad.onnx")
    except ImportRefusedError as error:
        return error.code, error.message
    assert outcome.refusal is not None
    assert not (folder / "document.json").exists()
    assert not (folder / "weights.safetensors").exists()
    return outcome.refusal.code, outcome.refusal.message


RELU = [helper.make_node("Relu", ["x"], ["y"])]


def with_external_data() -> onnx.ModelProto:
    model = model_of([helper.make_node("Add", ["x", "w"], ["y"])], {"w": np.zeros(4, np.float32)})
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../../etc/passwd"
    return model


def with_a_short_tensor() -> onnx.ModelProto:
    model = model_of([helper.make_node("Add", ["x", "w"], ["y"])], {"w": np.zeros(4, np.float32)})
    model.graph.initializer[0].dims[0] = 400
    return model


def in_a_circle() -> onnx.ModelProto:
    nodes = [helper.make_node("Add", ["x", "b"], ["a"]), helper.make_node("Relu", ["a"], ["b"])]
    nodes.append(helper.make_node("Relu", ["b"], ["y"]))
    return model_of(nodes)


def nested(depth: int) -> bytes:
    """Graphs in each other, written by the byte: Python's protobuf refuses to put together what is this deep."""

    def field(number: int, content: bytes) -> bytes:
        size, left = b"", len(content)
        while left > 127:
            size, left = size + bytes([left & 127 | 128]), left >> 7
        return bytes([number << 3 | 2]) + size + bytes([left]) + content

    graph: bytes = helper.make_graph(RELU, "inner", [], []).SerializeToString()
    for _ in range(depth + 1):
        attribute = (
            field(1, b"then_branch") + field(6, graph) + bytes([20 << 3 & 127 | 128, 1, onnx.AttributeProto.GRAPH])
        )
        node = field(1, b"x") + field(2, b"y") + field(4, b"If") + field(5, attribute)
        graph = field(1, node) + field(2, b"outer")
    model: bytes = model_of([]).SerializeToString()
    return model + field(7, graph)  # a message that comes twice is put together


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "external data": (lambda: with_external_data().SerializeToString(), "file_external_data"),
    "a huge size": (lambda: model_of(RELU, shape=("N", 2**40)).SerializeToString(), "file_damaged"),
    "a negative size": (lambda: model_of(RELU, shape=("N", -4)).SerializeToString(), "file_damaged"),
    "a short tensor": (lambda: with_a_short_tensor().SerializeToString(), "file_damaged"),
    "a circle": (lambda: in_a_circle().SerializeToString(), "file_cyclic"),
    "a value from nowhere": (
        lambda: model_of([helper.make_node("Relu", ["z"], ["y"])]).SerializeToString(),
        "file_damaged",
    ),
    "no operators": (lambda: model_of([]).SerializeToString(), "file_without_network"),
    "cut off": (lambda: model_of(RELU).SerializeToString()[:-9], "file_damaged"),
    "many graphs in each other": (lambda: nested(20), "file_too_deep"),
    "more graphs in each other than a parser takes": (lambda: nested(200), "file_damaged"),
}


@pytest.mark.parametrize("bad", BAD)
def test_onnx_when_it_is_bad_is_refused_with_its_reason(bad: str, tmp_path: Path) -> None:
    make, code = BAD[bad]
    found, message = refused(make(), tmp_path)
    assert found == code, message
    assert "bad.onnx" in message


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("program") / "model.pt2"
    network = nn.Sequential(nn.Linear(4, 3), nn.ReLU()).eval()
    write_program(network, (torch.randn(2, 4),), path)
    return path.read_bytes()


def changed(program: bytes, ending: str, change: Callable[[str], str]) -> bytes:
    """The program with one of its texts changed."""
    with zipfile.ZipFile(io.BytesIO(program)) as archive:
        name = next(name for name in archive.namelist() if name.endswith(ending))
        text = archive.read(name).decode()
    return repack(program, {ending: change(text).encode()})


def test_program_when_packed_like_a_bomb_is_refused_unread(program: bytes, tmp_path: Path) -> None:
    bomb = repack(program, {"weight_0": bytes(50_000_000)}, compression=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 200_000
    assert refused(bomb, tmp_path)[0] == "file_damaged"


def test_program_when_weights_are_pickled_is_refused_unopened(program: bytes, tmp_path: Path) -> None:
    data = changed(
        program, "weights_config.json", lambda text: text.replace('"use_pickle": false', '"use_pickle": true')
    )
    assert refused(data, tmp_path)[0] == "file_runs_code"


def test_program_when_a_stride_reaches_outside_of_the_bytes_is_refused(program: bytes, tmp_path: Path) -> None:
    data = changed(
        program,
        "weights_config.json",
        lambda text: text.replace('"as_int": 4}, {"as_int": 1}]', '"as_int": 4000}, {"as_int": 1}]'),
    )
    assert data != program
    assert refused(data, tmp_path)[0] == "file_damaged"


def test_program_when_a_size_is_huge_is_refused(program: bytes, tmp_path: Path) -> None:
    data = changed(
        program, "models/model.json", lambda text: text.replace('{"as_int": 4}', '{"as_int": 1099511627776}')
    )
    assert refused(data, tmp_path)[0] == "file_damaged"


@pytest.mark.parametrize("text", ["{}", "[]", '{"graph_module": {"graph": {"nodes": [1]}}}', "[" * 100_000, "nonsense"])
def test_program_when_its_description_is_nonsense_is_refused(text: str, program: bytes, tmp_path: Path) -> None:
    assert refused(repack(program, {"models/model.json": text.encode()}), tmp_path)[0] == "file_damaged"


def test_program_when_cut_off_is_refused(program: bytes, tmp_path: Path) -> None:
    assert refused(program[: len(program) // 2], tmp_path)[0] == "file_truncated"


def test_readers_when_called_directly_give_graphs_that_build(program: bytes, tmp_path: Path) -> None:
    path = tmp_path / "program.pt2"
    path.write_bytes(program)
    report, counts = build_network_files(
        read_program(path, "program.pt2"), tmp_path / "d.json", tmp_path / "w.safetensors"
    )
    assert (report.num_operators, report.num_layers, counts) == (2, 2, (2, 15))
    onnx_path = tmp_path / "m.onnx"
    onnx_path.write_bytes(model_of(RELU, after=("N", 4)).SerializeToString())
    assert [op.kind for op in read_onnx(onnx_path, "m.onnx").operators] == ["Relu"]
