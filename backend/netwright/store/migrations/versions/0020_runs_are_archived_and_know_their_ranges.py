"""Runs are archived, and know between which values their metrics moved."""

import sqlalchemy as sa
from alembic import op

from netwright.store.points import Points
from netwright.store.ranges import MetricRange, dump_ranges, widen

revision = '0020'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('runs', sa.Column('archived', sa.Double(), nullable=True))
    op.add_column('runs', sa.Column('ranges', sa.Text(), nullable=False, server_default='{}'))
    connection = op.get_bind()
    for (run_id,) in connection.execute(sa.text('SELECT id FROM runs')).fetchall():
        ranges: dict[str, MetricRange] = {}
        chunks = connection.execute(
            sa.text('SELECT name, points, data FROM metric_chunks WHERE run_id = :run ORDER BY name, position'),
            {'run': run_id},
        )
        for name, points, data in chunks:
            widen(ranges, name, Points.from_bytes(data, points))
        connection.execute(
            sa.text('UPDATE runs SET ranges = :ranges WHERE id = :run'), {'ranges': dump_ranges(ranges), 'run': run_id}
        )
