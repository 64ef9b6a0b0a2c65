"""What the keeper remembers of the assets in its vault: their labels, kinds and owners."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, MetaData, String, Table, Text

from dure.storage.database import NAMING

METADATA = MetaData(naming_convention=NAMING)

ASSETS = Table(
    "keeper_assets",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("media_type", String(128), nullable=False),
    Column("schema_id", String(128), nullable=False),
    Column("policy", String(64), nullable=False),
    Column("label", Text, nullable=False),
    Column("owner", String(64), nullable=False),
    Column("parents", Text, nullable=False),
    Column("producer", String(64), nullable=False),
    Column("size", BigInteger, CheckConstraint("size >= 0", name="size_positive"), nullable=False),
    Column("created", String(20), nullable=False),
)

TICKETS = Table(
    "keeper_tickets",
    METADATA,
    Column("nonce", String(32), primary_key=True),
    Column("expires", BigInteger, nullable=False, index=True),
)

CHARTERS = Table(
    "keeper_charters",
    METADATA,
    Column("version", Integer, primary_key=True),
    Column("document", Text, nullable=False),
)

WITHDRAWALS = Table(
    "keeper_withdrawals",
    METADATA,
    Column("asset_id", String(64), primary_key=True),
    Column("cause", String(64), nullable=False),
    Column("withdrawn", String(20), nullable=False),
)
"""``cause`` is the asset that somebody withdrew, and from which this one was reached."""

HOLDS = Table(
    "keeper_holds",
    METADATA,
    Column("asset_id", String(64), primary_key=True),
    Column("held", String(20), nullable=False),
)

ROOT_USES = Table(
    "keeper_root_uses",
    METADATA,
    Column("root_id", String(64), primary_key=True),
    Column("asset_id", String(64), primary_key=True),
)
"""``asset_id`` is what the keys of a purpose's root were given for (`dure.governance.roots`)."""
