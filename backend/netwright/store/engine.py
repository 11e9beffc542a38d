"""The SQLite engine: WAL, foreign keys on, transactions begun by us and not by the driver's guess."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

BUSY_TIMEOUT_SECONDS = 30.0
"""How long a second process (``netwright export``, ``doctor``) waits for the writer."""

NUM_READERS = 4

WRITES = {"netwright_writes": True}
"""Execution options of a connection whose transactions write: they take SQLite's lock when they begin.

One that began by reading could not wait for another program that holds it: SQLite fails such a one at once.
"""


class DatabaseUnusableError(RuntimeError):
    """The database cannot be opened; the message says why and what to do.  Nothing was changed."""


class DatabaseUrlError(DatabaseUnusableError):
    """The database's URL cannot be used; the message says what it may be."""


def sqlite_path(url: str) -> Path:
    """The file behind a ``sqlite:///`` URL.

    Raises:
        DatabaseUrlError: the URL is not of a SQLite file.
    """
    wanted = "NETWRIGHT_DATABASE_URL must name a SQLite file, such as sqlite:////srv/netwright/netwright.db"
    try:
        parsed = make_url(url)
    except ArgumentError as error:  # what stands there may hold a password
        raise DatabaseUrlError(f"{wanted}; what it holds is no such address.") from error
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise DatabaseUrlError(f"{wanted}, not {parsed.render_as_string(hide_password=True)}.")
    return Path(parsed.database)


def build_engine(url: str) -> Engine:
    """An engine for readers and the one writer.

    Raises:
        DatabaseUrlError: the URL is not of a SQLite file.
    """
    sqlite_path(url)
    engine = create_engine(
        url,
        pool_size=NUM_READERS + 1,
        max_overflow=2,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself; _on_begin does
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA cache_size=-16000")
    cursor.close()


def _on_begin(connection: Any) -> None:
    is_writing = connection.get_execution_options().keys() >= WRITES.keys()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")
