"""From nothing to a submission that runs: begin, check, and what a check shows."""

import io
import runpy
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dure.trials.definition import Definition
from dure.trials.developing.check import check
from dure.trials.developing.columns import columns_of
from dure.trials.developing.refused import WORDS, in_words
from dure.trials.developing.sample import FEATURES, TIMES, sample_schema, sample_table
from dure.trials.developing.template import new
from dure.trials.errors import TrialsError
from dure.trials.fit import check_fit
from dure.trials.kinds.lines import Refusal
from dure.trials.manifest import ColumnType, Schema, read_manifest
from dure.trials.outcomes import OutcomeClass
from dure.trials.submission import read_submission, submit
from dure.trials.tasks import OF_IMAGES, TaskType
from tests.trials import models
from tests.trials.house import BRAVO

ALL = {f"column {kind}": kind for kind in ColumnType if kind is not ColumnType.IMAGE}
ONNX = """
[algorithm]
name = "sum"
version = "1"
task = "tabular-regression"
entry_point = "model.onnx"
runtime = "onnx"
licence = "MIT"
origin = "made by hand"
[schema]
target = "y"
features = {a = "number", b = "integer"}
"""


def test_what_is_begun_runs_as_it_is(tmp_path: Path):
    written = new(tmp_path / "My First", TaskType.CLASSIFICATION, features=ALL, target='the "y"')
    assert written == ("algorithm.toml", "algorithm.py")
    found = check(tmp_path / "My First")
    assert (found.outcome, found.refusal, found.printed) == (OutcomeClass.OK, "", "")
    assert found.manifest.schema == Schema('the "y"', ALL)
    assert found.figures["accuracy"] > 0.5  # three classes; the features tell of them
    assert found.rows == 120


def test_a_forecast_that_is_begun_runs_as_it_is(tmp_path: Path):
    new(tmp_path / "next", TaskType.FORECASTING)
    found = check(tmp_path / "next")
    assert (found.outcome, found.refusal, found.printed) == (OutcomeClass.OK, "", "")
    assert sorted(found.figures) == ["coverage-error", "mae", "mase", "pinball"]


def test_texts_that_are_begun_are_classified(tmp_path: Path):
    new(tmp_path / "texts", TaskType.TEXT)
    files = read_submission(tmp_path / "texts")
    made = runpy.run_path(str(tmp_path / "texts/algorithm.py"))["Learner"]
    schema = read_manifest(files["algorithm.toml"]).schema
    table = sample_table(schema, TaskType.TEXT)
    algorithm = made({"target": schema.target, "features": list(schema.features), "parameters": {}})
    algorithm.fit(table.slice(0, 200))
    classes, scores = algorithm.predict_scores(table.slice(200))
    right = [classes[best] for best in scores.argmax(axis=1)]
    hits = [
        one == other
        for one, other in zip(right, table[schema.target].to_pylist()[200:], strict=True)
    ]
    assert sum(hits) > 100


def test_a_template_is_never_written_over(tmp_path: Path):
    (tmp_path / "mine").mkdir()
    with pytest.raises(TrialsError) as caught:
        new(tmp_path / "mine", TaskType.REGRESSION)
    assert caught.value.code == "trials.template"
    assert list((tmp_path / "mine").iterdir()) == []


def test_a_model_without_code_and_rows_of_one_s_own(tmp_path: Path):
    (tmp_path / "algorithm.toml").write_text(ONNX)
    (tmp_path / "model.onnx").write_bytes(models.linear(2))
    (tmp_path / "other.txt").write_text("not submitted")
    assert sorted(read_submission(tmp_path / "model.onnx")) == ["algorithm.toml", "model.onnx"]
    rows = pa.table(
        {"a": [float(n) for n in range(80)], "b": [1] * 80, "y": [n + 1.0 for n in range(80)]}
    )
    pq.write_table(rows, tmp_path / "dummy.parquet")
    found = check(tmp_path / "model.onnx", data=tmp_path / "dummy.parquet")
    assert found.outcome is OutcomeClass.OK
    assert found.figures["mae"] == 0.0
    pq.write_table(rows.slice(0, 10), tmp_path / "dummy.parquet")
    with pytest.raises(TrialsError, match=r"trials\.benchmark"):
        check(tmp_path / "model.onnx", data=tmp_path / "dummy.parquet")


