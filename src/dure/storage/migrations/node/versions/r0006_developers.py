"""developers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("trials_submissions") as batch:
        batch.add_column(sa.Column("developer", sa.String(length=128), nullable=True))
