"""From a document to its report: shapes and costs of every node, totals, problems.

``check`` gives the typed report, ``check_document_json`` the same as bytes for the server's hot path, ``check_program`` the
program that is printed and trained.  All three walk the document in the same way (``check_walk``); what layers do is
remembered by (type, parameters, inputs), and what the last looks at a network found by its nodes (``check_again``), so that
after an edit only what changed is run again.  Thread-safe: what a memory holds is never changed, at most added to, and
everything else belongs to one call.
"""

import gc
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from pydantic import JsonValue, TypeAdapter

from netwright.compiler import check_program as programs
from netwright.compiler import costs, fixes
from netwright.compiler.check_again import Looks
from netwright.compiler.check_definition import Definition, Finding, Signature
from netwright.compiler.check_infer import in_words, infer_leaf
from netwright.compiler.check_params import validate_params
from netwright.compiler.check_structure import NAMED, WIRED, analyse
from netwright.compiler.check_values import Counter, Use, used_blocks
from netwright.compiler.check_walk import Instance, Known, Walker, one_of_a_kind, sound_layer
from netwright.compiler.program import Program
from netwright.compiler.report import TEXTS, CheckReport, CheckRequest
from netwright.compiler.without_compiler import keep_compiler_out
from netwright.graph.document import NETWORK, Block, Document, Edge, Node
from netwright.graph.problems import Problem
from netwright.graph.recall import forget_pieces
from netwright.language import DEFAULT, current_language, listed, say
from netwright.layers.base import Call

MAX_PROBLEMS = 200
"""More are counted but not listed."""

_FIXED_WITHOUT_NODE_EDITS = {"duplicate_id", "unknown_port", "self_loop", "doubled_edge", "cycle", "too_many_wires"}

_PROBLEMS = TypeAdapter(list[Problem])


@dataclass(slots=True)
class _Examination:
    """What one look at a document found.  ``root`` is None where the network is too large to be unfolded."""

    definitions: dict[str, Definition]
    root: Instance | None
    found: list[tuple[str, Finding]]
    known: Known | None = None
    """What an earlier look found of the network."""


LOOKS = Looks()


def check(document: Document, batch_size: int = 1) -> CheckReport:
    """Shapes, costs and problems of a document.  Never raises for what a person can draw.

    ``batch_size`` is only used for the estimate of the training memory.
    """
    return CheckReport.model_validate_json(_to_json(_examine(document), batch_size))


def check_json(body: bytes) -> bytes:
    """The answer of ``POST /api/check`` for its body, JSON to JSON; equal to ``check``.

    Raises:
        pydantic.ValidationError: the body is no ``CheckRequest``.
    """
    request = CheckRequest.model_validate_json(body)
    return _to_json(_examine(request.document), request.batch_size)


def check_document_json(document: Document, batch_size: int = 1) -> bytes:
    """``check`` as the bytes of its JSON, for a document that is validated already."""
    return _to_json(_examine(document), batch_size)


def check_program(document: Document) -> tuple[Program | None, list[Problem]]:
    """The program of a document (None where it has errors) and its problems."""
    examination = _examine(document)
    problems = _problems(examination)
    if examination.root is None or any(problem.severity == "error" for problem in problems):
        return None, problems
    return programs.to_program(document, examination.definitions, examination.root), problems


def _examine(document: Document) -> _Examination:
    names, recursive, too_deep = used_blocks(document)
    oversized = next((name for name in names if _is_oversized(document, name)), None)
    if oversized is not None:
        definition = Definition(document, oversized, document.block(oversized), {}, [], [], [], [])
        return _Examination({oversized: definition}, None, [("", _too_large(document, oversized))])
    again = LOOKS.recall(document)
    signatures: dict[str, Signature] = {}
    definitions = (
        {NETWORK: again.definition}
        if again is not None and again.definition is not None
        else {name: analyse(name, document, signatures) for name in names}
    )
    broken = {(use.block, use.node) for use in recursive}
    for use in recursive:
        definitions[use.block].findings.append(_recursion(definitions[use.block], use))
    if too_deep is not None:
        return _without_shapes(definitions, [_too_deep(definitions[too_deep.block], too_deep)])
    network = definitions[NETWORK]
    counter = Counter(definitions, broken)
    layers = counter.total(NETWORK, network.block.parameters)
    if layers > costs.MAX_LAYERS:
        return _without_shapes(definitions, [_too_many_layers(definitions, counter, layers)])
    known = again.known if again is not None else None
    root = Walker(definitions, broken, known).instance(NETWORK, network.block.parameters, (None,) * len(network.inputs))
    found = [*root.found.values(), *(("", finding) for finding in _check_totals(root))]
    return _Examination(definitions, root, found, known)


