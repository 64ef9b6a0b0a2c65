"""Import through a real node: what comes in, what is refused, and what is left behind."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest

from dure.core.errors import CoreError, DureError
from dure.datasets.about.dcat import catalogue_entry
from dure.datasets.croissant import read_table
from dure.datasets.document import read_document
from dure.datasets.errors import DatasetError
from dure.governance.policy.errors import PolicyError
from dure.node.node import Node
from dure.readers.errors import ReaderError
from dure.readers.tables import Options
from tests.datasets.about.statements import FULL
from tests.datasets.world import LABEL, World


def test_a_file_becomes_a_described_data_set(steward: Node, csv: Path) -> None:
    steps: list[str] = []
    asset = steward.datasets.import_(csv, label=LABEL, licence="CC0-1.0", progress=steps.append)
    assert steps == ["parse", "seal", "describe"]
    entry = steward.house.assets.get(asset.id)
    facts = {"rows": "2", "columns": "3", "words": "holdings"}
    assert (entry.name, dict(entry.facts)) == ("holdings", facts)
    assert (asset.kind, asset.media_type, asset.schema_id) == (
        "dataset",
        "application/ld+json",
        "croissant/1.1",
    )
    shown = steward.datasets.show(asset.id)
    table = read_table(shown["croissant"])
    assert [(field.name, field.type) for field in table.fields] == [
        ("name", "string"),
        ("n", "int64"),
        ("place", "string"),
    ]
    assert table.rows == 2
    assert shown["croissant"]["usageInfo"]["termCode"] == LABEL
    parent = steward.house.assets.get(asset.parents[0])
    assert (parent.asset.kind, parent.asset.label) == ("dataset.table", asset.label)


def test_what_the_steward_states_stands_in_the_document(
    steward: Node, csv: Path, tmp_path: Path
) -> None:
    about = tmp_path / "about.toml"
    about.write_text(FULL, encoding="utf-8")
    asset = steward.datasets.import_(csv, label=LABEL, about=about, licence="CC-BY-4.0")
    assert steward.house.assets.get(asset.id).name == "Flights from three airports"
    document = steward.datasets.show(asset.id)["croissant"]
    assert document["description"] == "Every flight of a year."
    assert document["license"].endswith("/CC-BY-4.0")  # what the verb says wins
    assert document["rai:dataBiases"] == ["Large carriers report more fully."]
    assert document["prov:wasGeneratedBy"]["prov:label"] == "dataset.import"
    steward.datasets.export(asset.id, tmp_path / "out")
    entry = steward.datasets.dcat(asset.id)
    assert entry == catalogue_entry(read_document(tmp_path / "out")[0])
    assert entry["dct:spatial"]["rdfs:label"] == "New York"


def test_no_digest_of_sealed_content_lies_outside_the_vault(
    world: World, steward: Node, csv: Path, tmp_path: Path
) -> None:
    """A digest in the catalogue would tell that two agencies, or two labels, hold the same."""
    asset = steward.datasets.import_(csv, label=LABEL)
    table = read_table(steward.datasets.show(asset.id)["croissant"])
    stores = list(world.copy(tmp_path / "copy").home.glob("*/*.db"))
    assert len(stores) == 3
    for store in stores:
        content = store.read_bytes()
        for digest in (table.sha256, table.raw_sha256):
            assert digest.encode() not in content
            assert bytes.fromhex(digest) not in content


def test_importing_again_is_importing_once(
    world: World, steward: Node, csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = steward.datasets.import_(csv, label=LABEL)
    before = world.left()
    assert steward.datasets.import_(csv, label=LABEL) == first
    monkeypatch.setattr(steward.house, "now", lambda: 4_000_000_000)
    assert steward.datasets.import_(csv, label=LABEL) == first
    assert not world.left().since(before)


def test_the_same_rows_from_another_file_are_another_data_set(
    steward: Node, csv: Path, tmp_path: Path
) -> None:
    """The raw file's digest stands in the document; the sealed table is shared."""
    (tmp_path / "again").mkdir()
    other = tmp_path / "again" / csv.name
    other.write_bytes(csv.read_bytes().replace(b"\n", b"\r\n"))
    first = steward.datasets.import_(csv, label=LABEL)
    second = steward.datasets.import_(other, label=LABEL)
    assert first.id != second.id
    assert first.parents == second.parents


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("bravo//O// REL alpha FOR trial", "bravo//O// REL alpha,bravo FOR trial"),
        ("bravo//O// REL - FOR trial", "bravo//O// REL bravo FOR trial"),
        ("bravo//O// REL bravo FOR trial", "bravo//O// REL bravo FOR trial"),
        ("bravo//O//maritime REL * FOR *", "bravo//O//maritime REL * FOR *"),
    ],
)
def test_the_owner_may_always_hold_what_it_imports(
    steward: Node, csv: Path, text: str, becomes: str
) -> None:
    asset = steward.datasets.import_(csv, label=text)
    assert str(asset.label) == becomes
    assert str(steward.house.assets.get(asset.parents[0]).asset.label) == becomes


