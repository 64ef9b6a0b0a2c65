"""Quality measures of a table, one for each family that applies.

The families are those of `dure.datasets.inspect.families`; each measure is stated here in one line, is
between 0 and 1 and better the higher it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dure.core.findings import Finding, Severity
from dure.core.text import Text
from dure.datasets.drift.statistics import Comparison
from dure.datasets.inspect.families import Family
from dure.datasets.inspect.statistics import Statistics, Times


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure.

    Parameters
    ----------
    family
        What it belongs to.
    value
        From 0 to 1; 1 is best.
    about
        What it counts.
    """

    family: Family
    value: float
    about: Text


_ABOUT = {
    Family.COMPLETENESS: Text("cells that hold a value", "값이 있는 칸"),
    Family.ACCURACY: Text("numbers that are finite and no outliers", "유한하고 이상치가 아닌 수"),
    Family.CONSISTENCY: Text("columns whose values keep one form", "값의 형식이 한결같은 열"),
    Family.SIMILARITY: Text("rows that repeat no earlier one", "앞의 행과 다른 행"),
    Family.DIVERSITY: Text("columns with more than one value", "값이 둘 이상인 열"),
    Family.BALANCE: Text(
        "evenness of the classes of the target (1: all alike)",
        "정답 분류의 고른 정도(1이면 모두 같음)",
    ),
    Family.RELEVANCE: Text(
        "columns that are no key, no copy of another and no leak",
        "키도, 다른 열의 사본도, 정답 누설도 아닌 열",
    ),
    Family.TIMELINESS: Text(
        "span of time without gaps (the worst column)", "공백이 없는 기간(가장 나쁜 열)"
    ),
    Family.REPRESENTATIVENESS: Text(
        "columns that are as in the earlier version", "이전 버전과 같은 모습인 열"
    ),
    Family.IDENTIFIABILITY: Text("columns without personal data", "개인정보가 없는 열"),
}


def measures(
    found: Statistics, findings: Sequence[Finding], compared: Comparison | None = None
) -> tuple[Measure, ...]:
    """Return the measures of a table.

    Parameters
    ----------
    found
        Its statistics.
    findings
        What was found about it.
    compared
        How it differs from an earlier version, when there is one.
    """
    columns = len(found.columns)
    cells = found.rows * columns
    numbers = [(one, one.numbers) for one in found.columns if one.numbers is not None]
    values = sum(found.rows - one.nulls for one, _ in numbers)
    odd = sum(told.outliers + told.nan + told.infinite for _, told in numbers)
    told = {
        Family.COMPLETENESS: 1 - sum(one.nulls for one in found.columns) / cells,
        Family.CONSISTENCY: 1 - len(_columns(findings, Family.CONSISTENCY)) / columns,
        Family.SIMILARITY: 1 - found.duplicates / found.rows,
        Family.DIVERSITY: 1 - sum(one.distinct < 2 for one in found.columns) / columns,
        Family.IDENTIFIABILITY: 1 - len(_columns(findings, "personal")) / columns,
        Family.RELEVANCE: 1 - len(_columns(findings, Family.RELEVANCE)) / columns,
    }
    if compared is not None:
        moved = [one for one in findings if one.severity > Severity.INFO]
        of_both = columns + len(compared.removed)
        told[Family.REPRESENTATIVENESS] = (
            1 - len(_columns(moved, Family.REPRESENTATIVENESS)) / of_both
        )
    if values:
        told[Family.ACCURACY] = 1 - odd / values
    if found.target is not None and len(found.target.classes) > 1:
        counts = [one.count for one in found.target.classes]
        told[Family.BALANCE] = _evenness(counts)
    spans = [one.times for one in found.columns if one.times is not None and one.times.histogram]
    if spans:
        told[Family.TIMELINESS] = min(1 - _gap_share(one) for one in spans)
    return tuple(
        Measure(family, min(1.0, max(0.0, told[family])), _ABOUT[family])
        for family in Family
        if family in told
    )


def _columns(findings: Sequence[Finding], family: str) -> set[str]:
    return {one.locator for one in findings if one.code.startswith(f"{family}.")}


def _evenness(counts: Sequence[int]) -> float:
    """Return the entropy of the classes over its maximum (Pielou 1966)."""
    whole = sum(counts)
    shares = [count / whole for count in counts if count]
    return -sum(share * math.log(share) for share in shares) / math.log(len(counts))


def _gap_share(times: Times) -> float:
    return times.gaps_total_s / times.span_s if times.span_s else 0.0
