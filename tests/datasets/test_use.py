"""Rows for the programs that learn from them: from a vault and from a folder, the same."""

from __future__ import annotations

import datetime as dt
import gc
import json
import os
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.core.errors import DureError
from dure.datasets.errors import DatasetError
from dure.datasets.use.columns import even
from dure.datasets.use.dataset import DataSet
from dure.datasets.use.opening import open_folder
from dure.datasets.use.piped import PipedSource
from dure.datasets.use.source import held
from dure.governance.house import Stream
from dure.governance.policy.errors import PolicyError
from dure.node.node import Node
from dure.readers.errors import ReaderError
from tests.datasets.digests import sha256
from tests.datasets.reading import records, told, write
from tests.datasets.world import LABEL, World
from tests.descriptors import descriptors

UTC = dt.UTC
ROWS = 1_000


def mixed(rows: int = ROWS) -> pa.Table:
    number = range(rows)
    return pa.table(
        {
            "n": pa.array(number, pa.int64()),
            "gap": pa.array([None if i % 7 == 0 else i for i in number], pa.int32()),
            "x": pa.array([None if i % 5 == 0 else i / 8 for i in number], pa.float64()),
            "yes": pa.array([i % 3 == 0 for i in number]),
            "perhaps": pa.array([None if i % 4 == 0 else i % 3 == 0 for i in number]),
            "이름": pa.array([None if i % 11 == 0 else f"값 {i}" for i in number]),
            "a.b": pa.array([f"dot {i}" for i in number]),
            "a": pa.array(number, pa.uint8() if rows <= 256 else pa.uint16()),
            "day": pa.array([dt.date(2026, 1, 1) + dt.timedelta(i) for i in number]),
            "at": pa.array(
                [dt.datetime(2026, 1, 1, tzinfo=UTC) + dt.timedelta(0, i) for i in number],
                pa.timestamp("us", "UTC"),
            ),
        }
    )


def exported(folder: Path, table: pa.Table, group_rows: int = 150) -> Path:
    """Write a folder whose table has several blocks."""
    write(folder, table)
    pq.write_table(table, folder / "data.parquet", row_group_size=group_rows, compression="zstd")
    redigest(folder)
    return folder


def redigest(folder: Path, **changed: Any) -> None:
    document = json.loads((folder / "croissant.json").read_text("utf-8"))
    data = (folder / "data.parquet").read_bytes()
    document["distribution"][0] |= {"sha256": sha256(data), "contentSize": f"{len(data)} B"}
    document["distribution"][0] |= changed
    (folder / "croissant.json").write_text(json.dumps(document, ensure_ascii=False), "utf-8")


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return mixed()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, table: pa.Table) -> Path:
    return exported(tmp_path_factory.mktemp("exported") / "out", table)


@pytest.fixture(scope="module")
def vaulted(
    steward: Node, tmp_path_factory: pytest.TempPathFactory, table: pa.Table
) -> Callable[[], DataSet]:
    """The same table in the vault."""
    file = tmp_path_factory.mktemp("raw") / "mixed.parquet"
    pq.write_table(table, file)
    asset = steward.datasets.import_(file, label=LABEL)
    return lambda: steward.datasets.open(asset.id, purpose="trial")


@pytest.fixture(params=["vault", "folder", "folder in the sandbox", "pipe"])
def opened(request: pytest.FixtureRequest, folder: Path, vaulted: Any) -> DataSet:
    match request.param:
        case "vault":
            return vaulted()  # type: ignore[no-any-return]
        case "folder":
            return open_folder(folder, trusted=True)
        case "pipe":
            return piped(folder)
        case _:
            return open_folder(folder)


def piped(folder: Path, spoil: Callable[[int, bytes], bytes] | None = None) -> DataSet:
    """Open a folder's table as a stream; ``spoil`` changes what the n-th stream gives."""
    from dure.datasets.document import read_document

    document, about = read_document(folder)
    count = iter(range(1_000))

    def stream() -> Stream:
        if spoil is None:
            return Stream(os.open(folder / "data.parquet", os.O_RDONLY), about.size)
        data = spoil(next(count), (folder / "data.parquet").read_bytes())
        descriptor = held([data])
        os.lseek(descriptor, 0, os.SEEK_SET)
        return Stream(descriptor, len(data))

    return DataSet(PipedSource(stream, about, "piped"), document)