def _without_shapes(definitions: dict[str, Definition], findings: list[Finding]) -> _Examination:
    drawn = [finding for definition in definitions.values() for finding in definition.findings]
    nodes = definitions[NETWORK].block.nodes
    return _Examination(
        definitions,
        None,
        [
            (nodes[finding.node].id if finding.block == NETWORK and finding.node is not None else "", finding)
            for finding in (*findings, *drawn)
        ],
    )


def iterate_calls(document: Document) -> Iterator[tuple[str, Call]]:
    """Path and PyTorch call of every layer that is understood and that an Output depends on, in order of execution.

    What is broken, and what stands behind it, is left out: the rest of a document with problems is told all the same.  Of
    nodes that share weights the first is there, under the id of the node whose weights they are: as in the checkpoint.
    """
    root = _examine(document).root
    if root is not None:
        yield from _calls(root, "")


def _calls(instance: Instance, prefix: str) -> Iterator[tuple[str, Call]]:
    definition = instance.definition
    made: set[int] = set()
    for i in definition.order:
        result = instance.nodes[i]
        home = definition.shares.get(i, i)
        if result is None or not definition.live[i] or result.is_identity or home in made:
            continue
        made.add(home)
        path = prefix + definition.block.nodes[home].id
        if result.leaf is not None and result.leaf.call is not None:
            yield path, result.leaf.call
        for number, inner in enumerate(result.iterations):
            yield from _calls(inner, f"{path}.{number}." if result.is_repeated else f"{path}.")


def warm_up() -> None:
    """Make PyTorch load what it loads at its first shapes, so that the first check of a person's document is as quick as the
    next, and take what is loaded by then out of the garbage collector's rounds, which would
    otherwise stop a check for a tenth of a second now and then.  For the server, behind its first page.
    """
    keep_compiler_out()
    types = ("Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d", "Flatten", "LayerNorm", "Linear")
    nodes = [Node(id=f"n{i}", type=type_name) for i, type_name in enumerate(types)]
    names = ["image", *(node.id for node in nodes), "scores"]
    edges = [Edge(source=source, target=target) for source, target in pairwise(names)]
    ends = [Node(id="image", type="Input"), Node(id="scores", type="Output")]
    check(Document(network=Block(nodes=[*nodes, *ends], edges=edges)))
    gc.collect()
    gc.freeze()


def forget() -> None:
    """Empty every memory of the check, so that the next one is as the first of a process: for measurements and tests."""
    for memory in (infer_leaf, validate_params, sound_layer, one_of_a_kind):
        memory.cache_clear()
    LOOKS.clear()
    WIRED.clear()
    NAMED.clear()
    forget_pieces()
    TEXTS.clear()


# --- the network as a whole ------------------------------------------------------------------------------------------


def _is_oversized(document: Document, name: str) -> bool:
    block = document.block(name)
    return len(block.nodes) > costs.MAX_LAYERS or len(block.edges) > costs.MAX_EDGES


