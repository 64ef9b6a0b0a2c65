"""A trial in the real sandbox, from sealed data to a gated, sealed report."""

import io
import json
from contextlib import contextmanager

import pyarrow.parquet as pq
import pytest

from dure.core.canonical import parse_canonical
from dure.core.errors import DureError
from dure.core.labels import join_all
from dure.sandbox import tiers
from dure.trials import benchmark, ending, probed, records, run, view
from dure.trials.budgets import Asked
from dure.trials.errors import TrialsError
from dure.trials.figures import DIGITS, significant_digits
from dure.trials.outcomes import OutcomeClass
from dure.trials.reports.reading import read
from dure.trials.steps import algorithm_limits
from dure.trials.tables import RUNS, SUBMISSIONS
from tests.trials.conftest import definition, flights
from tests.trials.house import ALPHA, DATA_LABEL, SUITE, label


def column_bytes(world, asset):
    return pq.read_table(io.BytesIO(world.bravo.contents.content[asset.id]))


def test_the_parts_and_their_labels(world):
    made = world.benchmark
    assert made.train.label == made.features.label == label(DATA_LABEL)
    assert str(made.answers.label) == "bravo//O//answer-key,traffic REL bravo FOR scoring"
    assert made.answers.label.dominates(made.train.label)
    train, features, answers = (
        column_bytes(world, part) for part in (made.train, made.features, made.answers)
    )
    assert "arr_delay" in train.column_names
    assert "arr_delay" not in features.column_names
    assert features.num_rows == answers.num_rows
    assert train.num_rows + answers.num_rows == 392
    [row] = view.benchmarks(world.bravo)
    assert (row["asset_id"], row["target"]) == (made.asset.id, "arr_delay")


def test_preparing_again_gives_the_same(world):
    again = benchmark.prepare(world.bravo, world.dataset.id, definition())
    assert again == world.benchmark
    assert len(view.benchmarks(world.bravo)) == 1
    assert benchmark.find_benchmark(world.bravo, again.asset.id) == again


def test_an_honest_trial(world, baseline):
    assert baseline.outcome is OutcomeClass.OK
    figures = baseline.report.result["figures"]
    assert float(figures["mae"]["difference"]["upper"]) < 0
    for sides in figures.values():
        for estimate in sides.values():
            assert all(significant_digits(text) <= DIGITS for text in estimate.values())
    sealed = parse_canonical(world.bravo.contents.content[baseline.asset.id])
    assert sealed == baseline.report.to_dict()
    inputs = (world.benchmark.train, world.benchmark.answers)
    assert baseline.asset.label.dominates(join_all(asset.label for asset in inputs))
    assert baseline.asset.label.owners == {ALPHA, "bravo"}
    assert view.outcome_words("ok", "ko") != view.outcome_words("ok")


def test_the_answer_key_goes_to_scoring_alone(world, baseline):
    opened = [
        (kind, purpose) for kind, purpose, run_id in world.bravo.opened if run_id == baseline.id
    ]
    assert opened == [
        ("algorithm", "trial"),
        ("benchmark.train", "trial"),
        ("benchmark.features", "trial"),
        ("benchmark.answers", "scoring"),
    ]
    with pytest.raises(DureError, match="denied"):
        world.bravo.open(world.benchmark.answers.id, purpose="trial", run="x")


def test_evidence_names_what_it_rests_on(world, baseline):
    evidence = baseline.report.evidence
    assert evidence["answers"] == world.benchmark.answers.id
    assert evidence["seed"] == 1
    assert evidence["tier"] == "A"
    assert set(evidence["runtime"]) >= {"python", "scikit-learn"}


def test_rows_and_reports_can_be_looked_at(world, baseline):
    row = next(row for row in view.runs(world.bravo) if row["id"] == baseline.id)
    assert (row["status"], row["outcome"], row["agency"]) == ("done", "ok", ALPHA)
    assert read(world.bravo, baseline.id[:10]).result == baseline.report.result
    told = view.diagnosis(world.bravo, baseline.id)
    assert told["algorithm"]["status"] == told["scoring"]["status"] == "done"
    said = json.dumps(baseline.report.to_dict())
    assert not any(key in said for key in ("cpu_s", "peak_bytes", "stdout", "smallest_cell"))


