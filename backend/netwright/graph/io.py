"""Reading and writing documents as JSON: everything from outside comes in here."""

import hashlib
import json
import re
from typing import Any, Never

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from netwright.graph.document import Block, Document
from netwright.graph.migrations import CURRENT_FORMAT, MigrationError, migrate, too_new
from netwright.graph.problems import Problem
from netwright.language import fault_sentence, say

MAX_BYTES = 8 * 2**20
"""A document may not be larger: 8 MiB, about fifty times a ResNet-152 drawn node by node."""

MAX_DEPTH = 64
"""Brackets within brackets; format 1 itself needs 7 and the values of parameters a few more."""

MAX_INTEGER = 2**53

_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


class DocumentError(ValueError):
    """Bytes that are no document.  ``problems`` says what, where and what to do."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = problems


def load_document(data: bytes | str) -> Document:
    """The document that ``data`` holds, migrated to the present format.

    Node types and parameters that are not known here are kept as they are.

    Raises:
        DocumentError: it is too large or too deep, no JSON, of a newer format, or not of the shape of a document.
    """
    text = _decode(data)
    _check_depth(text)
    parsed = _parse(text)
    if not isinstance(parsed, dict):
        raise _error(
            "document_not_an_object", say("A document is a JSON object, but this is {kind}.", kind=_kind(parsed))
        )
    version = parsed.get("format", 0 if "layers" in parsed else CURRENT_FORMAT)
    if not isinstance(version, int) or isinstance(version, bool) or version < 0:
        raise _error(
            "document_format_unknown",
            say(
                "`format` is a number such as {known}, but here it is {version}.",
                known=CURRENT_FORMAT,
                version=repr(version),
            ),
        )
    if version > CURRENT_FORMAT:
        raise _error("document_format_too_new", say("{why}.", why=too_new(version)))
    try:
        return Document.model_validate_json(json.dumps(migrate(parsed, version)))
    except MigrationError as error:
        raise _error(
            "document_invalid",
            say(
                "The document says format {version} but does not have its shape. {why}",
                version=version,
                why=error.args[0],
            ),
        ) from error
    except ValidationError as error:
        raise DocumentError([_invalid(item) for item in error.errors()[:20]]) from error


def dump_document(document: Document) -> bytes:
    """The document as readable JSON (UTF-8, one node or edge a line, defaults left out); ``load_document`` gives it back."""
    blocks = ",\n".join(f"    {_text(name)}: {_dump_block(block, 4)}" for name, block in document.blocks.items())
    parts = [
        f'  "format": {document.format}',
        f'  "name": {_text(document.name)}',
        f'  "network": {_dump_block(document.network, 2)}',
    ]
    if blocks:
        parts.append(f'  "blocks": {{\n{blocks}\n  }}')
    if document.view:
        view = ",\n".join(f"    {_text(name)}: {_text(positions)}" for name, positions in document.view.items())
        parts.append(f'  "view": {{\n{view}\n  }}')
    if document.marks:
        plain = {name: marks.model_dump(mode="json", exclude_defaults=True) for name, marks in document.marks.items()}
        marks = ",\n".join(f"    {_text(name)}: {_text(each)}" for name, each in plain.items())
        parts.append(f'  "marks": {{\n{marks}\n  }}')
    if document.training is not None:
        parts.append(f'  "training": {_text(document.training)}')
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def graph_hash(document: Document) -> str:
    """SHA-256 (hex) of what the document means: network and blocks, without name, view, marks, training and formatting.

    Equal for documents that differ only in defaults being written out or in the order of keys.  The order of nodes and edges
    counts: it is the order of a block's ports and of the wires into a Concat.
    """
    meaning = {
        "network": _plain_block(document.network),
        "blocks": {name: _plain_block(block) for name, block in document.blocks.items()},
    }
    canonical = json.dumps(meaning, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain_block(block: Block) -> dict[str, Any]:
    return block.model_dump(mode="json", exclude_defaults=True)


def _dump_block(block: Block, indent: int) -> str:
    plain = _plain_block(block)
    space = " " * indent
    parts = [f'{space}  "parameters": {_text(plain["parameters"])}'] if "parameters" in plain else []
    for key in ("nodes", "edges"):
        if key in plain:
            items = ",\n".join(f"{space}    {_text(item)}" for item in plain[key])
            parts.append(f'{space}  "{key}": [\n{items}\n{space}  ]')
    return "{\n" + ",\n".join(parts) + f"\n{space}}}" if parts else "{}"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _decode(data: bytes | str) -> str:
    size = len(data)
    if size > MAX_BYTES:
        raise _error(
            "document_too_large",
            say("The document has {size:,} bytes; at most {limit:,} are read.", size=size, limit=MAX_BYTES),
        )
    if isinstance(data, str):
        return data
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _error(
            "document_not_json", say("The document is no UTF-8 text: byte {byte} cannot be read.", byte=error.start)
        ) from error


def _check_depth(text: str) -> None:
    """Count brackets outside strings before the parser recurses into them."""
    depth = 0
    for match in _STRUCTURE.finditer(text):
        bracket = match.group()
        if bracket in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise _error(
                    "document_too_deep",
                    say(
                        "The document nests more than {limit} levels deep at character {place}.",
                        limit=MAX_DEPTH,
                        place=match.start(),
                    ),
                )
        elif bracket in "]}":
            depth -= 1


def _parse(text: str) -> Any:
    def refuse_constant(word: str) -> Never:
        raise _error(
            "document_bad_number",
            say("{word} is no number that JSON knows; leave the value out or use a finite one.", word=word),
        )

    def read_float(word: str) -> float:
        value = float(word)
        if value in {float("inf"), float("-inf")}:
            raise _error("document_bad_number", say("The number {number} is too big.", number=word[:40]))
        return value

    def read_int(word: str) -> int:
        # More digits than this are slow to read; what passes 2^53 is not exact in a browser.
        if len(word) > 17 or abs(int(word)) > MAX_INTEGER:
            raise _error(
                "document_bad_number",
                say("The whole number {number} is too big: at most 2^53 either way.", number=word[:40]),
            )
        return int(word)

    def read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise _error(
                "document_doubled_key",
                say("The key {key} stands twice in one object; keep one of them.", key=repr(twice[:80])),
            )
        return found

    try:
        parsed = json.loads(
            text,
            parse_constant=refuse_constant,
            parse_float=read_float,
            parse_int=read_int,
            object_pairs_hook=read_object,
        )
    except json.JSONDecodeError as error:
        raise _error(
            "document_not_json",
            say(
                "The document is no JSON: {why} at line {line}, column {column}.",
                why=error.msg,
                line=error.lineno,
                column=error.colno,
            ),
        ) from error
    try:
        # A lone surrogate (\ud800) is legal in JSON's grammar but is no character and cannot be stored.
        json.dumps(parsed, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise _error(
            "document_bad_text", say("The document holds half a character (a lone surrogate); remove it.")
        ) from error
    return parsed


def _kind(value: object) -> str:
    kinds = {list: say("a list"), str: say("a text"), bool: say("a truth value"), type(None): say("null")}
    return kinds.get(type(value), say("a number"))


def _error(code: str, message: str) -> DocumentError:
    return DocumentError([Problem(code=code, message=message)])


def _invalid(error: ErrorDetails) -> Problem:
    place = ".".join(map(str, error["loc"])) or say("the document")
    return Problem(
        code="document_invalid",
        field=place,
        message=say("{place}: {message}.", place=place, message=fault_sentence(error)),
        values={"place": str(place)},
    )
