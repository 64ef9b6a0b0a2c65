"""What comes out of the sandbox: pure values, held to a strict form.

A table's bytes may have taken the worker over; so nothing here is believed beyond its form.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from dure.core.findings import Finding, Severity
from dure.datasets.deidentify.risk import Classes
from dure.datasets.personal.kinds import Confidence, Kind
from dure.datasets.personal.summary import EXAMPLES, KindSummary, findings
from dure.datasets.privacy.errors import PrivacyError
from dure.readers.faults import Fault
from dure.readers.names import column_names
from dure.readers.parse import TypeName

ANSWER = "answer.json"
MOST_COLUMNS = 65_536

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
_Name = Annotated[str, msgspec.Meta(max_length=8192)]
_Cell = Annotated[str, msgspec.Meta(max_length=240)] | None
_Row = Annotated[list[_Cell], msgspec.Meta(max_length=MOST_COLUMNS)]
_Rows = Annotated[list[_Row], msgspec.Meta(max_length=50)]


class Found(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much personal data of one kind stands in one column; as `KindSummary`."""

    column: _Name
    kind: Kind
    hits: _Count
    rows: _Count
    low: _Count
    medium: _Count
    high: _Count
    examples: Annotated[tuple[_Count, ...], msgspec.Meta(min_length=1, max_length=EXAMPLES)]

    def summary(self) -> KindSummary:
        """Return it as the scan says it."""
        counts = (self.hits, self.rows, self.low, self.medium, self.high)
        return KindSummary(self.column, self.kind, *counts, self.examples)

    @property
    def is_sure(self) -> bool:
        """Whether any of it is more than a shape that other things have too."""
        return self.summary().confidence > Confidence.LOW


def plain_names(names: tuple[str, ...]) -> bool:
    """Say whether columns have names as an honest reader gives them."""
    try:
        return column_names(names) == names
    except Fault:
        return False


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One column of the result."""

    name: _Name
    type: TypeName


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="refusal"):
    """The plan doesn't fit the table."""

    column: _Name
    reason: Literal["no-column", "type", "nothing-left"]


class Proposed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="proposed"):
    """A plan, as its file writes it."""

    plan: str


class Previewed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="previewed"):
    """Rows before and after, as texts to show."""

    before: list[_Name]
    after: list[_Name]
    rows_before: _Rows
    rows_after: _Rows


class Searched(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="searched"):
    """What personal data a table holds."""

    found: tuple[Found, ...]


class Treated(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="treated"):
    """What a plan makes of a table.

    Parameters
    ----------
    columns, rows
        Of the result.
    left_out
        Rows that were left out so that the plan's k is reached.
    before, after
        Classes of the table and of the result.
    left
        What the scan finds in the result.
    """

    columns: Annotated[tuple[Column, ...], msgspec.Meta(min_length=1, max_length=MOST_COLUMNS)]
    rows: _Count
    left_out: _Count
    before: Classes
    after: Classes
    left: tuple[Found, ...]

    def is_whole(self) -> bool:
        """Say whether the parts fit together."""
        names = tuple(column.name for column in self.columns)
        counted = self.before.rows == self.rows + self.left_out and self.after.rows == self.rows
        about = {one.column for one in self.left} <= set(names)
        return (
            counted
            and about
            and plain_names(names)
            and all(classes.is_whole() for classes in (self.before, self.after))
        )

    def findings(self, subject: str) -> tuple[Finding, ...]:
        """Return one finding for each kind of personal data that is left in a column."""
        return findings([one.summary() for one in self.left], subject)

    def refuse_identifiers(self) -> None:
        """Refuse a result in which numbers that identify people uniquely are left.

        Source
        ------
        Personal Information Protection Act, articles 24 and 24-2; article 28-2 (2).

        Raises
        ------
        PrivacyError
            ``privacy.identifier``.
        """
        for one, finding in zip(self.left, self.findings(""), strict=True):
            if finding.severity is Severity.ERROR:
                raise PrivacyError(
                    "privacy.identifier", column=one.column, kind=one.kind, rows=one.rows
                )


Answer = Refusal | Proposed | Previewed | Searched | Treated
