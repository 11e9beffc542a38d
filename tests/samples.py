"""Networks that several tests and benches share, as documents."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from netwright.graph.document import Block, Document, Edge, Node


def node(
    name: str, kind: str, /, repeat: int | str = 1, muted: bool = False, share: str | None = None, **params: Any
) -> Node:
    return Node(id=name, type=kind, params=params, repeat=repeat, muted=muted, share=share)


def block(nodes: list[Node], wires: str = "", **parameters: float) -> Block:
    """A block; ``wires`` lists chains, ``"x conv add, x add"``; without it the nodes are one chain.  ``a.out`` names a port."""
    chains = [chain.split() for chain in wires.split(",")] if wires else [[n.id for n in nodes]]
    edges = []
    for chain in chains:
        for source, target in pairwise(chain):
            (begin, _, out), (end, _, into) = source.partition("."), target.partition(".")
            edges.append(Edge(source=begin, target=end, source_port=out or None, target_port=into or None))
    return Block(parameters=parameters, nodes=nodes, edges=edges)


def document(network: Block, name: str = "Sample", **blocks: Block) -> Document:
    return Document(name=name, network=network, blocks=blocks)


def image(*shape: int) -> Node:
    return node("image", "Input", shape=list(shape))


def out(name: str = "scores") -> Node:
    return node(name, "Output")


def input_shape(node: Node) -> list[int]:
    """The shape of an Input node, as typed."""
    shape = node.params["shape"]
    assert isinstance(shape, list)
    return [size for size in shape if isinstance(size, int)]


def drawn_inputs(source: Document, size: int = 2) -> dict[str, torch.Tensor]:
    """A batch for every Input of the network: normal values, or small indices."""
    generator = torch.Generator().manual_seed(0)
    return {
        item.id: torch.randint(0, 5, (size, *input_shape(item)), generator=generator)
        if item.params.get("dtype") == "int64"
        else torch.randn(size, *input_shape(item), generator=generator)
        for item in source.network.nodes
        if item.type == "Input"
    }


def lenet() -> Document:
    """LeCun et al. 1998, as it is drawn today."""
    nodes = [
        image(1, 28, 28),
        node("conv1", "Conv2d", out_channels=6, kernel_size=5, padding=2),
        node("act1", "Tanh"),
        node("pool1", "AvgPool2d"),
        node("conv2", "Conv2d", out_channels=16, kernel_size=5),
        node("act2", "Tanh"),
        node("pool2", "AvgPool2d"),
        node("flat", "Flatten"),
        node("fc1", "Linear", out_features=120),
        node("act3", "Tanh"),
        node("fc2", "Linear", out_features=84),
        node("act4", "Tanh"),
        node("fc3", "Linear", out_features=10),
        out(),
    ]
    return document(block(nodes), "LeNet")


def mlp(depth: int = 12, width: int = 64) -> Document:
    nodes = [node("x", "Input", shape=[32])]
    for number in range(depth - 1):
        nodes += [node(f"fc{number}", "Linear", out_features=width), node(f"act{number}", "ReLU")]
    nodes += [node("head", "Linear", out_features=10), out()]
    return document(block(nodes), "MLP")


def architecture_page() -> Document:
    """The example of the document format."""
    stage = [
        node("x", "Input"),
        node("conv", "Conv2d", out_channels="=channels", kernel_size=3, padding=1, bias=False),
        node("norm", "BatchNorm2d"),
        node("act", "ReLU"),
        node("down", "MaxPool2d", kernel_size=2),
        out("y"),
    ]
    nodes = [
        image(1, 28, 28),
        node("stage", "block:ConvStage", channels="=2*width", repeat=2),
        node("pool", "AdaptiveAvgPool2d", output_size=1),
        node("flat", "Flatten"),
        node("head", "Linear", out_features=10),
        out(),
    ]
    return document(block(nodes, width=16), "Small CNN", ConvStage=block(stage, channels=32))


def resnet18() -> Document:
    """He et al. 2016: blocks in stages, stages in the network; the first block of a stage projects its skip."""

    def body(stride: int | str) -> list[Node]:
        return [
            node("x", "Input"),
            node("conv1", "Conv2d", out_channels="=channels", stride=stride, padding=1, bias=False),
            node("bn1", "BatchNorm2d"),
            node("relu1", "ReLU"),
            node("conv2", "Conv2d", out_channels="=channels", padding=1, bias=False),
            node("bn2", "BatchNorm2d"),
        ]

    end = [node("add", "Add"), node("relu2", "ReLU"), out("y")]
    skip = [
        node("down", "Conv2d", out_channels="=channels", kernel_size=1, stride="=stride", bias=False),
        node("down_bn", "BatchNorm2d"),
    ]
    main = "x conv1 bn1 relu1 conv2 bn2 add relu2 y"
    basic = block(body(1) + end, f"{main}, x add", channels=64)
    project = block(body("=stride") + skip + end, f"{main}, x down down_bn add", channels=64, stride=2)
    stage = block(
        [
            node("x", "Input"),
            node("first", "block:Project", channels="=channels", stride="=stride"),
            node("rest", "block:Basic", channels="=channels", repeat="=depth - 1"),
            out("y"),
        ],
        channels=64,
        stride=2,
        depth=2,
    )
    network = [
        image(3, 224, 224),
        node("conv1", "Conv2d", out_channels=64, kernel_size=7, stride=2, padding=3, bias=False),
        node("bn1", "BatchNorm2d"),
        node("relu", "ReLU"),
        node("maxpool", "MaxPool2d", kernel_size=3, stride=2, padding=1),
        node("layer1", "block:Basic", channels=64, repeat=2),
        node("layer2", "block:Stage", channels=128),
        node("layer3", "block:Stage", channels=256),
        node("layer4", "block:Stage", channels=512),
        node("avgpool", "AdaptiveAvgPool2d"),
        node("flat", "Flatten"),
        node("fc", "Linear", out_features=1000),
        out(),
    ]
    return document(block(network), "ResNet-18", Basic=basic, Project=project, Stage=stage)


def inception() -> Document:
    """Two blocks of four branches that meet in a Concat (Szegedy et al. 2015)."""
    nodes = [
        node("x", "Input"),
        node("b1", "Conv2d", out_channels="=width", kernel_size=1),
        node("b2_reduce", "Conv2d", out_channels="=width // 2", kernel_size=1),
        node("b2", "Conv2d", out_channels="=width", padding=1),
        node("b3_reduce", "Conv2d", out_channels="=width // 2", kernel_size=1),
        node("b3", "Conv2d", out_channels="=width", kernel_size=5, padding=2),
        node("b4_pool", "MaxPool2d", kernel_size=3, stride=1, padding=1),
        node("b4", "Conv2d", out_channels="=width", kernel_size=1),
        node("join", "Concat"),
        node("act", "ReLU"),
        out("y"),
    ]
    wires = "x b1 join act y, x b2_reduce b2 join, x b3_reduce b3 join, x b4_pool b4 join"
    network = [
        image(3, 32, 32),
        node("mix1", "block:Inception", width="=width"),
        node("mix2", "block:Inception", width="=2 * width"),
        node("pool", "AdaptiveMaxPool2d"),
        node("flat", "Flatten"),
        node("head", "Linear", out_features=10),
        out(),
    ]
    return document(block(network, width=8), "Inception", Inception=block(nodes, wires, width=8))


def densenet() -> Document:
    """Every repetition adds channels: sizes that grow by a step (Huang et al. 2017)."""
    nodes = [
        node("x", "Input"),
        node("norm", "BatchNorm2d"),
        node("act", "ReLU"),
        node("conv", "Conv2d", out_channels="=growth", padding=1, bias=False),
        node("join", "Concat"),
        out("y"),
    ]
    network = [
        image(3, 16, 16),
        node("stem", "Conv2d", out_channels="=2 * growth", padding=1),
        node("dense", "block:DenseLayer", growth="=growth", repeat="=depth"),
        node("norm", "BatchNorm2d"),
        node("pool", "AdaptiveAvgPool2d"),
        node("flat", "Flatten"),
        node("head", "Linear", out_features=10),
        out(),
    ]
    dense = block(nodes, "x norm act conv join y, x join", growth=12)
    return document(block(network, growth=12, depth=4), "DenseNet", DenseLayer=dense)


def unet() -> Document:
    """Skips that are held for long, joined by Concat; no upsampling layer yet, so the sizes stay."""
    nodes = [
        image(1, 16, 16),
        node("enc1", "Conv2d", out_channels=8, padding=1),
        node("enc1_act", "ReLU"),
        node("enc2", "Conv2d", out_channels=16, padding=1),
        node("enc2_act", "ReLU"),
        node("mid", "Conv2d", out_channels=16, padding=1),
        node("mid_act", "ReLU"),
        node("join2", "Concat"),
        node("dec2", "Conv2d", out_channels=8, padding=1),
        node("join1", "Concat"),
        node("dec1", "Conv2d", out_channels=4, padding=1),
        node("dec1_act", "ReLU"),
        node("head", "Conv2d", out_channels=1, kernel_size=1),
        out("mask"),
    ]
    wires = (
        "image enc1 enc1_act enc2 enc2_act mid mid_act join2 dec2 join1 dec1 dec1_act head mask, "
        "enc2_act join2, enc1_act join1"
    )
    return document(block(nodes, wires), "U-Net")


def two_inputs_two_outputs() -> Document:
    nodes = [
        image(3, 8, 8),
        node("table", "Input", shape=[5]),
        node("conv", "Conv2d", out_channels=4),
        node("flat", "Flatten"),
        node("fc", "Linear", out_features=6),
        node("join", "Concat"),
        node("kind_head", "Linear", out_features=3),
        node("price_head", "Linear", out_features=1),
        out("kind"),
        out("price"),
    ]
    wires = "image conv flat join, table fc join kind_head kind, join price_head price"
    return document(block(nodes, wires), "Two of each")


def split_block() -> Document:
    """A block with two inputs and two outputs, used twice; a muted activation; Step, PReLU and Reshape."""
    twin = block(
        [
            node("a", "Input"),
            node("b", "Input"),
            node("left", "Linear", out_features="=width"),
            node("right", "Linear", out_features="=width"),
            node("gate", "Sigmoid"),
            node("mul", "Multiply"),
            node("step", "Step"),
            out("p"),
            out("q"),
        ],
        "a left mul p, b right gate mul, mul step q",
        width=8,
    )
    nodes = [
        node("x", "Input", shape=[12]),
        node("act", "ReLU", muted=True),
        node("one", "block:Twin", width=6),
        node("two", "block:Twin", width=7),
        node("slope", "PReLU"),
        node("shape", "Reshape", shape=[7, 1, 1]),
        node("flat", "Flatten"),
        out("y"),
    ]
    wires = "x act one.a, x one.b, one.p two.a, one.q two.b, two.q slope shape flat y"
    return document(block(nodes, wires), "Twins", Twin=twin)


def siamese() -> Document:
    """One encoder for two pictures (Bromley et al. 1993), cut into gates; a head that is used twice."""
    encoder = block(
        [
            node("x", "Input"),
            node("conv", "Conv2d", out_channels="=2 * channels"),
            node("cut", "Chunk"),
            node("gate", "Sigmoid"),
            node("mul", "Multiply"),
            node("pool", "AdaptiveAvgPool2d"),
            node("flat", "Flatten"),
            out("y"),
        ],
        "x conv cut, cut.part0 mul, cut.part1 gate mul pool flat y",
        channels=8,
    )
    nodes = [
        node("left", "Input", shape=[1, 12, 12]),
        node("right", "Input", shape=[1, 12, 12]),
        node("encoder", "block:Encoder", channels="=width"),
        node("encoder2", "block:Encoder", channels="=width", share="encoder"),
        node("head", "Linear", out_features=4),
        node("head2", "Linear", out_features=4, share="head"),
        node("join", "Concat"),
        node("same", "Linear", out_features=1),
        out(),
    ]
    wires = "left encoder head join same scores, right encoder2 head2 join"
    return document(block(nodes, wires, width=6), "Siamese", Encoder=encoder)


def transformer() -> Document:
    """A small classifier of texts (Vaswani et al. 2017): tokens, positions, encoder layers in a block that repeats."""
    encoder = block(
        [
            node("x", "Input"),
            node("layer", "TransformerEncoderLayer", dim_feedforward="=wide"),
            out("y"),
        ],
        wide=128,
    )
    nodes = [
        node("tokens", "Input", shape=[128], dtype="int64"),
        node("embed", "Embedding", num_embeddings=10000, embedding_dim="=width"),
        node("place", "LearnedPositionalEncoding", max_length=128),
        node("encoder", "block:Encoder", wide="=2 * width", repeat="=depth"),
        node("mean", "Formula", formula="mean(a, 1)"),
        node("head", "Linear", out_features=2),
        out(),
    ]
    return document(block(nodes, width=64, depth=2), "Small transformer", Encoder=encoder)


def translator() -> Document:
    """An LSTM reads, another writes on from its memory and looks back by attention (Bahdanau et al. 2014)."""
    nodes = [
        node("text", "Input", shape=[20], dtype="int64"),
        node("start", "Input", shape=[15], dtype="int64"),
        node("embed", "Embedding", num_embeddings=100, embedding_dim=16),
        node("embed2", "Embedding", num_embeddings=100, embedding_dim=16, share="embed"),
        node("reader", "LSTM", hidden_size=32, return_state=True),
        node("writer", "LSTM", hidden_size=32),
        node("look", "MultiheadAttention"),
        node("join", "Add"),
        node("head", "Linear", out_features=100),
        out("words"),
        out("gist"),
    ]
    wires = (
        "text embed reader.x, start embed2 writer.x, reader.h writer.h0, reader.c writer.c0, "
        "writer.y look.x, reader.y look.memory, writer.y join, look.y join head words, reader.last gist"
    )
    return document(block(nodes, wires), "Translator")


def unrolled() -> Document:
    """A recurrence written as a block that repeats: two values go through it, and both come out."""
    step = block(
        [
            node("x", "Input"),
            node("h", "Input"),
            node("cell", "GRUCell"),
            node("mix", "Linear", out_features="=features"),
            out("y"),
            out("state"),
        ],
        "x cell.x, h cell.h, cell mix y, cell state",
        features=8,
    )
    nodes = [
        node("x", "Input", shape=[8]),
        node("start", "Input", shape=[6]),
        node("step", "block:Step", repeat="=steps"),
        node("both", "RNN", hidden_size=5, bidirectional=True),
        node("rows", "Reshape", shape=[2, 4]),
        node("join", "Concat"),
        out(),
    ]
    wires = "x step.x, start step.h, step.y rows both.x, both.last join, step.state join scores"
    return document(block(nodes, wires, steps=3), "Unrolled", Step=step)


SAMPLES: dict[str, Callable[[], Document]] = {
    "lenet": lenet,
    "mlp": mlp,
    "architecture_page": architecture_page,
    "resnet18": resnet18,
    "inception": inception,
    "densenet": densenet,
    "unet": unet,
    "two_inputs_two_outputs": two_inputs_two_outputs,
    "split_block": split_block,
    "siamese": siamese,
    "transformer": transformer,
    "translator": translator,
    "unrolled": unrolled,
}


def write_sources() -> None:
    """Rewrites the exported sources that test_source compares with: ``python tests/samples.py``, then read the diff."""
    from pathlib import Path

    from block_samples import BLOCK_SAMPLES
    from netwright.compiler.source import to_source

    folder = Path(__file__).parent / "backend" / "compiler" / "sources"
    for name, make in (SAMPLES | BLOCK_SAMPLES).items():
        (folder / f"{name}.py.txt").write_text(to_source(make()), "utf-8")


if __name__ == "__main__":
    write_sources()


def gcn(features: int = 1433, hidden: int = 16, classes: int = 7) -> Document:
    """Kipf and Welling 2017: two graph convolutions with dropout before each."""
    nodes = [
        node("graph", "Graph", num_features=features),
        node("drop1", "Dropout", p=0.5),
        node("conv1", "GCNConv", out_channels=hidden),
        node("act", "ReLU"),
        node("drop2", "Dropout", p=0.5),
        node("conv2", "GCNConv", out_channels=classes),
        out(),
    ]
    wires = "graph drop1 conv1.x, conv1 act drop2 conv2.x, conv2 scores"
    return document(
        block(nodes, f"{wires}, graph.edge_index conv1.edge_index, graph.edge_index conv2.edge_index"), "GCN"
    )


def plain_graph_classifier(features: int = 6, classes: int = 3, hidden: int = 32) -> Document:
    """Two GIN layers, vertices summed up: for graphs as samples."""
    nodes = [
        node("graph", "Graph", num_features=features),
        node("conv1", "GINConv", out_channels=hidden),
        node("act1", "ReLU"),
        node("conv2", "GINConv", out_channels=hidden),
        node("act2", "ReLU"),
        node("readout", "GraphAddPool"),
        node("head", "Linear", out_features=classes),
        out(),
    ]
    wires = (
        "graph conv1.x, graph.edge_index conv1.edge_index, conv1 act1 conv2.x, graph.edge_index conv2.edge_index,"
        "conv2 act2 readout.x, graph.batch readout.batch, readout head scores"
    )
    return document(block(nodes, wires), "Graph classifier")


def graph_classifier(features: int = 6, classes: int = 3, hidden: int = 32) -> Document:
    """The same with a top-k pool between the two layers."""
    nodes = [
        node("graph", "Graph", num_features=features),
        node("conv1", "GINConv", out_channels=hidden),
        node("act1", "ReLU"),
        node("pool", "TopKPooling", ratio=0.8),
        node("conv2", "GINConv", out_channels=hidden),
        node("act2", "ReLU"),
        node("readout", "GraphAddPool"),
        node("head", "Linear", out_features=classes),
        out(),
    ]
    wires = (
        "graph conv1.x, graph.edge_index conv1.edge_index, conv1 act1 pool.x, graph.edge_index pool.edge_index,"
        "graph.batch pool.batch, pool.x conv2.x, pool.edge_index conv2.edge_index, conv2 act2 readout.x,"
        "pool.batch readout.batch, readout head scores"
    )
    return document(block(nodes, wires), "Graph classifier")
