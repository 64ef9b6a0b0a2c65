"""Tables of the executor's own store, beside the ledger's. Nobody but the executor writes them.

Documents are canonical JSON as it was signed; the columns beside them only find rows. Details have no
foreign key on purpose: what explains the ledger must not stand in the way of anything.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, String, Table, Text

from dure.governance.decisions import NEXT, State
from dure.governance.ledger.tables import METADATA

_ENDED = sorted(state for state in State if not NEXT[state])
_CLOSED = ", ".join(f"'{state}'" for state in _ENDED)
_STATES = ", ".join(f"'{state}'" for state in State)

CHARTERS = Table(
    "governance_charters",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", String(80), nullable=False, unique=True),
    Column("document", Text, nullable=False),
    Column("pinned_s", BigInteger, nullable=False),
)

REQUESTS = Table(
    "governance_requests",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("digest", String(80), nullable=False, unique=True),
    Column("action", String(128), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("reason", String(32), nullable=False, default=""),
    Column("document", Text, nullable=False),
    Column("created_s", BigInteger, nullable=False),
    Column("closed_s", BigInteger),
    CheckConstraint(f"state IN ({_STATES})", name="state"),
    CheckConstraint(f"(state IN ({_CLOSED})) = (closed_s IS NOT NULL)", name="closed"),
)

VOTES = Table(
    "governance_votes",
    METADATA,
    Column("request_id", ForeignKey("governance_requests.id"), primary_key=True),
    Column("voter", String(128), primary_key=True),
    Column("choice", String(16), primary_key=True),
    Column("document", Text, nullable=False),
    Column("received_s", BigInteger, nullable=False),
)

PERMITS = Table(
    "governance_permits",
    METADATA,
    Column("request_id", ForeignKey("governance_requests.id"), primary_key=True),
    Column("document", Text, nullable=False),
    Column("claimed_by", String(200)),
    Column("claimed_s", BigInteger),
    Column("outcome", Text),
    Column("settled_s", BigInteger),
    CheckConstraint("(claimed_by IS NULL) = (claimed_s IS NULL)", name="claimed"),
    CheckConstraint("(outcome IS NULL) = (settled_s IS NULL)", name="settled"),
    CheckConstraint("settled_s IS NULL OR claimed_s IS NOT NULL", name="settled_after_claim"),
)

RELEASES = Table(
    "governance_releases",
    METADATA,
    Column("kind", String(32), primary_key=True),
    Column("digest", String(80), primary_key=True),
    Column("request_id", ForeignKey("governance_requests.id"), nullable=False),
    Column("released_s", BigInteger, nullable=False),
)

DETAILS = Table(
    "governance_details",
    METADATA,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("salt", String(32), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("detail", Text, nullable=False),
)

SECRETS = Table(
    "governance_secrets",
    METADATA,
    Column("name", String(32), primary_key=True),
    Column("value", String(64), nullable=False),
)

__all__ = [
    "CHARTERS",
    "DETAILS",
    "METADATA",
    "PERMITS",
    "RELEASES",
    "REQUESTS",
    "SECRETS",
    "VOTES",
]
