"""Names for revisions."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('network_revisions', sa.Column('label', sa.Text(), nullable=True))
