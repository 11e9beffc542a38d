"""A ZIP that is sent while it is written."""

import io


class ZipPipe(io.RawIOBase):
    """What the ZIP's writer wrote, until it is sent; it cannot be gone back in."""

    size: int
    """Bytes that wait to be taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]  # a buffer is all that comes
        self._pieces.append(bytes(data))
        self.size += len(data)
        return len(data)

    def take(self) -> bytes:
        pieces, self._pieces, self.size = self._pieces, [], 0
        return b"".join(pieces)
