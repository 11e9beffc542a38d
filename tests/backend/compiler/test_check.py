"""The report of a document: shapes, costs, totals, paths, limits; the program that is built from it."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from broken_documents import CASES
from broken_parts import STAGE
from drawing import block, chain, document, image, node, scores
from netwright.compiler import costs
from netwright.compiler.check import MAX_PROBLEMS, check, check_json, forget
from netwright.compiler.module import build_network
from netwright.compiler.program import DocumentInvalidError, build_program
from netwright.compiler.report import CheckReport
from netwright.compiler.source import to_source
from netwright.graph.document import BLOCK_PREFIX, Document
from netwright.layers.registry import LAYERS
from pydantic import ValidationError
from resnet import resnet152
from samples import SAMPLES


def small() -> Document:
    """The document of the architecture page."""
    stage = block(
        [
            node("x: Input"),
            node("conv: Conv2d", params={"out_channels": "=channels", "kernel_size": 3, "padding": 1, "bias": False}),
            node("norm: BatchNorm2d"),
            node("act: ReLU"),
            node("down: MaxPool2d", params={"kernel_size": 2}),
            node("y: Output"),
        ],
        "x -> conv -> norm -> act -> down -> y",
        channels=32,
    )
    network = block(
        [
            image(),
            node("stage: block:ConvStage", params={"channels": "=2*width"}, repeat=2),
            node("pool: AdaptiveAvgPool2d", params={"output_size": 1}),
            node("flat: Flatten"),
            node("head: Linear", params={"out_features": 10}),
            scores(),
        ],
        "image -> stage -> pool -> flat -> head -> scores",
        width=16,
    )
    return document(network, ConvStage=stage)


def as_json(document: Document, batch_size: int = 1) -> bytes:
    return json.dumps({"document": json.loads(document.model_dump_json()), "batch_size": batch_size}).encode()


def shape(report: CheckReport, path: str, port: str = "y") -> Sequence[int | str | None]:
    return report.nodes[path].outputs[port].shape


# --- shapes, costs, paths ----------------------------------------------------------------------------------------------


def test_check_of_a_document_gives_shapes_and_costs_of_every_node() -> None:
    report = check(small(), batch_size=8)
    assert report.ok
    assert report.problems == []
    assert shape(report, "stage.0.conv") == [None, 32, 28, 28]
    assert shape(report, "stage.1.down") == [None, 32, 7, 7]
    assert shape(report, "stage") == [None, 32, 7, 7]
    assert shape(report, "head") == [None, 10]
    conv = report.nodes["stage.1.conv"]
    assert conv.inputs["x"].shape == [None, 32, 14, 14]
    assert (conv.parameters, conv.macs, conv.activation_bytes) == (32 * 32 * 9, 32 * 14 * 14 * 32 * 9, 32 * 14 * 14 * 4)
    assert conv.summary == "3x3, 32"
    assert report.nodes["stage.0.norm"].buffers == 32 + 32 + 1
    assert report.nodes["flat"].activation_bytes == 0, "a view of its input keeps nothing"
    stage = report.nodes["stage"]
    assert stage.parameters == (32 * 9 + 64) + (32 * 32 * 9 + 64)
    assert stage.summary == "x 2, channels 32"
    totals = report.totals
    assert totals.parameters == stage.parameters + 330
    assert totals.parameter_bytes == 4 * totals.parameters
    weights_and_adam = 4 * totals.parameter_bytes
    assert totals.training_bytes == weights_and_adam + 4 * totals.buffers + 8 * totals.activation_bytes
    assert totals.batch_size == 8


@pytest.mark.parametrize("name", SAMPLES)
def test_report_of_a_sample_agrees_with_the_module_that_trains(name: str) -> None:
    document = SAMPLES[name]()
    report = check(document)
    network = build_network(to_source(document))
    assert report.totals.parameters == sum(parameter.numel() for parameter in network.parameters())
    assert report.totals.buffers == sum(buffer.numel() for buffer in network.buffers())
    inner = {path for path in report.nodes if any(other.startswith(f"{path}.") for other in report.nodes)}
    for key in network.state_dict():
        of = [path for path in report.nodes.keys() - inner if key.startswith(f"{path}.")]
        assert len(of) == 1, "a checkpoint's key is a layer's path and the name that PyTorch has for the tensor in it"


@pytest.mark.parametrize(
    ("repeat", "paths"),
    [
        (1, ["s.conv"]),
        (2, ["s.0.conv", "s.1.conv"]),
        ("=1", ["s.0.conv"]),
        ("=depth", ["s.0.conv", "s.1.conv", "s.2.conv"]),
    ],
)
def test_paths_of_a_block_are_numbered_when_its_repeat_is_not_simply_one(repeat: int | str, paths: list[str]) -> None:
    network = block([image(), node("s: block:Stage", repeat=repeat), scores()], "image -> s -> scores", depth=3)
    report = check(document(network, Stage=STAGE))
    assert [path for path in report.nodes if path.endswith(".conv")] == paths


def test_check_of_a_block_follows_the_shape_through_each_repetition() -> None:
    grow = block([node("x: Input"), node("c: Conv2d", params={"out_channels": 4}), node("y: Output")], "x -> c -> y")
    report = check(chain(image(1, 9, 9), node("s: block:Grow", repeat=4), scores(), Grow=grow))
    assert [shape(report, f"s.{i}.c") for i in range(4)] == [[None, 4, size, size] for size in (7, 5, 3, 1)]


def test_wires_of_a_variadic_port_are_numbered_in_the_report() -> None:
    network = block(
        [image(2, 4, 4), node("act: ReLU"), node("cat: Concat"), scores()],
        "image -> act -> cat",
        "image -> cat -> scores",
    )
    inputs = check(document(network)).nodes["cat"].inputs
    assert list(inputs) == ["x.0", "x.1"]


def test_check_of_a_block_with_several_ports_wires_them_by_name() -> None:
    pair = block(
        [node("a: Input"), node("b: Input"), node("act: ReLU"), node("first: Output"), node("second: Output")],
        "a -> act -> first",
        "b -> second",
    )
    network = block(
        [
            image(4),
            node("wide: Linear", params={"out_features": 9}),
            node("p: block:Pair"),
            scores(),
            node("rest: Output"),
        ],
        "image -> p.b",
        "image -> wide -> p.a",
        "p.second -> scores",
        "p.first -> rest",
    )
    report = check(document(network, Pair=pair))
    assert report.problems == []
    assert (shape(report, "p", "first"), shape(report, "p", "second")) == ([None, 9], [None, 4])
    assert report.nodes["scores"].inputs["x"].shape == [None, 4]


@pytest.mark.parametrize("type_name", [name for name, layer in LAYERS.items() if layer.muted_is_identity])
def test_a_muted_layer_passes_its_input_on_and_costs_nothing(type_name: str) -> None:
    report = check(chain(image(3, 5, 5), node(f"n: {type_name}", muted=True, params={"nonsense": 1}), scores()))
    assert report.problems == []
    assert shape(report, "n") == [None, 3, 5, 5]
    assert report.totals.parameters == 0


def test_a_muted_block_passes_its_input_on() -> None:
    report = check(chain(image(3, 5, 5), node("s: block:Stage", muted=True, repeat=4), scores(), Stage=STAGE))
    assert report.problems == []
    assert shape(report, "s") == [None, 3, 5, 5]


def test_totals_leave_out_what_no_output_depends_on() -> None:
    network = block(
        [image(4), node("head: Linear", params={"out_features": 2}), node("side: Linear"), scores()],
        "image -> head -> scores",
        "image -> side",
    )
    report = check(document(network))
    assert [problem.code for problem in report.problems] == ["unused_node"]
    assert report.nodes["side"].parameters == 64 * 5
    assert report.totals.parameters == 2 * 5


def test_shapes_are_known_while_a_network_is_still_being_drawn() -> None:
    report = check(document(block([image(), node("conv: Conv2d", params={"out_channels": 4})], "image -> conv")))
    assert [problem.code for problem in report.problems] == ["no_output"]
    assert shape(report, "conv") == [None, 4, 26, 26]
    assert report.totals.parameters == 40


def test_check_of_an_empty_document_asks_for_an_input_and_an_output() -> None:
    assert [problem.code for problem in check(Document()).problems] == ["no_input", "no_output"]


def test_an_unused_block_is_fine_whatever_is_in_it() -> None:
    assert check(chain(image(), scores(), Draft=block([node("a: Nothing")], "a -> b"))).ok


# --- problems ------------------------------------------------------------------------------------------------------------


def test_a_problem_in_a_block_that_is_used_often_is_said_once_where_it_was_met_first() -> None:
    bad = block([node("x: Input"), node("head: Linear"), node("y: Output")], "x -> head -> y")
    network = chain(image(), node("a: block:Bad", repeat=3), node("b: block:Bad"), scores(), Bad=bad)
    problems = check(network).problems
    assert [(problem.code, problem.block, problem.node, problem.path) for problem in problems] == [
        ("wrong_rank", "Bad", "head", "a.0.head")
    ]


def test_a_block_that_fits_in_one_place_and_not_in_another_names_the_place() -> None:
    head = block([node("x: Input"), node("fc: Linear"), node("y: Output")], "x -> fc -> y")
    network = block(
        [
            image(),
            node("flat: Flatten"),
            node("good: block:Head"),
            node("bad: block:Head"),
            scores(),
            node("other: Output"),
        ],
        "image -> flat -> good -> scores",
        "image -> bad -> other",
    )
    problems = check(document(network, Head=head)).problems
    assert [(problem.code, problem.path) for problem in problems] == [("wrong_rank", "bad.fc")]


def test_nodes_behind_a_broken_one_say_nothing_and_keep_their_summary() -> None:
    report = check(chain(image(), node("head: Linear"), node("conv: Conv2d"), node("next: Linear"), scores()))
    assert [problem.node for problem in report.problems] == ["head"]
    assert report.nodes["conv"].outputs == {}
    assert report.nodes["conv"].summary == "3x3, 32"


def test_a_repeated_block_without_a_known_input_still_says_how_often() -> None:
    stage = block([node("x: Input"), node("act: ReLU"), node("y: Output")], "x -> act -> y")
    network = block([node("stage: block:Stage", repeat="=depth"), scores()], "stage -> scores", depth=3)
    assert check(document(network, Stage=stage)).nodes["stage"].summary == "x 3"


def test_problems_come_in_the_order_of_the_document() -> None:
    network = block(
        [
            image(),
            node("b: Conv2d", params={"kernel_size": 0}),
            node("a: Conv2d", params={"stride": 0, "nope": 1}),
            scores(),
        ],
        "image -> b",
        "image -> a -> scores",
    )
    found = [(problem.node, problem.field) for problem in check(document(network)).problems]
    assert found == [("b", None), ("b", "kernel_size"), ("a", "stride"), ("a", "nope")]


def test_problems_beyond_the_limit_are_counted() -> None:
    problems = check(chain(image(), *(node(f"n{i}: ReLU", params={"x": 1}) for i in range(250)), scores())).problems
    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[-1].code == "more_problems"
    assert problems[-1].message == "50 more problems are not listed."
    assert problems[-1].severity == "error"


def test_insert_into_a_concat_keeps_the_order_of_its_wires() -> None:
    from netwright.graph.editing import apply_edits

    network = block(
        [image(1, 8, 8), node("down: MaxPool2d"), node("cat: Concat"), scores()],
        "image -> cat",
        "image -> down -> cat",
        "cat -> scores",
    )
    drawn = document(network)
    problem = check(drawn).problems[0]
    assert problem.code == "sizes_differ"
    fixed = apply_edits(drawn, problem.fixes[0].edits)
    inserted = problem.fixes[0].edits[1]
    assert inserted.op == "add_node"
    assert [edge.source for edge in fixed.network.edges if edge.target == "cat"] == [inserted.node.id, "down"]
    assert inserted.position is not None
    assert 0 < inserted.position[0] < 680


def test_rename_fix_of_a_parameter_renames_it_everywhere() -> None:
    case = next(case for case in CASES if case.code == "illegal_parameter_name" and case.block == "network")
    from netwright.graph.editing import apply_edits

    fixed = apply_edits(case.document, check(case.document).problems[0].fixes[0].edits)
    assert check(fixed).ok
    assert fixed.network.nodes[1].params["out_channels"] == "=range1"


# --- limits --------------------------------------------------------------------------------------------------------------


def test_repeats_inside_repeats_multiply_and_are_refused_before_they_are_unfolded() -> None:
    blocks = {
        f"B{i}": block([node("x: Input"), node(f"n: block:B{i + 1}", repeat=10**9), node("y: Output")], "x -> n -> y")
        for i in range(20)
    }
    blocks["B20"] = block([node("x: Input"), node("act: ReLU"), node("y: Output")], "x -> act -> y")
    report = check(chain(image(), node("n: block:B0", repeat=10**9), scores(), **blocks))
    assert [problem.code for problem in report.problems] == ["too_many_layers"]
    assert "more than 10^18" in report.problems[0].message
    assert "5,000" in report.problems[0].message
    assert report.nodes == {}


def test_an_empty_block_repeated_without_end_is_refused_too() -> None:
    empty = block([node("x: Input"), node("y: Output")], "x -> y")
    report = check(chain(image(), node("n: block:Empty", repeat=10**9), scores(), Empty=empty))
    assert [problem.code for problem in report.problems] == ["too_many_layers"]


def test_blocks_that_double_at_every_level_are_counted_in_bounded_time() -> None:
    blocks = {
        f"B{i}": block(
            [
                node("x: Input"),
                node(f"a: block:B{i + 1}", params={"p": "=p + p"}),
                node(f"b: block:B{i + 1}", params={"p": "=p + p + 1"}),
                node("y: Output"),
            ],
            "x -> a -> b -> y",
            p=1,
        )
        for i in range(29)
    }
    blocks["B29"] = block([node("x: Input"), node("y: Output")], "x -> y", p=1)
    report = check(chain(image(), node("n: block:B0"), scores(), **blocks))
    assert [problem.code for problem in report.problems] == ["too_many_layers"]


def test_blocks_nested_too_deep_are_refused() -> None:
    blocks = {
        f"B{i}": block([node("x: Input"), node(f"n: block:B{i + 1}"), node("y: Output")], "x -> n -> y")
        for i in range(3000)
    }
    blocks["B3000"] = block([node("x: Input"), node("y: Output")], "x -> y")
    problems = check(chain(image(), node("n: block:B0"), scores(), **blocks)).problems
    assert [problem.code for problem in problems] == ["nesting_too_deep"]
    assert str(costs.MAX_NESTING) in problems[0].message


def test_layers_that_are_only_together_too_large_are_refused() -> None:
    # Each of the two holds 8 * 10^9 parameters, within the limit for one.
    network = chain(
        image(80_000),
        node("a: Linear", params={"out_features": 100_000, "bias": False}),
        node("b: Linear", params={"out_features": 80_000, "bias": False}),
        scores(),
    )
    problems = check(network).problems
    assert [(problem.code, problem.node) for problem in problems] == [("too_many_parameters", None)]


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.code.startswith("too_") or "large" in case.code], ids=lambda case: case.code
)
def test_numbers_of_a_refused_document_stay_exact_in_a_browser(case: Any) -> None:
    def numbers(value: object) -> list[float]:
        if isinstance(value, dict):
            return [number for item in value.values() for number in numbers(item)]
        if isinstance(value, list):
            return [number for item in value for number in numbers(item)]
        return [value] if isinstance(value, (int, float)) else []

    report = json.loads(check_json(as_json(case.document, 1_000_000)))
    assert all(abs(number) <= 2**53 for number in numbers(report))


# --- the same answer every way -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [small, resnet152, *SAMPLES.values()])
def test_check_json_gives_the_bytes_of_check(make: Any) -> None:
    drawn = make()
    assert check_json(as_json(drawn, 4)) == check(drawn, 4).model_dump_json().encode()


def has_huge_number(case: Any) -> bool:
    """A body with such a number is refused before it comes to the check."""
    return any(value == 10**30 for one in case.document.network.nodes for value in one.params.values())


@pytest.mark.parametrize("case", [case for case in CASES if not has_huge_number(case)], ids=lambda case: case.code)
def test_check_json_of_a_broken_document_gives_the_bytes_of_check(case: Any) -> None:
    assert check_json(as_json(case.document)) == check(case.document).model_dump_json().encode()


def test_check_json_of_no_request_raises() -> None:
    with pytest.raises(ValidationError):
        check_json(b'{"document": {"network": 3}}')


def test_check_never_changes_the_document() -> None:
    drawn = small()
    before = drawn.model_dump_json()
    check(drawn)
    build_program(drawn)
    assert drawn.model_dump_json() == before


def test_check_from_many_threads_gives_what_it_gives_alone() -> None:
    documents = [small(), resnet152(), *(case.document for case in CASES if case.code != "too_many_layers")] * 2
    alone = [check(drawn) for drawn in documents]
    forget()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(check, documents)) == alone


# --- the program -----------------------------------------------------------------------------------------------------------


def test_build_program_of_a_broken_document_raises_with_its_problems() -> None:
    with pytest.raises(DocumentInvalidError, match="needs a flat input") as caught:
        build_program(chain(image(), node("head: Linear"), scores()))
    assert [problem.code for problem in caught.value.problems] == ["wrong_rank"]


def test_build_program_leaves_out_what_no_output_depends_on() -> None:
    network = block(
        [image(4), node("a: ReLU"), node("side: Tanh"), node("lonely: GELU"), scores()],
        "image -> a -> scores",
        "image -> side",
    )
    assert [one.id for one in build_program(document(network)).network.nodes] == ["a"]


def test_build_program_gives_each_definition_after_those_it_uses_with_its_distinct_instances() -> None:
    outer = block(
        [node("x: Input"), node("s: block:Stage", params={"channels": "=c"}, repeat=2), node("y: Output")],
        "x -> s -> y",
        c=4,
    )
    network = block(
        [
            image(),
            node("a: block:Outer"),
            node("b: block:Outer", params={"c": 4}),
            node("again: block:Stage"),
            scores(),
        ],
        "image -> a -> b -> again -> scores",
    )
    program = build_program(document(network, Stage=STAGE, Outer=outer))
    assert [one.name for one in program.blocks] == ["Stage", "Outer", "network"]
    assert program.network.class_name == "Network"
    stage = program.block("Stage")
    assert [(one.values["channels"], str(one.inputs[0])) for one in stage.instances] == [
        (4, "N x 1 x 28 x 28"),
        (4, "N x 4 x 26 x 26"),
        (4, "N x 4 x 24 x 24"),
        (4, "N x 4 x 22 x 22"),
        (8, "N x 4 x 20 x 20"),
    ]
    inner = program.block("Outer").nodes[0]
    assert (inner.expressions, inner.is_repeated, inner.block) == ({"channels": "=c"}, True, "Stage")
    first = program.network.instances[0].nodes["a"].iterations[0]
    assert first is program.block("Outer").instances[0]
    assert first.nodes["s"].iterations == stage.instances[:2]


@pytest.mark.parametrize(
    ("names", "classes"),
    [
        (["Conv Stage", "ConvStage"], ["ConvStage2", "ConvStage"]),
        (["Network"], ["Network2"]),
        (["class"], ["Class"]),
        (["3x3"], ["Block3X3"]),
        (["层"], ["层"]),
        (["!"], ["Block"]),
    ],
)
def test_class_names_are_names_and_unique(names: list[str], classes: list[str]) -> None:
    nodes = [node(f"n{i}: {BLOCK_PREFIX}{name}") for i, name in enumerate(names)]
    program = build_program(chain(image(), *nodes, scores(), **dict.fromkeys(names, STAGE)))
    assert {one.name: one.class_name for one in program.blocks[:-1]} == dict(zip(names, classes, strict=True))
