"""The program inside the sandbox: ``python -m dure.datasets.inspect.worker KIND [JSON]``.

It reads ``/in/raw`` and leaves ``answer.json`` in ``/out``: the statistics, and what personal data there
is, counted; or which column is not there. Whatever is no Parquet becomes a typed table first, in a file
that only this run sees and that goes with it. What is wrong with the bytes it says as the readers' own
worker does.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from dure.datasets.inspect.gathering import Source
from dure.datasets.inspect.statistics import Asked
from dure.datasets.inspect.table import MOST_COLUMNS, UnknownColumnError, measure
from dure.datasets.personal.scan import Scanner
from dure.datasets.personal.summary import KindSummary, summarise
from dure.readers.faults import Fault
from dure.readers.reading import read
from dure.readers.tables import FAULT_NAME, FAULT_STATUS, FULL_STATUS

ANSWER_NAME = "answer.json"
BESIDE_ROWS = 1 << 22
"""Up to how many rows the search goes on beside measuring; beyond, memory counts for more than time."""

_MAGIC = b"PAR1"


def main(
    arguments: list[str],
    *,
    raw: Path = Path("/in/raw"),
    out: Path = Path("/out"),
    scratch: Path = Path("/tmp"),  # noqa: S108 (the run's own tmpfs)
) -> int:
    """Measure the file, write what was found, and return the exit status.

    Parameters
    ----------
    arguments
        The kind, and a JSON object with ``reading`` (see `dure.readers.worker`) and ``asked``.
    raw, out, scratch
        Where the file is, where the answer goes, and where a table may lie.
    """
    kind, words = arguments[0], json.loads(arguments[1])
    try:
        table = raw
        if kind != "parquet":
            table = scratch / "table.parquet"
            status = _apart(lambda: _read(kind, raw, table, words["reading"], out))
            if status:
                return status
        answer = _answer(table, Asked(**words["asked"]), trusted=kind != "parquet")
    except Fault as fault:
        _write(out / FAULT_NAME, {"code": fault.code, "facts": fault.facts})
        return FAULT_STATUS
    _write(out / ANSWER_NAME, answer)
    return 0


def _apart(work: Callable[[], int]) -> int:
    """Do work in a process of its own, whose memory goes with it; return its exit status."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = work()
        finally:
            os._exit(status)
    return abs(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _read(kind: str, raw: Path, table: Path, words: dict[str, Any], out: Path) -> int:
    text = table.with_name("text")
    try:
        read(kind, raw, table, text, words, lasting=False)
    except Fault as fault:
        _write(out / FAULT_NAME, {"code": fault.code, "facts": fault.facts})
        return FAULT_STATUS
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EFBIG):
            return FULL_STATUS
        raise
    for left in text.parent.glob(f"{text.name}*"):
        left.unlink()
    return 0


def _answer(table: Path, asked: Asked, *, trusted: bool) -> dict[str, object]:
    if not trusted:
        with table.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise Fault("readers.parquet", fault="not-parquet", column=0)
    try:
        with ThreadPoolExecutor(1) as beside:
            searching = None
            if Source(table).rows <= BESIDE_ROWS:
                searching = beside.submit(lambda: list(search(Source(table))))
            statistics = measure(table, asked)
            personal = list(search(Source(table))) if searching is None else searching.result()
        return {"statistics": asdict(statistics), "personal": [asdict(one) for one in personal]}
    except UnknownColumnError as unknown:
        return {"unknown": unknown.option}
    except (pa.ArrowException, OSError, ValueError) as error:
        if trusted or (isinstance(error, OSError) and error.errno):
            raise
        raise Fault("readers.parquet", fault="damaged", column=0) from error


def search(source: Source) -> Iterator[KindSummary]:
    """Yield what personal data the inspected columns hold, one column at a time."""
    scanner = Scanner()
    for column, name in enumerate(source.schema.names[:MOST_COLUMNS]):
        batches = (pa.record_batch([values], names=[name]) for values in source.batches(column))
        yield from summarise(scanner.scan(batches))


def _write(path: Path, value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    status = main(sys.argv[1:])
    # Arrow's threads are not waited for: everything is written and closed by now.
    os._exit(status)
