"""Reports beside each other: what is sure, what stays open, and what is no comparison at all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dure.trials.errors import TrialsError
from dure.trials.reports.comparing import MOST_REPORTS, compare, differences, side_by_side
from dure.trials.reports.comparing_page import page
from dure.trials.reports.reading import Reading
from tests.html import Page
from tests.trials.reports import made


def report(
    number: int, lower: str, upper: str, metric: str = "accuracy", **changes: Any
) -> Reading:
    own = made.side(lower, lower, upper)
    figures = {metric: made.ACCURACY | {"algorithm": own}}
    task = {"accuracy": "tabular-classification", "mae": "tabular-regression"}[metric]
    result = made.RESULT | {"figures": figures, "task": task} | changes.pop("result", {})
    return made.reading(result, id=f"{number:032d}", algorithm=f"model-{number} 1.0", **changes)


@pytest.mark.parametrize(
    ("first", "second", "metric", "better"),
    [
        (("0.7", "0.8"), ("0.81", "0.9"), "accuracy", 1),
        (("0.81", "0.9"), ("0.7", "0.8"), "accuracy", 0),
        (("0.7", "0.8"), ("0.8", "0.9"), "accuracy", -1),  # they touch
        (("0.7", "0.9"), ("0.75", "0.8"), "accuracy", -1),
        (("7", "8"), ("8.1", "9"), "mae", 0),
        (("8.1", "9"), ("7", "8"), "mae", 1),
    ],
)
def test_a_difference_is_sure_where_the_intervals_lie_apart(first, second, metric, better):
    found = compare([report(1, *first, metric), report(2, *second, metric)])
    assert [pair.better for pair in found.pairs] == [better]
    told = found.to_dict()
    named = "" if better < 0 else f"{better + 1:032d}"
    assert [pair["surely_better"] for pair in told["pairs"]] == [named]


def test_each_two_of_several_and_what_is_held():
    held = report(3, "0.1", "0.2", result={"figures": {"f1-macro": made.F1}, "held": ["accuracy"]})
    found = compare([report(1, "0.7", "0.8"), report(2, "0.9", "0.95"), held])
    assert found.metrics == ("accuracy",)
    assert [(pair.first, pair.second, pair.better) for pair in found.pairs] == [(0, 1, 1)]
    rows = side_by_side(found).rows
    assert [str(getattr(row[3], "en", row[3])) for row in rows] == [
        "0.7 (0.7 – 0.8)", "0.9 (0.9 – 0.95)", "held", "0.61",
    ]  # fmt: skip
    assert "B is surely better" in differences(found).rows[0][2].en
    assert "1 pairs" in differences(found).note.en
    many = compare([report(n, "0.7", "0.8") for n in range(4)])
    assert len(many.pairs) == 6


REFUSED = {
    "too-few": [report(1, "0.7", "0.8")],
    "too-many": [report(n, "0.7", "0.8") for n in range(MOST_REPORTS + 1)],
    "same-twice": [report(1, "0.7", "0.8"), report(1, "0.7", "0.8")],
    "no-figures": [
        report(1, "0.7", "0.8"),
        made.reading({"outcome": "refused", "task": "tabular-classification"}),
    ],
    "other-benchmark": [report(1, "0.7", "0.8"), report(2, "0.7", "0.8", benchmark="another")],
    "other-task": [report(1, "0.7", "0.8"), report(2, "7", "8", "mae")],
    "other-baseline": [
        report(1, "0.7", "0.8"),
        report(2, "0.7", "0.8", result={"figures": {"accuracy": made.ACCURACY | {
            "baseline": made.side("0.62", "0.58", "0.64")}}}),
    ],
    "no-metric": [
        report(1, "0.7", "0.8"),
        report(2, "0.7", "0.8", result={"figures": {"f1-macro": made.F1}, "held": ["accuracy"]}),
    ],
}  # fmt: skip


@pytest.mark.parametrize("reason", REFUSED)
def test_what_does_not_belong_beside_each_other_is_refused(reason: str):
    with pytest.raises(TrialsError) as refused:
        compare(REFUSED[reason])
    assert refused.value.facts["reason"] == reason


@pytest.mark.parametrize(
    "changes", [{"owner": "alpha"}, {"benchmark_id": "c" * 64}, {"result": {"rows": "1210"}}]
)
def test_one_name_is_not_one_benchmark(changes):
    with pytest.raises(TrialsError) as refused:
        compare([report(1, "0.7", "0.8"), report(2, "0.7", "0.8", **changes)])
    assert refused.value.facts["reason"] == "other-benchmark"
    # The control: a report that came from elsewhere knows no id, and is the same benchmark.
    assert compare([report(1, "0.7", "0.8"), report(2, "0.7", "0.8", benchmark_id="")]).pairs


def test_nothing_is_told_that_the_single_reports_do_not_tell():
    """Each figure of a comparison stands in one of its reports; what is held or withheld stays so."""
    one, other = made.whole(id="1" * 32), made.whole(id="2" * 32)
    single = json.dumps([dict(one.result), dict(other.result)])
    told = compare([one, other]).to_dict()
    for row in told["reports"]:
        for figure in row["figures"].values():
            for text in figure.values():
                assert f'"{text}"' in single
        assert not set(row["figures"]) & set(row["held"])
    assert set(told) == {"benchmark", "owner", "task", "reports", "pairs"}
    assert set(told["pairs"][0]) == {"metric", "reports", "surely_better"}


@pytest.mark.parametrize("count", [3, 6])
def test_a_page_says_which_is_better_and_counts_the_rest(count: int):
    apart = [report(n, f"0.{n}1", f"0.{n}5") for n in range(1, count + 1)]
    html = page(compare(apart), "en")
    seen = " ".join(Page(html).text.split())
    pairs = count * (count - 1) // 2
    assert f"{pairs} of {pairs} differences are sure." in seen
    assert "accuracy: B (model-2 1.0) is surely better than A (model-1 1.0)." in seen
    assert ("more below" in seen) == (pairs > 8)
    assert f"차이 {pairs}개 가운데 {pairs}개가 확실합니다" in seen
