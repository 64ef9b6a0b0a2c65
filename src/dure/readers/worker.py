"""The program inside the sandbox: ``python -m dure.readers.worker KIND [OPTIONS as JSON]``.

It reads ``/in/raw``, hands the table on while it writes it (`dure.readers.pieces`), and leaves either
``schema.json`` in ``/out``, or ``fault.json`` and exit status 3. What else happens to it (a crash, a
limit) the other side sees from how the sandbox ended. It never prints: the bytes are somebody's data.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path

from dure.readers.faults import Fault
from dure.readers.pieces import PieceWriter
from dure.readers.reading import read
from dure.readers.tables import (
    FAULT_NAME,
    FAULT_STATUS,
    FULL_STATUS,
    SCHEMA_NAME,
)
from dure.sandbox.tasks import STREAM


def main(
    arguments: list[str],
    *,
    raw: Path = Path("/in/raw"),
    out: Path = Path("/out"),
    scratch: Path = Path("/tmp/text"),  # noqa: S108 (the run's own tmpfs)
    way: int = STREAM,
) -> int:
    """Read the file, write what it is, and return the exit status.

    Parameters
    ----------
    arguments
        The kind, and `dure.readers.tables.Options.words` as JSON.
    raw, out, scratch
        Where the file is, where what is known of it goes, and a file for its text.
    way
        Descriptor that takes the table.
    """
    kind, options = arguments[0], json.loads(arguments[1])
    try:
        known = read(kind, raw, PieceWriter(way), scratch, options)
    except Fault as fault:
        _write(out / FAULT_NAME, {"code": fault.code, "facts": fault.facts})
        return FAULT_STATUS
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EFBIG):
            return FULL_STATUS
        raise
    _write(out / SCHEMA_NAME, known)
    return 0


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    status = main(sys.argv[1:])
    # Arrow's threads are not waited for: everything is written and closed by now.
    os._exit(status)
