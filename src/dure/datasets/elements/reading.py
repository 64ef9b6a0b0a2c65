"""An element set from a CSV file, held to a strict form: bounded, every refusal with its line.

The headings are ours or those of Korea's common standard terms (`headings`). In a cell, ``;`` separates
synonyms, missing-value texts and codes; a code is written ``code=name|another name``; a range is
``least~most``. Where a type is not given, the domain's name tells it, as in the standard terms
(``명V100``, ``수N10``, ``연월일C8``, ``여부C1``).
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath

import msgspec

from dure.core.system import reason_of
from dure.core.text import is_unseen
from dure.datasets.elements.element import (
    MAX_BYTES,
    MAX_CODES,
    MAX_ELEMENTS,
    Code,
    Element,
    ElementSet,
    element_set,
    from_bytes,
    refuse,
)
from dure.datasets.elements.headings import TYPES, TYPES_KOREAN, part_of
from dure.readers.errors import ReaderError

CELL_CHARACTERS = 1 << 17
_RANGE = re.compile(
    r"\s*(?P<least>-?[0-9]+(?:\.[0-9]+)?)?\s*[~∼～]\s*(?P<most>-?[0-9]+(?:\.[0-9]+)?)?\s*"
)
_VERSIONED = re.compile(r"(.*?)[-_. @]v([1-9][0-9]{0,5})", re.IGNORECASE)
_DOMAIN = re.compile(r"(.*?)([VCND])([0-9]+)(?:,([0-9]+))?")
_DATE = re.compile(r"YYYY[-./]?MM[-./]?DD")
_DATETIME = re.compile(r"YYYY[-./]?MM[-./]?DD[ T]?HH(24)?.*")
_YES = frozenset({"y", "yes", "true", "1", "예", "o"})
_NO = frozenset({"", "n", "no", "false", "0", "아니오", "x"})
_OURS = frozenset([*TYPES_KOREAN, *TYPES_KOREAN.values()])
"""Names of types that leave nothing open."""
_SPACES = re.compile(r"\s+")


def read_set(file: Path, name: str = "", version: int = 0) -> ElementSet:
    """Return the element set of a CSV file or of a canonical document; needs no node.

    Parameters
    ----------
    file
        ``.json`` for a document, anything else is CSV.
    name, version
        What a CSV file's set is called; by default its file's name tells (``sea-common-v3.csv``; 1
        when it names no version). A document says it itself.

    Raises
    ------
    ElementsError
        ``elements.set`` with the line and the reason.
    ReaderError
        ``readers.source`` when the file can't be read.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise ReaderError("readers.source", name=file.name, reason=reason_of(error)) from None
    if file.suffix.lower() == ".json":
        return from_bytes(content, file.name)
    own_name, own_version = name_and_version(file)
    return parse_csv(content, name or own_name, version or own_version, file.name)


def parse_csv(content: bytes, name: str, version: int = 1, file: str = "-") -> ElementSet:
    r"""Return the element set that the bytes of a CSV file hold.

    Raises
    ------
    ElementsError
        ``elements.set``.

    Examples
    --------
    >>> parse_csv("용어명,영문약어명,도메인명\n선박명,VSSL_NM,명V100\n".encode(), "sea").elements[0].length
    100
    """
    if len(content) > MAX_BYTES:
        refuse(file, "-", "size")
    rows = _rows(_text(content, file), file)
    first = next(rows, None)
    if first is None:
        refuse(file, "-", "empty")
    parts = _parts(first[1], file)
    return element_set(name, version, _elements(rows, parts, file), file)


def name_and_version(file: PurePath) -> tuple[str, int]:
    """Return what the set in a file is called, by the file's name.

    Examples
    --------
    >>> name_and_version(PurePath("Sea Common v3.csv")), name_and_version(PurePath("해양.csv"))
    (('sea-common', 3), ('set', 1))
    """
    found = _VERSIONED.fullmatch(file.stem)
    stem, version = (found[1], int(found[2])) if found else (file.stem, 1)
    bare = re.sub(r"[^a-z0-9]+", "-", stem.casefold()).strip("-")
    named = bare if bare[:1].isalpha() else f"set-{bare}"
    return named.strip("-")[:63], version


def _text(content: bytes, file: str) -> str:
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp949"):
        try:
            return unicodedata.normalize("NFC", content.decode(encoding))
        except UnicodeDecodeError:
            continue
    return refuse(file, "-", "encoding")


