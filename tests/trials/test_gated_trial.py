"""Trials in the sandbox, one after another: what each is told, appealed and ranked by."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import delete, insert

from dure.core.errors import DureError
from dure.node.desks.trials import TrialsDesk
from dure.trials import appeals, benchmark, history, records, run, spec, view
from dure.trials.budgets import Asked
from dure.trials.definition import Definition, asked_protection
from dure.trials.errors import TrialsError
from dure.trials.leaderboard import board
from dure.trials.leaderboard.board import leaderboard
from dure.trials.release import release, request_release
from dure.trials.tables import BENCHMARKS, RUNS, SUBMISSIONS
from tests.trials.conftest import definition, flights
from tests.trials.house import ALPHA

SUBGROUPS = {"subgroup": "carrier", "subgroups": ("AA", "BB")}


@pytest.fixture(scope="module")
def bench(world):
    asked = definition(name="by-carrier", floors=(("mae", "9"),), **SUBGROUPS)
    return benchmark.prepare(world.bravo, world.dataset.id, asked)


@pytest.fixture(scope="module")
def first(world, bench):
    return run.run(world.bravo, world.send(world.variant("baseline")).id, bench.asset.id)


def test_floors_hold_in_subgroups_and_the_table_adds_up(world, first):
    result = first.report.result
    assert result["floors"] == {"mae": "9"}
    assert [len(row) for row in result["support"]] == [2] * 4
    counts = [int(row[-1]) for row in result["support"]]
    assert sum(counts[:-1]) == counts[-1] == int(result["rows"])
    gates = {step["gate"]: step["passage"] for step in first.report.evidence["gates"]}
    assert set(gates.values()) == {"passed"}
    assert next(iter(gates)) == "schema"


def test_a_floor_that_does_not_hold_tells_nothing(world):
    asked = definition(name="strict", floors=(("mae", "1"),), **SUBGROUPS)
    strict = benchmark.prepare(world.bravo, world.dataset.id, asked)
    trial = run.run(world.bravo, world.send(world.variant("baseline")).id, strict.asset.id)
    assert dict(trial.report.result) == {"outcome": "refused", "task": "tabular-regression"}
    assert [found.code for found in trial.report.findings] == ["gate.floors"]


def test_another_algorithm_that_is_no_better_is_held_and_the_same_is_told_again(
    world, bench, first
):
    other = world.send(world.variant("baseline", version='"2.0"'))
    held = run.run(world.bravo, other.id, bench.asset.id)
    assert held.report.result["figures"] == {}
    assert held.report.result["held"] == ["mae", "r2", "rmse"]
    # The same question has the same answer, though much was told since.
    same = run.run(world.bravo, world.send(world.variant("baseline")).id, bench.asset.id)
    assert same.report.result == first.report.result
    # Another answer would be held against all that was told: an algorithm may go by the clock.
    told = history.of(world.bravo, same.id, ()).told
    assert {(bool(one.figures), one.same) for one in told} == {(True, True), (False, False)}


def test_the_leaderboard_shows_what_was_released(world, bench, first, monkeypatch):
    assert leaderboard(world.bravo, bench.asset.id) == []
    [row] = leaderboard(world.bravo, bench.asset.id, everything=True)
    figures = first.report.result["figures"]["mae"]["algorithm"]
    assert {part: row[part] for part in figures} == figures
    assert (row["rank"], row["agency"], row["released"]) == (1, ALPHA, False)
    request = request_release(world.bravo, first.id)
    world.bravo.approve(request)
    outcome = release(world.bravo, request.id)
    minted = world.bravo.contents.assets[outcome["asset"]]
    world.bravo.assets.record(minted, "released", {}, by="bravo.operator")
    [row] = leaderboard(world.bravo, bench.asset.id, metric="mae")
    assert (row["run"], row["released"]) == (first.id, True)
    label = bench.asset.label  # not the reader's to run: a real no of the policy
    monkeypatch.setattr(
        board, "_released_figures", lambda house, _: house.require(spec.RUN, label, purpose="x")
    )
    assert leaderboard(world.bravo, bench.asset.id) == []  # released to others alone
    with pytest.raises(TrialsError, match=r"trials\.benchmark"):
        leaderboard(world.bravo, bench.asset.id, metric="accuracy")


def test_beside_what_was_asked_for_a_few_rows_would_be_isolated(world, first):
    """Differencing: another version of the data set, in which a few rows were changed."""
    request_release(world.bravo, first.id)
    table = pq.read_table(io.BytesIO(flights()))
    distance = table["distance"].to_pylist()
    mended = table.set_column(3, "distance", pa.array([*(-n for n in distance[:8]), *distance[8:]]))
    buffer = io.BytesIO()
    pq.write_table(mended, buffer)
    dataset = world.bravo.dataset(buffer.getvalue())
    near = benchmark.prepare(world.bravo, dataset.id, definition(name="mended"))
    algorithm = world.send(world.variant("baseline"))
    refused = run.run(world.bravo, algorithm.id, near.asset.id)
    assert [found.code for found in refused.report.findings] == ["gate.differencing"]
    # The control: split otherwise, the same rows are a test of their own.
    far = benchmark.prepare(world.bravo, dataset.id, definition(name="otherwise", seed=7))
    told = run.run(world.bravo, algorithm.id, far.asset.id)
    assert told.outcome == "ok"


def test_of_two_that_were_run_at_once_the_second_is_not_released(world, bench, first, monkeypatch):
    row = records.find(world.bravo, RUNS, first.id)
    request_release(world.bravo, first.id)  # the control, and what is asked for from now on
    other = dict(row) | {"benchmark_id": "another"}
    assert not history.isolating(world.bravo, other)
    noted = {row["diagnosis_id"]: {"another"}}
    monkeypatch.setattr(history, "_isolated_by", lambda house, run: noted.get(run, set()))
    assert history.isolating(world.bravo, other)
    monkeypatch.setattr("dure.trials.release.isolating", lambda *_: True)
    with pytest.raises(TrialsError, match=r"gate\.differencing"):
        request_release(world.bravo, first.id)


def answer(world, run_id, ruling, words):
    """Answer an appeal as somebody else than who made it."""
    try:
        return appeals.answer(world.bravo.as_("bravo.checker"), run_id, ruling, words)
    finally:
        world.bravo.as_("bravo.operator")


def test_an_appeal_is_heard_once(world, bench):
    failed = run.run(
        world.bravo, world.send(world.variant("hostile", mode='"error"')).id, bench.asset.id
    )
    row = records.find(world.bravo, SUBMISSIONS, view.submissions(world.bravo)[0]["asset_id"])
    world.bravo.as_("bravo.officer")
    with pytest.raises(DureError, match="denied"):
        appeals.appeal(world.bravo, failed.id, "it runs here")
    world.bravo.as_("bravo.operator")
    with pytest.raises(TrialsError, match="no appeal"):
        appeals.answer(world.bravo, failed.id, "stands", "no")
    for reason in ("", "x" * 501, "two\nlines"):
        with pytest.raises(TrialsError, match=r"trials\.appeal"):
            appeals.appeal(world.bravo, failed.id, reason)
    made = appeals.appeal(world.bravo, failed.id[:12], "it runs here")
    assert (made["outcome"], made["ruling"]) == ("algorithm-error", None)
    assert made["hint"]["ko"] != made["hint"]["en"]
    with pytest.raises(TrialsError, match="already"):
        appeals.appeal(world.bravo, failed.id, "once more")
    with pytest.raises(TrialsError, match=r"trials\.appeal"):
        appeals.answer(world.bravo, failed.id, "perhaps", "no")
    spent = records.begin_run(world.bravo, "cc" * 16, row, Asked(bench.asset.id, 100), 9, 60)[1]
    with pytest.raises(TrialsError, match="whoever appeals does not answer"):
        appeals.answer(world.bravo, failed.id, "again", "I need it")
    told = answer(world, failed.id, "again", "the host was short of memory")
    assert (told["ruling"], told["words"]) == ("again", "the host was short of memory")
    after = records.begin_run(world.bravo, "dd" * 16, row, Asked(bench.asset.id, 100), 9, 60)[1]
    assert after == spent  # one more was begun, one was forgiven
    with pytest.raises(TrialsError, match="no appeal"):
        appeals.answer(world.bravo, failed.id, "stands", "no")
    with pytest.raises(TrialsError, match="not ended"):
        appeals.appeal(world.bravo, "cc" * 16, "too slow")
    # Other files' tests may have appealed other runs in the same world.
    assert [one["run"] for one in appeals.appeals(world.bravo)].count(failed.id) == 1
    assert {"trial.appeal.done", "trial.answer.done"} <= set(world.bravo.event_types())
    for each in ("cc" * 16, "dd" * 16):
        records.end_run(world.bravo, each, "failed")


def test_no_appeal_pays_for_an_answer(world, first):
    """Neither is a run that was scored forgiven, nor one that was forgiven before it was scored."""
    appeals.appeal(world.bravo, first.id, "one more, please")
    with pytest.raises(TrialsError, match="was scored"):
        answer(world, first.id, "again", "as you like")
    assert answer(world, first.id, "stands", "no")["ruling"] == "stands"
    own = world.fresh(name="appealed")
    row = records.find(world.bravo, SUBMISSIONS, view.submissions(world.bravo)[0]["asset_id"])

    def begin(run_id: str) -> tuple[str, int]:
        return records.begin_run(world.bravo, run_id, row, Asked(own.asset.id, 100), 9, 60)

    assert begin("ab" * 16) == ("ab" * 16, 1)
    records.end_run(world.bravo, "ab" * 16, "failed")
    appeals.appeal(world.bravo, "ab" * 16, "the host stopped")
    answer(world, "ab" * 16, "again", "so it did")
    assert begin("ba" * 16) == ("ba" * 16, 1)  # the control: it is forgiven
    records.end_run(world.bravo, "ba" * 16, "failed")
    begin("ab" * 16)  # taken up, and answered now
    sealed = records.find(world.bravo, RUNS, first.id)
    made = ("outcome", "report_id", "diagnosis_id", "report_digest", "result_digest")
    values = {name: sealed[name] for name in (*made, "evidence_digest")}
    records.end_run(world.bravo, "ab" * 16, "done", **values)
    assert begin("cd" * 16) == ("cd" * 16, 2)  # of one question failed runs cost nothing
    records.end_run(world.bravo, "cd" * 16, "failed")


def test_an_appeal_is_its_agency_s_and_the_owner_s(world, bench):
    row = records.find(world.bravo, SUBMISSIONS, view.submissions(world.bravo)[0]["asset_id"])
    ids = {agency: world.bravo.random(16).hex() for agency in (ALPHA, "coast")}
    for seed, (agency, run_id) in enumerate(ids.items(), 70):
        submitted = {**row, "agency": agency}
        records.begin_run(world.bravo, run_id, submitted, Asked(bench.asset.id, 100), seed, 60)
        records.end_run(world.bravo, run_id, "failed")
    try:
        world.bravo.as_("alpha.developer")
        with pytest.raises(TrialsError, match="not ended"):
            appeals.appeal(world.bravo, ids[ALPHA], "how long did it take?")
        world.bravo.clock_s += 15 * 60
        appeals.appeal(world.bravo, ids[ALPHA], "it runs here")
        with pytest.raises(TrialsError, match="another agency"):
            appeals.appeal(world.bravo, ids["coast"], "it runs here")
        appeals.appeal(world.bravo.as_("bravo.operator"), ids["coast"], "it ran there")
        assert set(ids.values()) <= {each["run"] for each in appeals.appeals(world.bravo)}
        world.bravo.as_("alpha.developer")
        assert {each["agency"] for each in appeals.appeals(world.bravo)} == {ALPHA}
    finally:
        world.bravo.as_("bravo.operator")


def test_who_may_not_run_it_is_not_told_how_long_it_took(world, first):
    desk = TrialsDesk(world.bravo, None)
    try:
        world.bravo.clock_s += 15 * 60
        whole = {row["id"]: row for row in desk.list()["runs"]}
        world.bravo.as_("bravo.checker")
        told = {row["id"]: row for row in desk.list()["runs"]}
    finally:
        world.bravo.as_("bravo.operator")
    assert whole[first.id]["ended_at"]
    assert not {"begun_at", "ended_at", "lease_ends_at"} & set(told[first.id])
    assert (told[first.id]["status"], told[first.id]["outcome"]) == ("ended", "ok")


def test_newer_benchmarks_that_nobody_ran_on_crowd_no_neighbour_out(world, bench):
    other = benchmark.prepare(world.bravo, world.dataset.id, definition(name="beside", seed=11))
    sent = world.send(world.variant("baseline"))
    submission = records.find(world.bravo, SUBMISSIONS, sent.id)
    run_id = world.bravo.random(16).hex()
    records.begin_run(world.bravo, run_id, submission, Asked(other.asset.id, 100), 1, 60)
    records.end_run(world.bravo, run_id, "failed")
    row = dict(records.find(world.bravo, BENCHMARKS, other.asset.id))
    made = [f"{number:064x}" for number in range(history.MOST_NEIGHBOURS)]
    newer = {"prepared_at": "2999-01-01T00:00:00Z"}
    with world.bravo.database.write() as connection:
        for name in made:
            names = {"asset_id": name, "answers_id": name, "name": name[-8:]}
            connection.execute(insert(BENCHMARKS).values(**{**row, **newer, **names}))
    try:
        found = {each.id for each in history.neighbours(world.bravo, bench.asset.id)}
    finally:
        with world.bravo.database.write() as connection:
            connection.execute(delete(BENCHMARKS).where(BENCHMARKS.c.asset_id.in_(made)))
    assert other.asset.id in found
    assert not found & set(made)


@pytest.mark.parametrize(
    "changes",
    [
        {"floors": (("accuracy", "0.8"),)},
        {"floors": (("mae", "0.1234"),)},
        {"floors": (("r2", "0"), ("mae", "1"))},
        {"subgroup": "carrier"},
        {"subgroups": ("AA",)},
        {"subgroup": "carrier", "subgroups": ("AA", "AA")},
        {"subgroup": "arr_delay", "subgroups": ("1",)},
    ],
)
def test_floors_and_subgroups_that_can_t_be(changes):
    with pytest.raises(TrialsError, match=r"trials\.benchmark"):
        definition(**changes)


def test_a_definition_is_read_as_it_was_written():
    plain = definition()
    assert set(plain.to_dict()) == {
        "name", "task", "target", "features", "test_permille", "seed", "metrics", "budget",
    }  # fmt: skip
    asked = asked_protection({"least": "20", "p_percent": "15", "n": "3", "k_percent": "85"})
    whole = definition(floors=(("mae", "9"),), protection=asked, **SUBGROUPS)
    for one in (plain, whole):
        assert Definition.from_dict(one.to_dict()) == one
    with pytest.raises(TrialsError, match=r"trials\.benchmark"):
        asked_protection({"least": "5"})
    with pytest.raises(TrialsError, match=r"trials\.benchmark"):
        asked_protection({"most": "5"})
    with pytest.raises(TrialsError, match="malformed"):
        Definition.from_dict({**whole.to_dict(), "floors": []})
