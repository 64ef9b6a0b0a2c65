"""What a sample of text looks like: numbers, codes, dates, words for "nothing", spellings.

Patterns are RE2's, which takes linear time whatever the text is.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

NUMBER = r"^\s*[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?\s*%?\s*$"
CODE = r"^\s*0\d+\s*$"
DATE = r"^\s*(19|20)\d\d([./-]?)(0?[1-9]|1[0-2])([./-]?)(0?[1-9]|[12]\d|3[01])\.?\s*$"
PADDED = r"^\s|\s$"
MISSING = (
    "", "-", "--", ".", "?", "n/a", "na", "nan", "nil", "none", "null", "unknown", "undefined",
    "없음", "모름", "미상", "미정", "불명", "해당없음", "해당 없음", "결측",
)  # fmt: skip
_MOST_SPELLINGS = 10_000


@dataclass(frozen=True, slots=True)
class Forms:
    """How many texts of a sample have which form; see `dure.datasets.inspect.statistics.Texts`."""

    sampled: int
    numeric: int
    coded: int
    dates: int
    padded: int
    missing: int
    variants: int


def forms_of(sample: pa.Array) -> Forms:
    """Return how many of the texts have which form.

    Examples
    --------
    >>> found = forms_of(pa.array(["1,200", "007", "없음", None]))
    >>> found.numeric, found.coded, found.missing
    (2, 1, 1)
    """
    present = sample.drop_null()
    told = pc.value_counts(present)
    texts, counts = told.field("values"), told.field("counts")
    bare = pc.utf8_lower(pc.utf8_trim_whitespace(texts))

    def having(found: pa.Array) -> int:
        return pc.sum(counts.filter(found)).as_py() or 0

    return Forms(
        sampled=len(present),
        numeric=having(pc.match_substring_regex(texts, NUMBER)),
        coded=having(pc.match_substring_regex(texts, CODE)),
        dates=having(pc.match_substring_regex(texts, DATE)),
        padded=having(pc.match_substring_regex(texts, PADDED)),
        missing=having(pc.is_in(bare, pa.array(MISSING))),
        variants=_variants(bare, counts),
    )


def _variants(bare: pa.Array, counts: pa.Array) -> int:
    """Return how many values have another spelling than the usual one of the same word."""
    if not 1 < len(bare) <= _MOST_SPELLINGS:
        return 0
    plain = pc.replace_substring_regex(bare, r"\s+", " ")
    told = pa.table({"plain": plain, "count": counts}).group_by("plain")
    spellings = told.aggregate([("count", "sum"), ("count", "max"), ("count", "count")])
    several = spellings.filter(pc.greater(spellings["count_count"], 1))
    return pc.sum(pc.subtract(several["count_sum"], several["count_max"])).as_py() or 0
