"""Which element a column is: a proposal with a confidence and its reasons, or nothing.

What speaks for an element is the likeness of names; what speaks against it are values that it can't
have: another type, numbers out of its range in every unit, texts that are no codes of its list. A
column is proposed for the element that stands clear above all others, and an element for one column at
most; what is left is listed without an element, never guessed.

The confidence is a logistic function of few features. Its coefficients were fitted on the development
half of `bench/elements.py` (``--fit``), and the least confidence of a proposal was chosen there.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from dure.datasets.elements import units
from dure.datasets.elements.element import Element, ElementSet
from dure.datasets.elements.facts import ColumnFacts
from dure.datasets.elements.names import Likeness, Names

LEAST_CONFIDENCE = 0.8
_LEAST_NAME = 0.55
_TABLE_BONUS = 0.03
_KNOWN = 0.9
_KIN_BONUS = 0.03
_CODED = 0.9
_FEW_CODED = 0.5
_MANY_ROWS = 30
_BIAS = -5.64
_WEIGHTS = {
    "name": 5.66, "same": 1.1, "words": 2.67, "table": 2.14, "kin": 0.3, "lone": -1.94,
    "rare": 0.85, "clear": 1.3, "shown": -0.1, "coded": 2.56, "odd": -0.98,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """An element held against a column's values.

    Parameters
    ----------
    shown
        Whether the values speak for it: codes, a form, a range that most numbers don't fit.
    odd
        Whether something speaks against it that is not impossible.
    reasons
        Codes of `dure.datasets.elements.reasons.WHY`.
    unit
        The unit that the values seem to have, "" for none.
    """

    shown: bool
    odd: bool
    reasons: tuple[str, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A column and the element that it seems to be.

    Parameters
    ----------
    column
        Its name.
    element
        The element's id, "" for none.
    confidence
        How surely, 0 to 1; of the best when none is proposed.
    reasons
        Codes of `dure.datasets.elements.reasons.WHY`.
    unit
        Unit of the column's values, "" for none or the element's own.
    form
        How the column writes dates, "" for none.
    """

    column: str
    element: str
    confidence: float
    reasons: tuple[str, ...] = ()
    unit: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An element that a column may be, before the others are looked at."""

    element: int
    likeness: Likeness
    judged: Judged
    rank: float
    kin: int = 0


def propose(
    elements: ElementSet,
    columns: Sequence[ColumnFacts],
    table: str = "",
    least: float = LEAST_CONFIDENCE,
) -> tuple[Proposed, ...]:
    """Return for each column the element that it is proposed for, or none.

    Parameters
    ----------
    elements
        The set.
    columns
        Facts of the columns.
    table
        Name of the table.
    least
        Least confidence of a proposal.
    """
    found = [
        _best(elements, column, candidates)
        for column, candidates in zip(columns, _ranked(elements, columns, table), strict=True)
    ]
    surest: dict[str, float] = {}
    for one in found:
        surest[one.element] = max(surest.get(one.element, 0.0), one.confidence)
    twice = {
        element
        for element, most in surest.items()
        if sum(one.element == element and one.confidence == most for one in found) > 1
    }
    return tuple(
        one
        if one.element
        and one.confidence >= least
        and one.confidence == surest[one.element]
        and one.element not in twice
        else Proposed(one.column, "", one.confidence)
        for one in found
    )


def _best(elements: ElementSet, column: ColumnFacts, candidates: Sequence[Candidate]) -> Proposed:
    if not candidates:
        return Proposed(column.name, "", 0.0)
    best = candidates[0]
    return Proposed(
        column.name,
        elements.elements[best.element].id,
        confidence(features(candidates)),
        (best.likeness.reason, *best.judged.reasons),
        best.judged.unit,
        column.form,
    )


def best_features(
    elements: ElementSet, columns: Sequence[ColumnFacts], table: str
) -> list[tuple[str, dict[str, float]] | None]:
    """Return each column's best element with what the confidence in it rests on."""
    return [
        (elements.elements[candidates[0].element].id, features(candidates)) if candidates else None
        for candidates in _ranked(elements, columns, table)
    ]


