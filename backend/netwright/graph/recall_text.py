"""JSON texts that hold a document, read again: of one that differs from an earlier one in some nodes or some wires, only
those are parsed.

The page asks for a check after every edit, with the whole document: mostly one text of 60,000 characters after another that
differ in ten.  Where ``A`` and ``C`` stand around whole elements of a list in a JSON text ``ABC``, and ``[D]`` is a list, then
``ADC`` is JSON too, and holds what ``ABC`` does, with those elements replaced.
"""

import json
import secrets
import threading
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, Generic, TypeVar

import orjson

from netwright.graph.document import NETWORK, Document
from netwright.graph.recall import read_edges, read_nodes

_MOST = 4
"""Texts that are kept."""

_LARGEST = 2**20
"""Bytes of a text that is kept."""

_DECODER = json.JSONDecoder()

Rest = TypeVar("Rest")

Read = Callable[[bytes], Any]
"""What a JSON text holds; None where that is not surely what is wanted.  Whether a list is, is whether each element is."""


@dataclass(frozen=True, slots=True)
class _List:
    """A list of nodes or of wires in a text: which, where its first element begins, and where each ends, from there."""

    block: str
    field: str
    begin: int
    ends: Sequence[int]

    @property
    def end(self) -> int:
        return self.begin + self.ends[-1]


@dataclass(frozen=True, slots=True, eq=False)
class _Text(Generic[Rest]):
    """A text that was read, with its lists in the order in which they stand there."""

    raw: bytes
    document: Document
    rest: Rest
    lists: Sequence[_List]


