"""Words for people, in both languages of the alliance."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LANGUAGES = ("en", "ko")

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories without a glyph of their own: they steer, reorder or break a line."""

_BLANK = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")
"""Letters and marks without ink, such as the Hangul fillers: a name of them looks like none."""


def printable(text: str, keep: str = "") -> str:
    r"""Return the text with every character that has no glyph written as its escape.

    A name may come from a stranger's file system or bundle; shown raw, an escape sequence steers
    the terminal, a line break forges a line, and a direction mark turns a name around.

    Parameters
    ----------
    text
        A name or a sentence.
    keep
        Characters to leave, such as a line break in words that have several lines.

    Examples
    --------
    >>> printable("a\x1b[2Jb")
    'a\\x1b[2Jb'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char.encode("unicode_escape").decode("ascii")
        if char not in keep and is_unseen(char)
        else char
        for char in text
    )


def is_unseen(char: str) -> bool:
    """Say whether a character has no glyph: a control, a direction mark, a half of a pair, a filler."""
    return char in _BLANK or unicodedata.category(char) in _UNSEEN


_PARTICLES = {
    "은(는)": ("은", "는"),
    "이(가)": ("이", "가"),
    "을(를)": ("을", "를"),
    "과(와)": ("과", "와"),
    "(으)로": ("으로", "로"),
}
"""A particle as it stands behind a fact -> what it is after a consonant, after a vowel."""

_AFTER_A_SYLLABLE = re.compile(f"(?<=([가-힣]))({'|'.join(map(re.escape, _PARTICLES))})")
_FINALS, _RIEUL = 28, 8


def with_particles(sentence: str) -> str:
    """Return a Korean sentence in which each particle suits the syllable before it.

    After a digit or a letter of another script, which may be read in several ways, both forms stay.

    Examples
    --------
    >>> with_particles("서명 키이(가), 자산을(를), 교실(으)로, navy은(는)")
    '서명 키가, 자산을, 교실로, navy은(는)'
    """
    return _AFTER_A_SYLLABLE.sub(_suited, sentence)


def _suited(found: re.Match[str]) -> str:
    final = (ord(found[1]) - ord("가")) % _FINALS
    consonant, vowel = _PARTICLES[found[2]]
    return vowel if final == 0 or (final == _RIEUL and vowel == "로") else consonant


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in English and in Korean.

    Parameters
    ----------
    en, ko
        The sentence; ``{name}`` marks a fact that `fill` puts in.

    Examples
    --------
    >>> Text("{n} rows", "{n}행").fill(n=3).ko
    '3행'
    """

    en: str
    ko: str

    def fill(self, **facts: object) -> Text:
        """Return the sentence with its facts put in.

        Raises
        ------
        KeyError
            When a fact that the sentence names is missing.
        """
        return Text(self.en.format_map(facts), with_particles(self.ko.format_map(facts)))

    def say(self, language: str) -> str:
        """Return the sentence in ``language`` (``"en"`` or ``"ko"``; anything else means English)."""
        return self.ko if language == "ko" else self.en