def _ranked(
    elements: ElementSet, columns: Sequence[ColumnFacts], table: str
) -> Iterator[list[Candidate]]:
    """Yield each column's candidates, the best first."""
    names = Names(elements)
    found = [list(_candidates(elements, names, column, table)) for column in columns]
    subjects = [_subjects(elements, candidates) for candidates in found]
    held = Counter(subject for one in subjects for subject in one)
    for candidates, own in zip(found, subjects, strict=True):
        others = {subject for subject, count in held.items() if count > (subject in own)}
        told = [_beside(elements, candidate, others) for candidate in candidates]
        yield sorted(told, key=lambda one: -one.rank)


def _subjects(elements: ElementSet, candidates: Sequence[Candidate]) -> set[str]:
    """Return the subjects that a column speaks for: those of the elements that have its name."""
    most = max((one.likeness.score for one in candidates), default=0.0)
    return {
        subject
        for one in candidates
        if one.likeness.score == most >= _KNOWN
        and (subject := elements.elements[one.element].subject)
    }


def _beside(elements: ElementSet, candidate: Candidate, others: AbstractSet[str]) -> Candidate:
    """Return a candidate that has been held against the subjects of the other columns."""
    subject = elements.elements[candidate.element].subject
    kin = (subject in others) - (subject not in others) if subject else 0
    return replace(candidate, kin=kin, rank=candidate.rank + _KIN_BONUS * kin)


def _candidates(
    elements: ElementSet, names: Names, column: ColumnFacts, table: str
) -> Iterator[Candidate]:
    if not column.present:
        return
    bare, unit = units.split_name(column.name)
    alike = names.like(bare, table)
    if unit is not None:  # the unit may be a word of the name after all
        for element, likeness in names.like(column.name, table).items():
            if element not in alike or alike[element].score < likeness.score:
                alike[element] = likeness
    for element, likeness in alike.items():
        if likeness.score < _LEAST_NAME:
            continue
        judged = judge(elements.elements[element], column, unit)
        if judged is not None:
            bonus = _TABLE_BONUS * (likeness.reason == "table")
            rank = likeness.score + bonus + 0.05 * judged.shown - 0.1 * judged.odd
            yield Candidate(element, likeness, judged, rank)


def features(candidates: Sequence[Candidate]) -> dict[str, float]:
    """Return what the confidence in the first candidate rests on."""
    best = candidates[0]
    second = candidates[1].rank if len(candidates) > 1 else 0.5
    return {
        "name": best.likeness.score,
        "same": float(best.likeness.score >= 1.0),
        "words": min(best.likeness.words - 1, 2) / 2,
        "table": float(best.likeness.reason == "table"),
        "kin": float(best.kin > 0),
        "lone": float(best.kin < 0),
        "rare": best.likeness.rare,
        "clear": min(best.rank - second, 0.3) / 0.3,
        "shown": float(best.judged.shown),
        "coded": float("codes" in best.judged.reasons),
        "odd": float(best.judged.odd),
    }


def confidence(found: dict[str, float]) -> float:
    """Return the confidence, 0 to 1, to three digits."""
    total = _BIAS + sum(_WEIGHTS[name] * value for name, value in found.items())
    return round(1 / (1 + math.exp(-total)), 3)


def judge(element: Element, column: ColumnFacts, unit: units.Unit | None) -> Judged | None:
    """Return what the values say of an element; None when they can't be its."""
    known = unit is not None and element.unit in units.UNITS
    if known and unit is not None and units.change(unit.name, element.unit) is None:
        return None
    if element.type == "boolean":
        return Judged(True, False, ("form",)) if column.is_binary else None
    if element.type in ("date", "datetime"):
        return _judge_date(element, column)
    if element.type in ("integer", "number"):
        return _judge_number(element, column, unit)
    return _judge_text(element, column)


