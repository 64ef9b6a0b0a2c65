"""The scan of tables: every layout of text that Arrow has, numbers, names, and what is left out."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from dure.datasets.personal.kinds import Confidence, Hit, Kind, Span
from dure.datasets.personal.scan import Scanner, unscanned
from dure.datasets.privacy.errors import PrivacyError

CELLS = ["담당 010-1234-5678", None, "", "없음", "메일 kim@example.com", None, "담당 010-1234-5678"]
PLACES = [(0, 3, 16, Kind.PHONE), (4, 3, 18, Kind.EMAIL), (6, 3, 16, Kind.PHONE)]
TYPES = [
    pa.string(),
    pa.large_string(),
    pa.string_view(),
    pa.dictionary(pa.int8(), pa.string()),
    pa.dictionary(pa.int32(), pa.large_string()),
]


def places(hits) -> list[tuple[int, int, int, Kind]]:
    return [(hit.row, hit.start, hit.end, hit.kind) for hit in hits]


def array(kind: pa.DataType, cells=CELLS) -> pa.Array:
    if pa.types.is_dictionary(kind):
        return pa.array(cells, kind.value_type).dictionary_encode().cast(kind)
    return pa.array(cells, kind)


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_every_layout_of_text(scanner, kind):
    table = pa.table({"note": array(kind)})
    assert places(scanner.scan(table)) == PLACES
    # A slice begins in the middle of its buffers.
    assert places(scanner.scan(table.slice(4))) == [
        (0, 3, 18, Kind.EMAIL),
        (2, 3, 16, Kind.PHONE),
    ]


def test_an_extension_of_text_is_text(scanner):
    class Remark(pa.ExtensionType):
        def __init__(self):
            super().__init__(pa.string(), "dure.tests.remark")

        def __arrow_ext_serialize__(self):
            return b""

        @classmethod
        def __arrow_ext_deserialize__(cls, storage_type, serialized):
            return cls()

    batch = pa.RecordBatch.from_arrays(
        [pa.ExtensionArray.from_storage(Remark(), pa.array(CELLS))], names=["note"]
    )
    assert places(scanner.scan([batch])) == PLACES
    assert unscanned(batch.schema) == ()


@pytest.mark.parametrize(
    "given",
    [
        lambda table: table,
        lambda table: table.to_reader(),
        lambda table: pl.from_arrow(table),
        lambda table: iter(table.to_batches(max_chunksize=3)),
        lambda table: table.combine_chunks().to_batches()[0],
    ],
    ids=["table", "reader", "polars", "batches", "batch"],
)
def test_every_form_of_table(scanner, given):
    table = pa.concat_tables([pa.table({"note": CELLS}), pa.table({"note": CELLS})])
    later = [(row + len(CELLS), start, end, kind) for row, start, end, kind in PLACES]
    assert places(scanner.scan(given(table))) == PLACES + later


def test_no_rows_and_no_text(scanner):
    for kind in [*TYPES, pa.int64(), pa.float64(), pa.bool_()]:
        empty = pa.table({"note": array(kind, []) if kind in TYPES else pa.array([], kind)})
        assert list(scanner.scan(empty)) == []
        gone = pa.table({"note": pa.nulls(3, kind)})
        assert list(scanner.scan(gone)) == []
    assert list(scanner.scan(pa.table({"note": ["", ""]}))) == []


def test_bytes_under_a_null_are_nobodys(scanner):
    values = pa.array(["010-1234-5678", "010-1234-5678"])
    _, offsets, data = values.buffers()
    half = pa.Array.from_buffers(pa.string(), 2, [pa.py_buffer(b"\x02"), offsets, data])
    assert places(scanner.scan(pa.table({"note": half}))) == [(1, 0, 13, Kind.PHONE)]
    assert len(list(scanner.scan(pa.table({"note": values})))) == 2


def test_columns_are_chosen_by_name(scanner):
    table = pa.table({"a": CELLS, "b": CELLS})
    assert {hit.column for hit in scanner.scan(table)} == {"a", "b"}
    assert {hit.column for hit in scanner.scan(table, ["b"])} == {"b"}
    with pytest.raises(PrivacyError) as refused:
        list(scanner.scan(table, ["c"]))
    assert (refused.value.code, refused.value.facts["name"]) == ("privacy.scan", "c")


def test_a_column_that_is_named_holds_what_it_says(scanner):
    table = pa.table({"계좌번호": ["110123456789", None, "없음"], "note": ["110123456789"] * 3})
    assert [(h.column, h.row, h.kind) for h in scanner.scan(table)] == [
        ("계좌번호", 0, Kind.BANK_ACCOUNT)
    ]


def test_a_dictionary_of_numbers_is_numbers(scanner):
    values = pa.array([1012345678, 1087654321, 1012345678]).dictionary_encode()
    assert places(scanner.scan(pa.table({"phone": values}))) == [
        (row, 0, 10, Kind.PHONE) for row in range(3)
    ]


def test_what_is_not_looked_into_is_named():
    schema = pa.schema(
        {
            "text": pa.string(),
            "code": pa.dictionary(pa.int8(), pa.string()),
            "number": pa.decimal128(12, 0),
            "day": pa.date32(),
            "flag": pa.bool_(),
            "list": pa.list_(pa.string()),
            "bytes": pa.binary(),
            "parts": pa.struct({"a": pa.string()}),
        }
    )
    assert unscanned(schema) == ("list", "bytes", "parts")


class Names:
    """Takes every 홍 with two characters behind it for a name."""

    def names(self, texts):
        return [
            [
                Span(at, at + 3, Kind.NAME, Confidence.MEDIUM)
                for at, char in enumerate(text)
                if char == "홍"
            ]
            for text in texts
        ]


def test_names_are_found_by_who_is_given():
    cells = ["담당 홍가나 010-1234-5678", None, "홍가나", "대전 서구 홍가나로 12"]
    table = pa.table({"note": cells})
    named = list(Scanner(names=Names()).scan(table))
    assert places(named) == [
        (0, 3, 6, Kind.NAME),
        (0, 7, 20, Kind.PHONE),
        (2, 0, 3, Kind.NAME),
        (3, 0, 13, Kind.ADDRESS),  # the name within it is part of it
    ]
    assert Kind.NAME not in {hit.kind for hit in Scanner().scan(table)}


def test_a_hit_holds_no_value(scanner):
    for hit in scanner.scan(pa.table({"note": CELLS})):
        assert set(Hit.__slots__) == {"column", "row", "start", "end", "kind", "confidence"}
        assert "1234" not in repr(hit)


def test_broken_utf8_is_looked_at_all_the_same(scanner):
    data = "담당 ".encode()[:-2] + b"\xff 010-1234-5678"
    broken = pa.Array.from_buffers(
        pa.string(),
        1,
        [None, pa.py_buffer(np.array([0, len(data)], np.int32)), pa.py_buffer(data)],
    )
    assert [hit.kind for hit in scanner.scan(pa.table({"note": broken}))] == [Kind.PHONE]
