"""Exports: the files of C2SP, written whole or not at all, continued where the last one ended."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from dure.governance.ledger import merkle
from dure.governance.ledger.check import fsck
from dure.governance.ledger.errors import LedgerError
from dure.governance.ledger.export import export_tiles
from dure.governance.ledger.log import Ledger
from dure.governance.ledger.note_keys import NoteKey
from dure.governance.ledger.tiles import bundle_path, tile_path, unpack_bundle
from dure.governance.ledger.verify import verify_export
from dure.storage.errors import StorageError
from tests.governance.ledger.ledgers import (
    ORIGIN,
    Keys,
    entries,
    make_database,
    open_ledger,
    sqlite_url,
)


def listed(directory: Path) -> set[str]:
    return {str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()}


def verified(directory: Path, keys: Keys, since: str | None = None) -> int:
    return verify_export(directory, ORIGIN, keys.public, keys.suite, since).size


def test_an_export_is_the_files_of_the_specification(
    ledger: Ledger, keys: Keys, tmp_path: Path
) -> None:
    ledger.append(entries(600))
    directory = tmp_path / "deep" / "export"
    head = export_tiles(ledger, directory)
    assert listed(directory) == {
        "checkpoint",
        "key",
        *(bundle_path(number) for number in (0, 1)),
        bundle_path(2, 88),
        *(tile_path(0, number) for number in (0, 1)),
        tile_path(0, 2, 88),
        tile_path(1, 0, 2),
    }
    assert (directory / "checkpoint").read_text() == head.note == ledger.head().note
    assert NoteKey.parse((directory / "key").read_text().strip()) == ledger.key
    assert unpack_bundle((directory / bundle_path(2, 88)).read_bytes()) == (entries(88, 512), True)
    leaves = [merkle.leaf_hash(entry) for entry in entries(600)]
    assert (directory / tile_path(0, 1)).read_bytes() == b"".join(leaves[256:512])
    roots = [merkle.root_of(leaves[at : at + 256]) for at in (0, 256)]
    assert (directory / tile_path(1, 0, 2)).read_bytes() == b"".join(roots)
    assert verified(directory, keys) == 600


def test_an_empty_ledger_is_exported(sqlite_ledger: Ledger, keys: Keys, tmp_path: Path) -> None:
    export_tiles(sqlite_ledger, tmp_path / "export")
    assert listed(tmp_path / "export") == {"checkpoint", "key"}
    assert verified(tmp_path / "export", keys) == 0


def test_an_export_continues_the_earlier_one(
    sqlite_ledger: Ledger, keys: Keys, tmp_path: Path
) -> None:
    ledger, directory = sqlite_ledger, tmp_path / "export"
    at = 0
    for count in (100, 100, 56, 1, 255, 300, 0, 500):
        if count:
            ledger.append(entries(count, at))
        at += count
        earlier = (directory / "checkpoint").read_text() if at > 100 else None
        before = {name: (directory / name).stat().st_ino for name in listed(directory)}
        export_tiles(ledger, directory)
        assert verified(directory, keys, earlier) == at
        full = {name for name in before if ".p/" not in name and name.startswith("tile/")}
        assert all((directory / name).stat().st_ino == before[name] for name in full)
        alone = tmp_path / f"alone{at}"
        export_tiles(ledger, alone)
        assert listed(alone) <= listed(directory)
        for name in listed(alone):
            assert (alone / name).read_bytes() == (directory / name).read_bytes()
    partial = {name for name in listed(directory) if ".p/" in name}
    assert not any(name.startswith(("tile/0/000.p", "tile/entries/001.p")) for name in partial)


def test_a_directory_of_another_history_is_left_alone(
    sqlite_ledger: Ledger, keys: Keys, tmp_path: Path
) -> None:
    directory = tmp_path / "export"
    sqlite_ledger.append(entries(10))
    export_tiles(sqlite_ledger, directory)
    before = (directory / "checkpoint").read_bytes()
    (tmp_path / "other").mkdir()
    db = make_database(sqlite_url(tmp_path / "other"))
    other = open_ledger(db, keys)
    other.append(entries(5))
    for code, change in (
        ("ledger.rollback", lambda: None),
        ("ledger.fork", lambda: other.append(entries(5, 77))),
    ):
        change()
        with pytest.raises(LedgerError) as caught:
            export_tiles(other, directory)
        assert caught.value.code == code
        assert (directory / "checkpoint").read_bytes() == before
    (directory / "checkpoint").write_text("nonsense")
    with pytest.raises(LedgerError) as caught:
        export_tiles(sqlite_ledger, directory)
    assert caught.value.code == "ledger.note"
    other.close()
    db.close()


def test_another_ledger_s_directory_is_left_alone(sqlite_ledger: Ledger, tmp_path: Path) -> None:
    directory = tmp_path / "export"
    sqlite_ledger.append(entries(1))
    export_tiles(sqlite_ledger, directory)
    (tmp_path / "navy").mkdir()
    db = make_database(sqlite_url(tmp_path / "navy"))
    navy = open_ledger(db, Keys("navy"), "navy.example/ledger")
    navy.append(entries(1))
    with pytest.raises(LedgerError) as caught:
        export_tiles(navy, directory)
    assert caught.value.code == "ledger.signature"
    navy.close()
    db.close()


def test_a_place_that_can_t_be_written_is_named(sqlite_ledger: Ledger, tmp_path: Path) -> None:
    sqlite_ledger.append(entries(1))
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError) as caught:
        export_tiles(sqlite_ledger, tmp_path / "file" / "export")
    assert caught.value.code == "storage.file"
    (tmp_path / "export" / bundle_path(0, 1)).mkdir(parents=True)
    with pytest.raises(StorageError) as caught:
        export_tiles(sqlite_ledger, tmp_path / "export")
    assert caught.value.code == "storage.file"
    assert listed(tmp_path / "export") == {"key"}


def test_exports_into_one_directory_take_turns(
    sqlite_ledger: Ledger, keys: Keys, tmp_path: Path
) -> None:
    ledger, directory = sqlite_ledger, tmp_path / "export"
    failures: list[BaseException] = []
    overtaken: list[str] = []

    def work(start: int) -> None:
        try:
            for n in range(5):
                ledger.append([b"%d" % (start + n)] * 60)
                try:
                    export_tiles(ledger, directory)
                except LedgerError as error:  # the other one, with a later head, was first
                    overtaken.append(error.code)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(start,)) for start in (0, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert set(overtaken) <= {"ledger.rollback"}
    export_tiles(ledger, directory)
    assert verified(directory, keys) == 600


def test_an_export_of_three_levels(sqlite_ledger: Ledger, keys: Keys, tmp_path: Path) -> None:
    ledger, directory = sqlite_ledger, tmp_path / "export"
    ledger.append(entries(65_500))
    since = export_tiles(ledger, directory).note
    assert (directory / tile_path(1, 0, 255)).exists()
    ledger.append(entries(100, 65_500))
    export_tiles(ledger, directory)
    assert not (directory / tile_path(1, 0, 255)).exists()
    assert {tile_path(1, 0), tile_path(2, 0, 1)} <= listed(directory)
    assert verified(directory, keys, since) == 65_600
    assert fsck(ledger, since).size == 65_600
    assert fsck(open_ledger(ledger.db, keys)).size == 65_600  # restored from tiles of two levels
    leaves = [merkle.leaf_hash(entry) for entry in entries(65_600)]
    for size in (65_536, 65_537, 65_600):
        assert ledger.root(size) == merkle.root_of(leaves[:size])
        proof = ledger.inclusion(40_000, size)
        root = merkle.root_of(leaves[:size])
        assert merkle.verify_inclusion(40_000, size, leaves[40_000], proof, root)


@pytest.mark.root
def test_a_full_disk_leaves_the_earlier_export_and_nothing_half_written(
    sqlite_ledger: Ledger, keys: Keys, small_disk: Path
) -> None:
    sqlite_ledger.append(entries(300))
    note = export_tiles(sqlite_ledger, small_disk / "export").note
    sqlite_ledger.append([bytes(2_000)] * 1_000)
    with pytest.raises(StorageError) as caught:
        export_tiles(sqlite_ledger, small_disk / "export")
    assert caught.value.code == "storage.no-space"
    assert verified(small_disk / "export", keys, note) == 300
    assert not (small_disk / "export" / ".writing").exists()


@pytest.mark.root
def test_a_full_disk_takes_back_the_whole_append(keys: Keys, small_disk: Path) -> None:
    db = make_database(sqlite_url(small_disk))
    ledger = open_ledger(db, keys)
    acknowledged = 0
    with pytest.raises(StorageError) as caught:
        while True:
            acknowledged = ledger.append([bytes(1_000)] * 20).size
    assert caught.value.code == "storage.no-space"
    assert fsck(open_ledger(db, keys)).size == acknowledged > 0
    ledger.close()
    db.close()
