"""Elements in the sandbox and in a node: two steps for a person, one new data set, nothing half-done."""

from __future__ import annotations

from pathlib import Path

import mlcroissant
import polars as pl
import pytest

from dure.core.errors import DureError
from dure.datasets.about.statement import parse
from dure.datasets.dummy.released import TERM
from dure.datasets.elements import sandboxed
from dure.datasets.elements.conforming import ColumnOutcome, Conformed
from dure.datasets.elements.errors import ElementsError
from dure.datasets.elements.held import conform
from dure.datasets.elements.mapping import Mapping, confirm, write
from dure.datasets.elements.matching import Proposed
from dure.datasets.elements.reading import parse_csv, read_set
from dure.datasets.errors import DatasetError
from dure.datasets.import_ import import_
from dure.node.node import Node
from dure.readers.errors import ReaderError
from tests.datasets.about.statements import FULL
from tests.datasets.world import LABEL, SEA, World

SET = read_set(SEA)
SECRET = "qz-441"
ROWS = f"""mmsi,ship_name,sailing_date,speed (km/h),vessel_type,memo
440001,Haeundae,20260131,18.52,cargo,{SECRET}
440002,Dokdo,20260201,37.04,fishing,{SECRET}
440003,Ulleung,20260202,,{SECRET},{SECRET}
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("elements") / "voyages.csv"
    file.write_text(ROWS, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def proposed(file: Path) -> Mapping:
    return sandboxed.propose_file(file, SET)


@pytest.fixture(scope="module")
def confirmed(proposed: Mapping) -> Mapping:
    return confirm(proposed, [one.column for one in proposed.mapped])


# ── a bare file ───────────────────────────────────────────────────────────────────────────────
def test_a_file_is_looked_at_in_the_sandbox(proposed: Mapping):
    assert {one.column: one.element for one in proposed.columns} == {
        "mmsi": "MMSI",
        "ship_name": "VSSL_NM",
        "sailing_date": "DPTR_YMD",
        "speed (km/h)": "SPD",
        "vessel_type": "VSSL_TY",
        "memo": "",
    }
    assert SECRET not in write(proposed)


def test_a_file_is_made_to_conform(file: Path, confirmed: Mapping, tmp_path: Path):
    out = tmp_path / "out.parquet"
    found = sandboxed.conform_file(file, confirmed, SET, out)
    table = pl.read_parquet(out)
    assert table.columns == ["MMSI", "VSSL_NM", "DPTR_YMD", "SPD", "VSSL_TY", "memo"]
    assert table["SPD"].to_list() == [pytest.approx(10), pytest.approx(20), None]
    assert table["VSSL_TY"].to_list() == ["C", "F", None]
    assert found.score == pytest.approx(13 / 14)
    assert SECRET not in str(found.to_dict())
    with pytest.raises(DatasetError, match=r"datasets\.folder"):
        sandboxed.conform_file(file, confirmed, SET, out)


def test_two_agencies_tables_join_by_their_keys_alone(tmp_path: Path):
    """Other names, units, code spellings, date forms and encodings; what joins them is the set's keys."""
    ours, theirs = tmp_path / "ours.csv", tmp_path / "theirs.csv"
    ours.write_bytes(
        "해상이동업무식별번호,출항일자,속력 (km/h),선종코드\n"
        "440001,2026.01.31,18.52,화물선\n440002,2026.02.01,37.04,어선\n".encode("cp949")
    )
    theirs.write_text(
        "mmsi\tsailing_date\twater_temp_fahrenheit\tvsl_type\n"
        "440002\t20260201\t50\tF\n440001\t20260131\t59\tC\n",
        encoding="utf-16",
    )
    made = []
    for file in (ours, theirs):
        told = sandboxed.propose_file(file, SET)
        assert not told.unmapped
        out = file.with_suffix(".parquet")
        sandboxed.conform_file(
            file, confirm(told, [one.column for one in told.mapped]), SET, out, least=1.0
        )
        made.append(pl.read_parquet(out))
    keys = [one.id for one in SET.elements if one.key]
    assert keys == ["DPTR_YMD", "MMSI"]
    both = made[0].join(made[1], on=[*keys, "VSSL_TY"]).sort("MMSI")
    assert both.select("MMSI", "VSSL_TY", "SPD", "WTR_TEMP").rows() == [
        ("440001", "C", pytest.approx(10), pytest.approx(15)),
        ("440002", "F", pytest.approx(20), pytest.approx(10)),
    ]


