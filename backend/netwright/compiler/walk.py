"""A network run node by node, as its program says, with the very modules that train.

The exported ``forward`` runs whole lines; who wants to look at single nodes (measure their time, see what they give) walks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import nn

from netwright.compiler.calls import bind_call, build_call, is_module
from netwright.compiler.program import BlockInstance, BlockProgram, NodeInstance, Program, ProgramNode, Source

Tensors: TypeAlias = tuple[torch.Tensor, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """A layer on the way.  ``path`` is its place in the unfolded network (``stage.0.conv``), as in the check's report.

    ``function`` is its call with the network's own module in it, ``module`` that module (None for a stateless operation).
    """

    path: str
    node: ProgramNode
    instance: NodeInstance
    function: Callable[..., Any]
    module: nn.Module | None

    def run(self, inputs: Tensors) -> Tensors:
        """The layer's outputs, in the order of its ports."""
        given = self.function(*inputs)
        return tuple(given) if isinstance(given, (tuple, list)) else (given,)


Visit = Callable[[Stop, Tensors], Tensors]
"""Gives a layer's outputs for its inputs; mostly by :meth:`Stop.run`."""


def walk(program: Program, network: nn.Module, inputs: Sequence[torch.Tensor], visit: Visit) -> Tensors:
    """Goes through all layers in the order of execution and gives the network's outputs, in the order of its Output nodes.

    ``network`` is what the program's source makes, in whatever mode it is.  A muted node is no stop.  A value is forgotten
    after its last use, as in ``forward``.
    """
    return _Walk(program, visit).block(program.network, program.network.instances[0], network, tuple(inputs), "")


def answer_paths(program: Program) -> frozenset[str]:
    """The layers of the network itself that an Output takes its values from."""
    identities = {node.id: node.sources[0] for node in program.network.nodes if node.is_identity}
    found = set()
    for _, source in program.network.outputs:
        while source.node in identities:
            source = identities[source.node]  # noqa: PLW2901  (it is followed upwards)
        found.add(source.node)
    return frozenset(found)


class _Walk:
    def __init__(self, program: Program, visit: Visit) -> None:
        self._blocks = {block.name: block for block in program.blocks}
        self._visit = visit

    def block(
        self, block: BlockProgram, instance: BlockInstance, module: nn.Module, inputs: Tensors, prefix: str
    ) -> Tensors:
        values = {Source(name): value for name, value in zip(block.inputs, inputs, strict=True)}
        done = _last_uses(block)
        for place, node in enumerate(block.nodes):
            given = tuple(values[source] for source in node.sources)
            inner = instance.nodes[node.id]
            if node.is_identity:
                outputs: Tensors = given[:1]
            elif node.block is None:
                outputs = self._visit(_stop(prefix + node.id, node, inner, module), given)
            else:
                outputs = self._uses(node, inner, module, given, prefix)
            del given
            values |= {Source(node.id, number): value for number, value in enumerate(outputs)}
            for source in done.get(place, ()):
                values.pop(source, None)
        return tuple(values[source] for _, source in block.outputs)

    def _uses(
        self, node: ProgramNode, instance: NodeInstance, module: nn.Module, values: Tensors, prefix: str
    ) -> Tensors:
        """A use of a block: all its repetitions, each of which takes what the one before gives."""
        assert node.block is not None
        block, attribute, path = self._blocks[node.block], getattr(module, node.weights or node.id), prefix + node.id
        for number, iteration in enumerate(instance.iterations):
            if node.is_repeated:
                values = self.block(block, iteration, attribute[number], values, f"{path}.{number}.")
            else:
                values = self.block(block, iteration, attribute, values, f"{path}.")
        return values


def _stop(path: str, node: ProgramNode, instance: NodeInstance, parent: nn.Module) -> Stop:
    assert instance.call is not None
    if not is_module(instance.call):
        return Stop(path, node, instance, build_call(instance.call), None)
    module = getattr(parent, node.weights or node.id)
    return Stop(path, node, instance, bind_call(instance.call, module), module)


def _last_uses(block: BlockProgram) -> Mapping[int, list[Source]]:
    """For the place of each node, the values that nobody needs behind it."""
    last = {source: place for place, node in enumerate(block.nodes) for source in node.sources}
    kept = {source for _, source in block.outputs}
    done: dict[int, list[Source]] = {}
    for source, place in last.items():
        if source not in kept:
            done.setdefault(place, []).append(source)
    return done
