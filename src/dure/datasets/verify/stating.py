"""What a Croissant document says of its files and columns, as far as it is held against data: pure values."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Stated:
    """One file, or a set of files, as the document states it.

    Parameters
    ----------
    id
        Its identifier in the document.
    place
        Path below the document's folder; of a set, "".
    includes, excludes
        Of a set, which files belong to it.
    kind
        ``csv``, ``parquet``, ``json``, ``jsonl``, or "" for what isn't read as a table.
    size
        Bytes, or None.
    sha256, md5
        Digests, or "".
    listed
        Whether the set is that of our own images, each of which the table lists with its digest.
    reason
        Code of why its files aren't looked at; or "".
    """

    id: str
    place: str
    includes: tuple[str, ...]
    excludes: tuple[str, ...]
    kind: str
    size: int | None
    sha256: str
    md5: str
    listed: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StatedColumn:
    """One field: which column of which file it is, and its type.

    Parameters
    ----------
    name
        Of the field.
    source
        Identifier of the file or set.
    column
        Name of the column there.
    types
        Croissant's data types.
    arrow
        The exact type, which our own documents state; or "".
    description
        What it is, in words.
    """

    name: str
    source: str
    column: str
    types: tuple[str, ...]
    arrow: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class StatedPath:
    """One field that is read from the paths of its source's files, such as the part of a split."""

    name: str
    source: str
    of: str
    regex: str
    description: str


@dataclass(frozen=True, slots=True)
class StatedRecords:
    """A record set.

    Parameters
    ----------
    name, columns
        What it is called, and its columns.
    rows
        How many it has, if the document says so.
    paths
        Fields that the paths of files tell.
    unread
        Its other fields: place and code of the reason.
    spans_of
        In a corpus of ours, the record set whose texts these spans lie in; else "".
    """

    name: str
    columns: tuple[StatedColumn, ...]
    rows: int | None
    paths: tuple[StatedPath, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    spans_of: str = ""


@dataclass(slots=True)
class Stating:
    """What a document says.

    Parameters
    ----------
    licensed
        Whether it states a licence.
    sources
        Its files and sets, by identifier.
    records
        Its record sets.
    unread
        Places of the document that can't be held against data, each with the code of its reason.
    unchecked
        Places that say more than is compared.
    """

    licensed: bool
    sources: dict[str, Stated] = field(default_factory=dict)
    records: list[StatedRecords] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
