"""What a reader is told, and what it says about a table: pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dure.sandbox.tasks import MIB, Limits

KINDS = ("csv", "json", "jsonl", "parquet", "arrow", "xlsx", "zeek", "evtx", "several")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp949", "euc-kr")
DELIMITERS = (",", "\t", ";", "|")
MISSING = ("", "NA")
MOST_MISSING = 100

TABLE_NAME = "table.parquet"
SCHEMA_NAME = "schema.json"
FAULT_NAME = "fault.json"
FAULT_STATUS = 3
FULL_STATUS = 4
"""Exit status of the worker when the output or the scratch folder is full."""


def default_limits() -> Limits:
    """Return what a reader may use: enough for some hundred million values.

    Examples
    --------
    >>> default_limits().processes
    64
    """
    return Limits(
        wall_s=600.0,
        cpu_s=900.0,
        memory_bytes=4096 * MIB,
        output_bytes=4096 * MIB,
        output_files=3,
        tmp_bytes=2048 * MIB,
        stdout_bytes=64 * 1024,
        input_bytes=4096 * MIB,
    )


@dataclass(frozen=True, slots=True)
class Options:
    """How to read a file, where its own bytes should not decide.

    Parameters
    ----------
    encoding
        One of `ENCODINGS`, or "" to find out.
    delimiter
        One of `DELIMITERS`, or "" to find out.
    missing
        Unquoted texts that stand for a missing value.
    quoted_missing
        Whether they do so between quotation marks too.
    sheet
        Of a workbook: name or number (from 1) of the sheet; "" for its only one.
    limits
        What the reader may use; ``input_bytes`` bounds the file.
    """

    encoding: str = ""
    delimiter: str = ""
    missing: tuple[str, ...] = MISSING
    quoted_missing: bool = False
    sheet: str = ""
    limits: Limits = field(default_factory=default_limits)

    def __post_init__(self) -> None:
        if self.encoding not in ("", *ENCODINGS) or self.delimiter not in ("", *DELIMITERS):
            raise ValueError("an encoding or delimiter that the readers don't know")
        if len(self.missing) > MOST_MISSING or any(len(one) > 64 for one in self.missing):
            raise ValueError("too many or too long texts for a missing value")

    def given(self) -> dict[str, bool]:
        """Return which of the options that people have say anything at all.

        Examples
        --------
        >>> [name for name, given in Options(delimiter=";").given().items() if given]
        ['--delimiter']
        """
        return {
            "--encoding": bool(self.encoding),
            "--delimiter": bool(self.delimiter),
            "--missing": self.missing != MISSING,
            "--missing-in-quotes": self.quoted_missing,
            "--sheet": bool(self.sheet),
        }

    def words(self) -> dict[str, object]:
        """Return what the worker is told: all but the limits."""
        return {
            name: getattr(self, name)
            for name in ("encoding", "delimiter", "missing", "quoted_missing", "sheet")
        }


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name
        As `dure.readers.names` writes it: in NFC, with plain spaces.
    type
        As Arrow writes it: ``int64``, ``double``, ``bool``, ``date32[day]``, ``timestamp[us]``,
        ``string`` and, from Parquet, other plain types.
    nulls
        How many values are missing.
    unit
        Unit that its name states (`dure.readers.meanings.UNITS`).
    role
        Its part in a track or a series: ``time``, ``latitude``, ``identity`` and others.
    written
        How its values are written, where that gave them no type (`dure.readers.spellings.WRITTEN`).
    codes
        Values that look as if they stood for a missing one; they are values all the same.
    would_be
        The type that it would have if those of them that are words were none.
    """

    name: str
    type: str
    nulls: int
    unit: str = ""
    role: str = ""
    written: str = ""
    codes: tuple[str, ...] = ()
    would_be: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file that became a table.

    Parameters
    ----------
    columns
        In the order of the file.
    rows
        How many.
    digest
        ``sha256:<hex>`` of the raw bytes, computed on this side of the sandbox.
    size_bytes
        Size of the raw bytes.
    facts
        How it was read: encoding, delimiter, line ends, missing-value markers.
    """

    columns: tuple[Column, ...]
    rows: int
    digest: str
    size_bytes: int
    facts: Mapping[str, str]
