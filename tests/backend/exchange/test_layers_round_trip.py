"""Layers that exporters take apart, to both kinds of file and in again: one node again, with equal outputs."""

import warnings
from pathlib import Path
from typing import Any

import onnx
import onnxruntime
import pytest
import torch
from backend.exchange.files import write_onnx
from backend.exchange.round_trip import FORMS, round_trip
from backend.exchange.test_graphs import Imported, assert_equal_outputs
from drawing import block, chain, image, node
from drawing import document as draw
from netwright.compiler.module import build_network
from netwright.compiler.source import to_source
from netwright.exchange.graphs.report import Placeholder
from netwright.graph.document import Document
from onnx import TensorProto, helper
from safetensors.torch import load_file
from torch import nn

WORDS = torch.tensor([[2, 2, 2, 2, 2, 2], [0, 2, 8, 1, 2, 3], [5, 5, 7, 1, 0, 3]])
"""The index 2 is padding: nothing else, some, none."""


def bag(**params: Any) -> Document:
    return chain(
        node("words: Input", params={"shape": [6], "dtype": "int64"}),
        node("embed: EmbeddingBag", params={"num_embeddings": 9, "embedding_dim": 4, **params}),
        node("head: Linear", params={"out_features": 3}),
        node("y: Output"),
    )


def layer(type_name: str, *shape: int, **params: Any) -> Document:
    rest = [node("flat: Flatten"), node("head: Linear", params={"out_features": 2}), node("y: Output")]
    return chain(image(*shape), node(f"layer: {type_name}", params=params), *rest)


def types(document: Document) -> list[str]:
    return [each.type for each in document.network.nodes]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mode", ["mean", "sum", "max"])
def test_bag_with_padding_when_it_goes_out_and_in_again_counts_words_alone(
    mode: str, form: str, tmp_path: Path
) -> None:
    drawn = bag(mode=mode, padding_idx=2)
    imported = round_trip(drawn, form, tmp_path).document
    assert types(imported) == ["Input", "EmbeddingBag", "Linear", "Output"]
    networks = []
    for document, weights in ((drawn, "weights"), (imported, "imported")):
        network = build_network(to_source(document)).eval()
        network.load_state_dict(load_file(tmp_path / f"{weights}.safetensors"))
        networks.append(network)
    torch.testing.assert_close(networks[1](WORDS), networks[0](WORDS), rtol=0, atol=1e-6)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mode", ["mean", "max"])
def test_bag_without_padding_when_it_goes_out_and_in_again_gives_equal_outputs(
    mode: str, form: str, tmp_path: Path
) -> None:
    imported = round_trip(bag(mode=mode), form, tmp_path).document
    # ONNX tells it from nothing: vectors that are looked up and joined.
    assert ("EmbeddingBag" in types(imported)) == (form == "exported")


@pytest.mark.parametrize(
    ("mode", "padding"), [("mean", None), ("mean", 2), ("sum", None), ("sum", 2), ("max", None), ("max", 2)]
)
def test_onnx_when_pytorch_wrote_the_bag_as_a_loop_is_one_node_again(
    mode: str, padding: int | None, tmp_path: Path
) -> None:
    network = Reader(nn.EmbeddingBag(9, 4, mode=mode, padding_idx=padding)).eval()
    write_onnx(network, (WORDS,), tmp_path / "model.onnx")
    imported = Imported(tmp_path / "model.onnx", tmp_path)
    assert types(imported.document) == ["Input", "EmbeddingBag", "Output"]
    assert_equal_outputs(imported, [network(WORDS).detach()], (WORDS,))


