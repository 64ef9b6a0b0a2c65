"""The verbs on a data set over time: the next version, marks on it, a withdrawal, garbage."""

from __future__ import annotations

from collections import Counter
from unittest.mock import patch

from dure.core.labels import Label
from dure.governance import retention
from tests.adversarial.verb import DONE, Verb
from tests.node.alliance import CSV, LABEL, Alliance, services_inside


def _commit(made: Alliance) -> None:
    again = made.folder / "again.csv"
    again.write_text(CSV + CSV.splitlines()[1] + "\n", encoding="utf-8")
    with made.open() as node:
        node.datasets.versions.commit("tracks", again)


def _log(made: Alliance) -> list[dict[str, object]]:
    with services_inside(), made.open() as node:
        rows: list[dict[str, object]] = node.datasets.versions.log("tracks")
        for row in rows:
            if not row["withdrawn"]:
                told = node.datasets.open(str(row["id"]))
                assert told.to_polars().height == int(str(row["rows"]))
        return rows


def _committed(made: Alliance, seen: Counter[str]) -> bool:
    assert [row["number"] for row in _log(made)] == [2, 1]
    assert 1 <= seen["dataset.commit.done"] <= seen["dataset.commit.begun"] <= 2
    return DONE


def _mark(made: Alliance) -> None:
    with made.open() as node:
        node.datasets.versions.tag("tracks@1", "released")
        node.datasets.versions.hold("tracks@1")


def _marked(made: Alliance, seen: Counter[str]) -> bool:
    assert [(row["tags"], bool(row["held"])) for row in _log(made)] == [
        ([], False),
        (["released"], True),
    ]
    assert 1 <= seen["dataset.hold.done"] <= seen["dataset.hold.begun"] <= 2
    assert 1 <= seen["dataset.tag.done"] <= seen["dataset.tag.begun"] <= 2
    return DONE


def _lift(made: Alliance) -> None:
    with made.open(who="bravo.officer") as node:
        node.datasets.versions.hold("tracks@1", lift=True)


def _lifted(made: Alliance, seen: Counter[str]) -> bool:
    assert [row["held"] for row in _log(made)] == ["", ""]
    assert 1 <= seen["dataset.lift.done"] <= seen["dataset.lift.begun"] <= 2
    return DONE


def _withdraw(made: Alliance) -> None:
    with made.open() as node:
        node.datasets.versions.withdraw("tracks@1", reason="a wrong delivery")


def _withdrawn(made: Alliance, seen: Counter[str]) -> bool:
    assert [bool(row["withdrawn"]) for row in _log(made)] == [False, True]
    assert 1 <= seen["dataset.withdraw.done"] <= seen["dataset.withdraw.begun"] <= 2
    return DONE


def _stray(made: Alliance) -> None:
    """Seal a table that no document describes, as a broken rule leaves one."""
    with made.open() as node:
        label = Label.parse(LABEL, node.house.charter.labels)
        node.house.seal(
            [b"half an import"], kind="dataset.table", media_type="-", schema_id="-", label=label,
            producer="dataset.import", name="data.parquet",
        )  # fmt: skip


def _collect(made: Alliance) -> None:
    with patch.object(retention, "GRACE_S", -1), made.open() as node:
        node.datasets.versions.collect_garbage()


def _collected(made: Alliance, seen: Counter[str]) -> bool:
    assert len(_log(made)) == 2
    with services_inside(), patch.object(retention, "GRACE_S", -1), made.open() as node:
        assert node.house.links.ask("keeper", "content.abandoned")["assets"] == []
    assert 1 <= seen["dataset.gc.done"] <= seen["dataset.gc.begun"] <= 2
    return DONE


VERSIONS = {
    "commit": Verb(
        "import",
        _commit,
        (
            "dataset.commit.begun",
            "dataset.version-claimed",
            "dataset.version-sealed",
            "dataset.version-made",
            "dataset.commit.done",
        ),
        _committed,
        lambda made: ("datasets", "commit", "tracks", made.folder / "again.csv"),
    ),
    "mark": Verb(
        "commit",
        _mark,
        ("dataset.tag.begun", "dataset.tag.done", "dataset.hold.begun", "dataset.hold.done"),
        _marked,
    ),
    "lift": Verb("mark", _lift, ("dataset.lift.begun", "dataset.lift.done"), _lifted),
    "withdraw": Verb(
        "commit",
        _withdraw,
        (
            "dataset.withdraw.begun",
            "keeper.withdrawing",
            "keeper.withdrawn",
            "house.withdrawn",
            "dataset.withdraw.done",
        ),
        _withdrawn,
    ),
    "stray": Verb("commit", _stray),
    "collect": Verb(
        "stray",
        _collect,
        ("dataset.gc.begun", "house.forgotten", "keeper.shredded", "dataset.gc.done"),
        _collected,
    ),
}
