"""What was done once: the example network of a first visit."""

import sqlalchemy as sa
from alembic import op

revision = '0070'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('firsts',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('network_id', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_firsts'))
    )