def _judge_date(element: Element, column: ColumnFacts) -> Judged | None:
    if column.kind not in ("date", "datetime") and not column.form:
        return None
    timed = column.kind == "datetime" or "HH" in column.form
    return Judged(True, timed != (element.type == "datetime"), ("form",))


def _judge_number(element: Element, column: ColumnFacts, unit: units.Unit | None) -> Judged | None:
    if column.kind in ("date", "datetime"):
        is_year = column.years and element.least and float(element.least) >= 1000
        return Judged(False, True, ("form",)) if is_year else None
    if column.kind not in ("integer", "number") and not column.numeric:
        return None
    if element.type == "integer" and column.kind == "number" and not column.whole:
        return None
    if column.form and column.kind == "integer":
        return None
    if column.is_binary and (element.type == "number" or not _is_small(element)):
        return None
    fitting = _fitting_unit(element, column, unit)
    if fitting is None:
        return None
    bounded = bool(element.least and element.most)
    reasons: tuple[str, ...] = ("range",) if bounded else ()
    if unit is not None and element.unit:
        reasons += ("unit",)
    elif fitting and fitting != element.unit:
        reasons += ("guessed-unit",)
    shown = (bounded and column.distinct > 2) or unit is not None
    return Judged(
        shown, bool(fitting) and unit is None and fitting != element.unit, reasons, fitting
    )


def _is_small(element: Element) -> bool:
    return bool(element.most) and float(element.most) <= 60


def _fitting_unit(element: Element, column: ColumnFacts, unit: units.Unit | None) -> str | None:
    """Return the unit in which the values lie in the range; None when there is none."""
    if unit is not None and element.unit:
        tried: tuple[str, ...] = (unit.name,)
    else:
        tried = (element.unit, *units.alike(element.unit))
    for name in tried:
        to = units.change(name, element.unit)
        if to is None:
            return element.unit
        if unit is None and not 1e-3 <= to.factor <= 1e3:
            continue
        ends = sorted(
            float(to.factor) * value + float(to.offset) for value in (column.low, column.high)
        )
        slack = 1e-9 * max(map(abs, ends))
        above = not element.least or ends[0] >= float(element.least) - slack
        below = not element.most or ends[1] <= float(element.most) + slack
        if above and below:
            return name
    return None


def _judge_text(element: Element, column: ColumnFacts) -> Judged | None:
    if element.codes:
        return _judge_codes(element, column)
    if column.kind in ("date", "datetime", "boolean") or (column.form and column.kind == "text"):
        return None
    if column.kind == "number" and not column.whole:
        return None
    if element.length and column.longest > element.length:
        return None
    if column.is_binary and column.kind == "text":
        return None
    is_number = column.kind in ("integer", "number") or column.numeric
    short = not is_number and 0 < column.longest <= 3 and column.distinct > 2
    if element.en.casefold().endswith(" code"):
        return Judged(short, not short and column.longest > 8, ())
    few = column.distinct <= 2 and column.present >= _MANY_ROWS and not is_number
    odd = (short and element.en.casefold().endswith(" name")) or (
        few or (is_number and not _may_be_number(element))
    )
    return Judged(False, odd, ())


def _may_be_number(element: Element) -> bool:
    """Say whether a text is an identifier or a code, which may consist of digits."""
    ends = ("id", "no", "cd", "number", "code", "번호", "코드", "identifier", "identity")
    return any(
        name.casefold().replace("_", " ").endswith(ends)
        for name in (element.id, element.en, element.ko)
    )


def _judge_codes(element: Element, column: ColumnFacts) -> Judged | None:
    known = {text.casefold() for code in element.codes for text in (code.code, *code.names)}
    rows = sum(column.texts.values())
    held = sum(count for text, count in column.texts.items() if text in known)
    if rows and held >= _CODED * rows:
        return Judged(True, False, ("codes",))
    numbered = column.kind == "integer" and column.low >= 0 and column.high <= len(element.codes)
    if numbered and column.distinct > 1:  # 1 and 2 for two codes: which is which, a person says
        return Judged(False, False, ())
    if rows and held >= _FEW_CODED * rows:
        return Judged(False, True, ())
    return None
