"""What is asked of the program that covers texts, and what it says: pure values of both sides.

The bytes of a text may have taken the program over: nothing that it says is believed beyond its form, and a
glimpse is turned into shapes once more on this side.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from dure.core.findings import Severity
from dure.datasets.deidentify.answers import Found
from dure.datasets.deidentify.previewing import shape_of
from dure.datasets.personal.kinds import Kind
from dure.datasets.personal.summary import findings
from dure.datasets.privacy.errors import PrivacyError
from dure.readers.corpora.facts import MAX_TAG

MOST_GLIMPSES = 50
AROUND = 12
"""Characters that a glimpse shows of what stands beside."""
MOST_COVERED = 60
COLUMNS = frozenset({"name", "text", "split", "attributes",
                     "spans.annotation", "spans.tag", "spans.attributes"})  # fmt: skip

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
_Tag = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TAG)]
_Beside = Annotated[str, msgspec.Meta(max_length=AROUND)]


class Work(msgspec.Struct, forbid_unknown_fields=True):
    """What to do: cover spans of tags, look for shapes of service numbers, show glimpses (0: treat all).

    ``pseudonyms`` are the tags and kinds whose places keep the pseudonym of what stood there.
    """

    cover: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    glimpses: int = 0
    pseudonyms: tuple[str, ...] = ()

    @property
    def names(self) -> set[str]:
        """What a covered place may be called."""
        return {*self.cover, *map(str, Kind)}


class NoSuchTag(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="no-tag"):
    """No span has one of the tags."""

    tag: _Tag


class Glimpse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One covered place: number of its text, shapes of what stands there and beside, and its new name."""

    document: _Count
    before: _Beside
    covered: Annotated[str, msgspec.Meta(max_length=MOST_COVERED)]
    after: _Beside
    name: _Tag

    def shapes(self) -> Glimpse:
        """Return it with nothing but shapes."""
        told = {name: shape_of(getattr(self, name)) for name in ("before", "covered", "after")}
        return msgspec.structs.replace(self, **told)


class Glimpses(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="glimpses"):
    """The first covered places."""

    places: Annotated[tuple[Glimpse, ...], msgspec.Meta(max_length=MOST_GLIMPSES)]

    def is_honest(self, work: Work) -> bool:
        """Say whether they are named as was asked."""
        return {one.name for one in self.places} <= work.names


class Covered(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="covered"):
    """What was counted of covered texts.

    Parameters
    ----------
    texts, spans
        Rows of both tables, the same before and after.
    covered_texts
        Texts of which anything is covered.
    covered
        What was covered -> how often: kinds that the scan knows, and tags.
    changed_spans
        Spans of which anything is covered; their attributes are left out.
    left_out
        Attributes of texts or of other spans that were left out since the scan found something in them.
    again
        How often what a span with a covered tag said stands in its own text still, or beside it.
    before, after
        What the scan finds in both tables.
    """

    texts: _Count
    spans: _Count
    covered_texts: _Count
    covered: dict[_Tag, _Count]
    changed_spans: _Count
    left_out: _Count
    again: _Count
    before: tuple[Found, ...]
    after: tuple[Found, ...]

    def is_honest(self, work: Work) -> bool:
        """Say whether the parts fit together, and to what was asked."""
        about = {one.column for one in (*self.before, *self.after)} <= COLUMNS
        counted = self.covered_texts <= self.texts and self.changed_spans <= self.spans
        return about and counted and set(self.covered) <= work.names

    def refuse_identifiers(self) -> None:
        """Refuse texts in which numbers that identify people uniquely are left.

        Raises
        ------
        PrivacyError
            ``privacy.identifier``.
        """
        for one in self.after:
            (finding,) = findings([one.summary()], "")
            if finding.severity is Severity.ERROR:
                raise PrivacyError(
                    "privacy.identifier", column=one.column, kind=one.kind, rows=one.rows
                )


Answer = NoSuchTag | Glimpses | Covered