REFUSED_LABELS = [
    ("alpha//O// REL bravo FOR trial", "datasets.owner"),
    ("alpha+bravo//O// REL * FOR *", "datasets.owner"),
    ("", "core.label-text"),
    ("bravo", "core.label-text"),
    ("bravo//O REL bravo FOR trial", "core.label-text"),
    ("bravo//O// REL bravo FOR trial\n", "core.label-text"),
    ("bravo//O// REL " + "a" * 5000 + " FOR trial", "core.label-text"),
    ("delta//O// REL bravo FOR trial", "core.label-term"),
    ("bravo//X// REL bravo FOR trial", "core.label-term"),
    ("bravo//O//ports REL bravo FOR trial", "core.label-term"),
    ("bravo//O// REL delta FOR trial", "core.label-term"),
    ("bravo//O// REL bravo FOR targeting", "core.label-term"),
]


@pytest.mark.parametrize(("label", "code"), REFUSED_LABELS, ids=range(len(REFUSED_LABELS)))
def test_a_label_is_refused_before_the_file_is_looked_at(
    world: World, steward: Node, tmp_path: Path, label: str, code: str
) -> None:
    before, size = world.left(), steward.ledger.head()["size"]
    with pytest.raises((DatasetError, CoreError)) as refused:
        steward.datasets.import_(tmp_path / "missing.csv", label=label)
    assert refused.value.code == code
    assert not world.left().since(before)
    assert steward.ledger.head()["size"] == size


@pytest.mark.parametrize(
    ("principal", "label", "why"),
    [
        ("bravo.clerk", LABEL, "has no role to import"),
        ("bravo.courier", LABEL, "acts for no purpose that it serves"),
        ("bravo.idle", LABEL, "acts for no purpose at all"),
        ("bravo.steward", "bravo//O//answer-key REL bravo FOR trial", "is not cleared for it"),
        ("bravo.steward", "bravo//S// REL bravo FOR trial", "is not cleared for it"),
        ("bravo.steward", "bravo//O// REL bravo FOR -", "nobody may use it"),
    ],
    ids=lambda part: part if part.startswith("bravo.") else "",
)
def test_who_may_not_import_leaves_nothing(
    world: World, csv: Path, principal: str, label: str, why: str
) -> None:
    before = world.left()
    with world.open(principal) as node:
        size = node.ledger.head()["size"]
        with pytest.raises(PolicyError) as refused:
            node.datasets.import_(csv, label=label)
        assert refused.value.code == "governance.denied", why
        assert node.ledger.head()["size"] == size
    assert not world.left().since(before)


def test_a_file_that_is_no_table_leaves_intent_and_failure_in_the_ledger(
    world: World, steward: Node, tmp_path: Path
) -> None:
    (tmp_path / "ragged.csv").write_text("a,b\n1,2\n3\n")
    before = world.left()
    with pytest.raises(ReaderError) as refused:
        steward.datasets.import_(tmp_path / "ragged.csv", label=LABEL)
    assert refused.value.code == "readers.rows"
    assert not world.left().since(before)
    types = [entry["type"] for entry in steward.ledger.show(2)]
    assert types == ["dataset.import.begun", "dataset.import.failed"]


