"""The tables refuse every change but an append, on both engines."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dure.governance.ledger import notes
from dure.governance.ledger.check import fsck
from dure.governance.ledger.log import Ledger
from dure.governance.ledger.note_keys import COSIGNATURE, NoteKey
from dure.governance.ledger.tables import METADATA, TRIGGERS
from dure.storage.database import Database
from tests.governance.ledger.ledgers import Keys, entries

REFUSED = [
    "UPDATE governance_ledger_entries SET data = :x WHERE position = 3",
    "UPDATE governance_ledger_entries SET checkpoint = NULL",
    "DELETE FROM governance_ledger_entries WHERE position = 299",
    "DELETE FROM governance_ledger_entries",
    "UPDATE governance_ledger_tiles SET root = :root",
    "DELETE FROM governance_ledger_tiles",
    "UPDATE governance_ledger_cosignatures SET line = 'x'",
    "DELETE FROM governance_ledger_cosignatures",
    "INSERT INTO governance_ledger_entries (position, data) VALUES (3, :x)",
    (
        "INSERT INTO governance_ledger_entries (position, data) VALUES (3, :x) "
        "ON CONFLICT (position) DO UPDATE SET data = excluded.data"
    ),
    "INSERT INTO governance_ledger_entries (position, data) VALUES (-1, :x)",
    "INSERT INTO governance_ledger_entries (position, data) VALUES (300, :large)",
]
SQLITE = [
    "INSERT OR REPLACE INTO governance_ledger_entries (position, data) VALUES (3, :x)",
    (
        "REPLACE INTO governance_ledger_tiles (level, number, root, hashes) SELECT level, number, :root, "
        "hashes FROM governance_ledger_tiles"
    ),
    (
        "REPLACE INTO governance_ledger_cosignatures (size, name, line) SELECT size, name, 'x' "
        "FROM governance_ledger_cosignatures"
    ),
    "UPDATE OR REPLACE governance_ledger_entries SET position = 3 WHERE position = 4",
]
POSTGRES = [
    "TRUNCATE governance_ledger_entries",
    "TRUNCATE governance_ledger_tiles",
    "TRUNCATE governance_ledger_cosignatures",
]


def test_only_appends_are_accepted(ledger: Ledger, db: Database) -> None:
    appended = ledger.append(entries(300))
    witness = Keys("witness")
    cosigner = NoteKey("navy.example/witness", COSIGNATURE, witness.public)
    note = notes.cosign(notes.parse_note(appended.note), cosigner, witness.sign, 1)
    ledger.add_cosignature(str(note), cosigner)
    values = {"x": b"x", "root": bytes(32), "large": bytes(65_536)}
    for statement in REFUSED + (SQLITE if db.sqlite else POSTGRES):
        with pytest.raises(DBAPIError), db.write() as connection:
            connection.execute(text(statement), values)
    with db.write() as connection:  # the positive control: the same table takes the next row
        connection.execute(
            text("INSERT INTO governance_ledger_entries (position, data) VALUES (300, :x)"), values
        )
        connection.rollback()
    assert fsck(ledger).size == 300


def test_making_the_tables_again_changes_nothing(ledger: Ledger, db: Database) -> None:
    ledger.append(entries(1))
    with db.write() as connection:
        METADATA.create_all(connection)
        for statement in TRIGGERS[db.engine.dialect.name]:  # as a migration does
            connection.exec_driver_sql(statement)
    assert fsck(ledger).size == 1
