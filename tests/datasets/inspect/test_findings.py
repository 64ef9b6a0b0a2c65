"""Each finding where it belongs, and not where it doesn't."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from dure.core.findings import Finding, Severity
from dure.core.text import Text
from dure.datasets.inspect.families import Family
from dure.datasets.inspect.judging import duration, judge, share_of
from dure.datasets.inspect.quality import measures
from dure.datasets.inspect.verdict import Readiness, verdict_on
from dure.datasets.inspect.words import SENTENCES
from tests.datasets.inspect.tables import codes_of, findings_of, statistics_of

ROWS = 400
RNG = np.random.default_rng(2)
CALM = [float(n % 40) for n in range(ROWS)]
WORDS = [f"word {n % 7}" for n in range(ROWS)]


def but(values: list[Any], *others: Any) -> list[Any]:
    """Return the values with others in place of the last ones."""
    return [*values[: len(values) - len(others)], *others]


def table(values: Any) -> dict[str, Any]:
    """Return a table with the column and another one, so that rows don't repeat by chance."""
    return {"x": values, "noise": RNG.normal(size=len(values))}


HOURS = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(ROWS)]

# code: a column that has it, and one that has not.
COLUMNS: dict[str, tuple[Any, Any]] = {
    "completeness.empty": (pa.nulls(ROWS), but([None] * ROWS, 1.5)),
    "completeness.mostly-missing": (but([None] * ROWS, *CALM[:100]), but(CALM, *[None] * 100)),
    "completeness.missing": (but(CALM, *[None] * 30), but(CALM, *[None] * 3)),
    "completeness.missing-words": (but(WORDS, "N/A", " 해당없음 "), but(WORDS, "NAval")),
    "accuracy.outliers": (but(CALM, *[400.0] * 10), but(CALM, 400.0)),
    "accuracy.far": (but(CALM, 1e6), but(CALM, 400.0)),
    "accuracy.placeholder": (but(CALM, *[-999.0] * 9), but(CALM, *[39.0] * 9)),
    "accuracy.not-finite": (but(CALM, math.nan, math.inf), CALM),
    "consistency.numbers-as-text": (but([f"{n}" for n in range(ROWS)], "12 kg"), WORDS),
    "consistency.dates-as-text": (
        but([f"2026.1.{n % 28 + 1}" for n in range(ROWS)], "soon"),
        but(WORDS, "2026.1.1"),
    ),
    "consistency.padded": (but(WORDS, " word 1"), but(WORDS, "word  1x")),
    "consistency.spellings": (but(WORDS, "Word 1", "word  2"), but(WORDS, "word 77")),
    "diversity.constant": ([3] * ROWS, but([3] * ROWS, 4)),
    "diversity.nearly-constant": (but([3] * ROWS, 4), but([3] * ROWS, *range(20))),
    "relevance.identifier": (list(range(ROWS)), but(list(range(ROWS)), 0)),
    "timeliness.gaps": (
        pa.array(
            [*HOURS[:200], *(one + timedelta(days=90) for one in HOURS[200:])], pa.timestamp("us")
        ),
        pa.array(HOURS, pa.timestamp("us")),
    ),
    "timeliness.future": (
        pa.array(but(HOURS, datetime(2200, 1, 1, tzinfo=UTC)), pa.timestamp("us")),
        pa.array(HOURS, pa.timestamp("us")),
    ),
}


@pytest.mark.parametrize("code", COLUMNS)
def test_a_finding_about_a_column(code: str):
    having, lacking = COLUMNS[code]
    (found,) = [one for one in findings_of(table(having)) if one.code == code]
    assert (found.locator, found.subject) == ("x", "holdings.csv")
    assert code not in codes_of(table(lacking))


def test_codes_of_texts_with_leading_zeros_are_no_numbers():
    numbers = [f"{n}" for n in range(ROWS)]
    assert "consistency.numbers-as-text" in codes_of(table(but(numbers, "12 kg")))
    assert "consistency.numbers-as-text" not in codes_of(table(but(numbers, "007", "12 kg")))


def test_identifiers_are_whole_numbers_or_short_texts():
    assert "relevance.identifier" in codes_of(table([f"SN{n}" for n in range(ROWS)]))
    assert "relevance.identifier" not in codes_of(table(RNG.normal(size=ROWS)))
    assert "relevance.identifier" not in codes_of(
        table([f"SN{n} " + "x" * 80 for n in range(ROWS)])
    )


