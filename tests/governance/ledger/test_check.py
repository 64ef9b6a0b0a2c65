"""What was done to the database, past its triggers, is found by fsck or before the next append."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from dure.governance.ledger import merkle, notes
from dure.governance.ledger.check import fsck
from dure.governance.ledger.errors import LedgerError
from dure.governance.ledger.log import Ledger
from dure.governance.ledger.note_keys import ledger_key
from dure.governance.ledger.tables import TRIGGERS
from dure.storage.database import Database
from tests.governance.ledger.ledgers import (
    ORIGIN,
    Keys,
    entries,
    make_database,
    open_ledger,
    sqlite_url,
)


def force(db: Database, statement: str, **values: object) -> None:
    """Do what only the owner of the database can: change it with its triggers off."""
    with db.write() as connection:
        if db.sqlite:
            names = connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ).scalars()
            for name in names.all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(statement), values)
        for trigger in TRIGGERS[db.engine.dialect.name]:
            connection.exec_driver_sql(trigger)


def refuses(code: str, call: Callable[[], object]) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        call()
    assert caught.value.code == code, caught.value
    return caught.value


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    ledger.append(entries(300))
    ledger.append(entries(300, 300))
    assert fsck(ledger).size == 600
    return ledger


@pytest.mark.parametrize(
    ("code", "statement"),
    [
        ("ledger.edited", "UPDATE governance_ledger_entries SET data = :x WHERE position = 3"),
        ("ledger.edited", "UPDATE governance_ledger_entries SET data = :x WHERE position = 590"),
        ("ledger.gap", "DELETE FROM governance_ledger_entries WHERE position = 3"),
        ("ledger.gap", "DELETE FROM governance_ledger_entries WHERE position = 255"),
        ("ledger.gap", "DELETE FROM governance_ledger_entries WHERE position = 590"),
        ("ledger.gap", "DELETE FROM governance_ledger_tiles WHERE number = 1"),
        ("ledger.edited", "UPDATE governance_ledger_tiles SET root = :hash WHERE number = 0"),
        ("ledger.edited", "UPDATE governance_ledger_tiles SET hashes = :tile WHERE number = 0"),
        (
            "ledger.edited",
            (
                "INSERT INTO governance_ledger_tiles (level, number, root, hashes) "
                "VALUES (0, 2, :hash, :tile)"
            ),
        ),
        (
            "ledger.edited",
            (
                "UPDATE governance_ledger_entries SET checkpoint = (SELECT checkpoint FROM "
                "governance_ledger_entries WHERE position = 599) WHERE position = 299"
            ),
        ),
        (
            "ledger.note",
            "UPDATE governance_ledger_entries SET checkpoint = 'x' WHERE position = 299",
        ),
    ],
)
def test_a_changed_database_is_found(
    filled: Ledger, db: Database, code: str, statement: str
) -> None:
    force(db, statement, x=b"x", hash=bytes(32), tile=bytes(8192))
    refuses(code, lambda: fsck(filled))


def test_a_removed_end_is_found(filled: Ledger, db: Database, keys: Keys) -> None:
    force(db, "DELETE FROM governance_ledger_entries WHERE position > 589")
    fresh = open_ledger(db, keys)
    for call in (fresh.head, lambda: fresh.append([b"x"]), lambda: fsck(fresh)):
        assert "more than 590" in refuses("ledger.truncated", call).why
    refuses("ledger.rollback", filled.head)
    fresh.close()


def test_a_rollback_is_found_by_who_watched_or_kept_a_checkpoint(
    filled: Ledger, db: Database, keys: Keys
) -> None:
    kept = filled.head().note
    force(db, "DELETE FROM governance_ledger_entries WHERE position > 299")
    force(db, "DELETE FROM governance_ledger_tiles WHERE number = 1")
    for call in (filled.head, lambda: filled.append([b"x"]), lambda: fsck(filled)):
        refuses("ledger.rollback", call)
    fresh = open_ledger(db, keys)
    assert fsck(fresh).size == 300
    refuses("ledger.rollback", lambda: fsck(fresh, kept))
    fresh.append(entries(400, 1000))  # and grows again, past the kept one
    refuses("ledger.fork", lambda: filled.append([b"x"]))
    refuses("ledger.fork", lambda: fsck(fresh, kept))
    fresh.close()


def test_a_rollback_to_nothing_is_found(filled: Ledger, db: Database) -> None:
    force(db, "DELETE FROM governance_ledger_entries")
    force(db, "DELETE FROM governance_ledger_tiles")
    refuses("ledger.rollback", filled.head)
    refuses("ledger.rollback", lambda: filled.append([b"x"]))


def test_a_damaged_end_is_never_extended(filled: Ledger, db: Database, keys: Keys) -> None:
    force(db, "UPDATE governance_ledger_entries SET data = :x WHERE position = 590", x=b"x")
    fresh = open_ledger(db, keys)
    refuses("ledger.edited", fresh.head)
    refuses("ledger.edited", lambda: fresh.append([b"x"]))
    fresh.close()


def test_a_missing_tile_stops_a_fresh_start(filled: Ledger, db: Database, keys: Keys) -> None:
    filled.append(entries(4_000, 600))
    force(db, "DELETE FROM governance_ledger_tiles WHERE number = 1")
    fresh = open_ledger(db, keys)
    refuses("ledger.gap", fresh.head)
    refuses("ledger.gap", lambda: filled.inclusion(300))
    fresh.close()


def test_two_signed_histories_in_one_database_are_a_fork(
    filled: Ledger, db: Database, keys: Keys
) -> None:
    other = notes.Checkpoint(ORIGIN, 300, merkle.leaf_hash(b"another past"))
    note = str(notes.sign_note(other.text, filled.key, keys.sign))
    force(db, "UPDATE governance_ledger_entries SET checkpoint = :n WHERE position = 299", n=note)
    refuses("ledger.fork", lambda: fsck(filled))


def test_a_checkpoint_by_another_key_is_found(filled: Ledger, db: Database) -> None:
    navy = Keys("navy")
    key = ledger_key(ORIGIN, navy.public, navy.suite)
    note = str(notes.sign_note(notes.Checkpoint(ORIGIN, 300, bytes(32)).text, key, navy.sign))
    force(db, "UPDATE governance_ledger_entries SET checkpoint = :n WHERE position = 299", n=note)
    refuses("ledger.signature", lambda: fsck(filled))


def test_an_earlier_checkpoint_of_the_same_history_is_continued(filled: Ledger) -> None:
    since = filled.head().note
    assert fsck(filled, since).since == 600
    filled.append(entries(10, 600))
    assert fsck(filled, since).since == 600


def test_a_copy_that_was_put_back_is_found(tmp_path: Path, keys: Keys) -> None:
    db = make_database(sqlite_url(tmp_path))
    ledger = open_ledger(db, keys)
    ledger.append(entries(10))
    ledger.close()
    db.close()
    shutil.copy(tmp_path / "executor.db", tmp_path / "copy.db")
    db = make_database(sqlite_url(tmp_path))
    ledger = open_ledger(db, keys)
    kept = ledger.append(entries(10, 10)).note
    ledger.close()
    db.close()
    for leftover in tmp_path.glob("executor.db*"):
        leftover.unlink()
    shutil.copy(tmp_path / "copy.db", tmp_path / "executor.db")
    db = make_database(sqlite_url(tmp_path))
    ledger = open_ledger(db, keys)
    assert fsck(ledger).size == 10
    refuses("ledger.rollback", lambda: fsck(ledger, kept))
    ledger.append([b"another tenth"] * 10)
    refuses("ledger.fork", lambda: fsck(ledger, kept))
    ledger.close()
    db.close()
