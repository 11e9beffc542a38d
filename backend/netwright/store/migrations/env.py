"""What Alembic runs for each command; the engine comes from ``store.migrate``."""

from alembic import context

from netwright.store.tables import Row

engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Row.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
