"""The store: the only place with SQL.  Writes go through one thread, reads through a few."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from netwright.store.engine import NUM_READERS, DatabaseUnusableError, build_engine, sqlite_path
from netwright.store.migrate import upgrade
from netwright.store.writer import Durability, Writer, telling_what_blocks

__all__ = ["Session", "Store"]

T = TypeVar("T")


class Store:
    """A database that is open.  Query functions of this package take the session that :meth:`read` and :meth:`write` give.

    Raises:
        DatabaseUrlError: ``url`` is not of a SQLite file.
        DatabaseTooNewError: a newer version wrote the database.
        DatabaseUnusableError: the file is damaged or held by another program, or cannot be written.
    """

    def __init__(self, url: str) -> None:
        self.path: Path = sqlite_path(url)
        self._engine = build_engine(url)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.copy_kept = upgrade(self._engine)
        except (DatabaseError, sqlite3.Error, OSError) as error:
            self._engine.dispose()
            reason = error.orig if isinstance(error, DatabaseError) else error
            raise DatabaseUnusableError(
                f"The database {self.path} cannot be opened: {reason}. It may be damaged, held by another program, or on a "
                "disk that is full or cannot be written. Copies from before an update lie beside it "
                f"({self.path.name}.before-...); NETWRIGHT_HOME names another data folder."
            ) from error
        self._writer = Writer(self._engine)
        self._readers = ThreadPoolExecutor(NUM_READERS, thread_name_prefix="store-reader")

    async def write(self, function: Callable[[Session], T], *, durability: Durability = "FULL") -> T:
        """Runs ``function`` in a transaction on the writer's thread and gives what it returns, once it is committed.

        Raises:
            StoreClosedError: the store is closing.
            StoreBlockedError: the disk is full, another program held the file for long, or it cannot be written.
            Exception: whatever ``function`` raised; then nothing was written.
        """
        return await self._writer.write(function, durability)

    async def read(self, function: Callable[[Session], T]) -> T:
        """Runs ``function`` on a reader's thread, in one consistent view of the database."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, function)

    def write_now(self, function: Callable[[Session], T], *, durability: Durability = "FULL") -> T:
        """Like :meth:`write` for callers without an event loop."""
        return self._writer.submit(function, durability).result()

    def read_now(self, function: Callable[[Session], T]) -> T:
        """Like :meth:`read` for callers without an event loop."""
        with telling_what_blocks(), Session(self._engine, expire_on_commit=False) as session:
            return function(session)

    def close(self) -> None:
        """Waits for every write that was accepted, then lets go of the file."""
        self._writer.close()
        self._readers.shutdown()
        self._engine.dispose()