def test_onnx_when_a_loop_is_no_layer_is_a_placeholder_that_takes_what_it_uses(tmp_path: Path) -> None:
    """What the loop takes from outside, it takes without naming it among its inputs."""
    inner = helper.make_graph(
        [
            helper.make_node("Tanh", ["before"], ["bent"]),
            helper.make_node("Add", ["bent", "x"], ["after"]),
            helper.make_node("Identity", ["goes_on"], ["still"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("number", TensorProto.INT64, []),
            helper.make_tensor_value_info("goes_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("before", TensorProto.FLOAT, [None, 3]),
        ],
        [
            helper.make_tensor_value_info("still", TensorProto.BOOL, []),
            helper.make_tensor_value_info("after", TensorProto.FLOAT, [None, 3]),
        ],
    )
    shape: list[str | int | None] = ["N", 3]
    graph = helper.make_graph(
        [helper.make_node("Loop", ["count", "", "start"], ["y"], body=inner)],
        "loops",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
        [
            helper.make_tensor("count", TensorProto.INT64, [], [2]),
            helper.make_tensor("start", TensorProto.FLOAT, [1, 3], [0.0, 1.0, 2.0]),
        ],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)]), tmp_path / "model.onnx")
    imported = Imported(tmp_path / "model.onnx", tmp_path)
    assert types(imported.document) == ["Input", "onnx:Loop", "Output"]
    assert [each.operator for each in placeholders(imported)] == ["Loop"]
    assert [edge.target for edge in imported.document.network.edges] == ["loop", "y"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("size", "shape"), [(4, (7, 5)), (5, (7, 5, 3))])
def test_local_response_norm_when_it_goes_out_and_in_again_is_one_node(
    size: int, shape: tuple[int, ...], form: str, tmp_path: Path
) -> None:
    params = {"size": size, "alpha": 0.5, "beta": 0.6, "k": 2.0}
    imported = round_trip(layer("LocalResponseNorm", *shape, **params), form, tmp_path).document
    assert types(imported) == ["Input", "LocalResponseNorm", "Flatten", "Linear", "Output"]
    assert {"size": 5, **imported.network.nodes[1].params} == params


@pytest.mark.parametrize("form", FORMS)
def test_stack_of_encoder_layers_when_it_goes_out_and_in_again_is_a_block_that_repeats(
    form: str, tmp_path: Path
) -> None:
    params = {"nhead": 2, "num_layers": 4, "dim_feedforward": 9, "causal": True}
    drawn = chain(image(7, 8), node("encode: TransformerEncoder", params=params), node("y: Output"))
    imported = round_trip(drawn, form, tmp_path).document
    kinds = [each.type for block in (imported.network, *imported.blocks.values()) for each in block.nodes]
    assert set(kinds) - {"Input", "Output"} <= {
        "TransformerEncoderLayer",
        *(f"block:{name}" for name in imported.blocks),
    }


def unpooled(dims: int, window: dict[str, Any], *, is_like: bool) -> Document:
    """A max pool and its way back; ``is_like`` where the pool's input says the size."""
    nodes = [
        image(2, *(11, 9, 10)[:dims]),
        node(f"conv: Conv{dims}d", params={"out_channels": 3}),
        node(f"pool: MaxPool{dims}d", params={**window, "return_indices": True}),
        node("act: ReLU"),
        node(f"back: MaxUnpool{dims}d", params=window),
        node("y: Output"),
    ]
    wires = ["image -> conv -> pool.x", "pool.y -> act", "act -> back.x", "pool.indices -> back.indices", "back -> y"]
    return draw(block(nodes, *wires, *(["conv -> back.like"] if is_like else [])))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("dims", "window", "is_like"),
    [
        (1, {}, True),
        (2, {"kernel_size": 3, "stride": 2, "padding": 1}, False),
        (3, {"kernel_size": [1, 2, 3], "stride": [2, 2, 1], "padding": [0, 1, 1]}, True),
    ],
)
def test_max_unpool_when_it_goes_out_and_in_again_is_one_node_on_the_indices_of_its_pool(
    dims: int, window: dict[str, Any], is_like: bool, form: str, tmp_path: Path
) -> None:
    drawn = unpooled(dims, window, is_like=is_like)
    imported = round_trip(drawn, form, tmp_path).document
    assert types(imported) == types(drawn)
    ends = [(each.source_port, each.target_port) for each in imported.network.edges if each.target_port]
    assert ("indices", "indices") in ends
    assert any(port == "like" for _, port in ends) == is_like


