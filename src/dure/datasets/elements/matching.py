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

from dure.datasets.elements import evidence, units
from dure.datasets.elements.confidence import LEAST, surety
from dure.datasets.elements.element import ElementSet, plain
from dure.datasets.elements.facts import ColumnFacts
from dure.datasets.elements.judging import Judged, is_short, judge, names_a_code
from dure.datasets.elements.names import Likeness, Names
from dure.datasets.elements.words import words_of

_LEAST_NAME = 0.55
_SHARED = 0.85


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
class _Context:
    """What may complete a column's name, and what may be no part of it.

    Parameters
    ----------
    table
        Name of the table.
    shared
        Words that several columns begin with and nobody knows.
    subjects
        Words of what the other columns are about.
    """

    table: str
    shared: AbstractSet[str]
    subjects: AbstractSet[str] = frozenset()


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
        _reasons(one),
        one.candidate.judged.unit,
        column.form,
    )


def _reasons(one: Weighed) -> tuple[str, ...]:
    around = ("kin",) if one.known["kin"] else ()
    return (one.candidate.likeness.reason, *one.candidate.judged.reasons, *around)


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
    context = _Context(table, _shared_words(names, columns))
    first = [list(_candidates(elements, names, column, context)) for column in columns]
    subjects = [_subjects(elements, candidates) for candidates in first]
    held = Counter(subject for one in subjects for subject in one)
    bases = Counter(evidence.base(column.name) for column in columns)
    for column, alone, own in zip(columns, first, subjects, strict=True):
        others = held - Counter(own)
        about = evidence.words_about(others)
        named = replace(context, subjects=about)
        candidates = list(_candidates(elements, names, column, named)) if about else alone
        siblings = bases[evidence.base(column.name)] > 1
        around = evidence.Around(others, siblings)
        told = [_weighed(elements, column, one, candidates, around) for one in candidates]
        yield sorted(told, key=lambda one: -one.confidence)


def _subjects(elements: ElementSet, candidates: Sequence[Candidate]) -> set[str]:
    """Return the subjects that a column speaks for: those of the elements that have its name."""
    most = max((one.likeness.score for one in candidates), default=0.0)
    return {
        subject
        for one in candidates
        if one.likeness.score == most >= evidence.KNOWN
        and (subject := elements.elements[one.element].subject)
    }


def _weighed(
    elements: ElementSet,
    column: ColumnFacts,
    one: Candidate,
    candidates: Sequence[Candidate],
    around: evidence.Around,
) -> Weighed:
    element = elements.elements[one.element]
    rivals = [other.likeness.score for other in candidates if other is not one]
    name = evidence.of_name(element, column, one.likeness, rivals, one.judged.signs)
    known = {
        **name,
        **evidence.of_neighbours(element, around, name),
        **evidence.of_values(one.judged, name),
    }
    return Weighed(element.id, known, surety(known), one)


def _candidates(
    elements: ElementSet, names: Names, column: ColumnFacts, context: _Context
) -> Iterator[Candidate]:
    if not column.present:
        return
    bare, unit = _without_unit(names, column.name)
    alike = _alike(names, column, bare, context)
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


def _without_unit(names: Names, name: str) -> tuple[str, units.Unit | None]:
    """Return a name without its unit, which may also be its last letters when the rest is a known word."""
    bare, unit = units.split_name(name)
    if unit is None and not names.knows(name.casefold()):
        rest, end = units.split_end(name)
        if names.knows(rest.casefold()):
            return rest, end
    return bare, unit


def _alike(names: Names, column: ColumnFacts, bare: str, context: _Context) -> dict[int, Likeness]:
    """Return how alike a column's name is to elements' names, with and without what may be no part of it."""
    alike = names.like(bare, context.table, context.subjects)
    if bare != column.name:  # the unit may be a word of the name after all
        for element, likeness in names.like(column.name, context.table, context.subjects).items():
            _keep(alike, element, likeness)
    first, *rest = words_of(bare) or ("",)
    if rest and first in context.shared:
        for element, likeness in names.like(
            " ".join(rest), context.table, context.subjects
        ).items():
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