def joined(batches: Iterator[pa.RecordBatch]) -> pa.Table:
    return pa.Table.from_batches(list(batches))


# ── every source, every form ───────────────────────────────────────────────────────────────────
def test_all_rows_come_in_their_order(opened: DataSet, table: pa.Table) -> None:
    assert (opened.rows, len(opened), opened.columns) == (ROWS, ROWS, tuple(table.column_names))
    assert opened.schema == table.schema
    batches = list(opened.batches(64))
    assert max(batch.num_rows for batch in batches) == 64
    assert pa.Table.from_batches(batches) == table
    assert opened.to_arrow() == table
    assert joined(opened.batches()) == table, "it can be read again"


def test_frames_and_records(opened: DataSet, table: pa.Table) -> None:
    frame = opened.to_polars()
    assert frame.equals(pl.from_arrow(table))
    assert list(opened.records()) == table.to_pylist()
    pandas = opened.to_pandas()
    assert pandas["gap"].dtype == "int32[pyarrow]", "whole numbers stay whole beside gaps"
    assert pa.Table.from_pandas(pandas, schema=table.schema, preserve_index=False) == table


def test_views_are_combined(opened: DataSet, table: pa.Table) -> None:
    shuffled = opened.shuffle(7).to_arrow()
    assert shuffled != table
    assert shuffled.sort_by("n") == table
    order = shuffled["n"].to_pylist()
    view = opened.select("이름", "n").shuffle(7).shard(1, 3)
    assert view.rows == len(order[1::3])
    assert view.to_arrow() == shuffled.select(["이름", "n"]).take(list(range(1, ROWS, 3)))
    assert opened.shard(1, 3).shuffle(7).to_arrow()["n"].to_pylist() == order[1::3]
    assert opened.shard(2, 3).to_arrow() == table.take(list(range(2, ROWS, 3)))
    assert opened.rows == ROWS, "a view leaves what it was made of as it was"


def test_every_source_shuffles_alike(folder: Path, vaulted: Any) -> None:
    """The vault's file has other blocks, so another order; the same file has the same."""
    orders = [
        source.shuffle(3).to_arrow()["n"].to_pylist()
        for source in (piped(folder), open_folder(folder, trusted=True))
    ]
    assert orders[0] == orders[1]
    again = [vaulted().shuffle(3).to_arrow()["n"].to_pylist() for _ in range(2)]
    assert again[0] == again[1]


def test_a_column_with_a_dot_is_no_part_of_another(opened: DataSet, table: pa.Table) -> None:
    for names in (["a"], ["a.b"], ["a.b", "a"], ["a", "a.b"]):
        assert opened.select(*names).to_arrow() == table.select(names)


