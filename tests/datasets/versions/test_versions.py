"""A data set over time, through a real node."""

from __future__ import annotations

from pathlib import Path

import pytest

from dure.datasets.croissant import read_table
from dure.datasets.errors import DatasetError
from dure.datasets.versions.errors import VersionError
from dure.governance.policy.errors import PolicyError
from dure.node.node import Node
from tests.datasets.world import LABEL, World


def write(file: Path, rows: list[tuple[object, ...]], header: str = "id,place,n") -> Path:
    lines = [",".join(map(str, row)) for row in rows]
    file.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return file


def deliveries(tmp_path: Path) -> list[Path]:
    """Three files of one holding; the folder's name makes them no other test's."""
    rows = [(i, tmp_path.name, i * 7 % 100) for i in range(200)]
    edited = [(i, place, 999 if i == 3 else n) for i, place, n in rows[1:]]
    return [
        write(tmp_path / "first.csv", rows),
        write(tmp_path / "second.csv", [*edited, (200, tmp_path.name, 1)]),
        write(tmp_path / "third.csv", [(*row, "x") for row in rows], "id,place,n,more"),
    ]


def test_a_data_set_over_time(world: World, steward: Node, tmp_path: Path) -> None:
    files, desk = deliveries(tmp_path), steward.datasets.versions
    first = steward.datasets.import_(files[0], label=LABEL, name=tmp_path.name, licence="CC0-1.0")
    assert [row["number"] for row in desk.log(first.id)] == [1]
    second = desk.commit(first.id, files[1], note="a correction")
    assert desk.commit(second.id, files[1]) == second, "the same table twice is one version"
    third = desk.commit(tmp_path.name, files[2])

    log = desk.log(first.id)
    assert [(row["number"], row["id"], row["note"]) for row in log] == [
        (3, third.id, ""),
        (2, second.id, "a correction"),
        (1, first.id, ""),
    ]
    assert second.parents[1:] == (first.id,)
    assert second.label == first.label
    shown = steward.datasets.show(f"{tmp_path.name}@2")
    assert shown["asset"]["id"] == second.id
    before = steward.datasets.show(first.id)["croissant"]
    document = shown["croissant"]
    assert document["version"] == "2.0.0"
    assert document["prov:wasRevisionOf"] == {"@id": before["url"]}
    assert (document["name"], document["license"]) == (before["name"], before["license"])
    assert document["description"] == before["description"]
    assert read_table(document).rows == 200
    assert world.ledger(1) == ["content.read"]
