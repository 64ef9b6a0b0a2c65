"""From what moved to findings. Each rule is a small function; its threshold stands beside it.

A shift counts when it is large and chance alone would hardly give it: small tables move by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dure.core.findings import Finding
from dure.core.text import Text, printable
from dure.datasets.drift.distances import kolmogorov_smirnov_by_chance, stability_by_chance
from dure.datasets.drift.statistics import KOLMOGOROV_SMIRNOV, Comparison, Drift, Retyped
from dure.datasets.drift.words import SENTENCES
from dure.datasets.inspect.judging import Told, findings_of, share_of

STABLE, UNSTABLE = 0.1, 0.25
"""Below, nothing moved; from the second on, much did (Siddiqi 2006)."""
APART = 0.2
"""From which distance of two spreads on an index below `UNSTABLE` counts as much all the same."""
MISSING = 0.05
OUTSIDE = 0.01
MOST_CODES = 1000
"""Columns with more different values are no codes."""

_KEY = 0.95
_FREE = 0.5
_SIGMAS = 3.29

STATISTICS = {
    True: Text("Kolmogorov-Smirnov", "콜모고로프-스미르노프"),
    False: Text("total variation", "총변동 거리"),
}


def judge(found: Comparison, subject: str, suite_name: str = "intl") -> tuple[Finding, ...]:
    """Return the findings about a table and an earlier one, the gravest first.

    Parameters
    ----------
    found
        What was measured.
    subject
        What was inspected: a file's name or an asset's id.
    suite_name
        Crypto suite of the digests.
    """
    return findings_of(
        [
            *about_columns(found.added, found.removed, found.retyped),
            *(told for one in found.columns for told in about(one)),
        ],
        SENTENCES,
        subject,
        suite_name,
    )


def about_columns(
    added: Sequence[str], removed: Sequence[str], retyped: Sequence[Retyped]
) -> Iterator[Told]:
    """Yield what is to be said about columns that came, went or have another type."""
    for name in removed:
        yield "representativeness.column-gone", name, {"column": printable(name)}
    for one in retyped:
        facts = {"column": printable(one.name), "before": one.first, "after": one.second}
        yield "representativeness.column-type", one.name, {**facts}
    for name in added:
        yield "representativeness.column-new", name, {"column": printable(name)}


def about(one: Drift) -> Iterator[Told]:
    """Yield what is to be said about one column."""
    there = one.rows_first - one.nulls_first, one.rows_second - one.nulls_second
    base: dict[str, object] = {"column": printable(one.name)}
    if _missing_moved(one):
        facts = {
            "before": share_of(one.nulls_first, one.rows_first),
            "after": share_of(one.nulls_second, one.rows_second),
        }
        yield "representativeness.missing", one.name, {**base, **facts}
    if not all(there) or is_free(one):
        return
    outside = one.below + one.above
    if one.kind == "time":
        if outside:
            facts = {"below": share_of(one.below, there[1]), "above": share_of(one.above, there[1])}
            yield "representativeness.period", one.name, {**base, **facts}
        return
    level = level_of(one)
    if level > 0:
        facts = {"stability": f"{one.stability:.2f}", "shift": f"{one.shift:.2f}"}
        statistic = STATISTICS[one.statistic == KOLMOGOROV_SMIRNOV]
        code = "representativeness.drift" if level == 2 else "representativeness.some-drift"
        yield code, one.name, {**base, **facts, "statistic": statistic}
    if outside >= OUTSIDE * there[1]:
        facts = {"count": f"{outside:,}", "share": share_of(outside, there[1])}
        yield "representativeness.range", one.name, {**base, **facts}
    if max(one.distinct_first, one.distinct_second) <= MOST_CODES:
        if one.appeared:
            facts = {"count": f"{one.appeared:,}", "share": share_of(one.fresh, one.rows_second)}
            yield "representativeness.new-values", one.name, {**base, **facts}
        if one.vanished:
            facts = {"count": f"{one.vanished:,}"}
            yield "representativeness.gone-values", one.name, {**base, **facts}


def level_of(one: Drift) -> int:
    """Return 0 when a column's values stayed as they were, 1 when some moved, 2 when many did.

    -1 when that is not judged: for times, and for values of which nearly each stands in one row alone.
    """
    there = one.rows_first - one.nulls_first, one.rows_second - one.nulls_second
    if not all(there) or one.kind == "time" or is_free(one):
        return -1
    by_chance = stability_by_chance(one.bins, *there)
    surely = one.statistic == KOLMOGOROV_SMIRNOV and one.shift >= max(
        APART, kolmogorov_smirnov_by_chance(*there)
    )
    if one.stability >= max(UNSTABLE, by_chance) or surely:
        return 2
    return int(one.stability >= max(STABLE, by_chance))


def is_free(one: Drift) -> bool:
    """Say whether a column's values are another in nearly every row: numbers of rows, notes, serials."""
    there = one.rows_first - one.nulls_first, one.rows_second - one.nulls_second
    if one.kind == "number":
        sides = zip((one.distinct_first, one.distinct_second), there, strict=True)
        return one.whole and all(distinct >= _KEY * rows > 1 for distinct, rows in sides)
    return (
        one.distinct_first >= _FREE * there[0] > 1 and one.distinct_second >= _FREE * there[1] > 1
    )


def _missing_moved(one: Drift) -> bool:
    """Say whether the share of missing values moved by more than chance (two proportions' z test)."""
    shares = one.nulls_first / one.rows_first, one.nulls_second / one.rows_second
    pooled = (one.nulls_first + one.nulls_second) / (one.rows_first + one.rows_second)
    spread = (pooled * (1 - pooled) * (1 / one.rows_first + 1 / one.rows_second)) ** 0.5
    moved = abs(shares[0] - shares[1])
    return moved >= MISSING and moved > _SIGMAS * spread
