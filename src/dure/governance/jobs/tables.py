"""Tables of the queue, in the node's own store. No time in them is ever part of a result."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)

from dure.governance.jobs.job import ENDED, Stage
from dure.storage.database import NAMING

METADATA = MetaData(naming_convention=NAMING)

_STAGES = ", ".join(f"'{stage}'" for stage in Stage)
_CLOSED = ", ".join(f"'{stage}'" for stage in sorted(ENDED))
_LIVE = text("state IN ('queued', 'running', 'done')")

JOBS = Table(
    "governance_jobs",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("number", BigInteger, nullable=False, unique=True),
    Column("kind", String(64), nullable=False),
    Column("key", String(80), nullable=False),
    Column("agency", String(128), nullable=False),
    Column("arguments", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("lost", Integer, nullable=False),
    Column("progress", String(32), nullable=False),
    Column("put_by", String(255), nullable=False),
    Column("put_s", BigInteger, nullable=False),
    Column("engine", String(32)),
    Column("native_id", String(128)),
    Column("worker", String(255)),
    Column("lease_ends_s", BigInteger),
    Column("begun_s", BigInteger),
    Column("cancel_by", String(255)),
    Column("cancel_s", BigInteger),
    Column("ended_s", BigInteger),
    Column("reason", String(64), nullable=False),
    Column("result", Text),
    CheckConstraint(f"state IN ({_STAGES})", name="state"),
    CheckConstraint(f"(state IN ({_CLOSED})) = (ended_s IS NOT NULL)", name="ended"),
    CheckConstraint("(state = 'running') = (worker IS NOT NULL)", name="held"),
    CheckConstraint("(worker IS NULL) = (lease_ends_s IS NULL)", name="leased"),
    CheckConstraint("(state = 'done') = (result IS NOT NULL)", name="resulted"),
    CheckConstraint("(cancel_by IS NULL) = (cancel_s IS NULL)", name="cancel"),
    CheckConstraint("attempt >= 0", name="attempted"),
    CheckConstraint("lost >= 0", name="lost"),
    Index(None, "state", "agency", "number"),
    Index(
        "uq_governance_jobs_live",
        "kind",
        "key",
        unique=True,
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    ),
)
"""``number`` is the order in which jobs came; of one kind and key there is one that lives or is done."""

SERVED = Table(
    "governance_jobs_served",
    METADATA,
    Column("agency", String(128), primary_key=True),
    Column("turn", BigInteger, nullable=False),
)
"""When each agency was last served, in turns."""
