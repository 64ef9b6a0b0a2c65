"""Databases: one writer, one snapshot, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import stat
import subprocess
import sys
import threading

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from dure.storage.database import NAMING, open_database
from dure.storage.errors import StorageError
from tests.storage.conftest import ROOT, run_child

METADATA = MetaData(naming_convention=NAMING)
COUNTS = Table(
    "counts",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("note", String, nullable=True),
    CheckConstraint("n >= 0", name="counted"),
)
LINES = Table(
    "lines",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("who", String, nullable=False),
)
CHILDREN = Table(
    "children",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("of", ForeignKey("counts.id")),
)


@pytest.fixture
def db(database_url):
    db = open_database(database_url)
    METADATA.create_all(db.engine)
    with db.write() as connection:
        connection.execute(insert(COUNTS).values(id=1, n=0))
    yield db
    db.close()


def count(db) -> int:
    with db.read() as connection:
        return connection.execute(select(COUNTS.c.n)).scalar_one()


def test_what_is_written_is_there(db, database_url):
    with db.write() as connection:
        connection.execute(update(COUNTS).values(n=7))
    again = open_database(database_url)
    assert count(again) == 7
    again.close()


def test_an_error_in_the_body_takes_everything_back(db):
    with pytest.raises(ZeroDivisionError), db.write() as connection:
        connection.execute(update(COUNTS).values(n=7))
        raise ZeroDivisionError
    assert count(db) == 0
    with db.write() as connection:  # and the next writer has its turn
        connection.execute(update(COUNTS).values(n=8))
    assert count(db) == 8


def test_a_reader_can_not_write(db):
    with pytest.raises(StorageError) as caught, db.read() as connection:
        connection.execute(update(COUNTS).values(n=9))
    assert caught.value.code == "storage.database"
    assert "written" in str(caught.value)
    assert count(db) == 0


def test_a_reader_sees_one_snapshot(db):
    with db.read() as reading:
        before = reading.execute(select(COUNTS.c.n)).scalar_one()
        with db.write() as writing:
            writing.execute(update(COUNTS).values(n=5))
        assert reading.execute(select(COUNTS.c.n)).scalar_one() == before
    assert count(db) == 5


def test_a_write_inside_a_write_is_a_defect(db):
    with pytest.raises(RuntimeError), db.write(), db.write():
        pass


def test_a_writer_s_turn_that_does_not_come_is_a_clear_error(db, database_url):
    impatient = open_database(database_url, busy_s=0.05)
    with db.write(), pytest.raises(StorageError) as caught, impatient.write():
        pass
    assert "another process" in caught.value.why
    with impatient.write() as connection:
        connection.execute(update(COUNTS).values(n=1))
    impatient.close()


def test_threads_lose_no_increment(db):
    def work() -> None:
        for _ in range(20):
            with db.write() as connection:
                n = connection.execute(select(COUNTS.c.n)).scalar_one()
                connection.execute(update(COUNTS).values(n=n + 1))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(db) == 80


def test_two_processes_lose_nothing(db, database_url):
    command = [sys.executable, "-m", "tests.storage.writing_child", database_url]
    environment = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": ""}
    children = [
        subprocess.Popen([*command, name, "40"], cwd=ROOT, env=environment) for name in ("a", "b")
    ]
    assert [child.wait(60) for child in children] == [0, 0]
    assert count(db) == 80
    with db.read() as connection:
        rows = select(LINES.c.who, func.count()).group_by(LINES.c.who)
        assert dict(connection.execute(rows).all()) == {"a": 40, "b": 40}


def test_a_store_opened_twice_in_a_process_keeps_its_locks(db, database_url):
    """Closing any descriptor of a file drops a process's locks on it (POSIX advisory locks).

    A child that then closes last would remove the log under our open connection, and what is
    written into a removed log is lost.
    """
    with db.write() as connection:
        connection.execute(update(COUNTS).values(n=1))
    open_database(database_url).close()
    opened_and_closed = (
        "import sys; from dure.storage.database import open_database as o; o(sys.argv[1]).close()"
    )
    environment = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": ""}
    subprocess.run(
        [sys.executable, "-c", opened_and_closed, database_url], env=environment, check=True
    )
    with db.write() as connection:
        connection.execute(update(COUNTS).values(n=7))
    second = open_database(database_url)
    assert count(second) == 7
    second.close()


@pytest.mark.parametrize(
    ("fault", "kept"),
    [("database.begun:3", 2), ("database.committing:3", 2), ("database.committed:3", 3)],
)
def test_kill_loses_nothing_that_was_committed(db, database_url, fault, kept):
    killed = run_child("tests.storage.writing_child", database_url, "a", 5, fault=fault)
    assert killed.returncode == -9
    assert count(db) == kept
    with db.read() as connection:
        assert connection.execute(select(func.count()).select_from(LINES)).scalar_one() == kept
    assert run_child("tests.storage.writing_child", database_url, "a", 1).returncode == 0


def test_constraints_stand_in_the_database(db):
    with pytest.raises(IntegrityError), db.write() as connection:
        connection.execute(update(COUNTS).values(n=-1))
    with pytest.raises(IntegrityError), db.write() as connection:
        connection.execute(insert(CHILDREN).values(id=1, of=99))


def test_a_refused_value_is_not_in_the_message(db):
    with pytest.raises(IntegrityError) as caught, db.write() as connection:
        connection.execute(update(COUNTS).values(n=-1, note="a secret value"))
    assert "parameters hidden" in str(caught.value)


def test_a_missing_table_is_a_schema_that_does_not_fit(db):
    with pytest.raises(StorageError) as caught, db.read() as connection:
        connection.execute(text("SELECT 1 FROM nowhere"))
    assert "schema" in caught.value.why


def test_a_defect_of_the_caller_stays_itself(db):
    with pytest.raises(Exception, match=r"(?i)syntax") as caught, db.read() as connection:
        connection.execute(text("SELEKT 1"))
    assert not isinstance(caught.value, StorageError)


def test_rebuild_changes_the_schema_or_nothing(db):
    with pytest.raises(ZeroDivisionError), db.rebuild() as connection:
        connection.execute(text("CREATE TABLE made (id INTEGER)"))
        raise ZeroDivisionError
    with db.rebuild() as connection:
        connection.execute(text("CREATE TABLE made (id INTEGER)"))
    with db.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM made")).scalar_one() == 0


def test_rebuild_refuses_a_dangling_key(tmp_path):
    db = open_database(f"sqlite:///{tmp_path}/a.db")
    METADATA.create_all(db.engine)
    with pytest.raises(StorageError) as caught, db.rebuild() as connection:
        connection.execute(insert(CHILDREN).values(id=1, of=99))
    assert "dangles" in caught.value.why
    with pytest.raises(IntegrityError), db.write() as connection:  # the keys are on again
        connection.execute(insert(CHILDREN).values(id=1, of=99))
    db.close()


def test_scrub_runs(db):
    db.scrub("counts", "lines")
    assert count(db) == 0


def test_sqlite_is_durable_and_private(tmp_path):
    path = tmp_path / "a.db"
    db = open_database(f"sqlite:///{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with db.read() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    assert repr(db) == f"Database(sqlite:///{path})"
    db.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nothing like a url", "not a database URL"),
        ("mysql://host/name", "only sqlite and postgresql"),
        ("oracle+nothing://host/name", "not a database URL"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("postgresql://who:hidden@127.0.0.1:1/name", "can't be reached"),
    ],
)
def test_bad_urls_are_refused_without_the_password(url, words):
    with pytest.raises(StorageError) as caught:
        open_database(url)
    assert caught.value.code == "storage.database"
    assert words in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(StorageError) as caught:
        open_database(f"sqlite:///{tmp_path}/nowhere/a.db")
    assert caught.value.code == "storage.file"


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "a.db").write_bytes(b"this was never a database" * 100)
    with pytest.raises(StorageError) as caught:
        open_database(f"sqlite:///{tmp_path}/a.db")
    assert "not a database" in caught.value.why


@pytest.mark.root
def test_a_full_disk_is_a_clear_error(small_disk):
    db = open_database(f"sqlite:///{small_disk}/a.db")
    METADATA.create_all(db.engine)
    with pytest.raises(StorageError) as caught, db.write() as connection:
        rows = [{"id": n, "n": n, "note": "x" * 1000} for n in range(10, 5000)]
        connection.execute(insert(COUNTS), rows)
    assert caught.value.code == "storage.no-space"
    with db.read() as connection:
        assert connection.execute(select(func.count()).select_from(COUNTS)).scalar_one() == 0
    db.close()
