"""Arrays on disk that are mapped, not read: plain bytes beside a JSON of their shapes.  Nothing in them can run."""

from __future__ import annotations

import json
import mmap
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from netwright.data.base import Array

NUM_KEPT = 3
"""How many caches of one set are kept: the current options and the last ones, which runs may still be training with."""
_ALIGNMENT = 64


@dataclass(frozen=True, slots=True)
class ArraySpec:
    dtype: str
    shape: tuple[int, ...]

    @property
    def num_bytes(self) -> int:
        return int(np.dtype(self.dtype).itemsize * np.prod(self.shape, dtype=np.int64))


class ArrayCache:
    """The cache called ``key`` in ``folder``: ``cache-KEY.bin`` and, written last, ``cache-KEY.json``."""

    def __init__(self, folder: Path, key: str) -> None:
        self._folder = folder
        self._data = folder / f"cache-{key}.bin"
        self._index = folder / f"cache-{key}.json"

    def is_there(self) -> bool:
        return self._index.is_file() and self._data.is_file()

    def load(self) -> dict[str, Array]:
        """The arrays, mapped privately: they may be written to, and the file stays as it is."""
        specs = {
            name: ArraySpec(entry["dtype"], tuple(entry["shape"]))
            for name, entry in json.loads(self._index.read_text(encoding="utf-8")).items()
        }
        with self._data.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        arrays: dict[str, Array] = {}
        start = 0
        for name, spec in specs.items():
            count = int(np.prod(spec.shape, dtype=np.int64))
            arrays[name] = np.frombuffer(mapped, dtype=spec.dtype, count=count, offset=start).reshape(spec.shape)
            start += _padded(spec.num_bytes)
        return arrays

    @contextmanager
    def write(self, specs: Mapping[str, ArraySpec]) -> Iterator[CacheWriter]:
        """A writer of exactly these arrays, in this order; in place only when the block ends without an error, and nothing is
        left of it when it does not."""
        temporary = self._data.with_suffix(f".{secrets.token_hex(8)}.part")
        try:
            with temporary.open("wb") as file:
                writer = CacheWriter(file, specs)
                yield writer
                writer.finish()
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._data)
        finally:
            temporary.unlink(missing_ok=True)
        entries = {name: {"dtype": spec.dtype, "shape": list(spec.shape)} for name, spec in specs.items()}
        note = self._index.with_suffix(f".{secrets.token_hex(8)}.part")
        note.write_text(json.dumps(entries), encoding="utf-8")
        note.replace(self._index)
        self._drop_old()

    def _drop_old(self) -> None:
        indices = sorted(self._folder.glob("cache-*.json"), key=lambda path: path.stat().st_mtime_ns)
        for index in indices[:-NUM_KEPT]:
            index.unlink()
            index.with_suffix(".bin").unlink(missing_ok=True)


class CacheWriter:
    """Takes the rows of each array in turn."""

    def __init__(self, file: BinaryIO, specs: Mapping[str, ArraySpec]) -> None:
        self._file = file
        self._left = [(spec.num_bytes, np.dtype(spec.dtype)) for spec in specs.values()]
        self._written = 0

    def append(self, rows: Array) -> None:
        """Further rows of the array that is not full yet."""
        while self._left and self._written == self._left[0][0]:
            self._next()
        num_bytes, dtype = self._left[0]
        assert rows.dtype == dtype, f"{rows.dtype} rows for an array of {dtype}"
        assert self._written + rows.nbytes <= num_bytes, "more rows than announced"
        self._file.write(np.ascontiguousarray(rows).data)
        self._written += rows.nbytes

    def finish(self) -> None:
        while self._left:
            assert self._written == self._left[0][0], "fewer rows than announced"
            self._next()

    def _next(self) -> None:
        num_bytes, _ = self._left.pop(0)
        self._file.write(bytes(_padded(num_bytes) - num_bytes))
        self._written = 0


def _padded(num_bytes: int) -> int:
    return -(-num_bytes // _ALIGNMENT) * _ALIGNMENT
