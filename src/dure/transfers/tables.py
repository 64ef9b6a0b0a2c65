"""What the room keeps in the node's store: transfers asked for, and bundles taken in."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, MetaData, String, Table, Text

from dure.storage.database import NAMING

METADATA = MetaData(naming_convention=NAMING)

REQUESTS = Table(
    "transfers_requests",
    METADATA,
    Column("request_id", String(16), primary_key=True),
    Column("asset_id", String(64), nullable=False),
    Column("agency", String(63), nullable=False),
    Column("target", Text, nullable=False),
    Column("requested_at", String(20), nullable=False),
    Column("requested_by", String(128), nullable=False),
    Column("bundle", String(128)),
    Column("bundle_digest", String(71)),
    Column("sealed_at", String(20)),
    Column("sealed_by", String(128)),
    CheckConstraint("(sealed_at IS NULL) = (sealed_by IS NULL)", name="sealed_at_sealed_by"),
    CheckConstraint("(sealed_at IS NULL) = (bundle_digest IS NULL)", name="sealed_at_digest"),
    CheckConstraint("(sealed_at IS NULL) = (bundle IS NULL)", name="sealed_at_bundle"),
)

IMPORTS = Table(
    "transfers_imports",
    METADATA,
    Column("request_digest", String(71), primary_key=True),
    Column("sender", String(63), nullable=False),
    Column("request_id", String(16), nullable=False),
    Column("asset_id", String(64), nullable=False),
    Column("imported_at", String(20), nullable=False),
    Column("imported_by", String(128), nullable=False),
)