GOAL = ["yes", "no"] * (ROWS // 2)
THIRDS: dict[str, Any] = {
    **{
        name: [n % 300 * step % 299 for n in range(ROWS)]
        for name, step in (("a", 7), ("b", 11), ("c", 1))
    },
    "part": ["train"] * 300 + ["test"] * 100,
}
FRESH = [*(n // 2 for n in range(300)), *(1000 + n // 2 for n in range(100))]
TABLES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, str]]] = {
    "diversity.few-rows": (table(CALM[:50]), table(CALM), {}),
    "similarity.duplicates": (
        {"a": but(list(RNG.normal(size=ROWS)), *[1.0] * 20)}, {"a": RNG.normal(size=ROWS)}, {},
    ),
    "similarity.some-duplicates": (
        {"a": but(list(RNG.normal(size=ROWS)), 1.0, 1.0)},
        {"a": but(list(RNG.normal(size=ROWS)), *[1.0] * 20)},
        {},
    ),
    "similarity.twins": (
        {"id": list(range(ROWS)), "a": but(list(range(ROWS)), *range(20))},
        {"id": list(range(ROWS)), "a": but(list(range(ROWS)), 0)},
        {},
    ),
    "similarity.split-leak": (
        {"a": [n % 200 for n in range(ROWS)], "part": ["train"] * 300 + ["test"] * 100},
        {"a": [n // 2 for n in range(ROWS)], "part": ["train"] * 300 + ["test"] * 100},
        {"split": "part"},
    ),
    "similarity.split-near": (
        {**THIRDS, "d": FRESH},
        {**THIRDS, "d": FRESH, "c": FRESH},
        {"split": "part"},
    ),
    "completeness.target-missing": (
        {**table(CALM), "goal": but(GOAL, None)}, {**table(CALM), "goal": GOAL}, {"target": "goal"},
    ),
    "balance.one-class": (
        {**table(CALM), "goal": ["yes"] * ROWS}, {**table(CALM), "goal": GOAL}, {"target": "goal"},
    ),
    "balance.rare-classes": (
        {**table(CALM), "goal": but(GOAL, "maybe")},
        {**table(CALM), "goal": but(GOAL, *["maybe"] * 10)},
        {"target": "goal"},
    ),
    "balance.uneven": (
        {**table(CALM), "goal": but(["yes"] * ROWS, *["no"] * 12)},
        {**table(CALM), "goal": but(["yes"] * ROWS, *["no"] * 100)},
        {"target": "goal"},
    ),
    "relevance.many-classes": (
        {**table(CALM), "goal": [f"g{n // 2}" for n in range(ROWS)]},
        {**table(CALM), "goal": [f"g{n % 20}" for n in range(ROWS)]},
        {"target": "goal"},
    ),
    "relevance.target-leak": (
        {"noise": RNG.normal(size=ROWS), "goal": GOAL, "copy": [one.upper() for one in GOAL]},
        {"noise": RNG.normal(size=ROWS), "goal": GOAL, "copy": RNG.permutation(GOAL)},
        {"target": "goal"},
    ),
    "relevance.redundant": (
        {"a": RNG.permutation(CALM), "b": np.arange(ROWS) * 1.0, "c": np.arange(ROWS) * -2.0},
        {"a": RNG.permutation(CALM), "b": RNG.normal(size=ROWS)},
        {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", TABLES)
def test_a_finding_about_the_table(code: str):
    having, lacking, asked = TABLES[code]
    assert code in codes_of(having, **asked)
    assert code not in codes_of(lacking, **asked)


def test_columns_that_were_left_out(monkeypatch: pytest.MonkeyPatch):
    assert "completeness.columns-left-out" not in codes_of({"a": CALM, "b": CALM})
    monkeypatch.setattr("dure.datasets.inspect.table.MOST_COLUMNS", 1)
    assert "completeness.columns-left-out" in codes_of({"a": CALM, "b": CALM})


def test_a_column_correlated_with_the_target_is_a_leak_and_not_redundant():
    told = {"goal": np.arange(ROWS) * 1.5, "b": np.arange(ROWS) * 2.0}
    codes = codes_of(told, target="goal")
    assert "relevance.target-leak" in codes
    assert "relevance.redundant" not in codes
    assert "relevance.redundant" in codes_of(told)


ELSEWHERE = {
    "completeness.columns-left-out",
    *(
        f"accuracy.{name}"
        for name in ("suspected-targets", "some-suspected-targets", "targets-unjudged")
    ),
}
"""Reached by the test above, and by those in test_suspects.py."""


def test_every_sentence_is_reached_and_says_the_same_in_both_languages():
    assert set(SENTENCES) == {*COLUMNS, *TABLES, *ELSEWHERE}
    for code, sentence in SENTENCES.items():
        assert code.partition(".")[0] in set(Family), code
        for text in (sentence.words, sentence.next_step):
            names = [set(re.findall(r"\{(\w+)", words)) for words in (text.en, text.ko)]
            assert names[0] == names[1], code
            assert re.search("[가-힣]", text.ko), code
            assert not re.search("[가-힣]", text.en), code


def test_no_message_holds_a_value():
    secret = "Hong-Gildong-900101"
    found = findings_of(
        {"x": but([secret] * ROWS, " padded", "N/A"), "y": but([77777.5] * ROWS, 12345.5)}
    )
    assert found
    for one in found:
        told = str([one.to_dict(language) for language in ("en", "ko")])
        assert secret not in told
        assert "77777" not in told
        assert one.evidence.startswith("sha256:")


def test_evidence_is_the_same_for_the_same_and_another_for_another():
    found = statistics_of(table(but(CALM, *[None] * 30)))
    first, again, other = (judge(found, name) for name in ("a.csv", "a.csv", "b.csv"))
    assert [one.evidence for one in first] == [one.evidence for one in again]
    assert not {one.evidence for one in first} & {one.evidence for one in other}


def finding(severity: Severity) -> Finding:
    return Finding(
        "accuracy.far", severity, "a.csv", "x", Text("words", "말"), Text("next", "다음")
    )


@pytest.mark.parametrize(
    ("severities", "readiness", "reasons"),
    [
        ([], Readiness.READY, 0),
        ([Severity.INFO, Severity.NOTICE], Readiness.READY, 0),
        ([Severity.NOTICE, Severity.WARNING, Severity.WARNING], Readiness.WORK, 2),
        ([Severity.ERROR, Severity.WARNING], Readiness.NOT_READY, 1),
    ],
)
def test_the_gravest_findings_decide(
    severities: list[Severity], readiness: Readiness, reasons: int
):
    verdict = verdict_on([finding(one) for one in severities])
    assert (verdict.readiness, len(verdict.reasons)) == (readiness, reasons)
    for language in ("en", "ko"):
        assert verdict.readiness.title.say(language)
        assert verdict.summary.say(language)


def measured(columns: dict[str, Any], **asked: str) -> dict[str, float]:
    found = statistics_of(columns, **asked)
    told = measures(found, judge(found, "a.csv"))
    assert all(0 <= one.value <= 1 for one in told)
    return {one.family.value: one.value for one in told}


def test_measures_of_quality():
    clean = measured({"a": RNG.normal(size=ROWS), "goal": GOAL}, target="goal")
    assert clean == pytest.approx(
        {"completeness": 1, "accuracy": 1, "consistency": 1, "similarity": 1, "diversity": 1,
         "balance": 1, "relevance": 1, "identifiability": 1},
        abs=0.02,
    )  # fmt: skip
    poor = measured({"a": but(CALM, *[None] * 100), "b": [1.0] * ROWS, "c": but(WORDS, " x")})
    assert poor["completeness"] == pytest.approx(1 - 100 / (3 * ROWS))
    assert poor["diversity"] == pytest.approx(2 / 3)
    assert poor["consistency"] == pytest.approx(2 / 3)
    assert "balance" not in poor
    assert poor["identifiability"] == 1
    gaps: Callable[[Any], Any] = lambda kind: measured({"t": COLUMNS["timeliness.gaps"][kind]})  # noqa: E731
    assert gaps(0)["timeliness"] < 0.2
    assert gaps(1)["timeliness"] == 1


@pytest.mark.parametrize(
    ("part", "whole", "wanted"),
    [(0, 9, "0 %"), (9, 9, "100 %"), (1, 10**6, "< 0.01 %"), (10**6 - 1, 10**6, "> 99.99 %"),
     (1, 3, "33 %"), (5, 100, "5.0 %"), (5, 10_000, "0.05 %"), (995, 1000, "99.5 %"), (9995, 10_000, "99.95 %")],
)  # fmt: skip
def test_shares_never_round_to_nothing_or_all(part: int, whole: int, wanted: str):
    assert share_of(part, whole) == wanted


def test_lengths_of_time():
    assert [duration(one).en for one in (1.5, 90, 7200, 86_400 * 2)] == [
        "1.5 seconds", "1.5 minutes", "2 hours", "2 days",
    ]  # fmt: skip
    assert duration(3600).ko == "1시간"
