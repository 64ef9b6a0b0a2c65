"""Words of names: how a name is cut into them, and how surely one means another.

Words are compared by meaning: the same, an abbreviation, a beginning, or all but a letter or two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from dure.datasets.elements.lexicon import SHORT

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[가-힣]+|[^\W\d_a-zA-Z가-힣]+")
_VOWELS = frozenset("aeiou")
HANGUL = re.compile("[가-힣]")
_TYPO_LETTERS = 6
"""Fewest letters of words of which one may be the other's typing error: short ones are other words."""
ALIKE = 0.7
"""Least likeness of two words that are not the same."""


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
        return 0.95 - 0.02 * min(len(SHORT[word]) - 1, 3)
    if SHORT.get(word, frozenset()) & SHORT.get(other, frozenset()):
        return 0.9
    least, most = sorted((len(word), len(other)))
    if word[0] != other[0] or least < 3 or HANGUL.search(word + other):
        return 0.0
    if other.startswith(word) and word not in SHORT:
        return 0.6 + 0.35 * least / most
    if least >= _TYPO_LETTERS and _edits(word, other) <= 1:
        return 0.9
    if least >= 3 and most <= 3 * least and _is_skeleton(word, other):
        return 0.75
    return 0.0


def same_word(word: str, other: str) -> float:
    """Return 1 for one word, whatever its number, else 0."""
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
