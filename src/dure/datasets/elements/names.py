"""How alike a column's name and an element's names are.

A name is cut into words: at signs, between small and capital letters, and, where a piece is no word
that the set or the usual abbreviations know, into such words (``tailnum``: tail, number). Words are
compared by meaning: the same, an abbreviation, a beginning, or all but a letter or two. Rare words of
the set weigh more than common ones. Korean names, which have no spaces, are compared by pairs of
syllables.

Source
------
E. Rahm, P. A. Bernstein, A survey of approaches to automatic schema matching, VLDB Journal 10 (2001),
sections 4 and 5 (name and instance based matchers); G. Salton, C. Buckley, Term-weighting approaches
in automatic text retrieval, 1988 (inverse document frequency).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dure.datasets.elements.element import ElementSet, plain
from dure.datasets.elements.lexicon import LIGHT, MOMENTS, PHRASES, SHORT, SUMMARIES
from dure.datasets.elements.words import (
    ALIKE,
    HANGUL,
    beginnings,
    likeness,
    same_word,
    stem,
    words_of,
)

_SHORTEST, _MOST_CHARACTERS = 2, 40
_SHORTEST_WHOLE, _SAME = 4, 0.9
_EXPANDED = 0.97
_LIGHT, _SUMMARY = 0.1, 0.3


@dataclass(frozen=True, slots=True)
class Name:
    """One of an element's names.

    Parameters
    ----------
    element
        Place of the element in the set.
    words
        The name's words.
    is_id
        Whether it is the short name, whose words are abbreviations themselves: they are compared as
        they are.
    whole
        The name as names are compared.
    is_bare
        Whether it leaves out words of the element's English name (``mode`` for a travel mode): what
        it means, the table's subject tells.
    """

    element: int
    words: tuple[str, ...]
    is_id: bool
    whole: str
    is_bare: bool = False


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike a column's name and one of an element's names are.

    Parameters
    ----------
    score
        0 to 1.
    reason
        ``name``, ``near-name``, ``table`` or ``subject``: a code of `dure.datasets.elements.reasons.WHY`.
    words
        How many words they share.
    rare
        One over the number of elements that have the rarest of the column's words in a name.
    bare
        Whether the element's name leaves out words of its English one.
    plural
        Whether the column has the plural of the element's name: how many there are, not which.
    """

    score: float
    reason: str
    words: int = 1
    rare: float = 1.0
    bare: bool = False
    plural: bool = False