def _rows(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that says something, with its number from 1."""
    first, _, _ = text.partition("\n")
    delimiter = "\t" if first.count("\t") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:  # what else is loaded in this process decides how long a cell may be
        reason = "long" if "field larger" in str(error) else "rows"
        refuse(file, f"L{line}", reason)


def _parts(headings: list[str], file: str) -> list[str]:
    parts = [part_of(heading) for heading in headings]
    for number, part in enumerate(parts, 1):
        if not part or (part != "-" and part in parts[: number - 1]):
            refuse(file, f"L1.{number}", "header")
    if "id" not in parts or not {"ko", "en"} & set(parts):
        refuse(file, "L1.id", "header")
    return parts


def _elements(
    rows: Iterator[tuple[int, list[str]]], parts: list[str], file: str
) -> Iterator[tuple[str, Element]]:
    for count, (line, row) in enumerate(rows):
        if count >= MAX_ELEMENTS:
            refuse(file, f"L{line}", "too-many")
        if len(row) != len(parts):
            refuse(file, f"L{line}", "rows")
        cells = {
            part: _cell(cell, f"L{line}.{part}", file)
            for part, cell in zip(parts, row, strict=True)
        }
        yield f"L{line}", _element(cells, f"L{line}", file)


def _cell(cell: str, place: str, file: str) -> str:
    if len(cell) > CELL_CHARACTERS:
        refuse(file, place, "long")
    folded = _SPACES.sub(" ", cell).strip()
    if any(map(is_unseen, folded)):
        refuse(file, place, "unseen")
    return folded


def _element(cells: Mapping[str, str], line: str, file: str) -> Element:
    told: dict[str, object] = {name: cells.get(name, "") for name in _WORDS}
    kind, length = _kind(cells, line, file)
    told |= {"type": kind, "length": length, **_allowed(cells.get("allowed", ""), kind, line, file)}
    for name in ("synonyms", "missing"):
        told[name] = _pieces(cells.get(name, ""))
    if (flag := cells.get("key", "").casefold()) not in _YES | _NO:
        refuse(file, f"{line}.key", "allowed")
    told["key"] = flag in _YES
    try:
        return msgspec.convert(told, Element)
    except msgspec.ValidationError as error:
        found = re.search(r"`\$\.([a-z]+)", str(error))
        part = found[1] if found else "-"
        refuse(file, f"{line}.{part}", "id" if part == "id" else "long")


_WORDS = (
    "id",
    "ko",
    "en",
    "definition",
    "unit",
    "domain",
    "storage",
    "display",
    "source",
    "subject",
)


def _kind(cells: Mapping[str, str], line: str, file: str) -> tuple[str, int]:
    """Return an element's type and the length of its texts."""
    said, domain = cells.get("type", "").casefold(), _DOMAIN.fullmatch(cells.get("domain", ""))
    length = _number(cells.get("length", ""), f"{line}.length", file)
    decimals = _number(cells.get("decimals", ""), f"{line}.decimals", file)
    kind = TYPES.get(said.partition("(")[0].strip(), "")
    if said and not kind:
        refuse(file, f"{line}.type", "type")
    if domain is not None:
        length = length or int(domain[3][:9])
        decimals = decimals or int((domain[4] or "0")[:9])
        kind = kind or {"V": "text", "C": "text", "N": "number", "D": "date"}[domain[2]]
    if not kind:
        refuse(file, f"{line}.type", "type")
    word = domain[1] if domain is not None else ""
    if said not in _OURS:
        kind = _by_form(kind, word, cells.get("storage", "").replace(" ", "").upper())
        if kind == "number" and domain is not None and not decimals:
            kind = "integer"
    return kind, length if kind == "text" else 0


def _by_form(kind: str, word: str, storage: str) -> str:
    """Return the type that the domain's word and the form in storage make of a text or a date."""
    if kind not in ("text", "date"):
        return kind
    if _DATETIME.fullmatch(storage) or word.endswith("일시"):
        return "datetime"
    if _DATE.fullmatch(storage) or word.endswith("연월일"):
        return "date"
    return "boolean" if word.endswith("여부") else kind


def _number(cell: str, place: str, file: str) -> int:
    if cell and not (cell.isascii() and cell.isdigit() and len(cell) < 7):
        refuse(file, place, "number")
    return int(cell or 0)


def _allowed(cell: str, kind: str, line: str, file: str) -> dict[str, object]:
    """Return a range, a code list, or what is told in words."""
    found = _RANGE.fullmatch(cell)
    if found and kind in ("integer", "number"):
        return {"least": _bound(found["least"]), "most": _bound(found["most"])}
    pieces = _pieces(cell, ";") if "=" in cell else _pieces(cell)
    if len(pieces) > MAX_CODES:
        refuse(file, f"{line}.allowed", "too-many-codes")
    if kind == "boolean" and {piece.casefold() for piece in pieces} <= _YES | _NO:
        return {}
    if kind == "text" and (len(pieces) > 1 or (pieces and (";" in cell or "=" in cell))):
        return {"codes": tuple(map(_code, pieces))}
    return {"note": cell}


def _bound(text: str | None) -> str:
    """Return a number in its one decimal spelling."""
    if text is None:
        return ""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    above, _, below = digits.partition(".")
    above, below = above.lstrip("0") or "0", below.rstrip("0")
    bare = f"{above}.{below}" if below else above
    return sign + bare if bare != "0" else "0"


def _pieces(cell: str, separator: str = "") -> tuple[str, ...]:
    separator = separator or (";" if ";" in cell else ",")
    return tuple(filter(None, (one.strip() for one in cell.split(separator))))


def _code(piece: str) -> Code:
    code, _, names = piece.partition("=")
    return Code(code.strip(), _pieces(names, "|"))
