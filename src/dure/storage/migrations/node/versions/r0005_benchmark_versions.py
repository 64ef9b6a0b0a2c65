"""benchmark versions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLE = "trials_benchmarks"


def upgrade() -> None:
    with op.batch_alter_table(_TABLE) as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("dummy_id", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("closed_reason", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("closed_at", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("closed_by", sa.String(length=128), nullable=True))
    # Until now those of one name were told apart by their ids alone: they follow each other in time.
    op.execute(
        "UPDATE trials_benchmarks SET version = (SELECT count(*) FROM trials_benchmarks AS other "
        "WHERE other.name = trials_benchmarks.name AND (other.prepared_at, other.asset_id) <= "
        "(trials_benchmarks.prepared_at, trials_benchmarks.asset_id))"
    )
    with op.batch_alter_table(_TABLE) as batch_op:
        batch_op.alter_column("version", existing_type=sa.Integer(), nullable=False)
        batch_op.create_unique_constraint(
            op.f("uq_trials_benchmarks_name_version"), ["name", "version"]
        )
        batch_op.create_check_constraint(
            op.f("ck_trials_benchmarks_version_positive"), "version > 0"
        )
        for other in ("closed_by", "closed_reason"):
            batch_op.create_check_constraint(
                op.f(f"ck_trials_benchmarks_closed_at_{other}"),
                f"(closed_at IS NULL) = ({other} IS NULL)",
            )
