"""The outcome in a sentence: sure only where the whole interval is on the better side."""

from __future__ import annotations

import pytest

from dure.core.findings import Finding, Severity
from dure.core.text import Text
from dure.trials.outcomes import WORDS, OutcomeClass
from dure.trials.reports.findings import in_both
from dure.trials.reports.words import BASELINES, TASKS, headline
from dure.trials.tasks import BASELINES as NAMES
from dure.trials.tasks import TaskType
from tests.trials.reports import made


def only(
    difference: dict[str, str], task: str = "tabular-classification", metric: str = "accuracy"
):
    figures = {metric: made.sides(made.side("1", "1", "1"), made.side("1", "1", "1"), difference)}
    return headline(made.reading(made.RESULT | {"figures": figures, "task": task}))


@pytest.mark.parametrize(
    ("lower", "upper", "task", "metric", "tone"),
    [
        ("0.01", "0.2", "tabular-classification", "accuracy", "good"),
        ("0", "0.2", "tabular-classification", "accuracy", "bad"),
        ("-0.2", "-0.01", "tabular-classification", "accuracy", "bad"),
        ("-0.2", "-0.01", "tabular-regression", "mae", "good"),
        ("-0.2", "0", "tabular-regression", "mae", "bad"),
        ("0.01", "0.2", "tabular-regression", "mae", "bad"),
    ],
)
def test_better_is_said_where_it_is_sure(lower, upper, task, metric, tone):
    said = only(made.side("0", lower, upper), task, metric)
    assert said.tone == tone
    assert said.title.en.startswith("Surely better" if tone == "good" else "Not surely better")


def test_what_is_held_is_said_and_why():
    all_held = made.RESULT | {"figures": {}, "held": ["accuracy", "f1-macro"]}
    said = headline(made.reading(all_held))
    assert (
        said.tone == "fair"
    )  # it may be better than the baseline: what was told before decides, too
    assert said.title.en.startswith("Nothing is told: not surely better than what was told before")
    assert "not better than the baseline, or than what was told before" in said.reasons[-1].en
    assert "정확도, 매크로 평균 F1" in said.reasons[-1].ko
    some = headline(made.reading(made.RESULT | {"held": ["roc-auc"]}))
    assert (some.tone, "2 of 3 metrics" in some.title.en) == ("fair", True)
    assert "지표 3개 가운데 2개" in some.title.ko


@pytest.mark.parametrize("outcome", [one for one in OutcomeClass if one is not OutcomeClass.OK])
def test_a_failure_is_its_class_in_words(outcome):
    said = headline(made.reading({"outcome": outcome.value, "task": "forecasting"}))
    assert (said.tone, said.title) == ("bad", WORDS[outcome])


def test_every_task_and_baseline_has_words():
    assert set(TASKS) >= set(TaskType)
    assert set(BASELINES) >= set(NAMES.values())


def test_findings_are_said_in_both_languages():
    for finding in made.FINDINGS:
        words, next_step = in_both(finding)
        assert (words.en, next_step.en) == (finding["words"], finding["next_step"])
        assert words.ko != words.en
    gate = {"code": "gate.cells", "words": "A figure rests on fewer than 10 rows.",
            "next_step": "Make a benchmark with more rows in each class."}  # fmt: skip
    assert "10행보다" in in_both(gate)[0].ko
    other = Finding(
        "x.y", Severity.INFO, "a", "b", Text("Odd.", "이상함."), Text("Look.", "보십시오.")
    )
    assert in_both(other.to_dict())[0] == Text("Odd.", "Odd.")
