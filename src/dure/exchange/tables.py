"""What the exchange keeps in the node's store: what it sent, what it received, where it stands.

An outbox row goes ``numbered`` → ``written``. It holds the whole header but the signature, and
names the sealed payload in the spool, so that every later attempt writes the same bytes. An inbox
row goes ``received`` → ``handled``; ``expired`` is an envelope that came too late to be used. Rows
are never deleted: they are what a replay is recognised by.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from dure.storage.database import NAMING

METADATA = MetaData(naming_convention=NAMING)

PEERS = Table(
    "exchange_peers",
    METADATA,
    Column("agency", String(63), primary_key=True),
    Column("last_sent", Integer, nullable=False),
    CheckConstraint("last_sent >= 0", name="number"),
)

OUTBOX = Table(
    "exchange_outbox",
    METADATA,
    Column("agency", String(63), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("key", String(128), nullable=False),
    Column("envelope_id", String(71), nullable=False, unique=True),
    Column("header", LargeBinary, nullable=False),
    Column("spool", String(64), nullable=False),
    Column("expires_at", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("numbered_at", Integer, nullable=False),
    Column("written_at", Integer),
    UniqueConstraint("agency", "kind", "key", name="uq_exchange_outbox_message"),
    CheckConstraint("state IN ('numbered', 'written')", name="state"),
    CheckConstraint("(state = 'written') = (written_at IS NOT NULL)", name="written"),
    CheckConstraint("number BETWEEN 1 AND 99999999", name="number"),
)

INBOX = Table(
    "exchange_inbox",
    METADATA,
    Column("agency", String(63), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("envelope_id", String(71), nullable=False, unique=True),
    Column("payload_digest", String(71), nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("received_at", Integer, nullable=False),
    Column("handled_at", Integer),
    CheckConstraint("state IN ('received', 'handled', 'expired')", name="state"),
    CheckConstraint("(state = 'handled') = (handled_at IS NOT NULL)", name="handled"),
    CheckConstraint("number BETWEEN 1 AND 99999999", name="number"),
)
