"""What runs inside the sandbox, run here in process on small tables: split, runner and scoring."""

import json
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dure.core.canonical import parse_canonical
from dure.trials import runner, scoring, split
from dure.trials.definition import Definition
from dure.trials.errors import TrialsError
from dure.trials.kinds.lines import PredictionsRefused
from dure.trials.kinds.target import SplitRefused
from dure.trials.manifest import MANIFEST
from dure.trials.packing import pack
from dure.trials.predictions import FILE, Predictions, write_predictions
from dure.trials.split import REFUSALS
from dure.trials.tasks import TaskType

ROWS = 200
TABLE = pa.table(
    {
        "x": list(range(ROWS)),
        "kind": ["late" if n % 4 == 0 else "early" for n in range(ROWS)],
        "y": [None if n % 10 == 0 else n * 0.5 for n in range(ROWS)],
        "secret": ["never a feature"] * ROWS,
    }
)


def regression(**changes):
    parts = {
        "name": "delays",
        "task": TaskType.REGRESSION,
        "target": "y",
        "features": ("x", "kind"),
    }
    return Definition(**(parts | changes))


def classification(**changes):
    parts = {"task": TaskType.CLASSIFICATION, "target": "kind", "features": ("x",)}
    return regression(**(parts | changes))


def test_every_row_with_a_target_is_in_one_part_only():
    parts = split.split(TABLE, regression())
    assert parts.train.column_names == ["x", "kind", "y"]
    assert parts.features.column_names == ["x", "kind"]
    assert parts.answers.column_names == ["answer", "row"]
    train, test = parts.train["x"].to_pylist(), parts.features["x"].to_pylist()
    assert sorted(train + test) == [n for n in range(ROWS) if n % 10]
    assert train == sorted(train)
    assert len(test) == 180 * 300 // 1000
    assert parts.answers["answer"].to_pylist() == [n * 0.5 for n in test]
    told = json.loads(parts.answers.schema.metadata[b"dure.baseline"])
    assert told["mean"] == pytest.approx(np.mean(parts.train["y"].to_numpy()))


def test_the_places_of_test_rows_say_nothing_of_their_targets():
    """A data set that lies sorted by its target; the algorithm knows the split's seed."""
    rows = 2000
    chance = np.random.default_rng(8).random(rows)
    table = pa.table({"x": chance, "y": np.arange(rows, dtype=float)})
    parts = split.split(table, regression(features=("x",)))
    targets = parts.answers["answer"].to_numpy()
    again = split.split(table, regression(features=("x",)))
    assert parts.features == again.features
    assert len(targets) == 600
    assert [chance[int(y)] for y in targets] == parts.features["x"].to_pylist()
    by_place = np.corrcoef(np.arange(600), targets)[0, 1]
    assert abs(by_place) < 0.15
    changed = table.set_column(1, "y", pa.array(np.arange(rows) + 0.5))
    other = split.split(changed, regression(features=("x",)))
    assert sorted(other.features["x"].to_pylist()) == sorted(parts.features["x"].to_pylist())
    assert other.features != parts.features  # nor do features and seed give the order away


def test_the_seed_decides():
    one, same, other = (split.split(TABLE, regression(seed=seed)) for seed in (1, 1, 2))
    assert one.train == same.train
    assert one.features != other.features


def test_targets_of_a_classification_are_texts():
    table = TABLE.append_column("flag", pa.array([n % 3 == 0 for n in range(ROWS)]))
    parts = split.split(table, classification(target="flag"))
    told = json.loads(parts.answers.schema.metadata[b"dure.baseline"])
    assert told == {"classes": ["false", "true"], "majority": "false"}
    dictionary = TABLE.set_column(1, "kind", TABLE["kind"].dictionary_encode())
    assert set(split.split(dictionary, classification()).train["kind"].to_pylist()) == {
        "late",
        "early",
    }


