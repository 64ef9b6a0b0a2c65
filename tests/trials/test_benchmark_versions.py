"""Versions of a benchmark: numbered, each with its own runs, and closed when their time is over."""

from __future__ import annotations

import pytest

from dure.core.errors import DureError
from dure.trials import versions
from dure.trials.benchmark import find_benchmark, prepare
from dure.trials.jobs.queueing import put_run
from dure.trials.leaderboard.board import leaderboard
from dure.trials.offering.offer import open_card, write_card
from dure.trials.run import run
from dure.trials.tables import BENCHMARKS
from tests.trials.conftest import World, definition, flights
from tests.trials.house import TrialHouse


def rows() -> bytes:
    return flights(100)


def code(caught: pytest.ExceptionInfo[DureError]) -> str:
    return caught.value.code


def test_another_definition_or_another_version_of_the_data_is_the_next_version(house: TrialHouse):
    first = prepare(house, house.dataset(flights()).id, definition(), dummy=rows)
    assert prepare(house, first.asset.parents[0], definition()).asset == first.asset
    second = prepare(house, first.asset.parents[0], definition(budget=7))
    third = prepare(house, house.dataset(flights(300)).id, definition(budget=7))
    assert [each.version for each in (first, second, third)] == [1, 2, 3]
    assert first.asset.id in second.asset.parents
    assert second.asset.id in third.asset.parents
    assert first.asset.id not in third.asset.parents
    for name, found in (
        ("arrival-delay", third),
        ("arrival-delay@2", second),
        (first.asset.id, first),
        (first.asset.id[:12], first),
    ):
        assert find_benchmark(house, name) == found
    # A name is its newest open version, and the newest when none is; the next is numbered after all.
    versions.close(house, "arrival-delay@3", "too few rows")
    assert find_benchmark(house, "arrival-delay") == second
    for closed in ("arrival-delay", "arrival-delay"):
        versions.close(house, closed, "done")
    assert find_benchmark(house, "arrival-delay") == third
    assert versions.latest(house, "arrival-delay") == (3, third.asset.id)
    with pytest.raises(DureError) as caught:
        find_benchmark(house, "arrival-delay@4")
    assert code(caught) == "trials.unknown"


def test_its_card_tells_of_the_version_and_ships_its_rows(house: TrialHouse):
    made = prepare(house, house.dataset(flights()).id, definition(), dummy=rows)
    sealed = write_card(house, "arrival-delay")
    assert sealed.label == made.asset.label
    assert {made.asset.id, made.dummy} <= set(sealed.parents)
    card = open_card(house, sealed.id)
    assert (card.agency, card.name, card.dummy) == ("bravo", "arrival-delay@1", rows())
    assert card.types["arr_delay"] == "number"
    assert write_card(house, "arrival-delay").id == sealed.id
    without = prepare(house, made.asset.parents[0], definition(budget=3))
    assert without.dummy == ""
    assert open_card(house, write_card(house, "arrival-delay").id).dummy == b""
    with pytest.raises(DureError) as caught:
        write_card(house.as_("bravo.checker"), "arrival-delay")
    assert code(caught) == "governance.denied"


def test_nothing_new_is_run_on_what_is_closed(world: World):
    house, old = world.bravo, world.benchmark
    algorithm = world.send(world.variant("baseline"))
    newer = prepare(house, world.dataset.id, definition(seed=2))
    done = run(house, algorithm.id, f"arrival-delay@{old.version}")
    before = leaderboard(house, old.asset.id, everything=True)
    with pytest.raises(DureError) as caught:
        versions.close(house.as_("bravo.checker"), old.asset.id, "not mine")
    assert code(caught) == "governance.denied"
    house.as_("bravo.operator")
    for reason in ("", "a\nb", "x" * 501):
        with pytest.raises(DureError) as caught:
            versions.close(house, old.asset.id, reason)
        assert code(caught) == "trials.benchmark"
    closed = versions.close(house, old.asset.id, "its rows were corrected")
    assert versions.close(house, old.asset.id, "again")["closed_reason"] == closed["closed_reason"]
    for refused in (
        lambda: run(house, algorithm.id, old.asset.id),
        lambda: put_run(house, algorithm.id, old.asset.id, seed=1),
        lambda: write_card(house, old.asset.id),
    ):
        with pytest.raises(DureError) as caught:
            refused()
        assert code(caught) == "trials.closed"
        assert "its rows" not in str(caught.value)
    # What was run stays; the newer version is open, and its leaderboard its own.
    assert leaderboard(house, old.asset.id, everything=True) == before
    assert [row["rank"] for row in before] == [1]
    assert done.asset.id
    assert leaderboard(house, newer.asset.id, everything=True) == []
    assert put_run(house, algorithm.id, "arrival-delay", seed=1)


def test_two_at_once_never_make_the_same_version(
    house: TrialHouse, monkeypatch: pytest.MonkeyPatch
):
    dataset = house.dataset(flights()).id
    prepare(house, dataset, definition())
    monkeypatch.setattr(versions, "latest", lambda *_: (0, ""))  # somebody who did not see it
    with pytest.raises(DureError) as caught:
        prepare(house, dataset, definition(budget=7))
    assert code(caught) == "trials.benchmark"
    with house.database.read() as connection:
        assert len(connection.execute(BENCHMARKS.select()).all()) == 1
    monkeypatch.undo()
    assert prepare(house, dataset, definition(budget=7)).version == 2
