"""Priority of waiting runs, and slots of devices."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('slots',
    sa.Column('device', sa.Text(), nullable=False),
    sa.Column('slots', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('device', name=op.f('pk_slots'))
    )
    op.add_column('runs', sa.Column('priority', sa.Integer(), server_default='0', nullable=False))