def test_arrays_have_one_type_whatever_the_batch(opened: DataSet, table: pa.Table) -> None:
    arrays = opened.to_numpy()
    kinds = {name: str(values.dtype) for name, values in arrays.items()}
    assert kinds == {
        "n": "int64", "gap": "float64", "x": "float64", "yes": "bool", "perhaps": "float64",
        "이름": "object", "a.b": "object", "a": "uint16", "day": "datetime64[D]",
        "at": "datetime64[us]",
    }  # fmt: skip
    np.testing.assert_array_equal(
        arrays["gap"], [np.nan if v is None else v for v in table["gap"].to_pylist()]
    )
    assert arrays["이름"].tolist() == table["이름"].to_pylist()
    parts = list(opened.arrays(7))
    assert [len(part["n"]) for part in parts] == [7] * (ROWS // 7) + [ROWS % 7]
    for name, values in arrays.items():
        assert {part[name].dtype for part in parts} == {values.dtype}
        np.testing.assert_array_equal(np.concatenate([part[name] for part in parts]), values)
    parts[0]["n"] += 1  # a program may normalise in place


def test_an_empty_share_is_empty_in_every_form(opened: DataSet, table: pa.Table) -> None:
    nothing = opened.shard(ROWS, ROWS + 1)
    assert (nothing.rows, list(nothing.batches()), list(nothing.records())) == (0, [], [])
    assert nothing.to_arrow() == table.slice(0, 0)
    assert nothing.to_numpy()["gap"].dtype == np.float64
    assert nothing.to_polars().schema == opened.to_polars().schema


@given(st.integers(1, 400), st.integers(1, 60), st.integers(1, 9), st.integers(0, 2**40))
def test_every_row_reaches_exactly_one_rank(
    rows: int, batch_rows: int, world_size: int, seed: int
) -> None:
    """Through files, blocks and batches of any size, with and without a shuffle."""
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"n": range(rows)}), sink, row_group_size=1 + seed % 97)
    source = Held(sink.getvalue().to_pybytes(), rows)
    for view in (DataSet(source, {}), DataSet(source, {}).shuffle(seed)):
        whole = view.to_numpy()["n"].tolist()
        shares = [
            [n for part in view.shard(rank, world_size).arrays(batch_rows) for n in part["n"]]
            for rank in range(world_size)
        ]
        assert [whole[rank::world_size] for rank in range(world_size)] == shares
        assert sorted(whole) == list(range(rows))


def Held(data: bytes, rows: int) -> Any:  # noqa: N802 (stands for a source)
    from dure.datasets.croissant import Field, Table
    from dure.datasets.use.source import FileSource

    return FileSource(
        held([data]), Table((Field("n", "int64"),), rows, len(data), sha256(data), ""), "held"
    )


@given(st.lists(st.integers(0, 30), max_size=12), st.integers(1, 20))
def test_even_batches_lose_nothing(sizes: list[int], rows: int) -> None:
    numbers = iter(range(1_000))
    batches = [
        pa.record_batch({"n": pa.array([next(numbers) for _ in range(size)], pa.int64())})
        for size in sizes
    ]
    evened = list(even(iter(batches), rows))
    assert [n for batch in evened for n in batch["n"].to_pylist()] == list(range(sum(sizes)))
    assert all(batch.num_rows == rows for batch in evened[:-1])
    assert all(batch.num_rows for batch in evened)


def test_the_standards_own_reader_gives_the_same_records(folder: Path, table: pa.Table) -> None:
    assert list(records(folder)) == told(open_folder(folder, trusted=True).to_arrow())


def test_types_that_python_holds_otherwise(tmp_path: Path) -> None:
    table = pa.table(
        {
            "money": pa.array([Decimal("1.50"), None], pa.decimal128(9, 2)),
            "fine": pa.array([1, None], pa.timestamp("ns")),
            "clock": pa.array([dt.time(9, 30), None], pa.time64("us")),
        }
    )
    opened = open_folder(exported(tmp_path / "out", table), trusted=True)
    assert list(opened.records()) == table.to_pylist()
    arrays = opened.to_numpy()
    assert arrays["money"].tolist() == [Decimal("1.50"), None]
    assert arrays["clock"].tolist() == [dt.time(9, 30), None]
    assert arrays["fine"].dtype == "datetime64[ns]"
    assert np.isnat(arrays["fine"][1])
    assert next(opened.arrays())["money"].dtype == object


# ── what is asked wrongly ──────────────────────────────────────────────────────────────────────
def test_columns_that_are_not_there(folder: Path) -> None:
    opened = open_folder(folder, trusted=True)
    with pytest.raises(DatasetError) as refused:
        opened.select("n", "nowhere")
    assert (refused.value.code, refused.value.facts["reason"]) == ("datasets.form", "no-column")
    with pytest.raises(DatasetError):
        opened.select("n").select("x")
    for names in ((), ("n", "n")):
        with pytest.raises(ValueError, match="once"):
            opened.select(*names)
    assert opened.select("n").columns == ("n",)


def test_batches_of_nothing(folder: Path) -> None:
    opened = open_folder(folder, trusted=True)
    for verb in (opened.batches, opened.arrays, opened.tensors):
        with pytest.raises(ValueError, match="one row or more"):
            next(verb(0))
    with pytest.raises(ValueError, match="rank"):
        opened.shard(3, 3)
    assert next(opened.batches(1)).num_rows == 1


