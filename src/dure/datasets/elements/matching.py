"""Which element a column is: a proposal with a confidence and its reasons, or nothing.

Names propose, values judge (`dure.datasets.elements.judging`), and neighbours help: elements of one
subject stand in one table. A column is proposed for the element that is surest, when that is sure
enough, and an element for one column at most; what is left is listed without an element, never guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from dure.datasets.elements import units
from dure.datasets.elements.confidence import LEAST, surety
from dure.datasets.elements.element import ElementSet, plain
from dure.datasets.elements.facts import ColumnFacts
from dure.datasets.elements.judging import Judged, is_short, judge, names_a_code
from dure.datasets.elements.names import Likeness, Names
from dure.datasets.elements.words import words_of

_LEAST_NAME = 0.55
_KNOWN = 0.9
_SHARED = 0.85
_KIN = 3
_LEAD = 0.3
_PARTS = frozenset({"digits", "identifier", "bounded"})


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


@dataclass(frozen=True, slots=True)
class Weighed:
    """An element that a column may be.

    Parameters
    ----------
    element
        Its id.
    known
        What is known of it and the column, by the names of `dure.datasets.elements.confidence.WEIGHTS`.
    confidence
        How surely the column is it.
    candidate
        What it was weighed by.
    """

    element: str
    known: dict[str, float]
    confidence: float
    candidate: Candidate


def propose(
    elements: ElementSet, columns: Sequence[ColumnFacts], table: str = "", least: float = LEAST
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
        _proposed(column, weighed[0]) if weighed else Proposed(column.name, "", 0.0)
        for column, weighed in zip(columns, weigh(elements, columns, table), strict=True)
    ]
    surest: dict[str, float] = {}
    for one in found:
        surest[one.element] = max(surest.get(one.element, 0.0), one.confidence)
    holders = Counter(one.element for one in found if one.confidence == surest[one.element])
    return tuple(
        one
        if one.element
        and one.confidence >= least
        and one.confidence == surest[one.element]
        and holders[one.element] == 1
        else Proposed(one.column, "", one.confidence)
        for one in found
    )


def _proposed(column: ColumnFacts, one: Weighed) -> Proposed:
    return Proposed(
        column.name,
        one.element,
        one.confidence,
        (one.candidate.likeness.reason, *one.candidate.judged.reasons),
        one.candidate.judged.unit,
        column.form,
    )


def weigh(
    elements: ElementSet, columns: Sequence[ColumnFacts], table: str = ""
) -> Iterator[list[Weighed]]:
    """Yield what each column may be, the surest first.

    Parameters
    ----------
    elements
        The set.
    columns
        Facts of the columns.
    table
        Name of the table.
    """
    names = Names(elements)
    shared = _shared_words(names, columns)
    found = [list(_candidates(elements, names, column, table, shared)) for column in columns]
    subjects = [_subjects(elements, candidates) for candidates in found]
    held = Counter(subject for one in subjects for subject in one)
    for candidates, own in zip(found, subjects, strict=True):
        others = held - Counter(own)
        told = [_weighed(elements, one, candidates, others) for one in candidates]
        yield sorted(told, key=lambda one: -one.confidence)


def _subjects(elements: ElementSet, candidates: Sequence[Candidate]) -> set[str]:
    """Return the subjects that a column speaks for: those of the elements that have its name."""
    most = max((one.likeness.score for one in candidates), default=0.0)
    return {
        subject
        for one in candidates
        if one.likeness.score == most >= _KNOWN
        and (subject := elements.elements[one.element].subject)
    }


def _weighed(
    elements: ElementSet,
    one: Candidate,
    candidates: Sequence[Candidate],
    others: Counter[str],
) -> Weighed:
    element, alike = elements.elements[one.element], one.likeness
    rivals = [other.likeness.score for other in candidates if other is not one]
    kin = min(others[element.subject], _KIN) / _KIN if element.subject else 0.0
    same = float(alike.score >= 1.0)
    lone = bool(element.subject) and not kin
    known = {
        "name": alike.score,
        "same": same,
        "words": min(alike.words - 1, 2) / 2,
        "table": float(alike.reason == "table"),
        "rare": alike.rare,
        "lead": max(-_LEAD, min(_LEAD, alike.score - max(rivals, default=_LEAST_NAME))) / _LEAD,
        "kin": kin,
        "kin-part": kin * (alike.score < _KNOWN),
        "lone": float(lone),
        "bare": float(alike.bare),
        "plural": float(alike.plural),
        **dict.fromkeys(sorted(one.judged.signs), 1.0),
        **{
            f"{sign}-part": float(alike.score < _KNOWN)
            for sign in sorted(one.judged.signs & _PARTS)
        },
    }
    return Weighed(element.id, known, surety(known), one)


def _candidates(
    elements: ElementSet, names: Names, column: ColumnFacts, table: str, shared: AbstractSet[str]
) -> Iterator[Candidate]:
    if not column.present:
        return
    bare, unit = units.split_name(column.name)
    alike = _alike(names, column, bare, table, shared)
    for place in _named_as_code(elements, column):
        alike[place] = Likeness(0.95, "code-name")
    codes = elements.codes_of_names
    if is_short(column):
        for name, code in codes.items():
            if name in alike:
                _keep(alike, code, alike[name])
    for element, likeness in alike.items():
        if likeness.score < _LEAST_NAME:
            continue
        judged = judge(elements.elements[element], column, unit, has_code=element in codes)
        if judged is not None:
            yield Candidate(element, likeness, judged)


def _alike(
    names: Names, column: ColumnFacts, bare: str, table: str, shared: AbstractSet[str]
) -> dict[int, Likeness]:
    """Return how alike a column's name is to elements' names, with and without what may be no part of it."""
    alike = names.like(bare, table)
    if bare != column.name:  # the unit may be a word of the name after all
        for element, likeness in names.like(column.name, table).items():
            _keep(alike, element, likeness)
    first, *rest = words_of(bare) or ("",)
    if rest and first in shared:
        for element, likeness in names.like(" ".join(rest), table).items():
            less = replace(likeness, score=_SHARED * likeness.score, reason="near-name")
            _keep(alike, element, less)
    return alike


def _keep(alike: dict[int, Likeness], element: int, one: Likeness) -> None:
    if element not in alike or alike[element].score < one.score:
        alike[element] = one


def _shared_words(names: Names, columns: Sequence[ColumnFacts]) -> set[str]:
    """Return words that nobody knows and that several columns begin with: they tell the table."""
    firsts = Counter(words[0] for column in columns if len(words := words_of(column.name)) > 1)
    return {word for word, count in firsts.items() if count > 1 and not names.knows(word)}


def _named_as_code(elements: ElementSet, column: ColumnFacts) -> list[int]:
    """Return the elements one of whose two codes the column is named after, if it has two values."""
    if column.distinct != 2:
        return []
    name = plain(column.name)
    return [place for place in elements.two_coded if names_a_code(elements.elements[place], name)]
