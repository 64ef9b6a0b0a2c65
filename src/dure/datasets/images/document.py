"""What the Croissant document of images says besides its table: the files, and what a box consists of.

The index is the table of every data set of ours. The images are a FileSet, each listed in the index with
its digest; a second record set gives their content. A box is a subfield of four numbers and a class.

Source
------
MLCommons, Croissant Format Specification 1.1: FileSet, file properties, nested and repeated fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dure.datasets.croissant import RECORDS, data_type
from dure.readers.images.box_type import BOX_FIELDS, BOX_LIST
from dure.readers.images.facts import MEDIA_TYPES

FOLDER = "images"
FILES = "image-files"
CONTENTS = "images"

LISTED_IN = "dure:listedIn"
"""Term of ours: the record set that lists each file of a set, with path, size and digest."""
CONTENT_DIGEST = "dure:contentSha256"
"""Term of ours: digest of all files of a set, one after the other in the order of that list."""


def with_images(document: Mapping[str, Any], formats: Iterable[str], sha256: str) -> dict[str, Any]:
    """Return the document of an index together with the images that it lists.

    Parameters
    ----------
    document
        As `dure.datasets.croissant.write_document` wrote it.
    formats
        Formats that occur.
    sha256
        Digest of all of them, one after the other in the order of the index.
    """
    (records,) = document["recordSet"]
    occurring = set(formats)
    files = {
        "@type": "cr:FileSet",
        "@id": FILES,
        "name": FILES,
        "description": "The images; the index lists each of them with its digest.",
        "encodingFormat": [kind for name, kind in MEDIA_TYPES.items() if name in occurring],
        "includes": [f"{FOLDER}/*"],
        LISTED_IN: {"@id": RECORDS},
        CONTENT_DIGEST: sha256,
    }
    nested = {**records, "field": [_nested(field) for field in records["field"]]}
    return {
        **document,
        "distribution": [*document["distribution"], files],
        "recordSet": [nested, _contents()],
    }


def has_images(document: Mapping[str, Any]) -> bool:
    """Say whether a document of ours describes images."""
    return any(one.get("@id") == FILES for one in document["distribution"])


def content_digest(document: Mapping[str, Any]) -> str:
    """Return the digest of all images of a document of ours, "" when it has none."""
    listed = document["distribution"]
    return next((str(one.get(CONTENT_DIGEST)) for one in listed if one.get("@id") == FILES), "")


def _contents() -> dict[str, Any]:
    path = {"extract": {"fileProperty": "fullpath"}, "transform": {"regex": f"^{FOLDER}/(.*)$"}}
    return {
        "@type": "cr:RecordSet",
        "@id": CONTENTS,
        "name": CONTENTS,
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{CONTENTS}/path",
                "name": "path",
                "dataType": "sc:Text",
                "source": {"fileSet": {"@id": FILES}, **path},
            },
            {
                "@type": "cr:Field",
                "@id": f"{CONTENTS}/content",
                "name": "content",
                "dataType": "sc:ImageObject",
                "source": {"fileSet": {"@id": FILES}, "extract": {"fileProperty": "content"}},
            },
        ],
    }


def _nested(field: Mapping[str, Any]) -> Mapping[str, Any]:
    if field["dure:arrowType"] != str(BOX_LIST):
        return field
    source = field["source"]
    return {
        **field,
        "repeated": True,
        "subField": [
            {
                "@type": "cr:Field",
                "@id": f"{field['@id']}/{name}",
                "name": name,
                "dataType": data_type(str(kind)),
                "source": {**source, "transform": {"jsonPath": name}},
            }
            for name, kind in BOX_FIELDS
        ],
    }
