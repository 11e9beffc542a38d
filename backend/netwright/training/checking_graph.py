"""Whether a network of graphs and its data fit together."""

from collections.abc import Iterator, Sequence

from netwright.compiler.report import CheckReport
from netwright.graph.document import NETWORK, Node
from netwright.graph.edits import SetParam
from netwright.graph.problems import Fix, Problem
from netwright.language import listed, say
from netwright.training.facts import DataFacts, describe_shape, first_shape


def wrong_entry(entries: Sequence[Node], data: DataFacts) -> Problem:
    """Graph data and a network for something else, or the other way round."""
    is_graph = data.kind == "graph"
    needs = say("a Graph node") if is_graph else say("an Input")
    stray = next((node for node in entries if (node.type == "Graph") != is_graph), None)
    if stray is None:
        has = say("none")
    elif is_graph:
        has = say("`{node}`, which takes samples", node=stray.id)
    else:
        has = say("`{node}`, which takes graphs", node=stray.id)
    return Problem(
        code="data_kind_mismatch",
        block=NETWORK,
        node=None if stray is None else stray.id,
        path=None if stray is None else stray.id,
        field="data.source",
        message=say(
            "{title} needs {needs}, but the network has {has}. Choose {other}, or change the network.",
            title=data.title,
            needs=needs,
            has=has,
            other=say("a network that begins with a Graph") if is_graph else say("a set of graphs"),
        ),
        values={"data": data.title, "kind": data.kind},
    )


def check_graph_input(entries: Sequence[Node], report: CheckReport, data: DataFacts) -> Iterator[Problem]:
    if len(entries) != 1:
        names = listed(f"`{node.id}`" for node in entries)
        yield Problem(
            code="inputs_several",
            message=say(
                "The network has {count} Graph nodes ({names}), but {title} has one graph. Keep one.",
                count=len(entries),
                names=names,
                title=data.title,
            ),
        )
        return
    [node] = entries
    features, wanted = first_shape(report.nodes[node.id].outputs)[1], data.input_shape[0]
    if features == wanted:
        return
    yield Problem(
        code="input_shape_mismatch",
        block=NETWORK,
        node=node.id,
        path=node.id,
        field="num_features",
        message=say(
            "{title} has {wanted} features a vertex, but `{node}` expects {features}. Set its num_features "
            "to {wanted}.",
            title=data.title,
            wanted=wanted,
            node=node.id,
            features=features,
        ),
        values={"data": data.title},
        expected=f"V x {wanted}",
        got=f"V x {features}",
        fixes=[
            Fix(
                code="set_input_shape",
                label=say("Set `{node}` to {wanted} features", node=node.id, wanted=wanted),
                values={"node": node.id, "shape": [wanted]},
                edits=[SetParam(block=NETWORK, id=node.id, name="num_features", value=wanted)],
            )
        ],
    )


def wrong_sample(data: DataFacts, output: Node, shape: Sequence[int | str | None]) -> Problem:
    """An output for each vertex where whole graphs are classified, or the other way round."""
    if data.are_vertices:
        way = say("one row for each graph, but every vertex has a target. Take the global pool out")
    else:
        way = say(
            "one row for each vertex, but every graph has a target. Put a global pool before it, such as GraphMeanPool"
        )
    return Problem(
        code="output_not_for_sample",
        block=NETWORK,
        node=output.id,
        path=output.id,
        message=say("`{node}` gives {shape}, {way}.", node=output.id, shape=describe_shape(shape), way=way),
        values={"data": data.title},
        expected="V x K" if data.are_vertices else "N x K",
        got=describe_shape(shape),
    )
