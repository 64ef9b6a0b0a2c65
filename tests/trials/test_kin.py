"""What was asked of some targets counts wherever they are asked for again, and for whoever asks at once."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import delete

from dure.sandbox.tasks import Outcome
from dure.trials import benchmark, history, kin, records, run
from dure.trials.benchmark import Benchmark
from dure.trials.budgets import Asked
from dure.trials.errors import TrialsError
from dure.trials.outcomes import OutcomeClass
from dure.trials.overlap import digests_at, row_digests, shares
from dure.trials.tables import RUNS, SUBMISSIONS
from tests.trials.conftest import World, definition, flights


def prepared(world: World, content: bytes = b"", **changes: object) -> Benchmark:
    dataset = world.bravo.dataset(content) if content else world.dataset
    return benchmark.prepare(world.bravo, dataset.id, definition(**changes))


def mended(content: bytes, rows: int) -> bytes:
    """The next version of a data set, in which the first rows are others and a column is new."""
    table = pq.read_table(io.BytesIO(content))
    distance = table["distance"].to_numpy().copy()
    distance[:rows] += 10_000
    table = table.set_column(3, "distance", pa.array(distance))
    file = io.BytesIO()
    pq.write_table(table.append_column("note", pa.array(["-"] * table.num_rows)), file)
    return file.getvalue()


def triple(value: float, half: float) -> list[float]:
    return [value, value - half, value + half]


def scored(mae: float, others: int, shared: bool = False) -> bytes:
    """What scoring writes of an algorithm whose errors are that large, the baseline's being 20."""
    r2 = 1.0 - mae / 20.0
    figures = {
        name: {
            "algorithm": triple(own, half),
            "baseline": triple(usual, half),
            "difference": triple(own - usual, half),
        }
        for name, own, usual, half in (
            ("mae", mae, 20.0, 0.2),
            ("rmse", mae, 20.0, 0.2),
            ("r2", r2, 0.0, 0.01),
        )
    }
    told = {"rows": 118, "smallest_cell": 118, "figures": figures, "leak": False}
    told |= {"isolated": [False] * others, "shared": [shared] * others}
    return json.dumps(told).encode()


@contextmanager
def canned(mae: float = 10.0, shared: bool = False) -> Iterator[None]:
    """Have trials come to figures without a sandbox."""
    ended = Outcome("done", "", 0, {}, (), b"", 0.0, 0.0, 0)
    ran = mock.patch.object(run, "run_algorithm", return_value=ended)
    with ran, mock.patch.object(run, "score", side_effect=lambda work, *_: answer(work)):

        def answer(work):
            return OutcomeClass.OK, scored(mae, len(work.others), shared), {"status": "done"}

        yield


EVERY = ["mae", "r2", "rmse"]


def told(trial: run.Trial) -> list[str]:
    assert trial.outcome is OutcomeClass.OK, trial.report.findings
    return sorted(trial.report.result["figures"])


def another(world: World, number: int) -> str:
    return world.send(world.variant("baseline", version=f'"{number}"')).id


@pytest.mark.parametrize(
    "changes",
    [
        {"features": ("carrier", "distance")},
        {"seed": 8, "test_permille": 60},
    ],
)
def test_the_same_targets_under_another_name_have_one_budget_and_one_ladder(world, changes):
    content = flights(seed=int.from_bytes(world.bravo.random(4)))
    first = prepared(world, content, name="first", budget=2)
    second = prepared(world, content, **{"name": "second", "budget": 2, **changes})
    other = world.fresh(name="other", budget=2)
    assert kin.kin_of(world.bravo, first.asset.id) == {first.asset.id, second.asset.id}
    with canned():
        assert told(run.run(world.bravo, another(world, 1), first.asset.id)) == EVERY
        held = run.run(world.bravo, another(world, 2), second.asset.id)
        assert (told(held), held.report.result["held"]) == ([], EVERY)
        with pytest.raises(TrialsError, match=r"trials\.budget-spent"):
            run.run(world.bravo, another(world, 3), second.asset.id)
        # The control: rows that nobody was told of.
        assert told(run.run(world.bravo, another(world, 3), other.asset.id)) == EVERY


def test_what_is_another_question(world):
    content = flights(seed=int.from_bytes(world.bravo.random(4)))
    first = prepared(world, content, name="first", test_permille=90)
    drawn = prepared(world, content, name="drawn", test_permille=90, seed=2)
    target = prepared(
        world, content, name="target", target="distance", features=("carrier", "origin")
    )
    near = kin.kin_of(world.bravo, first.asset.id)
    assert near == {first.asset.id}
    assert not near & {drawn.asset.id, target.asset.id}


