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
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from dure.datasets.inspect.beside import Beside
from dure.datasets.inspect.statistics import Asked
from dure.readers.faults import Fault
from dure.readers.reading import read
from dure.readers.table_file import ARROW
from dure.readers.tables import FAULT_NAME, FAULT_STATUS, FULL_STATUS

ANSWER_NAME = "answer.json"

_PLAIN_BYTES = 512 << 20
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
    tables = [_Table(kind, raw, scratch / f"table{_ending(raw)}")]
    if words.get("against"):
        typed = scratch / f"against{_ending(against)}"
        tables.append(_Table(words["against"], against, typed))
    first = tables[0]
    searching = Beside(first.path, scratch / "personal.json", recognise=not first.trusted)
    try:
        for one in tables:
            status = one.read(words["reading"], out) if one.trusted else one.check()
            if status:
                return status
        searching.begin()
        answer = _answer(tables, Asked(**words["asked"]), searching)
    except Fault as fault:
        _write(out / FAULT_NAME, {"code": fault.code, "facts": fault.facts})
        return FAULT_STATUS
    finally:
        searching.end()
    _write(out / ANSWER_NAME, answer)
    return 0


def _ending(file: Path) -> str:
    """Return the ending of the table that a file becomes: plain while it is small, for it lies in memory."""
    return ARROW if file.stat().st_size <= _PLAIN_BYTES else ".parquet"


def _apart(work: Callable[[], int]) -> int:
    """Do work in a process of its own, whose memory goes with it; return its exit status."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = work()
        finally:
            os._exit(status)
    # What measuring takes is fetched meanwhile: it is a third of a second.
    import dure.datasets.inspect.table  # noqa: F401

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
    """A file, and the table that it is or becomes."""

    kind: str
    file: Path
    typed: Path

    @property
    def trusted(self) -> bool:
        """Whether the table is written here."""
        return self.kind != "parquet"

    @property
    def path(self) -> Path:
        return self.typed if self.trusted else self.file

    def read(self, words: dict[str, Any], out: Path) -> int:
        return _apart(partial(_read, self.kind, self.file, self.typed, words, out))

    def check(self) -> int:
        with self.path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise Fault("readers.parquet", fault="not-parquet", column=0)
        return 0


def _answer(tables: list[_Table], asked: Asked, searching: Beside) -> dict[str, object]:
    from dure.datasets.inspect.table import UnknownColumnError, measure

    table = tables[0]
    try:
        answer: dict[str, object] = {"statistics": asdict(measure(table.path, asked))}
        if len(tables) > 1:
            from dure.datasets.drift.tables import compared
            from dure.datasets.inspect.gathering import Source

            second, first = (Source(one.path) for one in tables)
            answer["compared"] = asdict(compared(first, second, show_values=asked.show_values))
        answer |= searching.found()
    except UnknownColumnError as unknown:
        return {"unknown": unknown.option}
    except (pa.ArrowException, OSError, ValueError) as error:
        if all(one.trusted for one in tables) or (isinstance(error, OSError) and error.errno):
            raise
        raise Fault("readers.parquet", fault="damaged", column=0) from error
    if table.trusted:
        answer["recognised"] = json.loads(table.typed.with_suffix(".json").read_text())
    return answer


def _write(path: Path, value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    status = main(sys.argv[1:])
    # Arrow's threads are not waited for: everything is written and closed by now.
    os._exit(status)
