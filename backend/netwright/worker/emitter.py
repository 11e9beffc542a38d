"""Events leave the training thread as list appends; a thread writes them to the spool every 50 ms."""

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import orjson

from netwright.language import say, to_stored
from netwright.training.reporting import Progress, to_scalar
from netwright.worker.spool import MAX_LINE_BYTES, SpoolWriter

FLUSH_SECONDS = 0.05
MAX_PENDING_BYTES = 16 * 2**20
"""What may wait in memory for a disk that does not take it."""

MAX_TEXT = 100_000
"""Characters of a sentence about an end, which must not be left out however long it is."""


class Emitter:
    """``emit(type, **fields)`` for the loop.  ``on_flush`` is called after lines have reached the spool.

    Emitting costs about a microsecond: it makes no event, only keeps its fields and the time.  Where the disk takes nothing
    for so long that ``MAX_PENDING_BYTES`` wait, who emits waits for it as well: nothing is lost, and memory does not grow.
    """

    def __init__(
        self,
        spool: SpoolWriter,
        run: str,
        attempt: int,
        progress: Progress,
        on_flush: Callable[[], None] = lambda: None,
    ) -> None:
        self._spool, self._run, self._attempt, self._progress = spool, run, attempt, progress
        self._on_flush = on_flush
        self._pending: deque[tuple[str, float, float, dict[str, Any]]] = deque()
        self._pending_bytes = 0
        self._counting = threading.Lock()
        self._began = time.monotonic()
        self._flushing = threading.Lock()
        self._stopping = threading.Event()
        self.seq = 0
        self.has_said_hello = False
        self.error: OSError | None = None
        self._thread = threading.Thread(target=self._work, name="emitter", daemon=True)
        self._thread.start()

    def __call__(self, type: str, /, **fields: Any) -> None:  # noqa: A002  (the wire's word)
        if type == "hello":
            self.has_said_hello = True
        elapsed = self._progress.elapsed + time.monotonic() - self._began
        weight = _weigh(fields)
        with self._counting:
            self._pending.append((type, time.time(), elapsed, fields))
            self._pending_bytes += weight
            is_full = self._pending_bytes > MAX_PENDING_BYTES
        if is_full:
            self.flush()

    def start_clock(self) -> None:
        """Training begins now: ``elapsed`` counts from here, on top of what earlier attempts took."""
        self._began = time.monotonic()

    def _work(self) -> None:
        while not self._stopping.wait(FLUSH_SECONDS):
            self.flush()
        self.flush()

    def flush(self) -> None:
        """Writes to the spool whatever was emitted before this call; ``error`` says where that failed."""
        with self._flushing:
            has_written = self._write_pending()
        if has_written:
            self._on_flush()

    def _write_pending(self) -> bool:
        # Only what is there now: a training that emits faster than this encodes must not keep its lines from the disk.
        with self._counting:
            pending, self._pending, self._pending_bytes = self._pending, deque(), 0
        lines = [self._encode(*each) for each in pending]
        if not lines:
            return False
        try:
            self._spool.append(lines)
        except OSError as error:  # a full disk: training must not go on unseen, `entry` looks at this
            self.error = error
            return False
        return True

    def _encode(self, type: str, now: float, elapsed: float, fields: dict[str, Any]) -> bytes:  # noqa: A002
        self.seq += 1
        if type == "metrics":
            fields["values"] = {name: _finite(values) for name, values in fields["values"].items()}
        envelope = {"type": type, "run": self._run, "attempt": self._attempt, "seq": self.seq}
        envelope |= {"time": now, "elapsed": round(max(elapsed, 0.0), 6)}
        line = orjson.dumps({**envelope, **fields}, _whole, orjson.OPT_PASSTHROUGH_SUBCLASS)
        if len(line) < MAX_LINE_BYTES:
            return line
        return orjson.dumps(
            {**envelope, **_shortened(type, fields, len(line))}, _whole, orjson.OPT_PASSTHROUGH_SUBCLASS
        )

    def close(self) -> None:
        """Writes what is left and ends the thread; later events are lost."""
        self._stopping.set()
        self._thread.join()
        self._spool.close()


def _weigh(value: Any) -> int:
    """About how many bytes ``value`` takes in memory."""
    if isinstance(value, str):
        return 50 + len(value)
    if isinstance(value, dict):
        return 200 + sum(map(_weigh, value.values()))
    if isinstance(value, (list, tuple)):
        # A list of numbers is weighed by its first: most of what is emitted is thousands of them.
        return 60 + (
            sum(map(_weigh, value)) if value and isinstance(value[0], (list, tuple, dict, str)) else 32 * len(value)
        )
    return 32


def _shortened(type: str, fields: dict[str, Any], size: int) -> dict[str, Any]:  # noqa: A002
    """What is said instead of an event that would stop every later one: no server takes so long a line."""
    if type == "end":
        return {**fields, "message": str(fields["message"])[:MAX_TEXT]}
    message = say(
        "An event ({type}) of {size} MiB was left out: at most {most} MiB are sent.",
        type=type,
        size=-(-size >> 20),  # upwards
        most=MAX_LINE_BYTES >> 20,
    )
    return {"type": "log", "level": "warning", "message": message}


def _whole(value: Any) -> Any:
    """A sentence with its template: its readers' languages are not known here."""
    if isinstance(value, str):
        return to_stored(value)
    if isinstance(value, float):  # NumPy's is one
        return float(value)
    raise TypeError(f"{value!r} cannot be put into an event")


def _finite(values: list[float | None]) -> list[Any]:
    """JSON has no NaN: such values travel as strings."""
    if all(value is None or math.isfinite(value) for value in values):
        return values
    return [value if value is None else to_scalar(value) for value in values]
