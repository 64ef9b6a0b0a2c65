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
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from dure.datasets.elements.element import ElementSet, plain

_ABBREVIATIONS = """
latitude lat; longitude lon lng long; number num no nbr nr numb; count cnt; quantity qty; amount amt;
average avg; mean mn; minimum min; maximum max; temperature temp tmp; precipitation precip prcp;
population pop popl; departure dep dept dptr; arrival arr arrv; destination dest; origin orig orgn;
scheduled sched schd; distance dist; altitude alt; elevation elev; address addr; description desc;
name nm; code cd; date dt ymd; time tm; year yr; month mon mth; week wk; weeks wks; hour hr; hours hrs;
minutes mins; country ctry cntry; category cat ctgr; product prod; customer cust cstmr; order ord;
percent pct perc; weight wt wgt; height ht hgt; identifier id ident; education educ edu ed;
occupation occup ocpt; employment empl; unemployment unemp; inflation infl; government gov govt;
consumption cons cnsmp; expenditure expend expd; duration dur; length len; width wid; volume vol;
speed spd; velocity vel; direction dir drct; humidity humid hum; pressure press pres;
visibility vis visib; manufacturer mfr mfg mnfc; model mdl; vehicle veh vhcl; engine eng; cylinders cyl;
transmission trans; treatment trt treat; patient pat ptnt; diagnosis diag dx; language lang;
religion relig; household hh hhld; marital mar mrtl; nationality natl; registration reg; station stn;
experience exper; previous prev; current curr; total tot; region rgn; district dist; position pos;
maximum mx; difference diff; frequency freq; equipment equip; hospital hosp; school schl; rate rt;
vessel vsl vssl; heading hdg hdng; course crs; sequence seq; version ver; status stts stat; type typ;
standard std; deviation dev; value val; unit un; price prc; sale sls; department dept; agency agy;
organization org; information info; telephone tel; phone ph; begin bgng bgn; birth brth; death dth;
gross grs; domestic dom; real rl; expectancy exp; sex sx; gender gndr; age ag; state st stt; city cty;
identifier idx; serial ser; level lvl; group grp; size sz; area ar; depth dpth; displacement displ;
acceleration accel; horsepower hp; censored cens; invest inv; decision dec; density dens; wind wnd;
discount disc dscnt; revenue rev rvn; profit prft; income inc incm; market mkt; family fam; interest int intr; calories cal
"""
_LIGHT = frozenset("of the in per a an and at on by for to".split())
_MOMENTS = frozenset("date time hour day timestamp stamp datetime dt moment utc local".split())
"""Words of which a name is made that means a date with its time of day, when the values are such."""
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[가-힣]+|[^\W\d_a-zA-Z가-힣]+")
_VOWELS = frozenset("aeiou")
_HANGUL = re.compile("[가-힣]")
_SHORTEST, _MOST_CHARACTERS = 2, 40
ALIKE = 0.7
"""Least likeness of two words that are not the same."""


def _abbreviations() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for entry in _ABBREVIATIONS.split(";"):
        whole, *short = entry.split()
        for word in short:
            found[word].add(whole)
    return MappingProxyType({word: frozenset(wholes) for word, wholes in found.items()})


