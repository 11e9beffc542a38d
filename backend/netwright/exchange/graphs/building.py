"""From a foreign graph to a document, its weights and a report."""

from collections.abc import Iterator
from pathlib import Path

from netwright.compiler.check_values import is_repeated
from netwright.exchange.graphs.flat import Builder, FlatNode
from netwright.exchange.graphs.folding import fold
from netwright.exchange.graphs.foreign import ForeignGraph
from netwright.exchange.graphs.graph_layers import read_graph_layers, unread_note, unread_operators
from netwright.exchange.graphs.items import OUTSIDE, FoldedDefinition, Item, common_scope, outputs_in_order, to_items
from netwright.exchange.graphs.naming import name_items
from netwright.exchange.graphs.report import FoldedBlock, ImportNote, ImportReport, Placeholder
from netwright.exchange.graphs.sharing import Tie, find_ties, tie_of
from netwright.exchange.refusal import ImportRefusedError
from netwright.exchange.weights.tensors import Stored, TensorInfo, write_tensors
from netwright.graph.document import BLOCK_PREFIX, Block, Document, Edge, Node
from netwright.graph.io import dump_document
from netwright.language import say
from netwright.layers.registry import LAYERS

Counts = tuple[int, int]


def build_network_files(graph: ForeignGraph, document_path: Path, weights_path: Path) -> tuple[ImportReport, Counts]:
    """Writes the document and its weights; gives the report, and the numbers of tensors and of values.

    Raises:
        ImportRefusedError: there is no network in it.
    """
    document, tensors, report = build_network(graph)
    document_path.write_bytes(dump_document(document))
    if tensors:
        write_tensors(weights_path, tensors)
    return report, (len(tensors), sum(_numel(each.info.shape) for each in tensors))


def build_network(graph: ForeignGraph) -> tuple[Document, list[Stored], ImportReport]:
    """Document, weights by their keys in its network, report.

    Raises:
        ImportRefusedError: no operator stands for a layer, or no output is reached.
    """
    num_operators = len(graph.operators)
    names_of_layers = _graph_layers(graph)
    is_read = read_graph_layers(graph)
    flat = _build_flat(graph)
    if not any(node.type == "Output" for node in flat):
        raise ImportRefusedError(
            "file_without_network", say("No output of the network in this file is computed from its inputs.")
        )
    graph.notes += _unread_graph_layers(graph, names_of_layers, is_read=is_read)
    used = _without_unused(flat)
    find_ties(used, graph)
    items, blocks = fold(to_items(used))
    items = outputs_in_order(items, used)
    document = _Writer(graph.title, items, blocks).write()
    tensors, placeholders = [], []
    written: set[int] = set()
    for path, leaf in _paths(items, document.network, document):
        if leaf.tie not in written:  # else they are those of a node that stands before it
            tensors += [_renamed(f"{path}.{name}", stored) for name, stored in leaf.weights.items()]
            written.add(leaf.tie)
        if leaf.reason:
            placeholders.append(Placeholder(node=path, operator=leaf.type.partition(":")[2], reason=leaf.reason))
    layers = sum(node.type not in {"Graph", "Input", "Output"} for item in items for node in item.leaves())
    report = ImportReport(
        format=graph.format,
        producer=graph.producer,
        num_operators=num_operators,
        num_layers=layers,
        num_nodes=sum(
            node.type not in {"Graph", "Input", "Output"}
            for block in (document.network, *document.blocks.values())
            for node in block.nodes
        ),
        folded=[
            FoldedBlock(name=each.name, num_nodes=len(each.items), uses=each.num_uses, copies=each.num_copies)
            for each in blocks.values()
        ],
        placeholders=placeholders,
        notes=graph.notes,
    )
    return document, tensors, report


def _graph_layers(graph: ForeignGraph) -> list[str]:
    """The layers over graphs that the file names."""
    over_graphs = {name for name, layer in LAYERS.items() if layer.family == "graph" and not layer.is_entry}
    return sorted({name for op in graph.operators for name in op.classes} & over_graphs)


def _unread_graph_layers(graph: ForeignGraph, layers: list[str], *, is_read: bool) -> Iterator[ImportNote]:
    """Said of a network of graphs that is not read whole: which operators along its edges are no layer, or which layers."""
    if is_read:
        unread = unread_operators(graph)
        if unread:
            yield unread_note(", ".join(unread[:8]))
    elif layers or any(each.name == "edge_index" for each in graph.inputs):
        yield unread_note(", ".join(layers) or "edge_index")


