"""What the walk finds, put into sentences with fixes that are known to work."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from netwright.compiler import fixes, fixes_repairs
from netwright.compiler.check_definition import NO_WIRE, Definition, Finding
from netwright.compiler.check_infer import FOUND_BY_RUNNING, Specs, complaints_before_running, infer_leaf
from netwright.compiler.check_params import ParamIssue, Wish, expression_issue, to_key
from netwright.graph.document import Edge
from netwright.graph.expressions import ExpressionError
from netwright.graph.problems import Fix
from netwright.language import all_of, put_in, say
from netwright.layers.base import Complaint, Repair, TensorSpec
from netwright.layers.registry import LAYERS

if TYPE_CHECKING:
    from netwright.compiler.check_walk import Instance, MaybeSpecs


# --- parameters ------------------------------------------------------------------------------------------------------


def wrong_param(definition: Definition, i: int, issue: ParamIssue) -> Finding:
    """A parameter that does not validate or cannot be computed."""
    node = definition.block.nodes[i]
    return Finding(
        issue.code,
        say("{node}: {message}", node=definition.say(i), message=issue.message),
        definition.name,
        i,
        issue.name,
        values=issue.values,
        expected=issue.expected,
        got=issue.got,
        fixes=partial(_from_wishes, definition.name, node.id, issue.wishes),
    )


def _from_wishes(block: str, node: str, wishes: Iterable[Wish]) -> list[Fix]:
    return [fixes.from_wish(block, node, wish) for wish in wishes]


def ports_by_expression(definition: Definition, i: int, name: str) -> Finding:
    """A parameter that decides which outputs there are, given as an expression: wires could not rely on it."""
    node = definition.block.nodes[i]
    text = str(node.params[name])
    reset = Wish("reset_param", say("Use the default of {name}", name=name), ((name, None),))
    return Finding(
        "ports_by_expression",
        say(
            "{node}: {name} decides how many outputs there are, so it cannot be the expression `{text}`. Type a number.",
            node=definition.say(i),
            name=name,
            text=text,
        ),
        definition.name,
        i,
        name,
        values={"name": name, "expression": text},
        expected=say("a number"),
        got=text,
        fixes=partial(_from_wishes, definition.name, node.id, (reset,)),
    )


# --- repetitions and mutes -------------------------------------------------------------------------------------------


def _about_repeat(definition: Definition, i: int, code: str, message: str, got: object, suggestion: int = 1) -> Finding:
    node = definition.block.nodes[i]
    return Finding(
        code,
        say("{node}: {message}", node=definition.say(i), message=message),
        definition.name,
        i,
        "repeat",
        values={"repeat": str(got)},
        expected=say("a whole number of at least 1"),
        got=str(got),
        fixes=lambda: [fixes.set_repeat(definition.name, node.id, suggestion)],
    )


def wrong_repeat(definition: Definition, i: int, error: ExpressionError, names: Mapping[str, int | float]) -> Finding:
    """A repeat whose expression cannot be computed."""
    written = definition.block.nodes[i].repeat
    message = expression_issue("repeat", written, error, names).message
    return _about_repeat(definition, i, "expression_error", message, written)


def repeat_too_small(definition: Definition, i: int, repeat: int) -> Finding:
    """A repeat below one."""
    return _about_repeat(
        definition, i, "repeat_out_of_range", say("repeat must be at least 1, but is {repeat}.", repeat=repeat), repeat
    )


def ports_differ(definition: Definition, i: int, child: Definition, repeat: int) -> Finding:
    """A repeated block whose outputs cannot feed its inputs."""
    message = say(
        "it has {inputs} inputs and {outputs} outputs, so its outputs cannot be chained to its inputs {repeat} times. "
        "Set repeat to 1.",
        inputs=len(child.inputs),
        outputs=len(child.outputs),
        repeat=repeat,
    )
    return _about_repeat(definition, i, "repeat_ports_differ", message, repeat)


def does_not_fit(
    definition: Definition, i: int, number: int, repeat: int, given: "MaybeSpecs", inner: "Instance"
) -> Finding:
    """A block whose output its next repetition cannot take.  ``number`` repetitions work."""
    shapes = all_of(given)
    reason = next(finding.message for _, finding in inner.found.values() if finding.severity == "error")
    message = say(
        "repetition {number} of {repeat} gets {shapes} from the one before and cannot take it. {reason}",
        number=number + 1,
        repeat=repeat,
        shapes=shapes,
        reason=reason,
    )
    return _about_repeat(definition, i, "repeat_does_not_fit", message, repeat, number)


def repeat_on_layer(definition: Definition, i: int) -> Finding:
    """A layer that asks to be repeated, which only blocks can be."""
    node = definition.block.nodes[i]
    layer = LAYERS[node.type]

    def make() -> Iterator[Fix]:
        if len(layer.inputs) == 1 and len(layer.outputs) == 1 and not layer.inputs[0].variadic:
            yield fixes.wrap_in_block(definition.document, definition.name, node)
        yield fixes.set_repeat(definition.name, node.id, 1)

    message = say("{node}: only blocks repeat. Make it a block of its own, or set repeat to 1.", node=definition.say(i))
    got = str(node.repeat)
    return Finding(
        "repeat_on_layer",
        message,
        definition.name,
        i,
        "repeat",
        values={"repeat": got},
        expected="1",
        got=got,
        fixes=make,
    )


def cannot_mute(definition: Definition, i: int, reason: str) -> Finding:
    """A muted node that cannot be left out."""
    node = definition.block.nodes[i]
    return Finding(
        "cannot_mute",
        say("{node} is muted but cannot be: {reason}. Unmute it.", node=definition.say(i), reason=reason),
        definition.name,
        i,
        "muted",
        values={"reason": reason},
        fixes=lambda: [fixes.unmute(definition.name, node.id)],
    )


# --- complaints of layers --------------------------------------------------------------------------------------------


def complained(definition: Definition, i: int, complaint: Complaint, key: bytes, specs: Specs) -> Finding:
    """A layer's complaint, with the names of the nodes put in."""
    edge = _edge(definition, i, complaint.port, complaint.wire)
    node = definition.block.nodes[i]
    first = _edge(definition, i, None, 0)
    source = edge or first
    message = put_in(complaint.message, node=node.id, source=source.source if source else "?")
    return Finding(
        complaint.code,
        message,
        definition.name,
        i,
        complaint.field or complaint.port,
        complaint.severity,
        dict(complaint.values) | ({"source": source.source} if source else {}),
        complaint.expected,
        complaint.got,
        partial(_repairs, definition, i, complaint, edge, key, specs),
        (complaint.wire,),
    )


