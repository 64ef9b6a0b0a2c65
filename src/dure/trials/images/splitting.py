"""Split a data set of images. Runs inside the sandbox, where alone their bytes are decoded.

The split itself sees digests in the place of images: so it is that of every table. Then each part is
written, and each image in it without what rides along (place, time, words, a second file behind the
end), since that may tell the target. The algorithm gets no name, no path and no measure of an image, only
the image. Its pixels stay as they are, save in the perturbed part; that its format or its size tells
something can't be ruled out.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dure.readers.images.covering import covered
from dure.readers.images.decoding import UNDECODABLE, measure
from dure.trials.definition import Definition
from dure.trials.images.likeness import look_alikes
from dure.trials.images.source import Pictures, pictures_in
from dure.trials.kinds.target import SplitRefused
from dure.trials.overlap import Repeated
from dure.trials.perturbing.images import worse

_DECODING = 2
_BATCH_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class Looks:
    """What the split needs to know of each image, by row.

    Parameters
    ----------
    digests
        SHA-256 of its bytes, as hexadecimal.
    hashes, blank
        Its perceptual hash, and whether it is too even to have one.
    """

    digests: list[str]
    hashes: np.ndarray
    blank: np.ndarray


def looked_at(pictures: Pictures) -> Looks:
    """Decode each image once.

    Raises
    ------
    SplitRefused
        ``images-damaged`` when one can't be decoded.
    """
    with ThreadPoolExecutor(_DECODING) as pool:
        found = list(pool.map(lambda row: _look(pictures[row]), range(len(pictures))))
    return Looks(
        [digest for digest, _, _ in found],
        np.array([phash for _, phash, _ in found], np.uint64),
        np.array([blank for _, _, blank in found], bool),
    )


def _look(content: bytes) -> tuple[str, int, bool]:
    facts = measure(content)
    if facts.fault:
        raise SplitRefused("images-damaged")
    return hashlib.sha256(content).hexdigest(), facts.phash, facts.blank


@dataclass(frozen=True, slots=True)
class Gallery:
    """The images of a data set on their way into the parts of a benchmark.

    Parameters
    ----------
    feature
        What the benchmark calls them.
    pictures, looks
        The images by row, and what is known of each.
    """

    feature: str
    pictures: Pictures
    looks: Looks

    @classmethod
    def open(cls, source: Path, table: Path, definition: Definition) -> Gallery:
        """Open and look at the images of a data set; raises `SplitRefused`."""
        (feature,) = definition.features
        pictures = pictures_in(source, table, feature)
        return cls(feature, pictures, looked_at(pictures))

    def stand_in(self, table: pa.Table) -> pa.Table:
        """Return a table with a digest in the place of each image."""
        return table.append_column(self.feature, pa.array(self.looks.digests, pa.string()))

    def repeated(self, train: pa.Table, test: pa.Table) -> Repeated:
        """Return how many test images are among the training images, whatever their targets."""
        known, tested = (part[self.feature].to_pylist() for part in (train, test))
        exactly = np.isin(np.array(tested), np.array(known))
        rows = {digest: row for row, digest in enumerate(self.looks.digests)}
        here, there = (np.array([rows[one] for one in part]) for part in (tested, known))
        hashes, blank = self.looks.hashes, self.looks.blank
        near = look_alikes(hashes[here], hashes[there][~blank[there]]) & ~blank[here]
        return Repeated(int(exactly.sum()), int((exactly | near).sum()))

    def write(self, part: pa.Table, path: Path) -> None:
        """Write a part with the images themselves, perturbed where asked, a few of them in memory at a time.

        Raises
        ------
        SplitRefused
            ``images-damaged``.
        """
        place = part.column_names.index(self.feature)
        field = pa.field(self.feature, pa.binary())
        schema = part.schema.set(place, field)
        rows = {digest: row for row, digest in enumerate(self.looks.digests)}
        told = [one.partition(" ") for one in part[self.feature].to_pylist()]
        made, first, held = [], 0, 0
        with pq.ParquetWriter(path, schema, compression="zstd", version="2.6") as writer:
            for last, (digest, _, asked) in enumerate(told, 1):
                made.append(_plain(self.pictures[rows[digest]], asked))
                held += len(made[-1])
                if held >= _BATCH_BYTES or last == len(told):
                    batch = part.slice(first, last - first)
                    images = pa.array(made, pa.binary())
                    writer.write_table(batch.set_column(place, field, images))
                    made, first, held = [], last, 0


def _plain(content: bytes, asked: str) -> bytes:
    try:
        return worse(content, asked) if asked else covered(content, ())[0]
    except UNDECODABLE:
        raise SplitRefused("images-damaged") from None