class Unpools(nn.Module):
    """A max pool and its way back, as PyTorch programs write it."""

    def __init__(self, dims: int, **window: Any) -> None:
        super().__init__()
        self.pool = getattr(nn, f"MaxPool{dims}d")(return_indices=True, **window)
        self.conv = getattr(nn, f"Conv{dims}d")(3, 3, 1)
        self.back = getattr(nn, f"MaxUnpool{dims}d")(**window)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y, indices = self.pool(x)
        found: torch.Tensor = self.back(self.conv(y), indices)
        return found


UNPOOLED = [
    ((9,), {"kernel_size": 3, "stride": 2, "padding": 1}),
    ((8, 6), {"kernel_size": 2}),
    ((3, 9, 8), {"kernel_size": [1, 3, 2], "stride": [1, 2, 2], "padding": [0, 1, 0]}),
]


@pytest.mark.parametrize(("size", "window"), UNPOOLED)
def test_program_when_its_unpooling_is_taken_apart_is_one_node_again(
    size: tuple[int, ...], window: dict[str, Any], tmp_path: Path
) -> None:
    dims = len(size)
    network, x = Unpools(dims, **window), torch.randn(3, 3, *size)
    imported = import_program(network, x, folder=tmp_path, decompose=True)
    assert types(imported.document) == ["Input", f"MaxPool{dims}d", f"Conv{dims}d", f"MaxUnpool{dims}d", "Output"]
    assert_equal_outputs(imported, [network(x).detach()], (x,))


def test_program_when_values_are_put_elsewhere_is_a_placeholder(tmp_path: Path) -> None:
    class Shifted(Unpools):
        """Each channel begins a pixel later than the one before ended."""

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y, indices = self.pool(x)
            row = x.new_zeros(x.size(0) * 3 * 64 + 2)
            begins = 65 * torch.arange(3).view(1, 3, 1, 1)
            return row.index_put((((indices + begins).view(-1)),), self.conv(y).view(-1))[: x.size(0) * 192].view_as(x)

    imported = import_program(Shifted(2, kernel_size=2), torch.randn(1, 3, 8, 8), folder=tmp_path, fixed=True)
    assert "index_put" in [each.operator for each in placeholders(imported)]


@pytest.mark.parametrize("dims", [1, 2])
def test_onnx_when_pytorch_wrote_the_unpooling_is_one_node_again(dims: int, tmp_path: Path) -> None:
    network, x = Unpools(dims, kernel_size=2).eval(), torch.randn(2, 3, *(8, 8)[:dims])
    write_onnx(network, (x,), tmp_path / "model.onnx")
    imported = Imported(tmp_path / "model.onnx", tmp_path)
    assert types(imported.document) == ["Input", f"MaxPool{dims}d", f"Conv{dims}d", f"MaxUnpool{dims}d", "Output"]
    assert_equal_outputs(imported, [network(x).detach()], (x,))


