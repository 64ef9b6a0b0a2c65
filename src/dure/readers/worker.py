"""The program inside the sandbox: ``python -m dure.readers.worker KIND [OPTIONS as JSON]``.

It reads ``/in/raw`` and leaves either ``schema.json``, ``table.parquet`` and ``cuts.json`` in ``/out``, or
``fault.json`` and exit status 3. What else happens to it (a crash, a limit) the other side sees from
how the sandbox ended. It never prints: the bytes are somebody's data.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
from pathlib import Path

from dure.readers.faults import Fault
from dure.readers.lasting import cuts
from dure.readers.reading import read
from dure.readers.tables import (
    CUTS_NAME,
    FAULT_NAME,
    FAULT_STATUS,
    FULL_STATUS,
    SCHEMA_NAME,
    TABLE_NAME,
)


def main(
    arguments: list[str],
    *,
    raw: Path = Path("/in/raw"),
    out: Path = Path("/out"),
    scratch: Path = Path("/tmp/text"),  # noqa: S108 (the run's own tmpfs)
) -> int:
    """Read the file, write what it is, and return the exit status.

    Parameters
    ----------
    arguments
        The kind, and `dure.readers.tables.Options.words` as JSON.
    raw, out, scratch
        Where the file is, where results go, and a file for its text.
    """
    kind, options = arguments[0], json.loads(arguments[1])
    table = out / TABLE_NAME
    try:
        known = read(kind, raw, table, scratch, options)
    except Fault as fault:
        with contextlib.suppress(FileNotFoundError):
            table.unlink()
        _write(out / FAULT_NAME, {"code": fault.code, "facts": fault.facts})
        return FAULT_STATUS
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EFBIG):
            return FULL_STATUS
        raise
    _write(out / SCHEMA_NAME, known)
    _write(out / CUTS_NAME, cuts(table))
    return 0


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    status = main(sys.argv[1:])
    # Arrow's threads are not waited for: everything is written and closed by now.
    os._exit(status)
