"""The one thread that writes to the database: callers await, closing drains."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any, Literal, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from netwright.store.engine import WRITES

T = TypeVar("T")

Durability = Literal["NORMAL", "FULL"]
"""SQLite's ``synchronous``: FULL survives a power cut once the call has returned; NORMAL may then lose the last writes."""


class StoreClosedError(RuntimeError):
    """The store is closing: nothing more is written."""


class StoreBlockedError(RuntimeError):
    """The system or another program stands against it: the disk is full (``is_full``), the file is held, or read-only.

    Nothing was changed; ``reason`` is SQLite's own.
    """

    def __init__(self, error: sqlite3.Error) -> None:
        super().__init__(str(error))
        self.reason = str(error)
        self.is_full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL


@contextmanager
def telling_what_blocks() -> Iterator[None]:
    """Raises :class:`StoreBlockedError` where it is not the statement that is at fault."""
    try:
        yield
    except OperationalError as error:
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # without what it is exactly
        if isinstance(error.orig, sqlite3.Error) and code in _BLOCKED:
            raise StoreBlockedError(error.orig) from error
        raise


_BLOCKED = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
)


class Writer:
    """Runs write functions one after another, each in a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._is_closed = False
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, function: Callable[[Session], T], durability: Durability) -> Future[T]:
        """Queues ``function``; its transaction is rolled back where it raises, and the future raises the same.

        Raises:
            StoreClosedError: :meth:`close` was called.
        """
        job = _Job(function, durability)
        with self._lock:
            if self._is_closed:
                raise StoreClosedError("The database is closed.")
            self._jobs.put(job)
        return job.future

    async def write(self, function: Callable[[Session], T], durability: Durability) -> T:
        """Like :meth:`submit`, awaited.  A cancelled caller does not take its write back."""
        return await asyncio.shield(asyncio.wrap_future(self.submit(function, durability)))

    def close(self) -> None:
        """Waits until everything queued is written; then nothing more is accepted."""
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        current: Durability | None = None
        with self._engine.connect().execution_options(**WRITES) as connection:
            while (job := self._jobs.get()) is not None:
                if job.durability != current:
                    # Only outside a transaction; straight to the driver, where no transaction is begun for it.
                    cursor = connection.connection.cursor()
                    cursor.execute(f"PRAGMA synchronous={job.durability}")
                    cursor.close()
                    current = job.durability
                with Session(connection, expire_on_commit=False) as session:
                    job.run(session)


class _Job:
    __slots__ = ("durability", "function", "future")

    def __init__(self, function: Callable[[Session], Any], durability: Durability) -> None:
        self.function = function
        self.durability: Durability = durability
        self.future: Future[Any] = Future()

    def run(self, session: Session) -> None:
        try:
            with telling_what_blocks(), session.begin():
                result = self.function(session)
        except BaseException as error:  # noqa: BLE001  the caller gets it through the future
            self.future.set_exception(error)
        else:
            self.future.set_result(result)
