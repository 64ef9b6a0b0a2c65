"""What the tests of storage stand on: each database URL in turn, empty and of its own."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine, make_url, text

from dure.core import faults
from dure.storage import incarnation, tables, vault
from dure.storage.database import Database, open_database

ROOT = Path(__file__).resolve().parents[2]
ALL_TABLES = (tables.METADATA, vault.METADATA, incarnation.METADATA)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_kind(request) -> str:
    """Which database; a module that tests vaults has `vault_kind` say it too."""
    return request.param


@pytest.fixture(
    params=[
        ("sqlite", "folder"),
        pytest.param(("postgresql", "folder"), marks=pytest.mark.postgres),
        pytest.param(("sqlite", "bucket"), marks=pytest.mark.s3),
    ],
    ids="-".join,
)
def vault_kind(request) -> tuple[str, str]:
    """Which database a vault's index is in, and which shelf its pages are on."""
    return request.param


@pytest.fixture
def new_url(database_kind: str, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Gives the URL of a new empty database at every call."""
    if database_kind == "sqlite":
        yield lambda: f"sqlite:///{tmp_path / (os.urandom(4).hex() + '.db')}"
        return
    server = make_url(os.environ["DURE_TEST_POSTGRES"])
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    made: list[str] = []

    def new() -> str:
        schema = "t" + os.urandom(8).hex()
        made.append(schema)
        with engine.connect() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        url = server.update_query_dict({"options": f"-csearch_path={schema}"})
        return url.render_as_string(hide_password=False)

    yield new
    with engine.connect() as connection:
        for schema in made:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture
def database_url(new_url) -> str:
    return new_url()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with every table of storage."""
    db = open_database(database_url)
    create(db)
    yield db
    db.close()


def create(db: Database, *metadata: MetaData) -> None:
    for each in metadata or ALL_TABLES:
        each.create_all(db.engine)


@dataclass(frozen=True)
class Done:
    """How a child ended; -9 is SIGKILL."""

    returncode: int
    stdout: str


_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["pytest", "alembic.autogenerate", "dure.storage.backup", __name__])


def run_child(module: str, *arguments: object, fault: str = "") -> Done:
    """Run a module as a program in a process of its own, with a fault point armed.

    The process is forked from a server that has imported everything and opened nothing, which
    takes a tenth of the time of a fresh interpreter.
    """
    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch) / "output"
        child = _SERVER.Process(
            target=_child, args=(module, tuple(map(str, arguments)), fault, str(output))
        )
        child.start()
        child.join(60)
        assert child.exitcode is not None, "the child hangs"
        return Done(child.exitcode, output.read_text())


def _child(module: str, arguments: tuple[str, ...], fault: str, output: str) -> None:
    faults._armed = fault
    sys.argv = [module, *arguments]
    with Path(output).open("w", buffering=1) as stream:
        sys.stdout = sys.stderr = stream
        runpy.run_module(module, run_name="__main__", alter_sys=True)


def run_program(module: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run ``python -m module``."""
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 2 MiB; takes root."""
    place = tmp_path / "small"
    place.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("takes the right to mount a tmpfs")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)
