"""The asset catalogue."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import exists, select, update
from sqlalchemy.exc import IntegrityError

from dure.core.assets import Asset
from dure.core.errors import CoreError
from dure.core.labels import ALL, Label, LabelPolicy
from dure.storage.assets import AssetCatalogue
from dure.storage.errors import StorageError
from dure.storage.tables import ASSETS, FACTS, PARENTS, TERMS

POLICY = LabelPolicy(
    "demo",
    ("O", "S", "C"),
    frozenset({"maritime", "ports"}),
    frozenset({"coast", "navy", "customs"}),
    (("trial", ""), ("scoring", "trial"), ("watch", "")),
)
LABELS = [
    "coast//O// REL * FOR *",
    "coast//S//maritime,ports REL navy FOR trial",
    "coast+navy//C//ports REL - FOR -",
]


def an_asset(label: str = LABELS[0], **more) -> Asset:
    values = {
        "id": os.urandom(32).hex(),
        "kind": "dataset",
        "media_type": "application/vnd.apache.parquet",
        "schema_id": "dure/table/v1",
        "label": Label.parse(label, POLICY),
        "owner": "coast",
        "parents": (),
        "producer": "datasets.import",
        "created": "2026-01-31T09:30:00Z",
    }
    return Asset(**(values | more))


@pytest.fixture
def catalogue(database) -> AssetCatalogue:
    return AssetCatalogue(database, POLICY)


@pytest.mark.parametrize("label", LABELS)
def test_an_asset_comes_back(catalogue, label):
    asset = an_asset(label, parents=("b" * 64, "a" * 64))
    assert catalogue.record(
        asset, "항적", {"rows": "3", "digest": "sha256:00"}, by="coast.steward1"
    )
    entry = catalogue.get(asset.id)
    assert entry.asset == asset
    assert (entry.name, dict(entry.facts)) == ("항적", {"rows": "3", "digest": "sha256:00"})
    assert (entry.created_by, entry.withdrawn) == ("coast.steward1", False)
    assert catalogue.find() == [entry]
    assert catalogue.count() == 1


def test_recording_again_changes_nothing_and_something_else_is_refused(catalogue):
    asset = an_asset()
    assert catalogue.record(asset, "tracks", {"rows": "3"}) is True
    assert catalogue.record(asset, "tracks", {"rows": "3"}) is False
    for other, facts in ((asset, {"rows": "4"}), (replace(asset, kind="report"), {"rows": "3"})):
        with pytest.raises(StorageError) as caught:
            catalogue.record(other, "tracks", facts)
        assert caught.value.code == "storage.conflict"
    assert catalogue.count() == 1
    assert catalogue.get(asset.id).created_by == "datasets.import"


def test_a_record_belongs_to_the_caller_s_transaction(catalogue, database):
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        catalogue.record(an_asset(), "tracks", connection=connection)
        raise ZeroDivisionError
    assert catalogue.count() == 0


def test_unknown_assets(catalogue):
    for work in (catalogue.get, lambda each: catalogue.withdraw(each, by="x", at="y")):
        with pytest.raises(StorageError) as caught:
            work("0" * 64)
        assert caught.value.code == "storage.unknown"
    assert catalogue.parents("0" * 64) == ()


def test_withdrawn_assets_are_found_only_when_asked_for(catalogue):
    asset = an_asset()
    catalogue.record(asset, "tracks")
    assert catalogue.withdraw(asset.id, by="coast.steward1", at="2026-02-01T00:00:00Z") is True
    assert catalogue.withdraw(asset.id, by="coast.steward2", at="2026-02-02T00:00:00Z") is False
    assert catalogue.find() == []
    assert catalogue.count() == 0
    assert catalogue.count(withdrawn=True) == 1
    entry = catalogue.get(asset.id)
    assert entry.withdrawn
    assert (entry.withdrawn_by, entry.withdrawn_at) == ("coast.steward1", "2026-02-01T00:00:00Z")


@pytest.mark.parametrize("column", ["withdrawn_by", "withdrawn_at"])
def test_who_and_when_stand_together_or_not_at_all(catalogue, database, column):
    asset = an_asset()
    catalogue.record(asset, "tracks")
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(update(ASSETS).values({column: "2026-02-01T00:00:00Z"}))
    with database.write() as connection:  # the positive control
        connection.execute(
            update(ASSETS).values(withdrawn_by="x", withdrawn_at="2026-02-01T00:00:00Z")
        )
    assert catalogue.get(asset.id).withdrawn


@pytest.mark.parametrize(
    "row",
    [
        TERMS.insert().values(asset_id="0" * 64, part="owner", term="coast"),
        PARENTS.insert().values(asset_id="0" * 64, parent_id="1" * 64, position=0),
        FACTS.insert().values(asset_id="0" * 64, name="rows", value="1"),
    ],
    ids=["term", "parent", "fact"],
)
def test_rows_belong_to_an_asset(catalogue, database, row):
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(row)


def test_a_part_of_another_name_is_refused(catalogue, database):
    asset = an_asset()
    catalogue.record(asset, "tracks")
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(TERMS.insert().values(asset_id=asset.id, part="colour", term="red"))


def test_a_label_of_another_policy_is_refused(catalogue, database):
    other = LabelPolicy("other", ("O",), frozenset(), frozenset({"coast"}), ())
    asset = an_asset()
    foreign = replace(asset, label=Label.parse("coast//O// REL * FOR *", other))
    with pytest.raises(CoreError):
        catalogue.record(foreign, "tracks")
    catalogue.record(asset, "tracks")
    with pytest.raises(CoreError) as caught:
        AssetCatalogue(database, other).get(asset.id)
    assert caught.value.code == "core.label-policy"


def test_find_filters_orders_and_cuts(catalogue):
    assets = [
        an_asset(kind=kind, created=f"2026-01-{day:02}T00:00:00Z")
        for day, kind in enumerate(["dataset", "report", "dataset", "dataset"], 1)
    ]
    for asset in assets:
        catalogue.record(asset, "tracks")
    found = catalogue.find(ASSETS.c.kind == "dataset")
    assert [entry.asset for entry in found] == [assets[3], assets[2], assets[0]]
    assert catalogue.find(ASSETS.c.kind == "dataset", limit=1, offset=1) == found[1:2]
    assert catalogue.count(ASSETS.c.kind == "report") == 1


def test_parents_are_followed_all_the_way(catalogue):
    top, foreign = an_asset(), "f" * 64
    middle = an_asset(parents=(top.id, foreign))
    low = an_asset(parents=(middle.id, top.id))
    for asset in (top, middle, low):
        catalogue.record(asset, "tracks")
    assert catalogue.parents(low.id) == (middle.id, top.id, foreign)
    assert catalogue.parents(top.id) == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(
    grade=st.integers(0, 2),
    categories=st.frozensets(st.sampled_from(sorted(POLICY.categories))),
    releasable=st.just(ALL) | st.frozensets(st.sampled_from(sorted(POLICY.agencies))),
    purposes=st.just(ALL) | st.frozensets(st.sampled_from(["trial", "scoring", "watch"])),
)
def test_terms_say_what_the_label_says(
    catalogue, database, grade, categories, releasable, purposes
):
    label = Label(POLICY, frozenset({"coast"}), grade, categories, releasable, purposes)
    asset = an_asset(str(label))
    catalogue.record(asset, "tracks")
    assert catalogue.get(asset.id).asset.label == label

    def has(part: str, term: str):
        clause = (TERMS.c.asset_id == ASSETS.c.id) & (TERMS.c.part == part) & (TERMS.c.term == term)
        return exists(select(1).where(clause))

    mine = ASSETS.c.id == asset.id
    for agency in POLICY.agencies:
        let_through = catalogue.count(mine & (ASSETS.c.releasable_all | has("releasable", agency)))
        assert bool(let_through) == label.released_to(agency)
    for purpose, _ in POLICY.purposes:
        let_through = catalogue.count(mine & (ASSETS.c.purposes_all | has("purpose", purpose)))
        assert bool(let_through) == label.serves(purpose)
    for category in POLICY.categories:
        assert bool(catalogue.count(mine & has("category", category))) == (category in categories)
    assert catalogue.count(mine & (ASSETS.c.grade <= grade)) == 1
