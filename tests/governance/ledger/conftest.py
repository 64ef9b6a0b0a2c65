from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from dure.governance.ledger.log import Ledger
from dure.storage.database import Database
from tests.governance.ledger.ledgers import Keys, make_database, open_ledger, sqlite_url


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield sqlite_url(tmp_path)
        return
    server = os.environ["DURE_TEST_POSTGRES"]
    schema = f"ledger_{secrets.token_hex(6)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    yield f"{server}?options=-csearch_path%3D{schema}"
    with engine.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    database = make_database(url)
    yield database
    database.close()


@pytest.fixture
def ledger(db: Database, keys: Keys) -> Iterator[Ledger]:
    opened = open_ledger(db, keys)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_ledger(tmp_path: Path, keys: Keys) -> Iterator[Ledger]:
    database = make_database(sqlite_url(tmp_path))
    opened = open_ledger(database, keys)
    yield opened
    opened.close()
    database.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 1 MiB."""
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], check=True)
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)