def test_the_same_again_gives_the_same_result(world, baseline):
    again = world.trial("baseline")
    assert again.id != baseline.id
    assert again.asset == baseline.asset
    assert again.report.result_digest("intl") == baseline.report.result_digest("intl")
    rows = [row for row in view.runs(world.bravo) if row["id"] in (again.id, baseline.id)]
    assert len({(row["result_digest"], row["evidence_digest"]) for row in rows}) == 1


def test_open_data_run_in_tier_b_where_the_node_allows_it_and_the_result_is_the_same(
    world, baseline, monkeypatch
):
    monkeypatch.setattr(tiers, "has_a", lambda: False)
    monkeypatch.setattr(world.bravo, "open_tier", "B")
    trial = world.trial("baseline")
    assert (trial.outcome, trial.report.evidence["tier"]) == (OutcomeClass.OK, "B")
    assert trial.report.result_digest("intl") == baseline.report.result_digest("intl")


def test_an_error_says_only_its_class(world):
    trial = world.trial("hostile", mode='"error"')
    assert trial.outcome is OutcomeClass.ALGORITHM_ERROR
    assert dict(trial.report.result) == {"outcome": "algorithm-error", "task": "tabular-regression"}
    stdout = view.diagnosis(world.bravo, trial.id)["algorithm"]["stdout"]
    assert "the first row is" in stdout  # the operator may see it; its label is the data's
    assert "first row" not in json.dumps(trial.report.to_dict())
    diagnosis = world.bravo.assets.get(trial.diagnosis).asset
    assert diagnosis.label.dominates(world.benchmark.train.label)


def test_unknown_things(world):
    for submission, bench in (("none", world.benchmark.asset.id), ("f" * 64, "none")):
        with pytest.raises(TrialsError, match=r"trials\.unknown"):
            run.run(world.bravo, submission, bench)
    with pytest.raises(TrialsError, match=r"trials\.unknown"):
        read(world.bravo, "../../etc")


def test_who_may_not(world, baseline):
    before = len(view.runs(world.bravo))
    submission = view.submissions(world.bravo)[0]["asset_id"]
    try:
        with pytest.raises(DureError, match="denied"):
            run.run(world.bravo.as_("bravo.checker"), submission, world.benchmark.asset.id)
    finally:
        world.bravo.as_("bravo.operator")
    assert len(view.runs(world.bravo)) == before


def test_a_task_that_does_not_fit(world):
    folder = world.variant("baseline", task='"tabular-classification"')
    with pytest.raises(TrialsError, match=r"trials\.mismatch"):
        run.run(world.bravo, world.send(folder).id, world.benchmark.asset.id)


def test_a_host_that_is_not_proven_begins_nothing_and_costs_nothing(world, monkeypatch):
    def unproven(*_):
        raise TrialsError("trials.unproven-host", tier="A", days=30, reason="probes-none")

    bench = world.fresh(budget=1, name="unproven")
    algorithm = world.send(world.variant("baseline"))
    before = len(records.listed(world.bravo, RUNS))
    with monkeypatch.context() as patched:
        patched.setattr(probed, "tier_of", unproven)
        with pytest.raises(TrialsError, match=r"trials\.unproven-host"):
            run.run(world.bravo, algorithm.id, bench.asset.id)
    assert len(records.listed(world.bravo, RUNS)) == before
    assert run.run(world.bravo, algorithm.id, bench.asset.id).outcome is OutcomeClass.OK


