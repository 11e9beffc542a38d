"""The spool: every event of an attempt, one JSON line each, on disk before it is sent."""

from pathlib import Path
from typing import IO

MAX_BATCH_EVENTS = 1000
MAX_BATCH_BYTES = 256 * 1024
MAX_LINE_BYTES = 8 * 2**20
"""Of one event: with a batch around it it is well within what the server takes as one body."""


class AttemptStartedError(RuntimeError):
    """There is a spool already: this attempt has been started before."""


def spool_path(folder: Path, attempt: int) -> Path:
    """``runs/<id>/attempts/<n>.spool.jsonl``."""
    return folder / "attempts" / f"{attempt}.spool.jsonl"


class SpoolWriter:
    """Appends lines; what :meth:`append` has returned from survives the end of the process."""

    def __init__(self, path: Path) -> None:
        """Raises AttemptStartedError if the file is there."""
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._file: IO[bytes] = path.open("xb", buffering=0)
        except FileExistsError as error:
            raise AttemptStartedError(f"{path.name} exists: this attempt has been started before.") from error

    def append(self, lines: list[bytes]) -> None:
        data = memoryview(b"".join(line + b"\n" for line in lines))
        while data:
            data = data[self._file.write(data) :]

    def close(self) -> None:
        self._file.close()


class SpoolReader:
    """Reads batches of whole lines.  It holds one batch in memory, however far behind it is.

    Lines are numbered from 1 as their events are (``seq`` has no gaps), so line ``n`` holds event ``n``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.next_seq = 1
        self._offset = 0

    def peek(self) -> list[bytes]:
        """The next lines, without their ends; empty where there are none yet."""
        try:
            with self.path.open("rb") as file:
                file.seek(self._offset)
                data = file.read(MAX_BATCH_BYTES)
                if b"\n" not in data and len(data) == MAX_BATCH_BYTES:  # one very long line
                    data += file.readline(MAX_LINE_BYTES)
        except FileNotFoundError:
            return []
        whole = data[: data.rfind(b"\n") + 1]
        return whole.splitlines()[:MAX_BATCH_EVENTS]

    def advance(self, lines: list[bytes]) -> None:
        """Goes past ``lines``, the first of those that :meth:`peek` gave."""
        self._offset += sum(len(line) + 1 for line in lines)
        self.next_seq += len(lines)

    def go_to(self, seq: int) -> None:
        """Makes event ``seq`` the next one; never past the end of the file."""
        if seq < self.next_seq:
            self._offset, self.next_seq = 0, 1
        while self.next_seq < seq and (lines := self.peek()):
            self.advance(lines[: seq - self.next_seq])
