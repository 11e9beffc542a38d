"""A document for every problem that the check itself finds, broken in that one way."""

from broken_as_drawn import AS_DRAWN
from broken_parts import CUT, SHRINK, STAGE, TWO_TO_ONE, Case, conv, drawn, gcn, graph, linear
from drawing import block, chain, document, image, node, scores

CASES = [
    *AS_DRAWN,
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
        chain(image(), conv(), node("act: ReLU", repeat=3), scores()),
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
    Case("wrong_rank", chain(image(), linear(), scores()), "head", ("insert", "insert")),
    Case("wrong_rank", chain(image(4), conv(), scores()), "conv", ("remove_edge",)),
    Case("wrong_rank", chain(image(28, 28), conv(), scores()), "conv", ("set_type", "insert")),
    Case(
        "wrong_dtype",
        chain(node("image: Input", params={"shape": [4], "dtype": "int64"}), linear(), scores()),
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
            Head=block([node("x: Input"), linear(), node("y: Output")], "x -> head -> y"),
        ),
        "head",
        ("remove_edge",),
        block="Head",
    ),
    Case(
        "shapes_differ",
        document(
            block(
                [image(8, 16, 16), conv(padding=1, out_channels=16, stride=2), node("sum: Add"), scores()],
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
            block([image(8), linear(), node("sum: Add"), scores()], "image -> head -> sum", "image -> sum -> scores")
        ),
        "sum",
        ("insert", "insert"),
    ),
    Case(
        "shapes_differ",
        document(
            block(
                [image(8, 5, 7), conv(), node("sum: Add"), scores()], "image -> conv -> sum", "image -> sum -> scores"
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
    Case("kernel_too_large", chain(image(1, 4, 4), conv(kernel_size=7), scores()), "conv", ("set_param", "set_param")),
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
            linear(),
            scores(),
        ),
        "head",
        ("set_param", "remove_edge"),
    ),
    # --- graphs
    Case("wrong_rows", drawn([graph(), node("flat: Flatten"), scores()], "graph -> flat -> scores"), "flat", CUT),
    Case("wrong_rows", drawn([graph(), node("act: ReLU"), scores()], "graph.edge_index -> act -> scores"), "act", CUT),
    Case(
        "wrong_rows",
        drawn(
            [image(4), graph(), gcn(), scores()],
            "image -> conv.x",
            "graph.edge_index -> conv.edge_index",
            "conv -> scores",
        ),
        "conv",
        CUT,
    ),
    Case(
        "wrong_rows",
        drawn([graph(), gcn(), scores()], "graph.x -> conv.x", "graph.batch -> conv.edge_index", "conv -> scores"),
        "conv",
        CUT,
    ),
    Case(
        "mixed_rows",
        drawn([image(4), graph(), node("sum: Add"), scores()], "image -> sum -> scores", "graph.x -> sum"),
        "sum",
        CUT,
    ),
    Case(
        "entry_in_block",
        drawn(
            [graph("outer: Graph"), node("b: block:B"), scores()],
            "outer.x -> b.x",
            "b -> scores",
            B=block(
                [node("x: Input"), graph(), node("conv: GCNConv"), node("y: Output")],
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
    Case("too_many_parameters", chain(image(10**9), linear(out_features=10**9), scores()), "head", ("set_param",)),
    Case(
        "too_many_parameters",
        chain(image(10**5, 1, 1), conv(kernel_size=[1001, 1001], padding=500, out_channels=1), scores()),
        "conv",
        ("reset_param", "reset_param"),
    ),
    Case("tensor_too_large", chain(image(10**6, 10**6), node("act: ReLU"), scores()), "image", ("reset_param",)),
    Case(
        "tensor_too_large",
        chain(image(), conv(out_channels=10**4, padding=10**4), scores()),
        "conv",
        ("set_param", "reset_param"),
    ),
    Case("tensor_too_large", chain(image(), conv(padding=2 * 10**9), scores()), "conv", ("reset_param",)),
    Case(
        "too_much_compute",
        chain(image(1000, 1000, 1000), conv(out_channels=1000, kernel_size=33, padding=16), scores()),
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
