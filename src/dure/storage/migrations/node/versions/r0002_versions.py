"""versions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "datasets_tags",
        sa.Column("series", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("asset_id", sa.String(length=64), nullable=False),
        sa.Column("tagged_at", sa.String(length=20), nullable=False),
        sa.Column("tagged_by", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("series", "name", name=op.f("pk_datasets_tags")),
    )
    op.create_table(
        "datasets_versions",
        sa.Column("series", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("asset_id", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("claimant", sa.String(length=255), nullable=True),
        sa.CheckConstraint(
            "(asset_id IS NULL) = (claimant IS NOT NULL)",
            name=op.f("ck_datasets_versions_claimed_or_made"),
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_datasets_versions_numbered")),
        sa.PrimaryKeyConstraint("series", "number", name=op.f("pk_datasets_versions")),
        sa.UniqueConstraint("asset_id", name=op.f("uq_datasets_versions_asset_id")),
    )
