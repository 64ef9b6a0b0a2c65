"""DCAT: the entry of a data set in a catalogue of public data, made from its Croissant document.

It holds metadata alone: what `dure datasets show` shows, in the vocabulary that Korea's public data
portal and others exchange catalogues in. The file itself is named by size and digest, without an
address: it lies behind the label.

Source
------
W3C, Data Catalog Vocabulary (DCAT) Version 3: Dataset, Distribution; SPDX 2.3 checksums.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dure.datasets.about.vocabularies import PREFIXES
from dure.datasets.croissant import read_table

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dure": "urn:dure:term:",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geosparql": "http://www.opengis.net/ont/geosparql#",
    "odrl": PREFIXES["odrl"],
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sc": "https://schema.org/",
    "name": "sc:name",
    "termCode": "sc:termCode",
    "inDefinedTermSet": "sc:inDefinedTermSet",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_PARQUET = "https://www.iana.org/assignments/media-types/application/vnd.apache.parquet"
_LANGUAGE = "http://id.loc.gov/vocabulary/iso639-1/"
_CRS = "http://www.opengis.net/def/crs/{authority}/0/{code}"

Node = dict[str, Any]


def catalogue_entry(document: Mapping[str, Any]) -> Node:
    """Return the DCAT 3 entry of one of our own documents, as JSON-LD.

    Parameters
    ----------
    document
        The Croissant document.

    Raises
    ------
    ValueError
        When the document lacks a part, or a part has another form.
    """
    table = read_table(document)
    licence = document["license"]
    entry = {
        "@context": dict(CONTEXT),
        "@id": document["url"],
        "@type": "dcat:Dataset",
        "dct:identifier": document["url"],
        "dct:title": [document["name"], *_many(document.get("alternateName"))],
        "dct:description": [document["description"], *_many(document.get("dct:description"))],
        "dct:issued": _typed(document["datePublished"], "xsd:date"),
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": document["publisher"]["name"]},
        "dct:license": licence if isinstance(licence, Mapping) else {"@id": licence},
        "odrl:hasPolicy": document["usageInfo"],
        "dcat:keyword": document.get("keywords"),
        "dcat:theme": _concept(document.get("dct:subject")),
        "dct:accrualPeriodicity": document.get("dct:accrualPeriodicity"),
        "dct:language": [{"@id": _LANGUAGE + code} for code in document.get("inLanguage", ())],
        "dcat:contactPoint": _contact(document.get("contactPoint")),
        "dct:spatial": _place(document.get("spatialCoverage")),
        "dct:temporal": _period(document.get("temporalCoverage")),
        "dcat:spatialResolutionInMeters": _metres(document.get("geocr:spatialResolution")),
        "dcat:temporalResolution": _typed(document.get("geocr:temporalResolution"), "xsd:duration"),
        "dct:conformsTo": _crs(document.get("geocr:coordinateReferenceSystem")),
        "dct:provenance": _provenance(document.get("rai:dataCollection")),
        "prov:wasGeneratedBy": document.get("prov:wasGeneratedBy"),
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dct:title": document["distribution"][0]["name"],
                "dcat:mediaType": {"@id": _PARQUET},
                "dcat:byteSize": _typed(str(table.size), "xsd:nonNegativeInteger"),
                "spdx:checksum": {
                    "@type": "spdx:Checksum",
                    "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
                    "spdx:checksumValue": _typed(table.sha256, "xsd:hexBinary"),
                },
            }
        ],
    }
    return {name: value for name, value in entry.items() if value}


def _many(value: Any) -> list[Any]:
    return [] if value is None else [value]


def _typed(value: str | None, kind: str) -> Node | None:
    return None if value is None else {"@type": kind, "@value": value}


def _concept(words: str | None) -> Node | None:
    return None if words is None else {"@type": "skos:Concept", "skos:prefLabel": words}


def _contact(contact: Mapping[str, Any] | None) -> Node | None:
    return None if contact is None else {"@type": "vcard:Organization", "vcard:fn": contact["name"]}


def _metres(quantity: Mapping[str, Any] | None) -> Node | None:
    return None if quantity is None else _typed(f"{quantity['value']:f}", "xsd:decimal")


def _provenance(words: str | None) -> Node | None:
    return None if words is None else {"@type": "dct:ProvenanceStatement", "rdfs:label": words}


def _crs(name: str | None) -> Node | None:
    if name is None:
        return None
    authority, _, code = name.partition(":")
    return {"@id": _CRS.format(authority=authority, code=code), "@type": "dct:Standard"}


def _place(place: Mapping[str, Any] | None) -> Node | None:
    if place is None:
        return None
    found: Node = {"@type": "dct:Location"}
    if "name" in place:
        found["rdfs:label"] = place["name"]
    if "geo" in place:
        south, west, north, east = place["geo"]["box"].split(" ")
        ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
        corners = ", ".join(f"{x} {y}" for x, y in ring)
        found["dcat:bbox"] = _typed(f"POLYGON(({corners}))", "geosparql:wktLiteral")
    return found


def _period(interval: str | None) -> Node | None:
    if interval is None:
        return None
    since, _, until = interval.partition("/")
    days = {"dcat:startDate": since, "dcat:endDate": until}
    stated = {name: _typed(day, "xsd:date") for name, day in days.items() if day != ".."}
    return {"@type": "dct:PeriodOfTime", **stated}
