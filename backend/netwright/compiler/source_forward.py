"""The ``forward`` of a class: variables named as a person would."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count, pairwise

from netwright.compiler.program import BlockProgram, ProgramNode, Source
from netwright.compiler.source_layout import layout, layout_def
from netwright.compiler.source_results import Results, targets_of
from netwright.layers.registry import LAYERS

_RESERVED = frozenset({"self", "nn", "torch"})
_WORKING = ("x", "y", "z", "out")
"""Names for the value that is handed from one line to the next, the first that is free."""

_MAIN = frozenset({"x", "y"})
"""What layers call the output that the next layer takes."""

Write = Callable[[Sequence[str]], str]


@dataclass(frozen=True, slots=True)
class _Step:
    """One line: ``results = write(inputs)``; more where ``taken`` makes the results from what the call gives.

    ``main`` is the one of several results that the others come beside: the values of a max pool, the steps of an LSTM.
    ``is_loop`` says that the node is a list of modules, each of which takes what the one before gives.
    ``is_join`` says that its inputs are equals, as branches that meet.
    """

    node: str
    sources: tuple[Source, ...]
    results: tuple[Source, ...]
    taken: Results | None = None
    main: Source | None = None
    is_loop: bool = False
    is_join: bool = False


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


def _main(node: ProgramNode) -> Source | None:
    """The output that the others come beside, where a layer has such: the first, if it is called after what comes in."""
    is_main = node.block is None and node.outputs and node.outputs[0] in _MAIN
    return Source(node.id) if is_main else None


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
                _main(node),
                is_loop=node.is_repeated and len(node.sources) > 1,
                is_join=node.block is not None or any(port.variadic for port in LAYERS[node.type].inputs),
            )
            for node in block.nodes
            if not node.is_identity
        ]
        self.mains = {step.main for step in self.steps}
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
        beside = [source for source in held if self._is_beside(source)]
        two = self._two_names({source for source in held if self._is_returned(source)} | set(beside))
        if two is not None:
            self.names |= two
            self.taken |= set(two.values())
            held = [source for source in held if source not in two]
        for source in held:
            if source not in beside:
                self.names[source] = self._unique(self._plain_name(source))
        self._name_beside(beside)
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
        if (used > 1 and source != step.main) or self.last_use[source] > place + 1:
            return True
        if place + 1 == len(self.steps):
            return len(self.outputs) > 1
        # Where many branches meet, each keeps its name.
        after = self.steps[place + 1]
        return after.is_join and len(set(after.sources)) > 2

    def _is_beside(self, source: Source) -> bool:
        """Whether a value is one of several of its node, and neither the main one nor what the caller gets."""
        is_one_of_several = len(self.results.get(source.node, ())) > 1 and source not in self.mains
        return is_one_of_several and not self._is_returned(source)

    def _is_returned(self, source: Source) -> bool:
        """Whether a value is one of several that the caller gets."""
        return len(self.outputs) > 1 and any(origin == source for _, origin in self.outputs)

    def _two_names(self, others: set[Source]) -> dict[Source, str] | None:
        """Names for all values but ``others`` where two are enough (x goes on, y is the branch, x = y + x); None where not.

        What joins two values takes the name of the older, so that a skip is held no longer than it is needed.
        """
        inputs = {Source(name): self.names[Source(name)] for name in self.block.inputs}
        kept = {name for name, _ in self.outputs if len(self.outputs) > 1}
        pool = [name for name in _WORKING if name not in kept and (name not in self.taken or name in inputs.values())][
            :2
        ]
        found: dict[Source, str] = {source: name for source, name in inputs.items() if name in pool}
        for place, step in enumerate(self.steps):
            for source in step.results:
                if source in others or source not in self.last_use:
                    continue
                alive = {name for known, name in found.items() if self.last_use.get(known, -1) > place}
                ending = [each for each in found if each in step.sources and found[each] not in alive]
                ending.sort(key=lambda each: each in inputs)
                free = [found[each] for each in ending] + [name for name in pool if name not in alive]
                if step.is_loop or (len(step.results) > 1 and source not in self.mains) or not free:
                    return None
                found[source] = free[0]
        return {source: name for source, name in found.items() if source not in inputs}

    def _name_beside(self, sources: Sequence[Source]) -> None:
        """Called by their ports (``indices``), or by node and port where that would be two values at once."""
        ports = {source: self.results[source.node][source.output] for source in sources}
        for port in dict.fromkeys(ports.values()):
            group = [source for source in sources if ports[source] == port]
            before = [source for source, name in self.names.items() if name == port]
            free = port not in self.taken or (before and {source.node for source in before} <= set(self.block.inputs))
            if free and not self._meet([*before, *group]):
                self.taken.add(port)
                self.names |= dict.fromkeys(group, port)
            else:
                self.names |= {source: self._unique(f"{source.node}_{port}") for source in group}

    def _meet(self, sources: Sequence[Source]) -> bool:
        """Whether any two of the values are there at once.  A line may take one and give the other."""
        made = {source: place for place, step in enumerate(self.steps) for source in step.results}
        spans = sorted((made.get(source, -1), self.last_use.get(source, -1)) for source in sources)
        return any(after[0] < before[1] or after[0] == before[0] for before, after in pairwise(spans))

    def _plain_name(self, source: Source) -> str:
        outputs = [name for name, origin in self.outputs if origin == source]
        if len(outputs) == 1 and len(self.outputs) > 1:
            return outputs[0]
        results = self.results.get(source.node, ())
        is_plain = len(results) < 2 or source in self.mains
        return source.node if is_plain else f"{source.node}_{results[source.output]}"

    def _unique(self, name: str) -> str:
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name

    def statements(self) -> Iterator[tuple[str, int]]:
        """The body with indent levels."""
        for place, step in enumerate(self.steps):
            if step.is_loop:
                yield from self._loop(step)
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

    def _returned(self) -> str:
        values = [self.names[source] for _, source in self.outputs]
        if len(values) == 1:
            return values[0]
        if not self.is_network:
            return ", ".join(values)
        items = (f'"{name}": {value}' for (name, _), value in zip(self.outputs, values, strict=True))
        return f"{{{', '.join(items)}}}"
