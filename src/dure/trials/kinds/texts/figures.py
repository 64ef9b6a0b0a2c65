"""Figures of merit of generated texts, with their intervals, computed here: no model, no network.

Every figure is a function of sums over rows, so the resampled ones are the same functions of resampled sums.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from dure.trials.bootstrap import Floats
from dure.trials.details.pairing import paired_p_of_sums
from dure.trials.kinds.estimates import Comparison, compare_sums
from dure.trials.kinds.texts.overlaps import chrf, rouge_l, run_counts, token_f1
from dure.trials.kinds.texts.tokens import plain, tokens

EXACT = 1
"""Where an exact match stands in a row of counts."""

_FIGURES: dict[str, Callable[[Floats], Floats]] = {
    "exact-match": lambda sums: sums[:, EXACT] / sums[:, 0],
    "chrf": lambda sums: chrf(sums[:, 4:]),
    "rouge-l": lambda sums: sums[:, 2] / sums[:, 0],
    "token-f1": lambda sums: sums[:, 3] / sums[:, 0],
}


def generation(
    own: Floats, baseline: Floats, resamples: int, rng: np.random.Generator
) -> list[Comparison]:
    """Return exact match, chrF, ROUGE-L and token F1, compared with a baseline's texts.

    Parameters
    ----------
    own, baseline
        What `shared` counted of each.
    resamples
        Resamples of the bootstrap, 200 or more.
    rng
        Seeded generator.
    """
    return compare_sums(own, baseline, _FIGURES, resamples, rng)


def generation_p(own: Floats, baseline: Floats, rng: np.random.Generator) -> dict[str, float]:
    """Return p of the same metrics' differences from the baseline."""
    return paired_p_of_sums(own, baseline, _FIGURES, rng)


def shared(targets: Sequence[str], given: Sequence[str]) -> Floats:
    """Return a row of counts for each pair of texts: 1, exact match, ROUGE-L, token F1, and chrF's runs.

    Parameters
    ----------
    targets, given
        As many texts of each.
    """
    return np.vstack([_row(*pair) for pair in zip(targets, given, strict=True)])


def _row(target: str, given: str) -> Floats:
    wanted, made = tokens(target), tokens(given)
    first, second = plain(target), plain(given)
    heads = [1.0, float(first == second), rouge_l(wanted, made), token_f1(wanted, made)]
    row: Floats = np.concatenate([heads, run_counts(first, second)])
    return row
