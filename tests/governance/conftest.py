"""A store, and a world around it, on each engine in turn."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.governance.alliance import World, make_store


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new, empty database of its own."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'executor.db'}"
        return
    server = make_url(os.environ["DURE_TEST_POSTGRES"])
    schema = "g" + os.urandom(8).hex()
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    url = server.update_query_dict({"options": f"-csearch_path={schema}"})
    yield url.render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture
def world(store_url: str, tmp_path: Path) -> Iterator[World]:
    """An executor with the demo charter pinned."""
    directory = tmp_path / "releases"
    directory.mkdir()
    made = World(make_store(store_url), directory)
    made.pin()
    yield made
    made.db.close()


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[World]:
    """An executor with no charter pinned, on SQLite."""
    made = World(make_store(f"sqlite:///{tmp_path / 'bare.db'}"), tmp_path)
    yield made
    made.db.close()
