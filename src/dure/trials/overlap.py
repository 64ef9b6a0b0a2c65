"""Which rows two parts have in common: by digests, so that no row need be kept to compare with.

Found so are test rows that are among the training rows too (`repeated`), exactly or all but so: numbers
alike to three digits, texts but for case and spaces; and test rows of two benchmarks that differ by so
few that their figures, subtracted, would tell of the few (`isolates`), or that are the same for a good
part (`shares`).

Source
------
Hundepool et al., Statistical Disclosure Control (Wiley 2012), section 5.3 (differencing).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dure.trials.figures import DIGITS
from dure.trials.refusals import LEAST_CELL

DIGEST_BYTES = 16
SHARED = 0.1
"""From this share of the fewer rows on, two sets of test rows have the same targets."""


_BATCH_ROWS = 1 << 14


@dataclass(frozen=True, slots=True)
class Repeated:
    """Test rows that stand among the training rows: exactly, and exactly or nearly."""

    exactly: int
    nearly: int


def digests_at(path: Path, places: Sequence[int]) -> pa.Array:
    """Return digests of some rows of a Parquet file, over all of its columns in order of their names.

    Parameters
    ----------
    path
        The file; read in pieces.
    places
        Numbers of the rows, from 0.
    """
    wanted = np.asarray(places, dtype=np.int64)
    order = np.argsort(wanted, kind="stable")
    ascending = wanted[order]
    made: list[bytes] = []
    begins = 0
    with pq.ParquetFile(path) as file:
        names = sorted(file.schema_arrow.names)
        for batch in file.iter_batches(_BATCH_ROWS):
            here = slice(*np.searchsorted(ascending, [begins, begins + batch.num_rows]))
            if here.start < here.stop:
                rows = pa.Table.from_batches([batch]).select(names)
                made += row_digests(rows.take(pa.array(ascending[here] - begins))).to_pylist()
            begins += batch.num_rows
    back = np.empty(len(order), dtype=np.int64)
    back[order] = np.arange(len(order))
    return pa.array(made, pa.binary(DIGEST_BYTES)).take(pa.array(back))


def row_digests(table: pa.Table) -> pa.Array:
    """Return a digest of 16 bytes of each row; the order of the columns counts."""
    made = [
        hashlib.blake2b(row.encode("utf-8"), digest_size=DIGEST_BYTES).digest()
        for chunk in _rows(table, coarse=False).iterchunks()
        for row in chunk.to_pylist()
    ]
    return pa.array(made, pa.binary(DIGEST_BYTES))


def repeated(train: pa.Table, test: pa.Table) -> Repeated:
    """Return how many of the test rows, targets included, are among the training rows."""
    exactly, nearly = (
        pc.sum(pc.is_in(_rows(test, coarse), value_set=_rows(train, coarse))).as_py() or 0
        for coarse in (False, True)
    )
    return Repeated(exactly, max(exactly, nearly))


def isolates(here: pa.ChunkedArray, there: pa.ChunkedArray, least: int = LEAST_CELL) -> bool:
    """Say whether one set of rows, subtracted from the other, leaves between none and ``least`` rows.

    Examples
    --------
    >>> few = pa.chunked_array([[b"a", b"b"]]); same = pa.chunked_array([[b"b", b"a"]])
    >>> isolates(few, pa.chunked_array([[b"a"]])), isolates(few, same)
    (True, False)
    """
    ours, theirs = _counted(here), _counted(there)
    both = sum(min(count, theirs.get(one, 0)) for one, count in ours.items())
    return any(0 < sum(rows.values()) - both < least for rows in (ours, theirs)) and both > 0


def shares(here: pa.ChunkedArray, there: pa.ChunkedArray, share: float = SHARED) -> bool:
    """Say whether two sets of rows have that share of the smaller in common.

    Examples
    --------
    >>> ten = pa.chunked_array([[bytes([n]) for n in range(10)]])
    >>> shares(ten, ten.slice(9)), shares(ten, pa.chunked_array([[b"x"]]))
    (True, False)
    """
    ours, theirs = _counted(here), _counted(there)
    both = sum(min(count, theirs.get(one, 0)) for one, count in ours.items())
    return both > 0 and both >= share * min(len(here), len(there))


def _counted(digests: pa.ChunkedArray) -> dict[bytes, int]:
    # Of tracks a row has the digests of all objects that begin there.
    nested = pa.types.is_list(digests.type)
    counts = (pc.list_flatten(digests) if nested else digests).value_counts()
    return dict(zip(counts.field(0).to_pylist(), counts.field(1).to_pylist(), strict=True))


def _rows(table: pa.Table, coarse: bool) -> pa.ChunkedArray:
    """Return each row as one text."""
    told = _coarsely if coarse else _exactly
    columns = [pc.fill_null(told(column), "\x00") for column in table.itercolumns()]
    joined = pc.binary_join_element_wise(*columns, pa.scalar("\x1f", pa.large_string()))
    return joined if isinstance(joined, pa.ChunkedArray) else pa.chunked_array([joined])


def _exactly(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_temporal(column.type) and not pa.types.is_interval(column.type):
        # As the number it is: to write a time of a zone takes the zones, which a sandbox doesn't have.
        column = column.cast(pa.int64() if column.type.bit_width == 64 else pa.int32())
    try:
        return column.cast(pa.large_string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):  # a list, a record, bytes
        texts = [None if value is None else repr(value) for value in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.large_string())])


def _coarsely(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Numbers to three digits; texts without case and spaces."""
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        return pc.replace_substring_regex(pc.utf8_lower(_exactly(column)), r"\s+", "")
    numbers = column.cast(pa.float64(), safe=False)
    size = pc.floor(pc.log10(pc.abs(numbers)))
    unit = pc.power(10.0, pc.subtract(size, float(DIGITS - 1)))
    short = pc.round(pc.divide(numbers, unit))
    whole = pc.if_else(pc.is_finite(size), short, numbers)
    told = pc.if_else(pc.is_finite(size), size, 0.0)
    return pc.binary_join_element_wise(
        _exactly(whole), _exactly(told), pa.scalar("e", pa.large_string())
    )
