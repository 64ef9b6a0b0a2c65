"""What speaks for it, and against it, that a column is an element: each with a name and a size.

Of the **name**: how alike, in how many and how rare words, what is left over of it, and whether a word
left over makes another quantity of it (a change, a logarithm, one of a numbered row of columns). Of the
**values**: the signs of `dure.datasets.elements.judging`. Of the **neighbours**: how many other columns
speak for the element's subject, and whether the column is one of several alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from dure.datasets.elements.element import Element
from dure.datasets.elements.facts import ColumnFacts
from dure.datasets.elements.judging import Judged
from dure.datasets.elements.lexicon import CHANGES, SHORT, VAGUE
from dure.datasets.elements.names import Likeness
from dure.datasets.elements.words import stem, words_of

KNOWN = 0.9
"""Least likeness of a name that speaks for its element's subject."""
_KIN, _ABOUT = 3, 2
_LEAD = 0.3
_LEAST_RIVAL = 0.55
_PARTS = frozenset({"digits", "identifier", "bounded", "pair"})
_SAMES = frozenset({"form", "texts", "narrow", "identifier"})


@dataclass(frozen=True, slots=True)
class Around:
    """What the other columns of the table say.

    Parameters
    ----------
    subjects
        Subject -> how many of them speak for it.
    siblings
        Whether another has the same name but for a number.
    """

    subjects: Mapping[str, int]
    siblings: bool


def of_name(
    element: Element,
    column: ColumnFacts,
    alike: Likeness,
    rivals: Sequence[float],
    signs: AbstractSet[str],
) -> dict[str, float]:
    """Return what the name says.

    Parameters
    ----------
    element
        The element.
    column
        Facts of the column.
    alike
        How alike their names are.
    rivals
        How alike the column's name is to other elements'.
    signs
        What the values say.
    """
    words = tuple(map(stem, words_of(column.name)))
    theirs = {word for name in element.names for word in map(stem, words_of(name))}
    part = float(alike.score < KNOWN)
    alone = "form" not in signs and alike.reason not in ("table", "subject")
    vague = float(alone and all(map(_is_vague, words)))
    lead = alike.score - max(rivals, default=_LEAST_RIVAL)
    return {
        "name": alike.score,
        "same": float(alike.score >= 1.0),
        "part": part,
        "words": min(alike.words - 1, 2) / 2,
        "table": float(alike.reason == "table"),
        "subject": float(alike.reason == "subject"),
        "rare": alike.rare,
        "lead": max(-_LEAD, min(_LEAD, lead)) / _LEAD,
        "bare": float(alike.bare),
        "plural": float(alike.plural and (column.kind == "integer" or column.whole)),
        "vague": vague,
        "vague-part": vague * part,
        "changed": float(bool(set(words) & CHANGES - theirs)),
    }


def _is_vague(word: str) -> bool:
    """Say whether a word, or what it is short for, tells little."""
    return word in VAGUE or bool(SHORT.get(word, frozenset()) & VAGUE)


def of_neighbours(element: Element, around: Around, name: Mapping[str, float]) -> dict[str, float]:
    """Return what the other columns say.

    Parameters
    ----------
    element
        The element.
    around
        What they speak for.
    name
        What the name says.
    """
    top = broad(element.subject)
    kin = sum(n for one, n in around.subjects.items() if broad(one) == top) if top else 0
    lone = float(bool(top) and not kin)
    return {
        "kin": min(kin, _KIN) / _KIN,
        "lone": lone,
        "vague-lone": lone * name["vague"],
        "vague-free": name["vague"] * (not top),
        "sibling": float(around.siblings),
    }


def of_values(judged: Judged, name: Mapping[str, float]) -> dict[str, float]:
    """Return what the values say, and what it weighs beside such a name.

    Parameters
    ----------
    judged
        The signs.
    name
        What the name says.
    """
    return {
        **dict.fromkeys(sorted(judged.signs), 1.0),
        **{f"{sign}-part": name["part"] for sign in sorted(judged.signs & _PARTS)},
        **{f"{sign}-same": name["same"] for sign in sorted(judged.signs & _SAMES)},
    }


def broad(subject: str) -> str:
    """Return the broader subject of one such as ``person/clinical``.

    Examples
    --------
    >>> broad("person/clinical"), broad("weather")
    ('person', 'weather')
    """
    return subject.partition("/")[0]


def words_about(subjects: Mapping[str, int]) -> frozenset[str]:
    """Return the words of what most columns are about, if it is several, and of what is narrower.

    Parameters
    ----------
    subjects
        Subject -> how many columns speak for it.

    Examples
    --------
    >>> sorted(words_about({"vehicle": 2, "person/survival": 1}))
    ['vehicle']
    """
    tops = Counter[str]()
    for subject, count in subjects.items():
        tops[broad(subject)] += count
    most = max(tops.values(), default=0)
    told = (one for one in subjects if tops[broad(one)] == most >= _ABOUT)
    return frozenset(word for subject in told for word in words_of(subject))


def base(name: str) -> str:
    """Return a column's name without its numbers; the name itself when it is only numbers.

    Examples
    --------
    >>> base("day_30"), base("1960")
    ('day', '1960')
    """
    return " ".join(word for word in words_of(name) if not word.isdigit()) or name
