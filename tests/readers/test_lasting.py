"""Tables that are kept: the same parts where the data are the same, cut where pages end."""

from __future__ import annotations

import hashlib
import os
from itertools import accumulate
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dure.readers import lasting, pieces
from dure.readers.arrival import unframed
from dure.readers.columnar import plain_type
from dure.readers.errors import ReaderError
from dure.readers.lasting import LastingWriter, hand_on
from dure.readers.page_headers import after_page
from dure.readers.pieces import LEAST_PIECE_BYTES, PieceWriter
from tests.readers.streams import opened, pieces_of

ROWS = 300_000


def table(rows: int = ROWS) -> pa.Table:
    rng = np.random.default_rng(3)
    words = pa.array(["정상", "점검", "고장", None])
    return pa.table(
        {
            "id": np.arange(rows),
            "speed": pa.array(rng.random(rows), mask=rng.random(rows) < 0.1),
            "state": words.take(pa.array(rng.integers(0, 4, rows))),
            "note": pa.array([f"비고 {number}" for number in rng.integers(0, 10**6, rows)]),
            "day": pa.array(rng.integers(0, 9000, rows).astype("int32"), pa.date32()),
            "at": pa.array(rng.integers(0, 10**15, rows), pa.timestamp("us")),
            "flag": rng.random(rows) < 0.5,
        }
    )


def written(file: Path, data: pa.Table, batch_rows: int = 1 << 16) -> list[bytes]:
    """Return the file's pieces; the file is what they make together."""
    stream = file.with_suffix(".stream")
    way = opened(stream)
    with LastingWriter(PieceWriter(way), data.schema) as writer:
        for batch in data.to_batches(batch_rows):
            writer.write(batch)
    os.close(way)
    pieces = pieces_of(stream)
    file.write_bytes(b"".join(pieces))
    return pieces


def fresh(old: list[bytes], new: list[bytes]) -> float:
    """Return the share of bytes in pieces that the old file has not."""
    known = {hashlib.sha256(piece).digest() for piece in old}
    return sum(len(p) for p in new if hashlib.sha256(p).digest() not in known) / sum(map(len, new))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[pa.Table, list[bytes]]:
    data = table()
    return data, written(tmp_path_factory.mktemp("first") / "table", data)


def test_every_value_comes_back_and_pieces_end_between_pages(tmp_path: Path, first) -> None:
    data, pieces = first
    file = tmp_path / "table"
    file.write_bytes(b"".join(pieces))
    assert pq.read_table(file).equals(data)
    metadata = pq.read_metadata(file)
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    assert len(groups) > 2
    for group in groups[:-1]:
        assert lasting.LEAST_GROUP_ROWS <= group.num_rows <= lasting.MOST_GROUP_ROWS
    starts = {
        group.column(i).data_page_offset for group in groups for i in range(group.num_columns)
    }
    # Where a column's first page begins is known from the file's end, and is one of the places.
    content, places, last = file.read_bytes(), {4}, groups[-1].column(data.num_columns - 1)
    end = last.data_page_offset + last.total_compressed_size
    while max(places) < end:
        places.add(after_page(content, max(places)))
    assert starts <= places
    assert max(places) == end
    assert set(accumulate(map(len, pieces[:-1]))) <= places
    assert all(len(piece) >= LEAST_PIECE_BYTES for piece in pieces[:-1])


def test_the_file_does_not_depend_on_how_the_rows_came(tmp_path: Path, first) -> None:
    data, pieces = first
    assert written(tmp_path / "table", data, batch_rows=7_001) == pieces


