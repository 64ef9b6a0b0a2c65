"""A trial with all details, in the sandbox: told with its figures, the same again, and released whole."""

import io
import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dure.trials import benchmark, run
from dure.trials.definition import TELL, Definition
from dure.trials.details.form import DETAILS
from dure.trials.details.resources import are_buckets
from dure.trials.gates.passing import recheck
from dure.trials.release import release, request_release
from dure.trials.releasing import form_of
from dure.trials.results import form_for
from dure.trials.tasks import TaskType
from tests.trials.conftest import World

TOML = """\
[algorithm]
name = "nearest-mean"
version = "1.0"
task = "tabular-classification"
entry_point = "algorithm:Nearest"
runtime = "plain"
licence = "Apache-2.0"
origin = "Written for this test."
"""
CODE = '''\
import numpy as np

class Nearest:
    """The class whose mean is nearer; what is missing counts as nothing."""

    def __init__(self, told):
        self.told = told

    def matrix(self, table):
        columns = [table[name].to_numpy() for name in self.told["features"]]
        return np.nan_to_num(np.column_stack(columns).astype(float))

    def fit(self, train):
        rows, targets = self.matrix(train), np.array(train[self.told["target"]].to_pylist())
        self.classes = sorted(set(targets.tolist()))
        self.means = np.array([rows[targets == name].mean(axis=0) for name in self.classes])

    def predict_scores(self, features):
        rows = self.matrix(features)
        {at_most}
        near = -((rows[:, None, :] - self.means) ** 2).sum(axis=2)
        odds = np.exp(near - near.max(axis=1, keepdims=True))
        return self.classes, odds / odds.sum(axis=1, keepdims=True)
'''


def table(rows: int = 900, seed: int = 3) -> bytes:
    rng = np.random.default_rng(seed)
    late = rng.random(rows) < 0.5
    columns = {
        "wind": late * 1.5 + rng.normal(size=rows),
        "load": late * 1.0 + rng.normal(size=rows),
        "site": np.where(rng.random(rows) < 0.4, "north", "south"),
        "outcome": np.where(late, "late", "early"),
    }
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


ASKED = Definition(
    "detailed", TaskType.CLASSIFICATION, "outcome", ("wind", "load"), test_permille=500,
    subgroup="site", subgroups=("north", "south"), robust=("drift", "missing"), tell=TELL,
)  # fmt: skip


@pytest.fixture(scope="module")
def bench(world: World) -> benchmark.Benchmark:
    return benchmark.prepare(world.bravo, world.bravo.dataset(table()).id, ASKED)


def sent(world: World, at_most: str = "", version: str = "1.0") -> str:
    folder = world.folder / f"nearest-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "algorithm.toml").write_text(TOML.replace("1.0", version))
    (folder / "algorithm.py").write_text(CODE.replace("{at_most}", at_most))
    return world.send(folder).id


@pytest.fixture(scope="module")
def first(world: World, bench: benchmark.Benchmark) -> run.Trial:
    return run.run(world.bravo, sent(world), bench.asset.id)


def test_the_perturbed_part_has_each_test_row_once_and_no_target(world, bench):
    read = world.bravo.contents.content
    features, worse, answers = (
        pq.read_table(io.BytesIO(read[part.id]))
        for part in (bench.features, bench.perturbed, bench.answers)
    )
    assert worse.schema.names == features.schema.names
    assert worse.num_rows == features.num_rows
    assert "answer-key" not in bench.perturbed.label.categories
    assert sorted(answers["perturbed-place"].to_pylist()) == list(range(worse.num_rows))


def test_all_details_are_told_and_pass_again(first, bench):
    result = first.report.result
    assert set(DETAILS) <= set(result)
    assert set(result["p"]) == set(result["figures"])
    assert result["p"]["accuracy"] == "0.001"
    assert result["robustness"]["outcome"] == "ok"
    drift = result["robustness"]["curves"]["drift"]
    assert float(drift[0]["figure"]["value"]) > float(drift[2]["figure"]["value"])
    assert all(int(point["rows"]) >= 70 for point in drift)
    assert len(result["subgroups"]) == 2
    assert result["calibration"]["bins"][-1]["to"] == "1"
    assert recheck(result, "report", form_for(bench.definition)) == ()
    assert are_buckets(first.report.evidence["resources"])
    assert form_of(first.report.evidence) == form_for(bench.definition)


def test_the_same_again_and_nothing_beside_what_is_held(world, bench, first):
    again = run.run(world.bravo, sent(world, version="1.0"), bench.asset.id)
    assert again.report.result == first.report.result
    other = run.run(world.bravo, sent(world, "rows[:3] += 0.5", version="1.1"), bench.asset.id)
    assert other.report.result["figures"] == {}
    assert not set(DETAILS) & set(other.report.result)
    assert "resources" not in other.report.evidence


def test_a_sweep_that_fails_is_told_by_its_class(world):
    """The positive control is `first`; here the algorithm can't do with what is missing."""
    data = world.bravo.dataset(table(901, seed=4))
    asked = replace(ASKED, name="swept", robust=("missing",))
    bench = benchmark.prepare(world.bravo, data.id, asked)
    stops = "assert all(features[name].null_count == 0 for name in features.column_names)"
    failed = run.run(world.bravo, sent(world, stops, version="2.0"), bench.asset.id)
    assert failed.outcome == "ok"
    assert failed.report.result["robustness"] == {"outcome": "algorithm-error"}
    assert set(failed.report.result["figures"]) == {
        "accuracy",
        "balanced-accuracy",
        "f1-macro",
        "roc-auc",
    }
    diagnosis = json.loads(world.bravo.contents.content[failed.diagnosis])
    assert diagnosis["sweep"]["status"] != "done"


def test_what_is_released_has_its_details(world, first):
    request = request_release(world.bravo, first.id)
    world.bravo.approve(request)
    outcome = release(world.bravo, request.id)
    document = json.loads(world.bravo.contents.content[outcome["asset"]])["document"]
    assert document["result"] == first.report.result
    assert document["resources"] == first.report.evidence["resources"]
