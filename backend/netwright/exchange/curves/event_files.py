"""TensorBoard event files: records that each hold an ``Event`` with a step, a time, and values by tag.

Only what a scalar needs of the messages is read and written; fields are numbered as in
https://github.com/tensorflow/tensorboard/tree/master/tensorboard/compat/proto (event, summary, tensor, tensor_shape).
Values are written as ``simple_value``, float32, as every writer does; a reader takes those and tensors without an axis.
"""

import math
import struct
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from netwright.exchange.curves.curve import MAX_EPOCH, MAX_STEP, Collected, Curve
from netwright.exchange.curves.tfrecord import HEADER_BYTES, frame, frame_rows, split
from netwright.exchange.refusal import ImportRefusedError
from netwright.language import say

EPOCH_TAG = "epoch"
"""The tag under which Lightning, and we, write the epoch of a step; it becomes the epochs of the other curves."""
FILE_VERSION = "brain.Event:2"
_AT_ONCE = 20_000

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_FORMATS = {1: "<f4", 2: "<f8", 3: "<i4", 9: "<i8", 10: "?", 19: "<f2"}
"""By number of ``DataType``: float, double, int32, int64, bool, half."""
_LISTS = {1: 5, 2: 6, 3: 7, 9: 10, 10: 11, 19: 13}
"""In which field of a ``TensorProto`` values of that type are listed."""

Value = int | bytes


# --- out -------------------------------------------------------------------------------------------------------------


def write_events(curves: Mapping[str, Curve], started: float) -> Iterator[bytes]:
    """The file of one run, piece by piece: every curve, and the epoch of each of their steps.  ``started``: Unix seconds."""
    head = struct.pack("<Bd", 1 << 3 | _FIXED64, started) + _field(3, FILE_VERSION.encode())
    yield frame(head)
    epochs = _epochs_of(curves)
    if epochs is not None:
        yield from _write_curve(EPOCH_TAG, epochs, started)
    for tag, curve in curves.items():
        yield from _write_curve(tag, curve, started)


def _epochs_of(curves: Mapping[str, Curve]) -> Curve | None:
    """The epoch of each step of any curve; None where none is known, or where a metric has that name."""
    if EPOCH_TAG in curves or not any(curve.epochs.any() for curve in curves.values()):
        return None
    steps = np.concatenate([curve.steps for curve in curves.values()])
    steps, first = np.unique(steps, return_index=True)
    epochs = np.concatenate([curve.epochs for curve in curves.values()])[first]
    elapsed = np.concatenate([curve.elapsed for curve in curves.values()])[first]
    return Curve(steps, epochs, elapsed, epochs.astype(np.float64))


