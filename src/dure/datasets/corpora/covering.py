"""Texts with places covered, and where a span stands afterwards: pure values.

A place becomes its name in square brackets, with the pseudonym of what stood there if it has one. Places
that overlap become one. An offset within a place moves to the edge of what stands there now, so that a span
is never empty and never ends in the middle of a name.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class Place:
    """What is covered in a text: from where to where in characters, its name, and its pseudonym or ""."""

    start: int
    end: int
    name: str
    pseudonym: str = ""

    @property
    def sign(self) -> str:
        """What stands there afterwards."""
        return f"[{self.name} {self.pseudonym}]" if self.pseudonym else f"[{self.name}]"


def joined(places: Iterable[Place]) -> list[Place]:
    """Return places in order, no two of them overlapping; the first and longest gives the name.

    Examples
    --------
    >>> [one.sign for one in joined([Place(4, 9, "b"), Place(0, 5, "a"), Place(9, 10, "c")])]
    ['[a]', '[c]']
    """
    found: list[Place] = []
    for one in sorted(places, key=lambda place: (place.start, -place.end, place.name)):
        if found and one.start < found[-1].end:
            found[-1] = Place(found[-1].start, max(found[-1].end, one.end), found[-1].name)
        else:
            found.append(one)
    return found


def named(
    places: Iterable[Place], text: str, pseudonyms: Mapping[str, Callable[[str], str]]
) -> list[Place]:
    """Return places with the pseudonyms of what stands there, where their name has any.

    Examples
    --------
    >>> places = [Place(0, 3, "PERSON"), Place(5, 8, "PORT")]
    >>> [one.sign for one in named(places, "abc in xyz", {"PERSON": str.upper})]
    ['[PERSON ABC]', '[PORT]']
    """
    return [
        replace(one, pseudonym=pseudonyms[one.name](text[one.start : one.end]))
        if one.name in pseudonyms
        else one
        for one in places
    ]


class Covering:
    """One text with places covered.

    Parameters
    ----------
    text
        The text.
    places
        What is covered, as `joined` returns it.

    Examples
    --------
    >>> covered = Covering("김선장이 부산항에", [Place(0, 3, "PERSON")])
    >>> covered.text, covered.span(5, 8)
    ('[PERSON]이 부산항에', (10, 13))
    """

    def __init__(self, text: str, places: Sequence[Place]) -> None:
        parts, at = [], 0
        for one in places:
            parts += [text[at : one.start], one.sign]
            at = one.end
        self.text = "".join([*parts, text[at:]])
        self._starts = [one.start for one in places]
        self._ends = [one.end for one in places]
        grown = [len(one.sign) - (one.end - one.start) for one in places]
        self._shifts = [0, *accumulate(grown)]

    def touches(self, start: int, end: int) -> bool:
        """Say whether anything of a span is covered."""
        return bisect_left(self._starts, end) > bisect_right(self._ends, start)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a span stands afterwards."""
        at = bisect_right(self._ends, start)  # the first place that ends after it
        within = at < len(self._starts) and self._starts[at] <= start
        begins = (self._starts[at] if within else start) + self._shifts[at]
        at = bisect_left(self._starts, end)  # how many begin before its end
        within = at > 0 and end <= self._ends[at - 1]
        return begins, (self._ends[at - 1] if within else end) + self._shifts[at]
