"""The ``forward`` of a class: variables named as a person would, nothing held longer than it is needed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count

from netwright.compiler.program import BlockProgram, Source
from netwright.compiler.source_layout import layout, layout_def
from netwright.compiler.source_results import Results, targets_of

_RESERVED = frozenset({"self", "nn", "torch"})
_WORKING = ("x", "y", "z", "out")
"""Names for the value that is handed from one line to the next, the first that is free."""

Write = Callable[[Sequence[str]], str]


@dataclass(frozen=True, slots=True)
class _Step:
    """One line: ``results = write(inputs)``; more where ``taken`` makes the results from what the call gives.

    ``is_loop`` says that the node is a list of modules, each of which takes what the one before gives.
    """

    node: str
    sources: tuple[Source, ...]
    results: tuple[Source, ...]
    taken: Results | None = None
    is_loop: bool = False


def write_forward(
    block: BlockProgram,
    expressions: Mapping[str, Write],
    results: Mapping[str, tuple[str, ...]],
    taken: Mapping[str, Results],
    reserved: frozenset[str] = frozenset(),
    *,
    is_network: bool,
) -> Iterator[str]:
    """The lines of ``forward``; ``results`` names the outputs of nodes that have several, ``taken`` says how they are made
    where a call does not give them as they are, ``reserved`` are names of the module.

    One output is returned as a tensor; several are a dict by the names of the Output nodes for the network, a tuple in
    their order for a block.
    """
    body = _Body(block, expressions, results, taken, reserved, is_network=is_network)
    several = "dict[str, torch.Tensor]" if is_network else f"tuple[{', '.join(['torch.Tensor'] * len(block.outputs))}]"
    returns = "torch.Tensor" if len(block.outputs) == 1 else several
    yield from layout_def(
        "forward", ["self", *(f"{body.names[Source(name)]}: torch.Tensor" for name in block.inputs)], returns, 1
    )
    for statement, level in body.statements():
        yield from layout(statement, level)


class _Body:
    """The statements of one ``forward``.  A value is *held* when it is needed later than by the very next line."""

    def __init__(
        self,
        block: BlockProgram,
        expressions: Mapping[str, Write],
        results: Mapping[str, tuple[str, ...]],
        taken: Mapping[str, Results],
        reserved: frozenset[str],
        *,
        is_network: bool,
    ) -> None:
        self.block = block
        self.results = results
        self.expressions = expressions
        self.is_network = is_network
        self.identities = {Source(node.id): node.sources[0] for node in block.nodes if node.is_identity}
        self.outputs = [(name, self.origin(source)) for name, source in block.outputs]
        self.steps = [
            _Step(
                node.id,
                tuple(map(self.origin, node.sources)),
                tuple(Source(node.id, number) for number in range(len(results.get(node.id, ("",))))),
                taken.get(node.id),
                node.is_repeated and len(node.sources) > 1,
            )
            for node in block.nodes
            if not node.is_identity
        ]
        self.last_use = self._last_uses()
        self.taken = set(_RESERVED | reserved)
        self.names: dict[Source, str] = {}
        self._name()

    def origin(self, source: Source) -> Source:
        """Where a value really comes from: muted nodes pass on what they get."""
        while source in self.identities:
            source = self.identities[source]
        return source

    def _last_uses(self) -> dict[Source, int]:
        last = {source: place for place, step in enumerate(self.steps) for source in step.sources}
        return last | {source: len(self.steps) for _, source in self.outputs}

    def _name(self) -> None:
        """Inputs and held values are called by their node, all others by one working name."""
        for number, name in enumerate(self.block.inputs):
            # A block's one input is plainly x; the network's are called by keyword.
            plain = "x" if len(self.block.inputs) == 1 and not self.is_network else name
            self.names[Source(self.block.inputs[number])] = self._unique(plain)
        held = [
            source
            for place, step in enumerate(self.steps)
            for source in step.results
            if self._is_held(step, place, source)
        ]
        for source in held:
            self.names[source] = self._unique(self._plain_name(source))
        passing = {self.names[Source(name)] for name in self.block.inputs if self.last_use.get(Source(name), 0) <= 0}
        working = next(
            name
            for name in chain(_WORKING, (f"x{number}" for number in count()))
            if name not in self.taken or name in passing
        )
        for step in self.steps:
            for source in step.results:
                self.names.setdefault(source, working)

    def _is_held(self, step: _Step, place: int, source: Source) -> bool:
        if step.is_loop:
            return True
        if source not in self.last_use:
            return False
        used = sum(result in self.last_use for result in step.results)
        if used > 1 or self.last_use[source] > place + 1:
            return True
        if place + 1 == len(self.steps):
            return len(self.outputs) > 1
        # Where many branches meet, each keeps its name.
        return len(set(self.steps[place + 1].sources)) > 2

    def _plain_name(self, source: Source) -> str:
        outputs = [name for name, origin in self.outputs if origin == source]
        if len(outputs) == 1 and len(self.outputs) > 1:
            return outputs[0]
        results = self.results.get(source.node, ())
        return f"{source.node}_{results[source.output]}" if len(results) > 1 else source.node

    def _unique(self, name: str) -> str:
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name

    def statements(self) -> Iterator[tuple[str, int]]:
        """The body with indent levels, and with ``del`` where a held value has been used for the last time."""
        for place, step in enumerate(self.steps):
            if step.is_loop:
                yield from self._loop(step)
                if finished := self._finished(place, step):
                    yield f"del {', '.join(finished)}", 2
                continue
            call = self.expressions[step.node]([self.names[source] for source in step.sources])
            is_last = place + 1 == len(self.steps)
            if is_last and step.taken is None and self._returns_all(step):
                yield f"return {call}", 2
                return
            targets = [self.names[source] if source in self.last_use else None for source in step.results]
            if step.taken is None:
                yield f"{', '.join(name or '_' for name in targets)} = {call}", 2
            else:
                pattern, made = targets_of(step.taken, targets)
                yield f"{pattern} = {call}", 2
                yield from ((statement, 2) for statement in made)
            if finished := self._finished(place, step):
                yield f"del {', '.join(finished)}", 2
        yield f"return {self._returned()}", 2

    def _loop(self, step: _Step) -> Iterator[tuple[str, int]]:
        """Several values go through a list of modules, each taking what the one before gives."""
        carried = ", ".join(self.names[source] for source in step.results)
        begin = ", ".join(self.names[source] for source in step.sources)
        each = self._unique("each")
        modules = self.expressions[step.node](())
        yield f"{carried} = {begin}", 2
        yield f"for {each} in {modules}:", 2
        yield f"{carried} = {each}({carried})", 3

    def _returns_all(self, step: _Step) -> bool:
        """Whether the call's own result is what is to be returned: of a network several outputs are a dict."""
        is_one_value = len(self.outputs) == 1 or not self.is_network
        return is_one_value and tuple(source for _, source in self.outputs) == step.results

    def _finished(self, place: int, step: _Step) -> list[str]:
        """Names whose value no later line needs.  The caller holds the inputs: to forget them here frees nothing."""
        if place + 1 == len(self.steps):
            return []
        inputs = {Source(name) for name in self.block.inputs}
        # A name that this line or the next gives a new value needs no line of its own.
        renewed = {self.names[source] for after in self.steps[place : place + 2] for source in after.results}
        sources = dict.fromkeys(source for source in step.sources if source not in inputs)
        return [
            self.names[source]
            for source in sources
            if self.last_use[source] == place and self.names[source] not in renewed
        ]

    def _returned(self) -> str:
        values = [self.names[source] for _, source in self.outputs]
        if len(values) == 1:
            return values[0]
        if not self.is_network:
            return ", ".join(values)
        items = (f'"{name}": {value}' for (name, _), value in zip(self.outputs, values, strict=True))
        return f"{{{', '.join(items)}}}"
