"""The three stores: migrated schemas are the declared ones, also on PostgreSQL, where a node can live."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine, make_url, text

from dure.core.rooms import load
from dure.exchange import tables as exchange
from dure.governance import keeper_tables, tables
from dure.node.home import Settings
from dure.node.rooms import rooms
from dure.storage import incarnation, vault
from dure.storage import tables as assets
from dure.storage.database import open_database
from dure.storage.migrations import compare, migrate
from tests.node import alliance
from tests.node.alliance import LABEL, SHARED


def declared(store: str) -> list[MetaData]:
    found = {
        "node": [assets.METADATA, incarnation.METADATA, exchange.METADATA],
        "executor": [tables.METADATA, incarnation.METADATA],
        "keeper": [keeper_tables.METADATA, vault.METADATA, incarnation.METADATA],
    }
    if store == "node":
        found["node"] += [load(room.tables) for room in rooms() if room.tables]
    return found[store]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Gives the URL of a new empty store at every call."""
    made: list[str] = []

    def new() -> str:
        made.append("n" + os.urandom(8).hex())
        if request.param == "sqlite":
            return f"sqlite:///{tmp_path / made[-1]}.db"
        with engine.connect() as connection:
            connection.execute(text(f"CREATE SCHEMA {made[-1]}"))
        url = server.update_query_dict({"options": f"-csearch_path={made[-1]}"})
        return url.render_as_string(hide_password=False)

    if request.param == "sqlite":
        yield new
        return
    server = make_url(os.environ["DURE_TEST_POSTGRES"])
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    yield new
    with engine.connect() as connection:
        for schema in made:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.mark.parametrize("store", ["node", "executor", "keeper"])
def test_a_migrated_store_is_the_declared_one(new_url: Callable[[], str], store: str):
    with closing(open_database(new_url())) as database:
        migrate(database, store)
        assert compare(database, store, declared(store)) == []
        # The positive control: a table that no migration makes is missed.
        extra = MetaData()
        from sqlalchemy import Column, Integer, Table

        Table("never_made", extra, Column("id", Integer, primary_key=True))
        assert compare(database, store, [*declared(store), extra]) != []


def test_benchmarks_that_were_there_are_numbered_in_the_order_of_their_making(
    new_url: Callable[[], str],
):
    row = (
        "INSERT INTO trials_benchmarks (asset_id, name, dataset_id, train_id, features_id, answers_id,"
        " definition, budget, prepared_at, prepared_by) VALUES (:id, :name, 'd', 't', 'f', 'a', '{}', 1,"
        " :at, 'bravo.steward')"
    )
    made = [
        ("b", "first", "2026-02-01"),
        ("a", "first", "2026-01-01"),
        ("c", "other", "2026-03-01"),
    ]
    with closing(open_database(new_url())) as database:
        migrate(database, "node", to="0004")
        with database.write() as connection:
            for id_, name, at in made:
                connection.execute(text(row), {"id": id_, "name": name, "at": at})
        migrate(database, "node")
        with database.read() as connection:
            found = connection.execute(
                text("SELECT asset_id, version FROM trials_benchmarks ORDER BY asset_id")
            ).all()
        assert found == [("a", 1), ("b", 2), ("c", 1)]


def test_a_node_whose_stores_lie_elsewhere(new_url: Callable[[], str], tmp_path: Path):
    """On PostgreSQL when there is one: import, request, votes, permit, act, ledger."""
    settings = Settings(
        "bravo", "intl", "embedded", "bravo.steward",
        database=new_url(), executor_database=new_url(), keeper_database=new_url(),
    )  # fmt: skip
    made = alliance.make(tmp_path / "made", {"bravo": settings})
    with alliance.services_inside(), made.open() as node:
        node.pin_charter(made.charter)
        asset = node.datasets.import_(made.data, label=LABEL, name="tracks")
        assert [row["id"] for row in node.datasets.list()] == [asset.id]
        request = node.transfers.request("tracks", to="alpha", label=SHARED)["id"]
        made.approve(node, request)
        assert node.transfers.seal(request)["to"] == "alpha"
        size = node.ledger.export(tmp_path / "record")["size"]
        assert node.ledger.verify(tmp_path / "record")["entries"] == size
        assert len(node.exchange.send(tmp_path / "media")) == 1
    assert not list(made.home().glob("*/*.db"))
    with made.vault() as vault_:
        assert vault_.verify().clean