def test_below_the_least_score_nothing_is_left(file: Path, confirmed: Mapping, tmp_path: Path):
    with pytest.raises(ElementsError) as caught:
        sandboxed.conform_file(file, confirmed, SET, tmp_path / "out.parquet", least=0.95)
    assert (caught.value.code, caught.value.facts["column"]) == ("elements.score", "vessel_type")
    assert SECRET not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_mapping_of_another_file_is_refused_by_its_column(confirmed: Mapping, tmp_path: Path):
    other = tmp_path / "other.csv"
    other.write_text(ROWS.replace("memo", "remark"), encoding="utf-8")
    with pytest.raises(ElementsError) as caught:
        sandboxed.conform_file(other, confirmed, SET, tmp_path / "out.parquet", file="m.toml")
    assert caught.value.facts == {"file": "m.toml", "place": "memo", "reason": "no-column"}
    assert list(tmp_path.iterdir()) == [other]


def test_what_is_refused_before_anything_is_read(
    file: Path, proposed: Mapping, confirmed: Mapping, tmp_path: Path
):
    out, other = tmp_path / "out.parquet", read_set(SEA, version=2)
    for mapping, elements, code in (
        (proposed, SET, "elements.unconfirmed"),
        (confirmed, other, "elements.mapping"),
    ):
        with pytest.raises(ElementsError) as caught:
            sandboxed.conform_file(file, mapping, elements, out)
        assert caught.value.code == code
    with pytest.raises(DatasetError, match=r"datasets\.folder"):
        sandboxed.conform_file(file, confirmed, SET, tmp_path / "none" / "out.parquet")
    with pytest.raises(ReaderError, match=r"readers\.source"):
        sandboxed.read_mapping(tmp_path / "none.toml")


