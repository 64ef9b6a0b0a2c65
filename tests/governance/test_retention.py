"""Retention: a withdrawal reaches what was made of a thing, holds hold, and only the abandoned goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from dure.governance.about import About
from dure.governance.errors import GovernanceError
from dure.governance.policy.errors import PolicyError
from dure.governance.retention import GRACE_S
from dure.governance.spec import READ
from tests.governance import test_keeper
from tests.governance.alliance import OPEN_TEXT
from tests.governance.test_keeper import Room

room = test_keeper.room


def seal(room: Room, kind: str, *parents: str, producer: str = "dataset.import") -> str:
    """Seal something of its own content."""
    about = About(kind, "-", "-", OPEN_TEXT, parents, producer)
    seal.count += 1  # type: ignore[attr-defined]
    return room.keeper.seal([b"content %d" % seal.count], about).id  # type: ignore[attr-defined]


seal.count = 0  # type: ignore[attr-defined]


@pytest.fixture
def made(room: Room) -> dict[str, str]:
    """Two versions of a data set; a benchmark, a report and a run of the first; a stray table."""
    table, later = seal(room, "dataset.table"), seal(room, "dataset.table")
    dataset = seal(room, "dataset", table)
    second = seal(room, "dataset", later, dataset, producer="dataset.commit")
    part = seal(room, "dataset.split", table, producer="trial.prepare")
    benchmark = seal(room, "benchmark", dataset, part, producer="trial.prepare")
    report = seal(room, "report", benchmark, producer="trial.run")
    stray = seal(room, "dataset.table")
    return {
        "table": table, "later": later, "dataset": dataset, "second": second, "part": part,
        "benchmark": benchmark, "report": report, "stray": stray,
    }  # fmt: skip


def refused(work: object, *arguments: object) -> str:
    with pytest.raises(GovernanceError) as caught:
        work(*arguments)  # type: ignore[operator]
    return str(caught.value.facts["reason"])


# ── withdrawal ─────────────────────────────────────────────────────────────────────────────────
def test_a_withdrawal_reaches_all_that_was_made_of_it(room: Room, made: dict[str, str]) -> None:
    keeping = room.keeper.retention
    names = {asset: name for name, asset in made.items()}
    reached = [names[each] for each in keeping.dependants(made["dataset"])]
    assert reached[0] == "dataset"
    assert set(reached) == {"dataset", "table", "part", "benchmark", "report"}
    assert not keeping.withdrawn(made["dataset"])
    assert keeping.withdraw(made["dataset"]) == keeping.dependants(made["dataset"])
    assert {name for name, asset in made.items() if keeping.withdrawn(asset)} == set(reached)
    # A later version is not made of an earlier one, and doing it twice is doing it once.
    keeping.withdraw(made["dataset"])
    assert not keeping.withdrawn(made["second"])
    assert [names[each] for each in keeping.dependants(made["report"])] == ["report"]
    assert {names[each] for each in keeping.dependants(made["second"])} == {"second", "later"}


def test_the_images_of_a_data_set_go_with_it(room: Room) -> None:
    keeping = room.keeper.retention
    index, pack, stray = (
        seal(room, kind) for kind in ("dataset.table", "dataset.images", "dataset.images")
    )
    dataset = seal(room, "dataset", index, pack)
    assert set(keeping.withdraw(dataset)) == {dataset, index, pack}
    room.clock.now += GRACE_S + 1
    assert keeping.abandoned() == (stray,)  # what a crash left of another import


def test_a_table_that_two_descriptions_share_goes_with_the_last(
    room: Room,
    made: dict[str, str],
) -> None:
    keeping = room.keeper.retention
    other = seal(room, "dataset", made["table"])
    assert made["table"] not in keeping.dependants(made["dataset"])
    assert made["part"] not in keeping.dependants(other)
    assert {other, made["table"]} < set(keeping.dependants(made["table"]))


def test_what_is_withdrawn_is_neither_read_nor_built_on(room: Room, made: dict[str, str]) -> None:
    assert room.read(room.ticket(made["dataset"])).startswith(b"content")
    permit = room.approved(assets=(made["stray"],), source=OPEN_TEXT)
    assert room.keeper.open_for_permit(*permit, made["stray"])[0] > 0
    room.keeper.retention.withdraw(made["dataset"])
    room.keeper.retention.withdraw(made["stray"])
    with pytest.raises(PolicyError) as denied:
        room.read(room.ticket(made["dataset"]))
    assert "withdrawn" in str(denied.value)
    assert refused(room.keeper.open_for_permit, *permit, made["stray"]) == "withdrawn"
    with pytest.raises(GovernanceError) as no:
        seal(room, "report", made["dataset"])
    assert no.value.facts["reason"] == "withdrawn"
    assert room.read(room.ticket(made["second"])).startswith(b"content")
    assert READ.name == "content.read"


# ── holds ──────────────────────────────────────────────────────────────────────────────────────
def test_a_hold_stands_until_it_is_lifted(room: Room, made: dict[str, str]) -> None:
    keeping = room.keeper.retention
    keeping.hold(made["dataset"])
    since = keeping.holds()
    room.clock.now += 100
    keeping.hold(made["dataset"])
    assert keeping.holds() == since
    assert list(since) == [made["dataset"]]
    assert keeping.lift(made["dataset"])
    assert not keeping.lift(made["dataset"])
    assert keeping.holds() == {}


@pytest.mark.parametrize("verb", ["hold", "withdraw", "dependants"])
def test_what_the_vault_does_not_hold_is_refused(room: Room, verb: str) -> None:
    assert refused(getattr(room.keeper.retention, verb), "0" * 64) == "unknown-asset"


# ── garbage ────────────────────────────────────────────────────────────────────────────────────
def test_only_what_nothing_names_and_nothing_holds_is_destroyed(
    room: Room,
    made: dict[str, str],
) -> None:
    keeping = room.keeper.retention
    assert keeping.abandoned() == ()  # it may still be on its way
    room.clock.now += GRACE_S + 1
    young = seal(room, "dataset.table")
    assert keeping.abandoned() == (made["stray"],)
    keeping.hold(made["stray"])
    assert keeping.abandoned() == ()
    assert keeping.collect([made["stray"]])[0] == ()
    keeping.lift(made["stray"])
    # Whoever asks may name what he likes.
    assert keeping.collect([*made.values(), young, "0" * 64])[0] == (made["stray"],)
    assert not room.vault.exists(made["stray"])
    for name, asset in made.items():
        assert room.vault.exists(asset) == (name != "stray")
    assert room.vault.exists(young)
    assert keeping.collect([made["stray"]])[0] == ()
    assert room.vault.verify().clean


def test_a_collection_that_was_cut_short_is_completed(room: Room, made: dict[str, str]) -> None:
    room.clock.now += GRACE_S + 1
    room.vault.shred(made["stray"])
    assert room.keeper.retention.collect([made["stray"]])[0] == (made["stray"],)
    assert room.keeper.retention.abandoned() == ()


def test_a_hold_protects_what_the_held_was_made_of(room: Room, made: dict[str, str]) -> None:
    """Here by a name that the keeper has no asset for any more."""
    keeping = room.keeper.retention
    outer = seal(room, "dataset.table", made["stray"])
    keeping.hold(outer)
    room.clock.now += GRACE_S + 1
    assert keeping.abandoned() == ()
    keeping.lift(outer)
    assert keeping.abandoned() == (outer,)


def test_the_clock_of_the_keeper_counts(room: Room, tmp_path: Path) -> None:
    del tmp_path
    stray = seal(room, "dataset.table")
    room.clock.now += GRACE_S
    assert room.keeper.retention.abandoned() == ()
    room.clock.now += 1
    assert room.keeper.retention.abandoned() == (stray,)
