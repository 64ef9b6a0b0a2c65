"""The shape that all texts of a column have: an expression made of what their characters are."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dure.datasets.rules.forms import MAX_PATTERN_CHARACTERS

MAX_TEXT = 64
_RUN = re.compile(r"[0-9]+|[A-Z]+|[a-z]+|[가-힣]+|.", re.DOTALL)
_SIGNS = {"-": "-", "_": "_", "/": "/", ":": ":", ".": r"\."}


def shape(texts: Iterable[str]) -> str:
    r"""Return an expression (RE2) for the shape that all texts share, "" when they have none.

    Runs of digits and of letters stand for themselves by kind and length; only where every text has
    the same letters (a prefix such as ``SN``) do these letters stand in it.

    Parameters
    ----------
    texts
        Any number of texts.

    Examples
    --------
    >>> shape(["SN0001", "SN0420"]), shape(["A-1", "B-2"]), shape(["a", "bc!"])
    ('SN[0-9]{4}', '[A-Z]-[0-9]', '')
    """
    known: list[tuple[str, str, int]] = []
    for text in texts:
        if len(text) > MAX_TEXT:
            return ""
        found = [(run, _kind(run), len(run)) for run in _RUN.findall(text)]
        if not known:
            known = found
        elif [run[1:] for run in found] != [run[1:] for run in known]:
            return ""
        else:
            known = [
                (old[0] if old[0] == new[0] else "", *old[1:])
                for old, new in zip(known, found, strict=True)
            ]
    parts = [_part(*run) for run in known]
    # Words are not codes: without a digit there is no shape worth a rule.
    if not all(parts) or not any(kind == "[0-9]" for _, kind, _ in known):
        return ""
    whole = "".join(parts)
    return whole if len(whole) <= MAX_PATTERN_CHARACTERS else ""


def _kind(run: str) -> str:
    first = run[0]
    if "0" <= first <= "9":
        return "[0-9]"
    if "A" <= first <= "Z":
        return "[A-Z]"
    if "a" <= first <= "z":
        return "[a-z]"
    if "가" <= first <= "힣":
        return "[가-힣]"
    return first


def _part(run: str, kind: str, length: int) -> str:
    """Return the expression of one run; "" for a character that is neither letter, digit nor sign."""
    if len(kind) == 1:
        return _SIGNS.get(kind, "")
    if run and kind != "[0-9]":
        return run
    return kind if length == 1 else f"{kind}{{{length}}}"
