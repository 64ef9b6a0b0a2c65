"""A data set in use: its rows as batches, tables, arrays, tensors or records.

`DataSet` is the same wherever the rows come from, a node's vault or an exported folder. `select`,
`shuffle` and `shard` return another view of the same table; nothing is read until rows are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from dure.datasets.errors import DatasetError
from dure.datasets.use.columns import array, even, optional, tensors
from dure.datasets.use.order import Indices, Order, Pool, pools
from dure.datasets.use.source import Blocks, Source

BATCH_ROWS = 1 << 16
"""Rows of a batch, unless it is said."""

# Types whose values polars hands to Python as pyarrow does, and faster.
_PLAIN = frozenset(
    ["bool", "string", "float", "double", "date32[day]", "timestamp[us]", "timestamp[ms]"]
    + [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
)


class DataSet:
    """Rows of one data set; made by ``node.datasets.open`` or `open_folder`.

    Parameters
    ----------
    source
        Where the rows come from.
    document
        The Croissant document.
    columns
        Which columns, in order; None means all.
    order
        Which rows, in which order.

    Examples
    --------
    >>> flights = open_folder("flights/")  # doctest: +SKIP
    >>> for batch in flights.select("distance").shuffle(seed=7).shard(0, 4).arrays(1024):
    ...     step(batch["distance"])  # doctest: +SKIP
    """

    def __init__(
        self,
        source: Source,
        document: Mapping[str, Any],
        columns: tuple[str, ...] | None = None,
        order: Order | None = None,
    ) -> None:
        self._source = source
        self._order = order or Order()
        self.document = document
        self.columns = tuple(source.schema.names) if columns is None else columns

    @property
    def name(self) -> str:
        """Its name, as the document says it."""
        return str(self.document.get("name", ""))

    @property
    def schema(self) -> pa.Schema:
        """Names and Arrow types of the columns."""
        return pa.schema([self._source.schema.field(name) for name in self.columns])

    @property
    def rows(self) -> int:
        """How many rows this view has."""
        return self._order.count(sum(self._source.block_rows))

    def __len__(self) -> int:
        return self.rows

    def __repr__(self) -> str:
        return f"<DataSet {self.name!r}: {self.rows} rows, {len(self.columns)} columns>"

    # ── views ────────────────────────────────────────────────────────────────────────────────

    def select(self, *columns: str) -> DataSet:
        """Return the same rows with these columns, in this order.

        Raises
        ------
        DatasetError
            ``datasets.form`` when there is no such column.
        ValueError
            Without any column, or with one twice.
        """
        for name in columns:
            if name not in self.columns:
                raise DatasetError("datasets.form", name=name, reason="no-column")
        if not columns or len(set(columns)) != len(columns):
            raise ValueError("select takes each column once, and at least one")
        return DataSet(self._source, self.document, columns, self._order)

    def shuffle(self, seed: int) -> DataSet:
        """Return the same rows in a random order; the same seed gives the same order.

        Parameters
        ----------
        seed
            Any whole number; another for every epoch, such as ``seed + epoch``. The order does not
            depend on the number of ranks; see `dure.datasets.use.order`.
        """
        order = Order(seed, self._order.rank, self._order.world_size)
        return DataSet(self._source, self.document, self.columns, order)

    def shard(self, rank: int, world_size: int) -> DataSet:
        """Return one rank's share: every row belongs to exactly one rank.

        Parameters
        ----------
        rank
            Which share, from 0.
        world_size
            How many shares; two of them differ by one row at most.

        Raises
        ------
        ValueError
            When there is no such rank.
        """
        order = self._order.share(rank, world_size)
        return DataSet(self._source, self.document, self.columns, order)

    # ── rows ─────────────────────────────────────────────────────────────────────────────────

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """Yield Arrow record batches of at most ``rows`` rows.

        Without a shuffle, memory holds one block of the table (131,072 rows); with one, a few
        (`dure.datasets.use.order.POOL_BLOCKS`).

        Raises
        ------
        DatasetError
            ``datasets.changed`` when the table is not what the document says.
        ValueError
            When ``rows`` is less than 1.
        """
        return self._batches(_checked(rows))

    def to_arrow(self) -> pa.Table:
        """Return all rows as one Arrow table."""
        return pa.Table.from_batches(self.batches(), schema=self.schema)

    def to_polars(self) -> pl.DataFrame:
        """Return all rows as a Polars frame."""
        frame = pl.from_arrow(self.to_arrow())
        assert isinstance(frame, pl.DataFrame)  # noqa: S101 (a table becomes a frame)
        return frame

    def to_pandas(self) -> Any:
        """Return all rows as a pandas frame with Arrow types, so that whole numbers stay whole.

        Raises
        ------
        DatasetError
            ``datasets.form`` when pandas is not installed.
        """
        pandas = optional("pandas")
        return self.to_arrow().to_pandas(types_mapper=pandas.ArrowDtype)

    def to_numpy(self) -> dict[str, npt.NDArray[Any]]:
        """Return all rows as one array a column; see `dure.datasets.use.columns.array`."""
        nulls = self._source.with_nulls()
        table = self.to_arrow()
        return {
            name: np.concatenate(
                [
                    array(name, chunk, with_nulls=name in nulls)
                    for chunk in (column.chunks or [pa.array([], column.type)])
                ]
            )
            for name, column in zip(table.column_names, table.columns, strict=True)
        }

    def arrays(self, rows: int = BATCH_ROWS) -> Iterator[dict[str, npt.NDArray[Any]]]:
        """Yield batches of exactly ``rows`` rows (but for the last), one array a column."""
        nulls = self._source.with_nulls()
        for batch in even(self.batches(max(_checked(rows), BATCH_ROWS)), rows):
            yield {
                name: array(name, values, with_nulls=name in nulls)
                for name, values in zip(batch.schema.names, batch.columns, strict=True)
            }

    def tensors(self, rows: int = BATCH_ROWS) -> Iterator[dict[str, Any]]:
        """Yield batches of exactly ``rows`` rows (but for the last), one torch tensor a column.

        Raises
        ------
        DatasetError
            ``datasets.form`` when torch is not installed, or a column holds no numbers.
        """
        for batch in self.arrays(rows):
            yield tensors(batch)

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield each row as a dict of Python values, by column name."""
        plain = all(str(kind) in _PLAIN for kind in self.schema.types)
        for batch in self.batches():
            if plain:
                frame = pl.from_arrow(batch)
                assert isinstance(frame, pl.DataFrame)  # noqa: S101 (a batch becomes a frame)
                yield from frame.iter_rows(named=True)
            else:
                yield from batch.to_pylist()

    def _batches(self, rows: int) -> Iterator[pa.RecordBatch]:
        plan = list(pools(self._source.block_rows, self._order))
        numbers = [number for pool in plan for number in pool.blocks]
        whole = self._order.whole
        blocks = self._source.blocks(numbers, self.columns, rows if whole else BATCH_ROWS)
        with closing(blocks):
            for pool in plan:
                if pool.take is None:
                    yield from next(blocks)
                else:
                    yield from self._taken(pool, pool.take, blocks, rows)
            next(blocks, None)  # the source looks at what it gave, once it has given all

    def _taken(
        self, pool: Pool, take: Indices, blocks: Blocks, rows: int
    ) -> Iterator[pa.RecordBatch]:
        read = [batch for _ in pool.blocks for batch in next(blocks)]
        table = pa.Table.from_batches(read, schema=self.schema).combine_chunks()
        del read
        for start in range(0, len(take), rows):
            taken = table.take(take[start : start + rows])
            yield from taken.combine_chunks().to_batches()


def _checked(rows: int) -> int:
    if rows < 1:
        raise ValueError("a batch has one row or more")
    return rows
