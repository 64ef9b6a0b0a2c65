"""Rules on bare files, through the sandbox; and enforcement when a data set is imported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from dure.core.errors import DureError
from dure.datasets.errors import DatasetError
from dure.datasets.rules import forms, sandboxed, worker
from dure.datasets.rules.contract import Contract, parse, write
from dure.datasets.rules.enforcing import enforced
from dure.datasets.rules.sandboxed import check_file, hold, propose_file, read_contract
from dure.node.node import Node
from dure.readers.errors import ReaderError
from dure.readers.parse import parse as parse_file
from tests.datasets.world import LABEL, World

RULES = Contract(
    (
        forms.Within(column="n", min=1, max=2),
        forms.ForeignKey(columns=("unit",), table="units", keys=("id",)),
        forms.Unique(columns=("unit", "n")),
    )
)
STRICT = Contract((forms.RowCount(max=1), forms.NotNull(column="place")))
MILD = Contract((forms.RowCount(min=1), forms.NotNull(column="name")))


@pytest.fixture
def tracks(tmp_path: Path) -> Path:
    file = tmp_path / "tracks.csv"
    file.write_text("unit,n\na,1\nb,2\nc,3\na,1\n", encoding="utf-8")
    return file


@pytest.fixture
def units(tmp_path: Path) -> Path:
    file = tmp_path / "units.csv"
    file.write_text("id,title\na,A\nb,B\n", encoding="utf-8")
    return file


def test_a_bare_file_is_checked(tracks: Path, units: Path) -> None:
    outcomes = check_file(
        tracks, RULES, may_show=lambda column: column == "unit", tables={"units": units}
    )
    assert [one.state for one in outcomes] == ["broken"] * 3
    rows = [[(s.row, s.values) for s in one.samples] for one in outcomes]
    assert rows == [[(3, {})], [(3, {"unit": "c"})], [(1, {"unit": "a"}), (4, {"unit": "a"})]]
    with pytest.raises(DatasetError) as refused:
        hold(outcomes)
    assert refused.value.facts == {"broken": 3, "rules": 3, "first": "range(n)"}
    hold(check_file(tracks, Contract((forms.RowCount(min=4, max=4),))))


def test_without_the_other_table_a_foreign_key_does_not_hold(tracks: Path) -> None:
    assert check_file(tracks, RULES)[1].reason == "no-table"


def test_a_bare_file_gives_a_contract_that_it_keeps(tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    lines = [f"{'가나'[one % 2]},{one},2013-01-01T10:00:00Z" for one in range(200)]
    file.write_text("code,n,at\n" + "\n".join(lines) + "\n", encoding="utf-8")
    hidden, shown = propose_file(file), propose_file(file, may_show=lambda _: True)
    assert hidden.left_out == 0
    # A moment in a zone is bounded too, though the sandbox has no table of time zones.
    (bound,) = [r for r in shown.contract.rules if isinstance(r, forms.Within) and r.column == "at"]
    assert (str(bound.min), str(bound.max)) == ("2012-01-01", "2014-12-31")
    kinds = [[rule.kind for rule in one.contract.rules] for one in (hidden, shown)]
    assert "allowed" not in kinds[0]
    assert "length" in kinds[0]
    assert "allowed" in kinds[1]
    assert "length" not in kinds[1]
    assert "가" not in write(
        Contract(tuple(msgspec.structs.replace(r, why_ko="") for r in hidden.contract.rules))
    )
    hold(check_file(file, shown.contract))


def test_no_word_of_a_steward_shows_personal_data(tmp_path: Path) -> None:
    """The scan has a veto over samples and over code lists."""
    file = tmp_path / "calls.csv"
    lines = [f"010-1234-{5670 + one % 2},{'가나'[one % 2]}" for one in range(200)]
    file.write_text("phone,code\n" + "\n".join(lines) + "\n", encoding="utf-8")
    found = propose_file(file, may_show=lambda _: True).contract
    assert [rule.column for rule in found.rules if isinstance(rule, forms.Allowed)] == ["code"]
    unique = Contract((forms.Unique(columns=("phone", "code")),))
    (outcome,) = check_file(file, unique, may_show=lambda _: True, samples=1)
    assert [sample.values for sample in outcome.samples] == [{"code": "가"}]


def test_a_file_of_unknown_kind_or_none_is_refused(tmp_path: Path, tracks: Path) -> None:
    for file, code in (
        (tmp_path / "x.bin", "datasets.kind"),
        (tmp_path / "x.csv", "readers.source"),
    ):
        for act in (lambda file: check_file(file, MILD), propose_file):
            with pytest.raises(DureError) as refused:
                act(file)
            assert refused.value.code == code
    tracks.rename(tracks.with_suffix(".dat"))
    assert check_file(tracks.with_suffix(".dat"), MILD, kind="csv")[0].state == "kept"


def test_a_contract_file(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    with pytest.raises(ReaderError) as refused:
        read_contract(file)
    assert refused.value.code == "readers.source"
    file.write_text(write(RULES), encoding="utf-8")
    assert read_contract(file) == RULES


@pytest.mark.parametrize("left", ["", "{}", '{"outcomes": []}', '{"outcomes": [{"rule": 1}]}'])
def test_a_worker_that_was_taken_over_says_nothing_that_counts(
    left: str, tracks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = f"open('/out/answer.json', 'w').write({left!r})"
    monkeypatch.setattr(sandboxed, "_WORKER", ("-c", code))
    with pytest.raises(ReaderError) as refused:
        check_file(tracks, MILD)
    assert refused.value.facts["cause"] == "output"


def test_a_check_that_is_stopped_is_no_check(tracks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandboxed, "_WORKER", ("-c", "raise SystemExit(9)"))
    with pytest.raises(ReaderError) as refused:
        check_file(tracks, MILD)
    assert refused.value.code == "readers.stopped"


def test_the_worker_does_what_the_plan_says(tmp_path: Path, tracks: Path) -> None:
    (tmp_path / "out").mkdir()

    def sink(blocks: Iterator[bytes]) -> None:
        (tmp_path / "table").write_bytes(b"".join(blocks))

    parse_file(tracks, "csv", sink=sink)
    for plan in (worker.Plan("check", write(MILD)), worker.Plan("propose")):
        (tmp_path / "plan").write_bytes(msgspec.json.encode(plan))
        worker.main(tmp_path, tmp_path / "out")
        answer = json.loads((tmp_path / "out" / worker.ANSWER).read_text())
        if plan.do == "check":
            assert [one["state"] for one in answer["outcomes"]] == ["kept", "unfit"]
        else:
            assert parse(answer["contract"].encode())


# ── at import ──────────────────────────────────────────────────────────────────────────────────


def contract_file(folder: Path, contract: Contract) -> Path:
    file = folder / "rules.toml"
    file.write_text(write(contract), encoding="utf-8")
    return file


def test_what_breaks_its_contract_is_not_imported(
    world: World, steward: Node, csv: Path, tmp_path: Path
) -> None:
    before = world.left()
    rules = contract_file(tmp_path, STRICT)
    with pytest.raises(DatasetError) as refused:
        steward.datasets.import_(csv, label=LABEL, rules=rules)
    assert refused.value.code == "datasets.rules"
    assert refused.value.facts["broken"] == 2
    assert not world.left().since(before)
    assert world.ledger(2) == ["dataset.import.begun", "dataset.import.failed"]
    kept = contract_file(tmp_path, MILD)
    asset = steward.datasets.import_(csv, label=LABEL, rules=kept)
    assert asset == steward.datasets.import_(csv, label=LABEL)


def test_a_contract_that_cannot_be_read_stops_the_import_first(
    world: World, steward: Node, csv: Path, tmp_path: Path
) -> None:
    (tmp_path / "rules.toml").write_text("contract = 3")
    before = world.left()
    with pytest.raises(DatasetError) as refused:
        steward.datasets.import_(csv, label=LABEL, rules=tmp_path / "rules.toml")
    assert refused.value.code == "datasets.document"
    assert not world.left().since(before)


def test_blocks_go_on_unchanged_when_the_contract_is_kept(tracks: Path) -> None:
    taken: list[list[bytes]] = []

    def sink(blocks: Iterator[bytes]) -> None:
        whole = list(blocks)
        taken.append(whole)
        taken.append(list(enforced(iter(whole), Contract((forms.RowCount(min=4),)))))

    parse_file(tracks, "csv", sink=sink)
    assert taken[0] == taken[1]


def test_a_check_that_fails_to_run_lets_nothing_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks that are no table: more of them than a pipe holds, so that nobody waits for anybody."""
    with pytest.raises(ReaderError) as refused:
        list(enforced(iter([b"no table" * 1000] * 200), MILD))
    assert refused.value.code == "readers.stopped"
    monkeypatch.setattr(sandboxed, "run", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        list(enforced(iter([b"no table" * 1000] * 200), MILD))


def test_a_reader_that_fails_midway_ends_the_check(tracks: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"PAR1"
        raise ReaderError("readers.stopped", cause="output", size_bytes=0)

    with pytest.raises(ReaderError):
        list(enforced(broken(), MILD))
    taker = enforced(iter([b"PAR1", b"x"]), MILD)
    next(taker)
    taker.close()
