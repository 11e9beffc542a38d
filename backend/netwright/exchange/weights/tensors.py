"""Tensors in a safetensors file: listed without being loaded, written one after the other.  No torch here.

A file that we wrote ourselves says in its metadata (``order``) in which order its tensors stood where they came from;
safetensors sorts them by name, and order is what tensors of other names are matched by.
"""

import json
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netwright.exchange.refusal import ImportRefusedError
from netwright.language import say

ORDER = "order"
MAX_TENSORS = 100_000
MAX_HEADER_BYTES = 32 * 2**20

DTYPE_BYTES: Mapping[str, int] = {
    "BOOL": 1,
    "U8": 1,
    "I8": 1,
    "F8_E4M3": 1,
    "F8_E5M2": 1,
    "I16": 2,
    "U16": 2,
    "F16": 2,
    "BF16": 2,
    "I32": 4,
    "U32": 4,
    "F32": 4,
    "I64": 8,
    "U64": 8,
    "F64": 8,
}
"""Bytes of an element of each type, under safetensors' names."""


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """``shape`` with all axes; ``dtype`` under safetensors' name (``F32``)."""

    name: str
    shape: tuple[int, ...]
    dtype: str = "F32"


@dataclass(frozen=True, slots=True)
class TensorList:
    """The tensors of a file.  ``is_sorted``: only in the order of their names, for the file does not tell another one."""

    tensors: tuple[TensorInfo, ...]
    is_sorted: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """A tensor with its bytes, little endian, in C order."""

    info: TensorInfo
    data: memoryview | bytes


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Sorts ``layer2`` before ``layer10``."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name) if part]


def list_tensors(path: Path, label: str | None = None) -> TensorList:
    """What a safetensors file holds.  Only its header is read; ``label`` is what sentences call the file.

    Raises:
        ImportRefusedError: the header lies (places outside of the file, overlapping, sizes that do not fit), is too large or
            is cut off.
        OSError: the file cannot be read.
    """
    label = label or path.name
    header = _read_header(path, label)
    _check_with_the_library(path, label)
    metadata = header.pop("__metadata__", None) or {}
    infos = {name: TensorInfo(name, tuple(entry["shape"]), entry["dtype"]) for name, entry in header.items()}
    order = _read_order(metadata, infos)
    if order is not None:
        return TensorList(tuple(infos[name] for name in order), is_sorted=False)
    return TensorList(tuple(infos[name] for name in sorted(infos, key=natural_key)), is_sorted=True)


def _read_header(path: Path, label: str) -> dict[str, Any]:
    """The header as JSON, at most :data:`MAX_HEADER_BYTES` of it."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = file.read(8)
        if len(length) < 8:
            raise ImportRefusedError(
                "file_truncated",
                say("{label} ends after {size} bytes: it is no safetensors file.", label=label, size=size),
            )
        (num_bytes,) = struct.unpack("<Q", length)
        if num_bytes > MAX_HEADER_BYTES:
            raise ImportRefusedError(
                "file_damaged",
                say(
                    "{label} announces a header of {bytes:,} bytes; at most {limit:,} are read. It "
                    "is damaged or no safetensors file.",
                    label=label,
                    bytes=num_bytes,
                    limit=MAX_HEADER_BYTES,
                ),
            )
        raw = file.read(num_bytes)
    if len(raw) < num_bytes:
        raise ImportRefusedError(
            "file_truncated",
            say(
                "{label} is cut off: its header should have {bytes:,} bytes. Fetch the file again.",
                label=label,
                bytes=num_bytes,
            ),
        )
    try:
        header = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ImportRefusedError(
            "file_damaged", say("The header of {label} is no JSON: {why}.", label=label, why=error)
        ) from error
    if not isinstance(header, dict) or len(header) > MAX_TENSORS:
        raise ImportRefusedError(
            "file_damaged",
            say(
                "The header of {label} is no list of at most {limit:,} tensors.",
                label=label,
                limit=MAX_TENSORS,
            ),
        )
    return header


def _check_with_the_library(path: Path, label: str) -> None:
    """safetensors itself looks whether every tensor lies inside of the file, next to the one before, with the size it says."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np"):
            pass
    except SafetensorError as error:
        detail = str(error)
        if "IncompleteBuffer" in detail or "not fully covered" in detail:
            raise ImportRefusedError(
                "file_truncated",
                say(
                    "{label} does not hold what its header lists: tensors lie outside of the file, or bytes belong "
                    "to none. It is cut off or damaged; fetch it again.",
                    label=label,
                ),
            ) from error
        raise ImportRefusedError(
            "file_damaged",
            say(
                "The header of {label} is wrong ({why}): a tensor's place or size does not fit. Fetch the file again.",
                label=label,
                why=detail[:200],
            ),
        ) from error


def _read_order(metadata: Mapping[str, object], infos: Mapping[str, TensorInfo]) -> list[str] | None:
    """The order that the metadata tells, where it names exactly the tensors of the file."""
    text = metadata.get(ORDER)
    if not isinstance(text, str):
        return None
    try:
        order = json.loads(text)
    except (ValueError, RecursionError):
        return None
    is_list = isinstance(order, list) and all(isinstance(name, str) for name in order)
    return order if is_list and len(order) == len(infos) and set(order) == set(infos) else None


def write_tensors(path: Path, tensors: Iterable[Stored], metadata: Mapping[str, str] | None = None) -> None:
    """Writes a safetensors file whose metadata keeps the order of ``tensors``.  No tensor is copied in memory.

    The library's own writer takes either bytes that are all held at once, or a framework's tensors, which know no other
    order than their names' and not every type.
    """
    stored = list(tensors)
    texts = {ORDER: json.dumps([each.info.name for each in stored]), **(metadata or {})}
    header: dict[str, object] = {"__metadata__": texts}
    # Large elements first, so that each tensor begins at a multiple of its element's size.
    placed = sorted(stored, key=lambda each: -DTYPE_BYTES[each.info.dtype])
    offset = 0
    for each in placed:
        num_bytes = len(memoryview(each.data).cast("B")) if each.data else 0
        header[each.info.name] = {
            "dtype": each.info.dtype,
            "shape": list(each.info.shape),
            "data_offsets": [offset, offset + num_bytes],
        }
        offset += num_bytes
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for each in placed:
            file.write(each.data)
