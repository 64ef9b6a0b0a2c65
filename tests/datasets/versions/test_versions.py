"""A data set over time, through a real node."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from dure.core.assets import Asset
from dure.datasets import second_reading
from dure.datasets.about.statement import Statement, Use
from dure.datasets.about.vocabularies import RAI
from dure.datasets.croissant import CONFORMS_TO, read_table
from dure.datasets.dummy.released import TERM
from dure.datasets.errors import DatasetError
from dure.datasets.import_ import import_
from dure.datasets.verify.folders import verify_folder
from dure.datasets.versions import series
from dure.datasets.versions.committing import commit
from dure.datasets.versions.errors import VersionError
from dure.datasets.versions.worker import Checked, Seen
from dure.governance.policy.errors import PolicyError
from dure.node.errors import NodeError
from dure.node.keeping import NodeKeeping
from dure.node.node import Node
from tests.datasets.world import LABEL, World


def write(file: Path, rows: list[tuple[object, ...]], header: str = "id,place,n") -> Path:
    lines = [",".join(map(str, row)) for row in rows]
    file.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return file


def deliveries(folder: Path) -> list[Path]:
    """Three files of one holding; the folder's name makes them no other test's."""
    rows = [(i, folder.name, i * 7 % 100) for i in range(200)]
    edited = [(i, place, 999 if i == 3 else n) for i, place, n in rows[1:]]
    return [
        write(folder / "first.csv", rows),
        write(folder / "second.csv", [*edited, (200, folder.name, 1)]),
        write(folder / "third.csv", [(*row, "x") for row in rows], "id,place,n,more"),
    ]


@dataclass(frozen=True)
class Over:
    """A data set of two versions that no test adds to."""

    name: str
    first: Asset
    second: Asset


@pytest.fixture(scope="module")
def over(steward: Node, tmp_path_factory: pytest.TempPathFactory) -> Over:
    folder = tmp_path_factory.mktemp("over")
    files = deliveries(folder)
    first = steward.datasets.import_(files[0], label=LABEL, name=folder.name)
    return Over(folder.name, first, steward.datasets.versions.commit(first.id, files[1]))


def refusal(error: pytest.ExceptionInfo[VersionError]) -> str:
    return str(error.value.facts["reason"])


def test_a_data_set_over_time(world: World, steward: Node, tmp_path: Path) -> None:
    files, desk, name = deliveries(tmp_path), steward.datasets.versions, tmp_path.name
    first = steward.datasets.import_(files[0], label=LABEL, name=name, licence="CC0-1.0")
    assert [row["number"] for row in desk.log(first.id)] == [1]
    steps: list[str] = []
    second = desk.commit(first.id, files[1], note="a correction", progress=steps.append)
    assert steps == ["parse", "seal", "describe"]
    types = world.ledger(20)
    assert types.index("dataset.commit.begun") < types.index("dataset.commit.done")
    before = world.left()
    assert desk.commit(second.id, files[1]) == second, "the same table twice is one version"
    assert not world.left().since(before)
    third = desk.commit(name, files[2])

    log = desk.log(first.id)
    assert [(row["number"], row["id"], row["note"], row["rows"]) for row in log] == [
        (3, third.id, "", "200"),
        (2, second.id, "a correction", "200"),
        (1, first.id, "", "200"),
    ]
    assert second.parents[1:] == (first.id,)
    assert second.label == first.label
    shown = [steward.datasets.show(f"{name}@{which}") for which in ("1", "v2", "3")]
    assert [each["asset"]["id"] for each in shown] == [first.id, second.id, third.id]
    documents = [each["croissant"] for each in shown]
    assert [each["version"] for each in documents] == ["1.0.0", "2.0.0", "3.0.0"]
    assert documents[1]["prov:wasRevisionOf"] == {"@id": documents[0]["url"]}
    assert {each["name"] for each in documents} == {name}
    assert {each["license"] for each in documents} == {documents[0]["license"]}
    assert documents[2]["description"].endswith("4 columns.")
    assert read_table(documents[2]).rows == 200

    # Every version comes back, and agrees with its document.
    for number, file in enumerate(files, 1):
        out = tmp_path / f"out{number}"
        steward.datasets.export(f"{name}@{number}", out)
        assert verify_folder(out).result["verified"] is True
        frame = steward.datasets.open(f"{name}@{number}").to_polars()
        assert frame.write_csv() == file.read_text("utf-8")


def test_tags(steward: Node, over: Over) -> None:
    desk, name, first, second = steward.datasets.versions, over.name, over.first, over.second
    assert desk.tag(f"{name}@1", "released") == first
    desk.tag(first.id, "released")  # twice is once
    assert steward.datasets.show(f"{name}@released")["asset"]["id"] == first.id
    with pytest.raises(VersionError) as there:
        desk.tag(second.id, "released")
    assert refusal(there) == "tag-there"
    desk.tag(second.id, "released", move=True)
    assert [row["tags"] for row in desk.log(name)] == [["released"], []]
    for wrong in ("", "Big", "2026", "v2", "a b", "가", "x" * 65):
        with pytest.raises(VersionError) as form:
            desk.tag(second.id, wrong)
        assert refusal(form) == "tag-form"
    for unknown in ("nothing", "9"):
        with pytest.raises(VersionError) as none:
            steward.datasets.show(f"{name}@{unknown}")
        assert refusal(none) == "no-tag"
    with pytest.raises(NodeError):
        steward.datasets.show("no such name@1")


def test_only_the_newest_is_committed_to_and_by_one_at_a_time(
    steward: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, desk, house = deliveries(tmp_path), steward.datasets.versions, steward.house
    first = steward.datasets.import_(files[0], label=LABEL, name=tmp_path.name)
    with series.claimed(house, first.id, "") as claim:
        assert claim.number == 2
        with pytest.raises(VersionError) as busy:
            desk.commit(first.id, files[1])
        assert refusal(busy) == "under-way"
        assert len(desk.log(first.id)) == 1
        # A claim of a process that is gone is taken over.
        monkeypatch.setattr(series, "is_alive", lambda _: False)
        second = desk.commit(first.id, files[1])
        monkeypatch.undo()
    assert [row["id"] for row in desk.log(first.id)] == [second.id, first.id]
    with pytest.raises(VersionError) as late:
        desk.commit(first.id, files[2])
    assert refusal(late) == "not-newest"


def test_data_that_break_the_contract_or_their_description_make_no_version(
    steward: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, desk = deliveries(tmp_path), steward.datasets.versions
    first = steward.datasets.import_(files[0], label=LABEL, name=tmp_path.name)
    contract = tmp_path / "rules.toml"
    contract.write_text(
        'contract = 1\n[[rule]]\nkind = "range"\ncolumn = "n"\nmin = 0\nmax = 100\n', "utf-8"
    )
    with pytest.raises(DatasetError) as broken:
        desk.commit(first.id, files[1], rules=contract)
    assert broken.value.code == "datasets.rules"
    real = second_reading.check_table

    def lying(table: int) -> Checked:
        found = real(table)
        return Checked((*found.columns[:-1], Seen("other", "int64", 0)), found.rows)

    before = {entry.asset.id for entry in steward.house.assets.find()}
    monkeypatch.setattr(second_reading, "check_table", lying)
    with pytest.raises(DatasetError) as untrue:
        desk.commit(first.id, files[1])
    with pytest.raises(DatasetError) as imported:
        steward.datasets.import_(files[1], label=LABEL, name=tmp_path.name)
    assert untrue.value.code == imported.value.code == "datasets.changed"
    made = [each for each in steward.house.assets.find() if each.asset.id not in before]
    assert "dataset" not in {entry.asset.kind for entry in made}
    monkeypatch.undo()
    assert len(desk.log(first.id)) == 1
    assert desk.commit(first.id, files[2], rules=contract).id != first.id  # the control


def test_a_withdrawal_is_refused_with_its_reason_everywhere(steward: Node, tmp_path: Path) -> None:
    files, desk, name = deliveries(tmp_path), steward.datasets.versions, tmp_path.name
    first = steward.datasets.import_(files[0], label=LABEL, name=name)
    second = desk.commit(first.id, files[1])
    third = desk.commit(second.id, files[2])
    opened = steward.datasets.open(third.id)
    assert opened.to_polars().height == 200
    reached = desk.dependants(third.id)
    assert {(row["id"], row["withdrawn"]) for row in reached} == {
        (third.id, ""),
        (third.parents[0], ""),
    }
    with pytest.raises(ValueError, match="reason"):
        desk.withdraw(third.id, reason=" ")
    assert all(row["withdrawn"] for row in desk.withdraw(third.id, reason="a wrong delivery"))
    assert desk.withdraw(third.id, reason="again")[0]["id"] == third.id
    for use in (
        lambda: steward.datasets.open(third.id),
        lambda: steward.datasets.show(f"{name}@3"),
        lambda: steward.datasets.export(third.id, tmp_path / "out"),
        lambda: steward.transfers.request(third.id, to="alpha", label=LABEL),
        lambda: opened.to_polars(),
        lambda: desk.diff(third.id, second.id),
    ):
        with pytest.raises(PolicyError) as denied:
            use()
        assert "withdrawn" in denied.value.why
    # A door that forgot it is told by the keeper.
    with pytest.raises(PolicyError) as denied:
        steward.house.read(third.id, purpose="trial", limit=10)
    assert "withdrawn" in denied.value.why
    assert third.id not in {row["id"] for row in steward.datasets.list()}
    # The name means the newest that stands, and the next version follows that one.
    assert steward.datasets.show(name)["asset"]["id"] == second.id
    fourth = desk.commit(name, write(tmp_path / "fourth.csv", [(1, name, 5)]))
    assert fourth.parents[1:] == (second.id,)
    assert [(row["number"], bool(row["withdrawn"])) for row in desk.log(name)] == [
        (4, False), (3, True), (2, False), (1, False),
    ]  # fmt: skip
    assert steward.datasets.open(f"{name}@1").to_polars().height == 200
    for each in (fourth, second, first):
        desk.withdraw(each.id, reason="all")
    with pytest.raises(VersionError) as none:
        commit(steward.house, first.id, files[0])
    assert refusal(none) == "not-newest"


def test_a_withdrawal_that_reaches_very_much_fits_into_the_ledger(
    steward: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = steward.datasets.import_(deliveries(tmp_path)[0], label=LABEL, name=tmp_path.name)
    real = NodeKeeping.withdraw

    def withdraw(keeping: NodeKeeping, asset_id: str) -> tuple[str, ...]:
        return (*real(keeping, asset_id), *(f"{number:064x}" for number in range(5_000)))

    monkeypatch.setattr(NodeKeeping, "withdraw", withdraw)
    rows = steward.datasets.versions.withdraw(made.id, reason="a wrong delivery")
    assert {row["id"] for row in rows} == {made.id, made.parents[0]}
    assert [entry["type"] for entry in steward.ledger.show(1)] == ["dataset.withdraw.done"]


def test_holds_are_laid_by_stewards_and_lifted_by_others(steward: Node, over: Over) -> None:
    """That a security officer lifts it is shown where the power is cut (`version_verbs`)."""
    desk = steward.datasets.versions
    assert desk.log(over.name)[0]["held"] == ""
    desk.hold(over.second.id)
    assert desk.log(over.name)[0]["held"]
    with pytest.raises(PolicyError):
        desk.hold(over.second.id, lift=True)
    assert desk.log(over.name)[0]["held"]


def test_who_may_not_is_refused(world: World, steward: Node, over: Over, tmp_path: Path) -> None:
    """An operator and a steward without a purpose; the other tests are the control."""
    file, first = deliveries(tmp_path)[2], over.first.id
    desk = steward.datasets.versions
    before = world.left()
    for who in ("bravo.clerk", "bravo.idle"):
        with world.open(who) as node:
            theirs = node.datasets.versions
            for verb in (
                lambda desk=theirs: desk.commit(over.second.id, file),
                lambda desk=theirs: desk.tag(first, "mine"),
                lambda desk=theirs: desk.withdraw(first, reason="mine"),
                lambda desk=theirs: desk.hold(first),
                lambda desk=theirs: desk.diff(first, over.second.id),
                *((theirs.collect_garbage,) if who == "bravo.idle" else ()),
            ):
                with pytest.raises((PolicyError, NodeError)):
                    verb()
    assert not world.left().since(before)
    found = desk.diff(first, over.second.id, keys=["id"])
    counts = found.rows
    assert (counts.added, counts.removed, counts.changed, counts.same) == (1, 1, 1, 198)
    assert not found.empty
    assert json.loads(json.dumps(found.to_dict()))["rows"]["changed"] == 1
    with pytest.raises(VersionError) as none:
        desk.diff(first, over.second.id, keys=["nothing"])
    assert refusal(none) == "no-key-column"


def test_garbage_is_not_what_is_young(steward: Node, over: Over, world: World) -> None:
    """What is old enough goes where the power is cut (`version_verbs`), and in `test_retention`."""
    desk, house = steward.datasets.versions, steward.house
    house.seal(
        [b"of no use"], kind="dataset.table", media_type="-", schema_id="-",
        label=over.first.label, producer="dataset.import", name="data.parquet",
    )  # fmt: skip
    before = world.left()
    assert desk.collect_garbage()["assets"] == 0
    assert not world.left().since(before)
    assert steward.datasets.open(over.first.id).to_polars().height == 200


def test_what_a_steward_stated_stays_said(steward: Node, tmp_path: Path) -> None:
    files, desk = deliveries(tmp_path), steward.datasets.versions
    limits = Use(limits=("One depot only",))
    statement = Statement(about=1, keywords=("spares",), keywords_ko=("수리부속",), use=limits)
    first = import_(
        steward.house, files[0], label=LABEL, name=tmp_path.name, ranges=True, statement=statement
    )
    second = desk.commit(first.id, files[2])
    before, after = (steward.datasets.show(each.id)["croissant"] for each in (first, second))
    assert after["keywords"] == before["keywords"]
    assert after["conformsTo"] == before["conformsTo"] == [CONFORMS_TO, RAI]
    assert after["prov:wasGeneratedBy"]["prov:label"] == "dataset.commit"
    assert set(before) <= set(after)
    assert after[TERM] != before[TERM]  # measured anew
