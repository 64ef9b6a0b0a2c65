"""What scoring measures beside the figures, from files of predictions to score.json, in process."""

import itertools
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import accuracy_score

from dure.sandbox.tasks import Outcome
from dure.trials import scoring, split
from dure.trials.definition import Definition
from dure.trials.details.resources import BITS, STEPS, are_buckets, buckets
from dure.trials.kinds.parts import ANSWER, CELL, PLACE
from dure.trials.predictions import FILE, Predictions, write_predictions
from dure.trials.tasks import TaskType

ROWS = 900
CLASSES = ["early", "late"]


def table():
    draw = np.random.default_rng(1)
    x = draw.normal(0.0, 1.0, ROWS)
    return pa.table(
        {
            "x": x,
            "place": [("here", "there")[n] for n in draw.integers(0, 2, ROWS)],
            "y": [CLASSES[int(one)] for one in x + draw.normal(0, 0.5, ROWS) > 0],
        }
    )


@pytest.fixture(scope="module")
def parts():
    asked = Definition(
        name="beside", task=TaskType.CLASSIFICATION, target="y", features=("x",), test_permille=500,
        robust=("drift", "missing"), subgroup="place", subgroups=("here",),
        tell=("calibration", "subgroups"),
    )  # fmt: skip
    return split.split(table(), asked)


def answered(features):
    """The answer of somebody who looks at x, and takes what is missing for early."""
    x = np.nan_to_num(features["x"].to_numpy(), nan=-1.0)
    late = 1 / (1 + np.exp(-2.5 * x))
    scores = np.column_stack([1 - late, late])
    values = [CLASSES[best] for best in scores.argmax(axis=1)]
    made = Predictions(values, tuple(CLASSES), scores.tolist())
    return b"".join(write_predictions(made, TaskType.CLASSIFICATION))


def scored(tmp_path, parts, stress=None, **changes):
    plan = {
        "task": "tabular-classification", "metrics": ["accuracy", "f1-macro", "roc-auc"], "seed": 1,
        "resamples": 200, "subgroups": 1, "robust": ["drift", "missing"],
        "tell": ["calibration", "subgroups"],
    }  # fmt: skip
    (tmp_path / "plan.json").write_text(json.dumps(plan | changes))
    (tmp_path / FILE).write_bytes(answered(parts.features))
    if stress is not None:
        (tmp_path / scoring.STRESS).write_bytes(stress)
    pq.write_table(parts.answers, tmp_path / "answers.parquet")
    scoring.main(tmp_path, tmp_path)
    return json.loads((tmp_path / scoring.SCORE).read_bytes())


def test_details_of_an_honest_sweep(tmp_path, parts):
    told = scored(tmp_path, parts, answered(parts.perturbed.features))["details"]
    assert set(told["p"]) == {"accuracy", "f1-macro", "roc-auc"}
    assert max(told["p"].values()) == 0.001
    assert sum(one["rows"] for one in told["calibration"]["bins"]) == ROWS // 2
    assert told["calibration"]["error"][0] < 0.15
    assert set(told["subgroups"][0]) == {"accuracy", "f1-macro"}
    # each point is the figure over just the rows of its cell, targets and predictions put together again
    truth = np.array(parts.answers[ANSWER].to_pylist())
    worse = parts.perturbed.features.take(parts.answers[PLACE])
    x = np.nan_to_num(worse["x"].to_numpy(), nan=-1.0)
    said = np.array(CLASSES)[(x > 0).astype(int)]
    dealt = parts.answers[CELL].to_numpy()
    for number, (rows, rests, figure) in enumerate(told["robustness"]["cells"]):
        mine = dealt == number
        assert (rows, rests) == (mine.sum(), mine.sum())
        assert figure[0] == pytest.approx(accuracy_score(truth[mine], said[mine]))
    drift, missing = told["robustness"]["cells"][:3], told["robustness"]["cells"][3:]
    assert drift[0][2][0] > drift[2][2][0]  # who is moved further is mistaken more often
    assert max(point[2][0] for point in missing) < 0.75


def test_the_figures_are_the_same_with_and_without_details(tmp_path, parts):
    with_all = scored(tmp_path, parts, answered(parts.perturbed.features))
    (tmp_path / scoring.STRESS).unlink()
    without = scored(tmp_path, parts, robust=[], tell=[])
    assert with_all["figures"] == without["figures"]
    assert set(without["details"]) == {"p"}


@pytest.mark.parametrize("stress", [b"", b"{}\n" * 451, b"[" * 100_000, b"nonsense"])
def test_a_hostile_stress_run_spoils_nothing_else(tmp_path, parts, stress):
    clean = scored(tmp_path, parts, answered(parts.perturbed.features))
    told = scored(tmp_path, parts, stress)
    assert told["details"]["robustness"] == {"refused": True}
    assert told["figures"] == clean["figures"]


def ended(**changes):
    used = {"cpu_s": 3.0, "wall_s": 70.0, "peak_bytes": 300 << 20, "outputs": {"p": b"x" * 70_000}}
    common = {"status": "done", "cause": "", "exit_status": 0, "refused": (), "stdout": b""}
    return Outcome(**(common | used | changes))


def test_buckets_are_wide_and_few():
    told = buckets(ended())
    assert told == {"cpu_s": "4", "wall_s": "256", "memory_mib": "1024", "output_kib": "256"}
    assert are_buckets(told)
    assert buckets(ended(cpu_s=1e6))["cpu_s"] == "more"
    for steps in STEPS.values():
        assert {later / former for former, later in itertools.pairwise(steps)} == {4.0}
    assert BITS < 11  # as much as one figure of three digits
    for other in ({}, [], told | {"cpu_s": "5"}, told | {"cpu_s": 4}, told | {"host": "4"}):
        assert not are_buckets(other)