class Texts(Generic[Rest]):
    """The last texts, the newest first; with each document what else its text says."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._texts: list[_Text[Rest]] = []

    def recall(self, raw: bytes, read: Read) -> tuple[Document, Rest] | None:
        """What ``raw`` holds, by an earlier text; None where none helps.  The document is for reading only.

        Raises:
            pydantic.ValidationError: a node or a wire that is new is none.
        """
        with self._lock:
            texts = list(self._texts)
        for text in texts:
            head = _alike(text.raw, raw, len(raw))
            if head == len(raw) == len(text.raw):
                self._keep(text)
                return text.document, text.rest
            tail = _alike(text.raw, raw, min(len(raw), len(text.raw)) - head, from_end=True)
            if head + tail > len(raw) // 2 and (edited := _edited(text, raw, head, tail, read)) is not None:
                self._keep(edited)
                return edited.document, edited.rest
        return None

    def keep(self, raw: bytes, data: Any, document: Document, rest: Rest) -> None:
        """Remember that ``raw``, which is ``data``, holds ``document`` under the key ``document``, and ``rest``."""
        if len(raw) <= _LARGEST and (lists := _lists(raw, data)):
            self._keep(_Text(raw, document, rest, lists))

    def _keep(self, text: _Text[Rest]) -> None:
        with self._lock:
            self._texts = [text, *[other for other in self._texts if other.raw is not text.raw]][:_MOST]

    def clear(self) -> None:
        with self._lock:
            self._texts = []


def _alike(before: bytes, now: bytes, most: int, *, from_end: bool = False) -> int:
    """How many bytes are the same, from the beginning or the end, ``most`` at most."""
    low, high = 0, min(most, len(before), len(now))
    while low < high:
        middle = (low + high + 1) // 2
        part = slice(-middle, -low or None) if from_end else slice(low, middle)
        if before[part] == now[part]:
            low = middle
        else:
            high = middle - 1
    return low


def _edited(text: _Text[Rest], raw: bytes, head: int, tail: int, read: Read) -> _Text[Rest] | None:
    """``raw`` with its first ``head`` and last ``tail`` bytes as in ``text``; None where more than one list differs."""
    changed_end = len(text.raw) - tail
    place = next((i for i, one in enumerate(text.lists) if one.begin <= head and changed_end <= one.end), None)
    if place is None:
        return None
    found = text.lists[place]
    grown = len(raw) - len(text.raw)
    # Elements before ``first`` and from ``last`` on are as they were.
    first = bisect_left(found.ends, head - found.begin)
    last = bisect_left(found.ends, changed_end - found.begin) + 1
    begin = found.ends[first - 1] + 1 if first else 0
    written = raw[found.begin + begin : found.begin + found.ends[last - 1] + grown]
    data = read(b"[%b]" % written)
    if not isinstance(data, list) or not data:  # empty: the comma beside it would have to go too
        return None
    document = _replaced(text.document, found, slice(first, last), data)
    ends = _ends(written, 0, data)
    if ends is None:
        return None
    moved = replace(
        found,
        ends=[*found.ends[:first], *[begin + end for end in ends], *[end + grown for end in found.ends[last:]]],
    )
    later = [replace(one, begin=one.begin + grown) for one in text.lists[place + 1 :]]
    return _Text(raw, document, text.rest, [*text.lists[:place], moved, *later])


def _replaced(document: Document, found: _List, part: slice, data: list[Any]) -> Document:
    """The document with a part of one of its lists replaced."""
    block = document.block(found.block).model_copy()
    if found.field == "nodes":
        block.nodes = [*block.nodes[: part.start], *read_nodes(data), *block.nodes[part.stop :]]
    else:
        block.edges = [*block.edges[: part.start], *read_edges(data), *block.edges[part.stop :]]
    changed = document.model_copy()
    if found.block == NETWORK:
        changed.network = block
    else:
        changed.blocks = {**document.blocks, found.block: block}
    return changed


# --- where lists stand in a text -------------------------------------------------------------------------------------


def _lists(raw: bytes, data: Any) -> list[_List] | None:
    """The lists of nodes and wires in ``raw``, which holds ``data``; None where they are not found for sure."""
    blocks = _blocks(data)
    if len(dict(blocks)) < len(blocks):
        return None  # a block that is called as the network is
    found: list[_List] = []
    parts: list[bytes] = []
    past = 0
    mark = secrets.token_hex(8)
    for name, block in blocks:
        for field, elements in block.items():
            if field not in ("nodes", "edges") or not elements:
                continue
            key = b'"%b":[' % field.encode()
            place = raw.find(key, past)
            ends = _ends(raw, place + len(key), elements) if place >= 0 else None
            if ends is None:
                return None
            one = _List(name, field, place + len(key), ends)
            parts += [raw[past : one.begin], b'"%b"' % mark.encode()]
            past = one.end
            found.append(one)
    # Whether these are the lists, and not others that look alike: a mark in the place of each is where each is.
    marked = dict(_blocks(orjson.loads(b"".join([*parts, raw[past:]]))))
    return found if all(marked[one.block][one.field] == [mark] for one in found) else None


def _blocks(data: Any) -> list[tuple[str, dict[str, Any]]]:
    """The blocks by name in the order of their text."""
    blocks: list[tuple[str, dict[str, Any]]] = []
    for key, value in data["document"].items():
        if key == "network":
            blocks.append((NETWORK, value))
        elif key == "blocks":
            blocks += value.items()
    return blocks


def _ends(text: bytes, begin: int, elements: Sequence[Any]) -> list[int] | None:
    """Where each of the elements ends that stand from ``begin`` on, with commas between; None where they are not found."""
    pieces = list(map(orjson.dumps, elements))
    if text.startswith(b",".join(pieces), begin):
        first, *others = map(len, pieces)
        return list(accumulate([first, *[size + 1 for size in others]]))
    return _ends_one_by_one(text, begin, pieces)


def _ends_one_by_one(text: bytes, begin: int, pieces: Sequence[bytes]) -> list[int] | None:
    """The same where some are written otherwise than we would, such as ``0.000001`` for ``1e-6``."""
    ends: list[int] = []
    at = begin
    for piece in pieces:
        if text.startswith(piece, at):
            at += len(piece)
        else:
            beginning = text[at : at + 8 * len(piece) + 100].decode(errors="ignore")
            try:
                _, length = _DECODER.raw_decode(beginning)
            except ValueError:
                return None
            at += len(beginning[:length].encode())
        ends.append(at - begin)
        if len(ends) < len(pieces) and text[at : at + 1] != b",":
            return None
        at += 1
    return ends