class Names:
    """The names of a set, indexed.

    Parameters
    ----------
    elements
        The set.
    """

    def __init__(self, elements: ElementSet) -> None:
        self._names: list[Name] = []
        self._moments: list[int] = []
        self._of_word: dict[str, list[int]] = defaultdict(list)
        self._of_whole: dict[str, list[int]] = defaultdict(list)
        self._of_start: dict[str, list[int]] = defaultdict(list)
        self._of_pair: dict[str, list[int]] = defaultdict(list)
        for place, element in enumerate(elements.elements):
            if element.type == "datetime" and set(words_of(element.en)) <= MOMENTS | LIGHT:
                self._moments.append(place)
            full = set(map(stem, words_of(element.en))) - LIGHT - {"name", "number"}
            for text in element.names:
                words = words_of(text)
                is_bare = set(map(stem, words)) < full
                self._add(Name(place, words, text == element.id, plain(text), is_bare))
        counts: Counter[str] = Counter()
        for name in self._names:
            counts.update({stem(word) for word in name.words})
        self._rarest = math.log(2 + len(self._names))
        self._counts = counts
        self._elements_with = Counter(
            word
            for word, _ in {
                (stem(word), name.element) for name in self._names for word in name.words
            }
        )
        self._by_start: dict[str, list[str]] = defaultdict(list)
        for word in self._of_word:
            self._by_start[word[0]].append(word)
        self._whole = {
            stem(word)
            for name in self._names
            if not name.is_id
            for word in name.words
            if len(word) >= _SHORTEST_WHOLE and word not in SHORT
        }
        self._known = {*self._of_word, *SHORT, *PHRASES, *(stem(word) for word in self._of_word)}

    def _add(self, name: Name) -> None:
        number = len(self._names)
        self._names.append(name)
        self._of_whole[name.whole].append(number)
        for word in set(name.words):
            self._of_word[word].append(number)
        if 2 <= len(name.words) <= 4 and not name.is_id:
            for start in {word[0] for word in name.words}:
                self._of_start[start].append(number)
        if HANGUL.search(name.whole):
            for pair in _pairs(name.whole):
                self._of_pair[pair].append(number)

    def like(
        self, column: str, table: str = "", subjects: Iterable[str] = ()
    ) -> dict[int, Likeness]:
        """Return how alike the column's name is to elements' names, for those that are at all.

        Parameters
        ----------
        column
            The column's name without its unit.
        table
            Name of the table, which completes names such as ``name``.
        subjects
            What the other columns are about, which completes names, too.
        """
        found: dict[int, Likeness] = {}
        words = self.cut(words_of(column))
        for number in self._of_whole.get(plain(column), ()):
            name = self._names[number]
            exact = Likeness(1.0, "name", len(words), self._rarity(words), name.is_bare)
            _better(found, name.element, exact)
        context = tuple(map(stem, self.cut(words_of(table))))
        self._compare_all(words, context, tuple(map(stem, subjects)), found)
        self._compare_expanded(words, context, found)
        if len(words) == 1 and self._is_run_together(words[0]):
            self._compare_beginnings(words[0], found)
        if set(words) <= MOMENTS:
            for place in self._moments:
                _better(found, place, Likeness(0.9, "near-name", len(words)))
        if HANGUL.search(column):
            self._compare_korean(plain(column), found)
        return found

    def cut(self, words: Sequence[str]) -> tuple[str, ...]:
        """Return words, those that nobody knows cut into known ones where that is possible."""
        found: list[str] = []
        for word in words:
            found.extend(self._cut(word) if self._is_run_together(word) else (word,))
        return tuple(found)

    def knows(self, word: str) -> bool:
        """Say whether a word is one of the set's, or a usual abbreviation."""
        return word in self._known or stem(word) in self._known

    def _is_run_together(self, word: str) -> bool:
        if self.knows(word) or not word.isascii():
            return False
        return 4 <= len(word) <= _MOST_CHARACTERS and word.isalpha()

    def _cut(self, word: str) -> tuple[str, ...]:
        """Cut a word into the fewest known ones; one of them at least is whole, not an abbreviation."""
        best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
        for end in range(_SHORTEST, len(word) + 1):
            for start in range(end - _SHORTEST + 1):
                before, piece = best[start], word[start:end]
                if before is None or piece not in self._known:
                    continue
                if len(piece) < 3 and piece not in SHORT:
                    continue
                if best[end] is None or len(before) + 1 < len(best[end] or ()):
                    best[end] = (*before, piece)
        found = best[-1]
        if not found or not any(len(piece) >= 3 for piece in found):
            return (word,)
        return found

    def _alike(self, word: str, other: str) -> float:
        """Return how surely a word means another; a word that the set knows means nothing longer."""
        found = likeness(word, other)
        return found if found >= _SAME or stem(word) not in self._whole else 0.0

    def _weight(self, word: str) -> float:
        if word in LIGHT:
            return _LIGHT
        if word in SUMMARIES:
            return _SUMMARY
        seen = self._counts.get(stem(word), 0)
        return math.log((2 + len(self._names)) / (1 + seen)) / self._rarest

    def _rarity(self, words: Sequence[str]) -> float:
        """Return one over the number of elements that have the rarest of these words."""
        whole = [stem(word) for word in words if word not in LIGHT]
        return max((1 / max(1, self._elements_with[word]) for word in whole), default=1.0)

    def _candidates(self, words: Iterable[str]) -> set[int]:
        found: set[int] = set()
        for word in words:
            if word in LIGHT or word[0].isdigit():
                continue
            near = [o for o in self._by_start.get(word[0], ()) if self._alike(word, o)]
            for other in {*near, *SHORT.get(word, ())}:
                found.update(self._of_word.get(other, ()))
        return found

    def _compare(self, words: Sequence[str], context: Sequence[str], name: Name) -> Likeness:
        """Return the weighed share of each name that the other has, the smaller counting more."""
        used: set[str] = set()
        theirs = sum(map(self._weight, name.words)) or 1.0
        alike = same_word if name.is_id else self._alike
        held = helped = 0.0
        for word in name.words:
            best = max(((alike(one, word), one) for one in words), default=(0.0, ""))
            if best[0] >= ALIKE:
                held += best[0] * self._weight(word)
                used.add(best[1])
            elif stem(word) in context or any(likeness(one, word) >= 0.95 for one in context):
                held += 0.9 * self._weight(word)
                helped += self._weight(word)
        ours = sum(self._weight(word) for word in words) or 1.0
        known = sum(self._weight(word) for word in words if word in used)
        known += sum(
            0.9 * self._weight(word) for word in words if word not in used and stem(word) in context
        )
        first, second = held / theirs, min(1.0, known / ours)
        score = min(first, second) * 0.7 + max(first, second) * 0.3 if used else 0.0
        same = tuple(map(stem, words)) == tuple(map(stem, name.words))
        plural = any(one not in name.words and stem(one) in name.words for one in used)
        rare = self._rarity(words)
        if same:
            return Likeness(1.0, "name", len(words), rare, name.is_bare, plural)
        reason = "table" if helped else "near-name"
        return Likeness(min(score, 0.99), reason, len(used), rare, name.is_bare, plural)

    def _compare_all(
        self,
        words: Sequence[str],
        context: Sequence[str],
        about: Sequence[str],
        found: dict[int, Likeness],
    ) -> None:
        """Compare with each name that shares a word, the table's subject beside its name if that helps."""
        for number in self._candidates(words):
            name = self._names[number]
            _better(found, name.element, self._compare(words, context, name))
            if about:
                told = self._compare(words, (*context, *about), name)
                if told.reason == "table":
                    _better(found, name.element, replace(told, reason="subject"))

    def _compare_expanded(
        self, words: Sequence[str], context: Sequence[str], found: dict[int, Likeness]
    ) -> None:
        """Compare with one usual abbreviation of several words written out (``bp``: blood pressure)."""
        for place, word in enumerate(words):
            if word not in PHRASES:
                continue
            expanded = (*words[:place], *PHRASES[word], *words[place + 1 :])
            for number in self._candidates(expanded):
                told = self._compare(expanded, context, self._names[number])
                less = replace(told, score=_EXPANDED * told.score, reason="near-name")
                _better(found, self._names[number].element, less)

    def _compare_beginnings(self, word: str, found: dict[int, Likeness]) -> None:
        """Compare a word with the beginnings of a name's words put together (``tsize``: tumour size)."""
        for number in self._of_start.get(word[0], ()):
            name = self._names[number]
            share = beginnings(word, [one for one in name.words if one not in LIGHT])
            if share:
                _better(found, name.element, Likeness(0.6 + 0.35 * share, "near-name"))

    def _compare_korean(self, column: str, found: dict[int, Likeness]) -> None:
        pairs = _pairs(column)
        shared: Counter[int] = Counter()
        for pair in pairs:
            shared.update(self._of_pair.get(pair, ()))
        for number, count in shared.items():
            name = self._names[number]
            score = 2 * count / (len(pairs) + len(_pairs(name.whole)))
            _better(found, name.element, Likeness(min(score, 0.99), "near-name"))


def _pairs(text: str) -> set[str]:
    return {text[place : place + 2] for place in range(len(text) - 1)} or {text}


def _better(found: dict[int, Likeness], element: int, one: Likeness) -> None:
    if one.score > 0 and (element not in found or found[element].score < one.score):
        found[element] = one
