"""Documents with a problem that stands before any shape is known: wires, names, types, parameters, shared weights."""

from broken_parts import STAGE, TWO_TO_ONE, Case, conv, with_edges
from drawing import block, chain, document, image, node, scores
from netwright.graph.document import Edge

AS_DRAWN = [
    # --- wires
    Case(
        "self_loop",
        with_edges(chain(image(), node("act: ReLU"), scores()), Edge(source="act", target="act")),
        "act",
        ("remove_edge",),
    ),
    Case(
        "dangling_edge",
        with_edges(chain(image(), node("act: ReLU"), scores()), Edge(source="act", target="gone")),
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
        with_edges(chain(image(), node("act: ReLU"), scores()), Edge(source="image", target="act")),
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
        with_edges(chain(image(), node("act: ReLU"), scores()), Edge(source="act", target="image")),
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
        document(block([image(), conv(out_channels="=range"), scores()], "image -> conv -> scores", range=4)),
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
    Case("unknown_parameter", chain(image(), conv(kernelsize=3), scores()), "conv", ("rename_param", "remove_param")),
    Case(
        "unknown_parameter",
        chain(image(), node("s: block:Stage", params={"depth": 3}), scores(), Stage=STAGE),
        "s",
        ("remove_param",),
    ),
    Case("parameter_out_of_range", chain(image(), conv(kernel_size=0), scores()), "conv", ("set_param", "reset_param")),
    Case(
        "parameter_out_of_range",
        chain(image(), conv(kernel_size=[3, 0]), scores()),
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
        chain(image(), conv(out_channels=10**30), scores()),
        "conv",
        ("set_param", "reset_param"),
    ),
    Case("parameter_invalid", chain(image(), conv(bias="yes"), scores()), "conv", ("reset_param",)),
    Case("parameter_invalid", chain(image(), conv(kernel_size=True), scores()), "conv", ("reset_param",)),
    Case("parameter_invalid", chain(image(), conv(padding_mode="mirror"), scores()), "conv", ("reset_param",)),
    Case("parameter_invalid", chain(image(), conv(out_channels=None), scores()), "conv", ("reset_param",)),
    Case(
        "parameter_invalid",
        chain(image(), node("s: block:Stage", params={"channels": "many"}), scores(), Stage=STAGE),
        "s",
        ("reset_param",),
    ),
    Case(
        "parameter_invalid",
        document(block([image(), conv(out_channels="=width / 2"), scores()], "image -> conv -> scores", width=8)),
        "conv",
        ("reset_param",),
    ),
    Case("expression_error", chain(image(), conv(out_channels="=2 *"), scores()), "conv", ("reset_param",)),
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
        document(block([image(), conv(out_channels="=2 * widht"), scores()], "image -> conv -> scores", width=8)),
        "conv",
        ("set_param", "add_parameter", "reset_param"),
    ),
    Case(
        "expression_error",
        document(block([image(), conv(kernel_size=[3, "=1 // zero"]), scores()], "image -> conv -> scores", zero=0)),
        "conv",
        ("reset_param",),
    ),
    # --- weights that are shared
    Case(
        "share_unknown",
        chain(image(), conv(), node("twin: Conv2d", params={"out_channels": 4}, share="gone"), scores()),
        "twin",
        ("own_weights",),
    ),
    Case(
        "share_chain",
        chain(
            image(4, 8, 8),
            conv(),
            conv("second: Conv2d", share="conv"),
            conv("third: Conv2d", share="second"),
            scores(),
        ),
        "third",
        ("set_share", "own_weights"),
    ),
    Case("share_chain", chain(image(), conv(share="conv"), scores()), "conv", ("own_weights",)),
    Case(
        "share_other_type",
        chain(image(), conv(), node("norm: BatchNorm2d", share="conv"), scores()),
        "norm",
        ("own_weights",),
    ),
    Case(
        "share_params_differ",
        chain(image(4, 8, 8), conv(), conv("twin: Conv2d", share="conv", padding=1), scores()),
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
        chain(image(3, 8, 8), conv(), conv("twin: Conv2d", share="conv"), scores()),
        "twin",
        ("own_weights",),
    ),
    Case(
        "share_nothing",
        chain(image(), node("act: ReLU"), node("act2: ReLU", share="act"), scores()),
        "act2",
        ("own_weights",),
    ),
]
