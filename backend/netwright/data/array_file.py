"""Arrays out of an uploaded NPY or NPZ: found by their names, checked by their headers, never a pickle."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from netwright.data.archive import MAX_MEMBERS, READ_ERRORS, open_archive
from netwright.data.base import DataError
from netwright.language import listed, say

AnyArray = npt.NDArray[Any]

NPY_MAGIC = b"\x93NUMPY"
MAX_ARRAY_BYTES = 4 << 30
"""Of all arrays of a file together, unpacked."""
MAX_NAMED = 12
ONLY = "x"
"""What the array of an NPY is called here."""

INPUTS = ("x", "X", "x_train", "X_train", "train_x", "train_images", "images", "inputs", "data", "features", "arr_0")
TARGETS = ("y", "Y", "y_train", "Y_train", "train_y", "train_labels", "labels", "label", "targets", "target", "arr_1")
TEST_INPUTS = ("x_test", "X_test", "test_x", "test_images", "test_inputs")
TEST_TARGETS = ("y_test", "Y_test", "test_y", "test_labels", "test_targets")


@dataclass(frozen=True, slots=True)
class Header:
    """What an array says of itself before its values."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def num_bytes(self) -> int:
        return int(np.prod(self.shape, dtype=np.float64) * self.dtype.itemsize)


class ArrayFile:
    """The arrays of ``path``; nothing is read but headers until :meth:`load`.

    Raises:
        DataError: no sound file of arrays of numbers and texts, or one that is too large.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._path, self.name = path, name
        with path.open("rb") as file:
            self.is_npy = file.read(len(NPY_MAGIC)) == NPY_MAGIC

    @cached_property
    def headers(self) -> Mapping[str, Header]:
        try:
            headers = self._read_headers()
        except DataError:
            raise
        except (*READ_ERRORS, ValueError) as error:
            raise self._unsound(error) from error
        total = sum(header.num_bytes for header in headers.values())
        if total > MAX_ARRAY_BYTES:
            raise DataError(
                say(
                    "{name} holds {size} GiB of values, the limit is {limit} GiB. Take fewer samples, or a smaller type: uint8 "
                    "for pictures, float32 for numbers.",
                    name=self.name,
                    size=f"{total / (1 << 30):.1f}",
                    limit=MAX_ARRAY_BYTES >> 30,
                ),
                code="too_large",
                file=self.name,
            )
        return headers

    def _read_headers(self) -> dict[str, Header]:
        if self.is_npy:
            with self._path.open("rb") as file:
                header = self._read_header(file, ONLY)
                there = self._path.stat().st_size - file.tell()
            if there < header.num_bytes:
                raise DataError(
                    say(
                        "{name} ends too early: it announces {announced:,} bytes of values and holds {there:,}. "
                        "Upload it again.",
                        name=self.name,
                        announced=header.num_bytes,
                        there=there,
                    ),
                    code="bad_file",
                    file=self.name,
                )
            return {ONLY: header}
        headers = {}
        with open_archive(self._path, self.name) as archive:
            members = [member for member in archive.namelist() if member.endswith(".npy")]
            if len(members) > MAX_MEMBERS:
                raise ValueError(f"{len(members):,} arrays")
            for member in members:
                with archive.open(member) as file:
                    headers[member.removesuffix(".npy")] = self._read_header(file, member.removesuffix(".npy"))
        return headers

    def _read_header(self, file: IO[bytes], array: str) -> Header:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read(file)
        if dtype.hasobject:
            raise DataError(
                say(
                    "{name}: the array {array} holds Python objects, which are a pickle and can run code when they are opened; "
                    "they are not read. Save numbers (or texts of type U) only.",
                    name=self.name,
                    array=array,
                ),
                code="bad_file",
                file=self.name,
            )
        return Header(shape, dtype)

    def load(self, array: str) -> AnyArray:
        """
        Raises:
            DataError: its values are damaged.
        """
        assert array in self.headers
        try:
            if self.is_npy:
                return np.asarray(np.load(self._path, allow_pickle=False))
            with np.load(self._path, allow_pickle=False) as arrays:
                return np.asarray(arrays[array])
        except (*READ_ERRORS, ValueError, zipfile.BadZipFile) as error:
            raise self._unsound(error) from error

    def find(self, names: tuple[str, ...]) -> str | None:
        """The first of ``names`` that is there."""
        return next((name for name in names if name in self.headers), None)

    def choose(self, told: str | None, names: tuple[str, ...], option: str) -> str | None:
        """What a person named, or what is usually called so.

        Raises:
            DataError: there is no such array.
        """
        if told is None:
            return self.find(names)
        if told not in self.headers:
            raise DataError(
                say("{name} has no array {array}; it has: {known}.", name=self.name, array=told, known=self.known()),
                code="bad_option",
                file=self.name,
                column=option,
            )
        return told

    def choose_inputs(self, told: str | None) -> str:
        """
        Raises:
            DataError: nobody can say which array holds the inputs.
        """
        found = self.choose(told, INPUTS, "inputs")
        if found is None and len(self.headers) == 1:
            found = next(iter(self.headers))
        if found is None:
            raise DataError(
                say(
                    "{name}: no array is called as inputs usually are; there are: {known}. Call the inputs x and the targets y "
                    "(or x_train, y_train, x_test and y_test) and upload it again.",
                    name=self.name,
                    known=self.known() or say("none"),
                ),
                code="bad_file",
                file=self.name,
            )
        return found

    def known(self) -> str:
        return listed(list(self.headers)[:MAX_NAMED])

    def _unsound(self, error: BaseException) -> DataError:
        return DataError(
            say(
                "{name} is no sound file of NumPy arrays: {why}. Save it again with numpy.save or numpy.savez.",
                name=self.name,
                why=(str(error) or type(error).__name__).rstrip("."),
            ),
            code="bad_file",
            file=self.name,
        )


def is_array_archive(paths: list[str]) -> bool:
    """Whether the members of a ZIP are those of an NPZ."""
    return bool(paths) and all(path.endswith(".npy") and "/" not in path for path in paths)