def test_the_next_version_counts_from_the_first_time_that_scoring_looks(world):
    content = flights(seed=int.from_bytes(world.bravo.random(4)))
    world.bravo.clock_s += 1
    first = prepared(world, content, name="first", budget=2)
    second = prepared(world, mended(content, 40), name="second", budget=2)
    with canned():
        run.run(world.bravo, another(world, 1), first.asset.id)
    assert kin.kin_of(world.bravo, second.asset.id) == {second.asset.id}
    # What the sandbox finds is looked at below, and in test_overlap.
    with mock.patch.object(history, "MOST_NEIGHBOURS", 1), canned(9.99, shared=True):
        held = run.run(world.bravo, another(world, 2), second.asset.id)
    assert told(held) == []
    for bench in (first, second):
        assert kin.kin_of(world.bravo, bench.asset.id) == {first.asset.id, second.asset.id}
    with canned(), pytest.raises(TrialsError, match=r"trials\.budget-spent"):
        run.run(world.bravo, another(world, 3), first.asset.id)


def test_the_budget_is_overdrawn_where_scoring_finds_that_it_was(world):
    content = flights(seed=int.from_bytes(world.bravo.random(4)))
    world.bravo.clock_s += 1
    first = prepared(world, content, name="first", budget=1)
    with canned():
        run.run(world.bravo, another(world, 1), first.asset.id)
        for shared, codes in ((False, []), (True, ["gate.budget"])):
            second = prepared(world, mended(content, 40), name=f"v{int(shared)}", budget=1)
            with mock.patch.object(history, "MOST_NEIGHBOURS", 1), canned(9.0, shared=shared):
                trial = run.run(world.bravo, another(world, 2), second.asset.id)
            assert [found.code for found in trial.report.findings] == codes
            break_kin(world, second)


def break_kin(world: World, bench: Benchmark) -> None:
    """Make room for the next case: what was run on a benchmark is no neighbour any more."""
    with world.bravo.database.write() as connection:
        connection.execute(delete(RUNS).where(RUNS.c.benchmark_id == bench.asset.id))


def test_rows_are_known_by_all_their_columns_whatever_the_features_are(tmp_path: Path):
    path = tmp_path / "data.parquet"
    path.write_bytes(flights(100))
    table = pq.read_table(path)
    ordered = table.select(sorted(table.column_names))
    places = [99, 3, 3, 50]
    wanted = row_digests(ordered.take(pa.array(places)))
    with mock.patch("dure.trials.overlap._BATCH_ROWS", 7):
        assert digests_at(path, places) == wanted
    other = pa.chunked_array([row_digests(ordered.slice(90))])
    whole = pa.chunked_array([row_digests(ordered)])
    assert shares(whole, other)
    assert shares(whole.slice(0, 91), other)
    assert not shares(whole.slice(0, 90), other)


# ── whoever asks at once ───────────────────────────────────────────────────────────────────────


def test_of_two_that_end_at_once_one_is_told_and_the_other_held_against_it(world):
    bench = world.fresh(name="at-once")
    barrier = threading.Barrier(2)
    ends: dict[int, run.Trial] = {}

    def at_once(house, *arguments):
        past = real(house, *arguments)
        if threading.current_thread().name not in passed:
            passed.add(threading.current_thread().name)
            barrier.wait(60)  # both have read what was told before; neither has told anything
        return past

    def ask(number: int, sent: str) -> None:
        ends[number] = run.run(world.bravo, sent, bench.asset.id)

    real, passed = history.of, set()
    asked = [another(world, 10 + number) for number in range(2)]
    with canned(), mock.patch.object(history, "of", at_once):
        threads = [threading.Thread(target=ask, args=each) for each in enumerate(asked)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(map(told, ends.values())) == [[], EVERY]
    rows = [records.find(world.bravo, RUNS, trial.id) for trial in ends.values()]
    assert {row["status"] for row in rows} == {"done"}
    assert {row["report_id"] for row in rows} == {trial.asset.id for trial in ends.values()}


def test_what_was_sealed_before_a_crash_is_not_told_when_more_was_told_since(world):
    bench = world.fresh(name="meanwhile")
    crash = mock.patch("dure.trials.ending._note", side_effect=RuntimeError)
    sent = another(world, 20)
    with canned(), crash, pytest.raises(RuntimeError):
        run.run(world.bravo, sent, bench.asset.id)
    with canned():
        assert told(run.run(world.bravo, another(world, 21), bench.asset.id)) == EVERY
        assert told(run.run(world.bravo, sent, bench.asset.id)) == []


# ── a developer's own budget ───────────────────────────────────────────────────────────────────


def test_a_budget_may_be_each_developer_s(world):
    bench = world.fresh(name="each")
    sent = [records.find(world.bravo, SUBMISSIONS, another(world, 30 + n)) for n in range(2)]

    def begin(row, seed: int, each: int) -> int:
        run_id = world.bravo.random(16).hex()
        asked = Asked(bench.asset.id, 3, each)
        spent = records.begin_run(world.bravo, run_id, row, asked, seed, 60)[1]
        records.end_run(world.bravo, run_id, "failed")
        return spent

    assert begin(sent[0], 1, 1) == 1
    with pytest.raises(TrialsError, match=r"alpha\.developer has run 1 of 1"):
        begin(sent[1], 1, 1)
    assert begin(sent[1], 1, 0) == 2  # the control: the agency may