def test_pages_go_on_while_their_group_is_written_and_are_cut_alike(
    tmp_path: Path, first, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, whole = first
    held: list[int] = []
    take = PieceWriter.write

    def write(self: PieceWriter, block: bytes) -> int:
        found = take(self, block)
        held.append(self.tell() - self._given)
        return found

    monkeypatch.setattr(PieceWriter, "write", write)
    most_bytes = []
    for most in (1, 1 << 17, 1 << 40):
        held.clear()
        monkeypatch.setattr(pieces, "MOST_HELD_BYTES", most)
        assert written(tmp_path / "table", data) == whole
        most_bytes.append(max(held))
    # A page, what is waited for, and what is too short to go; the control holds a whole group.
    assert most_bytes[1] <= (1 << 17) + max(map(len, whole)) + LEAST_PIECE_BYTES
    assert most_bytes[0] <= most_bytes[1] < most_bytes[2] / 4


def test_rows_that_come_or_go_move_nothing_far_away(tmp_path: Path, first) -> None:
    data, pieces = first
    front = data.slice(0, 1000)
    for name, changed in (
        ("removed", pa.concat_tables([data.slice(0, 20_000), data.slice(21_000)])),
        ("added", pa.concat_tables([data.slice(0, 20_000), front, data.slice(20_000)])),
        ("appended", pa.concat_tables([data, front])),
    ):
        assert fresh(pieces, written(tmp_path / name, changed)) < 0.55, name
    # The control: were groups of a fixed length, all that follows would be new.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lasting, "_marks", lambda batch: np.zeros(batch.num_rows, dtype=bool))
        patch.setattr(lasting, "MOST_GROUP_ROWS", 1 << 16)
        plain = written(tmp_path / "plain", data)
        shifted = pa.concat_tables([data.slice(0, 20_000), data.slice(21_000)])
        assert fresh(plain, written(tmp_path / "shifted", shifted)) > 0.9


def test_a_column_at_the_end_moves_nothing(tmp_path: Path, first) -> None:
    data, _ = first
    wide = pa.table({f"c{i}": data["id"] for i in range(8)})
    more = wide.append_column("more", data["at"])
    assert fresh(written(tmp_path / "wide", wide), written(tmp_path / "more", more)) < 0.2


def test_small_and_odd_tables(tmp_path: Path) -> None:
    odd = pa.table(
        {
            "small": pa.array([1, None], pa.int8()),
            "half": pa.array([0.5, None], pa.float32()),
            "exact": pa.array([None, "1.10"]).cast(pa.decimal128(5, 2)),
            "time": pa.array([1, None], pa.time32("ms")),
            "text": pa.array(["x" * 70_000, None]),
        }
    )
    pieces = written(tmp_path / "odd", odd)
    assert pq.read_table(tmp_path / "odd").equals(odd)
    assert b"".join(pieces) == (tmp_path / "odd").read_bytes()
    no_marks = odd.select(["half", "exact"])
    written(tmp_path / "none", no_marks)
    assert pq.read_table(tmp_path / "none").equals(no_marks)


@pytest.mark.parametrize(
    "given",
    [
        pa.timestamp("s"), pa.timestamp("s", "Asia/Seoul"), pa.timestamp("ns"), pa.time32("s"),
        pa.time64("ns"), pa.decimal64(5, 2), pa.decimal256(50, 2), pa.uint8(), pa.uint64(),
        pa.float16(), pa.date64(), pa.large_string(), pa.dictionary(pa.int8(), pa.string()),
    ],
    ids=str,
)  # fmt: skip
def test_a_type_is_read_as_it_was_told(tmp_path: Path, given: pa.DataType) -> None:
    told = plain_type(given, 1)
    written(tmp_path / "one", pa.table({"a": pa.array([None], told)}))
    assert pq.read_schema(tmp_path / "one").field("a").type == told


def test_a_writer_that_fails_leaves_no_whole_file(tmp_path: Path) -> None:
    data = table(10)
    with pytest.raises(ZeroDivisionError), LastingWriter(tmp_path / "table", data.schema) as writer:
        writer.write(data.to_batches()[0])
        raise ZeroDivisionError
    assert pq.read_metadata(tmp_path / "table").num_rows == 0


@pytest.mark.parametrize("kind", [0, 9, 13])
def test_a_header_of_another_form_is_a_defect(kind: int) -> None:
    with pytest.raises(ValueError, match="header"):
        after_page(bytes([0x10 | kind if kind else 0x1D, 0]), 0)


def test_fields_and_numbers_in_their_long_forms() -> None:
    """A field's number that is not near the last one's; a struct within, whose end is found."""
    body = bytes([0x05, 0x1E, 0x02])  # i32, number 15 written out: 1
    inner = bytes([0x1C, 0x11, 0x12, 0x08, 0x20, 0x02, 0x61, 0x62, 0x00])
    sized = bytes([0x05, 0x06, 0x80, 0x02, 0x00])  # number 3: 128
    content = body + bytes([0x0C, 0x28]) + inner[1:] + sized
    assert after_page(content, 0) == len(content) + 128


def test_a_file_is_handed_on_in_the_pieces_that_a_stream_has(tmp_path: Path, first) -> None:
    data, pieces = first
    with LastingWriter(tmp_path / "table", data.schema) as writer:
        for batch in data.to_batches():
            writer.write(batch)
    hand_on(tmp_path / "table", tmp_path / "stream")
    assert pieces_of(tmp_path / "stream") == pieces
    content = (tmp_path / "stream").read_bytes()
    blocks = [content[at : at + 99_991] for at in range(0, len(content), 99_991)]
    assert list(unframed(iter(blocks))) == pieces
    with pytest.raises(ReaderError):
        list(unframed(iter(blocks[:-1])))
