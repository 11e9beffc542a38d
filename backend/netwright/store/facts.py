"""What can be said of a database without changing it."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass

from alembic.script import ScriptDirectory

from netwright.store.engine import build_engine, sqlite_path
from netwright.store.migrate import alembic_config


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """``fault`` is a sentence where something is wrong; a database that is not there yet is no fault."""

    path: str
    num_bytes: int | None
    revision: str | None
    newest: str | None
    num_runs: int
    fault: str | None


def read_facts(url: str) -> DatabaseFacts:
    """Looks at the database behind ``url``, read-only.

    Raises:
        DatabaseUrlError: the URL is not of a SQLite file.
    """
    path = sqlite_path(url)
    engine = build_engine(url)
    newest = ScriptDirectory.from_config(alembic_config(engine)).get_current_head()
    engine.dispose()
    if not path.exists():
        return DatabaseFacts(str(path), None, None, newest, 0, None)
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or (None,)
            (num_runs,) = connection.execute("SELECT count(*) FROM runs").fetchone()
    except sqlite3.Error as error:
        return DatabaseFacts(str(path), path.stat().st_size, None, newest, 0, f"It cannot be read: {error}.")
    fault = None if verdict == "ok" else f"It is damaged: {verdict}. Restore a copy."
    return DatabaseFacts(str(path), path.stat().st_size, revision, newest, num_runs, fault)