SHORT: Mapping[str, frozenset[str]] = _abbreviations()
"""A usual abbreviation -> the words that it may stand for."""


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name, small.

    Examples
    --------
    >>> words_of("depTime_UTC"), words_of("Sub-Category"), words_of("출항 일자")
    (('dep', 'time', 'utc'), ('sub', 'category'), ('출항', '일자'))
    """
    return tuple(
        found.casefold() for found in _WORD.findall(unicodedata.normalize("NFKC", name)[:255])
    )


def stem(word: str) -> str:
    """Return an English word without the ending of a plural.

    Examples
    --------
    >>> stem("cities"), stem("seats"), stem("class"), stem("status")
    ('city', 'seat', 'class', 'status')
    """
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and word[-2] not in "sui":
        return word[:-1]
    return word


@cache
def likeness(word: str, other: str) -> float:
    """Return how surely a column's word means a word of an element's name, 0 to 1.

    Examples
    --------
    >>> likeness("seat", "seats"), likeness("lon", "longitude"), likeness("wind", "wine")
    (1.0, 0.95, 0.0)
    """
    if word == other or stem(word) == stem(other):
        return 1.0
    if stem(other) in SHORT.get(word, ()) or other in SHORT.get(word, ()):
        return 0.95
    if SHORT.get(word, frozenset()) & SHORT.get(other, frozenset()):
        return 0.9
    least, most = sorted((len(word), len(other)))
    if word[0] != other[0] or least < 3 or _HANGUL.search(word + other):
        return 0.0
    if other.startswith(word):
        return 0.6 + 0.35 * least / most
    if least >= 5 and _edits(word, other) <= 1:
        return 0.9
    if least >= 3 and most <= 3 * least and _is_skeleton(word, other):
        return 0.75
    return 0.0


def _same(word: str, other: str) -> float:
    return float(stem(word) == stem(other))


def _edits(word: str, other: str) -> int:
    """Return the edit distance, at most 2 told apart."""
    if abs(len(word) - len(other)) > 1:
        return 2
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        before, row[0] = row[0], i
        for j, against in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (letter != against))
    return row[-1]


def _is_skeleton(word: str, other: str) -> bool:
    """Say whether the word has no vowels behind its first letter, and most of the other's consonants."""
    consonants = [other[0], *(letter for letter in other[1:] if letter not in _VOWELS)]
    if set(word[1:]) & _VOWELS or 2 * len(word) < len(consonants):
        return False
    rest = iter(consonants)
    return all(letter in rest for letter in word)


def beginnings(word: str, names: Sequence[str]) -> float:
    """Return how much of two or three words a word has that is put together of their beginnings.

    One of them must have three letters or be a usual abbreviation; their order may be the other way round.

    Examples
    --------
    >>> beginnings("tsize", ["tumour", "size"]) > 0.5, beginnings("tsize", ["travel", "time"])
    (True, 0.0)
    """
    if not 2 <= len(names) <= 3:
        return 0.0
    return max(_parted(word, order) for order in (tuple(names), tuple(reversed(names))))


def _parted(word: str, names: tuple[str, ...]) -> float:
    """Return the best mean share of the names that consecutive parts of the word are."""
    best = 0.0
    first, rest = names[0], names[1:]
    if not rest:
        return _begun(word, first)
    for cut in range(1, len(word) - len(rest) + 1):
        share = _begun(word[:cut], first)
        if share and (others := _parted(word[cut:], rest)):
            long = cut >= 3 or len(word) - cut >= 3
            best = max(best, long * (share + others * len(rest)) / len(names))
    return best