@pytest.mark.parametrize(
    ("table", "definition", "reason"),
    [
        (TABLE, regression(target="none"), "target-missing"),
        (TABLE, regression(features=("x", "none")), "feature-missing"),
        (TABLE, regression(target="kind", features=("x",)), "target-type"),
        (TABLE, classification(target="y"), "target-type"),
        (TABLE.slice(0, 30), regression(), "too-few-rows"),
        (TABLE, regression(test_permille=50), "too-few-rows"),
        (TABLE, classification(target="secret"), "classes"),
        (TABLE.set_column(1, "kind", TABLE["x"]), classification(features=("y",)), "classes"),
        (TABLE.set_column(2, "y", pa.array([float("inf")] * ROWS)), regression(), "target-range"),
        (TABLE.set_column(2, "y", pa.array([1e13] * ROWS)), regression(), "target-range"),
    ],
)
def test_data_that_can_t_be_split(table, definition, reason):
    with pytest.raises(SplitRefused) as caught:
        split.split(table, definition)
    assert str(caught.value) == reason
    assert reason in REFUSALS


def test_a_class_that_the_training_rows_lack():
    definition = classification()
    tested = split.split(TABLE, definition).features["x"][0].as_py()
    kinds = ["alone" if n == tested else "ab"[n % 2] for n in range(ROWS)]
    with pytest.raises(SplitRefused, match="classes"):
        split.split(TABLE.set_column(1, "kind", pa.array(kinds)), definition)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "No Spaces"},
        {"target": ""},
        {"features": ()},
        {"features": ("x", "x")},
        {"features": ("x", "y")},
        {"test_permille": 0},
        {"test_permille": 1000},
        {"seed": -1},
        {"metrics": ("accuracy",)},
        {"budget": 0},
    ],
)
def test_definitions_that_are_refused(changes):
    with pytest.raises(TrialsError, match=r"trials\.benchmark"):
        regression(**changes)


def test_a_definition_reads_back():
    definition = regression(metrics=("mae",), budget=3)
    assert Definition.from_dict(parse_canonical(definition.to_bytes())) == definition
    for broken in ({}, {"features": "x"}, definition.to_dict() | {"seed": "x"}):
        with pytest.raises(TrialsError, match="malformed"):
            Definition.from_dict(broken)


# ── the three programs, one after the other ──────────────────────────────────────────────────────

CLASS = """
import numpy as np
class Algorithm:
    def __init__(self, task):
        self.task = task
    def fit(self, train):
        self.mean = np.mean(train[self.task["target"]].to_numpy())
    def predict(self, features):
        return np.full(features.num_rows, self.mean + self.task["parameters"].get("bias", 0.0))
"""
SCORES = """
class Algorithm:
    def __init__(self, task):
        self.task = task
    def fit(self, train):
        self.rows = train.num_rows
    def predict(self, features):
        return ["late" if x % 4 == 0 else "early" for x in features["x"].to_pylist()]
    def predict_scores(self, features):
        late = [1.0 if x % 4 == 0 else 0.0 for x in features["x"].to_pylist()]
        return ["late", "early"], [[score, 1 - score] for score in late]
"""
SCRIPT = """
import json, sys
import pyarrow.parquet as pq
train, features, predictions = sys.argv[1:]
rows = pq.read_table(features).num_rows
with open(predictions, "w") as file:
    file.write(json.dumps({"form": "dure/predictions/v1", "rows": rows}) + "\\n")
    file.write('{"prediction":1.5}\\n' * rows)
"""


