"""Croissant: the standard description of a data set that every member reads the same way.

Source
------
MLCommons, Croissant Format Specification 1.1: dataset, FileObject, RecordSet and Field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CONFORMS_TO = "http://mlcommons.org/croissant/1.1"
RECORDS = "records"
TABLE_FILE = "data.parquet"

_PLAIN_TYPES: Mapping[str, str] = {
    "bool": "sc:Boolean",
    "date32[day]": "sc:Date",
    "double": "sc:Float",
    "float": "sc:Float",
    "string": "sc:Text",
}


def data_type(arrow_type: str) -> str:
    """Return the Croissant data type of an Arrow type's name; what has none is text.

    Examples
    --------
    >>> data_type("int64"), data_type("timestamp[us]"), data_type("double")
    ('sc:Integer', 'sc:DateTime', 'sc:Float')
    """
    if arrow_type.startswith(("int", "uint")):
        return "sc:Integer"
    if arrow_type.startswith("timestamp"):
        return "sc:DateTime"
    if arrow_type.startswith("decimal"):
        return "sc:Float"
    return _PLAIN_TYPES.get(arrow_type, "sc:Text")


_CR_TERMS = (
    "citeAs column conformsTo dataType extract field fileObject fileProperty fileSet format includes "
    "isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace "
    "samplingRate separator source subField transform arrayShape containedIn equivalentProperty "
    "isArray annotation value unArchive"
).split()


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its name and its type, as Arrow writes it."""

    name: str
    type: str


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
    """

    fields: tuple[Field, ...]
    rows: int
    size: int
    sha256: str


def write_document(
    *, name: str, description: str, agency: str, label: str, licence: str, created: str, table: Table
) -> dict[str, Any]:
    """Return the Croissant 1.1 JSON-LD document of one table.

    Parameters
    ----------
    name, description
        Words for people.
    agency
        Agency that publishes it.
    label
        The label's text; it stands as the usage terms.
    licence
        URL or SPDX identifier, or "" when none was stated.
    created
        UTC time of the import.
    table
        The table.
    """
    return {
        "@context": _context(),
        "@type": "sc:Dataset",
        "name": name,
        "description": description,
        "conformsTo": CONFORMS_TO,
        "license": licence or "https://spdx.org/licenses/NOASSERTION",
        "url": f"urn:dure:dataset:{table.sha256}",
        "version": "1.0.0",
        "datePublished": created[:10],
        "citeAs": f"{agency}: {name} ({created[:4]})",
        "creator": {"@type": "sc:Organization", "name": agency},
        "publisher": {"@type": "sc:Organization", "name": agency},
        "usageInfo": f"label: {label}",
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": "table",
                "name": TABLE_FILE,
                "contentUrl": TABLE_FILE,
                "contentSize": f"{table.size} B",
                "encodingFormat": "application/x-parquet",
                "sha256": table.sha256,
            }
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": RECORDS,
                "name": RECORDS,
                "description": f"{table.rows} rows",
                "field": [_field(i, field) for i, field in enumerate(table.fields)],
            }
        ],
    }


def read_table(document: Mapping[str, Any]) -> Table:
    """Return the table that one of our own documents describes."""
    file = document["distribution"][0]
    records = document["recordSet"][0]
    return Table(
        fields=tuple(
            Field(field["source"]["extract"]["column"], field["description"])
            for field in records["field"]
        ),
        rows=int(records["description"].split()[0]),
        size=int(file["contentSize"].split()[0]),
        sha256=file["sha256"],
    )


def _field(i: int, field: Field) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{RECORDS}/{i}",
        "name": field.name,
        "description": field.type,
        "dataType": data_type(field.type),
        "source": {"fileObject": {"@id": "table"}, "extract": {"column": field.name}},
    }


def _context() -> dict[str, Any]:
    """Return the terms of Croissant 1.1 (specification, section on the JSON-LD context)."""
    terms: dict[str, Any] = {term: f"cr:{term}" for term in _CR_TERMS}
    terms["conformsTo"] = "dct:conformsTo"
    terms["dataType"] = {"@id": "cr:dataType", "@type": "@vocab"}
    terms["data"] = {"@id": "cr:data", "@type": "@json"}
    terms["examples"] = {"@id": "cr:examples", "@type": "@json"}
    return {
        "@language": "en",
        "@vocab": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "dct": "http://purl.org/dc/terms/",
        "prov": "http://www.w3.org/ns/prov#",
        "sc": "https://schema.org/",
        **terms,
    }

