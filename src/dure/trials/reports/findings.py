"""A sealed report's findings in both languages: it was written with the English ones alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dure.core.text import Text
from dure.trials.refusals import WORDS, contaminated, leak_finding

Said = tuple[Text, Text]


def in_both(finding: Mapping[str, Any]) -> Said:
    """Return a finding's words and its next step; English in both where the house knows no other.

    Examples
    --------
    >>> found = leak_finding("run").to_dict()
    >>> in_both(found)[0] == leak_finding("run").words
    True
    """
    written = str(finding["words"]), str(finding["next_step"])
    for words, next_step in _known(str(finding["code"]), written[0]):
        if (words.en, next_step.en) == written:
            return words, next_step
    return Text(written[0], written[0]), Text(written[1], written[1])


def _known(code: str, written: str) -> list[Said]:
    if code in WORDS:
        return [WORDS[code]]
    counts = [int(digits) for digits in re.findall(r"\d{1,4}", written)]
    found = [leak_finding("")]
    if len(counts) == 2:
        found += contaminated("", repeated_exactly=counts[0], repeated_nearly=counts[1])
    return [(one.words, one.next_step) for one in found if one.code == code]
