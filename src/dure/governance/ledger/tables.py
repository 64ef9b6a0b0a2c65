"""Tables of the ledger, in the executor's store, and the triggers that keep them append-only.

Entries are rows, and the last entry of a batch carries the checkpoint that was signed over the tree
it completes: so an append of one entry changes one page, and the last row always tells the head.
A tile is one row, written once when its 256 hashes are complete. The hashes of unfinished tiles are
not stored: they follow from the last entries and the roots of full tiles (`tree.restore_edge`).

The triggers stop mistakes and an attacker who may only run statements. Who owns the file can drop
them; against that person stand the signed checkpoints, wherever they were carried.
"""

from __future__ import annotations

from types import MappingProxyType

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    event,
)

from dure.governance.ledger.merkle import HASH_BYTES
from dure.governance.ledger.tiles import MAX_ENTRY_BYTES, TILE_WIDTH
from dure.storage.database import NAMING

METADATA = MetaData(naming_convention=NAMING)

_NUMBER = BigInteger().with_variant(Integer, "sqlite")  # so that SQLite's own row id is the key

ENTRIES = Table(
    "governance_ledger_entries",
    METADATA,
    Column("position", _NUMBER, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
    Column("checkpoint", Text),
    CheckConstraint("position >= 0", name="position"),
    CheckConstraint(f"length(data) <= {MAX_ENTRY_BYTES}", name="data"),
)

TILES = Table(
    "governance_ledger_tiles",
    METADATA,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),  # before the hashes: SQLite then reads it alone
    Column("hashes", LargeBinary, nullable=False),
    CheckConstraint(f"length(root) = {HASH_BYTES}", name="root"),
    CheckConstraint(f"length(hashes) = {HASH_BYTES * TILE_WIDTH}", name="hashes"),
)

COSIGNATURES = Table(
    "governance_ledger_cosignatures",
    METADATA,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("line", Text, nullable=False),
)


def _sqlite_guards(table: str, key: str) -> list[str]:
    trigger = f"CREATE TRIGGER IF NOT EXISTS {table}"
    refuse = f"BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END"
    # REPLACE deletes without firing delete triggers, so an insert over a row is refused as well.
    over = f"EXISTS (SELECT 1 FROM {table} WHERE {key})"  # noqa: S608 - names of this module
    return [
        f"{trigger}_no_update BEFORE UPDATE ON {table} {refuse}",
        f"{trigger}_no_delete BEFORE DELETE ON {table} {refuse}",
        f"{trigger}_no_replace BEFORE INSERT ON {table} WHEN {over} {refuse}",
    ]


def _postgres_guards(table: str) -> list[str]:
    trigger = f"CREATE OR REPLACE TRIGGER {table}"
    refuse = "EXECUTE FUNCTION governance_ledger_refuse()"
    return [
        f"{trigger}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {refuse}",
        f"{trigger}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
    ]


_KEYS = {
    ENTRIES.name: "position = NEW.position",
    TILES.name: "level = NEW.level AND number = NEW.number",
    COSIGNATURES.name: "size = NEW.size AND name = NEW.name",
}
_REFUSE = (
    "CREATE OR REPLACE FUNCTION governance_ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION USING MESSAGE = 'append-only: ' || TG_TABLE_NAME; END $$"
)

TRIGGERS = MappingProxyType(
    {
        "sqlite": tuple(
            statement for table, key in _KEYS.items() for statement in _sqlite_guards(table, key)
        ),
        "postgresql": (
            _REFUSE,
            *(statement for table in _KEYS for statement in _postgres_guards(table)),
        ),
    }
)
"""Statements that make the tables append-only, by SQLAlchemy dialect, for a migration to run."""


def _guard(_: object, connection: Connection, **__: object) -> None:
    for statement in TRIGGERS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


event.listen(METADATA, "after_create", _guard)
