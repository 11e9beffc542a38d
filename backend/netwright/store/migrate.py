"""Brings the database to the newest shape, step by step, and keeps a copy from before."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from netwright.store.engine import DatabaseUnusableError, sqlite_path

_SCRIPTS = Path(__file__).parent / "migrations"


class DatabaseTooNewError(DatabaseUnusableError):
    """The database was written by a newer version of Netwright; nothing was changed."""


def alembic_config(engine: Engine) -> Config:
    """Alembic's configuration, made here so that there is no file to find."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["engine"] = engine
    return config


def current_revision(engine: Engine) -> str | None:
    """The revision the database stands at, None where it is new."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine) -> Path | None:
    """Runs the migrations that are missing; gives the copy that was kept, None where none was needed.

    The copy is ``netwright.db.before-<revision>`` beside the database, made by SQLite's own backup, so that it is whole
    even while another process reads.

    Raises:
        DatabaseTooNewError: the database stands at a revision that this version does not know.
    """
    config = alembic_config(engine)
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head()
    current = current_revision(engine)
    if current == head:
        return None
    if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
        raise DatabaseTooNewError(
            f"The database stands at revision {current}, which this version of Netwright does not know. "
            "Start the newer version that wrote it, or set NETWRIGHT_HOME to another folder."
        )
    with engine.connect() as connection:
        is_new = not inspect(connection).get_table_names()
    copy = None if is_new else _back_up(sqlite_path(str(engine.url)), str(head))
    command.upgrade(config, "head")
    return copy


def _back_up(database: Path, revision: str) -> Path:
    target = database.with_name(f"{database.name}.before-{revision}")
    partial = target.with_name(f"{target.name}.partial")
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(partial)) as copy:
        source.backup(copy)
    shutil.move(partial, target)
    return target
