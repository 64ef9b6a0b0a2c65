"""Texts made worse: words with a typing error, and words left out. Runs inside the sandbox.

A Korean syllable is typed as two or three letters, so a typing error in one is a wrong letter, not a wrong
syllable: a key beside the right one, or a final consonant left out.

Source
------
The Unicode Standard, section 3.12 (Hangul syllables); KS X 5002 (two-set keyboard).
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from dure.trials.perturbing.numbers import Columns, Rng, Scales

_WORD = re.compile(r"\S+")
_WITH_SPACE = re.compile(r"\S+\s*")
_FIRST, _LAST = 0xAC00, 0xD7A3
_MEDIALS, _FINALS = 21, 28
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_LEADING = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_HANGUL_KEYS = ("ㅂㅈㄷㄱㅅ", "ㅁㄴㅇㄹㅎ", "ㅋㅌㅊㅍ", "ㅛㅕㅑㅐㅔ", "ㅗㅓㅏㅣ", "ㅠㅜㅡ")


def _beside(rows: tuple[str, ...]) -> dict[str, str]:
    """Return each key's neighbours in its row."""
    return {
        key: row[max(0, place - 1) : place] + row[place + 1 : place + 2]
        for row in rows
        for place, key in enumerate(row)
    }


_NEIGHBOURS = _beside((*_KEYBOARD, *_HANGUL_KEYS))


def typos(columns: Columns, level: float, _: Scales, rng: Rng) -> Columns:
    """Put a typing error into a share of the words, one at least."""
    return {
        name: _each(column, lambda text: _mistyped(text, level, rng))
        for name, column in columns.items()
    }


def dropped_words(columns: Columns, level: float, _: Scales, rng: Rng) -> Columns:
    """Leave a share of the words out, one at least; a text keeps a word."""
    return {
        name: _each(column, lambda text: _shortened(text, level, rng))
        for name, column in columns.items()
    }


def _each(column: pa.Array, change: Callable[[str], str]) -> pa.Array:
    plain = column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
    changed = pa.array(
        [None if text is None else change(text) for text in plain.to_pylist()], plain.type
    )
    return changed.dictionary_encode().cast(column.type) if plain is not column else changed


def _drawn(words: int, level: float, rng: Rng) -> set[int]:
    chosen = set(np.flatnonzero(rng.random(words) < level).tolist())
    return chosen or {int(rng.integers(words))}


def _mistyped(text: str, level: float, rng: Rng) -> str:
    words = list(_WORD.finditer(text))
    if not words:
        return text
    made, last = [], 0
    chosen = _drawn(len(words), level, rng)
    for number, word in enumerate(words):
        made.append(text[last : word.start()])
        made.append(_mistyped_word(word.group(), rng) if number in chosen else word.group())
        last = word.end()
    return "".join(made) + text[last:]


def _mistyped_word(word: str, rng: Rng) -> str:
    """Return a word with one letter typed wrongly; never the same word."""
    place = int(rng.integers(len(word)))
    letter = word[place]
    if _FIRST <= ord(letter) <= _LAST:
        wrong = _mistyped_syllable(letter, rng)
    else:
        near = _NEIGHBOURS.get(letter.lower(), "")
        wrong = near[int(rng.integers(len(near)))] if near else letter * 2
        wrong = wrong.upper() if letter.isupper() else wrong
    return word[:place] + wrong + word[place + 1 :]


def _mistyped_syllable(syllable: str, rng: Rng) -> str:
    """Return a syllable of which a letter is the one beside, or the final consonant is left out."""
    rest, final = divmod(ord(syllable) - _FIRST, _FINALS)
    leading, medial = divmod(rest, _MEDIALS)
    if final and rng.random() < 0.5:
        return chr(_FIRST + rest * _FINALS)
    vowels = _NEIGHBOURS.get(_VOWELS[medial], "ㅏㅣ")
    leads = _NEIGHBOURS.get(_LEADING[leading], "ㄱㄷ")
    if rng.random() < 0.5:
        medial = _VOWELS.index(vowels[int(rng.integers(len(vowels)))])
    else:
        leading = _LEADING.index(leads[int(rng.integers(len(leads)))])
    return chr(_FIRST + (leading * _MEDIALS + medial) * _FINALS + final)


def _shortened(text: str, level: float, rng: Rng) -> str:
    words = _WITH_SPACE.findall(text)
    if len(words) < 2:
        return text
    gone = _drawn(len(words), level, rng)
    kept = [word for number, word in enumerate(words) if number not in gone]
    return "".join(kept or [words[int(rng.integers(len(words)))]])