def _begun(part: str, name: str) -> float:
    if stem(name) in SHORT.get(part, ()) or stem(part) == stem(name):
        return 1.0
    return len(part) / len(name) if name.startswith(part) else 0.0


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
    """

    element: int
    words: tuple[str, ...]
    is_id: bool
    whole: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike a column's name and one of an element's names are.

    Parameters
    ----------
    score
        0 to 1.
    reason
        ``name``, ``near-name`` or ``table``: a code of `dure.datasets.elements.reasons.WHY`.
    words
        How many words they share.
    rare
        How rare the column's words are among the set's names, 0 to 1.
    """

    score: float
    reason: str
    words: int = 1
    rare: float = 1.0


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
            if element.type == "datetime" and set(words_of(element.en)) <= _MOMENTS | _LIGHT:
                self._moments.append(place)
            for text in element.names:
                self._add(Name(place, words_of(text), text == element.id, plain(text)))
        counts: Counter[str] = Counter()
        for name in self._names:
            counts.update({stem(word) for word in name.words})
        self._rarest = math.log(2 + len(self._names))
        self._counts = counts
        self._by_start: dict[str, list[str]] = defaultdict(list)
        for word in self._of_word:
            self._by_start[word[0]].append(word)
        self._known = {*self._of_word, *SHORT, *(stem(word) for word in self._of_word)}

    def _add(self, name: Name) -> None:
        number = len(self._names)
        self._names.append(name)
        self._of_whole[name.whole].append(number)
        for word in set(name.words):
            self._of_word[word].append(number)
        if 2 <= len(name.words) <= 4 and not name.is_id:
            for start in {word[0] for word in name.words}:
                self._of_start[start].append(number)
        if _HANGUL.search(name.whole):
            for pair in _pairs(name.whole):
                self._of_pair[pair].append(number)

    def like(self, column: str, table: str = "") -> dict[int, Likeness]:
        """Return how alike the column's name is to elements' names, for those that are at all.

        Parameters
        ----------
        column
            The column's name without its unit.
        table
            Name of the table, which completes names such as ``name``.
        """
        found: dict[int, Likeness] = {}
        words = self.cut(words_of(column))
        for number in self._of_whole.get(plain(column), ()):
            same = Likeness(1.0, "name", len(words), self._rarity(words))
            _better(found, self._names[number].element, same)
        context = tuple(map(stem, self.cut(words_of(table))))
        for number in self._candidates(words, context):
            name = self._names[number]
            likeness_ = self._compare(words, context, name)
            _better(found, name.element, likeness_)
        if len(words) == 1 and self._is_run_together(words[0]):
            self._compare_beginnings(words[0], found)
        if set(words) <= _MOMENTS:
            for place in self._moments:
                _better(found, place, Likeness(0.9, "near-name", len(words)))
        if _HANGUL.search(column):
            self._compare_korean(plain(column), found)
        return found

    def cut(self, words: Sequence[str]) -> tuple[str, ...]:
        """Return words, those that nobody knows cut into known ones where that is possible."""
        found: list[str] = []
        for word in words:
            found.extend(self._cut(word) if self._is_run_together(word) else (word,))
        return tuple(found)

    def _is_run_together(self, word: str) -> bool:
        if word in self._known or stem(word) in self._known or not word.isascii():
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

    def _weight(self, word: str) -> float:
        if word in _LIGHT:
            return 0.1
        seen = self._counts.get(stem(word), 0)
        return math.log((2 + len(self._names)) / (1 + seen)) / self._rarest

    def _rarity(self, words: Sequence[str]) -> float:
        whole = [word for word in words if word not in _LIGHT]
        return max(map(self._weight, whole), default=1.0)

    def _candidates(self, words: Iterable[str], context: Iterable[str]) -> set[int]:
        found: set[int] = set()
        for word in words:
            if word in _LIGHT or word[0].isdigit():
                continue
            near = [other for other in self._by_start.get(word[0], ()) if likeness(word, other)]
            for other in {*near, *SHORT.get(word, ())}:
                found.update(self._of_word.get(other, ()))
        del context
        return found

    def _compare(
        self, words: Sequence[str], context: Sequence[str], name: Name
    ) -> Likeness:
        """Return the weighed share of each name that the other has, the smaller counting more."""
        used: set[str] = set()
        theirs = sum(map(self._weight, name.words)) or 1.0
        alike = _same if name.is_id else likeness
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
        known += sum(0.9 * self._weight(word) for word in words if word not in used and stem(word) in context)
        first, second = held / theirs, min(1.0, known / ours)
        score = min(first, second) * 0.7 + max(first, second) * 0.3 if used else 0.0
        same = tuple(map(stem, words)) == tuple(map(stem, name.words))
        if same:
            return Likeness(1.0, "name", len(words), self._rarity(words))
        reason = "table" if helped else "near-name"
        return Likeness(min(score, 0.99), reason, len(used), self._rarity(words))

    def _compare_beginnings(self, word: str, found: dict[int, Likeness]) -> None:
        """Compare a word with the beginnings of a name's words put together (``tsize``: tumour size)."""
        for number in self._of_start.get(word[0], ()):
            name = self._names[number]
            share = beginnings(word, [one for one in name.words if one not in _LIGHT])
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
