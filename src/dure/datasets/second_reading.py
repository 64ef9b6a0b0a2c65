"""The second reading of a table, while it is sealed: its document is held against what that found.

The first reading says what a table is, and wrote it; another sandbox reads what was written. No document is
sealed that says something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dure.datasets.beside import Beside
from dure.datasets.croissant import TABLE_FILE
from dure.datasets.meter import Meter
from dure.datasets.sealing import written
from dure.datasets.verify.files import Measured
from dure.datasets.verify.folders import hold, verify_measured
from dure.datasets.versions.sandboxed import check_table
from dure.datasets.versions.worker import Checked
from dure.readers.tables import Column


def looked_at(blocks: Iterator[bytes], seen: list[Checked]) -> Iterator[bytes]:
    """Yield the blocks while another sandbox reads them too; append what it found at the end.

    Raises
    ------
    ReaderError, SandboxError
        When it could not be read.
    """
    beside = Beside(check_table)
    try:
        beside.start()
        for block in blocks:
            beside.feed(block)
            yield block
        seen.append(beside.answer())
    finally:
        beside.abandon()


def hold_document(document: Mapping[str, Any], meter: Meter, seen: Checked, name: str) -> None:
    """Refuse a document that says something else of its table than the second reading.

    Raises
    ------
    DatasetError
        ``datasets.changed``.
    """
    measured = Measured(
        TABLE_FILE,
        meter.size,
        meter.digest.hexdigest(),
        "",
        tuple(Column(one.name, one.type, one.nulls) for one in seen.columns),
        seen.rows,
    )
    hold(verify_measured(written(document), measured), name)