def manifest(task, entry="algorithm:Algorithm", extra=""):
    return f"""[algorithm]
name = "a"
version = "1"
task = "{task}"
entry_point = "{entry}"
runtime = "scikit-learn"
licence = "Apache-2.0"
origin = "here"
[parameters]
{extra}
""".encode()


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Run split, runner and scoring as the sandbox would, each with its own /in and /out."""
    monkeypatch.chdir(tmp_path)
    counter = iter(range(100))

    def folder():
        made = tmp_path / f"f{next(counter)}"
        made.mkdir()
        return made

    def whole(definition, files, table=TABLE):
        first, parts = folder(), folder()
        pq.write_table(table, first / "data.parquet")
        (first / "definition.json").write_bytes(definition.to_bytes())
        split.main(first, parts)
        facts = json.loads((parts / split.FACTS).read_text())
        if "refused" in facts:
            return facts
        second, out = folder(), folder()
        for name in ("train.parquet", "features.parquet"):
            (second / name).write_bytes((parts / name).read_bytes())
        (second / runner.ALGORITHM).write_bytes(pack(files))
        task = {"target": definition.target, "features": list(definition.features), "seed": 1}
        (second / "task.json").write_text(json.dumps(task))
        monkeypatch.delitem(sys.modules, "algorithm", raising=False)
        runner.main(second, out, folder() / "unpacked")
        third, scored = folder(), folder()
        (third / FILE).write_bytes((out / FILE).read_bytes())
        (third / "answers.parquet").write_bytes((parts / "answers.parquet").read_bytes())
        plan = {
            "task": definition.task.value,
            "metrics": list(definition.metrics),
            "seed": 1,
            "resamples": 50,
        }
        (third / "plan.json").write_text(json.dumps(plan))
        scoring.main(third, scored)
        return json.loads((scored / scoring.SCORE).read_text())

    with monkeypatch.context() as patched:
        patched.setattr("sys.argv", ["test"])
        patched.setattr("sys.path", list(sys.path))
        yield whole


def test_a_class_for_regression(programs):
    files = {MANIFEST: manifest("tabular-regression"), "algorithm.py": CLASS.encode()}
    told = programs(regression(), files)
    assert told["rows"] == told["smallest_cell"] == 54
    assert told["figures"]["mae"]["algorithm"] == pytest.approx(told["figures"]["mae"]["baseline"])
    assert told["figures"]["mae"]["difference"] == pytest.approx([0, 0, 0], abs=1e-9)


def test_parameters_reach_the_algorithm(programs):
    files = {
        MANIFEST: manifest("tabular-regression", extra="bias = 1000.0"),
        "algorithm.py": CLASS.encode(),
    }
    assert programs(regression(), files)["figures"]["mae"]["algorithm"][0] > 900


def test_a_script(programs):
    files = {MANIFEST: manifest("tabular-regression", "main.py"), "main.py": SCRIPT.encode()}
    assert "mae" in programs(regression(metrics=("mae",)), files)["figures"]


def test_scores_for_classification(programs):
    files = {MANIFEST: manifest("tabular-classification"), "algorithm.py": SCORES.encode()}
    told = programs(classification(), files)
    assert set(told["figures"]) == {"accuracy", "balanced-accuracy", "f1-macro", "roc-auc"}
    assert told["figures"]["roc-auc"]["algorithm"] == [1.0, 1.0, 1.0]
    assert told["figures"]["accuracy"]["algorithm"][0] == 1.0
    assert told["smallest_cell"] < told["rows"] == 60


def test_classes_without_scores(programs):
    code = SCORES.replace("predict_scores", "no_scores").encode()
    files = {MANIFEST: manifest("tabular-classification"), "algorithm.py": code}
    assert "roc-auc" not in programs(classification(), files)["figures"]


def test_a_pyarrow_array_is_as_good(programs):
    code = CLASS.replace("np.full(", "__import__('pyarrow').array(np.full(").replace(
        '"bias", 0.0))', '"bias", 0.0)))'
    )
    files = {MANIFEST: manifest("tabular-regression"), "algorithm.py": code.encode()}
    assert programs(regression(), files)["rows"] == 54


def test_refusals_are_written_down(programs):
    assert programs(regression(target="none"), {}) == {"refused": "target-missing"}
    code = SCORES.replace('"late" if x % 4 == 0 else "early"', '"never"')
    code = code.replace("predict_scores", "no_scores").encode()
    files = {MANIFEST: manifest("tabular-classification"), "algorithm.py": code}
    assert programs(classification(), files) == {"refused": "unknown-class"}


def test_roc_auc_needs_every_class_in_the_test():
    answers = pa.table({"answer": ["late"] * 30}).replace_schema_metadata(
        {b"dure.baseline": json.dumps({"classes": ["early", "late"], "majority": "early"})}
    )
    plan = scoring.Plan(TaskType.CLASSIFICATION, ("accuracy", "roc-auc"), 1, 20)
    data = b"".join(
        write_predictions(
            Predictions(["late"] * 30, ("late", "early"), [[1.0, 0.0]] * 30), plan.task
        )
    )
    told = scoring.score(data, answers, plan)
    assert [one.metric for one in told.comparisons] == ["accuracy"]
    assert told.smallest_cell == 0
    with pytest.raises(PredictionsRefused):
        scoring.score(b"", answers, plan)
