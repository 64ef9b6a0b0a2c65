"""Backups: whole or refused, and a restore is a new life."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    func,
    inspect,
    select,
)

from dure.storage import incarnation
from dure.storage.backup import StorePart, back_up, backup_key, read_manifest, restore
from dure.storage.backup.rows import split
from dure.storage.database import NAMING, open_database
from dure.storage.errors import StorageError
from dure.storage.migrations import History, migrate
from dure.storage.migrations.generate import write_revision
from dure.storage.vault import METADATA, Vault
from tests.storage.conftest import create, run_child

KEK = b"k" * 32
KEY = backup_key(KEK)
NOW, LATER = "2026-01-31T09:30:00Z", "2026-02-28T00:00:00Z"
PAGES = [b"first" * 500, b"second" * 500]

MORE = MetaData(naming_convention=NAMING)
MIXED = Table(
    "mixed",
    MORE,
    Column("id", Integer, primary_key=True),
    Column("words", String(50)),
    Column("raw", LargeBinary),
    Column("yes", Boolean),
    Column("part", Float),
)
ROWS = [
    (1, "둘레\n\t\"'\\ line", b"\x00\xff\n", True, 0.1),
    (2, None, None, None, None),
    (7, "", b"", False, -1.5),
]


@pytest.fixture
def history(tmp_path) -> History:
    (tmp_path / "versions").mkdir()
    made = History("probe", tmp_path / "versions")
    write_revision(made, [METADATA, incarnation.METADATA, MORE], "first")
    return made


class House:
    """One store with a vault in it."""

    def __init__(self, url: str, root: Path, history: History) -> None:
        self.db, self.root = open_database(url), root
        self.part = StorePart("keeper", self.db, (history,))

    def fill(self) -> str:
        migrate(self.db, self.part.histories[0])
        with self.db.write() as connection:
            incarnation.begin(connection, NOW)
            connection.execute(
                MIXED.insert(), [dict(zip(MIXED.c.keys(), row, strict=True)) for row in ROWS]
            )
        return Vault.create(self.root, self.db, KEK).put(PAGES, bound=b"x").handle

    def rows(self) -> list:
        with self.db.read() as connection:
            return [tuple(row) for row in connection.execute(select(MIXED).order_by(MIXED.c.id))]

    def incarnation(self) -> str:
        with self.db.read() as connection:
            return incarnation.current(connection)

    @property
    def places(self) -> dict:
        return {"stores": [self.part], "vaults": {"main": self.root}}

    def empty(self) -> bool:
        with self.db.read() as connection:
            return inspect(connection).get_table_names() == [] and not self.root.exists()


@pytest.fixture
def houses(tmp_path, new_url, history):
    made = [House(new_url(), tmp_path / f"vault{n}", history) for n in range(2)]
    yield made
    for house in made:
        house.db.close()


@pytest.fixture
def backed_up(tmp_path, houses):
    handle = houses[0].fill()
    back_up(tmp_path / "backup", KEY, now=NOW, **houses[0].places)
    return tmp_path / "backup", handle


def test_a_restored_house_holds_the_same_in_a_new_life(houses, backed_up):
    folder, handle = backed_up
    old, new = houses
    begun = restore(folder, KEY, now=LATER, **new.places)
    assert new.rows() == ROWS
    vault = Vault.open(new.root, new.db, KEK)
    assert b"".join(vault.read(handle)) == b"".join(PAGES)
    assert vault.verify().clean
    assert new.incarnation() == begun["keeper"] != old.incarnation()
    with new.db.write() as connection:  # counters go on where they were
        connection.execute(MIXED.insert().values(words="next"))
    assert max(row[0] for row in new.rows()) == 8
    assert vault.put([b"more"], bound=b"x").pages == 1


def test_each_restore_is_another_life(houses, backed_up, new_url, history, tmp_path):
    third = House(new_url(), tmp_path / "third", history)
    lives = [
        restore(backed_up[0], KEY, now=LATER, **house.places)["keeper"]
        for house in (houses[1], third)
    ]
    assert len({*lives, houses[0].incarnation()}) == 3
    third.db.close()


def test_sqlite_restores_into_what_is_there_and_back(tmp_path, houses, backed_up, history):
    """From either engine into SQLite; with PostgreSQL as source this is the way between the two."""
    house = House(f"sqlite:///{tmp_path}/moved.db", tmp_path / "moved", history)
    restore(backed_up[0], KEY, now=LATER, **house.places)
    assert house.rows() == ROWS
    back_up(tmp_path / "backup2", KEY, now=LATER, **house.places)
    restore(tmp_path / "backup2", KEY, now=LATER, **houses[1].places)
    assert houses[1].rows() == ROWS
    assert Vault.open(houses[1].root, houses[1].db, KEK).verify().clean
    house.db.close()


def test_what_was_there_when_it_was_made_migrates_to_now(houses, backed_up, history):
    later = MetaData(naming_convention=NAMING)
    for metadata in (METADATA, incarnation.METADATA, MORE):
        for table in metadata.sorted_tables:
            table.to_metadata(later)
    later.tables["mixed"].append_column(Column("note", String(20), nullable=True))
    write_revision(history, later, "a note")
    restore(backed_up[0], KEY, now=LATER, **houses[1].places)
    with houses[1].db.read() as connection:
        assert connection.execute(select(func.count(later.tables["mixed"].c.id))).scalar() == 3


def test_the_backup_shows_nothing_in_clear(backed_up):
    everything = b"".join(path.read_bytes() for path in backed_up[0].rglob("*") if path.is_file())
    for secret in (b"second" * 5, "둘레".encode(), b"storage_vault_pages", KEK, KEY):
        assert secret not in everything
    assert (backed_up[0] / "manifest.json").stat().st_mode & 0o077 == 0


def refusal(work, *arguments, **more) -> str:
    with pytest.raises(StorageError) as caught:
        work(*arguments, **more)
    return caught.value.code.removeprefix("storage.")


def test_another_key_is_refused(houses, backed_up):
    assert (
        refusal(restore, backed_up[0], backup_key(b"o" * 32), now=LATER, **houses[1].places)
        == "backup"
    )
    assert houses[1].empty()


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)


def page(folder: Path) -> Path:
    return next(path for path in (folder / "vaults/main/pages").rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("how", "code"),
    [
        (lambda folder: flip(folder / "manifest.json"), "backup"),
        (lambda folder: flip(folder / "stores/keeper.sealed"), "backup"),
        (lambda folder: flip(folder / "vaults/main.sealed"), "backup"),
        (lambda folder: flip(page(folder)), "backup"),
        (lambda folder: page(folder).unlink(), "file"),
        (lambda folder: (folder / "stores/keeper.sealed").unlink(), "file"),
        (lambda folder: (folder / "manifest.json").unlink(), "file"),
        (lambda folder: (folder / "manifest.json").write_bytes(b"[]"), "backup"),
        (lambda folder: (folder / "manifest.json").write_bytes(b"{}"), "backup"),
        (lambda folder: (folder / "vaults/main/vault.id").unlink(), "file"),
    ],
)
def test_a_backup_that_is_not_whole_changes_nothing(houses, backed_up, how, code):
    how(backed_up[0])
    assert refusal(restore, backed_up[0], KEY, now=LATER, **houses[1].places) == code
    assert houses[1].empty()
    assert [path for path in houses[1].root.parent.iterdir() if "partial" in path.name] == []


def test_a_part_can_not_stand_in_for_an_older_one(tmp_path, houses, backed_up):
    Vault.open(houses[0].root, houses[0].db, KEK).put([b"newer"], bound=b"x")
    back_up(tmp_path / "newer", KEY, now=LATER, **houses[0].places)
    (tmp_path / "newer/stores/keeper.sealed").write_bytes(
        (backed_up[0] / "stores/keeper.sealed").read_bytes()
    )
    assert refusal(restore, tmp_path / "newer", KEY, now=LATER, **houses[1].places) == "backup"


def test_places_that_are_not_empty_are_refused(houses, backed_up):
    old, new = houses
    assert refusal(restore, backed_up[0], KEY, now=LATER, **old.places) == "backup"
    assert old.rows() == ROWS
    new.root.mkdir()
    (new.root / "something").touch()
    assert refusal(restore, backed_up[0], KEY, now=LATER, **new.places) == "backup"
    assert (new.root / "something").exists()
    (new.root / "something").unlink()
    restore(backed_up[0], KEY, now=LATER, **new.places)  # an empty folder will do


def test_other_stores_or_vaults_are_refused(houses, backed_up):
    new = houses[1]
    for places in (
        {"stores": [], "vaults": {"main": new.root}},
        {"stores": [new.part], "vaults": {}},
        {"stores": [StorePart("pantry", new.db)], "vaults": {"main": new.root}},
    ):
        assert refusal(restore, backed_up[0], KEY, now=LATER, **places) == "backup"


class Declared(StorePart):
    """A store whose tables are made as declared, without a history."""

    declared = MORE

    def make(self, revisions) -> None:
        create(self.db, self.declared)


class OtherTables(Declared):
    declared = incarnation.METADATA


def test_rows_that_do_not_fit_leave_nothing(houses, backed_up):
    places = houses[1].places | {"stores": [OtherTables("keeper", houses[1].db)]}
    assert refusal(restore, backed_up[0], KEY, now=LATER, **places) == "backup"
    assert houses[1].empty()


def test_a_backup_replaces_nothing(houses, backed_up):
    before = read_manifest(backed_up[0], KEY)
    assert refusal(back_up, backed_up[0], KEY, now=LATER, **houses[0].places) == "conflict"
    assert read_manifest(backed_up[0], KEY) == before
    assert before.made_at == NOW


def test_an_unknown_format_is_refused(backed_up, monkeypatch):
    from dure.storage.backup import form

    monkeypatch.setattr(form, "FORMAT", "dure/backup/v9")
    assert refusal(read_manifest, backed_up[0], KEY) == "backup"


def test_a_column_without_a_form_is_a_defect(tmp_path, new_url):
    metadata = MetaData()
    Table("times", metadata, Column("id", Integer, primary_key=True), Column("at", DateTime))
    db = open_database(new_url())
    create(db, metadata)
    from datetime import UTC, datetime

    with db.write() as connection:
        connection.execute(
            metadata.tables["times"].insert().values(id=1, at=datetime(2026, 1, 1, tzinfo=UTC))
        )
    (place := tmp_path / "copies").mkdir()
    with pytest.raises(TypeError):
        back_up(place / "b", KEY, stores=[StorePart("x", db)], vaults={}, now=NOW)
    assert list(place.iterdir()) == []
    db.close()


def test_a_store_without_incarnations_is_restored_too(tmp_path, new_url):
    first, second = open_database(new_url()), open_database(new_url())
    create(first, MORE)
    back_up(tmp_path / "b", KEY, stores=[StorePart("x", first)], vaults={}, now=NOW)
    begun = restore(tmp_path / "b", KEY, now=NOW, stores=[Declared("x", second)], vaults={})
    assert begun == {"x": ""}
    for db in (first, second):
        db.close()


def test_a_store_that_was_not_set_up_has_no_incarnation(database):
    with database.read() as connection, pytest.raises(StorageError):
        incarnation.current(connection)


@pytest.mark.parametrize(
    ("fault", "there"),
    [
        ("backup.store.written", False),
        ("backup.vault.written", False),
        ("backup.written", False),
        ("folder.renamed", True),
    ],
)
def test_kill_while_making_leaves_a_whole_backup_or_none(tmp_path, houses, history, fault, there):
    houses[0].fill()
    url = houses[0].db.engine.url.render_as_string(hide_password=False)
    arguments = (url, houses[0].root, history.folder, tmp_path / "backup")
    killed = run_child("tests.storage.backup_child", "make", *arguments, fault=fault)
    assert killed.returncode == -9
    assert (tmp_path / "backup").exists() == there
    if not there:
        assert run_child("tests.storage.backup_child", "make", *arguments).returncode == 0
    restore(tmp_path / "backup", KEY, now=LATER, **houses[1].places)
    assert houses[1].rows() == ROWS


@pytest.mark.parametrize(
    "fault", ["restore.vault.copied", "restore.store.loaded", "restore.stores.filled"]
)
def test_kill_while_restoring_never_brings_the_old_life_back(houses, backed_up, history, fault):
    new = houses[1]
    url = new.db.engine.url.render_as_string(hide_password=False)
    killed = run_child(
        "tests.storage.backup_child",
        "restore",
        url,
        new.root,
        history.folder,
        backed_up[0],
        fault=fault,
    )
    assert killed.returncode == -9
    assert not new.root.exists()
    with new.db.read() as connection:
        if inspect(connection).has_table("storage_incarnation"):
            count = select(func.count()).select_from(incarnation.INCARNATIONS)
            if connection.execute(count).scalar_one():
                assert incarnation.current(connection) != houses[0].incarnation()


def test_only_a_vaults_own_pages_are_copied(tmp_path, houses):
    """What the vault's folder belongs to may be trusted less than who makes the backup."""
    old, new = houses
    handle = old.fill()
    secret = tmp_path / "secret"
    secret.write_bytes(b"somebody else's")
    folder = next(path for path in (old.root / "pages").iterdir())
    name = folder.name + "f" * 30
    (folder / name).symlink_to(secret)
    (folder / "notes").write_text("no page")
    (folder / "two\nlines").write_text("no page")
    os.mkfifo(folder / (folder.name + "e" * 30))
    (old.root / "pages" / "zz").symlink_to(tmp_path)
    (old.root / "pages" / name).write_text("not in its place")
    back_up(tmp_path / "backup", KEY, now=NOW, **old.places)
    copied = list((tmp_path / "backup/vaults/main/pages").rglob("*"))
    assert sorted(path.name for path in copied if path.is_file()) == pages(old.root)
    assert secret.read_bytes() not in [path.read_bytes() for path in copied if path.is_file()]
    # The positive control: what is a page comes along, as unchangeable as it was.
    restore(tmp_path / "backup", KEY, now=LATER, **new.places)
    vault = Vault.open(new.root, new.db, KEK)
    assert b"".join(vault.read(handle)) == b"".join(PAGES)
    assert {page(tmp_path / "backup").stat().st_mode & 0o777, *modes(new.root)} == {0o400}


