"""The IDX reader against files that are not what they say."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from netwright.data.base import DataError
from netwright.data.idx import read_idx


def idx(shape: tuple[int, ...], values: bytes, *, magic: bytes = b"\0\0\x08") -> bytes:
    sizes = b"".join(size.to_bytes(4, "big") for size in shape)
    return magic + bytes([len(shape)]) + sizes + values


@pytest.mark.parametrize("is_zipped", [True, False])
def test_file_when_sound_is_read(tmp_path: Path, is_zipped: bool) -> None:
    data = idx((2, 3), bytes(range(6)))
    path = tmp_path / ("a.gz" if is_zipped else "a")
    path.write_bytes(gzip.compress(data) if is_zipped else data)
    np.testing.assert_array_equal(read_idx(path), np.arange(6).reshape(2, 3))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "begins with two zero bytes, this one with nothing"),
        (b"\x89PNG....", "this one with 89 50 4e 47"),
        (idx((2,), b"ab", magic=b"\0\0\x0d"), "its values have type 0x0d"),
        (b"\0\0\x08\x00", "announces 0 axes"),
        (b"\0\0\x08\xff", "announces 255 axes"),
        (b"\0\0\x08\x03\0\0", "ends within its header"),
        (idx((65536, 65536), b""), "announces 65536 x 65536 values; 1 to 1,073,741,824"),
        (idx((0,), b""), "announces 0 values"),
        (idx((3,), b"ab"), "announces 3 values and holds 2"),
        (idx((2,), b"abc"), "announces 2 values and holds more"),
    ],
)
def test_file_when_it_lies_is_refused_with_the_reason(tmp_path: Path, data: bytes, message: str) -> None:
    for name, content in (("a", data), ("a.gz", gzip.compress(data))):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match=message) as caught:
            read_idx(tmp_path / name)
        assert caught.value.file == name


def test_file_when_gzip_is_damaged_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(idx((64, 64), bytes(4096)))
    flipped = bytearray(whole)
    flipped[-6] ^= 1
    for content, message in (
        (whole[:-9], "ends early"),
        (bytes(flipped), "not a sound gzip"),
        (b"no gzip", "not a sound gzip"),
    ):
        (tmp_path / "a.gz").write_bytes(content)
        with pytest.raises(DataError, match=message):
            read_idx(tmp_path / "a.gz")


def test_bomb_when_read_is_unpacked_no_further_than_announced(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(idx((10,), bytes(50_000_000))))
    with pytest.raises(DataError, match="announces 10 values and holds more"):
        read_idx(tmp_path / "a.gz")


def test_file_when_absent_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.gz is not there") as caught:
        read_idx(tmp_path / "a.gz")
    assert caught.value.code == "missing_file"
