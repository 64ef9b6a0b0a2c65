"""What is stated and what a label permits, read by others: mlcroissant, and rdflib for the triples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, ODRL2, PROV, RDF

from dure.core.labels import Label
from dure.datasets.about.dcat import catalogue_entry
from dure.datasets.about.statement import EMPTY, parse
from dure.datasets.about.vocabularies import with_origin, with_statement, with_terms
from dure.datasets.croissant import DOCUMENT_FILE, read_table
from dure.datasets.verify.folders import verify_folder
from tests.datasets import reading
from tests.datasets.about.statements import FULL, POLICY

RAI = Namespace("http://mlcommons.org/croissant/RAI/")
GEO = Namespace("http://mlcommons.org/croissant/geo/")
SPDX = Namespace("http://spdx.org/rdf/terms#")
LABEL = "bravo//S//maritime REL bravo,navy FOR scoring,trial"
TABLE = pa.table({"n": [1, 2, 3]})


@pytest.fixture
def document(tmp_path: Path) -> dict[str, Any]:
    written = reading.write(tmp_path / "out", TABLE)
    found = with_terms(with_statement(written, parse(FULL.encode())), Label.parse(LABEL, POLICY))
    return with_origin(found, "dataset.import", "2026-01-31T09:30:00Z")


def graph(document: dict[str, Any]) -> Graph:
    return Graph().parse(data=json.dumps(document), format="json-ld")


def test_mlcroissant_reads_what_was_stated(document: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "out"
    (folder / DOCUMENT_FILE).write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    dataset = reading.opened(folder)
    assert list(reading.records(folder)) == reading.told(TABLE)
    about = dataset.metadata
    assert about.data_collection == "Reported by the carriers each month."
    assert about.data_biases == ["Large carriers report more fully."]
    assert about.keywords == ["flight", "delay", "항공", "지연"]
    assert len(about.conforms_to) == 3
    assert verify_folder(folder).findings == ()
    assert read_table(document) == read_table(json.loads((folder / DOCUMENT_FILE).read_text()))


def test_the_triples_are_those_of_the_vocabularies(document: dict[str, Any]) -> None:
    found = graph(document)
    (subject,) = found.subjects(RDF.type, URIRef("https://schema.org/Dataset"))
    values = {name: set(found.objects(subject, RAI[name])) for name in (
        "dataCollection", "dataUseCases", "dataLimitations", "personalSensitiveInformation",
        "dataReleaseMaintenancePlan", "dataCollectionMissingData", "dataSocialImpact",
        "dataPreprocessingProtocol", "dataAnnotationProtocol", "dataCollectionType",
        "dataCollectionRawData",
    )}  # fmt: skip
    assert all(values.values()), values
    assert len(set(found.objects(subject, RAI["dataCollectionTimeframe"]))) == 2
    assert str(found.value(subject, GEO["coordinateReferenceSystem"])) == "EPSG:4326"
    assert str(found.value(subject, GEO["temporalResolution"])) == "PT1M"
    assert found.value(found.value(subject, GEO["spatialResolution"]), RDF.type) is not None
    activity = found.value(subject, PROV.wasGeneratedBy)
    assert (activity, RDF.type, PROV.Activity) in found
    assert found.value(subject, PROV.wasAttributedTo) is not None


def constraints(label: str) -> tuple[dict[str, set[str]], list[str]]:
    """Return what a label's offer demands, and which actions it forbids."""
    document = {"url": "urn:x", "usageInfo": {}, "@context": {
        "sc": "https://schema.org/", "dure": "urn:dure:term:", "usageInfo": "sc:usageInfo",
    }}  # fmt: skip
    found = graph(with_terms(document, Label.parse(label, POLICY)))
    demands = {
        str(found.value(one, ODRL2.leftOperand)): {
            str(value).rpartition(":")[2] for value in found.objects(one, ODRL2.rightOperand)
        }
        for one in found.objects(None, ODRL2.constraint)
    }
    forbidden = [
        str(found.value(one, ODRL2.action)) for one in found.objects(None, ODRL2.prohibition)
    ]
    return {name.replace(str(ODRL2), ""): value for name, value in demands.items()}, forbidden