def test_a_budget_is_spent_before_anything_runs(world, baseline):
    tight = world.fresh(budget=1, name="tight")
    submission = view.submissions(world.bravo)[0]
    row = records.find(world.bravo, SUBMISSIONS, submission["asset_id"])
    records.begin_run(world.bravo, "aa" * 16, row, Asked(tight.asset.id, 1), 1, 60)
    with pytest.raises(TrialsError, match=r"trials\.budget-spent"):
        run.run(world.bravo, submission["asset_id"], tight.asset.id)
    # That it failed says something, too: it counts, and may only be taken up again.
    records.end_run(world.bravo, "aa" * 16, "failed")
    with pytest.raises(TrialsError, match=r"trials\.budget-spent"):
        records.begin_run(world.bravo, "bb" * 16, row, Asked(tight.asset.id, 1), 2, 60)
    for _ in range(3):
        taken_up = records.begin_run(world.bravo, "aa" * 16, row, Asked(tight.asset.id, 1), 1, 60)
        assert taken_up == ("aa" * 16, 1)
        records.end_run(world.bravo, "aa" * 16, "failed")
    assert records.begin_run(world.bravo, "bb" * 16, row, Asked(tight.asset.id, 2), 2, 60)[1] == 2
    with pytest.raises(TrialsError, match=r"trials\.not-releasable"):
        read(world.bravo, "bb" * 16)
    assert records.sweep(world.bravo) == 0
    world.bravo.clock_s += 61
    assert records.sweep(world.bravo) == 1
    assert records.find(world.bravo, RUNS, "bb" * 16)["status"] == "failed"


# ── a run whose process died ─────────────────────────────────────────────────────────────────────

DEAD = "0:0:0:0:0"


def left_by(world, claimant, monkeypatch, **changes):
    """Leave the row of a run that somebody began; return its id, its submission and its benchmark."""
    bench = world.fresh(budget=1, **changes)
    row = records.find(world.bravo, SUBMISSIONS, view.submissions(world.bravo)[0]["asset_id"])
    run_id = world.bravo.random(16).hex()
    with monkeypatch.context() as patch:
        if claimant:
            patch.setattr(records, "this_process", lambda _: claimant)
        records.begin_run(world.bravo, run_id, row, Asked(bench.asset.id, 1), 1, 3600)
    return run_id, row, bench.asset.id


def test_a_run_that_died_is_taken_up_again(world, baseline, monkeypatch):
    alive, row, bench = left_by(world, "", monkeypatch, name="alive")
    assert records.sweep(world.bravo) == 0  # the control: its process, this one, lives
    with pytest.raises(TrialsError, match=r"trials\.budget-spent"):
        run.run(world.bravo, row["asset_id"], bench)
    records.end_run(world.bravo, alive, "failed")
    died, row, bench = left_by(world, DEAD, monkeypatch, name="died")
    assert records.sweep(world.bravo) == 1
    assert records.sweep(world.bravo) == 0
    trial = run.run(world.bravo, row["asset_id"], bench)
    assert trial.id == died
    assert "claimant" not in view.runs(world.bravo)[0]
    found = records.find(world.bravo, RUNS, died)
    assert (found["status"], found["ended_at"] is None) == ("done", False)
    # Another seed is another run.
    assert records.unfinished(world.bravo, row["asset_id"], bench, 2) == ""


def test_of_two_that_take_up_the_same_run_one_begins_anew(world, baseline, monkeypatch):
    died, row, bench = left_by(world, DEAD, monkeypatch, name="twice")
    records.sweep(world.bravo)
    assert records.unfinished(world.bravo, row["asset_id"], bench, 1) == died
    first, spent = records.begin_run(world.bravo, died, row, Asked(bench, 2), 1, 60)
    assert (first, spent) == (died, 1)
    second, spent = records.begin_run(world.bravo, died, row, Asked(bench, 2), 1, 60)
    assert (second == died, spent) == (False, 2)
    for each in (first, second):
        records.end_run(world.bravo, each, "failed")


class StoppedError(Exception):
    pass


def stop(*_):
    raise StoppedError