def _edge(definition: Definition, i: int, port: str | None, wire: int) -> Edge | None:
    """The wire number ``wire`` into a port; the first of all where no port is named."""
    number = _input_number(definition, i, port, wire)
    sources = definition.sources[i]
    found = sources[number] if sources and number < len(sources) else NO_WIRE
    return definition.block.edges[found[2]] if found != NO_WIRE else None


def _input_number(definition: Definition, i: int, port: str | None, wire: int) -> int:
    return definition.signatures[i].inputs.get(port, 0) + wire if port is not None else 0


def _repairs(
    definition: Definition, i: int, complaint: Complaint, edge: Edge | None, key: bytes, specs: Specs
) -> Iterator[Fix]:
    """The layer's repairs that are seen to help, and taking the wire out where none does."""
    document, node = definition.document, definition.block.nodes[i]
    number = 0
    for repair in complaint.fixes:
        wire = _edge(definition, i, complaint.port or next(iter(definition.signatures[i].inputs), None), repair.wire)
        if _helps(definition, i, complaint, repair, key, specs):
            for fix in fixes_repairs.from_repair(document, definition.name, node, wire, repair):
                number += 1
                yield fix
    if number == 0 and edge is not None:
        if complaint.code == "wrong_dtype":
            yield from fixes_repairs.retype_input(definition, edge, complaint.expected or "")
        yield from fixes.remove_edges(definition.name, (edge,))


def _helps(definition: Definition, i: int, complaint: Complaint, repair: Repair, key: bytes, specs: Specs) -> bool:
    """Whether the layer, tried with the repair, no longer has this complaint."""
    node = definition.block.nodes[i]
    values = repair.values
    type_name, inputs = node.type, list(specs)
    params = json.loads(key)
    if repair.code == "set_param":
        if values["value"] is None and values["name"] not in params:
            return False
        params[values["name"]] = values["value"]
        params = {name: value for name, value in params.items() if value is not None}
    elif repair.code == "replace":
        type_name = values["type"]
        params = {**fixes_repairs.kept_params(params, type_name), **values["params"]}
    elif repair.code == "insert":
        number = _input_number(definition, i, complaint.port, repair.wire)
        spec = _through(values["nodes"], inputs[number])
        if spec is None:
            return False
        inputs[number] = spec
    else:
        return True
    leaf = infer_leaf(type_name, to_key(params), tuple(inputs)) if complaint.code in FOUND_BY_RUNNING else None
    left = leaf.complaints if leaf else complaints_before_running(type_name, to_key(params), tuple(inputs))
    return left is not None and all((one.code, one.wire) != (complaint.code, complaint.wire) for one in left)


def _through(nodes: Sequence[Mapping[str, Any]], spec: TensorSpec) -> TensorSpec | None:
    """What comes out of new nodes in a row; None where one of them does not take what it gets."""
    for node in nodes:
        leaf = infer_leaf(node["type"], to_key(node["params"]), (spec,))
        if leaf is None or leaf.outputs is None:
            return None
        spec = leaf.outputs[0]
    return spec
