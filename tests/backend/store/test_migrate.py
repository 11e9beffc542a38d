"""Migrations: from nothing to the models, with a copy from before, and never backwards."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from netwright.store import engine
from netwright.store.engine import DatabaseUnusableError, DatabaseUrlError, build_engine
from netwright.store.migrate import DatabaseTooNewError, alembic_config, current_revision, upgrade
from netwright.store.store import Store
from netwright.store.tables import Row


def test_upgrade_when_the_database_is_new_gives_what_the_models_say(url: str) -> None:
    engine = build_engine(url)
    assert upgrade(engine) is None
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Row.metadata) == []
    engine.dispose()


def test_upgrade_when_run_again_changes_nothing_and_keeps_no_copy(store: Store, url: str) -> None:
    assert store.copy_kept is None
    again = Store(url)
    assert again.copy_kept is None
    again.close()
    assert not list(store.path.parent.glob("*.before-*"))


def test_upgrade_when_the_database_is_older_keeps_a_copy_first(url: str) -> None:
    store = Store(url)
    path = store.path
    store.close()
    with closing(sqlite3.connect(path)) as connection:  # as one that was made before the first migration
        connection.executescript(
            "DROP TABLE alembic_version; CREATE TABLE keepsake (x); INSERT INTO keepsake VALUES (7);"
        )
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'keepsake'")
        for (name,) in tables.fetchall():
            if not name.startswith("sqlite_"):
                connection.execute(f"DROP TABLE IF EXISTS {name}")
        connection.commit()
    store = Store(url)
    head = ScriptDirectory.from_config(alembic_config(store._engine)).get_current_head()
    assert store.copy_kept == path.with_name(f"netwright.db.before-{head}")
    with closing(sqlite3.connect(store.copy_kept)) as copy:
        assert copy.execute("SELECT x FROM keepsake").fetchall() == [(7,)]
        assert copy.execute("SELECT count(*) FROM sqlite_master WHERE name = 'runs'").fetchone() == (0,)
    assert current_revision(store._engine) == head
    store.close()


def test_upgrade_when_a_newer_version_wrote_the_database_refuses_and_touches_nothing(url: str) -> None:
    store = Store(url)
    store.close()
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(DatabaseTooNewError, match="9999"):
        Store(url)
    assert not list(store.path.parent.glob("*.before-*"))


def test_store_when_the_file_is_damaged_or_held_by_another_program_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(b"no database at all" * 500)
    with pytest.raises(DatabaseUnusableError, match=r"damaged.db cannot be opened: file is not a database\."):
        Store(f"sqlite:///{damaged}")
    assert damaged.read_bytes() == b"no database at all" * 500
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(DatabaseUnusableError, match="unable to open database file"):
        Store(f"sqlite:///{tmp_path / 'folder.db'}")
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_SECONDS", 0.05)
    with closing(sqlite3.connect(tmp_path / "held.db")) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseUnusableError, match="database is locked"):
            Store(f"sqlite:///{tmp_path / 'held.db'}")


@pytest.mark.parametrize(
    "url", ["postgresql://u:secret@h/db", "sqlite://", "sqlite:///:memory:", "secret", "sqlite:/secret"]
)
def test_store_when_the_url_is_no_sqlite_file_says_what_it_may_be(url: str) -> None:
    with pytest.raises(DatabaseUrlError, match="SQLite file") as caught:
        Store(url)
    assert "secret" not in str(caught.value)
