"""Corpora at a real node: imported, used, exported, verified; and what a refusal leaves behind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from shutil import copy2
from typing import Any

import mlcroissant as mlc
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dure.core.errors import DureError
from dure.core.findings import Severity
from dure.core.reports import Report
from dure.datasets.corpora.use import folder_spans
from dure.datasets.privacy.errors import PrivacyError
from dure.datasets.use.opening import open_folder
from dure.datasets.use.source import held
from dure.datasets.verify.folders import verify_folder
from dure.node.node import Node
from dure.readers.corpora.errors import CorpusError
from dure.readers.tables import Options
from tests.datasets.corpora.corpora import SPANS, TEXTS, lines, with_brat, with_columns, with_lines
from tests.datasets.world import LABEL, World


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_brat(tmp_path_factory.mktemp("given") / "reports")


@pytest.fixture(scope="module")
def dataset(steward: Node, given: Path) -> str:
    return steward.datasets.import_(given, label=LABEL, licence="CC0-1.0").id


@pytest.fixture(scope="module")
def exported(steward: Node, dataset: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "out"
    steward.datasets.export(dataset, folder)
    return folder


def copy(folder: Path, to: Path) -> Path:
    to.mkdir()
    for file in folder.iterdir():
        (to / file.name).write_bytes(file.read_bytes())
    return to


def test_a_folder_becomes_texts_and_spans(steward: Node, dataset: str) -> None:
    texts = list(steward.datasets.open(dataset).records())
    spans = list(steward.datasets.spans(dataset).records())
    assert [row["text"] for row in texts] == [TEXTS[2], TEXTS[0], TEXTS[1]]
    assert [(row["name"], row["split"]) for row in texts] == [
        ("test/2", "test"),
        ("train/0", "train"),
        ("train/1", "train"),
    ]
    assert [(row["document"], row["start"], row["end"], row["tag"]) for row in spans] == [
        (document, *span) for document, of in ((2, SPANS[0]), (3, SPANS[1])) for span in of
    ]
    by_number = {row["document"]: row["text"] for row in texts}
    first = spans[0]
    assert by_number[first["document"]][first["start"] : first["end"]] == "한빛호"
    assert json.loads(first["attributes"]) == {"Sure": True}
    entry = steward.house.assets.get(dataset)
    assert entry.name == "reports"
    assert {**entry.facts, "words": ""} == {"rows": "3", "columns": "7", "words": ""}
    kinds = [steward.house.assets.get(one).asset.kind for one in entry.asset.parents]
    assert kinds == ["dataset.table", "dataset.spans"]


def test_importing_again_is_importing_once(
    world: World, steward: Node, given: Path, dataset: str
) -> None:
    before = world.left()
    assert steward.datasets.import_(given, label=LABEL, licence="CC0-1.0").id == dataset
    assert not world.left().since(before)


def test_an_export_is_verified_and_opened(exported: Path, steward: Node, dataset: str) -> None:
    report = verify_folder(exported)
    assert report.result["verified"] is True
    assert not report.findings
    spans = list(steward.datasets.spans(dataset).records())
    assert list(folder_spans(exported, trusted=True).records()) == spans
    assert list(folder_spans(exported).records()) == spans
    document = json.loads((exported / "croissant.json").read_text())
    told = document["recordSet"][1]
    assert told["dure:offsetUnit"] == "unicode code points"
    assert "code points" in told["field"][2]["description"]


def test_the_standard_s_own_reader_yields_the_same_records(exported: Path) -> None:
    read: Any = mlc.Dataset(str(exported / "croissant.json"))
    issues = read.metadata.ctx.issues
    assert (issues.errors, issues.warnings) == (set(), set())
    ours = {
        "records": open_folder(exported, trusted=True),
        "spans": folder_spans(exported, trusted=True),
    }
    for name, rows in ours.items():
        assert [_plain(one) for one in read.records(name)] == list(rows.records())
        assert rows.rows


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    return {
        key.rpartition("/")[2]: value.decode() if isinstance(value, bytes) else value
        for key, value in record.items()
    }


def wrong(report: Report) -> set[tuple[str, str, str]]:
    return {
        (one.code.rpartition(".")[2], one.subject, one.locator)
        for one in report.findings
        if one.severity == Severity.ERROR
    }


def mutated(folder: Path, file: str, column: str, row: int, value: object, *, told: bool) -> None:
    """Change one cell; with `told` the description is changed with it, as a forger would."""
    table = pq.read_table(folder / file)
    values = table.column(column).to_pylist()
    values[row] = value
    at = table.schema.get_field_index(column)
    pq.write_table(
        table.set_column(at, table.field(at), pa.array(values, table.field(at).type)), folder / file
    )
    if told:
        document = json.loads((folder / "croissant.json").read_text())
        content = (folder / file).read_bytes()
        for one in document["distribution"]:
            if one["contentUrl"] == file:
                one["sha256"] = hashlib.sha256(content).hexdigest()
                one["contentSize"] = f"{len(content)} B"
        (folder / "croissant.json").write_text(json.dumps(document))


def test_every_mutation_of_a_span_is_found(exported: Path, tmp_path: Path) -> None:
    """That nothing is found in the export as it was written, another test makes sure of."""
    plain = copy(exported, tmp_path / "plain")
    mutated(plain, "spans.parquet", "start", 0, 1, told=False)
    assert ("swapped-file", "spans.parquet", "") in wrong(verify_folder(plain))
    forged = copy(exported, tmp_path / "forged")
    mutated(forged, "spans.parquet", "end", 1, 99, told=True)
    mutated(forged, "spans.parquet", "document", 2, 9, told=True)
    mutated(forged, "data.parquet", "text", 0, "짧다", told=True)
    assert wrong(verify_folder(forged)) == {
        ("span-range", "spans.parquet", "2"),
        ("span-document", "spans.parquet", "3"),
        ("span-text", "data.parquet", "1"),
    }


def test_however_many_spans_a_document_names_two_tables_are_held(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    greedy = copy(exported, tmp_path / "greedy")
    copy2(greedy / "spans.parquet", greedy / "more.parquet")
    document = json.loads((greedy / "croissant.json").read_text())
    file, records = document["distribution"][1], document["recordSet"][1]
    document["distribution"].append({**file, "@id": "more", "contentUrl": "more.parquet"})
    source = {"fileObject": {"@id": "more"}}
    fields = [
        {**one, "@id": f"more/{at}", "source": {**one["source"], **source}}
        for at, one in enumerate(records["field"])
    ]
    document["recordSet"].append({**records, "@id": "more", "name": "more", "field": fields})
    (greedy / "croissant.json").write_text(json.dumps(document))
    kept: list[int] = []

    def counted(blocks: Iterable[bytes]) -> int:
        kept.append(held(blocks))
        return kept[-1]

    monkeypatch.setattr("dure.datasets.use.source.held", counted)
    assert ("no-texts", "more", "") in wrong(verify_folder(greedy))
    assert len(kept) == 2


def test_the_hub_s_layout_has_both_tables(steward: Node, dataset: str, tmp_path: Path) -> None:
    steward.datasets.export(dataset, tmp_path / "hub", layout="huggingface")
    card = (tmp_path / "hub" / "README.md").read_text()
    assert "- config_name: default" in card
    assert "- config_name: spans" in card
    assert (tmp_path / "hub" / "spans" / "train-00000-of-00001.parquet").is_file()
    assert folder_spans(tmp_path / "hub", trusted=True).rows == 6


def test_lines_and_columns_are_imported_too(steward: Node, tmp_path: Path) -> None:
    both = steward.datasets.import_(with_lines(tmp_path / "lines"), label=LABEL, annotations="auto")
    assert [row["split"] for row in steward.datasets.open(both.id).records()] == [
        "test",
        "train",
        "train",
    ]
    assert steward.datasets.spans(both.id).rows == 6
    columns = steward.datasets.import_(with_columns(tmp_path / "columns", "cp949"), label=LABEL)
    assert (
        next(iter(steward.datasets.open(columns.id).records()))["text"] == "한빛호가 부산 항 에서"
    )
    assert [row["tag"] for row in steward.datasets.spans(columns.id).records()] == ["SHIP", "PORT"]


def test_a_refused_corpus_leaves_nothing(world: World, steward: Node, tmp_path: Path) -> None:
    place = lines(
        tmp_path / "bad.jsonl",
        {"text": "부산항", "label": [[0, 3, "PORT"], [2, 9, "PORT"], [1, 1, "PORT"]]},
    )
    before = world.left()

    def refused(**given: Any) -> DureError:
        with pytest.raises(DureError) as caught:
            steward.datasets.import_(place, label=LABEL, **given)
        assert not world.left().since(before)
        return caught.value

    outside = refused(annotations="jsonl")
    assert (outside.code, outside.facts["reason"]) == ("corpora.annotations", "range")
    assert (outside.facts["count"], outside.facts["place"]) == (1, 1)
    assert refused(annotations="brat").code == "corpora.folder"
    for given, option, reason in (
        ({"annotations": "jsonl", "kind": "csv"}, "--kind", "for-tables"),
        ({"annotations": "jsonl", "options": Options(sheet="1")}, "--sheet", "for-workbooks"),
        ({"offsets": "utf-8"}, "--offsets", "for-corpora"),
        ({"targets": ("coco",)}, "--targets", "for-images"),
        ({"annotations": "jsonl", "records": "a"}, "--records", "for-croissant"),
    ):
        facts = refused(**given).facts
        assert (facts["option"], facts["reason"]) == (option, reason)
    kept = steward.datasets.import_(place, label=LABEL, annotations="jsonl", leave_out_damaged=True)
    assert [(row["start"], row["end"]) for row in steward.datasets.spans(kept.id).records()] == [
        (0, 3)
    ]


def test_what_treats_a_table_alone_is_refused_where_there_are_spans(
    steward: Node, dataset: str, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text("deidentify = 1\n", encoding="utf-8")
    with pytest.raises(PrivacyError) as refused:
        steward.datasets.deidentify.apply(dataset, plan, name="treated")
    assert refused.value.facts["reason"] == "spans"


def test_plain_texts_are_a_data_set_without_spans(steward: Node, tmp_path: Path) -> None:
    place = tmp_path / "plain"
    place.mkdir()
    (place / "a.txt").write_text("부산항", encoding="cp949")
    found = steward.datasets.import_(place, label=LABEL)
    assert [row["text"] for row in steward.datasets.open(found.id).records()] == ["부산항"]
    with pytest.raises(CorpusError) as caught:
        steward.datasets.spans(found.id)
    assert caught.value.facts["reason"] == "not-corpus"
    steward.datasets.export(found.id, tmp_path / "out")
    with pytest.raises(CorpusError):
        folder_spans(tmp_path / "out")