def pages(root: Path) -> list[str]:
    plain = (path for path in (root / "pages").glob("??/*") if not path.is_symlink())
    return sorted(path.name for path in plain if path.is_file() and len(path.name) == 32)


def modes(root: Path) -> set[int]:
    return {path.stat().st_mode & 0o777 for path in (root / "pages").glob("??/*")}


@pytest.mark.parametrize("part", ["vaults/main/vault.id", "stores/keeper.sealed", ""])
def test_a_backups_links_are_not_followed(tmp_path, houses, backed_up, part):
    """Carried media may be anybody's: a link in it must not lead whoever restores it elsewhere."""
    path = backed_up[0] / part if part else page(backed_up[0])
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert refusal(restore, backed_up[0], KEY, now=LATER, **houses[1].places) == "file"
    assert houses[1].empty()
    path.unlink()
    (tmp_path / "elsewhere").rename(path)
    restore(backed_up[0], KEY, now=LATER, **houses[1].places)


@pytest.mark.root
def test_a_full_disk_leaves_nothing(houses, small_disk):
    houses[0].fill()
    vault = Vault.open(houses[0].root, houses[0].db, KEK)
    vault.put([os.urandom(1_000_000) for _ in range(4)], bound=b"x")
    assert refusal(back_up, small_disk / "b", KEY, now=NOW, **houses[0].places) == "no-space"
    assert list(small_disk.iterdir()) == []


def test_lines_are_put_together_however_they_come():
    lines = [json.dumps([n, "x" * n]).encode() for n in range(40)]
    data = b"\n".join(lines)
    for size in (1, 7, 100, 10_000):
        chunks = [data[start : start + size] for start in range(0, len(data), size)]
        assert list(split(chunks)) == lines
