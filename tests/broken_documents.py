"""A document for every problem that the check itself finds, broken in that one way."""

from dataclasses import dataclass
from typing import Any

from drawing import block, chain, document, image, node, scores
from netwright.graph.document import Block, Document, Edge, Node


@dataclass(frozen=True)
class Case:
    """``code`` stands at ``node`` (an id, None for a block) of ``block``; ``fixes`` are the codes of what is offered."""

    code: str
    document: Document
    node: str | None
    fixes: tuple[str, ...]
    block: str = "network"
    also: tuple[str, ...] = ()
    """Other codes that this document has as well."""


def _conv(text: str = "conv: Conv2d", share: str | None = None, **params: Any) -> Node:
    return node(text, params={"out_channels": 4, **params}, share=share)


def _linear(text: str = "head: Linear", **params: Any) -> Node:
    return node(text, params={"out_features": 10, **params})


def _graph(text: str = "graph: Graph") -> Node:
    return node(text, params={"num_features": 4})


_CUT = ("remove_edge",)


def _drawn(nodes: list[Node], *wires: str, **blocks: Block) -> Document:
    return document(block(nodes, *wires), **blocks)


def _gcn() -> Node:
    return node("conv: GCNConv", params={"out_channels": 4})


def _with_edges(base: Document, *edges: Edge) -> Document:
    base.network.edges.extend(edges)
    return base


SHRINK = block([node("x: Input"), node("down: MaxPool2d"), node("y: Output")], "x -> down -> y")
TWO_TO_ONE = block(
    [node("a: Input"), node("b: Input"), node("sum: Add"), node("y: Output")], "a -> sum", "b -> sum -> y"
)
STAGE = block(
    [node("x: Input"), node("conv: Conv2d", params={"out_channels": "=channels"}), node("y: Output")],
    "x -> conv -> y",
    channels=8,
)