@pytest.mark.parametrize(
    ("label", "demands", "forbidden"),
    [
        (
            LABEL,
            {
                "purpose": {"scoring", "trial"},
                "recipient": {"bravo", "navy"},
                "urn:dure:term:clearance": {"S"},
                "urn:dure:term:category": {"maritime"},
            },
            "distribute",
        ),
        ("bravo//O// REL * FOR *", {}, "distribute"),
        ("bravo//O// REL * FOR scoring", {"purpose": {"scoring"}}, "distribute"),
        ("bravo//O// REL - FOR *", {}, "use"),
        ("bravo//O// REL * FOR -", {}, "use"),
    ],
)
def test_a_label_is_an_offer(label: str, demands: dict[str, set[str]], forbidden: str) -> None:
    assert constraints(label) == (demands, [str(ODRL2[forbidden])])


def test_an_empty_statement_adds_nothing(tmp_path: Path) -> None:
    written = reading.write(tmp_path / "out", TABLE)
    assert with_statement(written, EMPTY) == written


def test_the_catalogue_entry_is_dcat(document: dict[str, Any]) -> None:
    found = graph(catalogue_entry(document))
    subject = URIRef(document["url"])
    assert (subject, RDF.type, DCAT.Dataset) in found
    assert set(found.objects(subject, DCTERMS.title)) == {
        Literal("해상 항적 2026"), Literal("세 공항의 출발 항공편", lang="ko"),
    }  # fmt: skip
    assert len(set(found.objects(subject, DCAT.keyword))) == 4
    for name in ("publisher", "license", "issued", "accrualPeriodicity", "language", "conformsTo",
                 "provenance"):  # fmt: skip
        assert found.value(subject, DCTERMS[name]) is not None, name
    assert found.value(subject, DCAT.contactPoint) is not None
    assert found.value(subject, DCAT.theme) is not None
    place = found.value(subject, DCTERMS.spatial)
    assert str(found.value(place, DCAT.bbox)).startswith("POLYGON((-74.3 40.5, -73.7 40.5")
    period = found.value(subject, DCTERMS.temporal)
    assert str(found.value(period, DCAT.startDate)) == "2013-01-01"
    assert float(found.value(subject, DCAT.spatialResolutionInMeters)) == 10
    policy = found.value(subject, ODRL2.hasPolicy)
    assert (policy, RDF.type, ODRL2.Offer) in found
    file = found.value(subject, DCAT.distribution)
    table = read_table(document)
    assert int(found.value(file, DCAT.byteSize)) == table.size
    checksum = found.value(file, SPDX.checksum)
    assert str(found.value(checksum, SPDX.checksumValue)) == table.sha256
    assert found.value(file, DCAT.downloadURL) is None  # it lies behind its label


def test_an_entry_without_a_statement(tmp_path: Path) -> None:
    entry = catalogue_entry(reading.write(tmp_path / "out", TABLE))
    assert {"dct:title", "dct:publisher", "dcat:distribution"} <= entry.keys()
    assert not {"dct:spatial", "dct:temporal", "dcat:keyword", "dcat:contactPoint"} & entry.keys()
    with pytest.raises(ValueError, match="lacks"):
        catalogue_entry({})


@pytest.mark.parametrize(("lines", "kept"), [
    ("from = 2013-01-01", {"dcat:startDate"}), ("until = 2013-01-01", {"dcat:endDate"}),
])  # fmt: skip
def test_a_period_may_be_open(tmp_path: Path, lines: str, kept: set[str]) -> None:
    statement = parse(f'about = 1\n[time]\n{lines}\n[place]\nname = "Sea"'.encode())
    entry = catalogue_entry(with_statement(reading.write(tmp_path / "out", TABLE), statement))
    assert entry["dct:temporal"].keys() == {"@type", *kept}
    assert entry["dct:spatial"] == {"@type": "dct:Location", "rdfs:label": "Sea"}
