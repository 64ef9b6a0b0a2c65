"""The families of quality that findings and measures belong to.

Their names are those of data quality characteristics in ISO/IEC 5259-2:2024, "Data quality for
analytics and machine learning: data quality measures". What is measured under each name here is our
own choice, stated in `dure.datasets.inspect.quality`; no conformance is claimed.
"""

from __future__ import annotations

from enum import StrEnum

from dure.core.text import Text


class Family(StrEnum):
    """A family of quality; also the first word of a finding's code."""

    COMPLETENESS = "completeness"
    ACCURACY = "accuracy"
    CONSISTENCY = "consistency"
    SIMILARITY = "similarity"
    DIVERSITY = "diversity"
    BALANCE = "balance"
    RELEVANCE = "relevance"
    TIMELINESS = "timeliness"
    REPRESENTATIVENESS = "representativeness"
    IDENTIFIABILITY = "identifiability"

    @property
    def title(self) -> Text:  # type: ignore[override]
        """The family's name for people."""
        return _TITLES[self]


_TITLES = {
    Family.COMPLETENESS: Text("Completeness", "완전성"),
    Family.ACCURACY: Text("Accuracy", "정확성"),
    Family.CONSISTENCY: Text("Consistency", "일관성"),
    Family.SIMILARITY: Text("Similarity", "유사성"),
    Family.DIVERSITY: Text("Diversity", "다양성"),
    Family.BALANCE: Text("Balance", "균형성"),
    Family.RELEVANCE: Text("Relevance", "적절성"),
    Family.TIMELINESS: Text("Timeliness", "적시성"),
    Family.REPRESENTATIVENESS: Text("Representativeness", "대표성"),
    Family.IDENTIFIABILITY: Text("Identifiability", "식별 가능성"),
}
