"""Rows that are where they shouldn't be: repeated in the training part, or all but the same elsewhere."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dure.trials import split
from dure.trials.overlap import isolates, repeated, row_digests
from dure.trials.refusals import MOST_REPEATED, contaminated
from dure.trials.scoring import main
from tests.trials.test_split_and_score import TABLE, regression

TEST = pa.table({"n": [1.2345, 20.0, None, 0.0], "word": ["Seoul ", "Busan", "x", None]})


def rows(*digests):
    return pa.chunked_array([pa.array([str(one).encode() for one in digests], pa.binary())])


def test_a_row_is_repeated_exactly_or_nearly():
    same = repeated(TEST, TEST)
    assert (same.exactly, same.nearly) == (4, 4)
    near = pa.table({"n": [1.2349, 20.0, None, 5.0], "word": ["seoul", "BUSAN", "y", None]})
    found = repeated(near, TEST)
    assert (found.exactly, found.nearly) == (0, 2)
    far = pa.table({"n": [1.5, 21.0, 3.0, 7.0], "word": ["Seoul", "Busan", "x", "z"]})
    assert repeated(far, TEST).nearly == 0


def test_odd_columns_are_compared_too():
    odd = pa.table(
        {
            "list": [[1, 2], None],
            "when": pa.array([0, 1], pa.timestamp("s")),
            "day": pa.array([0, 1], pa.date32()),
            "zone": pa.array([0, 1], pa.timestamp("us", "No/Such_Zone")),
            "flag": [True, None],
            "number": [float("nan"), float("inf")],
        }
    )
    assert repeated(odd, odd).exactly == 2
    assert len(set(row_digests(odd).to_pylist())) == 2


@pytest.mark.parametrize(
    ("here", "there", "told"),
    [
        (range(100), range(100), False),
        (range(100), range(1, 100), True),
        (range(1, 100), range(100), True),
        (range(100), range(9, 100), True),
        (range(100), range(10, 100), False),
        (range(100), range(100, 200), False),
        ([*range(99), 98], range(99), True),
        ([1, 2, 3], [4, 5, 6], False),
    ],
)
def test_what_isolates_a_few_rows(here, there, told):
    assert isolates(rows(*here), rows(*there)) is told


def test_a_contaminated_benchmark_is_told_of():
    twice = pa.concat_tables([TABLE, TABLE])
    parts = split.split(twice, regression())
    assert parts.repeated.exactly > parts.features.num_rows / 2
    assert split.split(TABLE, regression()).repeated.exactly == 0
    [found] = contaminated("b", repeated_exactly=600, repeated_nearly=700)
    assert (found.code, found.severity.name) == ("trials.contaminated", "WARNING")
    assert "600" in found.words.en
    assert "700" in found.words.ko
    [found] = contaminated("b", repeated_exactly=0, repeated_nearly=MOST_REPEATED + 1)
    assert found.severity.name == "NOTICE"
    most = {"repeated_exactly": MOST_REPEATED, "repeated_nearly": MOST_REPEATED}
    assert contaminated("b", **most) == ()


def test_scoring_compares_with_the_other_keys(tmp_path):
    parts = split.split(TABLE, regression())
    rows_there = parts.features.num_rows
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir(), target.mkdir()
    pq.write_table(parts.answers, source / "answers.parquet")
    pq.write_table(parts.answers, source / "other-0.parquet")
    pq.write_table(parts.answers.slice(1), source / "other-1.parquet")
    pq.write_table(parts.answers.select(["answer"]), source / "other-2.parquet")
    plan = {
        "task": "tabular-regression",
        "metrics": ["mae"],
        "seed": 1,
        "resamples": 50,
        "others": 3,
    }
    (source / "plan.json").write_text(json.dumps(plan))
    truth = parts.answers["answer"].to_pylist()
    for values, leak in ((truth, True), (list(np.array(truth) + 1.0), False)):
        lines = [{"form": "dure/predictions/v1", "rows": rows_there}]
        lines += [{"prediction": float(value)} for value in values]
        (source / "predictions.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
        main(source, target)
        told = json.loads((target / "score.json").read_text())
        assert told["isolated"] == [False, True, False]
        assert told["shared"] == [True, True, False]
        assert told["leak"] is leak
