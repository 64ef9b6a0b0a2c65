"""jobs"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "governance_jobs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("agency", sa.String(length=128), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("progress", sa.String(length=32), nullable=False),
        sa.Column("put_by", sa.String(length=255), nullable=False),
        sa.Column("put_s", sa.BigInteger(), nullable=False),
        sa.Column("engine", sa.String(length=32), nullable=True),
        sa.Column("native_id", sa.String(length=128), nullable=True),
        sa.Column("worker", sa.String(length=255), nullable=True),
        sa.Column("lease_ends_s", sa.BigInteger(), nullable=True),
        sa.Column("begun_s", sa.BigInteger(), nullable=True),
        sa.Column("cancel_by", sa.String(length=255), nullable=True),
        sa.Column("cancel_s", sa.BigInteger(), nullable=True),
        sa.Column("ended_s", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'done') = (result IS NOT NULL)", name=op.f("ck_governance_jobs_resulted")
        ),
        sa.CheckConstraint(
            "(state = 'running') = (worker IS NOT NULL)", name=op.f("ck_governance_jobs_held")
        ),
        sa.CheckConstraint(
            "(state IN ('cancelled', 'done', 'failed')) = (ended_s IS NOT NULL)",
            name=op.f("ck_governance_jobs_ended"),
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')",
            name=op.f("ck_governance_jobs_state"),
        ),
        sa.CheckConstraint(
            "(cancel_by IS NULL) = (cancel_s IS NULL)", name=op.f("ck_governance_jobs_cancel")
        ),
        sa.CheckConstraint(
            "(worker IS NULL) = (lease_ends_s IS NULL)", name=op.f("ck_governance_jobs_leased")
        ),
        sa.CheckConstraint("attempt >= 0", name=op.f("ck_governance_jobs_attempted")),
        sa.CheckConstraint("lost >= 0", name=op.f("ck_governance_jobs_lost")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_governance_jobs")),
        sa.UniqueConstraint("number", name=op.f("uq_governance_jobs_number")),
    )
    with op.batch_alter_table("governance_jobs", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_governance_jobs_state_agency_number"),
            ["state", "agency", "number"],
            unique=False,
        )
        batch_op.create_index(
            "uq_governance_jobs_live",
            ["kind", "key"],
            unique=True,
            sqlite_where=sa.text("state IN ('queued', 'running', 'done')"),
            postgresql_where=sa.text("state IN ('queued', 'running', 'done')"),
        )

    op.create_table(
        "governance_jobs_served",
        sa.Column("agency", sa.String(length=128), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agency", name=op.f("pk_governance_jobs_served")),
    )
