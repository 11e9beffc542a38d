"""TFRecord: ``uint64 length, uint32 masked CRC of the length, the bytes, uint32 masked CRC of the bytes``, little-endian.

Source: https://www.tensorflow.org/tutorials/load_data/tfrecord (TFRecords format details).
"""

import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from netwright.exchange.curves.crc32c import masked_crc32c, masked_crc32c_rows
from netwright.exchange.refusal import ImportRefusedError
from netwright.language import say

HEADER_BYTES = 12
FRAME_BYTES = 16
"""What a record takes beside its own bytes."""


def frame(record: bytes) -> bytes:
    """One record as it stands in a file."""
    length = struct.pack("<Q", len(record))
    return b"".join(
        (length, struct.pack("<I", masked_crc32c(length)), record, struct.pack("<I", masked_crc32c(record)))
    )


def frame_rows(records: NDArray[np.uint8]) -> bytes:
    """Equally long records, uint8 (N, F), as they stand in a file one after another."""
    count, length = records.shape
    head = struct.pack("<Q", length)
    out = np.empty((count, length + FRAME_BYTES), np.uint8)
    out[:, :HEADER_BYTES] = np.frombuffer(head + struct.pack("<I", masked_crc32c(head)), np.uint8)
    out[:, HEADER_BYTES:-4] = records
    out[:, -4:] = masked_crc32c_rows(records).astype("<u4")[:, None].view(np.uint8)
    return out.tobytes()


def split(data: bytes, label: str) -> list[tuple[int, int]]:
    """``(first byte, byte after the last)`` of each record of a file, every CRC checked.

    Raises:
        ImportRefusedError: ``file_truncated`` or ``file_damaged``, with the byte at which the first bad record begins.
    """
    places: list[tuple[int, int]] = []
    fault: ImportRefusedError | None = None
    position = 0
    while position < len(data):
        if len(data) - position < HEADER_BYTES:
            fault = _cut_off(label, position)
            break
        (length,) = struct.unpack_from("<Q", data, position)
        start = position + HEADER_BYTES
        if length + 4 > len(data) - start:
            (stored,) = struct.unpack_from("<I", data, position + 8)
            is_length_sound = stored == masked_crc32c(data[position : position + 8])
            fault = _cut_off(label, position) if is_length_sound else _damaged(label, position)
            break
        places.append((start, start + length))
        position = start + length + 4
    bad = _first_bad(data, places)
    if bad is not None:  # a length that is wrong leads astray: what is met there is not where the fault is
        raise _damaged(label, bad)
    if fault is not None:
        raise fault
    return places


def _first_bad(data: bytes, places: Sequence[tuple[int, int]]) -> int | None:
    """Where the first record begins whose length or bytes differ from their CRC."""
    if not places:
        return None
    content = np.frombuffer(data, np.uint8)
    starts = np.array([start for start, _ in places], np.int64)
    lengths = np.array([end - start for start, end in places], np.int64)
    is_bad = _differ(content, starts - HEADER_BYTES, 8)
    for length in np.unique(lengths):
        chosen = lengths == length
        is_bad[chosen] |= _differ(content, starts[chosen], int(length))
    return int(starts[is_bad.argmax()] - HEADER_BYTES) if is_bad.any() else None


def _differ(content: NDArray[np.uint8], starts: NDArray[np.int64], length: int) -> NDArray[np.bool_]:
    """Of equally long pieces of ``content``, which differ from the CRC that follows each."""
    result = np.empty(len(starts), np.bool_)
    at_once = max(1, (16 << 20) // (length + 4))
    for first in range(0, len(starts), at_once):
        chosen = starts[first : first + at_once]
        rows = content[chosen[:, None] + np.arange(length + 4)]
        stored = np.ascontiguousarray(rows[:, length:]).view("<u4")[:, 0]
        result[first : first + at_once] = masked_crc32c_rows(rows[:, :length]) != stored
    return result


def _cut_off(label: str, position: int) -> ImportRefusedError:
    return ImportRefusedError(
        "file_truncated",
        say(
            "{label} is cut off: the record at byte {byte} does not end. Copy the file again once its program has ended.",
            label=label,
            byte=position,
        ),
    )


def _damaged(label: str, position: int) -> ImportRefusedError:
    return ImportRefusedError(
        "file_damaged",
        say(
            "{label} is damaged, or no event file: the record at byte {byte} differs from its check sum. "
            "Copy the file again.",
            label=label,
            byte=position,
        ),
    )
