"""The network run in thought: every block with its values and shapes, node by node in order of execution.

A broken node has no outputs and what stands behind it is silent, so that only root causes are reported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from netwright.compiler import check_findings as findings
from netwright.compiler.check_definition import PORTS_DEPEND_ON, Definition, Finding, Source
from netwright.compiler.check_infer import Leaf, Specs, infer_leaf, input_names
from netwright.compiler.check_params import resolve_params, to_key, validate_params
from netwright.compiler.check_sharing import check_shares
from netwright.compiler.check_values import Number, bind, evaluate_repeat, is_repeated
from netwright.compiler.fragments import EMPTY, Fragment, to_fragment
from netwright.graph.document import BLOCK_PREFIX, NETWORK, Node
from netwright.graph.expressions import ExpressionError, is_expression
from netwright.language import say
from netwright.layers.base import MISSING, TensorSpec
from netwright.layers.registry import LAYERS

MaybeSpecs = tuple[TensorSpec | None, ...]


@dataclass(frozen=True, slots=True)
class Sums:
    parameters: int = 0
    buffers: int = 0
    macs: int = 0
    activation_bytes: int = 0


@dataclass(slots=True, eq=False)
class NodeResult:
    """One node in one instance: a layer with its ``leaf``, or a block with its ``iterations``.

    ``outputs`` is None where the node, or one before it, is broken.  ``fragment`` is its ``NodeReport`` as JSON.
    """

    fragment: Fragment
    inputs: Specs | None = None
    outputs: MaybeSpecs | None = None
    leaf: Leaf | None = None
    values: Mapping[str, Number] | None = None
    iterations: Sequence["Instance"] = ()
    is_repeated: bool = False
    is_identity: bool = False


Keys = list[bytes | None]
"""The parameters of every plain layer as a key; None for a node that needs a closer look."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What a look at a block found, node by node: their ``keys``, the ``results`` of layers without complaints (None for any
    other), and how their reports stand ``written`` in an answer in one ``language``.  Nodes from ``begin`` to ``end`` have to
    be looked at, keys and all."""

    keys: Keys
    results: list[NodeResult | None]
    begin: int = 0
    end: int = 0
    written: Sequence[bytes | None] = ()
    language: str = ""

    def between(self, head: int, tail: int, count: int) -> "Known":
        """The same for a block of ``count`` nodes that has only the first ``head`` and the last ``tail`` nodes in common."""
        cut, new = len(self.keys) - tail, count - head - tail
        nothing = [None] * new
        return Known(
            [*self.keys[:head], *nothing, *self.keys[cut:]],
            [*self.results[:head], *nothing, *self.results[cut:]],
            head,
            head + new,
            [*self.written[:head], *nothing, *self.written[cut:]],
            self.language,
        )


@dataclass(slots=True, eq=False)
class Instance:
    """A block with its values and the specs of its inputs fixed (None for one that is not known).

    ``found`` are the problems inside, by identity, with the path of their node from here.
    """

    definition: Definition
    values: Mapping[str, Number]
    inputs: MaybeSpecs
    outputs: MaybeSpecs = ()
    nodes: list[NodeResult | None] = field(default_factory=list)
    found: dict[tuple[object, ...], tuple[str, Finding]] = field(default_factory=dict)
    sums: Sums = Sums()
    known: Known = Known([], [])

    def has_errors(self) -> bool:
        return any(finding.severity == "error" for _, finding in self.found.values())

    def report(self, path: str, finding: Finding) -> None:
        self.found.setdefault(finding.identity, (path, finding))


class Walker:
    """Makes instances, each once.  ``broken`` are the block nodes that must not be entered (recursion); ``known`` is what an
    earlier look found of the network."""

    def __init__(
        self, definitions: Mapping[str, Definition], broken: set[tuple[str, int]], known: Known | None = None
    ) -> None:
        self.definitions = definitions
        self.broken = broken
        self.known = known
        self.instances: dict[tuple[str, bytes, MaybeSpecs], Instance] = {}
        self.keys: dict[str, Keys] = {}

    def instance(self, name: str, values: Mapping[str, Number], inputs: MaybeSpecs) -> Instance:
        """The instance of a block for these values and inputs."""
        key = (name, to_key(values), inputs)
        if key not in self.instances:
            self.instances[key] = self._walk(self.definitions[name], values, inputs)
        return self.instances[key]

    def _walk(self, definition: Definition, values: Mapping[str, Number], inputs: MaybeSpecs) -> Instance:
        nodes = definition.block.nodes
        instance = Instance(definition, values, inputs, nodes=[None] * len(nodes))
        for finding in definition.findings:
            instance.report("" if finding.node is None else nodes[finding.node].id, finding)
        given = dict(zip(definition.inputs, inputs, strict=True)) if definition.name != NETWORK else {}
        keys = self._keys(definition)
        earlier = self.known.results if self.known is not None and definition.name == NETWORK else [None] * len(nodes)
        sound: list[NodeResult | None] = [None] * len(nodes)
        outputs: list[MaybeSpecs | None] = [None] * len(nodes)
        sources, live = definition.sources, definition.live
        parameters = buffers = macs = activation_bytes = 0
        for i in definition.order:
            specs = _gather(sources[i], outputs)
            key = keys[i]
            # The common cases first: as at the last look; a layer without expressions, with all its inputs, that has nothing to
            # complain of.
            result = earlier[i]
            if result is None or specs != result.inputs:
                result = sound_layer(nodes[i].type, key, specs) if key is not None and specs is not None else None
            if result is not None:
                sound[i] = result
            elif i in given:
                result = _entry(given[i])
            elif key is not None and specs is None and (fragment := _silent_fragment(nodes[i].type, key)) is not None:
                result = NodeResult(fragment)
            else:
                result = self._node(instance, i, specs, key)
            if result is None:
                continue
            instance.nodes[i] = result
            outputs[i] = result.outputs
            if live[i] and (sums := result.leaf or _inner_sums(result)):
                parameters += sums.parameters
                buffers += sums.buffers
                macs += sums.macs
                activation_bytes += sums.activation_bytes
        if definition.shares:
            doubled_parameters, doubled_buffers = check_shares(instance)
            parameters -= doubled_parameters
            buffers -= doubled_buffers
        instance.known = Known(keys, sound)
        instance.sums = Sums(parameters, buffers, macs, activation_bytes)
        instance.outputs = tuple(_exit(instance.nodes[i]) for i in definition.outputs)
        return instance

    def _keys(self, definition: Definition) -> Keys:
        keys = self.keys.get(definition.name)
        if keys is not None:
            return keys
        nodes, is_network = definition.block.nodes, definition.name == NETWORK
        known = self.known if is_network else None
        if known is None:
            keys = [_key(node, is_network) for node in nodes]
        else:
            keys = list(known.keys)
            keys[known.begin : known.end] = [_key(node, True) for node in nodes[known.begin : known.end]]
        if len(definition.index) != len(nodes):
            keys = [
                key if definition.index[node.id] == i else None
                for i, (node, key) in enumerate(zip(nodes, keys, strict=True))
            ]
        self.keys[definition.name] = keys
        return keys

    def _node(self, instance: Instance, i: int, specs: Specs | None, key: bytes | None) -> NodeResult | None:
        definition = instance.definition
        node = definition.block.nodes[i]
        if definition.signatures[i].is_open or definition.index[node.id] != i:
            return None
        if node.type.startswith(BLOCK_PREFIX):
            return self._block_node(instance, i, specs)
        if node.muted:
            return _muted_layer(instance, i, specs)
        return _layer(instance, i, specs, key)

    def _block_node(self, instance: Instance, i: int, specs: Specs | None) -> NodeResult | None:
        definition = instance.definition
        node = definition.block.nodes[i]
        child = self.definitions.get(node.type.removeprefix(BLOCK_PREFIX))
        if child is None or (definition.name, i) in self.broken:
            return None
        if node.muted:
            return _muted_block(instance, i, child, specs)
        values, issues = bind(child, node, instance.values)
        for issue in issues:
            instance.report(node.id, findings.wrong_param(definition, i, issue))
        repeat = _repeat(instance, i, child)
        if repeat is None or issues:
            return None
        result = NodeResult(EMPTY, specs, values={name: values[name] for name in node.params})
        result.is_repeated = is_repeated(node)
        carried: MaybeSpecs = specs if specs is not None else (None,) * len(child.inputs)
        result.outputs = self._repeat_block(instance, i, child, values, carried, repeat, result)
        result.fragment = _block_fragment(child, result, repeat)
        return result

    def _repeat_block(
        self,
        instance: Instance,
        i: int,
        child: Definition,
        values: Mapping[str, Number],
        carried: MaybeSpecs,
        repeat: int,
        result: NodeResult,
    ) -> MaybeSpecs:
        """Chain a block with itself from ``carried``; what the last repetition gives."""
        node = instance.definition.block.nodes[i]
        iterations: list[Instance] = []
        result.iterations = iterations
        for number in range(repeat):
            inner = self.instance(child.name, values, carried)
            # A block that takes nothing repeats one and the same instance: its errors are its own.
            if iterations and inner is not iterations[-1] and inner.has_errors():
                instance.report(node.id, findings.does_not_fit(instance.definition, i, number, repeat, carried, inner))
                return (None,) * len(child.outputs)
            segment = f"{node.id}.{number}." if result.is_repeated else f"{node.id}."
            for path, finding in inner.found.values():
                instance.report(segment + path, finding)
            iterations.append(inner)
            carried = inner.outputs
            if None in carried:
                return carried
        return carried


def _repeat(instance: Instance, i: int, child: Definition) -> int | None:
    """How often a block node repeats; None (and a finding) where it cannot."""
    definition = instance.definition
    node = definition.block.nodes[i]
    try:
        repeat = evaluate_repeat(node, instance.values)
    except ExpressionError as error:
        instance.report(node.id, findings.wrong_repeat(definition, i, error, instance.values))
        return None
    if repeat < 1:
        instance.report(node.id, findings.repeat_too_small(definition, i, repeat))
        return None
    if repeat > 1 and len(child.inputs) != len(child.outputs):
        instance.report(node.id, findings.ports_differ(definition, i, child, repeat))
        return None
    return repeat


def _key(node: Node, is_network: bool) -> bytes | None:
    """The parameters of a plain layer as a key; None for a block, a muted or repeated node, one with an expression, an Input
    inside a block, an unknown type."""
    if node.type not in LAYERS or node.muted or node.repeat != 1 or not (is_network or node.type != "Input"):
        return None
    key = to_key(node.params)
    return None if b'"=' in key else key


def _gather(sources: Sequence[Source] | None, outputs: Sequence[MaybeSpecs | None]) -> Specs | None:
    """The specs that flow into a node, None where one of them is not known."""
    if sources is None:
        return None
    if len(sources) == 1:
        source, output, _ = sources[0]
        given = outputs[source]
        return None if given is None or (only := given[output]) is None else (only,)
    specs = []
    for source, output, _ in sources:
        if source < 0:
            specs.append(MISSING)
            continue
        given = outputs[source]
        spec = given[output] if given is not None else None
        if spec is None:
            return None
        specs.append(spec)
    return tuple(specs)


def _entry(spec: TensorSpec | None) -> NodeResult:
    """An Input inside a block: what the wire outside brings."""
    return NodeResult(to_fragment({}, {"y": spec} if spec else {}), (), (spec,))


def _exit(result: NodeResult | None) -> TensorSpec | None:
    return result.inputs[0] if result is not None and result.inputs else None


def _inner_sums(result: NodeResult) -> Sums | None:
    if not result.iterations:
        return None
    if len(result.iterations) == 1:
        return result.iterations[0].sums
    sums = [inner.sums for inner in result.iterations]
    return Sums(
        sum(one.parameters for one in sums),
        sum(one.buffers for one in sums),
        sum(one.macs for one in sums),
        sum(one.activation_bytes for one in sums),
    )


def _block_fragment(child: Definition, result: NodeResult, repeat: int) -> Fragment:
    nodes = child.block.nodes
    entries = zip(child.inputs, result.inputs or (), strict=False)
    exits = zip(child.outputs, result.outputs or (), strict=False)
    sums = _inner_sums(result) or Sums()
    return to_fragment(
        {nodes[i].id: spec for i, spec in entries},
        {nodes[i].id: spec for i, spec in exits if spec is not None},
        sums.parameters,
        sums.buffers,
        sums.macs,
        sums.activation_bytes,
        _block_summary(result, repeat),
    )


_SUMMARY_ROOM = 23
"""Characters that a card has for it: it ends behind a value, never within one."""


def _block_summary(result: NodeResult, repeat: int) -> str:
    """The card's line: ``x 3, channels 64``, how often and the first parameters that this use sets."""
    values = [f"x {repeat}"] if result.is_repeated else []
    values += [f"{name} {value}" for name, value in (result.values or {}).items()]
    for shown in range(len(values), 1, -1):
        line = ", ".join(values[:shown] if shown == len(values) else [*values[:shown], "…"])
        if len(line) <= _SUMMARY_ROOM:
            return line
    return ", ".join([*values[:1], "…"] if len(values) > 1 else values)