def test_a_number_that_no_double_holds_is_not_rounded(tmp_path: Path) -> None:
    table = pa.table({"n": pa.array([2**53 + 1, None]), "m": pa.array([2**53 + 1, 0])})
    opened = open_folder(exported(tmp_path / "out", table), trusted=True)
    with pytest.raises(DatasetError) as refused:
        opened.to_numpy()
    assert refused.value.facts == {"name": "n", "reason": "inexact"}
    assert str(2**53 + 1) not in refused.value.why
    assert opened.select("m").to_numpy()["m"].tolist() == [2**53 + 1, 0]
    assert opened.to_polars()["n"].to_list() == [2**53 + 1, None]


def test_a_column_that_is_all_gaps(tmp_path: Path) -> None:
    table = pa.table({"n": pa.array([None, None], pa.int64())})
    opened = open_folder(exported(tmp_path / "out", table), trusted=True)
    assert np.isnan(opened.to_numpy()["n"]).all()


@pytest.mark.parametrize("package", ["pandas", "torch"])
def test_a_package_that_is_missing_is_named(
    folder: Path, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)  # as if it were not installed
    opened = open_folder(folder, trusted=True).select("n")
    with pytest.raises(DatasetError) as refused:
        opened.to_pandas() if package == "pandas" else next(opened.tensors())
    assert refused.value.facts == {"name": package, "reason": "not-installed"}
    assert package in refused.value.why


class _Torch(ModuleType):
    """Stands for torch, whose `from_numpy` shares the memory of a writable array of numbers."""

    @staticmethod
    def from_numpy(values: Any) -> Any:
        assert values.flags.writeable
        assert values.dtype.kind in "biuf"
        return values.view()


