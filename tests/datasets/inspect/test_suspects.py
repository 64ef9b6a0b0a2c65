"""Suspected wrong targets: flips are found, clean and unlearnable targets are left in peace."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from dure.datasets.inspect.statistics import Suspects
from dure.datasets.inspect.suspects import beyond_confidence
from tests.datasets.inspect.tables import codes_of, findings_of, statistics_of

ROWS = 1500
NAMES = np.array(["정상", "점검", "고장"])


def table(seed: int = 3, noise: float = 0.6) -> tuple[dict[str, Any], np.ndarray]:
    """Return two numbers and a code that tell one of three classes, and the classes."""
    rng = np.random.default_rng(seed)
    classes = rng.integers(0, 3, ROWS)
    columns = {
        "id": np.arange(ROWS),
        "heat": classes * 2 + rng.normal(scale=noise, size=ROWS),
        "shake": (classes == 1) * 2 + rng.normal(scale=noise, size=ROWS),
        "unit": np.array(["가", "나", "다", "라"])[(classes + rng.integers(0, 2, ROWS)) % 4],
        "note": [f"비고 {number}" for number in rng.integers(0, 9**9, ROWS)],
    }
    return columns, classes


def suspects_of(columns: dict[str, Any], **asked: Any) -> Suspects:
    target = statistics_of(columns, target="goal", **asked).target
    assert target is not None
    assert target.suspects is not None
    return target.suspects


def test_flipped_classes_are_found_and_named_by_row_number():
    columns, classes = table()
    flipped = np.random.default_rng(4).choice(ROWS, 90, replace=False)
    given = classes.copy()
    given[flipped] = (given[flipped] + 1) % 3
    found = suspects_of({**columns, "goal": NAMES[given]})
    assert (found.judged, found.looked) == (True, ROWS)
    assert 75 <= found.count <= 130
    assert len(set(found.rows) & set(flipped.tolist())) >= 18
    (told,) = [
        one
        for one in findings_of({**columns, "goal": NAMES[given]}, target="goal")
        if one.code == "accuracy.suspected-targets"
    ]
    named = {
        int(row.replace(",", "")) - 1
        for row in re.findall(r"[\d,]+\d|\d", told.words.en.split(":")[1])
    }
    assert named == set(found.rows[:10])
    assert not any(name in told.words.ko for name in NAMES)


def test_clean_classes_are_left_in_peace():
    columns, classes = table(noise=0.2)
    found = suspects_of({**columns, "goal": NAMES[classes]})
    assert found.judged
    assert found.count <= ROWS // 200
    assert "accuracy.suspected-targets" not in codes_of(
        {**columns, "goal": NAMES[classes]}, target="goal"
    )


def test_a_target_that_nothing_tells_is_not_judged():
    columns, classes = table()
    drawn = np.random.default_rng(9).permutation(classes)
    assert suspects_of({**columns, "goal": NAMES[drawn]}) == Suspects(ROWS, 0, (), judged=False)
    codes = codes_of({**columns, "goal": NAMES[drawn]}, target="goal")
    assert "accuracy.targets-unjudged" in codes
    assert not suspects_of({"goal": NAMES[classes]}).judged


def test_quantities_with_wrong_units_are_found():
    rng = np.random.default_rng(6)
    length, breadth = rng.uniform(5, 30, ROWS), rng.uniform(2, 6, ROWS)
    columns = {"length": length, "breadth": breadth, "kind": NAMES[rng.integers(0, 3, ROWS)]}
    weight = length * breadth * 40 + rng.normal(scale=15, size=ROWS)
    clean = suspects_of({**columns, "goal": weight})
    assert clean.judged
    assert clean.count <= ROWS // 200
    wrong = rng.choice(ROWS, 20, replace=False)
    weight[wrong] /= 2.2046
    found = suspects_of({**columns, "goal": weight})
    assert len(set(found.rows) & set(wrong.tolist())) >= 17
    assert found.count <= 20 + ROWS // 200


def test_a_column_that_repeats_the_wrong_target_does_not_hide_it():
    columns, classes = table()
    given = classes.copy()
    given[:60] = (given[:60] + 1) % 3
    copied = {**columns, "copy": given, "goal": NAMES[given]}
    assert len([row for row in suspects_of(copied).rows if row < 60]) >= 18


def test_rows_without_a_target_and_rare_classes_are_no_suspects():
    columns, classes = table()
    names = NAMES[classes].astype(object)
    names[:50] = None
    names[50:55] = "rare"
    found = suspects_of({**columns, "goal": pa.array(names, pa.string())})
    assert found.looked == ROWS - 55
    assert min(found.rows, default=99) >= 55


@pytest.mark.parametrize("given", [[0, 0, 1, 1], [1, 1, 0, 0]])
def test_confidence_is_that_of_the_paper(given: list[int]):
    """By hand: the thresholds are the mean confidence in each class's own rows."""
    likely = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.8, 0.2]])
    told = np.array(given)
    usual = [likely[told == each, each].mean() for each in (0, 1)]
    expected = []
    for row, bears in zip(likely, given, strict=True):
        over = [each for each in (0, 1) if row[each] >= usual[each]]
        best = max(over, key=lambda each: row[each], default=bears)
        expected.append(max(0.0, row[best] - row[bears]) if best != bears else 0.0)
    assert beyond_confidence(likely, told) == pytest.approx(expected)
