"""Text generation: from a data set of texts to figures, with the lead beside it, and nothing hostile in."""

import json
from pathlib import Path

import pyarrow as pa
import pytest

from dure.trials.definition import Definition
from dure.trials.developing.check import check
from dure.trials.developing.template import new
from dure.trials.kinds.lines import PredictionsRefused, Refusal
from dure.trials.kinds.target import SplitRefused
from dure.trials.kinds.texts.target import lead
from dure.trials.kinds.texts.wire import LONGEST_TEXT
from dure.trials.outcomes import OutcomeClass
from dure.trials.predictions import Predictions, read_predictions, write_predictions
from dure.trials.scoring import Plan, score
from dure.trials.split import split
from dure.trials.tasks import METRICS, TaskType

GENERATION = TaskType.GENERATION
PLACES = ("북항", "남항", "dock 4")
REPORTS = pa.table(
    {
        "report": [
            f"{PLACES[n % 3]} 보고 {n}: 발전기 {n % 9}번 이상 진동, 정비 요청" for n in range(120)
        ],
        "summary": [
            f"{PLACES[n % 3]} 발전기 {n % 9}번 정비" if n % 30 else None for n in range(120)
        ],
        "size": list(range(120)),
    }
)


def definition(**changes):
    parts = {"name": "summaries", "task": GENERATION, "target": "summary", "features": ("report",)}
    return Definition(**(parts | changes))


def scored(texts, answers, **changes):
    parts = {"task": GENERATION, "metrics": names(), "seed": 1, "resamples": 200}
    data = b"".join(write_predictions(Predictions(texts), GENERATION))
    return score(data, answers, Plan(**(parts | changes)))


def names():
    return tuple(metric.name for metric in METRICS[GENERATION])


def test_from_reports_to_a_score_beside_the_lead():
    parts = split(REPORTS, definition())
    assert parts.features.column_names == ["report"]
    reports = parts.features["report"].to_pylist()
    assert parts.answers["usual"].to_pylist() == [" ".join(text.split()[:4]) for text in reports]
    found = scored([text.partition(" 이상")[0] for text in reports], parts.answers)
    assert (found.rows, found.smallest_cell, found.leak) == (34, 34, False)
    assert [one.metric for one in found.comparisons] == list(names())
    figures = {one.metric: one for one in found.comparisons}
    assert figures["exact-match"].algorithm.value == 0.0
    assert figures["token-f1"].algorithm.value > 0.6
    assert figures["token-f1"].difference.lower > 0


def test_texts_that_are_all_the_targets_are_a_leak_unless_there_is_but_one():
    parts = split(REPORTS, definition())
    targets = parts.answers["answer"].to_pylist()
    perfect = scored(targets, parts.answers)
    assert perfect.leak
    assert all(one.algorithm.value == pytest.approx(1.0) for one in perfect.comparisons)
    alike = REPORTS.set_column(1, "summary", pa.array(["이상 없음"] * 120))
    only = split(alike, definition()).answers
    assert not scored(["이상 없음"] * 36, only).leak


def test_subgroups_have_figures_of_their_own():
    places = pa.array([PLACES[n % 3] for n in range(120)])
    asked = {"subgroup": "place", "subgroups": PLACES[:2], "test_permille": 500}
    parts = split(REPORTS.append_column("place", places), definition(**asked))
    targets = parts.answers["answer"].to_pylist()
    mixed = [text if text.startswith("북항") else "모름" for text in targets]
    found = scored(mixed, parts.answers, subgroups=2, floors=("exact-match",))
    (_, (north,)), (_, (south,)) = found.groups
    assert (north.algorithm.value, south.algorithm.value) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("table", "changes", "reason"),
    [
        (REPORTS, {"target": "size"}, "target-type"),
        (REPORTS, {"features": ("size",)}, "text-missing"),
        (
            REPORTS.set_column(1, "summary", pa.array(["가" * (LONGEST_TEXT + 1)] * 120)),
            {},
            "target-long",
        ),
    ],
)
def test_what_can_t_be_split(table, changes, reason):
    assert split(REPORTS, definition()).answers.num_rows == 34  # the control
    with pytest.raises(SplitRefused, match=reason):
        split(table, definition(**changes))


def test_the_lead_of_little_is_little():
    assert lead("하나 둘", 5) == "하나 둘"
    assert lead("  ", 5) == lead("하나", 0) == ""
    assert len(lead("가" * 9000, 1)) == LONGEST_TEXT


def read(row: bytes):
    return read_predictions(
        b'{"form":"dure/predictions/v1","rows":1}\n' + row + b"\n", task=GENERATION, rows=1
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b'{"text":1}', Refusal.WRONG_FORM),
        (b'{"text":null}', Refusal.WRONG_FORM),
        (b'{"text":["a"]}', Refusal.WRONG_FORM),
        (b'{"prediction":"a"}', Refusal.WRONG_FORM),
        (b'{"text":"a","scores":[1]}', Refusal.WRONG_FORM),
        (b'{"text":"a","text":"b"}', Refusal.DUPLICATE_KEY),
        (b'{"text":"\\ud800"}', Refusal.WRONG_TEXT),
        (json.dumps({"text": "a" * (LONGEST_TEXT + 1)}).encode(), Refusal.WRONG_TEXT),
        (json.dumps({"text": "a" * 40_000}).encode(), Refusal.LONG_LINE),
        (b'{"text":"\x80"}', Refusal.NOT_JSON),
    ],
)
def test_hostile_texts(row, reason):
    assert read('{"text":"점검 \\n완료"}'.encode()).values == ["점검 \n완료"]
    with pytest.raises(PredictionsRefused) as caught:
        read(row)
    assert caught.value.reason is reason


def test_the_longest_text_fits_on_a_line_in_korean():
    text = "가" * LONGEST_TEXT
    data = b"".join(write_predictions(Predictions([text]), GENERATION))
    assert read_predictions(data, task=GENERATION, rows=1).values == [text]


def test_what_is_begun_runs_as_it_is(tmp_path: Path):
    new(tmp_path / "answers", GENERATION)
    found = check(tmp_path / "answers")
    assert (found.outcome, found.refusal, found.printed) == (OutcomeClass.OK, "", "")
    assert sorted(found.figures) == sorted(names())
