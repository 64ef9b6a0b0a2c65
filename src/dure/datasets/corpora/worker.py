"""The program inside the sandbox: ``python -m dure.datasets.corpora.worker ASKED`` (JSON).

It reads ``/in/raw`` as `dure.readers.corpora.worker` does and leaves ``answer.json`` in ``/out``: what was
found in the corpus, measured about its texts, and what personal data there is, counted. The tables lie in
a folder that only this run sees.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from dure.datasets.corpora.likeness import Likeness
from dure.datasets.personal.kinds import Hit
from dure.datasets.personal.scan import Scanner
from dure.datasets.personal.summary import summarise
from dure.readers.corpora.facts import ANSWER, DOCUMENTS, SPANS, Asked
from dure.readers.corpora.gathering import Gathering
from dure.readers.corpora.worker import gather
from dure.readers.tables import FULL_STATUS

SCANNED = ("name", "text", "attributes")
_ROWS = 1 << 12


def main(
    arguments: list[str],
    *,
    raw: Path = Path("/in/raw"),
    out: Path = Path("/out"),
    scratch: Path = Path("/tmp"),  # noqa: S108 (the run's own tmpfs)
) -> int:
    """Measure the corpus, write what was found, and return the exit status.

    Parameters
    ----------
    arguments
        `dure.readers.corpora.facts.Asked` as JSON.
    raw, out, scratch
        Where the corpus is, where the answer goes, and where tables may lie.
    """
    asked = msgspec.json.decode(arguments[0], type=Asked)
    likeness = Likeness()
    gathering = Gathering(scratch, asked, lasting=False, watch=likeness.watch)
    try:
        facts = gather(gathering, asked, raw, scratch / "text")
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EFBIG):
            return FULL_STATUS
        raise
    answer: dict[str, object] = {"facts": facts}
    if not facts.fault:
        answer["statistics"] = asdict(likeness.statistics(_span_lengths(scratch / SPANS)))
        having: set[int] = set()
        hits = Scanner().scan(_texts(scratch / DOCUMENTS), SCANNED)
        answer["personal"] = [asdict(one) for one in summarise(_noting(hits, having))]
        answer["having"] = len(having)
    (out / ANSWER).write_bytes(msgspec.json.encode(answer))
    return 0


def _noting(hits: Iterable[Hit], rows: set[int]) -> Iterator[Hit]:
    for hit in hits:
        rows.add(hit.row)
        yield hit


def _texts(table: Path) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(table) as file:
        yield from file.iter_batches(_ROWS, columns=list(SCANNED))


def _span_lengths(table: Path) -> NDArray[np.int64]:
    if not table.exists():
        return np.zeros(0, np.int64)
    ends = pq.read_table(table, columns=["start", "end"])
    found: NDArray[np.int64] = ends["end"].to_numpy() - ends["start"].to_numpy()
    return found


if __name__ == "__main__":
    status = main(sys.argv[1:])
    # Arrow's threads are not waited for: everything is written and closed by now.
    os._exit(status)
