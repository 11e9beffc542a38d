"""Whether a network takes the tokens of a set of texts: whole numbers, and an Embedding with a row for each."""

from collections.abc import Iterator

from pydantic import JsonValue

from netwright.compiler.fixes_repairs import insert
from netwright.compiler.report import CheckReport
from netwright.graph.document import NETWORK, Document, Node
from netwright.graph.edits import Edit, SetParam, SetParameter
from netwright.graph.problems import Fix, Problem
from netwright.language import say
from netwright.layers.registry import LAYERS
from netwright.training.facts import DataFacts

ROWS = "num_embeddings"


def check_dtype(document: Document, entry: Node, report: CheckReport, data: DataFacts) -> Iterator[Problem]:
    """``entry`` is the network's Input."""
    [port] = report.nodes[entry.id].outputs.values()
    if port.dtype == data.input_dtype:
        return
    wanted: list[JsonValue] = list(data.input_shape)
    edits: list[Edit] = [
        SetParam(block=NETWORK, id=entry.id, name="dtype", value=data.input_dtype),
        SetParam(block=NETWORK, id=entry.id, name="shape", value=wanted),
    ]
    label = say("Set `{node}` to {shape}, {dtype}", node=entry.id, shape=wanted, dtype=data.input_dtype)
    if data.num_tokens is not None:
        edge = next((edge for edge in document.network.edges if edge.source == entry.id), None)
        lookups = [node for node in _fed_by(document, entry) if _is_lookup(node)]
        if edge is not None and not lookups:
            embedding = {"type": "Embedding", "params": {ROWS: data.num_tokens}}
            edits += insert(document, NETWORK, edge, [embedding]).edits
            label = say(
                "Set `{node}` to {shape}, {dtype}, and insert Embedding", node=entry.id, shape=wanted, dtype="int64"
            )
    sentence = (
        say(
            "{title} gives indices of tokens (int64), but `{node}` takes {got}. Set its dtype to int64 and let an Embedding "
            "follow it.",
            title=data.title,
            node=entry.id,
            got=port.dtype,
        )
        if data.num_tokens is not None
        else say(
            "{title} gives {wanted}, but `{node}` takes {got}. Set its dtype to {wanted}.",
            title=data.title,
            wanted=data.input_dtype,
            node=entry.id,
            got=port.dtype,
        )
    )
    yield Problem(
        code="input_dtype_mismatch",
        block=NETWORK,
        node=entry.id,
        path=entry.id,
        field="dtype",
        message=sentence,
        values={"data": data.title},
        expected=data.input_dtype,
        got=port.dtype,
        fixes=[
            Fix(
                code="set_input_dtype",
                label=label,
                values={"node": entry.id, "dtype": data.input_dtype, "shape": wanted},
                edits=edits,
            )
        ],
    )


def check_vocabulary(document: Document, entry: Node, data: DataFacts) -> Iterator[Problem]:
    """Each lookup right behind the Input has a row for every index."""
    if data.num_tokens is None:
        return
    for node in _fed_by(document, entry):
        if not _is_lookup(node):
            continue
        value = node.params.get(ROWS, LAYERS[node.type].Params.model_fields[ROWS].default)
        name = value.removeprefix("=") if isinstance(value, str) else None
        shared = name if name in document.network.parameters else None
        rows = value if isinstance(value, int) else document.network.parameters.get(shared or "")
        if not isinstance(rows, int) or rows >= data.num_tokens:
            continue
        edit: Edit = (
            SetParam(block=NETWORK, id=node.id, name=ROWS, value=data.num_tokens)
            if shared is None
            else SetParameter(block=NETWORK, name=shared, value=data.num_tokens)
        )
        yield Problem(
            code="vocabulary_too_small",
            block=NETWORK,
            node=node.id,
            path=node.id,
            field=ROWS,
            message=say(
                "{title} has up to {tokens:,} different tokens, but `{node}` has {rows} rows. Set its num_embeddings "
                "to {tokens:,}.",
                title=data.title,
                tokens=data.num_tokens,
                node=node.id,
                rows=rows,
            ),
            values={"data": data.title, "tokens": data.num_tokens},
            expected=str(data.num_tokens),
            got=str(rows),
            fixes=[
                Fix(
                    code="set_num_embeddings",
                    label=say("Set `{node}` to {tokens:,} rows", node=node.id, tokens=data.num_tokens),
                    values={"node": node.id, ROWS: data.num_tokens},
                    edits=[edit],
                )
            ],
        )


def _fed_by(document: Document, entry: Node) -> Iterator[Node]:
    targets = {edge.target for edge in document.network.edges if edge.source == entry.id}
    return (node for node in document.network.nodes if node.id in targets)


def _is_lookup(node: Node) -> bool:
    layer = LAYERS.get(node.type)
    return layer is not None and ROWS in layer.Params.model_fields
