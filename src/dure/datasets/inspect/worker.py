"""The program inside the sandbox: ``python -m dure.datasets.inspect.worker KIND [JSON]``.

It reads ``/in/raw`` and leaves ``answer.json`` in ``/out``: the statistics, what personal data there is,
counted, and what was recognised; or which column is not there. With an earlier version in ``/in/against``
it says how the values moved, too. Whatever is no Parquet becomes a typed table first, in a file that only
this run sees and that goes with it. What is wrong with the bytes it says as the readers' own worker does.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from dure.datasets.drift.tables import compared
from dure.datasets.inspect.gathering import Source
from dure.datasets.inspect.statistics import Asked
from dure.datasets.inspect.table import MOST_COLUMNS, UnknownColumnError, measure
from dure.datasets.personal.scan import Scanner
from dure.datasets.personal.summary import KindSummary, summarise
from dure.readers.codes import Codes
from dure.readers.faults import Fault
from dure.readers.meanings import described
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
    against: Path = Path("/in/against"),
    out: Path = Path("/out"),
    scratch: Path = Path("/tmp"),  # noqa: S108 (the run's own tmpfs)
) -> int:
    """Measure the file, write what was found, and return the exit status.

    Parameters
    ----------
    arguments
        The kind, and a JSON object with ``reading`` (see `dure.readers.worker`), ``asked``, and the kind
        of the earlier version as ``against``.
    raw, against, out, scratch
        Where the file and the earlier version are, where the answer goes, and where a table may lie.
    """
    kind, words = arguments[0], json.loads(arguments[1])
    files = [(kind, raw, scratch / "table.parquet")]
    if words.get("against"):
        files.append((words["against"], against, scratch / "against.parquet"))
    try:
        tables = []
        for given, file, typed in files:
            trusted = given != "parquet"
            if trusted:
                status = _apart(partial(_read, given, file, typed, words["reading"], out))
                if status:
                    return status
            tables.append(_Table(typed if trusted else file, trusted))
        answer = _answer(tables, Asked(**words["asked"]))
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
        known = read(kind, raw, table, text, words, lasting=False)
        _write(table.with_suffix(".json"), known["columns"])
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


@dataclass(frozen=True, slots=True)
class _Table:
    """A Parquet file: one that was written here, or a stranger's."""

    path: Path
    trusted: bool

    def check(self) -> None:
        with self.path.open("rb") as file:
            if not self.trusted and file.read(len(_MAGIC)) != _MAGIC:
                raise Fault("readers.parquet", fault="not-parquet", column=0)

    def recognised(self, source: Source, codes: list[Codes], nulls: list[int]) -> Any:
        """Return what the reader recognised; of a stranger's Parquet what an import would."""
        if self.trusted:
            return json.loads(self.path.with_suffix(".json").read_text())
        return [
            described(field.name, field.type, count, one, "date-digits" if one.has_days else "")
            for field, one, count in zip(source.schema, codes, nulls, strict=False)
        ]


def _answer(tables: list[_Table], asked: Asked) -> dict[str, object]:
    for one in tables:
        one.check()
    table = tables[0]
    try:
        source = Source(table.path)
        codes = [] if table.trusted else [Codes() for _ in source.schema.names[:MOST_COLUMNS]]
        with ThreadPoolExecutor(1) as beside:
            searching = None
            if source.rows <= BESIDE_ROWS:
                searching = beside.submit(lambda: list(search(source, codes)))
            statistics = measure(table.path, asked)
            personal = list(search(source, codes)) if searching is None else searching.result()
        answer = {
            "statistics": asdict(statistics),
            "personal": [asdict(one) for one in personal],
            "recognised": table.recognised(
                source, codes, [one.nulls for one in statistics.columns]
            ),
        }
        if len(tables) > 1:
            answer["compared"] = asdict(compared(*(Source(one.path) for one in tables[::-1])))
        return answer
    except UnknownColumnError as unknown:
        return {"unknown": unknown.option}
    except (pa.ArrowException, OSError, ValueError) as error:
        if all(one.trusted for one in tables) or (isinstance(error, OSError) and error.errno):
            raise
        raise Fault("readers.parquet", fault="damaged", column=0) from error


def search(source: Source, codes: Sequence[Codes] = ()) -> Iterator[KindSummary]:
    """Yield what personal data the inspected columns hold, one column at a time.

    Parameters
    ----------
    source
        The table.
    codes
        One for each column, that look for codes for "missing" on the way; none when they are known.
    """
    scanner = Scanner()
    for column, name in enumerate(source.schema.names[:MOST_COLUMNS]):
        looked = source.batches(column)
        if codes:
            looked = _looked_at(looked, codes[column])
        batches = (pa.record_batch([values], names=[name]) for values in looked)
        yield from summarise(scanner.scan(batches))


def _looked_at(batches: Iterator[pa.Array], codes: Codes) -> Iterator[pa.Array]:
    for values in batches:
        codes.look(values)
        yield values


def _write(path: Path, value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    status = main(sys.argv[1:])
    # Arrow's threads are not waited for: everything is written and closed by now.
    os._exit(status)
