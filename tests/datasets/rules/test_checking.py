"""The check against what the rules mean, on many small tables; and its samples, memory and edges."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dure.datasets.rules import forms
from dure.datasets.rules.checking import check, cuts
from dure.datasets.rules.contract import Contract
from dure.datasets.rules.outcomes import RuleOutcome, counts, findings
from dure.datasets.rules.repeats import Repeats, turns_for
from tests.datasets.rules.reference import Columns, failing

UTC = dt.UTC
WHOLE = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3)
FLOATS = st.floats() | st.sampled_from([0.0, -0.0, 1.5, 2.0, math.nan])
TEXTS = st.text(st.characters(codec="utf-8"), max_size=4) | st.sampled_from(["", "a", "가나"])
DAYS = st.dates(dt.date(2023, 12, 30), dt.date(2024, 1, 3))
MOMENTS = st.datetimes(dt.datetime(2023, 12, 30), dt.datetime(2024, 1, 3))  # noqa: DTZ001
TYPES: dict[str, tuple[pl.DataType, st.SearchStrategy[Any]]] = {
    "i": (pl.Int64(), WHOLE),
    "j": (pl.Int64(), WHOLE),
    "u": (pl.UInt64(), st.integers(0, 2**64 - 1) | st.integers(0, 3)),
    "b": (pl.Int8(), st.integers(-128, 127)),
    "f": (pl.Float64(), FLOATS),
    "g": (pl.Float64(), FLOATS),
    "t": (pl.String(), TEXTS),
    "s": (pl.String(), TEXTS),
    "d": (pl.Date(), DAYS),
    "e": (pl.Date(), DAYS),
    "m": (pl.Datetime("us"), MOMENTS),
    "z": (pl.Datetime("us", "UTC"), MOMENTS.map(lambda one: one.replace(tzinfo=UTC))),
    "k": (pl.Boolean(), st.booleans()),
    "c": (pl.Decimal(20, 2), st.decimals(-99, 99, places=2)),
}
INTEGERS = ["i", "j", "u", "b"]


@st.composite
def tables(draw: st.DrawFn) -> Columns:
    rows = draw(st.integers(1, 12))
    return {
        name: draw(st.lists(st.none() | values, min_size=rows, max_size=rows))
        for name, (_, values) in TYPES.items()
    }


def _bounds(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    both = st.tuples(values, values).map(sorted).map(lambda two: {"min": two[0], "max": two[1]})
    return both | values.map(lambda one: {"min": one}) | values.map(lambda one: {"max": one})


NUMBERS = (
    st.integers(-(2**63), 2**64 - 1)
    | st.integers(-3, 3)
    | st.floats(allow_nan=False, allow_infinity=False)
)
RANGES = {
    **dict.fromkeys([*INTEGERS, "f", "c"], NUMBERS),
    "d": DAYS,
    "m": MOMENTS,
    "z": MOMENTS.map(lambda one: one.replace(tzinfo=UTC)),
}
CODES = {
    **dict.fromkeys(INTEGERS, st.integers(-(2**63), 2**64 - 1) | st.integers(-2, 2)),
    "t": TEXTS,
    "k": st.booleans(),
}
PAIRS = [("i", "j"), ("i", "u"), ("b", "i"), ("f", "g"), ("t", "s"), ("d", "e"), ("k", "k2")]
KEYS = st.lists(st.sampled_from([*TYPES]), min_size=1, max_size=3, unique=True).map(tuple)


@st.composite
def rules(draw: st.DrawFn) -> forms.AnyRule:
    kind = draw(st.sampled_from(["null", "range", "day", "length", "codes", "pair", "unique"]))
    match kind:
        case "null":
            return forms.NotNull(column=draw(st.sampled_from([*TYPES])))
        case "range":
            name = draw(st.sampled_from([*RANGES]))
            return forms.Within(column=name, **draw(_bounds(RANGES[name])))
        case "day":
            return forms.Within(column=draw(st.sampled_from(["m", "z"])), **draw(_bounds(DAYS)))
        case "length":
            least = draw(st.integers(0, 3))
            most = draw(st.none() | st.integers(least, 4))
            return forms.Length(column="t", min=least, max=most)
        case "codes":
            name = draw(st.sampled_from([*CODES]))
            values = draw(st.lists(CODES[name], min_size=1, max_size=4))
            return forms.Allowed(column=name, values=tuple(values))
        case "pair":
            left, right = draw(st.sampled_from(PAIRS[:-1]))
            sign = draw(st.sampled_from(["<", "<=", "==", "!=", ">=", ">"]))
            return forms.Relation(left=left, is_=sign, right=right)
        case _:
            return forms.Unique(columns=draw(KEYS))


def write(folder: Path, columns: Columns, name: str = "table.parquet") -> Path:
    file = folder / name
    pl.DataFrame({k: pl.Series(v, dtype=TYPES[k][0]) for k, v in columns.items()}).write_parquet(
        file
    )
    return file


def one(file: Path, rule: forms.AnyRule, **more: Any) -> RuleOutcome:
    (outcome,) = check(file, Contract((rule,)), **more)
    return outcome


def _canonical(columns: Columns) -> Columns:
    """Keys as SQL and polars see them: every NaN is the same, and so is every zero."""
    return {
        name: ["nan" if isinstance(v, float) and v != v else v for v in values]
        for name, values in columns.items()
    }


@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(tables(), st.lists(rules(), min_size=1, max_size=8), st.integers(1, 5), st.booleans())
def test_the_check_agrees_with_what_the_rules_mean(
    tmp_path: Path, columns: Columns, wanted: list[forms.AnyRule], step: int, tight: bool
) -> None:
    file = write(tmp_path, columns)
    outcomes = check(
        file,
        Contract(tuple(wanted)),
        samples=100,
        batch_rows=step,
        memory_bytes=50 if tight else 1 << 30,
    )
    for rule, outcome in zip(wanted, outcomes, strict=True):
        meant = _canonical(columns) if isinstance(rule, forms.Unique) else columns
        rows = failing(rule, meant)
        assert [sample.row for sample in outcome.samples] == rows, rule
        assert outcome.failing == len(rows)
        assert outcome.state == ("broken" if rows else "kept")
        assert all(sample.values == {} for sample in outcome.samples)


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(tables(), tables(), st.lists(st.sampled_from(["i", "t", "d", "b"]), min_size=1, unique=True))
def test_foreign_keys(tmp_path: Path, columns: Columns, other: Columns, names: list[str]) -> None:
    file, keys = write(tmp_path, columns), write(tmp_path, other, "other.parquet")
    rule = forms.ForeignKey(columns=tuple(names), table="units", keys=tuple(names))
    rows = failing(rule, columns, other)
    outcome = one(file, rule, samples=100, tables={"units": keys})
    assert [sample.row for sample in outcome.samples] == rows
    itself = one(file, rule, tables={"units": file})
    assert itself.state == "kept"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "t.parquet"
    pl.DataFrame(
        {
            "id": [1, 2, 2, 4],
            "name": ["가", "나", None, "SN12"],
            "price": [1.5, 2.5, float("nan"), None],
            "money": pl.Series([Decimal("1.10"), None, Decimal("-3.00"), Decimal("2.00")]),
            "raw": pl.Series([b"a", b"b", b"c", b"d"], dtype=pl.Binary),
            "time": pl.Series([dt.time(1), None, dt.time(2), dt.time(3)]),
            "here": pl.Series(
                [dt.datetime(2023, 12, 31, 15, tzinfo=UTC)] * 4,
                dtype=pl.Datetime("us", "Asia/Seoul"),
            ),
        }
    ).write_parquet(file)
    return file


def test_shown_values_are_those_of_columns_that_may_be_shown(table: Path) -> None:
    rule = forms.Unique(columns=("id",))
    hidden = one(table, rule)
    assert [(s.row, s.values) for s in hidden.samples] == [(2, {}), (3, {})]
    shown = one(table, rule, may_show=lambda column: column == "id")
    assert [(s.row, s.values) for s in shown.samples] == [(2, {"id": "2"}), (3, {"id": "2"})]
    pair = forms.Relation(left="id", is_=">", right="price")
    assert one(table, pair, may_show=lambda column: column == "id").samples[0].values == {"id": "1"}
    gap = one(table, forms.NotNull(column="name"), may_show=lambda _: True)
    assert [(s.row, s.values) for s in gap.samples] == [(3, {"name": None})]


def test_a_long_value_is_cut_and_samples_are_as_many_as_asked(tmp_path: Path) -> None:
    file = tmp_path / "t.parquet"
    pl.DataFrame({"t": ["x" * 500] * 50}).write_parquet(file)
    rule = forms.Length(column="t", max=3)
    outcome = one(file, rule, may_show=lambda _: True, samples=3, batch_rows=2)
    assert [s.row for s in outcome.samples] == [1, 2, 3]
    assert {len(s.values["t"] or "") for s in outcome.samples} == {80}
    assert outcome.failing == 50
    assert one(file, rule, samples=0).samples == ()
    repeated = forms.Unique(columns=("t",))
    some = one(file, repeated, may_show=lambda _: True, samples=3, batch_rows=2)
    assert [s.row for s in some.samples] == [1, 2, 3]


@pytest.mark.parametrize(
    ("kind", "column", "state"),
    [
        ("integer", "id", "kept"),
        ("number", "id", "kept"),
        ("number", "money", "kept"),
        ("integer", "price", "broken"),
        ("text", "name", "kept"),
        ("text", "id", "broken"),
        ("time", "time", "kept"),
        ("datetime", "here", "kept"),
        ("text", "raw", "broken"),
    ],
)
def test_types(table: Path, kind: Any, column: str, state: str) -> None:
    assert one(table, forms.OfType(column=column, type=kind)).state == state


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (forms.NotNull(column="none"), "no-column"),
        (forms.OfType(column="none", type="text"), "no-column"),
        (forms.Unique(columns=("id", "none")), "no-column"),
        (forms.Length(column="id", max=3), "type"),
        (forms.Pattern(column="id", pattern="a"), "type"),
        (forms.Within(column="name", min=1), "type"),
        (forms.Within(column="id", min=dt.date(2024, 1, 1)), "type"),
        (forms.Within(column="here", min=dt.datetime(2024, 1, 1)), "type"),  # noqa: DTZ001
        (forms.Within(column="time", min=1), "type"),
        (forms.Allowed(column="name", values=(1,)), "type"),
        (forms.Allowed(column="price", values=(1,)), "type"),
        (forms.Relation(left="id", is_="<", right="name"), "type"),
        (forms.ForeignKey(columns=("id",), table="x", keys=("id",)), "no-table"),
        (forms.ForeignKey(columns=("id",), table="itself", keys=("name",)), "no-key"),
        (forms.ForeignKey(columns=("id",), table="itself", keys=("none",)), "no-key"),
    ],
)
def test_a_rule_that_does_not_fit_counts_as_broken(
    table: Path, rule: forms.AnyRule, reason: str
) -> None:
    outcome = one(table, rule, tables={"itself": table})
    assert (outcome.state, outcome.reason) == ("unfit", reason)
    (finding,) = findings((outcome,), "t")
    assert finding.code == f"datasets.rule.{reason}"
    assert finding.words.ko != finding.words.en


def test_whole_tables(table: Path) -> None:
    assert one(table, forms.RowCount(min=4, max=4)).state == "kept"
    assert one(table, forms.RowCount(min=5)).state == "broken"
    assert one(table, forms.RowCount(max=3)).state == "broken"
    share = one(table, forms.NullShare(column="name", max=0.25))
    assert (share.state, share.failing, share.samples) == ("kept", 1, ())
    assert one(table, forms.NullShare(column="name", max=0.24)).state == "broken"


def test_ranges_at_the_edges_of_types(table: Path) -> None:
    def rows(**bounds: Any) -> list[int]:
        return [s.row for s in one(table, forms.Within(**bounds)).samples]

    assert rows(column="money", min=-3, max=1.1) == [4]  # 1.10 is not above 1.1
    assert rows(column="money", min=0.001) == [3]
    assert rows(column="money", min=1e300) == [1, 3, 4]
    assert rows(column="money", max=-1e300) == [1, 3, 4]
    assert rows(column="money", min=-1e300, max=1e300) == []
    assert rows(column="id", min=2**63) == [1, 2, 3, 4]
    assert rows(column="id", max=1.5) == [2, 3, 4]
    assert rows(column="id", min=1.2, max=1.8) == [1, 2, 3, 4]
    assert rows(column="price", min=0) == [3]  # NaN
    assert rows(column="here", max=dt.date(9999, 12, 31)) == []
    assert rows(column="here", max=dt.date(2023, 12, 31)) == [1, 2, 3, 4]
    moment = dt.datetime(2023, 12, 31, 15, tzinfo=UTC)  # midnight in Seoul
    assert rows(column="here", max=moment) == []
    assert rows(column="here", max=moment - dt.timedelta(seconds=1)) == [1, 2, 3, 4]


def test_bounds_that_no_double_is_are_exact(tmp_path: Path) -> None:
    file = tmp_path / "t.parquet"
    pl.DataFrame({"x": [2.0**53, 2.0**53 + 2, 2.0**53 + 4]}).write_parquet(file)
    low = one(file, forms.Within(column="x", min=2**53 + 1))
    assert [s.row for s in low.samples] == [1]
    high = one(file, forms.Within(column="x", max=2**53 + 3))
    assert [s.row for s in high.samples] == [3]


def test_patterns_match_the_whole_text(tmp_path: Path) -> None:
    file = tmp_path / "t.parquet"
    pl.DataFrame({"t": ["SN12", "SN12\n", "xSN12", "SN1a", None, ""]}).write_parquet(file)
    for pattern in ("SN[0-9]+", "SN[0-9]+|never", "(?i)sn\\d{2}"):
        found = one(file, forms.Pattern(column="t", pattern=pattern))
        assert [s.row for s in found.samples] == [2, 3, 4, 6], pattern
    # What would run away in an engine that backtracks is over at once here.
    pl.DataFrame({"t": ["a" * 5000 + "!"] * 20}).write_parquet(file)
    assert one(file, forms.Pattern(column="t", pattern="(a+)+")).failing == 20


def test_counting_rows_reads_no_column(tmp_path: Path) -> None:
    file = tmp_path / "t.parquet"
    pl.DataFrame({"t": pl.Series([], dtype=pl.String)}).write_parquet(file)
    outcomes = check(file, Contract((forms.RowCount(min=1), forms.Unique(columns=("t",)))))
    assert counts(outcomes) == {"kept": 1, "broken": 1, "unfit": 0}
    assert findings(outcomes, "t")[0].locator == ""


@pytest.mark.parametrize("step", [2, 3, 100])
def test_running_numbers_that_begin_again(tmp_path: Path, step: int) -> None:
    """Each batch grows, and only the border between two of them tells that numbers come back."""
    file = tmp_path / "t.parquet"
    rule = forms.Unique(columns=("n",))
    pl.DataFrame({"n": [1, 2, 3, 4, None, 5]}).write_parquet(file)
    assert one(file, rule, batch_rows=step).state == "kept"
    pl.DataFrame({"n": [1, 2, 1, 2, 3, 4]}).write_parquet(file)
    assert [s.row for s in one(file, rule, batch_rows=step).samples] == [1, 2, 3, 4]


def test_two_keys_that_share_one_number_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every key had the same first number: the second one still tells them apart."""
    search = Repeats(forms.Unique(columns=("n",)), (1, 2))
    monkeypatch.setattr(search, "_seeds", ("first", 2))
    whole = pl.Expr.hash
    monkeypatch.setattr(
        pl.Expr,
        "hash",
        lambda self, seed: whole(self * 0, 0) if seed == "first" else whole(self, seed),
    )
    batch = pl.DataFrame({"n": [3, 1, 2, 1]})
    search.look(batch, 10, 0)
    assert search.rows().to_list() == [12, 14]


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(1, 9), max_size=6), st.integers(1, 12))
def test_cuts_cover_every_row_once(tmp_path: Path, groups: list[int], step: int) -> None:
    file = tmp_path / "t.parquet"
    table = pa.table({"n": range(sum(groups))})
    with pq.ParquetWriter(file, table.schema) as writer:
        for number, rows in enumerate(groups):
            writer.write_table(table.slice(sum(groups[:number]), rows))
    found = cuts(file, step)
    covered = [row for offset, rows in found for row in range(offset, offset + rows)]
    assert covered == [*range(sum(groups))]
    assert all(0 < rows <= step for _, rows in found)


def test_long_tables_take_turns() -> None:
    assert turns_for(0, 1, 100) == 1
    assert turns_for(100, 0, 100) == 1
    assert turns_for(100, 1, 100) == 48