@pytest.mark.parametrize(("file", "kind"), [("a.pdf", ""), ("a", ""), ("a.csv", "xml")])
def test_an_unknown_kind_is_refused(
    world: World, steward: Node, tmp_path: Path, file: str, kind: str
) -> None:
    (tmp_path / file).write_text("a\n1\n")
    before = world.left()
    with pytest.raises(DatasetError) as refused:
        steward.datasets.import_(tmp_path / file, label=LABEL, kind=kind)
    assert refused.value.code == "datasets.kind"
    assert (kind or file) in refused.value.why
    assert not world.left().since(before)


@pytest.mark.parametrize(
    ("option", "given"),
    [
        ("--records", {"records": "a"}),
        ("--leave-out-damaged", {"leave_out_damaged": True}),
        ("--targets", {"targets": ["coco"]}),
        ("--offsets", {"offsets": "utf-8"}),
        ("--sheet", {"options": Options(sheet="1")}),
    ],
)
def test_an_option_that_means_nothing_here_is_refused_by_name(
    world: World, steward: Node, csv: Path, option: str, given: dict[str, Any]
) -> None:
    before = world.left()
    with pytest.raises(DatasetError) as refused:
        steward.datasets.import_(csv, label=LABEL, **given)
    assert (refused.value.code, refused.value.facts["option"]) == ("datasets.option", option)
    assert not world.left().since(before)


def test_a_kind_may_be_named(steward: Node, csv: Path) -> None:
    file = csv.rename(csv.with_suffix(".dat"))
    assert steward.datasets.import_(file, label=LABEL, kind="csv").kind == "dataset"


def test_korean_names_are_kept_in_one_form(steward: Node, csv: Path, tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "함정 위치")
    file = csv.rename(tmp_path / f"{decomposed}.csv")
    asset = steward.datasets.import_(file, label=LABEL, description="두 줄\n설명")
    name = steward.house.assets.get(asset.id).name
    assert name == "함정 위치" != decomposed
    assert steward.datasets.show(asset.id)["croissant"]["description"] == "두 줄\n설명"


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("name", "a\x1b[2Jb"),
        ("name", "a\nb"),
        ("name", "a" * 201),
        ("name", "\u202efdp"),
        ("name", "\udcff"),
        ("description", "a\x00b"),
        ("description", "a" * 10_001),
        ("licence", "CC0\n1.0"),
    ],
)
def test_words_that_cannot_be_shown_are_refused(
    world: World, steward: Node, csv: Path, part: str, text: str
) -> None:
    before = world.left()
    with pytest.raises(DatasetError) as refused:
        steward.datasets.import_(csv, label=LABEL, **{part: text})
    assert (refused.value.code, refused.value.facts["part"]) == ("datasets.words", part)
    assert not world.left().since(before)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("two words.csv", "two words"),
        ("a\nb.csv", "a_b"),
        ("a\x1b[31mb.csv", "a_[31mb"),
        ("\udcff\udcfe.csv", "__"),
        ("\u202egnp.csv", "_gnp"),
        (" .csv", "data"),
        ("가" * 70 + ".csv", "가" * 70),
    ],
    ids=range(7),
)
def test_any_file_name_gives_a_name_that_can_be_shown(
    steward: Node, csv: Path, file: str, name: str
) -> None:
    asset = steward.datasets.import_(csv.rename(csv.with_name(file)), label=LABEL)
    assert steward.house.assets.get(asset.id).name == name
    assert steward.datasets.show(asset.id)["croissant"]["name"] == name


def test_a_table_of_a_thousand_columns(steward: Node, tmp_path: Path) -> None:
    file = tmp_path / "wide.csv"
    names = [f"열 {i}" for i in range(1000)]
    file.write_text(",".join(names) + "\n" + ",".join(map(str, range(1000))) + "\n")
    asset = steward.datasets.import_(file, label=LABEL)
    table = read_table(steward.datasets.show(asset.id)["croissant"])
    assert [field.name for field in table.fields] == names
    assert {field.type for field in table.fields} == {"int64"}


def test_a_refusal_has_a_status_of_its_own(steward: Node, tmp_path: Path) -> None:
    statuses = set()
    for name, label in (("a.x", LABEL), ("a.csv", "alpha//O// REL * FOR *"), ("a.csv", LABEL)):
        with pytest.raises(DureError) as refused:
            steward.datasets.import_(tmp_path / name, label=label)
        statuses.add(refused.value.spec.exit_status)
    assert statuses == {84, 85, 45}
