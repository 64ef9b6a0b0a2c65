"""The terms that a Croissant document is written with: its JSON-LD context.

Source
------
MLCommons, Croissant Format Specification 1.1, appendix 1 (JSON-LD context), with three changes.
schema.org stands under ``https``, as in the data sets that MLCommons itself publishes as 1.1:
mlcroissant 1.1 refuses ``http``. Four terms of version 1.0 that mlcroissant warns about when they are
missing are kept. And the prefixes that this house uses are there: ``prov`` (W3C PROV-O), ``wd``
(Wikidata, from the specification's own list of namespaces) and ``dure``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

SCHEMA_ORG = "https://schema.org/"

_CROISSANT_TERMS = (
    "annotation",
    "arrayShape",
    "citeAs",
    "column",
    "containedIn",
    "equivalentProperty",
    "excludes",
    "extract",
    "field",
    "fileObject",
    "fileProperty",
    "fileSet",
    "format",
    "includes",
    "isArray",
    "isLiveDataset",
    "jsonPath",
    "key",
    "md5",
    "parentField",
    "readLines",
    "recordSet",
    "references",
    "regex",
    "sdVersion",
    "separator",
    "source",
    "subField",
    "transform",
    "unArchive",
    "value",
)
_EARLIER_TERMS = ("path", "repeated", "replace", "samplingRate")

CONTEXT: Mapping[str, Any] = MappingProxyType(
    {
        "@language": "en",
        "@vocab": SCHEMA_ORG,
        "sc": SCHEMA_ORG,
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "dct": "http://purl.org/dc/terms/",
        "conformsTo": "dct:conformsTo",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "examples": {"@id": "cr:examples", "@type": "@json"},
        **{term: f"cr:{term}" for term in (*_CROISSANT_TERMS, *_EARLIER_TERMS)},
        "dure": "urn:dure:term:",
        "prov": "http://www.w3.org/ns/prov#",
        "wd": "http://www.wikidata.org/entity/",
    }
)
"""What ``@context`` holds in every document of this house."""

RELEASED_STATISTICS = "dure:releasedStatistics"
"""The term for what is released of a column's values (`dure.datasets.dummy.released`)."""