def test_a_run_that_was_taken_up_meanwhile_is_not_swept(world, baseline, monkeypatch):
    died, row, bench = left_by(world, DEAD, monkeypatch, name="meanwhile")
    doing = world.bravo.doing

    @contextmanager
    def slowly(*arguments, **named):
        with doing(*arguments, **named) as it:
            records.end_run(world.bravo, died, "failed")
            records.begin_run(world.bravo, died, row, Asked(bench, 5), 1, 3600)
            yield it

    monkeypatch.setattr(world.bravo, "doing", slowly)
    records.sweep(world.bravo)
    assert records.find(world.bravo, RUNS, died)["status"] == "running"
    records.end_run(world.bravo, died, "failed")


@pytest.mark.parametrize("mode", ["", '"error"'])
def test_what_was_sealed_before_the_crash_is_what_came_of_it(world, monkeypatch, mode):
    changes = {"mode": mode} if mode else {"version": '"9.9"'}
    submission = world.send(world.variant("hostile" if mode else "baseline", **changes))
    bench = world.benchmark.asset.id
    with monkeypatch.context() as patch:
        patch.setattr(ending, "_note", stop)
        with pytest.raises(StoppedError):
            run.run(world.bravo, submission.id, bench)
    before = len(world.bravo.contents.content)
    monkeypatch.setattr(run, "_perform", stop)
    trial = run.run(world.bravo, submission.id, bench)
    assert len(world.bravo.contents.content) == before
    told = read(world.bravo, trial.id).document
    assert (trial.report.result, trial.report.evidence) == (told["result"], told["evidence"])
    row = records.find(world.bravo, RUNS, trial.id)
    assert row["report_digest"] == SUITE.digest("report", told)
    assert row["outcome"] == told["result"]["outcome"] == ("algorithm-error" if mode else "ok")
    assert view.diagnosis(world.bravo, trial.id)["run"] == trial.id
    # The control: with another seed there is nothing to go on from.
    with pytest.raises(StoppedError):
        run.run(world.bravo, submission.id, bench, seed=2)


def test_content_that_is_cut_off_is_never_run(world):
    submission = world.send(world.variant("baseline"))
    world.bravo.cut_stream = 1
    try:
        with pytest.raises(TrialsError, match=r"trials\.stream"):
            run.run(world.bravo, submission.id, world.benchmark.asset.id)
        with pytest.raises(TrialsError, match=r"trials\.stream"):
            benchmark.prepare(world.bravo, world.dataset.id, definition(name="cut"))
    finally:
        world.bravo.cut_stream = 0
    assert view.runs(world.bravo)[-1]["status"] in ("failed", "done")
    failed = [row for row in view.runs(world.bravo) if row["submission_id"] == submission.id]
    assert "failed" in {row["status"] for row in failed}
    assert world.bravo.event_types()[-1] == "trial.prepare.failed"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"target": "none"}, "target-missing"),
        ({"target": "carrier", "features": ("distance",)}, "target-type"),
    ],
)
def test_data_that_can_t_be_split(world, changes, reason):
    before = len(world.bravo.contents.content)
    with pytest.raises(TrialsError) as caught:
        benchmark.prepare(world.bravo, world.dataset.id, definition(**changes))
    assert caught.value.code == "trials.benchmark"
    assert caught.value.facts["reason"] == reason
    assert len(world.bravo.contents.content) == before


def test_what_is_no_data_set(world, baseline):
    with pytest.raises(TrialsError, match="not a data set"):
        benchmark.prepare(world.bravo, world.benchmark.train.id, definition())


def test_bytes_that_are_no_table(house):
    table = house.table(b"not a table")
    with pytest.raises(TrialsError, match=r"trials\.worker"):
        benchmark.prepare(house, table.id, definition())
    assert house.event_types()[-1] == "trial.prepare.failed"


def test_a_table_without_its_data_set_will_do(house):
    made = benchmark.prepare(house, house.table(flights(120)).id, definition())
    assert made.definition.target == "arr_delay"


def test_limits_of_an_algorithm_come_from_its_manifest(world):
    from dure.trials.manifest import read_manifest

    manifest = read_manifest((world.variant("baseline") / "algorithm.toml").read_bytes())
    limits = algorithm_limits(manifest)
    assert limits.wall_s == manifest.wall_s
    assert limits.memory_bytes == 1536 * 1024 * 1024
