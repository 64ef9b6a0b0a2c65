"""Verifying a folder: a Croissant document and the files beside it; no node is needed."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from dure.core.findings import Finding, Severity
from dure.core.reports import Report
from dure.core.system import reason_of
from dure.core.text import printable
from dure.datasets.croissant import DOCUMENT_FILE
from dure.datasets.errors import DatasetError
from dure.datasets.verify.documents import MAX_BYTES, read_document
from dure.datasets.verify.files import MAX_FILES, Measured, is_inside, measure, members
from dure.datasets.verify.held import Tables, held_places
from dure.datasets.verify.matching import match_columns, match_file
from dure.datasets.verify.stating import Stated, StatedColumn, StatedRecords, Stating
from dure.datasets.verify.words import UNSUPPORTED, finding
from dure.readers.errors import ReaderError

NAMES = (DOCUMENT_FILE, "metadata.json")

_Measure = Callable[..., Measured | None]
"""Given a path, a kind, and perhaps what keeps its table."""


def verify_folder(place: Path) -> Report:
    """Hold a Croissant document against the files beside it.

    Size, digest, columns, types and number of rows are measured anew, the data being read in the
    sandbox; nothing that a file says of itself is believed.

    Parameters
    ----------
    place
        The folder, with ``croissant.json`` or ``metadata.json`` in it; or the document itself.

    Returns
    -------
    Report
        ``verified`` in its result is true when nothing in its findings is an error.

    Raises
    ------
    DatasetError
        ``datasets.document`` when the document can't be read.
    ReaderError
        ``readers.source`` when there is none.
    SandboxError
        When this host can't provide the sandbox.
    """
    content, file = read_file(place)
    return _report(content, file, partial(measure, file.parent))


def read_file(place: Path) -> tuple[bytes, Path]:
    """Return the document of a folder, or the document itself, and where it is.

    Raises
    ------
    ReaderError
        ``readers.source`` when there is none.
    """
    file = place
    if place.is_dir():
        file = next((place / name for name in NAMES if (place / name).is_file()), place / NAMES[0])
    return _content(file), file


def verify_measured(content: bytes, found: Measured) -> Report:
    """Hold a Croissant document against the one file that it describes, which was measured already.

    Parameters
    ----------
    content
        The document.
    found
        What the file is, measured by whoever holds it.

    Raises
    ------
    DatasetError
        ``datasets.document`` when the document can't be read.
    """
    return _report(
        content,
        Path(DOCUMENT_FILE),
        lambda place, *_: found if place == found.place else None,
    )


def _report(content: bytes, file: Path, measured: _Measure) -> Report:
    return _verified(content, file, read_document(content, file.name), measured)


def verify_part(content: bytes, file: Path, said: Stating) -> Report:
    """Hold a part of what a document says, which was read before, against the files beside it."""
    return _verified(content, file, said, partial(measure, file.parent))


def _verified(content: bytes, file: Path, said: Stating, measured: _Measure) -> Report:
    with Tables() as tables:
        check = _Verifying(file, said, measured, tables)
        findings = tuple(check.findings())
    return Report(
        kind="verification",
        schema_version=1,
        result={
            "verified": all(one.severity < Severity.ERROR for one in findings),
            "files": len(check.measured),
            "columns": sum(len(one.columns) for one in said.records),
            "rows": sum(one.rows for one in check.measured.values()),
        },
        evidence={
            "document": f"sha256:{hashlib.sha256(content).hexdigest()}",
            "files": {name: f"sha256:{one.sha256}" for name, one in sorted(check.measured.items())},
        },
        findings=findings,
    )


def hold(report: Report, asset: str) -> None:
    """Refuse data that differ from their description.

    Parameters
    ----------
    report
        What `verify_folder` found.
    asset
        Name of the data set, for the message.

    Raises
    ------
    DatasetError
        ``datasets.changed``, with the first difference.
    """
    wrong = [one for one in report.findings if one.severity >= Severity.ERROR]
    if wrong:
        part = " ".join(filter(None, (wrong[0].subject, wrong[0].locator)))
        raise DatasetError("datasets.changed", file=part, asset=asset, finding=wrong[0].code)


class _Verifying:
    """One document against its files, each measured by its path and kind."""

    def __init__(self, document: Path, said: Stating, measured: _Measure, tables: Tables) -> None:
        self._measure, self._tables = measured, tables
        self._held = held_places(said)
        self._name, self._folder, self._said = document.name, document.parent, said
        self.measured: dict[str, Measured] = {}
        self._places: dict[str, list[str]] = {}

    def findings(self) -> Iterator[Finding]:
        said = self._said
        if not said.licensed:
            yield finding("licence", self._name)
        for place, reason in said.unread:
            yield finding("unsupported", self._name, place, reason=UNSUPPORTED[reason])
        for place in said.unchecked:
            yield finding("unchecked", self._name, place)
        for stated in said.sources.values():
            yield from self._find(stated)
        for stated in said.sources.values():
            for place in self._places[stated.id]:
                others = {
                    one.sha256: one.id for one in said.sources.values() if one.id != stated.id
                }
                yield from match_file(stated, self.measured[place], others)
        for records in said.records:
            yield from self._match(records)
            if records.spans_of:
                from dure.datasets.verify.spans import match_spans

                yield from match_spans(self._tables, said, records)
        if not any(records.columns for records in said.records) and not said.unread:
            yield finding("nothing", self._name)

    def _find(self, stated: Stated) -> Iterator[Finding]:
        """Measure the files of one source."""
        found = self._places[stated.id] = []
        read = any(
            column.source == stated.id for one in self._said.records for column in one.columns
        )
        if stated.listed:
            from dure.datasets.verify.listed import match_listed

            yield from match_listed(self._folder, self._said, stated)
            return
        wanted = [stated.place] if stated.place else []
        if stated.includes and not stated.reason:
            wanted = members(self._folder, stated.includes, stated.excludes)
            if not 0 < len(wanted) <= MAX_FILES:
                yield finding("no-files", self._name, printable(stated.id))
                return
        for place in wanted:
            shown = printable(place)
            if not is_inside(place):
                yield finding("path", self._name, shown)
                continue
            kept = (self._tables.sink(place),) if read and place in self._held else ()
            file = self._measure(place, stated.kind if read else "", *kept)
            if file is None:
                yield finding("missing-file", shown)
                continue
            self.measured[place] = file
            found.append(place)
            if file.fault:
                yield finding(file.fault, shown, what=file.words)

    def _match(self, records: StatedRecords) -> Iterator[Finding]:
        by_source: dict[str, list[StatedColumn]] = {}
        for column in records.columns:
            by_source.setdefault(column.source, []).append(column)
        for source, columns in by_source.items():
            stated = self._said.sources.get(source)
            if stated is None:
                yield finding("no-source", self._name, printable(source))
                continue
            if not stated.kind:
                yield finding(
                    "unsupported", self._name, printable(source), reason=UNSUPPORTED["format"]
                )
                continue
            files = [self.measured[place] for place in self._places[source]]
            for file in files:
                if not file.fault:
                    yield from match_columns(columns, file, stated.kind)
            rows = sum(file.rows for file in files)
            whole = bool(files) and not any(file.fault for file in files)
            stated_rows = records.rows if len(by_source) == 1 else None
            if stated_rows is not None and whole and rows != stated_rows:
                yield finding("rows", self._name, records.name, found=rows, stated=stated_rows)


def _content(file: Path) -> bytes:
    try:
        if not file.is_file():
            raise FileNotFoundError(errno.ENOENT, "")
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise ReaderError("readers.source", name=file.name, reason=reason_of(error)) from None
