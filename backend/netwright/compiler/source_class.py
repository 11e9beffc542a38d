"""One definition of a program as a Python class: its ``__init__``."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from torch import nn

from netwright.compiler.calls import call_source, for_expressions, invoke_source, is_module
from netwright.compiler.program import BlockInstance, BlockProgram, NodeInstance, ProgramNode, Source
from netwright.compiler.source_forward import write_forward
from netwright.compiler.source_layout import layout, layout_def, literal
from netwright.compiler.source_repeat import Passed, outer_text, pass_rows, write_use
from netwright.compiler.source_results import Results
from netwright.compiler.source_scope import RESERVED, Argument, Scope, Symbol, Vector, constant, matches
from netwright.layers.base import Call, TensorSpec
from netwright.layers.registry import get_layer

Axes = tuple[Symbol | None, ...]

_SET_FIRST = (("out_channels", "{}"),)
_SET_LAST = (
    ("out_features", "{}"),
    ("embedding_dim", "{}"),
    ("embed_dim", "{}"),
    ("hidden_size", "{}"),
    ("hidden_size", "2 * ({})"),
)
"""Arguments that set the size of an output's first or last axis, and how; what is written is compared with the sizes."""

_READ_FROM = {
    **dict.fromkeys(
        (
            "in_features",
            "in1_features",
            "in2_features",
            "normalized_shape",
            "input_size",
            "embed_dim",
            "d_model",
            "features",
        ),
        (0, -1),
    ),
    **dict.fromkeys(("hidden_size", "kdim", "vdim"), (1, -1)),
}
"""Inferred arguments that are not the size of the first input's first axis: input and axis."""


@dataclass(frozen=True, slots=True)
class WrittenBlock:
    """A class that has been written, as those that use it see it.

    ``numbers`` gives an instance's place in the vectors of ``arguments``; ``results`` are the
    names of its outputs and ``outputs`` their axes.
    """

    class_name: str
    lines: tuple[str, ...]
    arguments: tuple[Argument, ...]
    numbers: Mapping[int, int]
    results: tuple[str, ...]
    outputs: tuple[Axes, ...]
    preludes: tuple[str, ...]
    imports: tuple[str, ...]


