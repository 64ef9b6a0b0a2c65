"""What was done to an export is found offline, each deed under its own code."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.governance.ledger import merkle, notes
from dure.governance.ledger.errors import LedgerError
from dure.governance.ledger.export import export_tiles
from dure.governance.ledger.log import Ledger
from dure.governance.ledger.note_keys import ledger_key
from dure.governance.ledger.tiles import RightEdge, bundle_path, pack_bundle, tile_path
from dure.governance.ledger.verify import LedgerVerification, verify_export
from dure.storage.errors import StorageError
from tests.governance.ledger.ledgers import (
    ORIGIN,
    SUITES,
    Keys,
    entries,
    make_database,
    open_ledger,
    sqlite_url,
)

SIZE = 800  # three full bundles and 32 entries


def verify(directory: Path, keys: Keys, since: str | None = None) -> LedgerVerification:
    return verify_export(directory, ORIGIN, keys.public, keys.suite, since)


def refused(code: str, directory: Path, keys: Keys, since: str | None = None) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        verify(directory, keys, since)
    assert caught.value.code == code, caught.value
    return caught.value


def write_export(directory: Path, keys: Keys, data: list[bytes], origin: str = ORIGIN) -> str:
    """Write the export of a ledger with these entries, as a dishonest owner of its key could."""
    edge = RightEdge()
    full = edge.extend([merkle.leaf_hash(entry) for entry in data])
    files = {tile_path(tile.level, tile.number): tile.hashes for tile in full}
    for level in range(4):
        hashes = edge.unfinished(level)
        if hashes:
            number = (len(data) >> (8 * level)) // 256
            files[tile_path(level, number, len(hashes))] = b"".join(hashes)
    for number in range(-(-len(data) // 256)):
        part = data[number * 256 : (number + 1) * 256]
        files[bundle_path(number, len(part))] = pack_bundle(part)
    checkpoint = notes.Checkpoint(origin, len(data), edge.root())
    key = ledger_key(origin, keys.public, keys.suite)
    note = str(notes.sign_note(checkpoint.text, key, keys.sign))
    files["checkpoint"] = note.encode()
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return note


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("original")
    db = make_database(sqlite_url(directory))
    ledger = open_ledger(db, Keys())
    ledger.append(entries(SIZE))
    export_tiles(ledger, directory / "export")
    ledger.close()
    db.close()
    return directory / "export"


@pytest.fixture
def export(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "export"))


@pytest.mark.parametrize("suite_name", SUITES)
def test_an_untouched_export_verifies(suite_name: str, tmp_path: Path) -> None:
    keys = Keys(suite_name=suite_name)
    db = make_database(sqlite_url(tmp_path))
    ledger = open_ledger(db, keys)
    earlier = ledger.append(entries(300)).note
    ledger.append(entries(SIZE - 300, 300))
    head = export_tiles(ledger, tmp_path / "export")
    found = verify(tmp_path / "export", keys, earlier)
    assert found == LedgerVerification(
        origin=ORIGIN,
        size=SIZE,
        root=head.root,
        note=head.note,
        signers=(ORIGIN,),
        since=300,
        entry_bytes=sum(map(len, entries(SIZE))),
    )
    assert verify(tmp_path / "export", keys).since is None
    assert verify(tmp_path / "export", keys, head.note).since == SIZE
    ledger.close()
    db.close()


def test_an_export_written_by_other_means_is_the_same(
    original: Path, keys: Keys, tmp_path: Path
) -> None:
    note = write_export(tmp_path / "again", keys, entries(SIZE))
    assert note == (original / "checkpoint").read_text()
    for path in (tmp_path / "again").rglob("*"):
        if path.is_file():
            assert (
                path.read_bytes() == (original / path.relative_to(tmp_path / "again")).read_bytes()
            )


def edit(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


def test_an_edited_entry_is_named(export: Path, keys: Keys) -> None:
    edit(export / bundle_path(1), lambda data: data.replace(b"entry 300", b"entry 3oo"))
    assert "Entry 300 " in refused("ledger.edited", export, keys).why


def test_an_edited_entry_of_the_last_bundle_is_named(export: Path, keys: Keys) -> None:
    edit(export / bundle_path(3, 32), lambda data: data.replace(b"entry 799", b"entry 798"))
    assert "Entry 799 " in refused("ledger.edited", export, keys).why


@pytest.mark.parametrize(
    "name",
    [tile_path(0, 0), tile_path(0, 3, 32), tile_path(1, 0, 3), bundle_path(2), bundle_path(3, 32)],
)
@pytest.mark.parametrize("change", ["flip", "append", "empty"])
def test_a_changed_file_is_found(export: Path, keys: Keys, name: str, change: str) -> None:
    changes: dict[str, Callable[[bytes], bytes]] = {
        "flip": lambda data: bytes([data[0] ^ 1]) + data[1:],
        "append": lambda data: data + b"\x00\x00",
        "empty": lambda data: b"",
    }
    edit(export / name, changes[change])
    with pytest.raises(LedgerError) as caught:
        verify(export, keys)
    assert caught.value.code in {"ledger.edited", "ledger.gap", "ledger.truncated"}
    if "entries" not in name or change == "append":
        assert caught.value.code == "ledger.edited"


def test_entry_and_tile_edited_together_are_found_by_the_root(export: Path, keys: Keys) -> None:
    data = entries(SIZE)
    data[300] = b"forged"
    checkpoint = (export / "checkpoint").read_bytes()
    write_export(export, keys, data)
    (export / "checkpoint").write_bytes(checkpoint)
    assert "The tree of all entries" in refused("ledger.edited", export, keys).why


def test_a_removed_entry_with_all_renumbered_is_found(export: Path, keys: Keys) -> None:
    data = entries(SIZE)
    del data[300]
    checkpoint = (export / "checkpoint").read_bytes()
    write_export(export, keys, [*data, b"one more"])
    (export / "checkpoint").write_bytes(checkpoint)
    refused("ledger.edited", export, keys)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_missing_bundle_is_a_gap(export: Path, keys: Keys, number: int) -> None:
    (export / bundle_path(number)).unlink()
    assert f"Entry {number * 256} " in refused("ledger.gap", export, keys).why


def test_a_short_bundle_in_the_middle_is_a_gap(export: Path, keys: Keys) -> None:
    (export / bundle_path(1)).write_bytes(pack_bundle(entries(100, 256)))
    assert "Entry 356 " in refused("ledger.gap", export, keys).why


@pytest.mark.parametrize("name", [tile_path(0, 1), tile_path(0, 3, 32), tile_path(1, 0, 3)])
def test_a_missing_tile_is_a_gap(export: Path, keys: Keys, name: str) -> None:
    (export / name).unlink()
    assert name in refused("ledger.gap", export, keys).why


def test_a_missing_checkpoint_is_a_gap(export: Path, keys: Keys, tmp_path: Path) -> None:
    (export / "checkpoint").unlink()
    assert "checkpoint" in refused("ledger.gap", export, keys).why
    refused("ledger.gap", tmp_path / "nowhere", keys)
    (tmp_path / "file").write_text("")
    refused("ledger.gap", tmp_path / "file", keys)


@pytest.mark.parametrize("kept", [0, 1, 31])
def test_a_missing_end_is_a_truncation(export: Path, keys: Keys, kept: int) -> None:
    (export / bundle_path(3, 32)).write_bytes(pack_bundle(entries(kept, 768)))
    assert f"entry {768 + kept}." in refused("ledger.truncated", export, keys).why


def test_missing_last_bundles_are_a_truncation(export: Path, keys: Keys) -> None:
    (export / bundle_path(3, 32)).unlink()
    assert "entry 768." in refused("ledger.truncated", export, keys).why
    (export / bundle_path(2)).unlink()
    assert "entry 512." in refused("ledger.truncated", export, keys).why
    shutil.rmtree(export / "tile")
    assert "entry 0." in refused("ledger.truncated", export, keys).why


def test_a_bundle_cut_within_an_entry_is_a_truncation(export: Path, keys: Keys) -> None:
    edit(export / bundle_path(3, 32), lambda data: data[:-1])
    assert "entry 799." in refused("ledger.truncated", export, keys).why


def test_a_rollback_needs_an_earlier_checkpoint(keys: Keys, tmp_path: Path) -> None:
    late = write_export(tmp_path / "late", keys, entries(500))
    write_export(tmp_path / "back", keys, entries(400))
    assert verify(tmp_path / "back", keys).size == 400
    error = refused("ledger.rollback", tmp_path / "back", keys, late)
    assert "400" in error.why
    assert "500" in error.why


@pytest.mark.parametrize("earlier", [1, 255, 256, 300, 799, SIZE])
def test_a_fork_needs_an_earlier_checkpoint(keys: Keys, tmp_path: Path, earlier: int) -> None:
    honest = write_export(tmp_path / "then", keys, entries(earlier))
    data = entries(SIZE)
    data[earlier - 1] = b"another past"
    write_export(tmp_path / "now", keys, data)
    assert verify(tmp_path / "now", keys).size == SIZE
    assert str(earlier) in refused("ledger.fork", tmp_path / "now", keys, honest).why
    write_export(tmp_path / "true", keys, entries(SIZE))
    assert verify(tmp_path / "true", keys, honest).since == earlier


def test_the_empty_tree_is_nobody_s_fork(keys: Keys, tmp_path: Path) -> None:
    empty = write_export(tmp_path / "empty", keys, [])
    write_export(tmp_path / "now", keys, entries(5))
    assert verify(tmp_path / "now", keys, empty).since == 0
    assert verify(tmp_path / "empty", keys, empty).size == 0
    key = ledger_key(ORIGIN, keys.public, keys.suite)
    odd = str(notes.sign_note(notes.Checkpoint(ORIGIN, 0, bytes(32)).text, key, keys.sign))
    refused("ledger.fork", tmp_path / "now", keys, odd)


def test_an_edit_is_an_edit_even_against_an_earlier_checkpoint(export: Path, keys: Keys) -> None:
    since = (export / "checkpoint").read_text()
    edit(export / bundle_path(0), lambda data: data.replace(b"entry 7", b"entry x", 1))
    refused("ledger.edited", export, keys, since)


def test_another_key_or_origin_is_refused(export: Path, keys: Keys, tmp_path: Path) -> None:
    refused("ledger.signature", export, Keys("navy"))
    write_export(tmp_path / "other", keys, entries(3), "coast.example/other")
    refused("ledger.signature", tmp_path / "other", keys)
    other = (tmp_path / "other" / "checkpoint").read_text()
    refused("ledger.signature", export, keys, other)
    refused("ledger.note", export, keys, "nonsense")
    edit(export / "checkpoint", lambda data: data * 40_000)
    refused("ledger.note", export, keys)


def test_a_checkpoint_of_a_former_key_is_accepted_when_it_is_named(
    keys: Keys, tmp_path: Path
) -> None:
    navy = Keys("navy")
    since = write_export(tmp_path / "then", keys, entries(3))
    write_export(tmp_path / "now", navy, entries(5))
    refused("ledger.signature", tmp_path / "now", navy, since)
    found = verify_export(tmp_path / "now", ORIGIN, navy.public, navy.suite, since, [keys.public])
    assert found.since == 3


def test_a_partial_tile_may_be_gone_once_the_full_one_is_there(
    sqlite_ledger: Ledger, keys: Keys, tmp_path: Path
) -> None:
    directory = tmp_path / "export"
    sqlite_ledger.append(entries(300))
    head = export_tiles(sqlite_ledger, directory)
    sqlite_ledger.append(entries(300, 300))
    export_tiles(sqlite_ledger, directory)
    assert not (directory / bundle_path(1, 44)).exists()
    (directory / "checkpoint").write_text(head.note)
    assert verify(directory, keys).size == 300


@pytest.mark.parametrize("name", ["checkpoint", tile_path(0, 1), bundle_path(1)])
def test_what_is_no_regular_file_is_refused(export: Path, keys: Keys, name: str) -> None:
    path = export / name
    moved = export / "moved"
    path.rename(moved)
    for make in (lambda: os.mkfifo(path), path.mkdir, lambda: path.symlink_to(moved)):
        make()
        with pytest.raises(StorageError) as caught:
            verify(export, keys)
        assert caught.value.code == "storage.file"
        path.rmdir() if path.is_dir() else path.unlink()
    moved.rename(path)
    assert verify(export, keys).size == SIZE


@given(data=st.data())
def test_no_flipped_bit_anywhere_escapes(
    original: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    names = sorted(str(p.relative_to(original)) for p in original.rglob("*") if p.is_file())
    name = data.draw(st.sampled_from([name for name in names if name != "key"]))
    content = bytearray((original / name).read_bytes())
    at = data.draw(st.integers(0, len(content) * 8 - 1))
    content[at // 8] ^= 1 << (at % 8)
    export = Path(shutil.copytree(original, tmp_path_factory.mktemp("flipped") / "export"))
    (export / name).write_bytes(bytes(content))
    with pytest.raises(LedgerError):
        verify(export, Keys())
    shutil.rmtree(export)
