"""Catalogues to ask about: on SQLite, and on PostgreSQL where a server is named."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from dure.storage.database import Database, open_database
from dure.storage.tables import METADATA

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="module", params=ENGINES)
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A catalogue that the tests of one module fill once and then only read."""
    with _catalogue(request.param, tmp_path_factory.mktemp("policy")) as opened:
        yield opened


@pytest.fixture(params=ENGINES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty catalogue of the test's own."""
    with _catalogue(request.param, tmp_path) as opened:
        yield opened


@contextmanager
def _catalogue(engine: str, folder: Path) -> Iterator[Database]:
    with _sqlite(folder) if engine == "sqlite" else _postgresql() as url:
        opened = open_database(url)
        METADATA.create_all(opened.engine)
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def _sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'node.db'}"


@contextmanager
def _postgresql() -> Iterator[str]:
    server = make_url(os.environ["DURE_TEST_POSTGRES"])
    schema = f"policy_{secrets.token_hex(6)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    there = server.update_query_dict({"options": f"-csearch_path={schema}"})
    try:
        yield there.render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        engine.dispose()
