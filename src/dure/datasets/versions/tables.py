"""Tables of the versions: which data set is which version of which series, and their tags."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from dure.storage.database import NAMING

METADATA = MetaData(naming_convention=NAMING)

VERSIONS = Table(
    "datasets_versions",
    METADATA,
    Column("series", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("asset_id", String(64), nullable=True),
    Column("note", Text, nullable=False),
    Column("claimant", String(255), nullable=True),
    UniqueConstraint("asset_id"),
    CheckConstraint("number > 0", name="numbered"),
    CheckConstraint("(asset_id IS NULL) = (claimant IS NOT NULL)", name="claimed_or_made"),
)
"""``series`` is the id of the first version. A row without an asset is a commit under way, which the
process ``claimant`` does; when that process is gone, the next commit takes the row over."""

TAGS = Table(
    "datasets_tags",
    METADATA,
    Column("series", String(64), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("asset_id", String(64), nullable=False),
    Column("tagged_at", String(20), nullable=False),
    Column("tagged_by", String(255), nullable=False),
)
