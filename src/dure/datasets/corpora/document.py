"""What the Croissant document of a corpus says besides its documents: the table of spans.

The documents are the table of every data set of ours. The spans are a second table and a second record
set; each span refers to its document, and its offsets count Unicode code points, which the document says.

Source
------
MLCommons, Croissant Format Specification 1.1: RecordSet, key and references between record sets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dure.datasets.croissant import CARDINALITY, RECORDS, data_type
from dure.readers.corpora.facts import SPAN_COLUMNS

SPANS_FILE = "spans.parquet"
FILE = "spans-table"
SPANS = "spans"

SPANS_OF = "dure:spansOf"
"""Term of ours: the record set whose texts the spans of another lie in."""
OFFSET_UNIT = "dure:offsetUnit"
CODE_POINTS = "unicode code points"

_WORDS = {
    "document": "The document in which the span lies.",
    "annotation": "Name of the annotation in its document; several fragments share it.",
    "start": "Where the span begins: Unicode code points before it.",
    "end": "Where it ends: Unicode code points up to and with its last one.",
    "tag": "What it is.",
    "attributes": "What else is said of it, as JSON.",
}


def with_spans(document: Mapping[str, Any], rows: int, size: int, sha256: str) -> dict[str, Any]:
    """Return the document of a corpus' texts together with their spans.

    Parameters
    ----------
    document
        As `dure.datasets.sealing.document_of` wrote it.
    rows, size, sha256
        How many spans there are; bytes and digest of their Parquet file.
    """
    (table,), (records,) = document["distribution"], document["recordSet"]
    file = {
        **table,
        "@id": FILE,
        "name": SPANS_FILE,
        "contentUrl": SPANS_FILE,
        "contentSize": f"{size} B",
        "sha256": sha256,
    }
    spans = {
        "@type": "cr:RecordSet",
        "@id": SPANS,
        "name": SPANS,
        "description": "Spans of the texts; offsets count Unicode code points.",
        SPANS_OF: {"@id": RECORDS},
        OFFSET_UNIT: CODE_POINTS,
        "annotation": {
            "@type": "cr:Field",
            "@id": f"{SPANS}/~count",
            "name": f"{SPANS}/count",
            "dataType": CARDINALITY,
            "value": rows,
        },
        "field": [_field(name, kind) for name, kind in SPAN_COLUMNS],
    }
    return {
        **document,
        "distribution": [table, file],
        "recordSet": [{**records, "key": {"@id": f"{RECORDS}/document"}}, spans],
    }


def has_spans(document: Mapping[str, Any]) -> bool:
    """Say whether a document of ours describes spans."""
    return any(one.get("@id") == FILE for one in document["distribution"])


def spans_alone(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document as if the spans were its one table."""
    return {
        **document,
        "distribution": [one for one in document["distribution"] if one.get("@id") == FILE],
        "recordSet": [one for one in document["recordSet"] if one.get("@id") == SPANS],
    }


def _field(name: str, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{SPANS}/{name}",
        "name": name,
        "description": _WORDS[name],
        "dataType": data_type(kind),
        "dure:arrowType": kind,
        "source": {"fileObject": {"@id": FILE}, "extract": {"column": name}},
    }
    if name == "document":
        found["references"] = {"field": {"@id": f"{RECORDS}/document"}}
    return found
