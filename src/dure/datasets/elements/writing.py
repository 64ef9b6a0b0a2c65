"""An element set as a CSV file that people edit, which `reading` reads back as the same set."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from dure.datasets.elements.element import Element, ElementSet
from dure.datasets.elements.headings import ENGLISH, KOREAN, TYPES_KOREAN


def to_csv(found: ElementSet, language: str = "en") -> bytes:
    """Return the set as CSV, UTF-8 with a mark, which spreadsheets need for Korean.

    Parameters
    ----------
    found
        The set.
    language
        ``en`` or ``ko``: of the headings and of the types' names.
    """
    headings = KOREAN if language == "ko" else ENGLISH
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(headings.values())
    for element in found.elements:
        cells = _cells(element, language)
        writer.writerow([cells[part] for part in headings])
    return text.getvalue().encode("utf-8-sig")


def _cells(element: Element, language: str) -> dict[str, str]:
    return {
        **{name: getattr(element, name) for name in ("id", "ko", "en", "definition", "unit")},
        **{
            name: getattr(element, name)
            for name in ("domain", "storage", "display", "source", "subject")
        },
        "type": TYPES_KOREAN[element.type] if language == "ko" else element.type,
        "length": str(element.length or ""),
        "allowed": _allowed(element),
        "synonyms": _joined(element.synonyms),
        "missing": _joined(element.missing),
        "key": "Y" if element.key else "",
    }


def _joined(pieces: Sequence[str]) -> str:
    """Return pieces in one cell; a mark at the end says that a single one is a list too."""
    return "; ".join(pieces) + ";" * (len(pieces) == 1)


def _allowed(element: Element) -> str:
    if element.codes:
        codes = [
            f"{one.code}={'|'.join(one.names)}" if one.names else one.code for one in element.codes
        ]
        return _joined(codes)
    if element.least or element.most:
        return f"{element.least}~{element.most}"
    return element.note
