"""How likely a difference from the baseline came about by chance: p, by swapping the two on whole rows.

If the algorithm were no other than the baseline, then which of a row's two answers is whose would not
matter. So they are swapped on rows drawn by lot, and p is the share of such draws in which the metrics lie
at least as far apart as they do, the draw that happened counted among them. That is exact for any metric,
and for a mean over rows the sign-flip test. Swapping groups of rows instead of single ones is as exact, and
what bounds the work; of rows that follow each other in time it is needed.

Source
------
Noreen, Computer-Intensive Methods for Testing Hypotheses (1989), chapter 2 (approximate randomization);
Yeh, More accurate tests for the statistical significance of result differences (COLING 2000); Phipson and
Smyth, Permutation p-values should never be zero (2010); Hemerik and Goeman, Exact testing with
random permutations (2018), theorem 2 (groups).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from dure.trials.bootstrap import Floats

Ints = NDArray[np.int64]
Of = Callable[[Floats], Floats]
"""A metric of column sums: a matrix with a draw in each row gives a vector."""

DRAWS = 999
MOST_GROUPS = 4096

_LAST_BIT = 1.0 - 1e-9
_CHUNK_CELLS = 4_000_000


def p_value(observed: float, drawn: Floats) -> float:
    """Return the two-sided p of a difference, given what it is in each draw.

    Parameters
    ----------
    observed
        The difference; what can't be computed is no evidence.
    drawn
        The same of each draw.
    """
    if math.isnan(observed):
        return 1.0
    far = np.abs(np.nan_to_num(drawn, nan=np.inf)) >= abs(observed) * _LAST_BIT
    return float((1 + far.sum()) / (1 + len(drawn)))


def paired_p(
    own: Floats,
    base: Floats,
    metrics: Mapping[str, Of],
    rng: np.random.Generator,
    *,
    in_time: bool = False,
) -> dict[str, float]:
    """Return p of each metric that is a function of sums over rows.

    Parameters
    ----------
    own, base
        n × k matrices: what each row adds to the sums of the algorithm, and of the baseline.
    metrics
        Name and function of sums over rows.
    rng
        Seeded generator.
    in_time
        Rows that follow each other belong together: blocks of n^(1/3) rows are swapped.

    Source
    ------
    Künsch, The jackknife and the bootstrap for general stationary observations (1989), section 3 (length
    of blocks).
    """
    groups = np.vstack(list(_groups(base - own, rng, in_time)))
    step = max(1, _CHUNK_CELLS // len(groups))
    moved = np.vstack(
        [
            rng.integers(0, 2, (min(step, DRAWS - first), len(groups)), dtype=np.int8) @ groups
            for first in range(0, DRAWS, step)
        ]
    )
    ours, theirs = own.sum(axis=0), base.sum(axis=0)
    found = {}
    for name, of in metrics.items():
        observed = of(ours[None, :])[0] - of(theirs[None, :])[0]
        found[name] = p_value(float(observed), of(ours + moved) - of(theirs - moved))
    return found


def paired_p_of_sums(
    own: Floats, base: Floats, metrics: Mapping[str, Of], rng: np.random.Generator
) -> dict[str, float]:
    """Return the same of metrics that are functions of sums over rows, not of means."""
    n = len(own)

    def of_means(of: Of) -> Of:
        return lambda means: of(means * n)

    return paired_p(own, base, {name: of_means(of) for name, of in metrics.items()}, rng)


def _groups(apart: Floats, rng: np.random.Generator, in_time: bool) -> Iterator[Floats]:
    """Yield the sums over the groups of rows that are swapped together."""
    n = len(apart)
    if in_time:
        length = max(1, round(n ** (1 / 3)))
    else:
        length = -(-n // MOST_GROUPS)
        apart = apart[rng.permutation(n)] if length > 1 else apart
    yield np.add.reduceat(apart, np.arange(0, n, length), axis=0)


def paired_class_p(
    cells: Ints,
    majority: int,
    metrics: Mapping[str, Callable[[Ints], Floats]],
    rng: np.random.Generator,
) -> dict[str, float]:
    """Return p of each metric of a table of targets and predictions, against always the same class.

    Parameters
    ----------
    cells
        classes × classes matrix: rows with this target (row) and this prediction (column).
    majority
        The class that the baseline says.
    metrics
        Name and function of such tables, a draw in each.
    rng
        Seeded generator.
    """
    classes = len(cells)
    always = np.zeros_like(cells)
    always[:, majority] = cells.sum(axis=1)
    step = max(1, _CHUNK_CELLS // classes**2)
    drawn: dict[str, list[Floats]] = {name: [] for name in metrics}
    for first in range(0, DRAWS, step):
        count = min(step, DRAWS - first)
        # how many rows of each cell are swapped
        swapped = rng.binomial(cells, 0.5, (count, classes, classes))
        ours = cells - swapped
        ours[:, :, majority] += swapped.sum(axis=2)
        theirs = cells + always - ours
        for name, of in metrics.items():
            drawn[name].append(of(ours) - of(theirs))
    return {
        name: p_value(float(of(cells[None])[0] - of(always[None])[0]), np.concatenate(drawn[name]))
        for name, of in metrics.items()
    }


def area_p(targets: Ints, scores: Floats, chosen: list[int], rng: np.random.Generator) -> float:
    """Return p of a mean area under the ROC curve against 0.5, by permuting the targets.

    Parameters
    ----------
    targets
        Vector of n class numbers.
    scores
        n × classes matrix.
    chosen
        Classes whose areas against the rest are averaged.
    rng
        Seeded generator.

    Source
    ------
    Hanley, McNeil (1982), The meaning and use of the area under a ROC curve (it is the rank sum).
    """
    n, classes = scores.shape
    ranks = np.column_stack([rankdata(scores[:, k]) for k in range(classes)])
    counts = np.bincount(targets, minlength=classes).astype(np.float64)
    pairs = counts * (n - counts)
    rows = np.arange(n)

    def area(classed: Ints) -> float:
        sums = np.bincount(classed, weights=ranks[rows, classed], minlength=classes)
        areas = (sums - counts * (counts + 1) / 2)[chosen] / pairs[chosen]
        return float(areas.mean()) - 0.5

    drawn = np.array([area(rng.permutation(targets)) for _ in range(DRAWS)])
    return p_value(area(targets), drawn)
