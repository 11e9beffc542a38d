"""IDX, the format of MNIST: a magic number, the sizes, the bytes.  Read without trusting any of them."""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from netwright.data.base import DataError
from netwright.language import say, sized

MAX_BYTES = 1 << 30
"""An IDX file may hold so many values; a longer one is refused before anything is read or allocated."""
_UINT8 = 0x08


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def read_idx(path: Path) -> npt.NDArray[np.uint8]:
    """The array of an IDX file of unsigned bytes, gzipped if its name ends in ``.gz``.

    No more is ever unpacked than the header announces, so that a small file cannot fill the memory.

    Raises:
        DataError: code ``missing_file`` or ``bad_file``: not there, not gzip, no IDX, other values than bytes, too large, too
            short, too long.
    """
    try:
        with path.open("rb") as raw:
            if path.suffix != ".gz":
                return _read(raw, path.name)
            with gzip.GzipFile(fileobj=raw) as unpacked:
                return _read(unpacked, path.name)
    except FileNotFoundError as error:
        raise DataError(
            say("The file {name} is not there.", name=path.name), code="missing_file", file=path.name
        ) from error
    except EOFError as error:
        raise _bad(path.name, say("its compressed data ends early")) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise _bad(path.name, say("it is not a sound gzip file")) from error


def _read(file: _Readable, name: str) -> npt.NDArray[np.uint8]:
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0":
        raise _bad(
            name,
            say(
                "an IDX file begins with two zero bytes, this one with {found}",
                found=magic[:4].hex(" ") or say("nothing"),
            ),
        )
    if magic[2] != _UINT8:
        raise _bad(
            name, say("its values have type 0x{code}; only unsigned bytes (0x08) are read", code=f"{magic[2]:02x}")
        )
    num_axes = magic[3]
    if not 1 <= num_axes <= 4:
        raise _bad(name, say("it announces {count} axes; 1 to 4 are read", count=num_axes))
    sizes = file.read(4 * num_axes)
    if len(sizes) < 4 * num_axes:
        raise _bad(name, say("it ends within its header"))
    shape = tuple(int.from_bytes(sizes[start : start + 4], "big") for start in range(0, len(sizes), 4))
    length = math.prod(shape)
    if not 1 <= length <= MAX_BYTES:
        text = sized(shape)
        raise _bad(name, say("it announces {shape} values; 1 to {limit:,} are read", shape=text, limit=MAX_BYTES))
    return _fill(file, name, length).reshape(shape)


def _fill(file: _Readable, name: str, length: int) -> npt.NDArray[np.uint8]:
    chunks, got = [], 0
    while got < length and (chunk := file.read(min(1 << 22, length - got))):
        chunks.append(chunk)
        got += len(chunk)
    if got < length:
        raise _bad(name, say("it announces {length:,} values and holds {got:,}", length=length, got=got))
    if file.read(1):
        raise _bad(name, say("it announces {length:,} values and holds more", length=length))
    return np.frombuffer(bytearray().join(chunks), dtype=np.uint8)


def _bad(name: str, why: str) -> DataError:
    return DataError(say("{name} cannot be read: {why}.", name=name, why=why), code="bad_file", file=name)
