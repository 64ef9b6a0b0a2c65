"""A trial in the real sandbox, from sealed data to a gated, sealed report."""

import io
import json

import pyarrow.parquet as pq
import pytest

from dure.core.canonical import parse_canonical
from dure.core.errors import DureError
from dure.core.labels import join_all
from dure.trials import benchmark, records, run, view
from dure.trials.errors import TrialsError
from dure.trials.figures import DIGITS, significant_digits
from dure.trials.outcomes import OutcomeClass
from dure.trials.run import algorithm_limits
from dure.trials.tables import RUNS, SUBMISSIONS
from tests.trials.conftest import definition, flights
from tests.trials.house import ALPHA, DATA_LABEL, label


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
    assert view.report(world.bravo, baseline.id[:10])["result"] == baseline.report.result
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
        view.report(world.bravo, "../../etc")


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


def test_a_budget_is_spent_before_anything_runs(world, baseline):
    # Another definition over the same rows: the same answer key, but a budget of its own.
    tight = benchmark.prepare(world.bravo, world.dataset.id, definition(budget=1, name="tight"))
    submission = view.submissions(world.bravo)[0]
    row = records.find(world.bravo, SUBMISSIONS, submission["asset_id"])
    records.begin_run(world.bravo, "aa" * 16, row, (tight.asset.id, 1), 1, 60)
    with pytest.raises(TrialsError, match=r"trials\.budget-spent"):
        run.run(world.bravo, submission["asset_id"], tight.asset.id)
    records.end_run(world.bravo, "aa" * 16, "failed")  # one of ours that failed costs nothing
    assert records.begin_run(world.bravo, "bb" * 16, row, (tight.asset.id, 1), 1, 60) == 1
    with pytest.raises(TrialsError, match=r"trials\.not-releasable"):
        view.report(world.bravo, "bb" * 16)
    assert records.sweep(world.bravo) == 0
    world.bravo.clock_s += 61
    assert records.sweep(world.bravo) == 1
    assert records.find(world.bravo, RUNS, "bb" * 16)["status"] == "failed"


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
