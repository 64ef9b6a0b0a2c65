"""What the worker does inside the sandbox, looked at outside of it: plans, previews, refusals."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
import pytest

from dure.datasets.deidentify import answers, methods
from dure.datasets.deidentify.answers import ANSWER
from dure.datasets.deidentify.plan import Plan, parse, write
from dure.datasets.deidentify.previewing import shape_of
from dure.datasets.deidentify.worker import Work, main
from dure.datasets.personal.kinds import Kind
from dure.datasets.privacy.errors import PrivacyError
from tests.datasets.privacy import people


@pytest.fixture
def table(tmp_path: Path) -> pa.Table:
    return pcsv.read_csv(people.write(tmp_path))


def worked(folder: Path, table: pa.Table, work: Work) -> Any:
    given, out = folder / "in", folder / "out"
    for each in (given, out):
        each.mkdir(exist_ok=True)
    pq.write_table(table, given / "table", row_group_size=50)
    (given / "work").write_bytes(msgspec.json.encode(work))
    (given / "keys").write_bytes(bytes(32 * 16))
    assert main(given, out, folder) == 0
    return msgspec.json.decode((out / ANSWER).read_bytes(), type=answers.Answer)


def test_every_column_gets_a_method_and_its_reason(table: pa.Table, tmp_path: Path):
    more = {
        "생년월일": [dt.date(1990, 1, 1)] * table.num_rows,
        "출생": ["900101"] * table.num_rows,
        "우편번호": ["13487"] * table.num_rows,
        "zip": [13487] * table.num_rows,
        "주소": ["경기도 성남시 분당구 판교로 228"] * table.num_rows,
        "환자번호": [f"P{i}" for i in range(table.num_rows)],
        "사업자": [1234567891] * table.num_rows,
        "단가": [1.5] * table.num_rows,
    }
    for name, values in more.items():
        table = table.append_column(name, pa.array(values))
    said = worked(tmp_path, table, Work("propose"))
    plan = parse(said.plan.encode("utf-8"))
    assert {one.name: one.method for one in plan.column} == {
        "성명": "drop",
        "주민등록번호": "pseudonym",
        "나이": "generalise",
        "성별": "keep",
        "지역": "keep",
        "진단": "keep",
        "입원": "keep",
        "퇴원": "keep",
        "메모": "mask-personal",
        "생년월일": "generalise",
        "출생": "mask",
        "우편번호": "generalise",
        "zip": "generalise",
        "주소": "generalise",
        "환자번호": "pseudonym",
        "사업자": "pseudonym",
        "단가": "keep",
    }
    quasi = {"나이", "성별", "지역", "생년월일", "출생", "우편번호", "zip", "주소"}
    assert set(plan.quasi) == quasi
    assert plan.sensitive == ("진단",)
    reasons = {one.name for one in plan.column if one.why_ko and one.why_en}
    assert reasons == {one.name for one in plan.column} - {"입원", "퇴원", "단가"}
    # And what is proposed goes with the table:
    told = msgspec.structs.replace(plan, purpose="trial")
    assert worked(tmp_path, table, Work("treat", write(told), emit=True)).rows == table.num_rows


def test_service_numbers_are_found_by_the_shapes_that_are_given(tmp_path: Path):
    table = pa.table({"no": [f"AB-{i:04d}" for i in range(50)]})
    for shapes, method in (((), "keep"), (("@@-####",), "pseudonym")):
        said = worked(tmp_path, table, Work("propose", shapes=shapes))
        plan = parse(said.plan.encode("utf-8"))
        assert (plan.column[0].method, plan.service_numbers) == (method, shapes)
    assert worked(tmp_path, table, Work("search", write(plan))).found[0].kind is Kind.SERVICE_NUMBER
    assert worked(tmp_path, table, Work("search", write(Plan()))).found == ()


def test_a_preview_shows_shapes_unless_a_column_is_named(table: pa.Table, tmp_path: Path):
    shown = worked(tmp_path, table, Work("preview", people.PLAN, rows=2, shown=("나이",)))
    before = dict(zip(shown.before, shown.rows_before[0], strict=True))
    after = dict(zip(shown.after, shown.rows_after[0], strict=True))
    assert (before["성명"], before["주민등록번호"]) == ("가9", "999999-9999999")
    assert (before["메모"], before["나이"]) == ("가가가가 999-9999-9999가가가", "20")
    assert "성명" not in after
    assert (after["메모"], after["나이"]) == ("연락처는 [phone]입니다", "20")
    bare = worked(tmp_path, table, Work("preview", write(Plan()), rows=50))
    assert len(bare.rows_before) == 50
    after = dict(zip(bare.after, bare.rows_after[0], strict=True))
    assert after["주민등록번호"] == "999999-9999999"  # the plan leaves it, the scan doesn't
    assert shape_of("홍 Gil-9, 漢é") == "가 aaa-9, aa"


def test_what_a_plan_leaves_is_listed_and_numbers_that_identify_are_refused(
    table: pa.Table, tmp_path: Path
):
    plan = Plan(column=(methods.Drop(name="주민등록번호"),))
    left = worked(tmp_path, table, Work("treat", write(plan)))
    assert {(one.column, one.kind) for one in left.left} == {("메모", Kind.PHONE)}
    left.refuse_identifiers()
    (finding,) = left.findings("people")
    assert (finding.code, finding.locator) == ("personal.phone", "메모")
    assert not (tmp_path / "out" / "table.parquet").exists()  # nobody asked for it
    kept = worked(tmp_path, table, Work("treat", write(Plan())))
    with pytest.raises(PrivacyError) as refused:
        kept.refuse_identifiers()
    facts = refused.value.facts
    assert (facts["column"], facts["kind"], facts["rows"]) == (
        "주민등록번호",
        Kind.RESIDENT_NUMBER,
        120,
    )


def test_a_plan_that_does_not_fit_is_said_with_the_column(table: pa.Table, tmp_path: Path):
    plan = Plan(column=(methods.Noise(name="성명", scale=1),))
    said = worked(tmp_path, table, Work("treat", write(plan)))
    assert said == answers.Refusal("성명", "type")


def test_counts_and_names_of_a_run_that_was_taken_over_are_not_believed(
    table: pa.Table, tmp_path: Path
):
    plan = Plan(column=(methods.Drop(name="주민등록번호"),))
    honest = worked(tmp_path, table, Work("treat", write(plan)))
    assert honest.is_whole()
    column = answers.Column("a\nb", "int64")
    for change in (
        {"rows": 1},
        {"left_out": 1},
        {"columns": (column,)},
        {"columns": (*honest.columns, honest.columns[0])},
        {"after": msgspec.structs.replace(honest.after, least=0)},
        {"columns": honest.columns[:1]},
    ):
        assert not msgspec.structs.replace(honest, **change).is_whole()