# ── what a taken-over run may say ─────────────────────────────────────────────────────────────
def outcome(**parts: object) -> ColumnOutcome:
    told = {"column": "a", "element": "SPD", "present": 3, "conforming": 2, "faults": {"range": 1}}
    return ColumnOutcome(**{**told, "rows": (1,), **parts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "parts",
    [
        {"column": SECRET},
        {"element": "MMSI"},
        {"present": 9},
        {"conforming": 3},
        {"faults": {SECRET: 1}},
        {"faults": {}},
        {"rows": (0,)},
        {"rows": (9,)},
    ],
)
def test_an_answer_that_does_not_fit_is_none(parts):
    mapping = sandboxed.parse(
        f'mapping = 1\nset = "sea"\nversion = 1\ndigest = "{SET.digest}"\n'
        '[[column]]\ncolumn = "a"\nelement = "SPD"\n'.encode()
    )
    assert sandboxed._honest(Conformed(4, (outcome(),), ()), mapping)
    assert not sandboxed._honest(Conformed(4, (outcome(**parts),), ()), mapping)
    assert not sandboxed._honest(Conformed(4, (outcome(),), (SECRET,)), mapping)


@pytest.mark.parametrize(
    "guess",
    [
        Proposed(SECRET, "SPD", 0.9),
        Proposed("a", SECRET, 0.9),
        Proposed("a", "SPD", 0.9, (SECRET,)),
        Proposed("a", "SPD", 0.9, (), SECRET),
        Proposed("a", "SPD", 0.9, (), "", SECRET),
    ],
)
def test_a_guess_that_does_not_fit_is_none(guess):
    good = Proposed("a", "SPD", 0.9, ("name",), "km/h")
    assert sandboxed._held([good], ["a"], SET).mapped[0].element == "SPD"
    with pytest.raises(ReaderError, match=r"readers\.stopped"):
        sandboxed._held([guess], ["a"], SET)


# ── in a node ─────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def voyages(steward: Node, file: Path) -> str:
    return import_(
        steward.house,
        file,
        label=LABEL,
        name="voyages",
        ranges=True,
        statement=parse(FULL.encode()),
    ).id


@pytest.fixture(scope="module")
def loaded(steward: Node) -> str:
    return steward.datasets.load_elements(SEA, label="bravo//O// REL * FOR *").id


def test_a_set_that_the_charter_names_is_loaded_and_read(steward: Node, loaded: str):
    assert [row["name"] for row in steward.datasets.list_elements()] == ["sea"]
    assert steward.datasets.elements("sea").document == SET.document
    assert steward.datasets.load_elements(SEA, label="bravo//O// REL * FOR *").id == loaded


@pytest.mark.parametrize(
    ("name", "version", "change", "reason"),
    [
        ("land", 1, "", "not-adopted"),
        ("sea", 2, "", "version"),
        ("sea", 1, "0~61", "digest"),
    ],
)
def test_a_set_that_it_does_not_name_is_refused(
    steward: Node, world: World, tmp_path: Path, name, version, change, reason
):
    file = tmp_path / "set.csv"
    file.write_text(SEA.read_text("utf-8").replace("0~60", change or "0~60"), encoding="utf-8")
    before = world.left()
    with pytest.raises(ElementsError) as caught:
        steward.datasets.load_elements(file, label=LABEL, name=name, version=version)
    assert caught.value.facts == {"name": name, "version": version, "reason": reason}
    assert not world.left().since(before)


def test_a_data_set_is_made_to_conform(
    steward: Node, world: World, voyages: str, loaded: str, confirmed: Mapping, tmp_path: Path
):
    told = steward.datasets.propose_mapping(voyages, loaded)
    assert [one.element for one in told.columns] == [one.element for one in confirmed.columns]
    asset, found = steward.datasets.conform(voyages, confirmed, "sea")
    assert found.score == pytest.approx(13 / 14)
    table, first = asset.parents
    assert first == voyages
    assert steward.house.assets.get(table).asset.parents == (voyages,)
    assert asset.label == steward.house.assets.get(voyages).asset.label
    assert world.ledger(1) == ["dataset.conform.done"]
    frame = steward.datasets.open(asset.id).to_polars()
    assert frame["VSSL_TY"].to_list() == ["C", "F", None]
    document = steward.datasets.show(asset.id)["croissant"]
    fields = {one["name"]: one for one in document["recordSet"][0]["field"]}
    assert fields["SPD"]["equivalentProperty"] == "urn:dure:element:sea:1:SPD"
    assert "equivalentProperty" not in fields["memo"]
    first_document = steward.datasets.show(voyages)["croissant"]
    stated = {term for term in first_document if term.startswith(("rai:", "geocr:"))}
    assert len(stated) > 10
    for term in (*stated, "keywords", "conformsTo", "spatialCoverage", "contactPoint"):
        assert document[term] == first_document[term]
    assert fields["SPD"]["dure:unit"] == "kn"  # km/h before
    assert TERM in first_document
    assert TERM not in document
    assert found.dropped == (TERM, "sailing_date: dure:writtenAs")
    again, _ = steward.datasets.conform(voyages, confirmed, "sea")
    assert again.id == asset.id
    steward.datasets.export(asset.id, tmp_path / "out")  # verified against each other
    read = mlcroissant.Dataset(tmp_path / "out" / "croissant.json")
    assert not read.metadata.ctx.issues.errors
    assert len(list(read.records("records"))) == 3


def test_a_refusal_leaves_nothing(
    steward: Node, world: World, voyages: str, loaded: str, confirmed: Mapping, tmp_path: Path
):
    file = tmp_path / "m.toml"
    file.write_text(write(confirmed), encoding="utf-8")
    before = world.left()
    with pytest.raises(ElementsError, match=r"elements\.score"):
        steward.datasets.conform(voyages, file, "sea", least=0.99)
    assert world.ledger(1) == ["dataset.conform.failed"]
    assert not world.left().since(before)
    stranger = parse_csv(SEA.read_bytes(), "land")
    with pytest.raises(ElementsError, match=r"elements\.charter"):
        conform(steward.house, voyages, confirmed, stranger)


def test_only_a_steward_may(world: World, loaded: str, voyages: str, confirmed: Mapping):
    with world.open("bravo.clerk") as node:
        with pytest.raises(DureError, match=r"governance\.denied"):
            node.datasets.load_elements(SEA, label=LABEL)
        with pytest.raises(DureError, match=r"governance\.denied"):
            node.datasets.conform(voyages, confirmed, "sea")
