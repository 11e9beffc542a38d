"""The events that hold the measured times of nodes are found without reading all others."""

import sqlalchemy as sa
from alembic import op

revision = '0080'
down_revision = '0070'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_events_times', 'events', ['run_id', 'cursor'], sqlite_where=sa.text("type = 'times'"))