@dataclass(slots=True)
class _Writer:
    """Walks the nodes in order of execution; what is known of each wire's axes goes along."""

    block: BlockProgram
    scope: Scope
    written: Mapping[str, WrittenBlock]
    axes: dict[Source, Axes] = field(default_factory=dict)
    assignments: list[str] = field(default_factory=list)
    assigned: set[str] = field(default_factory=set)
    expressions: dict[str, Callable[[Sequence[str]], str]] = field(default_factory=dict)
    preludes: list[str] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    results: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Names of the outputs of nodes that have several, or that use a block."""
    taken: dict[str, Results] = field(default_factory=dict)

    def at(self, node: ProgramNode) -> list[NodeInstance]:
        return [instance.nodes[node.id] for instance in self.scope.instances]

    def run(self) -> None:
        for number, name in enumerate(self.block.inputs):
            ranks = [len(instance.inputs[number].shape) for instance in self.scope.instances]
            known = [Symbol("input", input=number, axis=axis) for axis in range(ranks[0])]
            # Axes of a block that takes pictures in one use and rows in another have no common meaning.
            self.axes[Source(name)] = tuple(known) if len(set(ranks)) == 1 else (None,) * ranks[0]
        for node in self.block.nodes:
            if node.is_identity:
                self.axes[Source(node.id)] = self.axes[node.sources[0]]
            elif node.block is None:
                self._layer(node)
            else:
                self._block_node(node, self.written[node.block])

    def _layer(self, node: ProgramNode) -> None:
        instances = self.at(node)
        call, texts = self._call(node, instances)
        if is_module(call):
            module = self._assign(node, call_source(call, texts))
            self.expressions[node.id] = lambda inputs: invoke_source(call, module, inputs)
        else:
            shown = {name: self._kept(node, name, text) for name, text in texts.items()}
            self.expressions[node.id] = lambda inputs: call_source(call, shown, inputs)
        if call.prelude is not None and call.prelude not in self.preludes:
            self.preludes.append(call.prelude)
        self.imports += [line for line in call.imports if line not in self.imports]
        if len(node.outputs) > 1 or call.results is not None:
            self.results[node.id] = node.outputs
        if call.results is not None:
            self.taken[node.id] = Results(call.results, tuple(call.outputs.values()))
        for number in range(len(node.outputs)):
            self._follow(node, number, instances, texts)

    def _assign(self, node: ProgramNode, text: str) -> str:
        """Make the node's module an attribute, once for all nodes that share it; its name."""
        name = f"self.{node.weights or node.id}"
        if name not in self.assigned:
            self.assigned.add(name)
            self.assignments.append(f"{name} = {text}")
        return name

    def _kept(self, node: ProgramNode, name: str, text: str) -> str:
        """An argument as ``forward`` can write it: one that depends on the class's arguments is kept on the module."""
        if not self.scope.names_in(text):
            return text
        attribute = f"{node.id}_{name}"
        while any(other.id == attribute for other in self.block.nodes):
            attribute += "_"
        self.assignments.append(f"self.{attribute} = {text}")
        return f"self.{attribute}"

    def _call(self, node: ProgramNode, instances: Sequence[NodeInstance]) -> tuple[Call, dict[str, str]]:
        """The call with every argument that any instance needs, and the source of each argument."""
        calls = [instance.call or Call() for instance in instances]
        order = {name: place for place, name in enumerate(get_layer(node.type).Params.model_fields)}
        first = for_expressions(calls[0], node.expressions)
        names = list(first.arguments)[: first.positional]
        known = {name for call in calls for name in call.arguments} | (set(node.expressions) & _accepted(first.target))
        names += sorted(known - set(names), key=lambda name: (order.get(name, len(order)), name))
        texts = {}
        for name in names:
            if name in node.expressions:
                texts[name] = self.scope.typed(node.expressions[name])
                continue
            vector = tuple(
                call.arguments[name] if name in call.arguments else getattr(instance.params, name, None)
                for call, instance in zip(calls, instances, strict=True)
            )
            is_typed = name in order
            texts[name] = self.scope.resolve(vector, None, name) if is_typed else self._inferred(node, name, vector)
        return replace(first, arguments=dict.fromkeys(names)), texts

    def _inferred(self, node: ProgramNode, name: str, vector: Vector) -> str:
        """Source of an argument that nobody typed, with the axis that it follows from as the first guess."""
        axes = self.axes[node.sources[1 if name == "in2_features" else 0]]
        lengths = {len(value) if isinstance(value, tuple) else 0 for value in vector}
        if len(lengths) == 1 and (length := lengths.pop()):
            columns = zip(*(value for value in vector if isinstance(value, tuple)), strict=True)
            items = [
                self.scope.resolve(column, axis, f"{node.id}_{name}")
                for column, axis in zip(columns, axes[-length:], strict=True)
            ]
            return f"({', '.join(items)})"
        number, axis = _READ_FROM.get(name, (0, 0))
        guess = self.axes[node.sources[number]][axis] if number < len(node.sources) else None
        return self.scope.resolve(vector, guess, f"{node.id}_{name}")

    def _follow(
        self, node: ProgramNode, number: int, instances: Sequence[NodeInstance], texts: Mapping[str, str]
    ) -> None:
        """What is known of an output's axes: set by an argument, kept from the input, or joined from several."""
        ranks = {len(spec.shape) for instance in instances for spec in instance.inputs}
        outputs = [instance.outputs[number].shape for instance in instances]
        rank = len(outputs[0])
        if len({len(shape) for shape in outputs}) != 1:
            self.axes[Source(node.id, number)] = (None,) * rank
            return
        columns: list[Vector] = list(zip(*outputs, strict=True))
        sources = [self.axes[source] for source in node.sources]
        result: list[Symbol | None] = [None] * rank
        for axis, vector in enumerate(columns):
            setters = [*(_SET_LAST if axis == rank - 1 else ()), *(_SET_FIRST if axis == 0 else ())]
            candidates: list[Symbol | None] = [
                self.scope.symbol(text.format(texts[name]), vector) for name, text in setters if name in texts
            ]
            if ranks == {rank}:
                candidates += [known[axis] for known in sources]
                if len(sources) > 1:
                    candidates.append(self._joined("sum", [known[axis] for known in sources], instances, axis))
            elif rank == 1 and len(sources) == 1 and len(ranks) == 1:
                candidates.append(self._joined("product", sources[0], instances, None))
            result[axis] = next((c for c in candidates if c is not None and self._holds(c, vector)), None)
        self.axes[Source(node.id, number)] = tuple(result)

    def _holds(self, symbol: Symbol, vector: Vector) -> bool:
        return matches(self.scope.evaluate(symbol), vector)

    def _joined(
        self,
        kind: Literal["sum", "product"],
        parts: Sequence[Symbol | None],
        instances: Sequence[NodeInstance],
        axis: int | None,
    ) -> Symbol | None:
        """The sum of one axis over all inputs, or the product of all axes of one input; plain sizes as numbers."""
        neutral = 0 if kind == "sum" else 1
        known, plain = [], neutral
        for number, part in enumerate(parts):
            if part is not None and self.scope.is_free(part):
                known.append(part)
                continue
            sizes = tuple(
                instance.inputs[number].shape[axis] if axis is not None else instance.inputs[0].shape[number]
                for instance in instances
            )
            if not constant(sizes):
                return None
            plain = plain + sizes[0] if kind == "sum" else plain * sizes[0]
        if plain != neutral:
            known.append(Symbol("number", number=plain))
        return Symbol(kind, parts=tuple(known)) if known else None

    def _block_node(self, node: ProgramNode, used: WrittenBlock) -> None:
        passed = self._passed(node, used)
        repeat = node.repeat if node.is_repeated else None
        is_list = node.is_repeated and len(node.sources) > 1
        module = self._assign(node, write_use(self.scope, used.class_name, passed, repeat, is_list=is_list))
        self.expressions[node.id] = lambda inputs: module if is_list else f"{module}({', '.join(inputs)})"
        self.results[node.id] = used.results
        replacements = self._replacements(node, used, passed)
        for number, axes in enumerate(used.outputs):
            shapes = [instance.outputs[number].shape for instance in self.at(node)]
            if len({len(shape) for shape in shapes}) != 1:
                self.axes[Source(node.id, number)] = (None,) * len(shapes[0])
                continue
            known = [self._outside(symbol, node, used, replacements) if symbol else None for symbol in axes]
            self.axes[Source(node.id, number)] = tuple(
                symbol if symbol is not None and self._holds(symbol, vector) else None
                for symbol, vector in zip(known, zip(*shapes, strict=True), strict=True)
            )

    def _passed(self, node: ProgramNode, used: WrittenBlock) -> list[Passed]:
        """What this use passes to the class: inferred sizes by position, parameters by name."""
        instances = self.at(node)
        parameters = []
        for argument in used.arguments:
            name = argument.parameter
            if name is not None and name in instances[0].values:
                value = instances[0].values[name]
                text = self.scope.typed(node.expressions[name]) if name in node.expressions else literal(value)
                parameters.append(Passed(argument.name, text, is_keyword=True))
        inferred: list[Passed] = []
        for argument in used.arguments:
            if argument.parameter is not None:
                continue
            rows = [
                tuple(argument.at(used.numbers[id(iteration)]) for iteration in instance.iterations)
                for instance in instances
            ]
            first, rest = None, None
            if argument.axis is not None:
                number, axis = argument.axis
                first = self.axes[node.sources[number]][axis]
                inner = used.outputs[number][axis] if number < len(used.outputs) else None
                replacements = self._replacements(node, used, parameters)
                rest = self._outside(inner, node, used, replacements) if inner is not None else None
            steps = [item.first for item in parameters]
            inferred.append(pass_rows(self.scope, argument.name, rows, (first, rest), steps))
        return inferred + parameters

    def _replacements(self, node: ProgramNode, used: WrittenBlock, passed: Sequence[Passed]) -> dict[str, str | None]:
        """Source out here of each of the class's arguments, as the last repetition has it."""
        count = "1"
        if node.is_repeated:
            count = self.scope.typed(node.repeat) if isinstance(node.repeat, str) else str(node.repeat)
        given = {item.name: item.last(count) for item in passed}
        defaults = {a.name: literal(a.default) for a in used.arguments if a.parameter is not None}
        return defaults | given

    def _outside(
        self, symbol: Symbol, node: ProgramNode, used: WrittenBlock, replacements: Mapping[str, str | None]
    ) -> Symbol | None:
        """A symbol of the used class in terms of this one."""
        if symbol.kind == "number":
            return symbol
        if symbol.kind == "text":
            return self._outside_text(symbol.text, replacements)
        if symbol.kind == "input":
            for argument in used.arguments:
                if argument.axis == (symbol.input, symbol.axis) and argument.name in replacements:
                    return self._outside_text(argument.name, replacements)
            return self.axes[node.sources[symbol.input]][symbol.axis]
        parts = [self._outside(part, node, used, replacements) for part in symbol.parts]
        known = tuple(part for part in parts if part is not None)
        return Symbol(symbol.kind, parts=known) if len(known) == len(parts) else None

    def _outside_text(self, text: str, replacements: Mapping[str, str | None]) -> Symbol | None:
        outer = outer_text(text, replacements)
        if outer is None:
            return None
        return Symbol("number", number=int(outer)) if outer.isdigit() else Symbol("text", outer)


