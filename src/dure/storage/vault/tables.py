"""Tables of a vault's index, in the keeper's store. One store holds one vault's index."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

from dure.storage.database import NAMING

METADATA = MetaData(naming_convention=NAMING)

VAULTS = Table(
    "storage_vaults",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("epoch", Integer, nullable=False),
    Column("grade", Integer, nullable=False),
    Column("identity_secret", LargeBinary, nullable=False),
    Column("handle_secret", LargeBinary, nullable=False),
    CheckConstraint("number = 1", name="one_vault"),
    CheckConstraint("grade >= 0", name="graded"),
)

PAGES = Table(
    "storage_vault_pages",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("identity", LargeBinary, nullable=False, unique=True),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("uses", BigInteger, nullable=False),
    Column("file", String(32), nullable=False, unique=True),
    Column("packing", Integer, nullable=False),
    Column("base_id", String(32), nullable=True, index=True),
    CheckConstraint("uses > 0", name="used"),
    CheckConstraint("(packing = 2) = (base_id IS NOT NULL)", name="patched"),
    CheckConstraint("size > 0", name="filled"),
)

"""``file`` is the page's file, ``packing`` how its content is kept there (`Packing`), ``base_id`` the page
that it is a patch on: one that versions use, and that is no patch itself."""

VERSIONS = Table(
    "storage_vault_versions",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("handle", String(64), nullable=True, unique=True),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("pages", BigInteger, nullable=False),
    Column("sealed_facts", LargeBinary, nullable=True),
    CheckConstraint("(handle IS NULL) = (sealed_facts IS NULL)", name="draft_or_version"),
)

REFERENCES = Table(
    "storage_vault_references",
    METADATA,
    Column(
        "version_id",
        String(32),
        ForeignKey("storage_vault_versions.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("sealed_pages", LargeBinary, nullable=False),
)