def test_tensors_share_the_memory_of_arrays(
    folder: Path, table: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", _Torch("torch"))
    opened = open_folder(folder, trusted=True)
    numbers = opened.select("n", "gap", "x", "yes")
    first = next(numbers.shuffle(1).tensors(64))
    assert [len(values) for values in first.values()] == [64] * 4
    rows = np.concatenate([part["n"] for part in numbers.shard(1, 2).tensors(9)])
    assert rows.tolist() == table["n"].to_pylist()[1::2]
    for column in ("이름", "day"):
        with pytest.raises(DatasetError) as refused:
            next(opened.select("n", column).tensors())
        assert refused.value.facts == {"name": column, "reason": "not-number"}


# ── the vault ──────────────────────────────────────────────────────────────────────────────────
def test_every_stream_is_a_read_in_the_ledger(steward: Node, csv: Path) -> None:
    asset = steward.datasets.import_(csv, label=LABEL)
    before = steward.ledger.head()["size"]
    opened = steward.datasets.open(asset.id[:12])
    assert opened.name == "holdings"
    size = steward.ledger.head()["size"]
    assert size == before + 2, "the document, and the table that was held against it"
    assert opened.to_polars().height == 2
    assert {entry["type"] for entry in steward.ledger.show(3)} == {"content.read"}
    assert steward.ledger.head()["size"] == size + 1


def test_who_may_not_read_gets_no_row(world: World, steward: Node, csv: Path) -> None:
    asset = steward.datasets.import_(csv, label=LABEL)
    with pytest.raises(PolicyError) as refused:
        steward.datasets.open(asset.id, purpose="transfer")
    assert refused.value.code == "governance.denied"
    with world.open("bravo.courier") as node, pytest.raises(DureError) as hidden:
        node.datasets.open(asset.id, purpose="trial")
    assert hidden.value.code == "node.unknown-asset"
    assert steward.datasets.open(asset.id, purpose="trial").rows == 2


def test_who_stops_early_breaks_nothing(vaulted: Any, table: pa.Table) -> None:
    for view in (vaulted(), vaulted().shuffle(1), vaulted().shard(0, 2)):
        assert next(view.batches(3)).num_rows == 3
    first, second = vaulted().batches(10), vaulted().batches(10)
    for one, other in zip(first, second, strict=True):
        assert one == other
    assert vaulted().to_arrow() == table


def test_a_table_that_another_agency_wrote_is_read_in_the_sandbox(
    steward: Node, csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dure.datasets.use import opening

    def sealed(producer: str) -> DataSet:
        folder = exported(tmp_path / producer, pa.table({"n": [1, 2], producer: ["x", "y"]}))
        house, about = steward.house, steward.datasets.show(asset.id)
        label = steward.house.assets.get(asset.id).asset.label
        parts = {"label": label, "producer": producer, "name": producer}
        table = house.seal(
            [(folder / "data.parquet").read_bytes()], kind="dataset.table",
            media_type="application/vnd.apache.parquet", schema_id="dure/table/v1", **parts,
        )  # fmt: skip
        made = house.seal(
            [(folder / "croissant.json").read_bytes()], kind="dataset", parents=(table.id,),
            media_type=about["asset"]["media_type"], schema_id="croissant/1.1", **parts,
        )  # fmt: skip
        return steward.datasets.open(made.id)

    asset = steward.datasets.import_(csv, label=LABEL)
    inside: list[str] = []
    real = opening.parse

    def parse(*given: Any, **named: Any) -> Any:
        inside.append(given[1])
        return real(*given, **named)

    monkeypatch.setattr(opening, "parse", parse)
    assert sealed("dataset.import").to_numpy()["n"].tolist() == [1, 2]
    assert inside == []
    assert sealed("transfer.import").to_numpy()["n"].tolist() == [1, 2]
    assert inside == ["parquet"]


def test_a_stream_that_changes_is_found(folder: Path) -> None:
    def flipped(data: bytes) -> bytes:
        return data[:100] + bytes([data[100] ^ 1]) + data[101:]

    spoils: dict[str, Callable[[int, bytes], bytes]] = {
        "first": lambda n, data: flipped(data) if n == 0 else data,
        "cut": lambda n, data: data[:-1] if n == 0 else data,
        "later": lambda n, data: flipped(data) if n else data,
        "later, cut": lambda n, data: data[:1000] if n else data,
    }
    for name, spoil in spoils.items():
        for shuffle in (False, True):
            with pytest.raises(DatasetError) as refused:
                opened = piped(folder, spoil)
                (opened.shuffle(1) if shuffle else opened).to_arrow()
            assert refused.value.code == "datasets.changed", name
    assert piped(folder, lambda n, data: data).shuffle(1).to_arrow().num_rows == ROWS


def test_memory_holds_one_block_of_a_stream(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 2**62, 1 << 20)
    folder = exported(tmp_path / "out", pa.table({"n": noise}), group_rows=1 << 15)
    size = (folder / "data.parquet").stat().st_size
    assert size > 7 << 20

    def peak(read: Callable[[], object]) -> int:
        tracemalloc.start()
        read()
        taken = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return taken

    opened = piped(folder)
    assert peak(lambda: sum(batch.num_rows for batch in opened.batches())) < size / 4
    assert peak((folder / "data.parquet").read_bytes) >= size, "the measure sees such memory"


def test_a_stream_of_another_table_is_found(folder: Path, tmp_path: Path) -> None:
    """One that is whole in itself, with the same columns and as many rows."""
    table = mixed()
    other = exported(tmp_path / "other", table.set_column(0, "n", pa.array(range(1, ROWS + 1))))
    data = (other / "data.parquet").read_bytes()
    for shuffle in (False, True):
        opened = piped(folder, lambda n, real: data if n else real)
        with pytest.raises(DatasetError) as refused:
            (opened.shuffle(1) if shuffle else opened).to_arrow()
        assert refused.value.code == "datasets.changed"


def test_a_value_that_changes_in_a_later_stream_is_found(tmp_path: Path) -> None:
    """One byte of a number, which no decoder can object to."""
    folder = exported(tmp_path / "out", pa.table({"n": [7_000_000_001, 2]}))
    plain = {"compression": "none", "use_dictionary": False, "write_statistics": False}
    pq.write_table(pa.table({"n": [7_000_000_001, 2]}), folder / "data.parquet", **plain)
    redigest(folder)
    number = (7_000_000_001).to_bytes(8, "little")

    def other(count: int, data: bytes) -> bytes:
        assert data.count(number) == 1
        return data.replace(number, (7_000_000_003).to_bytes(8, "little")) if count else data

    assert piped(folder).to_arrow()["n"].to_pylist() == [7_000_000_001, 2]
    for view in (piped(folder, other), piped(folder, other).shard(0, 2)):
        with pytest.raises(DatasetError) as refused:
            view.to_arrow()
        assert refused.value.code == "datasets.changed"


def test_a_long_end_of_the_file_takes_another_stream(tmp_path: Path) -> None:
    """Statistics of long texts make the file's end longer than what is kept at first."""
    long = [chr(0x61 + i % 26) * 3000 for i in range(60)]
    folder = exported(tmp_path / "out", pa.table({"t": long, "u": long[::-1]}), group_rows=1)
    streams: list[int] = []
    opened = piped(folder, lambda n, data: streams.append(n) or data)
    assert streams == [0, 1]
    assert opened.to_arrow()["t"].to_pylist() == long
    streams.clear()
    piped(exported(tmp_path / "short", pa.table({"t": ["a"]})), lambda n, d: streams.append(n) or d)
    assert streams == [0]


# ── a folder from anywhere ─────────────────────────────────────────────────────────────────────
def spoilt(folder: Path, what: str) -> None:
    document = json.loads((folder / "croissant.json").read_text("utf-8"))
    data = folder / "data.parquet"
    fields = document["recordSet"][0]["field"]
    match what:
        case "byte":
            content = bytearray(data.read_bytes())
            content[100] ^= 1
            data.write_bytes(content)
        case "cut":
            data.write_bytes(data.read_bytes()[:-1])
        case "longer":
            data.write_bytes(data.read_bytes() + b"x")
        case "swapped":
            pq.write_table(pa.table({"n": [1]}), data)
        case "rows":
            document["recordSet"][0]["annotation"]["value"] += 1
        case "type":
            fields[0]["dure:arrowType"] = "int32"
        case "missing column":
            del fields[0]
        case "order":
            fields[0], fields[1] = fields[1], fields[0]
    (folder / "croissant.json").write_text(json.dumps(document), "utf-8")


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize(
    "what", ["byte", "cut", "longer", "swapped", "rows", "type", "missing column", "order"]
)
def test_a_table_that_its_document_does_not_describe(
    tmp_path: Path, what: str, trusted: bool
) -> None:
    folder = exported(tmp_path / "out", mixed(50))
    assert open_folder(folder, trusted=trusted).rows == 50
    spoilt(folder, what)
    with pytest.raises((DatasetError, ReaderError)) as refused:
        open_folder(folder, trusted=trusted)
    assert refused.value.code in ("datasets.changed", "readers.parquet")
    if trusted:
        assert refused.value.code == "datasets.changed"


def test_a_page_that_is_damaged_behind_a_right_digest(tmp_path: Path) -> None:
    folder = exported(tmp_path / "out", mixed(50))
    spoilt(folder, "byte")
    redigest(folder)
    with pytest.raises(DatasetError) as refused:
        open_folder(folder, trusted=True).to_arrow()
    assert refused.value.code == "datasets.changed"


def test_bytes_that_are_no_text_behind_a_right_digest(tmp_path: Path) -> None:
    """A file that decodes, and whose text column holds bytes that are no UTF-8."""
    folder = exported(tmp_path / "out", pa.table({"t": ["fine", "text"]}))
    wrong = pa.Array.from_buffers(
        pa.string(), 2, pa.array([b"fine", b"\xff\xfe"], pa.binary()).buffers()
    )
    pq.write_table(pa.table({"t": wrong}), folder / "data.parquet", store_schema=False)
    redigest(folder)
    with pytest.raises(DatasetError) as refused:
        open_folder(folder, trusted=True).to_arrow()
    assert refused.value.code == "datasets.changed"
    with pytest.raises(ReaderError):
        open_folder(folder)


def test_a_file_that_is_written_to_while_it_is_read(tmp_path: Path) -> None:
    folder = exported(tmp_path / "out", mixed(500), group_rows=50)
    opened = open_folder(folder, trusted=True)
    batches = opened.batches()
    next(batches)
    data = (folder / "data.parquet").read_bytes()
    os.utime(folder / "data.parquet", (1, 1))
    with pytest.raises(DatasetError) as refused:
        list(batches)
    assert refused.value.code == "datasets.changed"
    # One that is replaced as a whole is another file: what was opened stays.
    folder = exported(tmp_path / "other", mixed(500), group_rows=50)
    opened = open_folder(folder, trusted=True)
    (folder / "new").write_bytes(data[:100])
    (folder / "new").replace(folder / "data.parquet")
    assert opened.to_arrow() == mixed(500)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not-json"),
        (b"{", "not-json"),
        (b"\xff\xfe", "not-json"),
        (b"[" * 200_000, "not-json"),
        (b"[]", "document-form"),
        (b"{}", "document-form"),
        (b'{"distribution": 1}', "document-form"),
        (b'{"distribution": [], "recordSet": []}', "document-form"),
    ],
    ids=range(8),
)
def test_a_document_that_is_none(tmp_path: Path, content: bytes, reason: str) -> None:
    folder = exported(tmp_path / "out", mixed(3))
    (folder / "croissant.json").write_bytes(content)
    with pytest.raises(DatasetError) as refused:
        open_folder(folder, trusted=True)
    assert (refused.value.code, refused.value.facts["reason"]) == ("datasets.document", reason)