@lru_cache(maxsize=256)
def _accepted(target: str) -> frozenset[str]:
    """The argument names of a PyTorch module; of anything else none, which prints all that it has anyway."""
    return frozenset() if not hasattr(nn, target) else frozenset(inspect.signature(getattr(nn, target)).parameters)


def write_block(
    block: BlockProgram,
    instances: Sequence[BlockInstance],
    written: Mapping[str, WrittenBlock],
    class_name: str,
    taken: frozenset[str],
    *,
    is_network: bool,
) -> WrittenBlock:
    """The class of a definition; ``written`` holds the classes of all definitions that it uses, ``taken`` the names that
    the module defines, which no argument may hide."""
    scope = Scope(block, instances, is_network, set(RESERVED | taken))
    writer = _Writer(block, scope, written)
    writer.run()
    arguments = tuple(scope.arguments_in(writer.assignments))
    lines = [f"class {class_name}(nn.Module):"]
    if is_network:
        lines += [f'    """{_signature(block, instances[0])}."""', ""]
    lines += layout_def("__init__", ["self", *(argument.source for argument in arguments)], "None", 1)
    lines.append("        super().__init__()")
    for assignment in writer.assignments:
        lines += layout(assignment, 2)
    forward = write_forward(block, writer.expressions, writer.results, writer.taken, taken, is_network=is_network)
    lines += ["", *forward]
    return WrittenBlock(
        class_name=class_name,
        lines=tuple(lines),
        arguments=arguments,
        numbers={id(instance): number for number, instance in enumerate(instances)},
        results=tuple(name for name, _ in block.outputs),
        outputs=tuple(writer.axes[source] for _, source in block.outputs),
        preludes=tuple(writer.preludes),
        imports=tuple(writer.imports),
    )


def _signature(block: BlockProgram, instance: BlockInstance) -> str:
    """``image (N, 1, 28, 28) -> scores (N, 10)``, as it was drawn."""
    inputs = ", ".join(f"{name} {_shape(spec)}" for name, spec in zip(block.inputs, instance.inputs, strict=True))
    outputs = ", ".join(
        f"{name} {_shape(spec)}" for (name, _), spec in zip(block.outputs, instance.outputs, strict=True)
    )
    return f"{inputs} -> {outputs}"


def _shape(spec: TensorSpec) -> str:
    return f"({', '.join(map(str, spec.axes))})"
