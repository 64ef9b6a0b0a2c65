"""Croissant: the standard description of a data set that every member reads the same way.

What the standard has a place for stands in that place: the number of rows is an annotation of the
record set (section on descriptive statistics), the label is a usage condition (section on data use
conditions), the raw file is what the table was derived from (section on external vocabularies), what a
column is in the world an equivalent property. Our own terms are ``dure:arrowType``, the exact type of a
column, since ``sc:Integer`` has no width, and what was recognised when it was read: ``dure:unit``,
``dure:role``, ``dure:writtenAs`` and ``dure:missingCodes``.

Source
------
MLCommons, Croissant Format Specification 1.1: dataset, FileObject, RecordSet and Field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dure.datasets.context import CONTEXT

CONFORMS_TO = "http://mlcommons.org/croissant/1.1"
MEDIA_TYPE = "application/ld+json"
RECORDS = "records"
TABLE_FILE = "data.parquet"
DOCUMENT_FILE = "croissant.json"
NO_LICENCE = "not stated"

CARDINALITY = "wd:Q4049983"
_RAW = "urn:dure:raw:sha256:"
_HEX = re.compile(r"[0-9a-f]{64}")
_PLAIN_NAME = re.compile(r"(?!\.+$)[\w.-]{1,64}")
_SPDX_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,63}")
_PROPERTIES = {
    "latitude": "sc:latitude",
    "longitude": "sc:longitude",
    "altitude": "sc:elevation",
    "identity": "sc:identifier",
}
_TYPES = (
    (re.compile(r"u?int(8|16|32|64)"), "sc:Integer"),
    (re.compile(r"float|double|decimal\d+\(.*\)"), "sc:Float"),
    (re.compile(r"timestamp\[.*\]"), "sc:DateTime"),
    (re.compile(r"time(32|64)\[.*\]"), "sc:Time"),
    (re.compile(r"date32\[day\]"), "sc:Date"),
    (re.compile(r"bool"), "sc:Boolean"),
)


def data_type(arrow_type: str) -> str:
    """Return the Croissant data type of an Arrow type's name; what has none is text.

    Examples
    --------
    >>> data_type("int64"), data_type("timestamp[us]"), data_type("double")
    ('sc:Integer', 'sc:DateTime', 'sc:Float')
    """
    return next((found for form, found in _TYPES if form.fullmatch(arrow_type)), "sc:Text")


@dataclass(frozen=True, slots=True)
class Field:
    """One column.

    Parameters
    ----------
    name, type
        Its name, and its type as Arrow writes it.
    unit, role, written, codes
        What was recognised when it was read, as `dure.readers.tables.Column` has it; told to people
        and programs, and no value was changed for it.
    """

    name: str
    type: str
    unit: str = ""
    role: str = ""
    written: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """The Parquet table that a document describes.

    Parameters
    ----------
    fields
        Its columns in order.
    rows
        Number of rows.
    size
        Bytes of the Parquet file.
    sha256
        Digest of the Parquet file, 64 hex digits.
    raw_sha256
        Digest of the raw file that it was made from, 64 hex digits.
    """

    fields: tuple[Field, ...]
    rows: int
    size: int
    sha256: str
    raw_sha256: str


@dataclass(frozen=True, slots=True)
class Description:
    """What is said of a data set besides its table.

    Parameters
    ----------
    name, description
        Words for people.
    agency
        Agency that publishes it.
    label
        The label's text.
    label_policy
        Id of the label's policy.
    licence
        URL, SPDX identifier or a few words; "" when none was stated.
    created
        UTC time of the import.
    """

    name: str
    description: str
    agency: str
    label: str
    label_policy: str
    licence: str
    created: str


def write_document(about: Description, table: Table) -> dict[str, Any]:
    """Return the Croissant 1.1 JSON-LD document of one table."""
    return {
        "@context": dict(CONTEXT),
        "@type": "sc:Dataset",
        "name": about.name,
        "description": about.description,
        "conformsTo": CONFORMS_TO,
        "license": _licence(about.licence),
        "url": f"urn:dure:dataset:sha256:{table.sha256}",
        "version": "1.0.0",
        "datePublished": about.created[:10],
        "citeAs": f"{about.agency}: {about.name} ({about.created[:4]})",
        "creator": {"@type": "sc:Organization", "name": about.agency},
        "publisher": {"@type": "sc:Organization", "name": about.agency},
        "usageInfo": {
            "@type": "sc:DefinedTerm",
            "name": "security label",
            "termCode": about.label,
            "inDefinedTermSet": about.label_policy,
        },
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": "table",
                "name": TABLE_FILE,
                "contentUrl": TABLE_FILE,
                "contentSize": f"{table.size} B",
                "encodingFormat": "application/x-parquet",
                "sha256": table.sha256,
                "prov:wasDerivedFrom": {"@id": _RAW + table.raw_sha256},
            }
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": RECORDS,
                "name": RECORDS,
                "annotation": {
                    "@type": "cr:Field",
                    "@id": f"{RECORDS}/~count",
                    "name": f"{RECORDS}/count",
                    "dataType": CARDINALITY,
                    "value": table.rows,
                },
                "field": [_field(i, field) for i, field in enumerate(table.fields)],
            }
        ],
    }


def read_table(document: Mapping[str, Any]) -> Table:
    """Return the table that one of our own documents describes.

    Raises
    ------
    ValueError
        When the document lacks a part, or a part has another form.
    """
    try:
        file, *_ = document["distribution"]  # of images, the files stand behind the index
        records, *_ = document["recordSet"]
        table = Table(
            fields=tuple(
                Field(
                    field["source"]["extract"]["column"],
                    field["dure:arrowType"],
                    **_recognised(field),
                )
                for field in records["field"]
            ),
            rows=records["annotation"]["value"],
            size=int(file["contentSize"].removesuffix(" B")),
            sha256=file["sha256"],
            raw_sha256=file["prov:wasDerivedFrom"]["@id"].removeprefix(_RAW),
        )
        whole = type(table.rows) is int and table.rows >= 0
        names = [field.name for field in table.fields]
        words = [*names, *(field.type for field in table.fields)]
        words += [word for field in table.fields for word in _told(field)]
        named = len(set(names)) == len(names) and all(type(word) is str for word in words)
        "".join(words).encode()  # half a pair of surrogates is no text
        digests = all(_HEX.fullmatch(digest) for digest in (table.sha256, table.raw_sha256))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("the document lacks a part") from error
    if not whole or not named or not digests:
        raise ValueError("a part of the document has another form")
    return table


def licence_words(document: Mapping[str, Any]) -> str:
    """Return a document's licence as people read it: its URL or its name."""
    licence = document["license"]
    return str(licence["name"] if isinstance(licence, Mapping) else licence)


