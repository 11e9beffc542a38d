"""From a checked document to the Python that a person would write: the exported module, and the one that trains."""

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence

from netwright.compiler.program import BlockInstance, DocumentInvalidError, Program, build_program
from netwright.compiler.source_class import WrittenBlock, write_block
from netwright.compiler.source_layout import layout_import
from netwright.graph.document import Document

_TAKEN = frozenset({"Network", "nn", "torch"})
_LONGEST_NAME = 60


def to_source(document: Document) -> str:
    """A Python module with ``class Network(nn.Module)``, plain PyTorch.

    Blocks are classes whose arguments are their parameters and the sizes that differ between uses; node ids are attribute
    names, so that keys of the ``state_dict`` are the paths of nodes (``stage.0.conv.weight``).  ``forward`` takes a tensor for
    each Input, in document order and by its id; it returns a tensor, or with several Outputs a dict from their ids to tensors
    in document order.

    Raises:
        DocumentInvalidError: the document has errors.
    """
    program = build_program(document)
    return _to_module(_title(document.name), (), program, tuple(_other_programs(document)))


def to_run_source(document: Document, preprocess_source: str, *, header: Mapping[str, str]) -> str:
    """The module of a run: ``Network``, and ``preprocess(batch)`` as fitted in that run.

    ``preprocess_source`` is written by ``data.prepare``; ``header`` (run id, versions ...) goes into the first comment.

    Raises:
        DocumentInvalidError: the document has errors.
    """
    program = build_program(document)
    title = [*_title(document.name), *(f"# {to_comment(key)}: {to_comment(value)}" for key, value in header.items())]
    return _to_module(title, [preprocess_source], program, tuple(_other_programs(document)))


def _other_programs(document: Document) -> Iterator[Program]:
    """The network again with each of its parameters doubled, where it then still fits together.

    What changes follows from the parameter: it must be written as an expression, not as a number.
    """
    for name, value in document.network.parameters.items():
        for other in (value * 2, value + 1):
            network = document.network.model_copy(update={"parameters": document.network.parameters | {name: other}})
            try:
                yield build_program(document.model_copy(update={"network": network}))
            except DocumentInvalidError:
                continue
            break


def _to_module(title: Sequence[str], appended: Sequence[str], program: Program, others: Sequence[Program]) -> str:
    taken = set(_TAKEN | _names_beside(program))
    written: dict[str, WrittenBlock] = {}
    for block in program.blocks:
        is_network = block is program.network
        name = "Network" if is_network else _unique(block.class_name, taken)
        instances = list(_instances(block.name, (program, *others)))
        written[block.name] = write_block(block, instances, written, name, frozenset(taken), is_network=is_network)
    preludes = dict.fromkeys(prelude for block in written.values() for prelude in block.preludes)
    classes = [*preludes, *("\n".join(block.lines) for block in written.values())]
    lines = dict.fromkeys(line for block in written.values() for line in block.imports)
    imports, functions = _split_imports(appended, lines)
    body = "\n\n\n".join(part.strip("\n") for part in [*classes, *functions])
    head = "\n".join(title)
    return f"{head}\n\n{imports}\n\n\n{body}\n"


def _names_beside(program: Program) -> set[str]:
    """Classes that the module defines because PyTorch does not have them, and names that it imports."""
    nodes = [node for block in program.blocks for instance in block.instances for node in instance.nodes.values()]
    calls = [node.call for node in nodes if node.call is not None]
    defined = {call.target for call in calls if call.prelude is not None}
    return defined | {line.rpartition(" ")[2] for call in calls for line in call.imports}


def _instances(name: str, programs: Sequence[Program]) -> Iterator[BlockInstance]:
    for program in programs:
        yield from next((block.instances for block in program.blocks if block.name == name), ())


def _unique(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _title(name: str) -> list[str]:
    short = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 3]}..."
    return [f"# {to_comment(short)}, exported by Netwright as plain PyTorch."]


def to_comment(text: str) -> str:
    """Text that cannot end the comment it stands in: everything unprintable is escaped."""
    return repr(text)[1:-1]


def _split_imports(parts: Sequence[str], lines: Iterable[str] = ()) -> tuple[str, list[str]]:
    """Our imports (``lines`` are those of layers) joined with those at the top of ``parts``, in groups and sorted, and the
    parts without them."""
    imports, rest = ["import torch", "from torch import nn", *_merge_imports(lines)], []
    for part in parts:
        end = 0
        for node in ast.parse(part).body:
            if not isinstance(node, (ast.Import, ast.ImportFrom)):
                break
            imports.append(ast.unparse(node))
            end = node.end_lineno or 0
        rest.append("\n".join(part.splitlines()[end:]))
    return join_imports(imports), rest


def join_imports(lines: Sequence[str]) -> str:
    """Lines of import, each once, in groups and sorted: the standard library's, then all others."""
    groups: list[list[str]] = [[], []]
    for line in dict.fromkeys(lines):
        module = line.split()[1].partition(".")[0]
        groups[module not in sys.stdlib_module_names].append(line)
    # Plain imports stand before those of members, each sorted.
    texts = [
        "\n".join(
            printed
            for line in sorted(group, key=lambda line: (line.startswith("from"), line))
            for printed in layout_import(line)
        )
        for group in groups
    ]
    return "\n\n".join(text for text in texts if text)


def _merge_imports(lines: Iterable[str]) -> Iterator[str]:
    """One line a package: ``from package import A, B``, classes before functions as isort has them."""
    names: dict[str, set[str]] = {}
    for line in lines:
        head, _, name = line.rpartition(" import ")
        names.setdefault(head, set()).add(name)
    for head, members in names.items():
        yield f"{head} import {', '.join(sorted(members, key=lambda name: (name[0].islower(), name)))}"


def to_literal(text: str) -> str:
    """``text`` as Python, in double quotes where that needs no more escapes."""
    single = repr(text)
    return single if '"' in text else f'"{single[1:-1]}"'