# --- layers ----------------------------------------------------------------------------------------------------------


def _layer(instance: Instance, i: int, specs: Specs | None, key: bytes | None) -> NodeResult | None:
    definition = instance.definition
    node = definition.block.nodes[i]
    if node.repeat != 1:
        instance.report(node.id, findings.repeat_on_layer(definition, i))
        return None
    if key is None:
        key = _resolved_key(instance, i)
    if key is None:
        return None
    leaf = infer_leaf(node.type, key, specs) if specs is not None else None
    if leaf is None:
        fragment = _silent_fragment(node.type, key)
        if fragment is not None:
            return NodeResult(fragment)
        for issue in validate_params(node.type, key)[1]:
            instance.report(node.id, findings.wrong_param(definition, i, issue))
        return None
    for complaint in leaf.complaints:
        instance.report(node.id, findings.complained(definition, i, complaint, key, specs or ()))
    return NodeResult(leaf.fragment, specs, leaf.outputs, leaf)


def _resolved_key(instance: Instance, i: int) -> bytes | None:
    """The node's parameters with their expressions evaluated, as a key; None (and findings) where they cannot be."""
    definition = instance.definition
    node = definition.block.nodes[i]
    for name in PORTS_DEPEND_ON.get(node.type, ()):
        if is_expression(node.params.get(name)):
            instance.report(node.id, findings.ports_by_expression(definition, i, name))
            return None
    resolved, issues = resolve_params(node.params, instance.values)
    for issue in issues:
        instance.report(node.id, findings.wrong_param(definition, i, issue))
    return None if issues else to_key(resolved)