def field_id(index: int, name: str) -> str:
    """Return a column's identifier in the document, by which Croissant readers name its values.

    Plain names stand for themselves. Others (spaces and signs that an IRI can't hold) get their
    position, with a tilde that no plain name has.

    Examples
    --------
    >>> field_id(3, "dep_time"), field_id(3, "단가 (원)")
    ('records/dep_time', 'records/~3')
    """
    return f"{RECORDS}/{name if _PLAIN_NAME.fullmatch(name) else f'~{index}'}"


def _field(index: int, field: Field) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": field_id(index, field.name),
        "name": field.name,
        "dataType": data_type(field.type),
        "dure:arrowType": field.type,
        **_recognition(field),
        "source": {"fileObject": {"@id": "table"}, "extract": {"column": field.name}},
    }


def _recognition(field: Field) -> dict[str, Any]:
    told = {
        "equivalentProperty": _PROPERTIES.get(field.role, ""),
        "dure:unit": field.unit,
        "dure:role": field.role,
        "dure:writtenAs": field.written,
        "dure:missingCodes": list(field.codes),
    }
    return {term: value for term, value in told.items() if value}


def _told(field: Field) -> tuple[str, ...]:
    return (field.unit, field.role, field.written, *field.codes)


def _recognised(field: Mapping[str, Any]) -> dict[str, Any]:
    words = {
        name: field.get(f"dure:{term}", "")
        for name, term in (("unit", "unit"), ("role", "role"), ("written", "writtenAs"))
    }
    codes = field.get("dure:missingCodes", [])
    if not isinstance(codes, list):
        raise TypeError
    return {**words, "codes": tuple(codes)}


def _licence(stated: str) -> str | dict[str, str]:
    if stated.startswith(("https://", "http://", "urn:")):
        return stated
    if _SPDX_ID.fullmatch(stated):
        return f"https://spdx.org/licenses/{stated}"
    return {"@type": "sc:CreativeWork", "name": stated or NO_LICENCE}
