"""patches and retention"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "keeper_holds",
        sa.Column("asset_id", sa.String(length=64), nullable=False),
        sa.Column("held", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("asset_id", name=op.f("pk_keeper_holds")),
    )
    op.create_table(
        "keeper_withdrawals",
        sa.Column("asset_id", sa.String(length=64), nullable=False),
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.Column("withdrawn", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("asset_id", name=op.f("pk_keeper_withdrawals")),
    )
    # Until now every page was kept as it is, in a file of its own name.
    with op.batch_alter_table("storage_vault_pages") as batch_op:
        batch_op.add_column(sa.Column("file", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("packing", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("base_id", sa.String(length=32), nullable=True))
    op.execute("UPDATE storage_vault_pages SET file = id, packing = 0")
    with op.batch_alter_table("storage_vault_pages") as batch_op:
        batch_op.alter_column("file", existing_type=sa.String(length=32), nullable=False)
        batch_op.alter_column("packing", existing_type=sa.Integer(), nullable=False)
        batch_op.create_index(op.f("ix_storage_vault_pages_base_id"), ["base_id"], unique=False)
        batch_op.create_unique_constraint(op.f("uq_storage_vault_pages_file"), ["file"])
        batch_op.create_check_constraint(
            op.f("ck_storage_vault_pages_patched"), "(packing = 2) = (base_id IS NOT NULL)"
        )
