"""The index: one row for each image, with what was measured, its part, and its targets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dure.datasets.images.targets import Boxes, Targets
from dure.readers.images.box_type import BOX_FIELDS, BOX_LIST
from dure.readers.images.facts import NO_CLASS
from dure.readers.images.measuring import Image
from dure.readers.splits import split_of

PATH, DIGEST, SIZE = "path", "sha256", "size_bytes"

_GROUP_ROWS = 1 << 17
_BLOCK_BYTES = 1 << 20


def index_table(images: Sequence[Image], kept: Sequence[int], targets: Targets) -> pa.Table:
    """Return the index of some images.

    Parameters
    ----------
    images
        All of them, in the order that the targets number them by.
    kept
        Which of them, in rising order.
    targets
        Their targets.

    Returns
    -------
    pyarrow.Table
        ``path``, ``sha256``, ``size_bytes``, ``format``, ``width``, ``height``, ``mode``, ``phash``
        (null for an even surface), ``sharpness``, ``brightness``, ``dark``, ``bright``; ``split`` where
        folders say it; ``target`` where folders are classes; ``boxes`` where there are some.
    """
    some = [images[at] for at in kept]
    facts = [one.facts for one in some]
    columns = {
        PATH: pa.array([one.entry.path for one in some], pa.string()),
        DIGEST: pa.array([one.sha256 for one in some], pa.string()),
        SIZE: pa.array([one.size_bytes for one in some], pa.int64()),
        "format": pa.array([one.format for one in facts], pa.string()),
        "width": pa.array([one.width for one in facts], pa.int32()),
        "height": pa.array([one.height for one in facts], pa.int32()),
        "mode": pa.array([one.mode for one in facts], pa.string()),
        "phash": pa.array([None if one.blank else one.phash for one in facts], pa.uint64()),
        "sharpness": pa.array([one.sharpness for one in facts], pa.float64()),
        "brightness": pa.array([one.mean for one in facts], pa.float64()),
        "dark": pa.array([one.dark for one in facts], pa.float64()),
        "bright": pa.array([one.bright for one in facts], pa.float64()),
    }
    splits = [split_of(one.entry.path) for one in some]
    if any(splits):
        columns["split"] = pa.array(splits, pa.string())
    if targets.class_of:
        words = [targets.classes[targets.class_of[at]] for at in kept]
        columns["target"] = pa.array(words, pa.string())
    elif targets.kind:
        boxes = targets.in_pixels(images)
        columns["boxes"] = _box_lists(boxes, np.array(kept, np.int64), len(images), targets.classes)
    return pa.table(columns)


def parquet_blocks(table: pa.Table) -> Iterator[bytes]:
    """Yield a table as a Parquet file."""
    out = pa.BufferOutputStream()
    pq.write_table(table, out, compression="zstd", row_group_size=_GROUP_ROWS)
    content = memoryview(out.getvalue())
    for at in range(0, len(content), _BLOCK_BYTES):
        yield bytes(content[at : at + _BLOCK_BYTES])


def _box_lists(
    boxes: Boxes,
    kept: np.ndarray[tuple[int], np.dtype[np.int64]],
    count: int,
    classes: Sequence[str],
) -> pa.Array:
    place = np.full(count, -1, np.int64)
    place[kept] = np.arange(len(kept))
    rows = place[boxes["image"]]
    boxes, rows = boxes[rows >= 0], rows[rows >= 0]
    numbers = boxes["class"].astype(np.int32)
    words = pa.DictionaryArray.from_arrays(
        pa.array(numbers, pa.int32(), mask=boxes["class"] == NO_CLASS),
        pa.array(list(classes), pa.string()),
    )
    sides = [pa.array(boxes[name].copy(), pa.float64()) for name, _ in BOX_FIELDS[:4]]
    values = pa.StructArray.from_arrays(
        [*sides, words.cast(pa.string())], fields=[pa.field(*each) for each in BOX_FIELDS]
    )
    ends = np.cumsum(np.bincount(rows, minlength=len(kept)))
    offsets = pa.array(np.concatenate([[0], ends]).astype(np.int32), pa.int32())
    return pa.ListArray.from_arrays(offsets, values, type=BOX_LIST)