CASES = [
    # --- wires
    Case(
        "self_loop",
        _with_edges(chain(image(), node("act: ReLU"), scores()), Edge(source="act", target="act")),
        "act",
        ("remove_edge",),
    ),
    Case(
        "dangling_edge",
        _with_edges(chain(image(), node("act: ReLU"), scores()), Edge(source="act", target="gone")),
        None,
        ("remove_edge",),
    ),
    Case(
        "dangling_edge",
        document(block([image(), node("act: ReLU"), scores()], "image -> scores", "gone -> act")),
        None,
        ("remove_edge",),
    ),
    Case(
        "doubled_edge",
        _with_edges(chain(image(), node("act: ReLU"), scores()), Edge(source="image", target="act")),
        "act",
        ("remove_edge",),
    ),
    Case(
        "unknown_port",
        document(block([image(), node("act: ReLU"), scores()], "image -> act.side", "act -> scores")),
        "act",
        ("correct_port", "remove_edge"),
    ),
    Case(
        "unknown_port",
        document(block([image(), node("act: ReLU"), scores()], "image -> act", "act.side -> scores")),
        "act",
        ("correct_port", "remove_edge"),
    ),
    Case(
        "unknown_port",
        _with_edges(chain(image(), node("act: ReLU"), scores()), Edge(source="act", target="image")),
        "image",
        ("remove_edge",),
    ),
    Case(
        "too_many_wires",
        document(
            block(
                [image(), node("a: ReLU"), node("b: Tanh"), node("c: GELU"), scores()],
                "image -> a -> c",
                "image -> b -> c -> scores",
            )
        ),
        "c",
        ("keep_edge", "keep_edge", "insert"),
    ),
    Case(
        "cycle",
        document(
            block(
                [image(), node("sum: Add"), node("act: ReLU"), scores()], "image -> sum -> act -> sum", "act -> scores"
            )
        ),
        "sum",
        ("remove_edge",),
    ),
    Case(
        "cycle",
        document(
            block(
                [image(), node("a: Add"), node("b: Add"), node("c: ReLU"), scores()],
                "image -> a -> b -> c -> a",
                "c -> b",
                "c -> scores",
            )
        ),
        "a",
        ("remove_edges",),
    ),
    Case(
        "missing_input",
        document(block([image(), node("act: ReLU"), scores()], "image", "act -> scores")),
        "act",
        ("connect", "remove_node"),
        also=("unused_node",),
    ),
    Case(
        "missing_input",
        document(block([image(), node("act: ReLU"), node("sum: Add"), scores()], "image -> act -> sum -> scores")),
        "sum",
        ("connect", "remove_node"),
    ),
    Case(
        "missing_input",
        document(
            block([image(), node("pair: block:TwoToOne"), scores()], "image -> pair.a", "pair -> scores"),
            TwoToOne=TWO_TO_ONE,
        ),
        "pair",
        ("remove_node",),
    ),
    Case(
        "missing_input",
        document(block([image(), node("act: ReLU"), scores()], "image -> act")),
        "scores",
        ("connect", "remove_node"),
        also=("unused_node",),
    ),
    Case("no_input", document(block([node("act: ReLU"), scores()], "act -> scores")), None, ("add_node",)),
    Case("no_output", document(block([image(), node("act: ReLU")], "image -> act")), None, ("add_node",)),
    Case(
        "no_output",
        chain(
            image(), node("s: block:Stage"), scores(), Stage=block([node("x: Input"), node("act: ReLU")], "x -> act")
        ),
        None,
        ("add_node",),
        block="Stage",
    ),
    Case(
        "no_input",
        chain(
            image(), node("s: block:Stage"), scores(), Stage=block([node("act: ReLU"), node("y: Output")], "act -> y")
        ),
        None,
        ("add_node",),
        block="Stage",
    ),
    Case(
        "unreachable_node",
        document(block([image(), node("act: ReLU"), node("lonely: Tanh"), scores()], "image -> act -> scores")),
        "lonely",
        ("connect", "remove_node"),
    ),
    Case(
        "unused_node",
        document(
            block([image(), node("act: ReLU"), node("side: Tanh"), scores()], "image -> act -> scores", "image -> side")
        ),
        "side",
        ("remove_node", "add_node"),
    ),
    # --- names and types
    Case(
        "duplicate_id",
        document(block([image(), node("act: ReLU"), node("act: Tanh"), scores()], "image -> act -> scores")),
        "act",
        ("rename_node",),
    ),
    *(
        Case("illegal_id", chain(image(), node(f"{name}: ReLU"), scores()), name, ("rename_node",))
        for name in (
            "forward",
            "train",
            "parameters",
            "modules",
            "training",
            "class",
            "1st",
            "my layer",
            "层 1",
            "self",
            "__x",
            "ﬁt",
            "",
        )
    ),
    Case(
        "illegal_parameter_name",
        document(block([image(), _conv(out_channels="=range"), scores()], "image -> conv -> scores", range=4)),
        None,
        ("rename_parameter",),
    ),
    Case(
        "illegal_parameter_name",
        chain(
            image(),
            node("s: block:Stage", params={"my width": 8}),
            scores(),
            Stage=block([node("x: Input"), node("y: Output")], "x -> y", **{"my width": 4}),
        ),
        None,
        ("rename_parameter",),
        block="Stage",
    ),
    Case("unknown_type", chain(image(), node("act: Relu"), scores()), "act", ("set_type", "set_type", "remove_node")),
    Case("unknown_type", chain(image(), node("act: Quantum"), scores()), "act", ("remove_node",)),
    Case(
        "unknown_block", chain(image(), node("s: block:Stag"), scores(), Stage=STAGE), "s", ("set_type", "remove_node")
    ),
    Case(
        "block_recursion",
        chain(
            image(),
            node("s: block:Stage"),
            scores(),
            Stage=block([node("x: Input"), node("again: block:Stage"), node("y: Output")], "x -> again -> y"),
        ),
        "again",
        ("remove_node",),
        block="Stage",
    ),
    # --- parameters
    Case("unknown_parameter", chain(image(), _conv(kernelsize=3), scores()), "conv", ("rename_param", "remove_param")),
    Case(
        "unknown_parameter",
        chain(image(), node("s: block:Stage", params={"depth": 3}), scores(), Stage=STAGE),
        "s",
        ("remove_param",),
    ),
    Case(
        "parameter_out_of_range", chain(image(), _conv(kernel_size=0), scores()), "conv", ("set_param", "reset_param")
    ),
    Case(
        "parameter_out_of_range",
        chain(image(), _conv(kernel_size=[3, 0]), scores()),
        "conv",
        ("set_param", "reset_param"),
    ),
    Case(
        "parameter_out_of_range",
        chain(image(), node("drop: Dropout", params={"p": 1.5}), scores()),
        "drop",
        ("set_param", "reset_param"),
    ),
    Case(
        "parameter_out_of_range",
        chain(image(), _conv(out_channels=10**30), scores()),
        "conv",
        ("set_param", "reset_param"),
    ),
    Case("parameter_invalid", chain(image(), _conv(bias="yes"), scores()), "conv", ("reset_param",)),
    Case("parameter_invalid", chain(image(), _conv(kernel_size=True), scores()), "conv", ("reset_param",)),
    Case("parameter_invalid", chain(image(), _conv(padding_mode="mirror"), scores()), "conv", ("reset_param",)),
    Case("parameter_invalid", chain(image(), _conv(out_channels=None), scores()), "conv", ("reset_param",)),
    Case(
        "parameter_invalid",
        chain(image(), node("s: block:Stage", params={"channels": "many"}), scores(), Stage=STAGE),
        "s",
        ("reset_param",),
    ),
    Case(
        "parameter_invalid",
        document(block([image(), _conv(out_channels="=width / 2"), scores()], "image -> conv -> scores", width=8)),
        "conv",
        ("reset_param",),
    ),
    Case("expression_error", chain(image(), _conv(out_channels="=2 *"), scores()), "conv", ("reset_param",)),
    Case(
        "ports_by_expression",
        document(
            block(
                [image(4, 8, 8), node("cut: Chunk", params={"chunks": "=n"}), scores()], "image -> cut -> scores", n=2
            )
        ),
        "cut",
        ("reset_param",),
    ),
    Case(
        "expression_error",
        document(block([image(), _conv(out_channels="=2 * widht"), scores()], "image -> conv -> scores", width=8)),
        "conv",
        ("set_param", "add_parameter", "reset_param"),
    ),
    Case(
        "expression_error",
        document(block([image(), _conv(kernel_size=[3, "=1 // zero"]), scores()], "image -> conv -> scores", zero=0)),
        "conv",
        ("reset_param",),
    ),
    # --- weights that are shared
    Case(
        "share_unknown",
        chain(image(), _conv(), node("twin: Conv2d", params={"out_channels": 4}, share="gone"), scores()),
        "twin",
        ("own_weights",),
    ),
    Case(
        "share_chain",
        chain(
            image(4, 8, 8),
            _conv(),
            _conv("second: Conv2d", share="conv"),
            _conv("third: Conv2d", share="second"),
            scores(),
        ),
        "third",
        ("set_share", "own_weights"),
    ),
    Case("share_chain", chain(image(), _conv(share="conv"), scores()), "conv", ("own_weights",)),
    Case(
        "share_other_type",
        chain(image(), _conv(), node("norm: BatchNorm2d", share="conv"), scores()),
        "norm",
        ("own_weights",),
    ),
    Case(
        "share_params_differ",
        chain(image(4, 8, 8), _conv(), _conv("twin: Conv2d", share="conv", padding=1), scores()),
        "twin",
        ("adopt_settings", "own_weights"),
    ),
    Case(
        "share_params_differ",
        document(
            block(
                [
                    image(8, 8, 8),
                    node("first: block:Stage"),
                    node("second: block:Stage", params={"channels": 4}, share="first"),
                    node("join: Concat"),
                    scores(),
                ],
                "image -> first -> join -> scores",
                "image -> second -> join",
            ),
            Stage=STAGE,
        ),
        "second",
        ("adopt_settings", "own_weights"),
    ),
    Case(
        "share_sizes_differ",
        chain(image(3, 8, 8), _conv(), _conv("twin: Conv2d", share="conv"), scores()),
        "twin",
        ("own_weights",),
    ),
    Case(
        "share_nothing",
        chain(image(), node("act: ReLU"), node("act2: ReLU", share="act"), scores()),
        "act2",
        ("own_weights",),
    ),
    # --- repetitions and mutes
    Case(
        "repeat_out_of_range",
        chain(image(), node("s: block:Stage", repeat=0), scores(), Stage=STAGE),
        "s",
        ("set_repeat",),
    ),
    Case(
        "repeat_out_of_range",
        chain(image(), node("s: block:Stage", repeat="=1 - 3"), scores(), Stage=STAGE),
        "s",
        ("set_repeat",),
    ),
    Case(
        "expression_error",
        chain(image(), node("s: block:Stage", repeat="=depth"), scores(), Stage=STAGE),
        "s",
        ("set_repeat",),
    ),
    Case(
        "expression_error",
        chain(image(), node("s: block:Stage", repeat="3"), scores(), Stage=STAGE),
        "s",
        ("set_repeat",),
    ),
    Case(
        "expression_error",
        chain(image(), node("s: block:Stage", repeat="=3 / 2"), scores(), Stage=STAGE),
        "s",
        ("set_repeat",),
    ),
    Case(
        "repeat_on_layer",
        chain(image(), _conv(), node("act: ReLU", repeat=3), scores()),
        "act",
        ("wrap_in_block", "set_repeat"),
    ),
    Case(
        "repeat_on_layer",
        document(
            block(
                [image(), node("conv: Conv2d", params={"out_channels": "=2 * width"}, repeat=2), scores()],
                "image -> conv -> scores",
                width=3,
            )
        ),
        "conv",
        ("wrap_in_block", "set_repeat"),
    ),
    Case(
        "repeat_ports_differ",
        document(
            block(
                [image(), node("act: ReLU"), node("s: block:TwoToOne", repeat=2), scores()],
                "image -> act -> s.a",
                "image -> s.b",
                "s -> scores",
            ),
            TwoToOne=TWO_TO_ONE,
        ),
        "s",
        ("set_repeat",),
    ),
    Case(
        "repeat_does_not_fit",
        chain(image(), node("s: block:Shrink", repeat=7), scores(), Shrink=SHRINK),
        "s",
        ("set_repeat",),
    ),
    Case(
        "cannot_mute",
        document(
            block(
                [image(), node("act: ReLU"), node("sum: Add", muted=True), scores()],
                "image -> act -> sum",
                "image -> sum -> scores",
            )
        ),
        "sum",
        ("unmute",),
    ),
    Case(
        "cannot_mute",
        document(
            block(
                [image(), node("act: ReLU"), node("s: block:TwoToOne", muted=True), scores()],
                "image -> act -> s.a",
                "image -> s.b",
                "s -> scores",
            ),
            TwoToOne=TWO_TO_ONE,
        ),
        "s",
        ("unmute",),
    ),
    # --- what does not fit
    Case("wrong_rank", chain(image(), _linear(), scores()), "head", ("insert", "insert")),
    Case("wrong_rank", chain(image(4), _conv(), scores()), "conv", ("remove_edge",)),
    Case("wrong_rank", chain(image(28, 28), _conv(), scores()), "conv", ("set_type", "insert")),
    Case(
        "wrong_dtype",
        chain(node("image: Input", params={"shape": [4], "dtype": "int64"}), _linear(), scores()),
        "head",
        ("set_param",),
    ),
    Case(
        "wrong_dtype",
        document(
            block(
                [node("image: Input", params={"shape": [4], "dtype": "int64"}), node("s: block:Head"), scores()],
                "image -> s -> scores",
            ),
            Head=block([node("x: Input"), _linear(), node("y: Output")], "x -> head -> y"),
        ),
        "head",
        ("remove_edge",),
        block="Head",
    ),
    Case(
        "shapes_differ",
        document(
            block(
                [image(8, 16, 16), _conv(padding=1, out_channels=16, stride=2), node("sum: Add"), scores()],
                "image -> conv -> sum",
                "image -> sum -> scores",
            )
        ),
        "sum",
        ("insert",),
    ),
    Case(
        "shapes_differ",
        document(
            block([image(8), _linear(), node("sum: Add"), scores()], "image -> head -> sum", "image -> sum -> scores")
        ),
        "sum",
        ("insert", "insert"),
    ),
    Case(
        "shapes_differ",
        document(
            block(
                [image(8, 5, 7), _conv(), node("sum: Add"), scores()], "image -> conv -> sum", "image -> sum -> scores"
            )
        ),
        "sum",
        ("remove_edge",),
    ),
    Case(
        "broadcasts",
        document(
            block(
                [image(8, 16, 16), node("gap: AdaptiveAvgPool2d"), node("sum: Add"), scores()],
                "image -> sum",
                "image -> gap -> sum -> scores",
            )
        ),
        "sum",
        ("insert",),
    ),
    Case("kernel_too_large", chain(image(1, 4, 4), _conv(kernel_size=7), scores()), "conv", ("set_param", "set_param")),
    Case(
        "reshape_size_differs",
        chain(image(), node("shape: Reshape", params={"shape": [3, 100]}), scores()),
        "shape",
        ("set_param",),
    ),
    Case(
        "wrong_dtype",
        chain(
            node("image: Input", params={"shape": [4], "dtype": "int64"}),
            node("act: Identity", muted=True),
            _linear(),
            scores(),
        ),
        "head",
        ("set_param", "remove_edge"),
    ),
    # --- graphs
    Case("wrong_rows", _drawn([_graph(), node("flat: Flatten"), scores()], "graph -> flat -> scores"), "flat", _CUT),
    Case(
        "wrong_rows", _drawn([_graph(), node("act: ReLU"), scores()], "graph.edge_index -> act -> scores"), "act", _CUT
    ),
    Case(
        "wrong_rows",
        _drawn(
            [image(4), _graph(), _gcn(), scores()],
            "image -> conv.x",
            "graph.edge_index -> conv.edge_index",
            "conv -> scores",
        ),
        "conv",
        _CUT,
    ),
    Case(
        "wrong_rows",
        _drawn([_graph(), _gcn(), scores()], "graph.x -> conv.x", "graph.batch -> conv.edge_index", "conv -> scores"),
        "conv",
        _CUT,
    ),
    Case(
        "mixed_rows",
        _drawn([image(4), _graph(), node("sum: Add"), scores()], "image -> sum -> scores", "graph.x -> sum"),
        "sum",
        _CUT,
    ),
    Case(
        "entry_in_block",
        _drawn(
            [_graph("outer: Graph"), node("b: block:B"), scores()],
            "outer.x -> b.x",
            "b -> scores",
            B=block(
                [node("x: Input"), _graph(), node("conv: GCNConv"), node("y: Output")],
                "x -> conv.x",
                "graph.edge_index -> conv.edge_index",
                "conv -> y",
            ),
        ),
        "graph",
        ("remove_node",),
        block="B",
    ),
    # --- what would be too large
    Case(
        "too_much_inside",
        chain(image(10**6, 64), node("look: MultiheadAttention"), scores()),
        "look",
        ("remove_edge",),
    ),
    Case("too_many_parameters", chain(image(10**9), _linear(out_features=10**9), scores()), "head", ("set_param",)),
    Case(
        "too_many_parameters",
        chain(image(10**5, 1, 1), _conv(kernel_size=[1001, 1001], padding=500, out_channels=1), scores()),
        "conv",
        ("reset_param", "reset_param"),
    ),
    Case("tensor_too_large", chain(image(10**6, 10**6), node("act: ReLU"), scores()), "image", ("reset_param",)),
    Case(
        "tensor_too_large",
        chain(image(), _conv(out_channels=10**4, padding=10**4), scores()),
        "conv",
        ("set_param", "reset_param"),
    ),
    Case("tensor_too_large", chain(image(), _conv(padding=2 * 10**9), scores()), "conv", ("reset_param",)),
    Case(
        "too_much_compute",
        chain(image(1000, 1000, 1000), _conv(out_channels=1000, kernel_size=33, padding=16), scores()),
        "conv",
        ("set_param", "reset_param"),
    ),
    Case(
        "too_many_layers",
        chain(image(), node("s: block:Stage", repeat=10**9), scores(), Stage=STAGE),
        "s",
        ("set_repeat",),
    ),
    Case(
        "too_many_layers",
        chain(
            image(),
            node("outer: block:Outer", repeat=3),
            scores(),
            Outer=block([node("x: Input"), node("s: block:Stage", repeat=10**6), node("y: Output")], "x -> s -> y"),
            Stage=STAGE,
        ),
        "s",
        ("set_repeat",),
        block="Outer",
    ),
    Case("too_many_layers", chain(image(), *(node(f"act{i}: ReLU") for i in range(10_000)), scores()), None, ()),
]