def _too_large(document: Document, name: str) -> Finding:
    """A drawing that is too large to be looked at at all."""
    block = document.block(name)
    size = say("{nodes:,} nodes and {wires:,} wires")
    got = size.with_values(nodes=len(block.nodes), wires=len(block.edges))
    allowed = size.with_values(nodes=costs.MAX_LAYERS, wires=costs.MAX_EDGES)
    title = say("The network") if name == NETWORK else say("The block `{name}`", name=name)
    return Finding(
        "too_many_layers",
        say(
            "{title} has {got}; at most {allowed} are allowed. Take nodes out, or make blocks that repeat.",
            title=title,
            got=got,
            allowed=allowed,
        ),
        name,
        values={"limit": costs.MAX_LAYERS, "count": len(block.nodes)},
        expected=say("at most {limit}", limit=allowed),
        got=got,
    )


def _recursion(definition: Definition, use: Use) -> Finding:
    node = definition.block.nodes[use.node]
    return Finding(
        "block_recursion",
        say(
            "{node} uses a block that contains this very node: it would never end. Remove it.",
            node=definition.say(use.node),
        ),
        definition.name,
        use.node,
        "type",
        values={"id": node.id, "type": node.type},
        fixes=lambda: [fixes.remove_node(definition.name, node.id)],
    )


def _too_deep(definition: Definition, use: Use) -> Finding:
    node = definition.block.nodes[use.node]
    return Finding(
        "nesting_too_deep",
        say(
            "Behind {node} blocks nest more than {limit} levels deep, which is the limit.",
            node=definition.say(use.node),
            limit=costs.MAX_NESTING,
        ),
        definition.name,
        use.node,
        values={"limit": costs.MAX_NESTING},
        fixes=lambda: [fixes.remove_node(definition.name, node.id)],
    )


def _too_many_layers(definitions: dict[str, Definition], counter: Counter, layers: int) -> Finding:
    changes = [(use, definitions[use.block].block.nodes[use.node].id, repeat) for use, repeat in counter.remedy()]
    use = changes[0][0] if changes else None
    most = [say("`{node}` at most {repeat} times", node=node, repeat=repeat) for _, node, repeat in changes]
    advice = say("Repeat {most}.", most=listed(most)) if most else say("Take nodes out.")
    edits = [(use.block, node, repeat) for use, node, repeat in changes]
    return Finding(
        "too_many_layers",
        say(
            "The network unfolds to {count} layers and blocks; at most {limit:,} are allowed. {advice}",
            count=in_words(layers),
            limit=costs.MAX_LAYERS,
            advice=advice,
        ),
        use.block if use else NETWORK,
        use.node if use else None,
        "repeat" if use else None,
        values={"limit": costs.MAX_LAYERS, "count": min(layers, costs.MAX_JSON_INTEGER)},
        expected=say("at most {limit:,}", limit=costs.MAX_LAYERS),
        got=in_words(layers),
        fixes=lambda: [fixes.set_repeats(edits)] if edits else [],
    )


def _check_totals(root: Instance) -> Iterator[Finding]:
    """Sums that pass a limit although no single layer does."""
    sums = root.sums
    for code, what, count, limit in (
        ("too_many_parameters", say("hold {count} parameters"), sums.parameters, costs.MAX_PARAMETERS),
        ("too_much_compute", say("take {count} multiplications a sample"), sums.macs, costs.MAX_MACS),
        (
            "too_much_memory",
            say("keep {count} bytes a sample for training"),
            sums.activation_bytes,
            costs.MAX_ACTIVATION_BYTES,
        ),
    ):
        if count > limit:
            yield Finding(
                code,
                say(
                    "All layers together would {what}; at most {limit:,} are allowed. Make the network smaller.",
                    what=what.with_values(count=in_words(count)),
                    limit=limit,
                ),
                NETWORK,
                values={"limit": limit, "count": min(count, costs.MAX_JSON_INTEGER)},
                expected=say("at most {limit:,}", limit=limit),
                got=in_words(count),
            )


# --- answers ---------------------------------------------------------------------------------------------------------


