"""Texts as tokens that Korean and other languages have alike, with no dictionary and no model.

A text is put into one form of Unicode, and case is dropped. Then each syllable of Hangul and each ideograph
is a token by itself, and so is each run of other letters and digits; punctuation and spaces are none.
So particles and endings that hang on a Korean word cost as much as they are, not the whole word.

Source
------
Lim, Kim, Lee (2019), KorQuAD1.0: Korean QA dataset for machine reading comprehension: F1 over
syllables, since Korean words are made up of parts.
"""

from __future__ import annotations

import re
import unicodedata

_ALONE = "\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(rf"[{_ALONE}]|[^\W_{_ALONE}]+")


def plain(text: str) -> str:
    """Return a text in one form: compatible characters are the same, outer and repeated spaces are gone."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def tokens(text: str) -> list[str]:
    """Return the tokens of a text.

    Examples
    --------
    >>> tokens("엔진 2기(Engine-2) 점검")
    ['엔', '진', '2', '기', 'engine', '2', '점', '검']
    """
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())
