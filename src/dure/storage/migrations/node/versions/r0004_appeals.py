"""appeals"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trials_appeals",
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("agency", sa.String(length=128), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.String(length=20), nullable=False),
        sa.Column("asked_by", sa.String(length=128), nullable=False),
        sa.Column("ruling", sa.String(length=16), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.String(length=20), nullable=True),
        sa.Column("answered_by", sa.String(length=128), nullable=True),
        sa.CheckConstraint("ruling IN ('stands', 'again')", name=op.f("ck_trials_appeals_ruling")),
        sa.CheckConstraint(
            "(ruling IS NULL) = (answered_at IS NULL)",
            name=op.f("ck_trials_appeals_ruling_answered_at"),
        ),
        sa.CheckConstraint(
            "(ruling IS NULL) = (answered_by IS NULL)",
            name=op.f("ck_trials_appeals_ruling_answered_by"),
        ),
        sa.CheckConstraint(
            "(ruling IS NULL) = (words IS NULL)", name=op.f("ck_trials_appeals_ruling_words")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["trials_runs.id"], name=op.f("fk_trials_appeals_run_id_trials_runs")
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_trials_appeals")),
    )
