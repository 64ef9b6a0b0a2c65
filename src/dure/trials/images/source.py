"""Where the images of a data set lie, as the split is given them. Runs inside the sandbox.

A data set of images is an index, and the images' bytes one after the other in its order; the index says
how long each is. A plain table may have them in a column instead.
"""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dure.trials.kinds.target import SplitRefused

IMAGES = "images.bin"
"""Under which name the images of a data set of images are given."""
IMAGE = "image"
"""Feature that the images of a data set of images become."""
MOST_BYTES = 1 << 30
MOST_IMAGES = 200_000

_SIZE = "size_bytes"


class Pictures(Sequence[bytes]):
    """Images by their row; of each the bytes as they were imported."""

    def __init__(self, content: memoryview, ends: np.ndarray) -> None:
        self._content, self._ends = content, ends
        if len(ends) > MOST_IMAGES or (len(ends) and ends[-1] > MOST_BYTES):
            raise SplitRefused("images-too-many")

    def __len__(self) -> int:
        return len(self._ends)

    def size(self, row: int) -> int:
        """Return how many bytes an image has."""
        return int(self._ends[row] - (self._ends[row - 1] if row else 0))

    def __getitem__(self, row: int) -> bytes:  # type: ignore[override]
        end = int(self._ends[row])
        return bytes(self._content[end - self.size(row) : end])


def pictures_in(source: Path, table: Path, feature: str) -> Pictures:
    """Return the images of a data set.

    Parameters
    ----------
    source
        Folder of the inputs.
    table
        The data set's table among them.
    feature
        What the benchmark calls the images.

    Raises
    ------
    SplitRefused
        ``feature-missing``, ``feature-type``, ``images-damaged`` or ``images-too-many``.
    """
    packed = source / IMAGES
    if packed.exists():
        if feature != IMAGE:
            raise SplitRefused("feature-missing")
        return _packed(packed, table)
    schema = pq.read_schema(table)
    if feature not in schema.names:
        raise SplitRefused("feature-missing")
    kind = schema.field(feature).type
    if not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind)):
        raise SplitRefused("feature-type")
    return _column(pq.read_table(table, columns=[feature])[feature])


def _packed(packed: Path, table: Path) -> Pictures:
    sizes = pq.read_table(table, columns=[_SIZE])[_SIZE].to_numpy()
    ends = np.cumsum(sizes, dtype=np.int64)
    with packed.open("rb") as file:
        whole = packed.stat().st_size
        if not len(sizes) or sizes.min() <= 0 or ends[-1] != whole:
            raise SplitRefused("images-damaged")
        return Pictures(memoryview(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)), ends)


def _column(column: pa.ChunkedArray) -> Pictures:
    if column.null_count or not len(column):
        raise SplitRefused("images-damaged")
    joined = column.cast(pa.large_binary()).combine_chunks()
    if isinstance(joined, pa.ChunkedArray):
        joined = joined.chunk(0)
    _, offsets, values = joined.buffers()
    starts = np.frombuffer(offsets, np.int64)[joined.offset : joined.offset + len(joined) + 1]
    content = memoryview(values)[int(starts[0]) : int(starts[-1])]
    return Pictures(content, starts[1:] - starts[0])
