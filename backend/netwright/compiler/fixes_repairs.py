"""What layers wish for, made into edits: nodes inserted into wires, parameters set, types replaced."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from netwright.compiler.fixes import between, free_id, ids_of, stem
from netwright.graph.document import Document, Edge, Node
from netwright.graph.edits import AddEdge, AddNode, Edit, RemoveEdge, SetNode, SetParam
from netwright.graph.problems import Fix
from netwright.language import Text, all_of, say
from netwright.layers.base import Repair
from netwright.layers.registry import LAYERS

if TYPE_CHECKING:
    from netwright.compiler.check_definition import Definition


def from_repair(document: Document, block_name: str, node: Node, edge: Edge | None, repair: Repair) -> Iterator[Fix]:
    """The edits for a layer's wish.  ``edge`` is the wire that is complained about."""
    values = repair.values
    match repair.code:
        case "insert":
            if edge is not None:
                yield insert(document, block_name, edge, values["nodes"])
        case "set_param":
            yield _set_param(block_name, node, values["name"], values["value"])
        case "set_source_param":
            block = document.block(block_name)
            source = next((other for other in block.nodes if edge is not None and other.id == edge.source), None)
            # An Input inside a block has no say: the wire outside decides.
            is_asked = source is not None and source.type == values["type"]
            if source is not None and is_asked and not (source.type == "Input" and block is not document.network):
                yield _set_param(block_name, source, values["name"], values["value"], of=source.id)
        case "replace":
            yield _replace(block_name, node, values["type"], values["params"])


def insert(document: Document, block_name: str, edge: Edge, nodes: Sequence[Mapping[str, Any]]) -> Fix:
    """New nodes in a row on a wire, which keeps its place among the wires of its target."""
    block = document.block(block_name)
    taken = ids_of(block)
    edits: list[Edit] = [RemoveEdge(block=block_name, edge=edge)]
    previous, port = edge.source, edge.source_port
    for number, wanted in enumerate(nodes, start=1):
        new = free_id(taken, stem(wanted["type"]))
        taken.add(new)
        place = between(document, block_name, edge.source, edge.target, number, len(nodes))
        edits.append(
            AddNode(
                block=block_name, node=Node(id=new, type=wanted["type"], params=dict(wanted["params"])), position=place
            )
        )
        edits.append(AddEdge(block=block_name, edge=Edge(source=previous, source_port=port, target=new)))
        previous, port = new, None
    # Of equal edges the last is the one that the removal took.
    target = edge.target
    index = max(i for i, other in enumerate(block.edges) if other.target == target and other == edge)
    last = Edge(source=previous, target=edge.target, target_port=edge.target_port)
    edits.append(AddEdge(block=block_name, edge=last, index=index))
    types = [str(wanted["type"]) for wanted in nodes]
    return Fix(
        code="insert",
        label=say("Insert {what}", what=_described(nodes)),
        values={"types": list(types)},
        edits=edits,
    )


def _described(nodes: Sequence[Mapping[str, Any]]) -> Text:
    """``global average pooling and Flatten``: the words that a person knows them by."""
    words: list[object] = []
    for node in nodes:
        type_name, params = str(node["type"]), node["params"]
        if type_name.startswith("AdaptiveAvgPool") and params.get("output_size") == 1:
            words.append(say("global average pooling"))
        elif type_name.startswith("Conv") and params.get("kernel_size") == 1:
            squeeze = say("a 1x1 {type} to {channels} channels", type=type_name, channels=params["out_channels"])
            words.append(
                say("{layer} with stride {stride}", layer=squeeze, stride=_short(params["stride"]))
                if "stride" in params
                else squeeze
            )
        elif "out_features" in params:
            words.append(say("{type} to {size}", type=type_name, size=params["out_features"]))
        elif "shape" in params:
            words.append(say("{type} to {size}", type=type_name, size=_short(params["shape"])))
        else:
            words.append(type_name)
    return all_of(words)


def _short(value: object) -> str:
    return "x".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _set_param(block: str, node: Node, name: str, value: JsonValue, of: str = "") -> Fix:
    what = say("{name} of {node}", name=name, node=of) if of else name
    return Fix(
        code="set_param" if value is not None else "reset_param",
        label=say("Use the default of {name}", name=what)
        if value is None
        else say("Set {name} to {value}", name=what, value=_short(value)),
        values={"id": node.id, "name": name, "value": value},
        edits=[SetParam(block=block, id=node.id, name=name, value=value)],
    )


def kept_params(params: Mapping[str, JsonValue], type_name: str) -> dict[str, JsonValue]:
    """Of a node's parameters those that another type takes too; lists go, as they may have another number of axes."""
    known = LAYERS[type_name].Params.model_fields
    return {name: value for name, value in params.items() if name in known and not isinstance(value, list)}


def _replace(block: str, node: Node, type_name: str, params: Mapping[str, Any]) -> Fix:
    """Another type; parameters that it does not take go."""
    kept = kept_params(node.params, type_name)
    edits: list[Edit] = [SetNode(block=block, id=node.id, type=type_name)]
    edits += [SetParam(block=block, id=node.id, name=name, value=None) for name in node.params if name not in kept]
    edits += [SetParam(block=block, id=node.id, name=name, value=value) for name, value in params.items()]
    return Fix(code="set_type", label=say("Make it {type}", type=type_name), values={"type": type_name}, edits=edits)


def retype_input(definition: "Definition", edge: Edge, expected: str) -> Iterator[Fix]:
    """Another dtype for the Input of the network that a wire comes from, through nodes of one input each."""
    nodes = definition.block.nodes
    if definition.block is not definition.document.network:
        return
    i = definition.index[edge.source]
    while nodes[i].type != "Input":
        sources = definition.sources[i]
        if not sources or len(sources) > 1:
            return
        i = sources[0][0]
    yield _set_param(definition.name, nodes[i], "dtype", expected.split(" or ", maxsplit=1)[0], of=nodes[i].id)