def _write_curve(tag: str, curve: Curve, started: float) -> Iterator[bytes]:
    """Events of one length at a time: all of them are then framed at once."""
    sizes = np.maximum(1, -(-np.array([int(step).bit_length() for step in curve.steps], np.int64) // 7))
    for first in range(0, len(curve), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        for size in np.unique(sizes[part]):
            chosen = np.flatnonzero(sizes[part] == size) + first
            yield frame_rows(
                _events(tag, curve.steps[chosen], int(size), started + curve.elapsed[chosen], curve.values[chosen])
            )


def _events(
    tag: str, steps: NDArray[np.int64], size: int, times: NDArray[np.float64], values: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """Events whose step takes ``size`` bytes, (N, F)."""
    value = _field(1, tag.encode()) + struct.pack("<B", 2 << 3 | _FIXED32)
    summary = struct.pack("<B", 5 << 3 | _BYTES) + _varint(len(value) + 4 + 1 + len(_varint(len(value) + 4)))
    summary += struct.pack("<B", 1 << 3 | _BYTES) + _varint(len(value) + 4) + value
    out = np.empty((len(steps), 1 + 8 + 1 + size + len(summary) + 4), np.uint8)
    out[:, 0] = 1 << 3 | _FIXED64
    out[:, 1:9] = times.astype("<f8")[:, None].view(np.uint8)
    out[:, 9] = 2 << 3 | _VARINT
    for place in range(size):
        more = 0x80 if place < size - 1 else 0
        out[:, 10 + place] = (steps >> np.int64(7 * place) & 0x7F) | more
    out[:, 10 + size : -4] = np.frombuffer(summary, np.uint8)
    with np.errstate(over="ignore"):  # beyond float32 is an infinity there
        out[:, -4:] = values.astype("<f4")[:, None].view(np.uint8)
    return out


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _field(number: int, data: bytes) -> bytes:
    return bytes([number << 3 | _BYTES]) + _varint(len(data)) + data


# --- in --------------------------------------------------------------------------------------------------------------


def read_events(data: bytes, label: str) -> dict[str, Collected]:
    """The scalars of one event file by tag, in the order of the file; their epochs are 0, their times Unix seconds.

    Raises:
        ImportRefusedError: ``file_truncated`` or ``file_damaged``, with the byte of the first record that is.
    """
    found: dict[str, Collected] = {}
    for start, end in split(data, label):
        try:
            _read_event(data[start:end], found)
        except (ValueError, IndexError, struct.error, UnicodeDecodeError) as error:
            raise ImportRefusedError(
                "file_damaged",
                say(
                    "{label}: the record at byte {byte} is no event of TensorBoard. Send the files that its writers make.",
                    label=label,
                    byte=start - HEADER_BYTES,
                ),
            ) from error
    return found


def _fields(data: bytes) -> Iterator[tuple[int, int, Value]]:
    """``(number, wire type, value)`` of each field of a message; a varint as an int, all else as bytes.

    Raises:
        ValueError, IndexError: this is no message.
    """
    position = 0
    while position < len(data):
        key, position = _read_varint(data, position)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, position = _read_varint(data, position)
            yield number, wire, value
            continue
        if wire == _BYTES:
            length, position = _read_varint(data, position)
        elif wire in {_FIXED64, _FIXED32}:
            length = 8 if wire == _FIXED64 else 4
        else:
            raise ValueError(wire)
        if length > len(data) - position:
            raise ValueError(length)
        yield number, wire, data[position : position + length]
        position += length


def _read_varint(data: bytes, position: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[position]
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, position
        shift += 7
        if shift > 63:
            raise ValueError(number)


def _read_event(event: bytes, found: dict[str, Collected]) -> None:
    time, step, summaries = 0.0, 0, []
    for number, wire, value in _fields(event):
        if (number, wire) == (1, _FIXED64):
            assert isinstance(value, bytes)
            (time,) = struct.unpack("<d", value)
        elif (number, wire) == (2, _VARINT):
            assert isinstance(value, int)
            step = value
        elif (number, wire) == (5, _BYTES):
            summaries.append(value)
    for summary in summaries:
        assert isinstance(summary, bytes)
        for number, wire, value in _fields(summary):
            if (number, wire) == (1, _BYTES):
                assert isinstance(value, bytes)
                scalar = _read_value(value)
                if scalar is not None:
                    if step > MAX_STEP:  # a negative one is a very large one here
                        raise ValueError(step)
                    found.setdefault(scalar[0], Collected()).add(
                        step, 0, time if math.isfinite(time) else 0.0, scalar[1]
                    )


def _read_value(value: bytes) -> tuple[str, float] | None:
    """Tag and number of a ``Summary.Value``; None for pictures, histograms, texts and other things that are no scalar."""
    tag, scalar = "", None
    for number, wire, field in _fields(value):
        if (number, wire) == (1, _BYTES):
            assert isinstance(field, bytes)
            tag = field.decode()
        elif (number, wire) == (2, _FIXED32):
            assert isinstance(field, bytes)
            scalar = float(np.frombuffer(field, "<f4")[0])
        elif (number, wire) == (8, _BYTES):
            assert isinstance(field, bytes)
            scalar = _read_tensor(field)
    return None if scalar is None or not tag else (tag, scalar)


def _read_tensor(tensor: bytes) -> float | None:
    """The number of a ``TensorProto`` without an axis; None for others."""
    fields = list(_fields(tensor))
    dtype = next((value for number, wire, value in fields if (number, wire) == (1, _VARINT)), 0)
    shape = next((value for number, wire, value in fields if (number, wire) == (2, _BYTES)), b"")
    assert isinstance(dtype, int)
    assert isinstance(shape, bytes)
    if dtype not in _FORMATS or any(number in {2, 3} for number, _, _ in _fields(shape)):
        return None
    for number, _, value in fields:
        if number == 4 and isinstance(value, bytes):
            values = np.frombuffer(value, _FORMATS[dtype])
            return float(values[0]) if len(values) == 1 else None
        if number == _LISTS[dtype]:
            return _first_listed(dtype, value)
    return 0.0  # a zero may be left out


def _first_listed(dtype: int, value: Value) -> float:
    if dtype in {1, 2}:
        if isinstance(value, int):
            raise ValueError(value)
        return float(np.frombuffer(value, _FORMATS[dtype])[0])
    number = value if isinstance(value, int) else _read_varint(value, 0)[0]
    if dtype == 19:
        return float(np.array([number & 0xFFFF], "<u2").view("<f2")[0])
    return float(number - (1 << 64) if number >= 1 << 63 else number)


# --- runs ------------------------------------------------------------------------------------------------------------


def join_files(files: list[dict[str, Collected]]) -> tuple[dict[str, Curve], float | None]:
    """The curves of a run whose files are these, and when it began.

    A later file is what went on after a restart: from its first step on, it takes the place of what an earlier one holds.
    """
    order = sorted((file for file in files if file), key=_begin)
    if not order:
        return {}, None
    started = _begin(order[0])
    joined: dict[str, Collected] = {}
    for file in order:
        for tag, points in file.items():
            joined[tag] = _continue(joined[tag], points) if tag in joined else points
    curves = {tag: points.to_curve(started) for tag, points in joined.items()}
    return _with_epochs(curves), started


def _begin(file: dict[str, Collected]) -> float:
    return min(min(points.times) for points in file.values())


def _continue(before: Collected, after: Collected) -> Collected:
    first = min(after.steps)
    kept = [place for place, step in enumerate(before.steps) if step < first]
    joined = Collected()
    for points, places in ((before, kept), (after, range(len(after.steps)))):
        for place in places:
            joined.add(points.steps[place], points.epochs[place], points.times[place], points.values[place])
    return joined


def _with_epochs(curves: dict[str, Curve]) -> dict[str, Curve]:
    """Where the file says the epoch of steps, that is what the points of the others have."""
    said = curves.get(EPOCH_TAG)
    if said is None or len(curves) == 1 or not np.isfinite(said.values).all():
        return curves
    epochs = np.clip(said.values, 0, MAX_EPOCH).astype(np.int32)
    result = {}
    for tag, curve in curves.items():
        if tag == EPOCH_TAG:
            continue
        places = np.searchsorted(said.steps, curve.steps, side="right") - 1
        of_step = np.where(places >= 0, epochs[np.maximum(places, 0)], 0).astype(np.int32)
        result[tag] = Curve(curve.steps, of_step, curve.elapsed, curve.values)
    return result
