"""How much two texts have in common: counts of which every figure of texts is made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from dure.trials.bootstrap import Floats

ORDER = 6
"""Longest run of characters that chrF counts."""

BETA = 2.0
"""How many times as much recall weighs as precision in chrF."""


def token_f1(target: Sequence[str], given: Sequence[str]) -> float:
    """Return the F1 of the tokens that two texts share, in whatever order; two empty ones are equal.

    Source
    ------
    Rajpurkar et al. (2016), SQuAD: 100,000+ questions for machine comprehension of text, section 6.1.
    """
    common = sum((Counter(target) & Counter(given)).values())
    return _harmonic(common, len(target), len(given))


def rouge_l(target: Sequence[str], given: Sequence[str]) -> float:
    """Return the F1 of the longest tokens that two texts share in order.

    Source
    ------
    Lin (2004), ROUGE: a package for automatic evaluation of summaries, section 3.1; beta is 1.
    """
    return _harmonic(longest_common(target, given), len(target), len(given))


def _harmonic(common: int, first: int, second: int) -> float:
    return 2.0 * common / (first + second) if first + second else 1.0


def longest_common(first: Sequence[str], second: Sequence[str]) -> int:
    """Return the length of the longest common subsequence.

    A row of the usual table is the bits of one number, so it takes as many steps as ``second`` is long.

    Source
    ------
    Hyyrö (2004), Bit-parallel LCS-length computation revisited.

    Examples
    --------
    >>> longest_common("abcde", "xbxdx")
    2
    """
    places: dict[str, int] = {}
    for place, token in enumerate(first):
        places[token] = places.get(token, 0) | 1 << place
    whole = (1 << len(first)) - 1
    row = whole
    for token in second:
        kept = row & places.get(token, 0)
        row = (row + kept | row - kept) & whole
    return len(first) - row.bit_count()


def run_counts(target: str, given: str) -> Floats:
    """Return what chrF sums: for each length of runs those given, those of the target, those in common.

    Parameters
    ----------
    target, given
        Texts; spaces don't count.

    Returns
    -------
    Vector of 3 x `ORDER`.
    """
    target, given = ("".join(text.split()) for text in (target, given))
    found = np.zeros((ORDER, 3))
    for length in range(1, ORDER + 1):
        wanted, made = (_runs(text, length) for text in (target, given))
        common = sum(min(count, wanted[run]) for run, count in made.items() if run in wanted)
        # As the reference does: where the target is too short for any, none of the given are wrong.
        found[length - 1] = (made.total() if wanted else 0, wanted.total(), common)
    return found.ravel()


def _runs(text: str, length: int) -> Counter[str]:
    return Counter(text[place : place + length] for place in range(len(text) - length + 1))


def chrf(counts: Floats) -> Floats:
    """Return chrF of rows of sums of `run_counts`, 0 to 1.

    Source
    ------
    Popović (2015), chrF: character n-gram F-score for automatic MT evaluation; means over the lengths that
    occur, as sacreBLEU 2 takes them.
    """
    given, wanted, common = np.moveaxis(counts.reshape(*counts.shape[:-1], ORDER, 3), -1, 0)
    both = (given > 0) & (wanted > 0)
    lengths = np.maximum(both.sum(axis=-1), 1)
    precision = np.where(both, common / np.maximum(given, 1), 0.0).sum(axis=-1) / lengths
    recall = np.where(both, common / np.maximum(wanted, 1), 0.0).sum(axis=-1) / lengths
    weighed = BETA**2 * precision + recall
    some = weighed > 0
    values: Floats = np.where(
        some, (1 + BETA**2) * precision * recall / np.where(some, weighed, 1.0), 0.0
    )
    return values
