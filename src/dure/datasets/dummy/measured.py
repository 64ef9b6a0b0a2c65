"""Having a table measured: a sealed table goes into the sandbox, its released statistics come out.

What comes out is held to the same strict form as a document of unknown origin: the table's bytes may
have taken the measuring over.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

from dure.datasets.context import RELEASED_STATISTICS as TERM
from dure.datasets.croissant import Field
from dure.datasets.dummy.released import OUTPUT, NotReleasedForm, block, read_released
from dure.datasets.personal.binds import scan_binds
from dure.governance.house import House, Stream
from dure.readers.errors import ReaderError
from dure.readers.tables import default_limits
from dure.sandbox.box import run
from dure.sandbox.runtime import python_command

_BLOCK_BYTES = 1 << 20
_MOST_BYTES = 64 << 20
_SETTINGS = {
    # Allocators that reserve much and touch little would meet the limit on private memory.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "OMP_NUM_THREADS": "2",
    "ARROW_IO_THREADS": "2",
    "POLARS_MAX_THREADS": "2",
}


def measured(
    house: House, table_id: str, fields: tuple[Field, ...], purpose: str
) -> dict[str, Any]:
    """Return the block of released statistics of a sealed table; a read in the ledger.

    Parameters
    ----------
    house
        The node.
    table_id
        The sealed table.
    fields
        Its columns.
    purpose
        Purpose of the read.

    Raises
    ------
    ReaderError
        ``readers.stopped`` when the measuring was stopped, or what it left has another form.
    GovernanceError
        ``governance.denied``.
    """
    stream = house.open(table_id, purpose=purpose, run="")
    task = python_command(
        ["-m", "dure.datasets.dummy.measuring"],
        inputs=["raw"],
        binds=scan_binds(),
        environment=_SETTINGS,
        limits=default_limits(),
    )
    left = bytearray()

    def sink(name: str, blocks: Iterator[bytes]) -> None:
        for part in blocks if name == OUTPUT else ():
            if len(left) <= _MOST_BYTES:
                left.extend(part)

    outcome = run(task, {"raw": _blocks(stream)}, sink=sink)
    if outcome.status != "done":
        raise ReaderError("readers.stopped", cause=outcome.cause, size_bytes=stream.size)
    try:
        found = block(json.loads(left if len(left) <= _MOST_BYTES else b""))
        read_released({TERM: found}, {field.name: field.type for field in fields})
    except (NotReleasedForm, ValueError, RecursionError) as error:
        raise ReaderError("readers.stopped", cause="output", size_bytes=stream.size) from error
    return found


def _blocks(stream: Stream) -> Iterator[bytes]:
    with os.fdopen(stream.fd, "rb", buffering=0) as pipe:
        while part := pipe.read(_BLOCK_BYTES):
            yield part
