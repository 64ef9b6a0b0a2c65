"""The ledger over its database: appending, proving, and refusing what was not signed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from dure.governance.ledger import merkle, notes, tree
from dure.governance.ledger.check import fsck
from dure.governance.ledger.errors import LedgerError
from dure.governance.ledger.log import Ledger
from dure.governance.ledger.note_keys import COSIGNATURE, NoteKey
from dure.governance.ledger.reader import Head, LedgerReader
from dure.governance.ledger.rows import Writer
from dure.governance.ledger.tiles import MAX_ENTRY_BYTES
from dure.storage.database import Database
from dure.storage.errors import StorageError
from tests.governance.ledger.ledgers import (
    ORIGIN,
    SUITES,
    Keys,
    entries,
    make_database,
    naive_root,
    open_ledger,
    sqlite_url,
)


def leaf(position: int) -> bytes:
    return merkle.leaf_hash(entries(1, position)[0])


def roots(count: int) -> list[bytes]:
    hashes = [leaf(position) for position in range(count)]
    return [merkle.root_of(hashes[:size]) for size in range(count + 1)]


def refuses(code: str, call: object, *given: object) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        call(*given)  # type: ignore[operator]
    assert caught.value.code == code
    return caught.value


def test_batches_append_under_signed_checkpoints(ledger: Ledger, db: Database, keys: Keys) -> None:
    at = 0
    for count in (1, 1, 3, 250, 1, 1, 600):
        appended = ledger.append(entries(count, at))
        assert (appended.first, appended.size) == (at, at + count)
        at += count
        assert appended.root == merkle.root_of([leaf(n) for n in range(at)])
        opened = notes.open_checkpoint(appended.note, ORIGIN, [ledger.key])
        assert (opened.size, opened.root) == (at, appended.root)
    head = ledger.head()
    assert (head.size, head.root, head.note) == (at, appended.root, appended.note)
    assert ledger.entry(856) == b"entry 856"
    assert ledger.entries(250, 260) == entries(10, 250)
    assert ledger.entries(5, 5) == []
    fsck(ledger)
    again = open_ledger(db, keys)
    assert again.head() == head
    assert again.append([b"later"]).first == at
    fsck(ledger)
    again.close()


def test_an_empty_ledger_has_a_head_too(ledger: Ledger) -> None:
    head = ledger.head()
    assert (head.size, head.root) == (0, naive_root([]))
    assert notes.open_checkpoint(head.note, ORIGIN, [ledger.key]).size == 0
    assert ledger.root(0) == merkle.EMPTY_ROOT
    assert ledger.consistency(0) == []
    assert fsck(ledger).size == 0
    refuses("ledger.bounds", ledger.entry, 0)
    refuses("ledger.bounds", ledger.inclusion, 0)


@pytest.mark.parametrize("suite_name", SUITES)
def test_both_suites(suite_name: str, tmp_path: Path) -> None:
    keys = Keys(suite_name=suite_name)
    db = make_database(sqlite_url(tmp_path))
    ledger = open_ledger(db, keys)
    ledger.append(entries(3))
    ledger.append(entries(2, 3))
    assert fsck(open_ledger(db, keys)).size == 5
    ledger.close()
    db.close()


def test_every_proof_of_a_stored_tree(ledger: Ledger) -> None:
    count = 600
    ledger.append(entries(count))
    known = roots(count)
    for size in (1, 2, 255, 256, 257, 300, 511, 512, 513, 600):
        assert ledger.root(size) == known[size]
        for position in {0, size // 2, size - 1, min(255, size - 1), min(256, size - 1)}:
            proof = ledger.inclusion(position, size)
            assert merkle.verify_inclusion(position, size, leaf(position), proof, known[size])
        for first in {1, size // 2, size - 1, size, min(256, size)} - {0}:
            proof = ledger.consistency(first, size)
            assert merkle.verify_consistency(first, size, known[first], known[size], proof)
    assert merkle.verify_inclusion(7, count, leaf(7), ledger.inclusion(7), known[count])
    assert merkle.verify_consistency(7, count, known[7], known[count], ledger.consistency(7))


def test_what_is_out_of_bounds_is_refused(ledger: Ledger) -> None:
    ledger.append(entries(10))
    for call, given in [
        (ledger.entry, (10,)),
        (ledger.entry, (-1,)),
        (ledger.entries, (0, 11)),
        (ledger.entries, (5, 4)),
        (ledger.entries, (-1, 4)),
        (ledger.root, (11,)),
        (ledger.root, (-1,)),
        (ledger.inclusion, (10,)),
        (ledger.inclusion, (0, 0)),
        (ledger.inclusion, (0, 11)),
        (ledger.inclusion, (5, 5)),
        (ledger.consistency, (11,)),
        (ledger.consistency, (3, 2)),
        (ledger.consistency, (0, 11)),
        (ledger.tile, (0, 1, 1)),
        (ledger.tile, (0, 0, 11)),
        (ledger.tile, (0, 0, 0)),
    ]:
        refuses("ledger.bounds", call, *given)
    assert ledger.tile(0, 0, 10) == b"".join(leaf(position) for position in range(10))


def test_entries_that_are_refused_leave_nothing(ledger: Ledger) -> None:
    refuses("ledger.bounds", ledger.append, [])
    error = refuses("ledger.bounds", ledger.append, [b"ok", bytes(MAX_ENTRY_BYTES + 1)])
    assert "65536" in error.why
    assert ledger.head().size == 0
    assert ledger.append([b"", bytes(MAX_ENTRY_BYTES)]).size == 2
    assert ledger.entries(0, 2) == [b"", bytes(MAX_ENTRY_BYTES)]
    fsck(ledger)


def test_a_signer_of_another_key_appends_nothing(db: Database, keys: Keys) -> None:
    wrong = Ledger(db, ORIGIN, Keys("navy").sign, keys.public, keys.suite)
    refuses("ledger.signature", wrong.append, [b"entry"])
    ledger = open_ledger(db, keys)
    assert ledger.append([b"entry"]).size == 1
    wrong.close()
    ledger.close()


def test_a_ledger_of_another_key_or_origin_is_refused(db: Database, keys: Keys) -> None:
    ledger = open_ledger(db, keys)
    ledger.append([b"entry"])
    navy = open_ledger(db, Keys("navy"))
    refuses("ledger.signature", navy.append, [b"entry"])
    refuses("ledger.signature", navy.head)
    refuses("ledger.signature", open_ledger(db, keys, "coast.example/other").head)
    refuses("ledger.note", open_ledger, db, keys, "coast example")
    assert ledger.head().size == 1
    ledger.close()
    navy.close()


def test_a_change_of_key(db: Database, keys: Keys) -> None:
    ledger = open_ledger(db, keys)
    ledger.append(entries(3))
    navy = Keys("navy")
    renewed = Ledger(db, ORIGIN, navy.sign, navy.public, navy.suite, former=[keys.public])
    renewed.append(entries(2, 3))
    assert notes.open_checkpoint(renewed.head().note, ORIGIN, [renewed.key]).size == 5
    assert fsck(renewed, open_note(renewed, 3)).since == 3
    refuses("ledger.signature", ledger.append, [b"with the old key"])
    ledger.close()
    renewed.close()


def open_note(ledger: Ledger, size: int) -> str:
    with ledger.db.read() as connection:
        found = connection.execute(
            text("SELECT checkpoint FROM governance_ledger_entries WHERE position = :at"),
            {"at": size - 1},
        ).scalar_one()
    return str(found)


def test_two_ledgers_on_one_database_take_turns(db: Database, keys: Keys) -> None:
    first, second = open_ledger(db, keys), open_ledger(db, keys)
    at = 0
    for count in (1, 300, 2, 5000, 1, 1):
        for ledger in (first, second):
            assert ledger.append(entries(count, at)).first == at
            at += count
    assert first.head() == second.head()
    assert first.root(at) == merkle.root_of([leaf(n) for n in range(at)])
    fsck(first)
    first.close()
    second.close()


def test_threads_share_one_ledger(ledger: Ledger) -> None:
    failures: list[BaseException] = []

    def work(name: int) -> None:
        try:
            for n in range(20):
                ledger.append([b"%d %d" % (name, n)])
                ledger.head()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(ledger.entries(0, 80)) == sorted(
        b"%d %d" % (a, n) for a in range(4) for n in range(20)
    )
    fsck(ledger)


def test_an_append_stands_or_falls_with_the_caller_s_transaction(
    ledger: Ledger, db: Database
) -> None:
    ledger.append(entries(2))

    class AbandonedError(Exception):
        pass

    with pytest.raises(AbandonedError), db.write() as connection:
        assert ledger.append_in(connection, entries(3, 2)).size == 5
        assert ledger.append_in(connection, entries(1, 5)).size == 6
        raise AbandonedError
    assert ledger.head().size == 2
    with db.write() as connection:
        assert ledger.append_in(connection, entries(1, 2)).first == 2
        assert ledger.append_in(connection, entries(1, 3)).first == 3
    assert ledger.head().size == 4
    assert ledger.append(entries(1, 4)).first == 4
    refuses("ledger.bounds", ledger.append_in, connection, [])
    assert ledger.entries(0, 5) == entries(5)
    fsck(ledger)


def test_a_failed_append_leaves_the_ledger_usable(ledger: Ledger) -> None:
    ledger.append(entries(2))

    class OddEntries(list[bytes]):
        """Breaks off while they are being written, after the tree took them in."""

        def __getitem__(self, at: object) -> object:  # type: ignore[override]
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        ledger.append(OddEntries([b"lost"]))
    assert ledger.append(entries(1, 2)).first == 2
    fsck(ledger)


def test_the_other_engine_s_writer_serves_sqlite_as_well(sqlite_ledger: Ledger) -> None:
    writer = Writer(sqlite_ledger.db)
    with writer.rows() as rows:
        assert rows.last() == (0, "")
    writer.close()


def test_a_database_that_refuses_says_so(sqlite_ledger: Ledger) -> None:
    sqlite_ledger.append(entries(1))
    with sqlite_ledger.db.write() as connection:
        for name in ("no_update", "no_delete", "no_replace"):
            connection.execute(text(f"DROP TRIGGER governance_ledger_entries_{name}"))
        connection.execute(text("DROP TABLE governance_ledger_entries"))
    with pytest.raises(StorageError) as caught:
        sqlite_ledger.append(entries(1, 1))
    assert caught.value.code == "storage.database"


def test_cosignatures_stand_under_the_head(ledger: Ledger, keys: Keys) -> None:
    appended = ledger.append(entries(4))
    witness = Keys("witness")
    cosigner = NoteKey("navy.example/witness", COSIGNATURE, witness.public)
    both = notes.cosign(notes.parse_note(appended.note), cosigner, witness.sign, 1_800_000_000)
    ledger.add_cosignature(str(both), cosigner)
    ledger.add_cosignature(str(both), cosigner)  # a second time changes nothing
    head = ledger.head()
    assert head.note == str(both)
    assert notes.verify_note(notes.parse_note(head.note), [ledger.key, cosigner])[1] == cosigner
    assert fsck(ledger).signers == (ORIGIN, "navy.example/witness")
    ledger.append(entries(1, 4))
    assert "witness" not in ledger.head().note


def test_cosignatures_that_are_refused(ledger: Ledger, keys: Keys) -> None:
    appended = ledger.append(entries(4))
    witness = Keys("witness")
    cosigner = NoteKey("navy.example/witness", COSIGNATURE, witness.public)
    note = notes.parse_note(appended.note)
    both = notes.cosign(note, cosigner, witness.sign, 1_800_000_000)
    other = NoteKey("army.example/witness", COSIGNATURE, Keys("army").public)
    refuses("ledger.signature", ledger.add_cosignature, str(both), other)
    refuses("ledger.signature", ledger.add_cosignature, appended.note, cosigner)
    refuses("ledger.note", ledger.add_cosignature, "no note", cosigner)
    for foreign in (
        notes.Checkpoint(ORIGIN, 4, bytes(32)),
        notes.Checkpoint(ORIGIN, 3, appended.root),
        notes.Checkpoint("coast.example/other", 4, appended.root),
    ):
        unknown = notes.cosign(notes.Note(foreign.text, ()), cosigner, witness.sign, 1)
        refuses("ledger.signature", ledger.add_cosignature, str(unknown), cosigner)
    for number in range(notes.MAX_SIGNATURES - 1):
        each = NoteKey(f"witness{number}.example", COSIGNATURE, witness.public)
        ledger.add_cosignature(str(notes.cosign(note, each, witness.sign, 1)), each)
    last = NoteKey("last.example", COSIGNATURE, witness.public)
    full = str(notes.cosign(note, last, witness.sign, 1))
    refuses("ledger.bounds", ledger.add_cosignature, full, last)
    assert len(notes.parse_note(ledger.head().note).signatures) == notes.MAX_SIGNATURES


def test_a_reader_has_no_key_to_sign_with(ledger: Ledger, keys: Keys) -> None:
    reader = LedgerReader(ledger.db, ORIGIN, keys.public, keys.suite)
    assert reader.head() == Head(0, merkle.EMPTY_ROOT, "")
    assert fsck(reader).signers == ()
    ledger.append(entries(300))
    assert reader.head() == ledger.head()
    assert reader.inclusion(7) == ledger.inclusion(7)
    assert fsck(reader).size == 300
    assert not hasattr(reader, "append")


def test_many_tiles_are_read_without_keeping_them_all(
    sqlite_ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "_KEPT_TILES", 2)
    sqlite_ledger.append(entries(1500))
    known = roots(1500)
    for position in (0, 300, 600, 900, 1200, 1499, 0):
        proof = sqlite_ledger.inclusion(position)
        assert merkle.verify_inclusion(position, 1500, leaf(position), proof, known[1500])