def _problems(examination: _Examination) -> list[Problem]:
    """The findings in the order of the document: block by block, node by node, as found within one node."""
    order = {name: number for number, name in enumerate(examination.definitions)}
    found = sorted(examination.found, key=lambda item: _place(item[1], order))
    doubled = {(finding.block, finding.values["id"]) for _, finding in found if finding.code == "duplicate_id"}
    problems = [
        _problem(examination.definitions[finding.block], path, finding, doubled)
        for path, finding in found[:MAX_PROBLEMS]
    ]
    rest = [finding for _, finding in found[MAX_PROBLEMS:]]
    if rest:
        has_errors = any(finding.severity == "error" for finding in rest)
        problems.append(
            Problem(
                code="more_problems",
                severity="error" if has_errors else "warning",
                message=say("{count} more problems are not listed.", count=len(rest)),
                values={"count": len(rest)},
            )
        )
    return problems


def _place(finding: Finding, order: dict[str, int]) -> tuple[int, int]:
    return order[finding.block], -1 if finding.node is None else finding.node


def _problem(definition: Definition, path: str, finding: Finding, doubled: set[tuple[str, JsonValue]]) -> Problem:
    node = None if finding.node is None else definition.block.nodes[finding.node].id
    # Edits of nodes go by id: before two of one id are told apart, an edit could change the wrong one.
    is_ambiguous = (finding.block, node) in doubled and finding.code not in _FIXED_WITHOUT_NODE_EDITS
    return Problem(
        code=finding.code,
        severity=finding.severity,
        block=finding.block,
        node=node,
        path=path.rstrip(".") or None,
        field=finding.field,
        message=finding.message,
        values=dict(finding.values),
        expected=finding.expected,
        got=finding.got,
        fixes=[] if is_ambiguous else list(finding.fixes()),
    )


def _to_json(examination: _Examination, batch_size: int) -> bytes:
    problems = _problems(examination)
    nodes: list[bytes] = []
    root = examination.root
    if root is not None:
        nodes = _collect(examination, root, current_language())
        sums = root.sums
        totals = costs.total(sums.parameters, sums.buffers, sums.macs, sums.activation_bytes, batch_size)
    else:
        totals = costs.total(0, 0, 0, 0, batch_size)
    is_ok = all(problem.severity != "error" for problem in problems)
    return b'{"ok":%b,"nodes":{%b},"totals":%b,"problems":%b}' % (
        b"true" if is_ok else b"false",
        b",".join(nodes),
        totals.model_dump_json().encode(),
        _PROBLEMS.dump_json(problems),
    )


def _collect(examination: _Examination, root: Instance, language: str) -> list[bytes]:
    """``"path": report`` for every node, in document order."""
    document = root.definition.document
    if not LOOKS.takes(document):
        nodes: list[bytes] = []
        _collect_inside(root, b"", nodes, language)
        return nodes
    written = _write(root, examination.known, language)
    LOOKS.keep(document, root, written, language)
    return [one for one in written if one is not None]


def _write(root: Instance, known: Known | None, language: str) -> list[bytes | None]:
    """``"id": report`` for every node of a network without blocks (None where there is no report); those that are as at the
    last look are not written anew."""
    speaks_default = language == DEFAULT
    if known is None or known.language != language:
        known = Known([], [None] * len(root.nodes), written=[None] * len(root.nodes))
    return [
        None
        if result is None
        else written
        if result is before and written is not None
        else b'"%b":%b' % (name, result.fragment if speaks_default else result.fragment.spoken(language))
        for name, result, before, written in zip(
            root.definition.quoted, root.nodes, known.results, known.written, strict=True
        )
    ]


def _collect_inside(instance: Instance, prefix: bytes, into: list[bytes], language: str) -> None:
    """Append ``"path": report`` for every node of an instance, in document order."""
    speaks_default = language == DEFAULT
    for name, result in zip(instance.definition.quoted, instance.nodes, strict=True):
        if result is None:
            continue
        fragment = result.fragment if speaks_default else result.fragment.spoken(language)
        into.append(b'"%b%b":%b' % (prefix, name, fragment))
        for number, inner in enumerate(result.iterations):
            below = b"%b%b.%d." % (prefix, name, number) if result.is_repeated else b"%b%b." % (prefix, name)
            _collect_inside(inner, below, into, language)