def _build_flat(graph: ForeignGraph) -> list[FlatNode]:
    from netwright.exchange.graphs import onnx_rules, program_rules
    from netwright.exchange.graphs.joined_rules import JOINED
    from netwright.exchange.graphs.patterns import join_operators

    join_operators(graph)
    rules = onnx_rules.RULES if graph.format == "onnx" else program_rules.RULES
    return Builder(graph, {**rules, **JOINED}).build()


def _without_unused(flat: list[FlatNode]) -> list[FlatNode]:
    """The nodes that an Output depends on, and all Inputs."""
    wanted = {i for i, node in enumerate(flat) if node.type in {"Graph", "Input", "Output"}}
    for i in range(len(flat) - 1, -1, -1):
        if i in wanted:
            wanted.update(wire.node for wire in flat[i].sources)
    # Outputs stand last, so what they take is found before it is passed.
    kept = sorted(wanted)
    place = {old: new for new, old in enumerate(kept)}
    for i in kept:
        flat[i].sources = [type(wire)(place[wire.node], wire.port) for wire in flat[i].sources]
    return [flat[i] for i in kept]


def _numel(shape: tuple[int, ...]) -> int:
    count = 1
    for size in shape:
        count *= size
    return count


def _renamed(name: str, stored: Stored) -> Stored:
    return Stored(TensorInfo(name, stored.info.shape, stored.info.dtype), stored.data)


class _Writer:
    """Gives ids and writes the document's blocks."""

    def __init__(self, title: str, items: list[Item], blocks: dict[str, FoldedDefinition]) -> None:
        self.title, self.items, self.blocks = title, items, blocks

    def write(self) -> Document:
        inner = {name: self._block(definition) for name, definition in self.blocks.items()}
        names = name_items(self.items, ())
        network = Block(nodes=[self._node(item, name) for item, name in zip(self.items, names, strict=True)])
        _share(network.nodes, self.items)
        network.edges = list(self._edges(self.items, names, None))
        return Document(name=self.title[:200], network=network, blocks=inner)

    def _block(self, definition: FoldedDefinition) -> Block:
        items = definition.items
        names = name_items(items, common_scope(items), taken=("x", "y"))
        nodes = [
            self._node(item, name, definition.repeats.get(i))
            for i, (item, name) in enumerate(zip(items, names, strict=True))
        ]
        _share(nodes, items)
        ends = [Edge(source=names[-1], target="y")]
        return Block(
            parameters=dict(definition.parameters),
            nodes=[Node(id="x", type="Input"), *nodes, Node(id="y", type="Output")],
            edges=[*self._edges(items, names, "x"), *ends],
        )

    @staticmethod
    def _node(item: Item, name: str, repeat: str | None = None) -> Node:
        times: int | str = repeat or max(len(item.bodies), 1)
        return Node(id=name, type=item.type, params=item.params, repeat=times)

    @staticmethod
    def _edges(items: list[Item], names: list[str], outside: str | None) -> Iterator[Edge]:
        for item, name in zip(items, names, strict=True):
            layer = LAYERS.get(item.type)
            for number, (source, port) in enumerate(item.sources):
                start = outside if source == OUTSIDE else names[source]
                assert start is not None, "only blocks take from outside"
                several = layer is not None and len(layer.inputs) > 1 and not layer.inputs[0].variadic
                target_port = layer.inputs[number].name if layer is not None and several else None
                if layer is None and not item.is_block and len(item.sources) > 1:
                    target_port = f"x{number}"  # a placeholder tells its inputs apart
                yield Edge(source=start, target=name, source_port=port, target_port=target_port)


def _share(nodes: list[Node], items: list[Item]) -> None:
    """Lets each node use the weights of the first that has the same."""
    owners: dict[Tie, str] = {}
    for node, item in zip(nodes, items, strict=True):
        tie = tie_of([item])
        if tie and (owner := owners.setdefault(tie, node.id)) != node.id:
            node.share = owner


def _paths(items: list[Item], block: Block, document: Document, prefix: str = "") -> Iterator[tuple[str, FlatNode]]:
    """Every layer with its path in the unfolded network.  Nodes of a written block are those of its items, behind its Input."""
    nodes = block.nodes if block is document.network else block.nodes[1:-1]
    for item, node in zip(items, nodes, strict=True):
        if item.leaf is not None:
            yield prefix + node.id, item.leaf
        for number, body in enumerate(item.bodies):
            inside = f"{prefix}{node.id}.{number}." if is_repeated(node) else f"{prefix}{node.id}."
            yield from _paths(body, document.blocks[node.type.removeprefix(BLOCK_PREFIX)], document, inside)
