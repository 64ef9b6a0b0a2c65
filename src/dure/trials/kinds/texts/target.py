"""Targets that are texts, and the lead that generated ones are compared with.

The lead is the beginning of the input's first text, as many words of it as the training targets have at
the median: what somebody would write down who reads no further.
"""

from __future__ import annotations

import re
import statistics
from typing import Any

import pyarrow as pa

from dure.trials.definition import Definition
from dure.trials.kinds.classes.target import is_text
from dure.trials.kinds.target import SplitRefused, Target
from dure.trials.kinds.texts.wire import LONGEST_TEXT, is_sound

USUAL = "usual"

_WORD = re.compile(r"\S+")


def _clean(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not is_text(column.type):
        raise SplitRefused("target-type")
    texts = column.cast(pa.large_string())
    if not all(map(is_sound, texts.to_pylist())):
        raise SplitRefused("target-long")
    return texts


def _lead(
    train: pa.Table, test: pa.Table, definition: Definition
) -> tuple[dict[str, Any], dict[str, pa.Array]]:
    first = next((name for name in definition.features if is_text(test[name].type)), "")
    if not first:
        raise SplitRefused("text-missing")
    words = statistics.median_low(
        len(text.split()) for text in train[definition.target].to_pylist()
    )
    leads = [lead(text or "", words) for text in test[first].cast(pa.large_string()).to_pylist()]
    return {"words": words}, {USUAL: pa.array(leads, pa.large_string())}


def lead(text: str, words: int) -> str:
    """Return the beginning of a text, so many words long.

    Examples
    --------
    >>> lead("엔진 2번  점검 완료, 이상 없음", 3)
    '엔진 2번  점검'
    """
    ends = [word.end() for word, _ in zip(_WORD.finditer(text), range(words), strict=False)]
    return text[: min(ends[-1], LONGEST_TEXT)].strip() if ends else ""


TARGET = Target(_clean, _lead)