def test_places_outside_the_folder_and_things_that_are_no_files(tmp_path: Path) -> None:
    folder = exported(tmp_path / "out", mixed(3))
    for place in ("../out/data.parquet", str(folder / "data.parquet"), "file:///x", None, 3):
        redigest(folder, contentUrl=place)
        with pytest.raises(DatasetError) as refused:
            open_folder(folder, trusted=True)
        assert refused.value.facts["reason"] == "document-form"
    redigest(folder, contentUrl="data.parquet")
    assert open_folder(folder, trusted=True).rows == 3
    data = (folder / "data.parquet").rename(folder / "real")
    for trusted in (True, False):
        with pytest.raises(DatasetError) as refused:
            open_folder(folder, trusted=trusted)
        assert refused.value.facts["reason"] == "ENOENT"
    os.mkfifo(folder / "data.parquet")
    with pytest.raises(DatasetError) as refused:
        open_folder(folder, trusted=True)
    assert refused.value.facts["reason"] == "not-file"
    (folder / "data.parquet").unlink()
    data.rename(folder / "data.parquet")
    (folder / "croissant.json").unlink()
    os.mkfifo(folder / "croissant.json")
    with pytest.raises(DatasetError) as refused:
        open_folder(folder)
    assert refused.value.facts["reason"] == "not-file"
    with pytest.raises(DatasetError) as refused:
        open_folder(tmp_path / "nowhere")
    assert refused.value.facts["reason"] == "ENOENT"


def test_a_document_longer_than_any(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dure.datasets import document

    folder = exported(tmp_path / "out", mixed(3))
    size = (folder / "croissant.json").stat().st_size
    monkeypatch.setattr(document, "MAX_DOCUMENT_BYTES", size)
    assert open_folder(folder, trusted=True).rows == 3
    monkeypatch.setattr(document, "MAX_DOCUMENT_BYTES", size - 1)
    with pytest.raises(DatasetError) as refused:
        open_folder(folder, trusted=True)
    assert refused.value.facts["reason"] == "too-long"


def test_nothing_stays_open(folder: Path, vaulted: Any) -> None:
    vaulted()
    before = descriptors()
    for opened in (open_folder(folder, trusted=True), piped(folder), vaulted()):
        next(opened.batches(5))
        next(opened.shuffle(1).batches(5))
        list(opened.shard(0, 3).records())
    del opened
    gc.collect()
    assert descriptors() - before == frozenset()


def test_it_says_what_it_is(folder: Path) -> None:
    shown = repr(open_folder(folder, trusted=True).shard(0, 2))
    assert "500 rows, 10 columns" in shown
