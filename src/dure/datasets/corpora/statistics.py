"""What is measured about the texts of a corpus besides their annotations: pure values of both sides."""

from __future__ import annotations

from dataclasses import dataclass, field

from dure.datasets.inspect.statistics import Histogram

EXAMPLES = 12
LIKENESS = ("copies", "near", "copies-across", "near-across")
"""Texts that repeat an earlier one, that nearly do, and that do so in another part."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long texts, or spans, are, in characters.

    Parameters
    ----------
    least, median, most
        The shortest, the one in the middle, and the longest.
    histogram
        Over the logarithm to base ten.
    """

    least: int
    median: int
    most: int
    histogram: Histogram


@dataclass(frozen=True, slots=True)
class TextStatistics:
    """What was measured about the texts.

    Parameters
    ----------
    characters
        Of all texts together.
    texts, spans
        How long they are; of spans None where there are none.
    counts
        Code in `LIKENESS` -> how many texts.
    examples
        The same code -> numbers of a few documents, from 1.
    searched_whole
        Whether all that may look alike was compared.
    """

    characters: int
    texts: Lengths
    spans: Lengths | None = None
    counts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, tuple[int, ...]] = field(default_factory=dict)
    searched_whole: bool = True

    def is_honest(self, documents: int) -> bool:
        """Say whether it has the form that an honest run gives it."""
        lengths = [self.texts, *([self.spans] if self.spans else [])]
        return (
            self.characters >= 0
            and all(0 <= one.least <= one.median <= one.most for one in lengths)
            and all(sum(one.histogram.counts) >= 0 for one in lengths)
            and set(self.counts) <= set(LIKENESS)
            and all(0 <= count <= documents for count in self.counts.values())
            and set(self.examples) <= set(LIKENESS)
            and all(len(some) <= EXAMPLES for some in self.examples.values())
            and all(0 < one <= documents for some in self.examples.values() for one in some)
        )
