"""Migrations: one transaction, forwards, and the schema that the code declares."""

from __future__ import annotations

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    inspect,
    select,
)

from dure.core.rooms import load
from dure.storage import incarnation, tables, vault
from dure.storage.database import NAMING, open_database
from dure.storage.errors import StorageError
from dure.storage.migrations import STORES, History, compare, history, migrate, revision
from dure.storage.migrations.generate import main, write_revision
from tests.storage.conftest import run_child

OURS = [tables.METADATA, vault.METADATA, incarnation.METADATA]


@pytest.fixture
def probe(tmp_path) -> History:
    (tmp_path / "versions").mkdir()
    return History("probe", tmp_path / "versions")


@pytest.fixture
def db(database_url):
    db = open_database(database_url)
    yield db
    db.close()


def metadata(*, more: bool = False, check: str = "n >= 0") -> MetaData:
    made = MetaData(naming_convention=NAMING)
    Table(
        "probes",
        made,
        Column("id", Integer, primary_key=True),
        Column("n", Integer, nullable=False),
        *([Column("note", String(20), nullable=True)] if more else []),
        CheckConstraint(check, name="counted"),
    )
    Table(
        "sons", made, Column("id", Integer, primary_key=True), Column("of", ForeignKey("probes.id"))
    )
    return made


def test_a_migrated_database_has_the_declared_tables(db, probe):
    written = write_revision(probe, OURS, "first tables")
    assert written is not None
    assert written.name == "r0001_first_tables.py"
    assert write_revision(probe, OURS, "again") is None
    assert revision(db, probe) is None
    assert migrate(db, probe) == "0001"
    assert revision(db, probe) == "0001"
    assert migrate(db, probe) == "0001"
    assert compare(db, probe, OURS) == []


def test_differences_are_named(db, probe):
    write_revision(probe, metadata(), "first")
    migrate(db, probe)
    assert compare(db, probe, metadata()) == []
    assert any("note" in each for each in compare(db, probe, metadata(more=True)))
    assert any(
        "storage_assets" in each for each in compare(db, probe, [metadata(), tables.METADATA])
    )
    other = metadata()
    Table("probes", other, CheckConstraint("n < 9", name="small"), extend_existing=True)
    assert any("checks of probes" in each for each in compare(db, probe, other))


def test_a_second_step_keeps_rows_and_references(db, probe):
    write_revision(probe, metadata(), "first")
    migrate(db, probe)
    probes, sons = (metadata().tables[name] for name in ("probes", "sons"))
    with db.write() as connection:
        connection.execute(probes.insert().values(id=1, n=5))
        connection.execute(sons.insert().values(id=1, of=1))
    written = write_revision(probe, metadata(more=True), "a note")
    assert written is not None
    assert written.name == "r0002_a_note.py"
    assert migrate(db, probe) == "0002"
    assert compare(db, probe, metadata(more=True)) == []
    with db.read() as connection:
        assert connection.execute(select(metadata(more=True).tables["probes"])).all() == [
            (1, 5, None)
        ]
        assert connection.execute(select(sons)).all() == [(1, 1)]


def test_a_step_that_fails_leaves_the_old_schema_whole(db, probe):
    write_revision(probe, metadata(), "first")
    migrate(db, probe)
    written = write_revision(probe, metadata(more=True), "a note")
    written.write_text(written.read_text() + "\n    raise ZeroDivisionError\n")
    with pytest.raises(ZeroDivisionError):
        migrate(db, probe)
    assert revision(db, probe) == "0001"
    assert compare(db, probe, metadata()) == []


@pytest.mark.parametrize(
    ("fault", "at"), [("migrations.run", None), ("migrations.committed", "0001")]
)
def test_kill_leaves_the_old_or_the_new(db, database_url, probe, fault, at):
    write_revision(probe, metadata(), "first")
    arguments = ("tests.storage.migrating_child", database_url, probe.folder)
    assert run_child(*arguments, fault=fault).returncode == -9
    assert revision(db, probe) == at
    assert migrate(db, probe) == "0001"
    assert compare(db, probe, metadata()) == []


def test_an_older_dure_refuses_a_newer_database(db, probe):
    write_revision(probe, metadata(), "first")
    written = write_revision(probe, metadata(more=True), "second")
    migrate(db, probe)
    written.unlink()
    with pytest.raises(StorageError) as caught:
        migrate(db, probe)
    assert caught.value.code == "storage.database"
    assert "does not know" in caught.value.why


def test_a_forked_history_is_a_defect(probe):
    write_revision(probe, metadata(), "first")
    written = write_revision(probe, metadata(more=True), "second")
    fork = written.read_text().replace('"0002"', '"0003"').replace("'0002'", "'0003'")
    (probe.folder / "r0003_fork.py").write_text(fork)
    with pytest.raises(RuntimeError, match="forks"):
        probe.head()


def test_histories_share_a_database(db, probe, tmp_path):
    (tmp_path / "other").mkdir()
    other = History("other", tmp_path / "other")
    write_revision(probe, metadata(), "first")
    write_revision(other, tables.METADATA, "first")
    migrate(db, probe)
    migrate(db, other)
    with db.read() as connection:
        names = set(inspect(connection).get_table_names())
    assert {"storage_schema_probe", "storage_schema_other", "probes", "storage_assets"} <= names


def test_the_three_stores_migrate(new_url):
    for store in STORES:
        db = open_database(new_url())
        assert migrate(db, store) == history(store).head()
        db.close()


def test_the_stores_have_our_tables_as_declared(new_url):
    ours = {
        "node": [tables.METADATA, incarnation.METADATA],
        "executor": [incarnation.METADATA],
        "keeper": [vault.METADATA, incarnation.METADATA],
    }
    for store, declared in ours.items():
        db = open_database(new_url())
        if migrate(db, store) is not None:
            wanted = {name for metadata in declared for name in metadata.tables}
            differences = compare(db, store, declared)
            assert [each for each in differences if any(name in each for name in wanted)] == []
        db.close()


def test_another_store_is_a_defect():
    with pytest.raises(ValueError):
        history("pantry")


def test_the_command_line(tmp_path, monkeypatch, capsys):
    from dure.storage.migrations import generate

    probe = History("node", tmp_path)
    monkeypatch.setattr(generate, "history", lambda _: probe)
    arguments = ["node", "first tables", "dure.storage.tables:METADATA"]
    assert main(arguments) == 0
    assert "r0001_first_tables.py" in capsys.readouterr().out
    assert main(arguments) == 0
    assert "nothing to change" in capsys.readouterr().out
    assert load("dure.storage.vault:METADATA") is vault.METADATA
