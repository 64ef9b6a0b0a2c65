"""A fault that the worker found, on its way out of the sandbox.

The worker may have been taken over by the bytes it parsed, so a fault carries no text of its own:
a code of `dure.readers.errors`, numbers, and words from a fixed list.
"""

from __future__ import annotations

from collections.abc import Mapping

CODES = (
    "readers.encoding",
    "readers.rows",
    "readers.header",
    "readers.empty",
    "readers.parquet",
    "readers.json",
    "readers.workbook",
    "readers.log",
    "readers.long-row",
)
WORDS = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "cp949",
    "utf-8 / cp949",
    "utf-16-le",
    "utf-16-be",
    "euc-kr",
    "not-parquet",
    "damaged",
    "nested",
    "type",
    "name-empty",
    "name-length",
    "name-unseen",
    "name-taken",
    "name-count",
    "name-gone",
    "not-json",
    "not-object",
    "twice",
    "too-deep",
    "too-long",
    "not-finite",
    "surrogate",
    "nul",
    "not-workbook",
    "encrypted",
    "old-format",
    "too-large",
    "several-sheets",
    "no-sheet",
    "not-computed",
    "error-cells",
    "not-zeek",
    "two-headers",
    "rows",
    "damaged-header",
    "not-evtx",
    "cut-off",
    "empty-chunk",
    "damaged-event",
)


class Fault(Exception):  # noqa: N818 (it becomes a ReaderError on the other side)
    """The bytes are not a table that this reader takes."""

    def __init__(self, code: str, **facts: int | str) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


def honest(code: str, facts: Mapping[str, int | str]) -> bool:
    """Say whether a fault has the form that an honest worker gives it.

    Examples
    --------
    >>> honest("readers.rows", {"line": 3}), honest("readers.rows", {"line": "a secret"})
    (True, False)
    """
    return code in CODES and all(
        fact in WORDS if isinstance(fact, str) else 0 <= fact < 2**53 for fact in facts.values()
    )
