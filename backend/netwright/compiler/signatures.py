"""What makes a layer do the same work wherever it stands: its call and the shapes that come into it."""

import hashlib
from collections.abc import Iterator

from netwright.compiler.program import BlockInstance, NodeInstance, Program, ProgramNode


def node_signature(node: ProgramNode, instance: NodeInstance) -> str:
    """16 hex digits, equal for layers of one type with equal arguments and equal inputs."""
    call = instance.call
    assert call is not None
    inputs = [(spec.axes, spec.dtype) for spec in instance.inputs]
    text = repr((node.type, sorted(call.arguments.items()), call.template, inputs))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def layer_signatures(program: Program) -> dict[str, str]:
    """The signature of every layer that is run, by its path in the unfolded network, in the order of execution."""
    return dict(_inside(program, program.network.name, program.network.instances[0], ""))


def _inside(program: Program, block: str, instance: BlockInstance, prefix: str) -> Iterator[tuple[str, str]]:
    for node in program.block(block).nodes:
        inner = instance.nodes[node.id]
        if node.is_identity:
            continue
        path = prefix + node.id
        if node.block is None:
            yield path, node_signature(node, inner)
        for number, iteration in enumerate(inner.iterations):
            yield from _inside(
                program, iteration.block, iteration, f"{path}.{number}." if node.is_repeated else f"{path}."
            )
