"""Repeated structure beside wires that run past it: the skips of a U-Net, the heads beside a GoogLeNet."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from netwright.compiler.check import check
from netwright.compiler.module import build_network
from netwright.compiler.source import to_source
from netwright.exchange.graphs.building import build_network_files
from netwright.exchange.graphs.onnx_reader import read_onnx
from netwright.exchange.graphs.report import ImportReport
from netwright.graph.document import Document
from netwright.graph.io import load_document
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import load_file


class Model:
    """An ONNX model, drawn operator by operator."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self._random = np.random.default_rng(3)

    def op(self, kind: str, *inputs: str, output: str = "", **settings: Any) -> str:
        name = output or f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **settings))
        return name

    def weight(self, *shape: int) -> str:
        name = f"w{len(self.weights)}"
        values = self._random.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))
        self.weights.append(numpy_helper.from_array(values.astype(np.float32), name))
        return name

    def conv(self, source: str, channels: tuple[int, int], size: int = 3) -> str:
        pads = [size // 2] * 4
        return self.op("Conv", source, self.weight(channels[1], channels[0], size, size), pads=pads)

    def double(self, source: str, channels: tuple[int, int]) -> str:
        first = self.op("Relu", self.conv(source, channels))
        return self.op("Relu", self.conv(first, (channels[1], channels[1])))

    def save(self, path: Path, outputs: list[str], size: int) -> Path:
        def info(name: str, shape: list[int | str] | None) -> onnx.ValueInfoProto:
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

        graph = helper.make_graph(
            self.nodes, "drawn", [info("x", ["N", 3, size, size])], [info(each, None) for each in outputs], self.weights
        )
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)
        return path


def imported(model: Path, size: int) -> tuple[Document, ImportReport]:
    """The document that it comes in as, after its outputs were compared with ONNX Runtime's, in the file's order."""
    folder = model.parent
    report, _ = build_network_files(read_onnx(model, model.name), folder / "document.json", folder / "w.safetensors")
    drawn = load_document((folder / "document.json").read_bytes())
    assert report.placeholders == []
    assert [problem for problem in check(drawn).problems if problem.severity == "error"] == []
    network = build_network(to_source(drawn)).eval()
    network.load_state_dict(load_file(folder / "w.safetensors"), strict=True)
    x = torch.randn(2, 3, size, size, generator=torch.Generator().manual_seed(2))
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    with torch.inference_mode():
        found = network(x)
    values = list(found.values()) if isinstance(found, dict) else [found]
    for got, want in zip(values, session.run(None, {"x": x.numpy()}), strict=True):
        torch.testing.assert_close(got, torch.from_numpy(want), atol=1e-5, rtol=1e-4)
    return drawn, report


def test_fold_when_skips_run_beside_all_else_finds_what_repeats_within(tmp_path: Path) -> None:
    model, widths, value = Model(), (4, 6, 8, 10), "x"
    skips, last = [], 3
    for width in widths:
        value = model.double(value, (last, width))
        skips.append((value, width))
        value, last = model.op("MaxPool", value, kernel_shape=[2, 2], strides=[2, 2]), width
    value, last = model.double(value, (last, 12)), 12
    for skip, width in reversed(skips):
        up = model.op("ConvTranspose", value, model.weight(last, width, 2, 2), strides=[2, 2])
        value, last = model.double(model.op("Concat", skip, up, axis=1), (2 * width, width)), width
    model.op("Conv", value, model.weight(2, last, 1, 1), output="y")

    drawn, report = imported(model.save(tmp_path / "unet.onnx", ["y"], 16), 16)
    uses = [node for node in drawn.network.nodes if node.type.startswith("block:")]
    assert [(each.name, each.uses, each.copies) for each in report.folded] == [("ConvReLU", 9, 18)]
    assert [(use.repeat, use.params) for use in uses] == [
        (2, {"channels": width}) for width in (*widths, 12, *reversed(widths))
    ]
    assert report.num_layers == 49
    assert report.num_nodes == 24


def test_fold_when_heads_stand_beside_it_finds_the_same_modules_as_without_and_the_heads_too(tmp_path: Path) -> None:
    """As in GoogLeNet: the file has the heads in the middle, and their answers first."""

    def module(model: Model, source: str, channels: int) -> str:
        branches = [
            model.op("Relu", model.conv(source, (channels, 2), 1)),
            model.op("Relu", model.conv(model.op("Relu", model.conv(source, (channels, 3), 1)), (3, 4))),
            model.op(
                "Relu", model.conv(model.op("MaxPool", source, kernel_shape=[3, 3], pads=[1] * 4), (channels, 2), 1)
            ),
        ]
        return model.op("Concat", *branches, axis=1)

    def head(model: Model, source: str, output: str) -> str:
        pooled = model.op("Relu", model.conv(model.op("GlobalAveragePool", source), (8, 4), 1))
        return model.op("Gemm", model.op("Flatten", pooled), model.weight(5, 4), transB=1, output=output)

    def network(*, with_heads: bool) -> tuple[Model, list[str]]:
        model, outputs = Model(), []
        value = model.op("Relu", model.conv("x", (3, 8)))
        for number in range(6):
            value = module(model, value, 8)
            if with_heads and number in {1, 3}:
                outputs.append(head(model, value, f"head{number}"))
        return model, [*outputs, head(model, value, "y")]

    plain, outputs = network(with_heads=False)
    alone, _ = imported(plain.save(tmp_path / "plain.onnx", outputs, 8), 8)
    (tmp_path / "heads").mkdir()
    model, outputs = network(with_heads=True)
    drawn, report = imported(model.save(tmp_path / "heads" / "model.onnx", outputs, 8), 8)
    assert [node.type for node in alone.network.nodes if node.type.startswith("block:")] == ["block:Branches"]
    assert alone.network.nodes[3].repeat == 6
    modules = drawn.blocks["Branches"]
    assert [node.type for node in modules.nodes] == [node.type for node in alone.blocks["Branches"].nodes]
    # A repeat ends where a head takes from it: the two heads take what two uses of the block give.
    assert [node.repeat for node in drawn.network.nodes if node.type == "block:Branches"] == [2, 2, 2]
    heads = [
        node.id for node in drawn.network.nodes if node.type.startswith("block:") and node.type != "block:Branches"
    ]
    assert len(heads) == 3
    assert [node.id for node in drawn.network.nodes if node.type == "Output"] == ["head1", "head3", "y"]
    assert {each.name: each.copies for each in report.folded}["Branches"] == 6