@lru_cache(maxsize=8192)
def sound_layer(type_name: str, key: bytes, specs: Specs) -> NodeResult | None:
    """A layer that has nothing to complain of; None for any other.  Never changed, so that all documents can share it."""
    leaf = infer_leaf(type_name, key, specs)
    if leaf is None or leaf.complaints:
        return None
    outputs = None if leaf.outputs is None else tuple([one_of_a_kind(spec) for spec in leaf.outputs])
    return NodeResult(leaf.fragment, specs, outputs, leaf)


@lru_cache(maxsize=8192)
def one_of_a_kind(spec: TensorSpec) -> TensorSpec:
    """The one object for equal specs: a look-up by it then compares nothing."""
    return spec


@lru_cache(maxsize=8192)
def _silent_fragment(type_name: str, key: bytes) -> Fragment | None:
    """The report of a layer whose inputs are not known: its summary alone; None where its parameters are not valid."""
    params, _ = validate_params(type_name, key)
    return None if params is None else to_fragment({}, {}, summary=LAYERS[type_name].summary(params))


def _muted_layer(instance: Instance, i: int, specs: Specs | None) -> NodeResult | None:
    definition = instance.definition
    node = definition.block.nodes[i]
    layer = LAYERS[node.type]
    required = [port for port in layer.inputs if not port.optional]
    if not layer.muted_is_identity or len(required) != 1 or len(definition.signatures[i].outputs) != 1:
        instance.report(node.id, findings.cannot_mute(definition, i, say("leaving it out has no meaning")))
        return None
    if specs is None:
        return NodeResult(to_fragment({}, {}), is_identity=True)
    fragment = to_fragment(input_names(layer.inputs, specs), {layer.outputs[0].name: specs[0]})
    return NodeResult(fragment, specs, specs[:1], is_identity=True)


def _muted_block(instance: Instance, i: int, child: Definition, specs: Specs | None) -> NodeResult | None:
    if len(child.inputs) != 1 or len(child.outputs) != 1:
        reason = say(
            "it has {inputs} inputs and {outputs} outputs", inputs=len(child.inputs), outputs=len(child.outputs)
        )
        instance.report(instance.definition.block.nodes[i].id, findings.cannot_mute(instance.definition, i, reason))
        return None
    result = NodeResult(EMPTY, specs, specs, is_identity=True)
    result.fragment = _block_fragment(child, result, 1)
    return result
