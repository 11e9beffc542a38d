"""From the walk of a network without errors to its program."""

import re
from collections.abc import Mapping
from itertools import count

from netwright.compiler.check_definition import NO_WIRE, Definition
from netwright.compiler.check_infer import given
from netwright.compiler.check_names import illegal_id_reason
from netwright.compiler.check_params import has_expression
from netwright.compiler.check_values import block_of, is_repeated
from netwright.compiler.check_walk import Instance, NodeResult
from netwright.compiler.program import BlockInstance, BlockProgram, NodeInstance, Program, ProgramNode, Source
from netwright.graph.document import NETWORK, Document
from netwright.layers.base import TensorSpec
from netwright.layers.registry import LAYERS


def to_program(document: Document, definitions: Mapping[str, Definition], root: Instance) -> Program:
    """The program of a document whose walk ``root`` found no errors."""
    met: dict[str, list[Instance]] = {}
    _meet(root, met, set())
    converted: dict[int, BlockInstance] = {}
    # A block comes after all that it uses, in the walk as in the definitions: innermost first when read backwards.
    names = [name for name in reversed(list(definitions)) if name in met]
    class_names = _class_names(names)
    blocks = []
    for name in names:
        order = _live_nodes(definitions[name])
        instances = tuple(_convert(instance, order, converted) for instance in met[name])
        blocks.append(_block_program(definitions[name], order, class_names[name], instances))
    return Program(document.name, tuple(blocks))


def _meet(instance: Instance, met: dict[str, list[Instance]], seen: set[int]) -> None:
    """Collect the distinct instances that live nodes use, in the order in which the network meets them."""
    if id(instance) in seen:
        return
    seen.add(id(instance))
    met.setdefault(instance.definition.name, []).append(instance)
    for i in _live_nodes(instance.definition):
        result = instance.nodes[i]
        for inner in result.iterations if result is not None else ():
            _meet(inner, met, seen)


def _live_nodes(definition: Definition) -> list[int]:
    """What runs, in order: no entry, no Output, nothing that no Output depends on."""
    nodes, entries = definition.block.nodes, set(definition.entries)
    return [i for i in definition.order if definition.live[i] and i not in entries and nodes[i].type != "Output"]


def _arguments(definition: Definition) -> dict[tuple[int, int], str]:
    """The names of ``forward``'s arguments by entry and output: the id of an Input; of an entry with several outputs the names
    of those that something live uses."""
    nodes = definition.block.nodes
    used = {
        (source, output)
        for i, found in enumerate(definition.sources)
        if definition.live[i]
        for source, output, _ in found or ()
    }
    taken = {node.id for node in nodes}
    names: dict[tuple[int, int], str] = {}
    for i in definition.entries:
        ports = LAYERS[nodes[i].type].outputs
        if len(ports) == 1:
            names[i, 0] = nodes[i].id
            continue
        for number, port in enumerate(ports):
            if (i, number) in used:
                name = port.name
                while name in taken:
                    name += "_"
                taken.add(name)
                names[i, number] = name
    return names


def _convert(instance: Instance, order: list[int], converted: dict[int, BlockInstance]) -> BlockInstance:
    nodes = instance.definition.block.nodes
    results = {nodes[i].id: _result(instance, i) for i in order}
    block = BlockInstance(
        instance.definition.name,
        instance.values,
        _known(_entries(instance)),
        _known(instance.outputs),
        {node: _node_instance(result, converted) for node, result in results.items()},
    )
    converted[id(instance)] = block
    return block


def _entries(instance: Instance) -> tuple[TensorSpec | None, ...]:
    """The specs of the arguments; those of the network come from its own entries."""
    arguments = _arguments(instance.definition)
    return tuple(outputs[number] for i, number in arguments if (outputs := _result(instance, i).outputs))


def _result(instance: Instance, i: int) -> NodeResult:
    result = instance.nodes[i]
    assert result is not None, "a network without errors has every node"
    return result


def _node_instance(result: NodeResult, converted: Mapping[int, BlockInstance]) -> NodeInstance:
    leaf = result.leaf
    return NodeInstance(
        given(result.inputs or ()),
        _known(result.outputs or ()),
        leaf.call if leaf else None,
        leaf.params if leaf else None,
        result.values or {},
        tuple(converted[id(inner)] for inner in result.iterations),
    )


def _known(specs: tuple[TensorSpec | None, ...]) -> tuple[TensorSpec, ...]:
    assert None not in specs, "a network without errors has every shape"
    return tuple(spec for spec in specs if spec is not None)


def _block_program(
    definition: Definition, order: list[int], class_name: str, instances: tuple[BlockInstance, ...]
) -> BlockProgram:
    nodes = definition.block.nodes
    arguments = _arguments(definition)

    def sources(i: int) -> tuple[Source, ...]:
        wired = [source for source in definition.sources[i] or () if source is not NO_WIRE]
        return tuple(
            Source(arguments[source, output]) if (source, output) in arguments else Source(nodes[source].id, output)
            for source, output, _ in wired
        )

    return BlockProgram(
        definition.name,
        class_name,
        dict(definition.block.parameters),
        tuple(arguments.values()),
        tuple((nodes[i].id, sources(i)[0]) for i in definition.outputs),
        tuple(
            ProgramNode(
                node.id,
                node.type,
                sources(i),
                tuple(definition.signatures[i].outputs),
                block_of(node),
                {name: value for name, value in node.params.items() if has_expression(value)},
                node.repeat,
                block_of(node) is not None and is_repeated(node),
                node.muted,
                nodes[definition.shares[i]].id if i in definition.shares else None,
            )
            for i in order
            for node in (nodes[i],)
        ),
        instances,
        tuple((nodes[i].id, LAYERS[nodes[i].type].outputs[number].name) for i, number in arguments),
    )


def _class_names(names: list[str]) -> dict[str, str]:
    """A class name for each definition: its own where that is a name, else made from its letters."""
    chosen = {NETWORK: "Network"}
    legal = [name for name in names if illegal_id_reason(name) is None and name != NETWORK]
    for name in (*legal, *(name for name in names if name not in legal and name != NETWORK)):
        wish = name if name in legal else re.sub(r"\W+", "", name.title(), flags=re.ASCII)
        if illegal_id_reason(wish) is not None:
            wish = f"Block{wish}"
        taken = set(chosen.values())
        chosen[name] = next(unique for i in count(1) if (unique := wish if i == 1 else f"{wish}{i}") not in taken)
    return chosen
