"""Excel workbooks (ECMA-376): one sheet becomes a table, its first row the names.

calamine reads the cells; what it gives as an empty cell without being one is looked for in the sheet
itself: a formula whose value was never computed, and an error such as #DIV/0!. Of cells that are merged
the first alone has the value; how many ranges there are is told. Rows without any value are left out
and counted.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import python_calamine as calamine

from dure.readers.faults import Fault
from dure.readers.pieces import Target
from dure.readers.spool import IS_NUMBER, IS_TEXT, IS_TRUTH, Spool, Value

_CODE = "readers.workbook"
_UNPACKED_BYTES = 2 << 30
_PART_BYTES = 16 << 20
_BLOCK_BYTES = 1 << 22
_EXACT = 2**53
_OLD_MAGIC = b"\xd0\xcf\x11\xe0"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(rb"<c\b[^>]*?(?:/>|>(.*?)</c>)", re.DOTALL)
_VALUE = re.compile(rb"<v>[^<]|<v [^>]*>[^<]|<is>")
_ERROR = re.compile(rb'<c\b[^>]*\bt="e"[^>]*>.*<v>([^<]*)</v>', re.DOTALL)


def read_workbook(
    raw: Path,
    target: Target,
    scratch: Path,
    sheet: str,
    missing: tuple[str, ...] = (),
    *,
    lasting: bool = True,
) -> dict[str, object]:
    """Write one sheet as typed Parquet, and return what is known about the table.

    Parameters
    ----------
    raw, target
        The workbook, and the Parquet file to write.
    scratch
        Where its records may be kept.
    sheet
        Name or number (from 1) of the sheet, or "" for the only one that has cells.
    missing
        Texts that stand for a missing value; errors such as ``#N/A`` do when they are among them.
    lasting
        Whether the Parquet file is kept.

    Raises
    ------
    Fault
        ``readers.workbook``, ``readers.empty`` or ``readers.header``.
    """
    try:
        _check_size(raw)
        book = calamine.load_workbook(raw)
        chosen = _chosen(book, sheet)
        computed = _formulas(raw, chosen.name, missing)
        merged = len(chosen.merged_cell_ranges or ())
    except calamine.PasswordError:
        raise Fault(_CODE, fault="encrypted", count=0) from None
    except (
        calamine.CalamineError,
        ET.ParseError,
        LookupError,
        OSError,
        zipfile.BadZipFile,
    ) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise Fault(_CODE, fault="not-workbook", count=0) from error
    spool = Spool(scratch, _CODE)
    empty = 0
    rows = chosen.iter_rows()
    names = _names(next(rows, []))
    for cells in rows:
        values = [None if cell in missing else _value(cell) for cell in cells]
        if any(values):
            spool.add(_record(names, values))
        else:
            empty += 1
    table = spool.write(target, lasting)
    if not table.rows:
        raise Fault("readers.empty", size_bytes=raw.stat().st_size)
    told = {"formulas": computed, "merged_ranges": merged, "empty_rows": empty}
    return {
        "columns": table.columns,
        "rows": table.rows,
        "facts": {"format": "xlsx"} | {name: str(count) for name, count in told.items() if count},
    }


def _check_size(raw: Path) -> None:
    with raw.open("rb") as file:
        is_old = file.read(4) == _OLD_MAGIC
    if is_old:
        # An encrypted workbook lies in the same kind of file; opening tells them apart.
        with contextlib.suppress(calamine.CalamineError):
            calamine.load_workbook(raw)
        raise Fault(_CODE, fault="old-format", count=0)
    try:
        with zipfile.ZipFile(raw) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise Fault(_CODE, fault="not-workbook", count=0) from None
    if unpacked > _UNPACKED_BYTES:
        raise Fault(_CODE, fault="too-large", count=0)


def _chosen(book: Any, wanted: str) -> Any:
    names = [
        one.name for one in book.sheets_metadata if one.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    if wanted:
        if wanted in names:
            return book.get_sheet_by_name(wanted)
        if wanted.isascii() and wanted.isdigit() and 0 < int(wanted) <= len(names):
            return book.get_sheet_by_name(names[int(wanted) - 1])
        raise Fault(_CODE, fault="no-sheet", count=len(names))
    filled = [sheet for name in names if (sheet := book.get_sheet_by_name(name)).height]
    if len(filled) > 1:
        raise Fault(_CODE, fault="several-sheets", count=len(filled))
    if not filled:
        raise Fault("readers.empty", size_bytes=0)
    return filled[0]


def _names(cells: list[Any]) -> list[str]:
    names = ["" if (value := _value(cell)) is None else value[1] for cell in cells]
    for place, name in enumerate(names):
        if name and name in names[:place]:
            raise Fault("readers.header", column=place + 1, expected=len(names), fault="name-taken")
    return names


def _record(names: list[str], values: list[Value]) -> dict[str, Value]:
    """Return a row by name; a column without a name may be there as long as it is empty."""
    return {name: value for name, value in zip(names, values, strict=True) if name or value}


def _value(cell: Any) -> Value:
    match cell:
        case bool():
            return IS_TRUTH, "true" if cell else "false"
        case str():
            return (IS_TEXT, cell) if cell else None
        case float() if cell.is_integer() and abs(cell) < _EXACT:
            return IS_NUMBER, str(int(cell))
        case float() | int():
            return IS_NUMBER, repr(cell)
        case dt.datetime():
            return IS_TEXT, cell.isoformat(sep=" ")
        case dt.date() | dt.time():
            return IS_TEXT, cell.isoformat()
        case dt.timedelta():
            return IS_NUMBER, repr(cell.total_seconds())
    return None


def _formulas(raw: Path, sheet: str, missing: tuple[str, ...]) -> int:
    """Return how many formulas a sheet has.

    Raises
    ------
    Fault
        ``readers.workbook`` when some of them have no value, or some cells an error.
    """
    found = uncomputed = errors = 0
    accepted = {word.encode() for word in missing}
    with zipfile.ZipFile(raw) as parts:
        place = _part_of(parts, sheet)
        for cell in _cells(parts, place):
            error = _ERROR.match(cell)
            errors += error is not None and error[1] not in accepted
            if b"<f" in cell:
                found += 1
                uncomputed += _VALUE.search(cell) is None and b't="str"' not in cell
    if uncomputed:
        raise Fault(_CODE, fault="not-computed", count=uncomputed)
    if errors:
        raise Fault(_CODE, fault="error-cells", count=errors)
    return found


def _part_of(parts: zipfile.ZipFile, sheet: str) -> str:
    """Return where a sheet lies in the archive."""
    book = ET.fromstring(_part(parts, "xl/workbook.xml"))  # noqa: S314 (in the sandbox)
    relations = ET.fromstring(_part(parts, "xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {one.get("Id"): one.get("Target") or "" for one in relations}
    found = [one.get(_RELATION) for one in book.iter() if one.get("name") == sheet]
    target = next(targets[one] for one in found if one in targets)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _part(parts: zipfile.ZipFile, name: str) -> bytes:
    with parts.open(name) as file:
        return file.read(_PART_BYTES)


def _cells(parts: zipfile.ZipFile, place: str) -> Iterator[bytes]:
    """Yield the XML of each cell, as the archive is unpacked."""
    rest = b""
    with parts.open(place) as file:
        while block := file.read(_BLOCK_BYTES):
            rest += block
            end = 0
            for cell in _CELL.finditer(rest):
                end = cell.end()
                yield cell[0]
            rest = rest[max(end, len(rest) - _PART_BYTES) :]
