"""Tables of the asset catalogue, in the node's store.

Terms of labels stand in rows of their own, so that "all that X may see" is one SQL filter.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from dure.storage.database import NAMING

METADATA = MetaData(naming_convention=NAMING)

PARTS = ("category", "releasable", "purpose", "owner")

ASSETS = Table(
    "storage_assets",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("media_type", String(128), nullable=False),
    Column("schema_id", String(128), nullable=False),
    Column("owner", String(63), nullable=False),
    Column("grade", Integer, nullable=False),
    Column("releasable_all", Boolean, nullable=False),
    Column("purposes_all", Boolean, nullable=False),
    Column("label_text", Text, nullable=False),
    Column("policy", String(128), nullable=False),
    Column("producer", String(128), nullable=False),
    Column("name", String(255), nullable=False),
    Column("created_at", String(20), nullable=False),
    Column("created_by", String(255), nullable=False),
    Column("withdrawn_at", String(20), nullable=True),
    Column("withdrawn_by", String(255), nullable=True),
    CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn"),
    CheckConstraint("grade >= 0", name="grade"),
    Index(None, "kind", "created_at"),
    Index(None, "name"),
)

TERMS = Table(
    "storage_asset_terms",
    METADATA,
    Column("asset_id", ForeignKey("storage_assets.id"), primary_key=True),
    Column("part", String(16), primary_key=True),
    Column("term", String(63), primary_key=True),
    CheckConstraint("part IN ('category', 'releasable', 'purpose', 'owner')", name="part"),
    Index(None, "part", "term"),
)

PARENTS = Table(
    "storage_asset_parents",
    METADATA,
    Column("asset_id", ForeignKey("storage_assets.id"), primary_key=True),
    # No foreign key: a parent may live at another agency's node.
    Column("parent_id", String(64), primary_key=True, index=True),
    Column("position", Integer, nullable=False),
)

FACTS = Table(
    "storage_asset_facts",
    METADATA,
    Column("asset_id", ForeignKey("storage_assets.id"), primary_key=True),
    Column("name", String(128), primary_key=True),
    Column("value", Text, nullable=False),
)
