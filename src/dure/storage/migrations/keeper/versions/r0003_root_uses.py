"""root uses"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "keeper_root_uses",
        sa.Column("root_id", sa.String(length=64), nullable=False),
        sa.Column("asset_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("root_id", "asset_id", name=op.f("pk_keeper_root_uses")),
    )