def test_a_failure_is_shown_whole_to_its_developer(tmp_path: Path):
    folder = tmp_path / "wrong"
    new(folder, TaskType.REGRESSION)
    wheel = io.BytesIO()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("mine/__init__.py", "def fail(): raise ArithmeticError('in the wheel')\n")
    (folder / "mine-1.0-py3-none-any.whl").write_bytes(wheel.getvalue())
    (folder / "algorithm.py").write_text("import mine\nmine.fail()\n")
    found = check(folder)
    assert found.outcome is OutcomeClass.ALGORITHM_ERROR
    assert "ArithmeticError: in the wheel" in found.printed


def test_pickles_are_refused_before_anything_runs(tmp_path: Path, developer):
    folder = tmp_path / "pickled"
    new(folder, TaskType.REGRESSION)
    assert submit(developer, folder, to=BRAVO)  # the control
    (folder / "weights.pkl").write_bytes(b"")
    for refused in (lambda: check(folder), lambda: submit(developer, folder, to=BRAVO)):
        with pytest.raises(TrialsError) as caught:
            refused()
        assert caught.value.code == "trials.pickle"


@pytest.mark.parametrize("task", sorted(set(TaskType) - {*OF_IMAGES, TaskType.TRACKING}))
def test_made_up_rows_have_the_types_and_gaps(task: TaskType):
    table = sample_table(Schema("y", ALL), task)
    assert table.column_names == [*ALL, "y"]
    gaps = {name: table[name].null_count for name, kind in ALL.items() if kind not in TIMES}
    assert all(0 < count < 40 for count in gaps.values()) or task in (
        TaskType.TEXT,
        TaskType.GENERATION,
    )
    assert table["y"].null_count == 0
    assert sample_table(Schema("y", ALL), task).equals(table)
    assert sample_schema(Schema(), TaskType.REGRESSION).features == FEATURES


def test_the_columns_of_dummy_rows(tmp_path: Path):
    path = tmp_path / "dummy.parquet"
    pq.write_table(sample_table(Schema("y", ALL), TaskType.REGRESSION), path)
    assert columns_of(path) == ("y", ALL)
    assert columns_of(path, "column text")[1]["y"] is ColumnType.NUMBER
    for wrong, code in ((tmp_path / "none", "trials.template"), (path, "trials.benchmark")):
        with pytest.raises(TrialsError) as caught:
            columns_of(wrong, "nothing")
        assert caught.value.code == code
    bare = tmp_path / "bare.parquet"
    pq.write_table(pa.table({}), bare)
    with pytest.raises(TrialsError, match=r"trials\.benchmark"):
        columns_of(bare)
    path.write_bytes(b"no parquet")
    with pytest.raises(TrialsError, match=r"trials\.template"):
        columns_of(path)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, ""),
        ({"task": TaskType.CLASSIFICATION}, "trials.mismatch"),
        ({"features": ("a", "c")}, "trials.columns"),
        ({"target": "z"}, "trials.columns"),
    ],
)
def test_a_misfit_shows_before_anything_is_counted(changes: dict, code: str):
    wanted = {"task": TaskType.REGRESSION, "target": "y", "features": ("a", "b", "c")} | changes
    definition = Definition("any", **wanted)
    manifest = read_manifest(ONNX.encode())
    if not code:
        check_fit(manifest, definition)
        return
    with pytest.raises(TrialsError) as caught:
        check_fit(manifest, definition)
    assert caught.value.code == code


def test_a_runtime_that_is_not_there():
    manifest = read_manifest(
        ONNX.replace('"model.onnx"', '"a:B"').replace('"onnx"', '"pytorch-cpu"').encode()
    )
    definition = Definition("any", TaskType.REGRESSION, "y", ("a", "b"))
    with pytest.raises(TrialsError) as caught:
        check_fit(manifest, definition)
    assert caught.value.code == "trials.runtime"


def test_each_refusal_of_predictions_has_words():
    assert set(WORDS) >= {reason.value for reason in Refusal}
    assert in_words("wrong-length").ko.startswith("예측은 행마다 하나씩")
    assert in_words("another").en == "another"