def test_onnx_operator_max_unpool_is_one_node_on_the_indices_of_its_pool(tmp_path: Path) -> None:
    """ONNX's own operator, which PyTorch's exporter does not write."""
    window: dict[str, Any] = {"kernel_shape": [2, 2], "strides": [2, 2]}
    shape: list[str | int | None] = ["N", 2, 6, 4]
    graph = helper.make_graph(
        [
            helper.make_node("MaxPool", ["x"], ["y", "places"], **window),
            helper.make_node("Relu", ["y"], ["act"]),
            helper.make_node("MaxUnpool", ["act", "places"], ["back"], **window),
        ],
        "unpools",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("back", TensorProto.FLOAT, shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.save(model, tmp_path / "model.onnx")
    imported = Imported(tmp_path / "model.onnx", tmp_path)
    assert types(imported.document) == ["Input", "MaxPool2d", "ReLU", "MaxUnpool2d", "Output"]
    x = torch.randn(3, 2, 6, 4)
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    wanted = torch.from_numpy(session.run(None, {"x": x.numpy()})[0])
    assert_equal_outputs(imported, [wanted], (x,))


# --- programs of others ----------------------------------------------------------------------------------------------


class Reader(nn.Module):
    """Embeddings as PyTorch programs use them."""

    def __init__(self, embed: nn.Module) -> None:
        super().__init__()
        self.embed = embed

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.embed(x)
        return found


def import_program(
    network: nn.Module, *inputs: torch.Tensor, folder: Path, decompose: bool = False, fixed: bool = False
) -> Imported:
    """``fixed``: for batches of this size alone."""
    axes: Any = None if fixed else tuple({0: torch.export.Dim.DYNAMIC} for _ in inputs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.export.export(network.eval(), inputs, dynamic_shapes=axes)
        torch.export.save(program.run_decompositions() if decompose else program, folder / "model.pt2")
    return Imported(folder / "model.pt2", folder)


@pytest.mark.parametrize("decompose", [False, True])
@pytest.mark.parametrize("kind", [nn.Embedding, nn.EmbeddingBag])
def test_program_when_vectors_are_shortened_keeps_their_largest_length(
    kind: type[nn.Embedding | nn.EmbeddingBag], *, decompose: bool, tmp_path: Path
) -> None:
    network = Reader(kind(9, 4, max_norm=0.5, padding_idx=2))
    imported = import_program(network, WORDS, folder=tmp_path, decompose=decompose)
    found = imported.document.network.nodes[1]
    assert (found.type, found.params["max_norm"], found.params["padding_idx"]) == (kind.__name__, 0.5, 2)
    wanted = [network(WORDS).detach()]
    assert_equal_outputs(imported, wanted, (WORDS,))


def test_program_when_lengths_are_of_another_kind_is_a_placeholder_that_says_so(tmp_path: Path) -> None:
    network = Reader(nn.Embedding(9, 4, max_norm=0.5, norm_type=1.0))
    assert [each.operator for each in placeholders(import_program(network, WORDS, folder=tmp_path))] == ["embedding"]


class Cuts(nn.Module):
    """Counted from the front and from the end."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([x.narrow(1, 1, 3), x.narrow(-1, -2, 2), x.narrow(1, 0, 6)], 1)


def test_program_when_it_cuts_by_length_gives_equal_outputs(tmp_path: Path) -> None:
    x = torch.randn(3, 6)
    imported = import_program(Cuts(), x, folder=tmp_path)
    assert types(imported.document) == ["Input", "Slice", "Slice", "Concat", "Output"]
    assert_equal_outputs(imported, [Cuts()(x)], (x,))


class TakenApart(nn.Module):
    """More pieces than a person would draw."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a, b, *_ = x.unbind(1)
        return torch.cat([a * b, *x.flatten(1).chunk(20, 1)], 1)


def test_program_when_it_takes_an_axis_apart_gives_equal_outputs(tmp_path: Path) -> None:
    x = torch.randn(3, 20, 2)
    imported = import_program(TakenApart(), x, folder=tmp_path)
    assert {"Unbind", "Chunk"} <= set(types(imported.document))
    assert_equal_outputs(imported, [TakenApart()(x)], (x,))


class CutsByTheBatch(nn.Module):
    """What is left depends on how many samples come."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, -x.size(0) :] + x.narrow(1, 0, x.size(0))


def test_program_when_the_batch_says_where_it_cuts_is_a_placeholder_and_no_other_cut(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        batch = torch.export.Dim("batch", min=2, max=5)
        program = torch.export.export(CutsByTheBatch(), (torch.randn(3, 6),), dynamic_shapes=({0: batch},))
        torch.export.save(program, tmp_path / "model.pt2")
    reasons = {each.operator: each.reason for each in placeholders(Imported(tmp_path / "model.pt2", tmp_path))}
    assert "computed" in reasons["narrow"]
    assert "computed" in reasons["slice"]


class Offsets(nn.Module):
    """Bags of any length, as data say."""

    def __init__(self) -> None:
        super().__init__()
        self.bag = nn.EmbeddingBag(9, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.bag(x.reshape(-1), x[:, 0])
        return found


def test_program_when_bags_begin_where_data_say_is_a_placeholder_that_says_so(tmp_path: Path) -> None:
    imported = import_program(Offsets(), torch.tensor([[0, 1, 2], [3, 1, 2]]), folder=tmp_path)
    reasons = {each.operator: each.reason for each in placeholders(imported)}
    assert "not the rows" in reasons["embedding_bag"]


def placeholders(imported: Imported) -> list[Placeholder]:
    return imported.report.placeholders
